//! Contacts with clients over every channel, notes, and the timeline that shows everything that ever
//! happened with a client. Rows are only ever added: a correction is a new row that points to the old.
//!
//! Reading order: `model` (channels, topics, results), `commands`, `queries`, `pages`.

pub(crate) mod api;
pub mod commands;
pub mod model;
pub(crate) mod pages;
pub mod queries;

pub(crate) fn register(registry: &mut spine::Registry) {
    registry.add::<commands::LogInteraction>();
    registry.add::<commands::CorrectInteraction>();
    registry.add::<commands::AddNote>();
    registry.add::<commands::LoadHistory>();
    registry.fieldable(&[commands::INTERACTION]);
}
