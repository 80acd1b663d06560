//! Versions of the strategy bundle as people see them at the centre: what publishing would publish, the releases, the map of
//! which node has which version, and what was done under an old one. What is done stands in the spine (`spine::bundle`).
//!
//! Reading order: `pages`, `api`.

mod api;
mod pages;

pub(crate) use api::api;
pub(crate) use pages::routes;
