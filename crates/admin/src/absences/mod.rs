//! Absences and who stands in: everybody's for the administrator, one's own for everybody.

mod api;
mod pages;
mod queries;

pub(crate) use api::api;
pub(crate) use pages::routes;
