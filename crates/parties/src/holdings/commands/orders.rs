//! Standing orders from a feed.

use serde::{Deserialize, Serialize};
use spine::import::{ImportBatch, ImportOutcome, ImportReject, ImportRow};
use spine::{Command, Error, Work};
use uuid::Uuid;

use super::super::model::{OrderState, StandingOrder};
use super::super::queries;
use super::refs::{self, Refs};
use super::{PERMISSION, accounts, fields, rows};

pub(super) const KIND: &str = "standing_order";

/// Takes standing orders.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportOrders(pub ImportBatch);

impl Command for ImportOrders {
    const NAME: &'static str = "parties.import_standing_orders";
    const PERMISSION: &'static str = PERMISSION;
    type Output = ImportOutcome;

    async fn handle(&self, work: &mut Work<'_>) -> Result<ImportOutcome, Error> {
        let batch = &self.0;
        let mut sorted = refs::sort(work, KIND, batch).await?;
        let accounts = Refs::of_fields(work, batch, accounts::KIND, "account_ref").await?;
        let known = sorted.tasks.iter().filter_map(|task| task.known);
        let place = (queries::ORDER, "standing_order", "s");
        let before =
            rows::before(work, place, known, queries::order, |s: &StandingOrder| s.id).await?;
        let mut orders = Vec::new();
        for task in std::mem::take(&mut sorted.tasks) {
            let old = task.known.and_then(|id| before.get(&id));
            let id = old.map_or_else(|| work.new_id(), |s| s.id);
            match read(task.row, id, &accounts) {
                Ok(order) => {
                    sorted.count(old.is_none());
                    orders.push((task, old, order));
                }
                Err(reject) => sorted.outcome.rejected.push(reject),
            }
        }
        let owners = rows::owners(work, orders.iter().map(|(_, _, s)| s.account_id)).await?;
        let (mut written, mut saved) = (Vec::new(), Vec::new());
        for (task, old, order) in orders {
            let change = refs::difference("order", old, &order)?;
            let owner = owners.get(&order.account_id).copied();
            work.record("standing_order", order.id, owner, change);
            written.push(rows::order(&order));
            saved.push((KIND, task.row.external_id.as_str(), order.id, task.digest));
        }
        work.insert_many(rows::ORDER, &written, rows::ORDER_AGAIN).await?;
        refs::save(work, &batch.source, saved).await?;
        Ok(sorted.outcome)
    }
}

fn read(row: &ImportRow, id: Uuid, accounts: &Refs) -> Result<StandingOrder, ImportReject> {
    Ok(StandingOrder {
        id,
        account_id: accounts.required(accounts::KIND, row, "account_ref")?,
        to_bank: fields::text(row, "to_bank")?,
        to_account: fields::text(row, "to_account")?,
        amount_minor: fields::required_positive(row, "amount_minor")?,
        currency: fields::currency(row, "currency")?,
        purpose: fields::text(row, "purpose")?,
        state: fields::word(row, "state", Some(OrderState::Active), OrderState::from_key)?,
    })
}
