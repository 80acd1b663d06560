#!/usr/bin/env bash
# A throw-away PostgreSQL for tests and measurements: its own cluster in a temporary folder, on a free port of the
# loopback, with a random password, without fsync. Nothing of an installed cluster is touched.
#
#   scripts/postgres.sh run COMMAND...   starts it, runs the command with TESSERA_TEST_PG set, stops it
#   eval "$(scripts/postgres.sh start)"  starts it and sets TESSERA_TEST_PG and TESSERA_TEST_PG_DIR
#   scripts/postgres.sh stop DIR         stops it and removes its folder
#   scripts/postgres.sh pair             starts a primary with a synchronous streaming replica, both with TLS; prints
#                                        DIR, PRIMARY, REPLICA and BOTH (addresses), one NAME=VALUE a line
#   scripts/postgres.sh alone            starts one that keeps what it has acknowledged (with fsync); prints DIR and URL
#   scripts/postgres.sh kill DIR         kills it, or the primary of a pair, on the spot, with all its processes
#   scripts/postgres.sh halt DIR         stops it, or the primary of a pair, at once but in order
#   scripts/postgres.sh again DIR        starts it again after that, on the same port
#   scripts/postgres.sh promote DIR      makes the replica of a pair the primary
#   scripts/postgres.sh restart DIR      stops and starts the primary of a pair
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

# A certificate of an authority made up on the spot, for localhost and nothing else.
certify() {
    local dir=$1 name=$2
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=Throw-away authority" \
        -keyout "$dir/$name-ca.key" -out "$dir/$name-ca.pem" 2>/dev/null
    openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" \
        -keyout "$dir/server.key" -out "$dir/server.csr" 2>/dev/null
    printf 'subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n' >"$dir/server.ext"
    openssl x509 -req -days 2 -in "$dir/server.csr" -CA "$dir/$name-ca.pem" -CAkey "$dir/$name-ca.key" \
        -CAcreateserial -extfile "$dir/server.ext" -out "$dir/server.pem" 2>/dev/null
}

# start_on FOLDER LOG: starts a cluster on a free port and prints the port.
start_on() {
    local bin=$1 data=$2 log=$3 try port
    for try in 1 2 3 4 5 6 7 8 9 10; do
        port=$((20000 + RANDOM % 12000))
        if as_owner "$bin/pg_ctl" start --pgdata="$data" --wait --timeout=60 --silent --log="$log" \
            --options="-p $port" </dev/null >/dev/null 2>&1; then
            printf '%s\n' "$port"
            return
        fi
        grep -q 'in use' "$log" || break
        say "port $port is taken (try $try)"
        : >"$log"
    done
    cat "$log" >&2
    return 1
}

pair() {
    local bin dir password primary replica user
    bin=$(postgres_bin)
    [ -n "$bin" ] || die "no PostgreSQL server programs found (Debian: apt-get install postgresql)"
    has openssl || die "openssl is missing"
    dir=$(mktemp -d "${TMPDIR:-/tmp}/tessera-pair.XXXXXX")
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    certify "$dir" right
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=Another authority" \
        -keyout "$dir/wrong-ca.key" -out "$dir/wrong-ca.pem" 2>/dev/null
    initialise "$bin" "$dir" "$password" || { rm -rf "$dir"; die "initdb failed"; }
    # what was acknowledged is on the replica and can be read there
    as_owner tee -a "$dir/data/postgresql.conf" >/dev/null <<CONF
wal_level = replica
max_wal_senders = 5
hot_standby = on
synchronous_commit = remote_apply
ssl = on
ssl_cert_file = '$dir/server.pem'
ssl_key_file = '$dir/server.key'
CONF
    primary=$(start_on "$bin" "$dir/data" "$dir/server.log") || { rm -rf "$dir"; die "no primary"; }
    user="postgres://tessera:$password@localhost"
    as_owner "$bin/pg_basebackup" --pgdata="$dir/replica" --write-recovery-conf --checkpoint=fast --no-sync \
        --dbname="$user:$primary/postgres?application_name=replica" 2>"$dir/basebackup.log" ||
        { cat "$dir/basebackup.log" >&2; stop_pair "$dir"; die "pg_basebackup failed"; }
    replica=$(start_on "$bin" "$dir/replica" "$dir/replica.log") || { stop_pair "$dir"; die "no replica"; }
    # only the primary waits for a standby: one that was promoted has none
    as_owner tee -a "$dir/data/postgresql.conf" >/dev/null <<<"synchronous_standby_names = 'replica'"
    as_owner "$bin/pg_ctl" reload --pgdata="$dir/data" --silent >/dev/null
    cat <<SAID
DIR=$dir
PRIMARY=$user:$primary/postgres
REPLICA=$user:$replica/postgres
BOTH=postgres://tessera:$password@localhost:$primary,localhost:$replica/postgres
SAID
}

