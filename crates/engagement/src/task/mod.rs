//! Tasks and promises: what is to be done for a client, by whom and by when; the next step of every
//! client; and the care that nothing of a very important client is forgotten.
//!
//! Reading order: `model` (life cycle and rules), `commands`, `queries`, `escalation` (by time),
//! `follow` (when a person leaves or a client changes), `pages`.

pub(crate) mod api;
pub mod commands;
mod counted;
mod escalation;
mod follow;
pub mod model;
pub(crate) mod pages;
pub mod queries;

pub(crate) use escalation::{ESCALATE, Escalation};
pub(crate) use follow::Follower;

pub(crate) fn register(registry: &mut spine::Registry) {
    registry.add::<commands::AddTask>();
    registry.add::<commands::CloseTask>();
    registry.add::<commands::CancelTask>();
    registry.add::<commands::ReopenTask>();
    registry.add::<commands::PostponeTask>();
    registry.add::<commands::ReassignTask>();
    registry.add::<commands::EscalateTask>();
    registry.add::<commands::HandOverTasks>();
    registry.add::<commands::FollowClient>();
    registry.fieldable(&[commands::TASK]);
}
