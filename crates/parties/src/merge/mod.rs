//! Two records of one client become one, and can become two again.
//!
//! Owns the record of merges (`client_merge`), what moved (`client_merge_move`) and which fields changed
//! (`client_merge_field`). The *survivor* keeps his card; the other one becomes a *tombstone*: its row stays
//! as it was, appears nowhere, and its addresses lead to the survivor. Every row that is bound to a client in
//! any room moves, by the list the rooms give the spine; what the survivor has already stays behind.
//! Un-merging moves back exactly what was moved, newest merge first.
//!
//! Reading order: `model` (which value wins), `bound` (what moves), `commands`, `queries`, `pages`.

mod api;
mod bound;
pub mod commands;
pub mod model;
mod pages;
pub mod queries;

pub(crate) use api::api;
pub(crate) use bound::CLIENT_BOUND;
pub(crate) use pages::{moved, routes, strip};

pub(crate) fn register(registry: &mut spine::Registry) {
    registry.add::<commands::MergeClients>();
    registry.add::<commands::UnmergeClients>();
}
