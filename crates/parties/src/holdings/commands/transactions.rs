//! Movements from a feed, with the monthly turnovers and balances they make.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use spine::import::{ImportBatch, ImportOutcome, ImportReject, ImportRow};
use spine::{Change, Command, Error, Work};
use uuid::Uuid;

use super::super::model::Transaction;
use super::super::queries;
use super::refs::{self, Refs};
use super::{IMPORT, accounts, balances, day_order, fields, rows};

pub(super) const KIND: &str = "transaction";

/// Takes movements. Within a day, records without an ordinal are put into the order their balances tell,
/// or else stay in that of the file. The journal
/// gets one entry per batch: its counts and the SHA-256 of what was taken.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportTransactions(pub ImportBatch);

/// A movement and what it was before, when it is known already.
pub(super) struct Movement {
    pub(super) old: Option<Transaction>,
    pub(super) new: Transaction,
}

impl Command for ImportTransactions {
    const NAME: &'static str = "parties.import_transactions";
    const PERMISSION: &'static str = IMPORT;
    type Output = ImportOutcome;

    async fn handle(&self, work: &mut Work<'_>) -> Result<ImportOutcome, Error> {
        let batch = &self.0;
        let mut sorted = refs::sort(work, KIND, batch).await?;
        let accounts = Refs::of_fields(work, batch, accounts::KIND, "account").await?;
        let known = sorted.tasks.iter().filter_map(|task| task.known);
        let place = (queries::TRANSACTION, "account_transaction", "t");
        let id_of = |t: &Transaction| t.id;
        let mut before = rows::before(work, place, known, queries::transaction, id_of).await?;
        let (mut movements, mut saved) = (Vec::new(), Vec::new());
        let mut unordered = BTreeSet::new();
        let mut hasher = Sha256::new();
        for task in std::mem::take(&mut sorted.tasks) {
            let old = task.known.and_then(|id| before.remove(&id));
            let id = old.as_ref().map_or_else(|| work.new_id(), |t| t.id);
            match read(task.row, id, &accounts) {
                Ok(new) => {
                    if task.row.int("ordinal").is_none() {
                        unordered.insert((new.account_id, new.on_date));
                    }
                    sorted.count(old.is_none());
                    hasher.update(&task.digest);
                    saved.push((KIND, task.row.external_id.as_str(), id, task.digest));
                    movements.push(Movement { old, new });
                }
                Err(reject) => sorted.outcome.rejected.push(reject),
            }
        }
        let written: Vec<_> = movements.iter().map(|m| rows::transaction(&m.new)).collect();
        work.insert_many(rows::TRANSACTION, &written, rows::TRANSACTION_AGAIN).await?;
        day_order::settle(work, &unordered).await?;
        balances::months(work, &movements).await?;
        balances::balances(work, &movements).await?;
        refs::save(work, &batch.source, saved).await?;
        record(work, &batch.source, &sorted.outcome, &hasher.finalize());
        Ok(sorted.outcome)
    }
}

fn read(row: &ImportRow, id: Uuid, accounts: &Refs) -> Result<Transaction, ImportReject> {
    let in_file = i64::try_from(row.row).unwrap_or(i64::MAX);
    Ok(Transaction {
        id,
        account_id: accounts.required(accounts::KIND, row, "account")?,
        on_date: fields::required_date(row, "booked_on")?,
        ordinal: fields::positive(row, "ordinal")?.unwrap_or(in_file),
        amount_minor: fields::required_amount(row, "amount")?,
        balance_minor: fields::amount(row, "balance")?,
        kind: fields::text(row, "operation")?,
        purpose: fields::text(row, "purpose")?,
        partner_bank: fields::text(row, "counterparty_bank")?,
        partner_account: fields::text(row, "counterparty_account")?,
    })
}

fn record(work: &mut Work<'_>, source: &str, outcome: &ImportOutcome, sha256: &[u8]) {
    if outcome.created + outcome.changed == 0 {
        return;
    }
    let hex: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    let change = Change::new()
        .set("batch_source", source)
        .set("batch_kind", KIND)
        .set("batch_created", outcome.created)
        .set("batch_changed", outcome.changed)
        .set("batch_sha256", hex);
    let id: Uuid = work.new_id();
    work.record("feed_batch", id, None, change);
}
