//! connect

pub mod feed;
