//! Identity of imported records: which are new, which changed, and what their references point at.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Refusal, Refusals};
use serde::Serialize;
use sha2::{Digest, Sha256};
use spine::import::{ImportBatch, ImportOutcome, ImportReject, ImportRow};
use spine::{Change, Error, FieldEdit, Work};
use store::{Read, StoreError, Value};
use uuid::Uuid;

use crate::holdings::queries::places;

/// Ids asked for in one query, far below the parameter limits of both databases.
const IDS_AT_ONCE: usize = 2_000;

/// Characters of a refused value kept in the reject.
const VALUE_CHARS_MAX: usize = 80;

/// A rejection of one field.
pub(crate) fn reject(row: &ImportRow, field: &str, code: &str) -> ImportReject {
    ImportReject {
        row: row.row,
        field: Some(field.to_owned()),
        code: code.to_owned(),
        args: Vec::new(),
        value: row.text(field).unwrap_or_default().chars().take(VALUE_CHARS_MAX).collect(),
    }
}

/// The fields of the bank's own that a row fills: an empty cell leaves a field as it is. What the form would have
/// shown is still to be put in.
pub(crate) fn own_edits(row: &ImportRow) -> Vec<FieldEdit> {
    let one = |key: &String| {
        let value = row.text(key)?;
        Some(FieldEdit { field: key.clone(), original: String::new(), value })
    };
    row.fields.keys().filter(|key| key.starts_with("x_")).filter_map(one).collect()
}

/// What a command refused, as rejects of the row; `named` says what the feed calls a field.
pub(crate) fn rejects(
    row: &ImportRow,
    refusals: Refusals,
    named: impl Fn(&str) -> &str,
) -> Vec<ImportReject> {
    let one = |refusal: Refusal| {
        let field = refusal.field.as_deref().unwrap_or_default();
        ImportReject { args: refusal.args, ..reject(row, named(field), &refusal.code) }
    };
    refusals.0.into_iter().map(one).collect()
}

/// What is known of a record.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// What it became.
    pub(crate) entity_id: Uuid,
    /// SHA-256 of its fields when it came last.
    pub(crate) digest: Vec<u8>,
}

/// Known records of one source by kind and external id.
#[derive(Debug, Default)]
pub(crate) struct Refs(BTreeMap<(String, String), Known>);

impl Refs {
    /// Reads all records of some kinds with these external ids. A client whose data was erased is not known.
    pub(crate) async fn fetch<R: Read>(
        db: &mut R,
        source: &str,
        kinds: &[&str],
        ids: BTreeSet<String>,
    ) -> Result<Refs, StoreError> {
        let ids: Vec<Value> = ids.into_iter().map(Value::Text).collect();
        let mut all = BTreeMap::new();
        for chunk in ids.chunks(IDS_AT_ONCE) {
            let sql = format!(
                "select kind, external_id, entity_id, digest from external_ref \
                 where source = $1 and kind in ({}) and external_id in ({}) and not exists \
                 (select 1 from client_erasure e where e.client_id = external_ref.entity_id)",
                places(2, kinds.len()),
                places(2 + kinds.len(), chunk.len())
            );
            let mut params = vec![Value::from(source)];
            params.extend(kinds.iter().map(|kind| Value::from(*kind)));
            params.extend_from_slice(chunk);
            for row in db.query(&sql, &params).await? {
                let mut c = row.cols();
                let key = (c.take()?, c.take()?);
                all.insert(key, Known { entity_id: c.take()?, digest: c.take()? });
            }
        }
        Ok(Refs(all))
    }
    /// Reads what some fields of a batch point at.
    pub(crate) async fn of_fields<R: Read>(
        db: &mut R,
        batch: &ImportBatch,
        kind: &str,
        field: &str,
    ) -> Result<Refs, StoreError> {
        let ids: BTreeSet<String> = batch.rows.iter().filter_map(|row| row.text(field)).collect();
        Refs::fetch(db, &batch.source, &[kind], ids).await
    }
    /// A record by kind and external id.
    pub(crate) fn get(&self, kind: &str, external_id: &str) -> Option<&Known> {
        self.0.get(&(kind.to_owned(), external_id.to_owned()))
    }
    /// What a field points at; none when the field is empty.
    pub(crate) fn resolve<T: From<Uuid>>(
        &self,
        kind: &str,
        row: &ImportRow,
        field: &str,
    ) -> Result<Option<T>, ImportReject> {
        let Some(external_id) = row.text(field) else {
            return Ok(None);
        };
        match self.get(kind, &external_id) {
            Some(known) => Ok(Some(known.entity_id.into())),
            None => Err(reject(row, field, "import-unknown-ref")),
        }
    }
    /// What a required field points at.
    pub(crate) fn required<T: From<Uuid>>(
        &self,
        kind: &str,
        row: &ImportRow,
        field: &str,
    ) -> Result<T, ImportReject> {
        self.resolve(kind, row, field)?.ok_or_else(|| reject(row, field, "required"))
    }
}

