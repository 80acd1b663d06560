//! Roles and what they may do over whose clients.

mod model;
mod pages;

pub(crate) use pages::routes;
