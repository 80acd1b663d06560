//! The demo bank: a believable bank from a fixed seed.

pub mod model;
