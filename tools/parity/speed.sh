#!/usr/bin/env bash
# Time per step and per edit against the reference, on the same weights, picture, noise and threads: tools/parity/speed.sh [--side 512] [--threads N] …
# PARITY_VENV is the environment that install.sh made.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
python="${PARITY_VENV:-$HOME/.cache/flux-context/parity-venv}/bin/python"
[ -x "$python" ] || { echo "There is no $python: run tools/parity/install.sh first." >&2; exit 2; }
exec "$python" "$here/speed.py" "$@" 2> >(grep --invert-match --extended-regexp 'torchvision|it/s|Loading|Writing' >&2)