/// A record that must be written.
pub(crate) struct Task<'a> {
    /// The record.
    pub(crate) row: &'a ImportRow,
    /// SHA-256 of its fields.
    pub(crate) digest: Vec<u8>,
    /// What it became before; none for a new one.
    pub(crate) known: Option<Uuid>,
}

/// A batch with the records that changed nothing taken out.
pub(crate) struct Sorted<'a> {
    /// What must be written, in file order; each external id once.
    pub(crate) tasks: Vec<Task<'a>>,
    /// Counts so far.
    pub(crate) outcome: ImportOutcome,
}

/// Tells new and changed records from those that came before as they are.
pub(crate) async fn sort<'a, R: Read>(
    db: &mut R,
    kind: &str,
    batch: &'a ImportBatch,
) -> Result<Sorted<'a>, StoreError> {
    let ids: BTreeSet<String> = batch.rows.iter().map(|row| row.external_id.clone()).collect();
    let known = Refs::fetch(db, &batch.source, &[kind], ids).await?;
    let mut sorted = Sorted { tasks: Vec::new(), outcome: ImportOutcome::default() };
    let mut taken: BTreeMap<&str, Vec<u8>> = BTreeMap::new();
    for row in &batch.rows {
        let digest = digest_of(row);
        if row.external_id.is_empty() {
            sorted.outcome.rejected.push(reject_whole(row, "required"));
            continue;
        }
        if let Some(first) = taken.get(row.external_id.as_str()) {
            if *first == digest {
                sorted.outcome.unchanged += 1;
            } else {
                sorted.outcome.rejected.push(reject_whole(row, "import-twice"));
            }
            continue;
        }
        taken.insert(&row.external_id, digest.clone());
        match known.get(kind, &row.external_id) {
            Some(before) if before.digest == digest => sorted.outcome.unchanged += 1,
            before => {
                let known = before.map(|k| k.entity_id);
                sorted.tasks.push(Task { row, digest, known });
            }
        }
    }
    Ok(sorted)
}

/// A rejection of a row as a whole.
pub(crate) fn reject_whole(row: &ImportRow, code: &str) -> ImportReject {
    ImportReject {
        row: row.row,
        field: None,
        code: code.to_owned(),
        args: Vec::new(),
        value: row.external_id.chars().take(VALUE_CHARS_MAX).collect(),
    }
}

impl Sorted<'_> {
    /// Counts a written record.
    pub(crate) fn count(&mut self, is_new: bool) {
        let counter = if is_new { &mut self.outcome.created } else { &mut self.outcome.changed };
        *counter += 1;
    }
}

/// SHA-256 over the fields of a record; its place in the file does not count.
fn digest_of(row: &ImportRow) -> Vec<u8> {
    let mut hasher = Sha256::new();
    for (key, value) in &row.fields {
        let text = match value {
            spine::import::ImportValue::Int(n) => n.to_string(),
            spine::import::ImportValue::Text(t) => t.clone(),
        };
        for part in [key.as_bytes(), text.as_bytes()] {
            hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(part);
        }
    }
    hasher.finalize().to_vec()
}

/// A reference to write: kind, external id, what it became, digest.
type NewRef<'a> = (&'a str, &'a str, Uuid, Vec<u8>);

/// Writes references; known ones get the new digest.
pub(crate) async fn save(
    work: &mut Work<'_>,
    source: &str,
    refs: Vec<NewRef<'_>>,
) -> Result<(), StoreError> {
    let rows: Vec<Vec<Value>> = refs
        .into_iter()
        .map(|(kind, id, entity, digest)| {
            vec![source.into(), kind.into(), id.into(), entity.into(), digest.into()]
        })
        .collect();
    work.insert_many(
        "insert into external_ref (source, kind, external_id, entity_id, digest) values",
        &rows,
        "on conflict (source, kind, external_id) do update \
         set entity_id = excluded.entity_id, digest = excluded.digest",
    )
    .await?;
    Ok(())
}

/// The fields that differ, for the journal; each named `PREFIX_FIELD`.
pub(crate) fn difference<T: Serialize>(
    prefix: &str,
    before: Option<&T>,
    after: &T,
) -> Result<Change, Error> {
    let before = before.map(serde_json::to_value).transpose()?.unwrap_or_default();
    let after = serde_json::to_value(after)?;
    let mut change = Change::new();
    for (key, value) in after.as_object().into_iter().flatten().filter(|(key, _)| *key != "id") {
        let old = before.get(key).cloned().unwrap_or_default();
        change = change.field(&format!("{prefix}_{key}"), old, value.clone());
    }
    Ok(change)
}
