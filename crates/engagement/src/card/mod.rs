//! The client's smart card in the bank's hands: issued and stopped at the centre, read and written at desks, reconciled when its
//! records come. The protocol is the room `smartcard`; here it meets clients, desks and the database.
//!
//! A card is never at the server: a program at the clerk's machine carries commands to it, the page carries them between both, and
//! the server goes through the talk step by step (`pages/talk.rs`). Keys stay at the server.
//!
//! Reading order: `model` (readings, terms, rules), `keys`, `commands` (`issue`, `read`, `pay`, `settle`, `alarm`), `queries`,
//! `pages`.

pub(crate) mod api;
pub mod commands;
pub mod keys;
pub mod model;
pub(crate) mod pages;
pub mod queries;

pub use commands::settle::{SETTLE, Settle, settle_waiting};
pub use keys::CardKeys;

pub(crate) fn register(registry: &mut spine::Registry) {
    registry.add::<commands::IssueCard>();
    registry.add::<commands::ActivateCard>();
    registry.add::<commands::SetCardTerms>();
    registry.add::<commands::SetCardPin>();
    registry.add::<commands::StopCard>();
    registry.add::<commands::ReadCard>();
    registry.add::<commands::AllowCardPayment>();
    registry.add::<commands::PayByCard>();
    registry.add::<commands::ReportCard>();
    registry.add::<commands::DecideCardAlarm>();
    registry.add::<commands::settle::SettleCard>();
}
