//! What belongs to the person a token is of: saved views and notices.

mod api;

pub(crate) use api::api;
