#!/bin/sh
# Installs schemathesis into a virtual environment outside the repository: $HOSTILE_VENV, or one in the user's cache.
set -eu
venv="${HOSTILE_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/flux-hostile}"
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check schemathesis==4.32.5
"$venv/bin/schemathesis" --version
