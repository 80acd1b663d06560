//! Accounts from a feed.

use std::collections::BTreeSet;

use kernel::AccountId;
use serde::{Deserialize, Serialize};
use spine::import::{ImportBatch, ImportOutcome, ImportReject, ImportRow};
use spine::{Command, Error, Work};

use super::super::model::{Account, AccountKind};
use super::super::queries;
use super::refs::{self, Refs};
use super::reviews::{self, Reviewed};
use super::{ACCOUNTS, IMPORT, fields, own, rows};
use crate::search::commands as search;

pub(super) const KIND: &str = "account";

/// Takes accounts. A record without a balance leaves the one made from movements alone; a record
/// without a kind is a current account. Beside these fields it may bring those the bank has added to accounts.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportAccounts(pub ImportBatch);

impl Command for ImportAccounts {
    const NAME: &'static str = "parties.import_accounts";
    const PERMISSION: &'static str = IMPORT;
    type Output = ImportOutcome;

    async fn handle(&self, work: &mut Work<'_>) -> Result<ImportOutcome, Error> {
        let batch = &self.0;
        let mut sorted = refs::sort(work, KIND, batch).await?;
        let branches = Refs::of_fields(work, batch, "branch", "branch").await?;
        let known = sorted.tasks.iter().filter_map(|task| task.known);
        let place = (queries::ACCOUNT, "account", "a");
        let before =
            rows::before(work, place, known, queries::account, |a: &Account| a.id.uuid()).await?;
        let facts = rows::account_facts(work, before.values().map(|a| a.id)).await?;
        let (mut written, mut saved, mut renumbered) = (Vec::new(), Vec::new(), Vec::new());
        let (mut reviews, mut owned) = (Vec::new(), Vec::new());
        for task in std::mem::take(&mut sorted.tasks) {
            let old = task.known.and_then(|id| before.get(&id));
            let id = old.map_or_else(|| work.new_id(), |a| a.id);
            let account = match read(task.row, id, &branches, old) {
                Ok(account) => account,
                Err(reject) => {
                    sorted.outcome.rejected.push(reject);
                    continue;
                }
            };
            let own = match own::brought(work, task.row, old.map(|a| a.id)).await? {
                Ok(own) => own,
                Err(rejects) => {
                    sorted.outcome.rejected.extend(rejects);
                    continue;
                }
            };
            sorted.count(old.is_none());
            if old.is_some_and(|old| old.number != account.number) {
                renumbered.push(id);
            }
            let change = refs::difference("account", old, &account)?;
            let change = own.iter().fold(change, |all, own| own.noted(all));
            let owner = facts.get(&id).and_then(|f| f.owner);
            work.record("account", id, owner, change);
            written.push(rows::account(&account, work.ctx.now));
            reviews.push((id.uuid(), old.and_then(|a| a.review_on), account.review_on));
            saved.push((KIND, task.row.external_id.as_str(), id.uuid(), task.digest));
            owned.extend(own.map(|own| (id, own)));
        }
        work.insert_many(rows::ACCOUNT, &written, rows::ACCOUNT_AGAIN).await?;
        for (id, own) in &owned {
            work.write_own(&ACCOUNTS, id.uuid(), own).await?;
        }
        reviews::write(work, Reviewed::Account, &reviews).await?;
        refs::save(work, &batch.source, saved).await?;
        let holders = queries::holders(work, &renumbered).await?;
        for client in holders.iter().map(|(_, _, holder)| holder.id).collect::<BTreeSet<_>>() {
            search::index_client(work, client).await?;
        }
        Ok(sorted.outcome)
    }
}

fn read(
    row: &ImportRow,
    id: AccountId,
    branches: &Refs,
    old: Option<&Account>,
) -> Result<Account, ImportReject> {
    let given = fields::amount(row, "balance")?;
    let given_on = fields::date(row, "balance_on")?;
    let (balance_minor, balance_on) = match (given, old) {
        (Some(balance), _) => (balance, given_on),
        (None, Some(old)) => (old.balance_minor, old.balance_on),
        (None, None) => (0, None),
    };
    Ok(Account {
        id,
        number: fields::required(row, "number")?,
        kind: fields::word(row, "kind", Some(AccountKind::Current), AccountKind::from_key)?,
        currency: fields::currency(row, "currency")?,
        branch_id: branches.resolve("branch", row, "branch")?,
        opened_on: fields::required_date(row, "opened_on")?,
        closed_on: fields::date(row, "closed_on")?,
        matures_on: fields::date(row, "matures_on")?,
        rate_bp: fields::rate(row, "rate_bp")?,
        review_on: fields::date(row, "review_on")?,
        limit_minor: fields::positive(row, "limit")?.unwrap_or(0),
        balance_minor,
        balance_on,
        statement_frequency: fields::text(row, "statement_frequency")?,
    })
}
