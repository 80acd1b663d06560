//! Service scripts: what is said and done, step by step, when a client comes with something.
//!
//! Reading order: `commands`, `queries`, `pages`, `api`.

mod api;
pub mod commands;
mod pages;
mod queries;

pub(crate) use api::api;
pub(crate) use pages::routes;

use spine::Registry;

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<commands::SaveScript>();
    registry.add::<commands::DropScript>();
}
