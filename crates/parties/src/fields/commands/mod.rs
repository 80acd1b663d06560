//! Writing definitions, and the values of records with the rows they are found by.

mod define;
mod door;
mod index;
mod object;
mod own;
mod typed;
mod values;

pub(super) use define::words;
pub use define::{AddField, ArchiveField, EditField};
pub(crate) use door::OwnDoor;
pub(super) use index::StoreIndex;
pub(super) use object::words as object_words;
pub use object::{AddObject, ArchiveObject, EditObject};
pub use own::EditOwn;
pub(crate) use typed::{Stored, read_typed};
pub(crate) use values::{index_keys, insert_docs, resolve, write_client};
