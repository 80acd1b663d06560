//! Where the bank works: regions, their branches, and teams.

mod pages;

pub(crate) use pages::routes;
