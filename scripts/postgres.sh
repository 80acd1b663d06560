#!/usr/bin/env bash
# A throw-away PostgreSQL for tests and measurements: its own cluster in a temporary folder, on a free port of the
# loopback, with a random password, without fsync. Nothing of an installed cluster is touched.
#
#   scripts/postgres.sh run COMMAND...   starts it, runs the command with TESSERA_TEST_PG set, stops it
#   eval "$(scripts/postgres.sh start)"  starts it and sets TESSERA_TEST_PG and TESSERA_TEST_PG_DIR
#   scripts/postgres.sh stop DIR         stops it and removes its folder
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/lib.sh"

# PostgreSQL refuses to run as root; Debian's package brings the user postgres.
as_owner() {
    if [ "$(id -u)" -eq 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        (cd / && "$@")
    fi
}

initialise() {
    local bin=$1 dir=$2 password=$3
    printf '%s\n' "$password" >"$dir/password"
    touch "$dir/throw-away"
    [ "$(id -u)" -eq 0 ] && chown -R postgres "$dir"
    as_owner "$bin/initdb" --pgdata="$dir/data" --username=tessera --pwfile="$dir/password" \
        --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$dir/initdb.log" 2>&1 ||
        { cat "$dir/initdb.log" >&2; return 1; }
    as_owner tee -a "$dir/data/postgresql.conf" >/dev/null <<'CONF'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
jit = off
timezone = 'UTC'
CONF
}

start() {
    local bin dir password port try
    bin=$(postgres_bin)
    [ -n "$bin" ] || die "no PostgreSQL server programs found (Debian: apt-get install postgresql)"
    dir=$(mktemp -d "${TMPDIR:-/tmp}/tessera-postgres.XXXXXX")
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    initialise "$bin" "$dir" "$password" || { rm -rf "$dir"; die "initdb failed"; }
    for try in 1 2 3 4 5 6 7 8 9 10; do
        # Below the range from which the kernel gives ports to clients.
        port=$((20000 + RANDOM % 12000))
        if as_owner "$bin/pg_ctl" start --pgdata="$dir/data" --wait --timeout=60 --silent \
            --log="$dir/server.log" --options="-p $port" </dev/null >/dev/null 2>&1; then
            printf 'export TESSERA_TEST_PG=%s\n' "postgres://tessera:$password@127.0.0.1:$port/postgres"
            printf 'export TESSERA_TEST_PG_DIR=%q\n' "$dir"
            return
        fi
        grep -q 'in use' "$dir/server.log" || break
        say "port $port is taken (try $try)"
        : >"$dir/server.log"
    done
    cat "$dir/server.log" >&2
    rm -rf "$dir"
    die "PostgreSQL did not start"
}

stop() {
    local dir=$1
    [ -f "$dir/throw-away" ] || die "$dir holds no throw-away cluster"
    as_owner "$(postgres_bin)/pg_ctl" stop --pgdata="$dir/data" --mode=immediate --silent >/dev/null 2>&1 ||
        say "PostgreSQL in $dir was not running"
    rm -rf "$dir"
}

run() {
    local exports
    exports=$(start)
    eval "$exports"
    trap 'stop "$TESSERA_TEST_PG_DIR"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    "$@"
}

case ${1:-} in
    start) start ;;
    stop) stop "${2:?folder of the cluster}" ;;
    run)
        shift
        [ $# -gt 0 ] || die "run what?"
        run "$@"
        ;;
    *) die "usage: scripts/postgres.sh start | stop DIR | run COMMAND..." ;;
esac
