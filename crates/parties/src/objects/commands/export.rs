//! The journal of exports: who took which records out of the bank, and how many.

use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use uuid::Uuid;

/// Notes an export of records: before the first byte leaves, and again when the last one has left.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct NoteRecordExport {
    /// Of this export; both notes carry the same.
    pub(crate) export_id: Uuid,
    /// Of which kind.
    pub(crate) object: String,
    /// `csv` or `xlsx`.
    #[serde(default)]
    pub(crate) format: String,
    /// The list's query string, or the ids that were selected.
    pub(crate) filter: String,
    /// Keys of the fields.
    #[serde(default)]
    pub(crate) columns: Vec<String>,
    /// Records in the file; none while it has not ended.
    pub(crate) rows: Option<u64>,
}

impl Command for NoteRecordExport {
    const NAME: &'static str = "parties.note_record_export";
    const PERMISSION: &'static str = "record.export";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let change = Change::new().set("object", self.object.as_str());
        let change = match self.rows {
            None => change
                .set("format", self.format.as_str())
                .set("filter", self.filter.as_str())
                .set("columns", self.columns.join(", ")),
            Some(rows) => change.set("rows", rows),
        };
        w.record("custom_record_export", self.export_id, None, change);
        Ok(())
    }
}
