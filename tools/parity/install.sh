#!/usr/bin/env bash
# Makes the virtual environment of the reference implementation, outside the repository: tools/parity/install.sh [folder]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-${PARITY_VENV:-$HOME/.cache/flux-context/parity-venv}}

python3 -m venv "$folder"
"$folder/bin/pip" install --disable-pip-version-check --requirement "$here/requirements.txt"
echo "ready: PARITY_VENV=$folder"
