//! Branches that work on copies of their own, and a centre.

// Helpers of tests may stop the test, as tests may.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod anew;
mod authority;
mod basics;
mod both_sides;
mod budgets;
mod bundle;
mod cards;
mod carried;
mod catching_up;
mod desk;
mod disk;
mod doing;
mod enrolling;
mod first_files;
mod guided;
mod hostile;
mod known;
mod known_later;
mod modes;
mod processes;
mod programs;
mod service;
mod simulation;
mod till;
mod world;
