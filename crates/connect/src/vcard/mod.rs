//! Contacts as files: vCard 2.1, 3.0 and 4.0 in, vCard 4.0 and CSV out.
//!
//! Owns the parser, the [`Contact`] it fills and the two writers. Standards: vCard 2.1 (versit, 1996), RFC 2426 (3.0),
//! RFC 6350 (4.0), RFC 6868 (parameter escapes). Reading order: `contact`, `read`, `property`, `lines`, `write`.

mod build;
mod card;
mod contact;
mod date;
mod lines;
mod property;
mod read;
mod record;
mod related;
mod table;
mod text;
mod write;

pub use card::CONTACT_FORMAT;
pub use contact::{
    Address, Contact, ContactPoint, Messenger, Organization, PartialDate, Property, Related, Sex,
};
pub use read::{
    CardError, CardErrorCode, CardProblem, CardProblemCode, CardReader, Cards, ReadCard, read_cards,
};
pub use record::contact_record;
pub(crate) use record::property_of;
pub use table::{CONTACT_COLUMNS, write_contacts_csv};
pub use write::write_card;

/// Every limit of reading contacts, named, in one place.
pub mod limits {
    /// Largest vCard file (bytes).
    pub const CARDS_BYTES_MAX: usize = 32 * 1024 * 1024;
    /// Most cards in one file.
    pub const CARDS_MAX: usize = 100_000;
    /// Longest property of a card (bytes), attachments not counted: those are passed over.
    pub const PROPERTY_BYTES_MAX: usize = 256 * 1024;
    /// Most parameters of one property that are kept.
    pub const PARAMS_MAX: usize = 64;
    /// Most properties of one card that are kept.
    pub const CARD_PROPERTIES_MAX: usize = 2_000;
    /// Most problems reported for one file.
    pub const PROBLEMS_MAX: usize = 1_000;
}
