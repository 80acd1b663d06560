//! The crate from outside: every worked vector, and inline cases that mean something without them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, clippy::float_arithmetic)]

mod hostile;
mod identifiers;
mod matching;
mod names;
mod packs;
mod vectors;
