//! Several records at once: their fields, putting them away and bringing them back. One that may not be changed
//! refuses the whole.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{RecordId, Refusal, limits};
use serde::{Deserialize, Serialize};
use spine::{Command, Error, FieldEdit, Work};

use super::archive;
use super::save::{SaveRecord, hold, object_of};
use crate::fields::queries::{read, read_held};

/// Writes the same values into several records.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EditRecords {
    /// Of which kind.
    pub object: String,
    /// Which.
    pub record_ids: Vec<RecordId>,
    /// Values by field key; an empty text empties the field. Fields that are not named stay.
    pub values: BTreeMap<String, String>,
}

impl Command for EditRecords {
    const NAME: &'static str = "parties.edit_records";
    const PERMISSION: &'static str = "record.edit";
    type Output = u64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<u64, Error> {
        let ids = chosen(&self.record_ids)?;
        if self.values.is_empty() {
            return Err(Error::refused("nothing-to-change"));
        }
        let definitions = read_held(w).await?;
        let object = object_of(w, &definitions, &self.object)?;
        let mut count = 0;
        for id in ids {
            let record = hold(w, &object, id).await?;
            let stored = |key: &String| record.custom.get(key).cloned().unwrap_or_default();
            let edits = self.values.iter().map(|(key, value)| FieldEdit {
                field: key.clone(),
                original: stored(key),
                value: value.clone(),
            });
            let command = SaveRecord {
                object: self.object.clone(),
                record_id: Some(id),
                client_id: None,
                edits: edits.collect(),
            };
            count += u64::from(command.change(w, &definitions, &object, &record).await?);
        }
        Ok(count)
    }
}

/// Puts several records away, or brings them back.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ArchiveRecords {
    /// Of which kind.
    pub object: String,
    /// Which.
    pub record_ids: Vec<RecordId>,
    /// Away, or back.
    pub archived: bool,
}

impl Command for ArchiveRecords {
    const NAME: &'static str = "parties.archive_records";
    const PERMISSION: &'static str = "record.edit";
    type Output = u64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<u64, Error> {
        let ids = chosen(&self.record_ids)?;
        let definitions = read(w).await?;
        let object = object_of(w, &definitions, &self.object)?;
        let mut count = 0;
        for id in ids {
            count += u64::from(archive::set(w, &object, id, self.archived).await?);
        }
        Ok(count)
    }
}

/// Each once, in the order of their ids: two people who act on the same records never wait for each other in a ring.
fn chosen(ids: &[RecordId]) -> Result<BTreeSet<RecordId>, Error> {
    let ids: BTreeSet<RecordId> = ids.iter().copied().collect();
    if ids.is_empty() {
        return Err(Error::refused("nothing-selected"));
    }
    if ids.len() > limits::BULK_CLIENTS_MAX {
        return Err(Refusal::new("too-many-selected").arg("max", limits::BULK_CLIENTS_MAX).into());
    }
    Ok(ids)
}
