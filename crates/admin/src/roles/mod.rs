//! Roles and what they may do over whose clients.

mod api;
mod model;
mod pages;

pub(crate) use api::api;
pub(crate) use pages::routes;
