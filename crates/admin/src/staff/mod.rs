//! Staff: the list, a person, his form, his password and sessions, leaving and coming back; and one's own
//! password.
//!
//! Reading order: `model` (filtering and paging in memory), `queries` (what the directory does not hold),
//! `pages`.

mod api;
mod model;
mod pages;
mod queries;

pub(crate) use api::api;
pub(crate) use pages::{days, routes};
