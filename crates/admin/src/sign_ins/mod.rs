//! Sign-ins out of the ordinary, for whoever reads the journal.

mod pages;
mod queries;

pub(crate) use pages::routes;
