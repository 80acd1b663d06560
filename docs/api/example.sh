#!/usr/bin/env bash
# Makes a Python client from a running bank's own document and runs example.py with it: example.sh URL TOKEN
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=$("$here/../../scripts/api-tools.sh")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH="$tools/bin:$PATH" "$tools/bin/openapi-python-client" generate --url "$1/api/v1/openapi.json" --meta none \
    --output-path "$work/tessera_client"
PYTHONPATH=$work PYTHONDONTWRITEBYTECODE=1 "$tools/bin/python" "$here/example.py" "$1" "$2"
