//! Loans from a feed.

use std::collections::BTreeMap;

use kernel::{AccountId, ClientId, LoanId};
use serde::{Deserialize, Serialize};
use spine::import::{ImportBatch, ImportOutcome, ImportReject, ImportRow};
use spine::{Command, Error, Work};

use super::super::model::{Loan, LoanKind, LoanState};
use super::super::queries;
use super::refs::{self, Refs};
use super::reviews::{self, Reviewed};
use super::roles::CLIENT;
use super::rows::AccountFacts;
use super::{IMPORT, accounts, fields, rows};

pub(super) const KIND: &str = "loan";

/// Takes loans. A loan names its client or the account it is paid from, whose owner then owes it. Its
/// status is `running`, `overdue` (running with missed payments; `days_past_due` may say since when),
/// `repaid` or `closed_unpaid`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ImportLoans(pub ImportBatch);

/// What the references of loans point at.
struct Targets {
    accounts: Refs,
    clients: Refs,
    facts: BTreeMap<AccountId, AccountFacts>,
}

impl Command for ImportLoans {
    const NAME: &'static str = "parties.import_loans";
    const PERMISSION: &'static str = IMPORT;
    type Output = ImportOutcome;

    async fn handle(&self, work: &mut Work<'_>) -> Result<ImportOutcome, Error> {
        let batch = &self.0;
        let mut sorted = refs::sort(work, KIND, batch).await?;
        let targets = targets(work, batch).await?;
        let known = sorted.tasks.iter().filter_map(|task| task.known);
        let place = (queries::LOAN, "loan", "l");
        let before =
            rows::before(work, place, known, queries::loan, |l: &Loan| l.id.uuid()).await?;
        let (mut written, mut saved, mut reviews) = (Vec::new(), Vec::new(), Vec::new());
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
            reviews.push((id.uuid(), old.and_then(|l| l.review_on), loan.review_on));
            saved.push((KIND, task.row.external_id.as_str(), id.uuid(), task.digest));
        }
        work.insert_many(rows::LOAN, &written, rows::LOAN_AGAIN).await?;
        reviews::write(work, Reviewed::Loan, &reviews).await?;
        refs::save(work, &batch.source, saved).await?;
        Ok(sorted.outcome)
    }
}

async fn targets(work: &mut Work<'_>, batch: &ImportBatch) -> Result<Targets, Error> {
    let accounts = Refs::of_fields(work, batch, accounts::KIND, "account").await?;
    let clients = Refs::of_fields(work, batch, CLIENT, "client").await?;
    let named = batch.rows.iter().filter_map(|row| row.text("account"));
    let named: Vec<AccountId> = named
        .filter_map(|id| accounts.get(accounts::KIND, &id).map(|known| known.entity_id.into()))
        .collect();
    let facts = rows::account_facts(work, named.into_iter()).await?;
    Ok(Targets { accounts, clients, facts })
}

fn read(row: &ImportRow, id: LoanId, targets: &Targets) -> Result<Loan, ImportReject> {
    let account_id: Option<AccountId> = targets.accounts.resolve(accounts::KIND, row, "account")?;
    let client: Option<ClientId> = targets.clients.resolve(CLIENT, row, "client")?;
    let facts = account_id.and_then(|account| targets.facts.get(&account));
    let owner = facts.and_then(|f| f.owner);
    let client_id = client.or(owner).ok_or_else(|| fields::reject(row, "client", "required"))?;
    let (state, is_late) = state(row)?;
    let days = fields::positive(row, "days_past_due")?;
    let overdue = fields::positive(row, "overdue")?;
    let is_late = is_late || overdue.is_some_and(|minor| minor > 0);
    let owed = fields::positive(row, "owed")?;
    Ok(Loan {
        id,
        number: fields::text(row, "number")?,
        account_id,
        client_id,
        kind: fields::word(row, "product", Some(LoanKind::Other), LoanKind::from_key)?,
        currency: fields::currency_or(row, "currency", facts.map(|f| f.currency))?,
        amount_minor: fields::required_positive(row, "principal")?,
        term_months: fields::required_term(row, "term_months")?,
        payment_minor: fields::positive(row, "monthly_payment")?.unwrap_or(0),
        rate_bp: fields::rate(row, "rate_bp")?,
        review_on: fields::date(row, "review_on")?,
        opened_on: fields::required_date(row, "granted_on")?,
        ends_on: fields::date(row, "ends_on")?,
        state,
        owed_minor: if state == LoanState::Closed { Some(owed.unwrap_or(0)) } else { owed },
        overdue_minor: overdue.unwrap_or(0),
        days_past_due: if is_late { days.filter(|d| *d > 0) } else { Some(days.unwrap_or(0)) },
        next_payment_on: fields::date(row, "next_payment_on")?,
    })
}

/// The words of feeds, and whether payments are missed.
fn state(row: &ImportRow) -> Result<(LoanState, bool), ImportReject> {
    let word = |word: &str| match word {
        "running" => Some((LoanState::Running, false)),
        "overdue" => Some((LoanState::Running, true)),
        "repaid" => Some((LoanState::Closed, false)),
        "closed_unpaid" => Some((LoanState::Defaulted, false)),
        _ => None,
    };
    fields::word(row, "status", None, word)
}
