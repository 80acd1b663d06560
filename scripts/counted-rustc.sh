#!/usr/bin/env bash
# The compiler for our own crates in a build whose counters of coverage can be read while it runs; see fuzz.sh.
exec "$@" -C instrument-coverage -C llvm-args=-runtime-counter-relocation
