//! The integration tests: the whole program, on both databases, in one binary.

// Helpers of tests may stop the test, as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod backup;
mod bus;
mod command_line;
mod golden;
mod guard;
mod jobs;
mod journal;
mod schema;
mod sign_in;
mod support;
