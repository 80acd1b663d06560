//! My day: one ordered queue of what to do now, each row with the reasons for its place.
//!
//! Reading order: `model` (the order and its reasons), `queries`, `pages`.

pub mod model;
pub(crate) mod pages;
pub mod queries;
