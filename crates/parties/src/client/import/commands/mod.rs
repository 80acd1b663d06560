//! The command that takes a batch of clients from a feed.

mod address;
mod kept;
mod own;
mod owners;
mod write;

use std::collections::BTreeMap;

use kernel::ClientId;
use serde::{Deserialize, Serialize};
use spine::import::{ImportBatch, ImportOutcome};
use spine::{Command, Error, Work};
use store::{Read, Value, params};

use crate::client::import::read::{Branches, Incoming, read_row, reject};
use crate::client::model::Status;
use crate::fields;
use crate::identity;
pub(super) use own::{Own, Owned, own_clients};
use owners::Owners;
use write::{insert, update};

/// Clients of one feed, in file order.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ImportClients(pub(crate) ImportBatch);

impl Command for ImportClients {
    const NAME: &'static str = "parties.import_clients";
    const PERMISSION: &'static str = "import.run";
    type Output = ImportOutcome;

    async fn handle(&self, w: &mut Work<'_>) -> Result<ImportOutcome, Error> {
        take(w, &self.0, Status::Active, &Owned::new()).await
    }
}

/// Takes a batch; new clients of whom the feed does not say where they stand get `status`. `own` are the
/// rows that name a client of ours without ever having been brought in.
///
/// # Errors
/// The database's; rows that cannot be are in the outcome.
pub(crate) async fn take(
    w: &mut Work<'_>,
    batch: &ImportBatch,
    status: Status,
    own: &Owned,
) -> Result<ImportOutcome, Error> {
    let mut outcome = ImportOutcome::default();
    let known = known_refs(w, batch, "client").await?;
    let branches = branch_refs(w, &batch.source).await?;
    let definitions = fields::queries::read_held(w).await?;
    let mut read: Vec<Incoming> = Vec::with_capacity(batch.rows.len());
    for row in &batch.rows {
        match read_row(w, row, (&branches, &definitions), status.key()).await? {
            Ok(incoming) => read.push(incoming),
            Err(rejects) => outcome.rejected.extend(rejects),
        }
    }
    let mut owners = Owners::of(w, read.iter()).await?;
    let mut fresh: Vec<Incoming> = Vec::new();
    let mut touched: Vec<ClientId> = Vec::new();
    let mut taken: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for incoming in read {
        let (row, external_id) = (incoming.row, incoming.external_id.as_str());
        match taken.get(external_id) {
            Some(first) if *first == incoming.digest => {
                outcome.unchanged += 1;
                continue;
            }
            Some(_) => {
                outcome.rejected.push(reject(row, None, "import-twice", external_id));
                continue;
            }
            None => drop(taken.insert(external_id.to_owned(), incoming.digest.clone())),
        }
        let found = known.get(external_id);
        if found.is_some_and(|one| one.is_erased) {
            outcome.rejected.push(reject(row, None, "client-erased", external_id));
            continue;
        }
        if found.is_some_and(|one| one.digest == incoming.digest) {
            outcome.unchanged += 1;
            continue;
        }
        let ours = || own.get(external_id).map(|one| one.id);
        let client = found.map(|one| one.id.into()).or_else(ours);
        if let Some((kind, value)) = owners.take(&incoming, client) {
            outcome.rejected.push(reject(row, Some(&kind), "identifier-taken", &value));
            continue;
        }
        match client {
            Some(id) => {
                let (is_changed, kept) = update(w, id, &incoming, (batch, &definitions)).await?;
                let count = if is_changed { &mut outcome.changed } else { &mut outcome.unchanged };
                *count += 1;
                touched.extend(is_changed.then_some(id));
                outcome.kept.extend(kept);
            }
            None => fresh.push(incoming),
        }
    }
    outcome.rejected.sort_by_key(|reject| reject.row);
    outcome.created = u64::try_from(fresh.len()).unwrap_or(0);
    touched.extend(insert(w, &fresh, (&batch.source, &definitions)).await?);
    outcome.pairs = identity::commands::note_pairs(w, &touched, "import").await?;
    Ok(outcome)
}

/// A client a feed has brought before.
struct Known {
    id: uuid::Uuid,
    /// Of the row it was last read from.
    digest: Vec<u8>,
    /// His personal data was erased: a feed does not bring it back.
    is_erased: bool,
}

/// By external id.
async fn known_refs(
    w: &mut Work<'_>,
    batch: &ImportBatch,
    kind: &str,
) -> Result<BTreeMap<String, Known>, Error> {
    let mut out = BTreeMap::new();
    for chunk in batch.rows.chunks(500) {
        let places: Vec<String> = (3..chunk.len() + 3).map(|n| format!("${n}")).collect();
        let sql = format!(
            "select external_id, entity_id, digest, case when exists (select 1 from client_erasure e \
             where e.client_id = external_ref.entity_id) then 1 else 0 end from external_ref \
             where source = $1 and kind = $2 and external_id in ({})",
            places.join(", ")
        );
        let mut values: Vec<Value> = vec![(&batch.source).into(), kind.into()];
        values.extend(chunk.iter().map(|r| Value::from(&r.external_id)));
        for row in w.query(&sql, &values).await? {
            let mut c = row.cols();
            let external_id = c.take()?;
            let (id, digest, is_erased) = (c.take()?, c.take()?, c.take()?);
            out.insert(external_id, Known { id, digest, is_erased });
        }
    }
    Ok(out)
}

async fn branch_refs(w: &mut Work<'_>, source: &str) -> Result<Branches, Error> {
    let sql =
        "select external_id, entity_id from external_ref where source = $1 and kind = 'branch'";
    let mut out = BTreeMap::new();
    for row in w.query(sql, params![source]).await? {
        let mut c = row.cols();
        out.insert(c.take()?, c.take()?);
    }
    Ok(out)
}
