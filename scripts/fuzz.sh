#!/usr/bin/env bash
# Feeds parsers with broken input for as long as one likes: scripts/fuzz.sh [--led] TARGET|all SECONDS [ROUND]
# Every target runs SECONDS; another ROUND (any word) is another row of inputs. What breaks something is written to
# target/fuzz/ and belongs into crates/server/tests/it/fuzz/seeds/TARGET/ with the repair.
# --led: our own crates are built with counters of coverage, and inputs that reach something new are kept in
# target/fuzz/corpus/TARGET/ and led on from, also by later runs (docs/fuzzing.md).
set -euo pipefail
cd "$(dirname "$0")/.."
led=
if [ "${1:-}" = --led ]; then
  led=1
  shift
fi
target=${1:?a target, or all} seconds=${2:?seconds} round=${3:-$(date +%s)}
mkdir -p target/fuzz
if [ -n "$led" ]; then
  export RUSTC_WORKSPACE_WRAPPER=$PWD/scripts/counted-rustc.sh
  # %c: the counters stand in the file while the program runs
  export LLVM_PROFILE_FILE=$PWD/target/fuzz/counters%c
  export TESSERA_FUZZ_COUNTERS=$PWD/target/fuzz/counters
fi
echo "-- round $round${led:+, led by coverage}"
TESSERA_FUZZ_TARGET=$target TESSERA_FUZZ_SECONDS=$seconds TESSERA_FUZZ_ROUND=$round \
  TESSERA_FUZZ_FOUND=$PWD/target/fuzz cargo test -p server --test it -- fuzz:: --nocapture --test-threads 1
