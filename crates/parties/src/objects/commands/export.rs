//! The journal of exports: who took which records out of the bank, and how many.

use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use uuid::Uuid;

/// Notes an export of records before its first byte leaves.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct NoteRecordExport {
    /// Of this export.
    pub(crate) export_id: Uuid,
    /// Of which kind.
    pub(crate) object: String,
    /// The list's query string.
    pub(crate) filter: String,
    /// Records in the file.
    pub(crate) rows: u64,
}

impl Command for NoteRecordExport {
    const NAME: &'static str = "parties.note_record_export";
    const PERMISSION: &'static str = "record.export";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let change = Change::new()
            .set("object", self.object.as_str())
            .set("filter", self.filter.as_str())
            .set("rows", self.rows);
        w.record("custom_record_export", self.export_id, None, change);
        Ok(())
    }
}
