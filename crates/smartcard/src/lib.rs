//! `smartcard`: the client's smart card, from what stands on it to what the centre makes of it afterwards. Pure:
//! no database, no page, no clock and no chance of its own; a reader is whatever carries bytes there and back.
//!
//! In reading order:
//! - [`profile`]: the digest of a client that the bank has signed ([`cose`]);
//! - [`record`]: what the card logs and certifies; its counters;
//! - [`keys`]: who holds which key, and what it proves;
//! - [`files`], [`apdu`]: the card's files and the words of ISO 7816-4;
//! - [`terminal`]: what a desk does with a card, and how the centre makes one;
//! - `readers`: cards in readers, through PC/SC (feature `pcsc`);
//! - [`offline`]: what a desk may do while it cannot ask; [`journal`]: what it keeps of it;
//! - [`reconcile`]: what the centre makes of the records when they come;
//! - [`hex`]: bytes as digits;
//! - `soft`: a card in software, for trials and tests (feature `soft`).

pub mod apdu;
mod cbor;
mod copies;
pub mod cose;
pub mod files;
pub mod hex;
pub mod journal;
pub mod keys;
pub mod offline;
mod pin;
pub mod profile;
#[cfg(feature = "pcsc")]
pub mod readers;
pub mod reconcile;
pub mod record;
#[cfg(any(test, feature = "soft"))]
pub mod soft;
pub mod terminal;
mod values;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use cbor::CborFault;
pub use copies::Stored;
pub use pin::Pin;
pub use values::{CardNumber, CardTime, Code, Holder};
