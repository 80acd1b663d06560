//! Writing records.

mod archive;
mod bulk;
mod export;
mod import;
mod save;

pub use archive::ArchiveRecord;
pub use bulk::{ArchiveRecords, EditRecords};
pub(crate) use export::NoteRecordExport;
pub(crate) use import::{IMPORT_TARGET, ImportRecords};
pub use save::SaveRecord;
pub(crate) use save::index_tokens;
