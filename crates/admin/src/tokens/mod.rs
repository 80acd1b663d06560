//! API tokens: programs that act in a role.

mod pages;
mod queries;

pub(crate) use pages::routes;
