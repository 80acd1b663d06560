# What `demo`, `check` and the other scripts share: saying what is done, and bringing what is missing.
# Sourced, never run. Every function says what it does before it does it.
# shellcheck shell=bash

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root: directly, or through sudo.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif has sudo; then
        sudo "$@"
    else
        die "this needs root and there is no sudo; run as root: $*"
    fi
}

# Installs Debian packages: apt_install PACKAGE...
apt_install() {
    has apt-get || die "please install these with your system's package manager: $*"
    if [ -z "${APT_UPDATED:-}" ]; then
        say "apt-get update"
        as_root apt-get update -qq </dev/null || say "apt-get update failed; going on with the lists at hand"
        APT_UPDATED=1
    fi
    say "apt-get install $*"
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 "$@" </dev/null >&2 ||
        die "apt-get could not install: $*"
}

# Rust comes from the user; what rustup can add to it is added.
need_rust() {
    if ! has cargo && [ -x "${CARGO_HOME:-$HOME/.cargo}/bin/cargo" ]; then
        PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
    fi
    has cargo || die "Rust is missing; get it from https://rustup.rs"
    PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
    export PATH
    has cc || apt_install gcc libc6-dev
    # encrypted databases take their ciphers from the system's library
    echo '#include <openssl/evp.h>' | cc -E - >/dev/null 2>&1 || apt_install libssl-dev
}

# need_rust_component NAME: rustfmt and clippy stand in rust-toolchain.toml, so that rustup brings them by itself.
need_rust_component() {
    local command=$1
    [ "$command" = rustfmt ] && command=fmt
    cargo "$command" --version >/dev/null 2>&1 && return
    has rustup || die "cargo $command is missing; install the Rust component $1"
    say "rustup component add $1"
    rustup component add "$1"
}

need_node() {
    if has node && has npm; then return; fi
    apt_install nodejs npm
}

need_python() {
    if has python3 && python3 -c 'import ensurepip, venv' 2>/dev/null; then return; fi
    apt_install python3 python3-venv
}

# Third-party browser files, by the lock file: browser_libraries product|full. Full adds what only tests use.
browser_libraries() {
    local mode=$1
    cmp -s package-lock.json node_modules/.tessera-full && return
    [ "$mode" = product ] && cmp -s package-lock.json node_modules/.tessera-product && return
    local omit=()
    [ "$mode" = product ] && omit=(--omit=dev)
    say "npm ci: browser libraries by package-lock.json"
    npm ci --ignore-scripts --no-audit --no-fund "${omit[@]}" </dev/null >&2 || die "npm ci failed"
    cp package-lock.json "node_modules/.tessera-$mode"
}

# need_cargo_tool NAME VERSION: any version that is there will do; a missing one is built, without the last bit of speed.
need_cargo_tool() {
    cargo "${1#cargo-}" --version >/dev/null 2>&1 && return
    say "cargo install $1 (some minutes, once)"
    env -u CARGO_TARGET_DIR CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
        cargo install "$1" --version "$2" --locked </dev/null >&2 || die "cargo install $1 failed"
}

# The folder of the newest PostgreSQL server's programs, or nothing.
postgres_bin() {
    local newest
    newest=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1)
    if [ -n "$newest" ] && [ -x "$newest/initdb" ]; then
        printf '%s\n' "$newest"
    elif has initdb && has pg_ctl; then
        dirname "$(command -v initdb)"
    fi
}
