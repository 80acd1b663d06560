//! The nodes at branches, as the centre's administrators see them: which there are, what about them needs attention, inviting
//! one and shutting one out. The nodes themselves are the spine's (`spine::replica::nodes`).
//!
//! Reading order: `model`, `invite`, `pages`, `api`, `watch`.

mod api;
pub(crate) mod commands;
mod invite;
mod model;
mod pages;
pub(crate) mod queries;
mod watch;

pub(crate) use api::api;
pub(crate) use pages::routes;
pub(crate) use watch::{PRUNE, Prune, WATCH, Watch};

use spine::Registry;

/// Who looks after nodes.
pub(crate) const PERMISSION: &str = "admin.nodes";

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<commands::NoteSilence>();
    registry.add::<commands::NoteHeard>();
    registry.add::<commands::NoteCarried>();
}
