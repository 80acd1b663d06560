//! Standing orders from a feed.

use std::collections::BTreeMap;

use kernel::AccountId;
use serde::{Deserialize, Serialize};
use spine::import::{ImportBatch, ImportOutcome, ImportReject, ImportRow};
use spine::{Command, Error, Work};
use uuid::Uuid;

use super::super::model::{OrderState, StandingOrder};
use super::super::queries;
use super::refs::{self, Refs};
use super::rows::AccountFacts;
use super::{IMPORT, accounts, fields, rows};

pub(super) const KIND: &str = "order";

/// Takes standing orders.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportOrders(pub ImportBatch);

impl Command for ImportOrders {
    const NAME: &'static str = "parties.import_standing_orders";
    const PERMISSION: &'static str = IMPORT;
    type Output = ImportOutcome;

    async fn handle(&self, work: &mut Work<'_>) -> Result<ImportOutcome, Error> {
        let batch = &self.0;
        let mut sorted = refs::sort(work, KIND, batch).await?;
        let accounts = Refs::of_fields(work, batch, accounts::KIND, "account").await?;
        let known = sorted.tasks.iter().filter_map(|task| task.known);
        let place = (queries::ORDER, "standing_order", "s");
        let before =
            rows::before(work, place, known, queries::order, |s: &StandingOrder| s.id).await?;
        let named = batch.rows.iter().filter_map(|row| row.text("account"));
        let named = named.filter_map(|id| accounts.get(accounts::KIND, &id));
        let named: Vec<AccountId> = named.map(|known| known.entity_id.into()).collect();
        let facts = rows::account_facts(work, named.into_iter()).await?;
        let (mut written, mut saved) = (Vec::new(), Vec::new());
        for task in std::mem::take(&mut sorted.tasks) {
            let old = task.known.and_then(|id| before.get(&id));
            let id = old.map_or_else(|| work.new_id(), |s| s.id);
            let order = match read(task.row, id, &accounts, &facts) {
                Ok(order) => order,
                Err(reject) => {
                    sorted.outcome.rejected.push(reject);
                    continue;
                }
            };
            sorted.count(old.is_none());
            let change = refs::difference("order", old, &order)?;
            let owner = facts.get(&order.account_id).and_then(|f| f.owner);
            work.record("standing_order", id, owner, change);
            written.push(rows::order(&order));
            saved.push((KIND, task.row.external_id.as_str(), id, task.digest));
        }
        work.insert_many(rows::ORDER, &written, rows::ORDER_AGAIN).await?;
        refs::save(work, &batch.source, saved).await?;
        Ok(sorted.outcome)
    }
}

fn read(
    row: &ImportRow,
    id: Uuid,
    accounts: &Refs,
    facts: &BTreeMap<AccountId, AccountFacts>,
) -> Result<StandingOrder, ImportReject> {
    let account_id = accounts.required(accounts::KIND, row, "account")?;
    let currency = facts.get(&account_id).map(|f| f.currency);
    Ok(StandingOrder {
        id,
        account_id,
        to_bank: fields::text(row, "counterparty_bank")?,
        to_account: fields::text(row, "counterparty_account")?,
        amount_minor: fields::required_positive(row, "amount")?,
        currency: fields::currency_or(row, "currency", currency)?,
        purpose: fields::text(row, "purpose")?,
        state: fields::word(row, "status", Some(OrderState::Active), OrderState::from_key)?,
    })
}
