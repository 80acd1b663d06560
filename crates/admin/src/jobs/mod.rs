//! Background work: jobs by state with the dead letters first, messages that could not be sent, and the
//! progress of one job for whoever asked for it.

mod api;
mod pages;
mod queries;

pub(crate) use api::api;
pub(crate) use pages::routes;
