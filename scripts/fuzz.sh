#!/usr/bin/env bash
# Feeds parsers with broken input for as long as one likes: scripts/fuzz.sh TARGET|all SECONDS [ROUND]
# Every target runs SECONDS; another ROUND (any word) is another row of inputs. What breaks something is written to
# target/fuzz/ and belongs into crates/server/tests/it/fuzz/seeds/TARGET/ with the repair.
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:?a target, or all} seconds=${2:?seconds} round=${3:-$(date +%s)}
mkdir -p target/fuzz
echo "-- round $round"
TESSERA_FUZZ_TARGET=$target TESSERA_FUZZ_SECONDS=$seconds TESSERA_FUZZ_ROUND=$round \
  TESSERA_FUZZ_FOUND=$PWD/target/fuzz cargo test -p server --test it -- fuzz:: --nocapture --test-threads 1
