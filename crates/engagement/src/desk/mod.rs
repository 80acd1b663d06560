//! The desk of a branch: who has come, who he is, what he came for, what was done for him, and the operations of the day. A visit
//! that ends becomes a contact on the client's timeline, with how long he waited and how long he was served.
//!
//! Reading order: `model` (states, tickets, service), `commands` (`regard`: whose people are known wherever they come), `queries`,
//! `prints` (by what a stranger is found), `found` (looking for one), `pages`.

pub(crate) mod api;
pub mod commands;
mod found;
pub mod model;
pub(crate) mod pages;
mod prints;
pub mod queries;

pub(crate) use commands::rebuild_regard;
pub use commands::{REFRESH, Refresh, RefreshRegard, RegardReader};

pub(crate) fn register(registry: &mut spine::Registry) {
    registry.add::<commands::OpenVisit>();
    registry.add::<commands::CallVisitor>();
    registry.add::<commands::IdentifyVisitor>();
    registry.add::<commands::RecogniseVisitor>();
    registry.add::<commands::RejectVisitor>();
    registry.add::<commands::ChooseTheme>();
    registry.add::<commands::TickVisitStep>();
    registry.add::<commands::FinishVisit>();
    registry.add::<commands::LeaveVisit>();
    registry.add::<commands::RecordOperation>();
    registry.add::<commands::ReverseOperation>();
    registry.add::<commands::MoveTillCash>();
    registry.add::<commands::SaveTheme>();
    registry.add::<RefreshRegard>();
}
