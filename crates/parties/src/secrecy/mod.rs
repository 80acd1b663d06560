//! How secret a client's card is, opening it for a reason, and who has read it.
//!
//! Rules: the level is set under a right of its own and every change is journalled; whoever reads a card
//! that is not open leaves a line in the log of readings, which for a secret card is durable before the
//! answer is shown; a closed card may be opened by a person, for a reason, for a while, when the bank's rules
//! allow it. What may be seen of a card is decided by `spine::secrecy`, not here.
//!
//! Reading order: `commands`, `queries`, `pages`, `api`.

mod api;
pub mod commands;
mod pages;
pub mod queries;

pub(crate) use api::api;
pub(crate) use pages::{button, mark, read_log, routes, strip};

pub(crate) fn register(registry: &mut spine::Registry) {
    registry.add::<commands::SetSecrecy>();
    registry.add::<commands::OpenCard>();
    registry.add::<commands::ShutCard>();
    registry.add::<commands::NoteReads>();
}
