//! What a client holds at the bank: accounts with their roles, cards, loans, standing orders, movements
//! and monthly turnovers. The core banking system owns these facts; they come by feed and nobody edits
//! them here.
//!
//! Reading order: `model` (words, sums), `indicators` (signs that need a hand, with every threshold), `average`, `queries`, `commands`
//! (one import command per kind of record, and the loader of a generated bank), `pages`.
//!
//! Rules:
//! - Who may see a client may still not see his money: every amount needs `holding.read` over the
//!   client it belongs to.
//! - "No such product" and "zero" are two answers; a debt the source does not tell is neither.
//! - A record that comes again changes nothing; a changed one changes exactly its difference.

mod api;
pub mod average;
pub mod commands;
pub mod indicators;
pub mod model;
mod pages;
pub mod queries;

pub(crate) use api::api;
pub(crate) use commands::{IMPORT_TARGETS, register};
pub(crate) use pages::{own_record, panels, routes};
