#!/usr/bin/env bash
# New networks, weights, pictures and sizes through the reference and through ours: tools/parity/fresh.sh [--seed N] [--sizes WxH,WxH]
# Without a seed one is taken from the clock, and printed. PARITY_VENV is the environment that install.sh made.
set -euo pipefail
cd "$(dirname "$0")/../.."
python="${PARITY_VENV:-$HOME/.cache/flux-context/parity-venv}/bin/python"
[ -x "$python" ] || { echo "There is no $python: run tools/parity/install.sh first." >&2; exit 2; }

arguments=("$@")
[[ " $* " == *" --seed "* ]] || arguments+=(--seed "$(($(date +%s) % 1000000))")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$python" tools/parity/make_fixtures.py "$folder" --draw "${arguments[@]}" 2>"$folder/python.log" || { cat "$folder/python.log" >&2; exit 1; }
PARITY_FIXTURES="$folder" PARITY_DIFFERENCES="$folder/differences.jsonl" NODE_OPTIONS=--experimental-vm-modules \
  npx jest packages/diffusion/src/pipelines/flux --silent --json --outputFile="$folder/results.json" >/dev/null 2>"$folder/jest.log" || true
[ -s "$folder/results.json" ] || { cat "$folder/jest.log" >&2; exit 1; }
node tools/parity/table.mjs "$folder"
