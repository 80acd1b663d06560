//! Records of the bank's own kinds from feeds: what a form checks is checked, by the same command.

use kernel::{ClientId, RecordId};
use serde::{Deserialize, Serialize};
use spine::import::{
    ImportBatch, ImportField, ImportOutcome, ImportReject, ImportRow, ImportTarget,
};
use spine::{Command, Error, Work};

use super::save::{SaveRecord, hold, object_of};
use crate::fields::model::{Definitions, Object};
use crate::fields::queries::read_held;
use crate::objects::queries;
use crate::refs::{self, Refs, Task, own_edits, reject, reject_whole};

/// Before the key of a kind of record, as mappings name it: `record:visits`.
const KIND: &str = "record";
/// The field that names the client a record is about: his external id in the feed, or his number.
const CLIENT: &str = "client";
/// The field that names a record that is there, by its number.
const NUMBER: &str = "number";

const fn optional(key: &'static str) -> ImportField {
    ImportField { key, required: false }
}

/// What a feed may bring of a record: beside these, fields of its kind by their keys (`x_…`).
pub(crate) const IMPORT_TARGET: ImportTarget = ImportTarget {
    kind: KIND,
    command: ImportRecords::NAME,
    fields: &[optional(NUMBER), optional(CLIENT)],
};

/// Records of one kind from a feed. A row is known by its external id; it may also name a record by its number. An
/// empty cell leaves a field as it is, and a row that comes again as it was changes nothing.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ImportRecords(pub(crate) ImportBatch);

impl Command for ImportRecords {
    const NAME: &'static str = "parties.import_records";
    const PERMISSION: &'static str = "import.run";
    type Output = ImportOutcome;

    async fn handle(&self, w: &mut Work<'_>) -> Result<ImportOutcome, Error> {
        let batch = &self.0;
        w.ctx.principal.require(SaveRecord::PERMISSION)?;
        let definitions = read_held(w).await?;
        let key = batch.kind.split_once(':').map_or("", |(_, key)| key);
        let Ok(object) = object_of(w, &definitions, key) else {
            let rejected = |row| reject_whole(row, "record-kind-unknown");
            let rejected = batch.rows.iter().map(rejected).collect();
            return Ok(ImportOutcome { rejected, ..ImportOutcome::default() });
        };
        let mut sorted = refs::sort(w, &batch.kind, batch).await?;
        let clients = Refs::of_fields(w, batch, "client", CLIENT).await?;
        let mut saved = Vec::new();
        for task in std::mem::take(&mut sorted.tasks) {
            let about = (&definitions, &*object, &clients);
            match take(w, &task, about).await? {
                Ok((id, written)) => {
                    match written {
                        Written::New => sorted.count(true),
                        Written::Changed => sorted.count(false),
                        Written::Same => sorted.outcome.unchanged += 1,
                    }
                    saved.push((
                        batch.kind.as_str(),
                        task.row.external_id.as_str(),
                        id.uuid(),
                        task.digest,
                    ));
                }
                Err(rejects) => sorted.outcome.rejected.extend(rejects),
            }
        }
        refs::save(w, &batch.source, saved).await?;
        sorted.outcome.rejected.sort_by_key(|reject| reject.row);
        Ok(sorted.outcome)
    }
}

/// What became of a row that was taken.
#[derive(Clone, Copy)]
enum Written {
    New,
    Changed,
    Same,
}

/// A row's record, or everything that is wrong with it.
type Taken = Result<(RecordId, Written), Vec<ImportReject>>;

async fn take(
    w: &mut Work<'_>,
    task: &Task<'_>,
    (definitions, object, clients): (&Definitions, &Object, &Refs),
) -> Result<Taken, Error> {
    let row = task.row;
    let known = match (task.known, row.text(NUMBER)) {
        (Some(id), _) => Some(RecordId::from_uuid(id)),
        (None, Some(number)) => match queries::id_of(w, &object.key, &number).await? {
            Some(id) => Some(id),
            None => return Ok(Err(vec![reject(row, NUMBER, "no-such-record")])),
        },
        (None, None) => None,
    };
    let client = match client_of(w, row, clients).await? {
        Ok(client) => client,
        Err(reject) => return Ok(Err(vec![reject])),
    };
    let mut command = SaveRecord {
        object: object.key.clone(),
        record_id: known,
        client_id: client,
        edits: own_edits(row),
    };
    let Some(id) = known else {
        let added = command.add(w, definitions, object).await;
        return refused(row, added.map(|id| (id, Written::New)));
    };
    // put away, erased or out of reach: a feed does not bring it back
    let record = match hold(w, object, id).await {
        Ok(record) => record,
        Err(Error::NotFound) => return Ok(Err(vec![reject_whole(row, "no-such-record")])),
        Err(other) => return Err(other),
    };
    if client.is_some() && client != record.client_id {
        return Ok(Err(vec![reject(row, CLIENT, "record-client-fixed")]));
    }
    for edit in &mut command.edits {
        edit.original = record.custom.get(&edit.field).cloned().unwrap_or_default();
    }
    let changed = command.change(w, definitions, object, &record).await;
    let written = |changed| if changed { Written::Changed } else { Written::Same };
    refused(row, changed.map(|changed| (id, written(changed))))
}

/// About whom a row is: the feed's own client, or one of a number who is in reach.
async fn client_of(
    w: &mut Work<'_>,
    row: &ImportRow,
    clients: &Refs,
) -> Result<Result<Option<ClientId>, ImportReject>, Error> {
    let Some(text) = row.text(CLIENT) else { return Ok(Ok(None)) };
    if let Some(known) = clients.get("client", &text) {
        let id = ClientId::from_uuid(known.entity_id);
        let now = crate::merge::queries::survivor(w, id).await?;
        return Ok(Ok(Some(now.unwrap_or(id))));
    }
    let principal = std::sync::Arc::clone(&w.ctx.principal);
    let found = queries::client_of_number(w, &principal, &text).await?;
    Ok(found.map(Some).ok_or_else(|| reject(row, CLIENT, "no-such-client")))
}

/// What the feed calls a field of the command.
fn named(field: &str) -> &str {
    if field == "client_id" { CLIENT } else { field }
}

/// What the command refused, as rejects of the row.
fn refused(row: &ImportRow, outcome: Result<(RecordId, Written), Error>) -> Result<Taken, Error> {
    match outcome {
        Ok(taken) => Ok(Ok(taken)),
        Err(Error::Refused(refusals)) => Ok(Err(refs::rejects(row, refusals, named))),
        Err(Error::NotFound | Error::Forbidden(_)) => {
            Ok(Err(vec![reject_whole(row, "no-such-record")]))
        }
        Err(other) => Err(other),
    }
}
