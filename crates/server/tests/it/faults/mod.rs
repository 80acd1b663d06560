//! Faults from outside: processes killed at any moment, a full disk, a database that goes and comes back, one
//! that is slow, a clock set back, uploads that break off. What was acknowledged stays, what was not is repeated
//! without harm, and nobody has to lend a hand.
//!
//! `TESSERA_FAULTS=500 scripts/postgres.sh run cargo test -p server --test it faults::kills -- --nocapture`
//! kills five hundred times on each database; `TESSERA_FAULTS_SEED` repeats the moments of a run.

mod away;
mod clock;
mod disk;
mod kills;
mod proof;
mod rig;
mod slow;
mod torn;
mod writers;
