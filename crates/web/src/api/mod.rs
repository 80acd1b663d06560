//! The API kit: what every operation under `/api/v1` is made of.
//!
//! Owns the shape of an operation (path, permission, schemas, what it answers), the checks every request
//! passes before a room sees it (rate, media type, size, schema, key, precondition), problems (RFC 9457),
//! paging by key, entity tags, and the OpenAPI document that is put together from the very operations that
//! are served. What an operation does is written in the `api.rs` of its slice.
//!
//! Reading order: `operation`, `serve`, `call`, `answer`, `problem`, then `schema` and `document`.

mod answer;
mod bulk;
mod call;
mod document;
mod operation;
mod own;
mod paging;
mod problem;
mod rate;
mod schema;
mod serve;

pub use answer::Answer;
pub use call::{Call, Item};
pub use document::{Contract, document};
pub use operation::{Api, Method, NoQuery, Operation, Outcome, Take};
pub use own::{OwnQuery, condition_pairs};
pub use paging::{ListQuery, Listing};
pub use problem::Problem;
pub(crate) use problem::{of_response, troubled, unknown_caller};
pub(crate) use rate::Rate;
pub(crate) use serve::routes;

/// Where the API begins.
pub const BASE: &str = "/api/v1";

/// Whether an address is the API's.
pub(crate) fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}
