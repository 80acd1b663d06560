//! Webhooks by the Standard Webhooks specification: other systems are told what changed.
//!
//! Rules:
//! - What is told is ids and names of fields, never a value: the receiver asks the API, under its own right.
//! - A delivery is a row, put in from the journal once for each subscription and entry; it leaves after the
//!   commit that caused it, and again until the receiver says 2xx or the tries are used up.
//! - A delivery may come twice and in any order: its id and the entry's position tell.
//! - Nothing is sent to addresses inside the house, unless the configuration says so; no redirect is followed.
//! - What has ended is kept for thirty days.
//! - The secret is shown once, when the subscription is made.
//!
//! Reading order: `model`, `signature`, `commands`, `queries`, `follower` (from the journal to rows), `sender`
//! (from rows to receivers), `pages`, `api`.

mod api;
mod cleaner;
pub mod commands;
mod follower;
mod model;
mod pages;
pub mod queries;
mod sender;
mod signature;

pub(crate) use api::api;
pub(crate) use cleaner::{Cleaner, FORGET};
pub(crate) use follower::Follower;
pub use model::new_secret;
pub(crate) use pages::routes;
pub use sender::Sender;
pub use signature::sign;

pub(crate) fn register(registry: &mut spine::Registry) {
    registry.add::<commands::AddWebhook>();
    registry.add::<commands::EditWebhook>();
    registry.add::<commands::SetWebhookActive>();
    registry.add::<commands::ResendDelivery>();
    registry.add::<commands::ReplayWebhook>();
    registry.add::<commands::EnqueueDeliveries>();
    registry.add::<commands::ClaimDeliveries>();
    registry.add::<commands::SettleDeliveries>();
    registry.add::<commands::ForgetDeliveries>();
}
