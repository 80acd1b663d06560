//! The nodes at branches, as the centre's administrators see them: which there are, what about them needs attention, inviting
//! one and shutting one out. The nodes themselves are the spine's (`spine::replica::nodes`).
//!
//! Reading order: `model`, `invite`, `pages`, `api`.

mod api;
pub(crate) mod commands;
mod invite;
mod model;
mod pages;
pub(crate) mod queries;

pub(crate) use api::api;
pub(crate) use pages::routes;

use spine::Registry;

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<commands::KeepSecret>();
}
