//! The pure half of `connect` at its boundary: files in, records and contacts out.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    missing_docs,
    reason = "a test stops at the first surprise, and its helpers are for tests only"
)]

mod berka;
mod cards;
mod contacts;
mod fields;
mod messages;
mod nasty;
mod sheets;
mod strange;
mod support;
mod vcards;
