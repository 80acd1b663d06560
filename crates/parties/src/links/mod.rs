//! Who belongs to whom: typed, dated links between clients, the graph of them, and the exposure of a
//! group of connected clients.
//!
//! A link is held by one side and read from both: "`from` is … of `to`". It ends by a date and stays in
//! the history. Two clients belong to one group when one is a member of the other (household, group) or
//! owns more than half of it. A client the person may not see is counted and never named, and nothing
//! is reached through him.
//!
//! A household or group has at most one main member: a member who stands for it. That is a fact of its
//! own, in the history of the circle and of the member, and it ends with his membership.
//!
//! Reading order: `model` (kinds, rules, groups), `commands`, `queries`, `pages`.

mod api;
pub mod commands;
pub mod model;
mod pages;
pub mod queries;

pub(crate) use api::api;
pub(crate) use pages::{own_record, panels, pick, routes};

pub(crate) fn register(registry: &mut spine::Registry) {
    registry.add::<commands::AddLink>();
    registry.add::<commands::EndLink>();
    registry.add::<commands::SetMainMember>();
    registry.fieldable(&[commands::LINK]);
}
