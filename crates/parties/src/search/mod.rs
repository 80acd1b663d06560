//! The one search over clients: by name in any order and either script, forgiving typing errors, and by
//! any number: phone, document, tax number, account, client number, e-mail.
//!
//! Own token and trigram tables instead of two full-text dialects: one SQL text, the same answers on
//! both databases and in a branch. Names meet as *skeletons* (`jurisdiction::search_token`).

pub mod commands;
mod keys;
pub mod queries;

pub use keys::{Query, normal_key, parse_query};
pub use queries::{Found, find};
