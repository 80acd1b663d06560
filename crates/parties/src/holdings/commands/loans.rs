//! Loans from a feed.

use std::collections::BTreeMap;

use kernel::{AccountId, ClientId, LoanId};
use serde::{Deserialize, Serialize};
use spine::import::{ImportBatch, ImportOutcome, ImportReject, ImportRow};
use spine::{Command, Error, Work};

use super::super::model::{Loan, LoanKind, LoanState};
use super::super::queries;
use super::refs::{self, Refs};
use super::roles::CLIENT;
use super::{PERMISSION, accounts, fields, rows};

pub(super) const KIND: &str = "loan";

/// Takes loans. A loan names its client or the account it is paid from, whose owner then owes it. The
/// state `overdue` is a running loan with missed payments; how many days, `days_past_due` may say.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportLoans(pub ImportBatch);

/// What the references of loans point at.
struct Targets {
    accounts: Refs,
    clients: Refs,
    owners: BTreeMap<AccountId, ClientId>,
}

impl Command for ImportLoans {
    const NAME: &'static str = "parties.import_loans";
    const PERMISSION: &'static str = PERMISSION;
    type Output = ImportOutcome;

    async fn handle(&self, work: &mut Work<'_>) -> Result<ImportOutcome, Error> {
        let batch = &self.0;
        let mut sorted = refs::sort(work, KIND, batch).await?;
        let targets = targets(work, batch).await?;
        let known = sorted.tasks.iter().filter_map(|task| task.known);
        let place = (queries::LOAN, "loan", "l");
        let before = rows::before(work, place, known, queries::loan, |l: &Loan| l.id.uuid()).await?;
        let (mut written, mut saved) = (Vec::new(), Vec::new());
        for task in std::mem::take(&mut sorted.tasks) {
            let old = task.known.and_then(|id| before.get(&id));
            let id = old.map_or_else(|| work.new_id(), |l| l.id);
            let loan = match read(task.row, id, &targets) {
                Ok(loan) => loan,
                Err(reject) => {
                    sorted.outcome.rejected.push(reject);
                    continue;
                }
            };
            sorted.count(old.is_none());
            let change = refs::difference("loan", old, &loan)?;
            work.record("loan", id, Some(loan.client_id), change);
            written.push(rows::loan(&loan, work.ctx.now));
            saved.push((KIND, task.row.external_id.as_str(), id.uuid(), task.digest));
        }
        work.insert_many(rows::LOAN, &written, rows::LOAN_AGAIN).await?;
        refs::save(work, &batch.source, saved).await?;
        Ok(sorted.outcome)
    }
}

async fn targets(work: &mut Work<'_>, batch: &ImportBatch) -> Result<Targets, Error> {
    let accounts = Refs::of_fields(work, batch, accounts::KIND, "account_ref").await?;
    let clients = Refs::of_fields(work, batch, CLIENT, "client_ref").await?;
    let named = batch.rows.iter().filter_map(|row| row.text("account_ref"));
    let named: Vec<AccountId> = named
        .filter_map(|id| accounts.get(accounts::KIND, &id).map(|known| known.entity_id.into()))
        .collect();
    let owners = rows::owners(work, named.into_iter()).await?;
    Ok(Targets { accounts, clients, owners })
}

fn read(row: &ImportRow, id: LoanId, targets: &Targets) -> Result<Loan, ImportReject> {
    let account_id: Option<AccountId> =
        targets.accounts.resolve(accounts::KIND, row, "account_ref")?;
    let client: Option<ClientId> = targets.clients.resolve(CLIENT, row, "client_ref")?;
    let owner = || account_id.and_then(|account| targets.owners.get(&account).copied());
    let client_id =
        client.or_else(owner).ok_or_else(|| fields::reject(row, "client_ref", "required"))?;
    let (state, is_late) = state(row)?;
    let days = fields::positive(row, "days_past_due")?;
    let overdue = fields::positive(row, "overdue_minor")?;
    let is_late = is_late || overdue.is_some_and(|minor| minor > 0);
    let owed = fields::positive(row, "owed_minor")?;
    Ok(Loan {
        id,
        number: fields::text(row, "number")?,
        account_id,
        client_id,
        kind: fields::word(row, "kind", Some(LoanKind::Other), LoanKind::from_key)?,
        currency: fields::currency(row, "currency")?,
        amount_minor: fields::required_positive(row, "amount_minor")?,
        term_months: fields::required_term(row, "term_months")?,
        payment_minor: fields::positive(row, "payment_minor")?.unwrap_or(0),
        rate_bp: fields::rate(row, "rate_bp")?,
        opened_on: fields::required_date(row, "opened_on")?,
        ends_on: fields::date(row, "ends_on")?,
        state,
        owed_minor: if state == LoanState::Closed { Some(owed.unwrap_or(0)) } else { owed },
        overdue_minor: overdue.unwrap_or(0),
        days_past_due: if is_late { days.filter(|d| *d > 0) } else { Some(days.unwrap_or(0)) },
        next_payment_on: fields::date(row, "next_payment_on")?,
    })
}

fn state(row: &ImportRow) -> Result<(LoanState, bool), ImportReject> {
    if row.text("state").as_deref() == Some("overdue") {
        return Ok((LoanState::Running, true));
    }
    Ok((fields::word(row, "state", None, LoanState::from_key)?, false))
}
