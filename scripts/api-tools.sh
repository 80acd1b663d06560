#!/usr/bin/env bash
# The Python programs that try the API, in a folder of their own outside the clone. Prints the folder; brings what is
# missing first. TESSERA_API_TOOLS names another folder.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

dir=${TESSERA_API_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/tessera/api-tools}
# tests beside one another may ask for it at once
mkdir -p "$(dirname "$dir")"
exec 9>"$dir.lock"
flock 9
if ! cmp -s "$here/api-tools.txt" "$dir/api-tools.txt"; then
    need_python
    say "pip install: what tries the API, by scripts/api-tools.txt"
    rm -rf "$dir"
    python3 -m venv "$dir" >&2
    "$dir/bin/pip" install --quiet --disable-pip-version-check --require-hashes \
        --requirement "$here/api-tools.txt" </dev/null >&2 || die "pip install failed"
    cp "$here/api-tools.txt" "$dir/api-tools.txt"
fi
printf '%s\n' "$dir"
