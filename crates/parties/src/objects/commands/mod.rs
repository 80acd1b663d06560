//! Writing records.

mod archive;
mod export;
mod import;
mod save;

pub use archive::ArchiveRecord;
pub(crate) use export::NoteRecordExport;
pub(crate) use import::{IMPORT_TARGET, ImportRecords};
pub use save::SaveRecord;
pub(crate) use save::index_tokens;
