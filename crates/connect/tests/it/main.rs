//! The pure half of `connect` at its boundary: files in, records and contacts out.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test stops at the first surprise"
)]

mod berka;
mod support;
