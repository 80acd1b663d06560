//! How a client is reached and known: phones, e-mails and messengers, documents and official numbers,
//! addresses, important dates, consents, files.
//!
//! Rules: every value keeps its source, its author and its age; nothing is deleted, only archived; an
//! edit carries the values it was made from, so that two people never overwrite one another unseen; a
//! number that only one client can have is refused for a second one; what a
//! client's words about consents allow is worked out in one place (`model/consent`), in the order in which they
//! were said, and a withdrawal always wins.
//!
//! Reading order: `model` (words, values, the three-way edit, consents), `commands`, `queries`, `consent` (what
//! others ask), `pages`.

mod api;
pub mod commands;
pub mod consent;
pub mod model;
mod pages;
pub mod queries;

pub(crate) use api::api;
pub(crate) use pages::{frame, panels, routes};

pub(crate) fn register(registry: &mut spine::Registry) {
    registry.add::<commands::AddContact>();
    registry.add::<commands::EditContact>();
    registry.add::<commands::ArchiveContact>();
    registry.add::<commands::AddIdentifier>();
    registry.add::<commands::EditIdentifier>();
    registry.add::<commands::ArchiveIdentifier>();
    registry.add::<commands::AddAddress>();
    registry.add::<commands::EditAddress>();
    registry.add::<commands::ArchiveAddress>();
    registry.add::<commands::AddDate>();
    registry.add::<commands::EditDate>();
    registry.add::<commands::ArchiveDate>();
    registry.add::<commands::GiveConsent>();
    registry.add::<commands::WithdrawConsent>();
    registry.add::<commands::AddConsentText>();
    registry.add::<commands::CloseConsentText>();
    registry.add::<commands::AddFile>();
    registry.add::<commands::ArchiveFile>();
}
