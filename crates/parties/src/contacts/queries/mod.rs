//! Reading contacts, documents, addresses, dates, consents and files. Whoever calls has checked that the
//! person may see the client.

mod cards;
mod consent;
mod life;
mod papers;
mod reach;

pub(crate) use cards::{CardFacts, card_facts};
pub use consent::{ConsentText, consent_text, consent_texts, consent_words};
pub(crate) use consent::{consent_text_id, deciding_words, given_since, withdrawn_since};
pub use life::{ImportantDate, date, dates};
pub use papers::{
    ClientFile, Holder, Identifier, file, files, identifier, identifiers, other_holders,
};
pub use reach::{Address, Contact, address, addresses, contact, contacts, shared_by};

use kernel::{Timestamp, UserId};
use store::{Cols, StoreError};

/// Most rows of one kind shown or kept for one client.
pub const ROWS_MAX: i64 = 200;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Origin {
    /// A word of [`super::model::SOURCES`] or the name of a feed.
    pub source: String,
    /// Who wrote it.
    pub author_id: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

fn origin(c: &mut Cols) -> Result<Origin, StoreError> {
    Ok(Origin { source: c.take()?, author_id: c.take()?, at: c.take()? })
}
