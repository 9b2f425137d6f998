#!/bin/sh
# Installs a bundle into a new folder, without any index: install.sh /opt/subsidies. Verify its signature first (docs/operations.md).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
[ $# -eq 1 ] || { echo "install.sh FOLDER" >&2; exit 2; }
[ ! -e "$1" ] || { echo "$1 is there already: name a new folder" >&2; exit 1; }
(cd "$here" && sha256sum --check --strict --quiet SHA256SUMS)
"${PYTHON:-python3}" -m venv "$1"
"$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --find-links "$here/wheels" \
    --require-hashes -r "$here/requirements.txt"
"$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-index --no-deps "$here"/wheels/lishui_ecommerce_subsidies-*.whl
echo "$1/bin/subsidies"
