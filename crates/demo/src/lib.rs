//! The demo bank: a believable bank from a fixed seed.

pub mod load;
pub mod model;
