//! Personal data: what is told to the person, what is erased at his word, and what the law keeps.
//!
//! - An **access report** holds everything the bank keeps of a client, by the list of what is bound to a client
//!   (`spine::ClientBound`): a table that is forgotten there fails a test, not the person.
//! - **Erasing** takes every row of that list. What a law keeps (the file on a client after a contract, the
//!   proof of a consent) goes into one archive, sealed under the client's own key and out of reach of daily work; the
//!   rest goes at once. The key is closed: nothing new can be written of him by any command of any room. When
//!   the last term is over, or when no law keeps anything, the key is destroyed: archive, journal and files of his
//!   can never be read again, here or in an old backup, and the journal still verifies.
//! - Terms stand in the jurisdiction pack. An open contract stands against erasing; two people must agree.
//!
//! Reading order: `model`, `commands/erase`, `commands/destroy`, `queries`, `job`, `pages`.

mod api;
pub mod commands;
mod job;
pub mod model;
mod pages;
pub mod queries;
mod report;
mod words;

pub(crate) use api::api;
pub(crate) use job::RetentionJob;
pub(crate) use pages::routes;
pub use report::told_columns;

pub(crate) fn register(registry: &mut spine::Registry) {
    registry.add::<commands::EraseClient>();
    registry.add::<commands::DestroyArchive>();
    registry.add::<commands::OpenArchive>();
    registry.add::<commands::NoteReport>();
}
