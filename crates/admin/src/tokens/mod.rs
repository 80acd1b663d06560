//! API tokens: programs that act in a role.

mod api;
mod pages;
mod queries;

pub(crate) use api::api;
pub(crate) use pages::routes;
