//! The price list: what products and services cost, as a sum for each unit or as a share of a sum.
//!
//! Reading order: `model`, `commands`, `queries`, `pages`, `api`.

mod api;
pub mod commands;
pub(crate) mod model;
mod pages;
mod queries;

pub(crate) use api::api;
pub(crate) use pages::routes;

use spine::Registry;

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<commands::SavePrice>();
    registry.add::<commands::DropPrice>();
}
