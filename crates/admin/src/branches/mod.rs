//! Where the bank works: regions, their branches, and teams.

mod api;
mod pages;

pub(crate) use api::api;
pub(crate) use pages::routes;
