//! Records of the kinds a bank has made for itself: lists, pages, links to clients, and what they are found by.
//!
//! The rules in plain words:
//! - What a record is, its fields and whether it is about a client is data (`crate::fields`).
//! - Who sees a record about a client is who sees the client and may see records of him; a record about nobody
//!   belongs to the branch and the person who wrote it.
//! - A record is called by its first filled field of text, else by its number.
//! - Removal is archiving.
//!
//! Reading order: `commands`, `queries`, `list`, `pages`, `api`.

mod api;
pub mod commands;
mod list;
mod pages;
pub mod queries;

pub(crate) use api::api;
pub(crate) use commands::IMPORT_TARGET;
pub(crate) use pages::{nav, panels, routes, search_sources};

pub(crate) fn register(registry: &mut spine::Registry) {
    registry.add::<commands::SaveRecord>();
    registry.add::<commands::ArchiveRecord>();
    registry.add::<commands::EditRecords>();
    registry.add::<commands::ArchiveRecords>();
    registry.add::<commands::NoteRecordExport>();
    registry.add::<commands::ImportRecords>();
}
