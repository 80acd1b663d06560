//! Writing records.

mod archive;
mod export;
mod save;

pub use archive::ArchiveRecord;
pub(crate) use export::NoteRecordExport;
pub use save::SaveRecord;
pub(crate) use save::index_tokens;
