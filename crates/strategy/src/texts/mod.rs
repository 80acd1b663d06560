//! Texts of messages: what clerks write to clients, in both languages, with places such as `{client}` that are filled in when
//! a text is used ([`kernel::template`]). The room that records contacts reads them.
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
    registry.add::<commands::SaveText>();
    registry.add::<commands::DropText>();
}
