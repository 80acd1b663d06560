//! The administration pages over a bank of its own: the spine, these pages, and a stand-in for the rooms
//! that bring clients and jobs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod absences;
mod conflicts;
mod handing_out;
mod journal;
mod pages;
mod places;
mod rights;
mod staff;
mod support;
mod work;
