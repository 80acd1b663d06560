//! Writing definitions, and the values of records with the rows they are found by.

mod define;
mod index;
mod object;
mod values;

pub(super) use define::words;
pub use define::{AddField, ArchiveField, EditField};
pub(super) use index::StoreIndex;
pub use object::{AddObject, ArchiveObject, EditObject};
pub(crate) use values::{index_keys, insert_docs, resolve, write_client};
