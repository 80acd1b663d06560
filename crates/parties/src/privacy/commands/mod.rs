//! What changes personal data as a whole.

mod destroy;
mod erase;
mod note;
mod rows;

pub use destroy::DestroyArchive;
pub use erase::EraseClient;
pub use note::{NoteReport, OpenArchive};
pub(crate) use rows::{blank_merges, read, take_fields, take_records};

use kernel::ClientId;

/// What the archive of a client is sealed for.
pub(crate) fn archive_purpose(client: ClientId) -> String {
    format!("client_erasure/{client}/archive")
}
