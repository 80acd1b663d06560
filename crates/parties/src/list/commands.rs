//! The journal of exports: who took which clients out of the bank, and how many.

use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use uuid::Uuid;

/// Notes an export of the list: before the first byte leaves, and again when the last one has left.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NoteExport {
    /// Of this export; both notes carry the same.
    pub export_id: Uuid,
    /// `csv`, `xlsx` or the ending of a file of contact cards.
    pub format: String,
    /// The list's query string, or the ids that were selected.
    pub filter: String,
    /// Keys of the columns.
    pub columns: Vec<String>,
    /// Clients in the file; none while it has not ended.
    pub rows: Option<u64>,
}

impl Command for NoteExport {
    const NAME: &'static str = "parties.note_export";
    const PERMISSION: &'static str = "client.export";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let change = match self.rows {
            None => Change::new()
                .set("format", self.format.as_str())
                .set("filter", self.filter.as_str())
                .set("columns", self.columns.join(", ")),
            Some(rows) => Change::new().set("rows", rows),
        };
        w.record("client_export", self.export_id, None, change);
        Ok(())
    }
}