# A cluster for those who kill it: what it acknowledges is on the disk.
alone() {
    local bin dir password port
    bin=$(postgres_bin)
    [ -n "$bin" ] || die "no PostgreSQL server programs found (Debian: apt-get install postgresql)"
    dir=$(mktemp -d "${TMPDIR:-/tmp}/tessera-alone.XXXXXX")
    password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    initialise "$bin" "$dir" "$password" || { rm -rf "$dir"; die "initdb failed"; }
    # the last word on a setting counts
    as_owner tee -a "$dir/data/postgresql.conf" >/dev/null <<'CONF'
fsync = on
synchronous_commit = on
full_page_writes = on
recovery_init_sync_method = syncfs
CONF
    port=$(start_on "$bin" "$dir/data" "$dir/server.log") || { rm -rf "$dir"; die "PostgreSQL did not start"; }
    printf 'DIR=%s\nURL=%s\n' "$dir" "postgres://tessera:$password@127.0.0.1:$port/postgres"
    printf '%s\n' "$port" >"$dir/port"
}

is_ours() { [ -f "$1/throw-away" ] || die "$1 holds no throw-away cluster"; }

halt() {
    is_ours "$1"
    as_owner "$(postgres_bin)/pg_ctl" stop --pgdata="$1/data" --mode=fast --wait --silent >/dev/null
}

again() {
    is_ours "$1"
    local try
    for try in 1 2 3 4 5 6 7 8 9 10; do
        # what was killed may need a moment to let go of its memory
        if as_owner "$(postgres_bin)/pg_ctl" start --pgdata="$1/data" --wait --timeout=60 --silent \
            --log="$1/server.log" --options="-p $(cat "$1/port")" </dev/null >/dev/null 2>&1; then
            return
        fi
        sleep 0.2
    done
    tail -n 20 "$1/server.log" >&2
    die "PostgreSQL did not start again (try $try)"
}

is_pair() { [ -f "$1/throw-away" ] && [ -d "$1/replica" ] || die "$1 holds no throw-away pair"; }

kill_primary() {
    is_ours "$1"
    local first
    first=$(head -n 1 "$1/data/postmaster.pid")
    # the children too, at the same instant: a power cut leaves none
    kill -KILL "$first" $(ps -o pid= --ppid "$first") 2>/dev/null || true
}

promote() {
    is_pair "$1"
    as_owner "$(postgres_bin)/pg_ctl" promote --pgdata="$1/replica" --wait --timeout=60 --silent >/dev/null
}

restart_primary() {
    is_pair "$1"
    local port
    port=$(sed -n 4p "$1/data/postmaster.pid")
    as_owner "$(postgres_bin)/pg_ctl" restart --pgdata="$1/data" --wait --mode=fast --silent \
        --log="$1/server.log" --options="-p $port" </dev/null >/dev/null
}

stop_pair() {
    local data
    for data in "$1/replica" "$1/data"; do
        as_owner "$(postgres_bin)/pg_ctl" stop --pgdata="$data" --mode=immediate --silent >/dev/null 2>&1 || true
    done
    rm -rf "$1"
}

stop() {
    local dir=$1
    [ -f "$dir/throw-away" ] || die "$dir holds no throw-away cluster"
    if [ -d "$dir/replica" ]; then
        stop_pair "$dir"
        return
    fi
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
    pair) pair ;;
    alone) alone ;;
    halt) halt "${2:?folder of the cluster}" ;;
    again) again "${2:?folder of the cluster}" ;;
    kill) kill_primary "${2:?folder of the cluster}" ;;
    promote) promote "${2:?folder of the pair}" ;;
    restart) restart_primary "${2:?folder of the pair}" ;;
    run)
        shift
        [ $# -gt 0 ] || die "run what?"
        run "$@"
        ;;
    *) die "usage: scripts/postgres.sh start | stop DIR | run COMMAND... | pair | alone | kill DIR | halt DIR | again DIR | promote DIR | restart DIR" ;;
esac
