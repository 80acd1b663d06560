//! Holdings as rows of their tables, shared by imports and the loader, and reading them back before a
//! change.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{AccountId, ClientId, Currency, Timestamp};
use store::{Cols, Read, StoreError, Value};
use uuid::Uuid;

use super::super::model::{Account, Card, Loan, StandingOrder, Transaction};
use super::super::queries::places;
use crate::search::commands::IndexDoc;

/// Ids asked for in one query.
const IDS_AT_ONCE: usize = 2_000;

pub(super) const ACCOUNT: &str = "insert into account (id, number, kind, currency, branch_id, \
     opened_on, closed_on, matures_on, rate_bp, limit_minor, balance_minor, balance_on, \
     statement_frequency, updated_at) values";
pub(super) const ACCOUNT_AGAIN: &str = "on conflict (id) do update set number = excluded.number, \
     kind = excluded.kind, currency = excluded.currency, branch_id = excluded.branch_id, \
     opened_on = excluded.opened_on, closed_on = excluded.closed_on, \
     matures_on = excluded.matures_on, rate_bp = excluded.rate_bp, \
     limit_minor = excluded.limit_minor, balance_minor = excluded.balance_minor, \
     balance_on = excluded.balance_on, statement_frequency = excluded.statement_frequency, \
     updated_at = excluded.updated_at";

pub(super) fn account(a: &Account, now: Timestamp) -> Vec<Value> {
    vec![
        a.id.into(),
        a.number.as_str().into(),
        a.kind.into(),
        a.currency.into(),
        a.branch_id.into(),
        a.opened_on.into(),
        a.closed_on.into(),
        a.matures_on.into(),
        a.rate_bp.into(),
        a.limit_minor.into(),
        a.balance_minor.into(),
        a.balance_on.into(),
        a.statement_frequency.as_str().into(),
        now.into(),
    ]
}

pub(super) const ROLE: &str = "insert into account_role (account_id, client_id, role) values";
pub(super) const ROLE_AGAIN: &str = "on conflict (account_id, client_id, role) do nothing";

pub(super) const CARD: &str = "insert into card (id, account_id, client_id, kind, pan_masked, \
     issued_on, expires_on, state, updated_at) values";
pub(super) const CARD_AGAIN: &str = "on conflict (id) do update set \
     account_id = excluded.account_id, client_id = excluded.client_id, kind = excluded.kind, \
     pan_masked = excluded.pan_masked, issued_on = excluded.issued_on, \
     expires_on = excluded.expires_on, state = excluded.state, updated_at = excluded.updated_at";

pub(super) fn card(k: &Card, now: Timestamp) -> Vec<Value> {
    vec![
        k.id.into(),
        k.account_id.into(),
        k.client_id.into(),
        k.kind.into(),
        k.pan_masked.as_str().into(),
        k.issued_on.into(),
        k.expires_on.into(),
        k.state.into(),
        now.into(),
    ]
}

pub(super) const LOAN: &str = "insert into loan (id, number, account_id, client_id, kind, currency, \
     amount_minor, term_months, payment_minor, rate_bp, opened_on, ends_on, state, owed_minor, \
     overdue_minor, days_past_due, next_payment_on, updated_at) values";
pub(super) const LOAN_AGAIN: &str = "on conflict (id) do update set number = excluded.number, \
     account_id = excluded.account_id, client_id = excluded.client_id, kind = excluded.kind, \
     currency = excluded.currency, amount_minor = excluded.amount_minor, \
     term_months = excluded.term_months, payment_minor = excluded.payment_minor, \
     rate_bp = excluded.rate_bp, opened_on = excluded.opened_on, ends_on = excluded.ends_on, \
     state = excluded.state, owed_minor = excluded.owed_minor, \
     overdue_minor = excluded.overdue_minor, days_past_due = excluded.days_past_due, \
     next_payment_on = excluded.next_payment_on, updated_at = excluded.updated_at";

pub(super) fn loan(l: &Loan, now: Timestamp) -> Vec<Value> {
    vec![
        l.id.into(),
        l.number.as_str().into(),
        l.account_id.into(),
        l.client_id.into(),
        l.kind.into(),
        l.currency.into(),
        l.amount_minor.into(),
        l.term_months.into(),
        l.payment_minor.into(),
        l.rate_bp.into(),
        l.opened_on.into(),
        l.ends_on.into(),
        l.state.into(),
        l.owed_minor.into(),
        l.overdue_minor.into(),
        l.days_past_due.into(),
        l.next_payment_on.into(),
        now.into(),
    ]
}

pub(super) const ORDER: &str = "insert into standing_order (id, account_id, to_bank, to_account, \
     amount_minor, currency, purpose, state) values";
pub(super) const ORDER_AGAIN: &str = "on conflict (id) do update set \
     account_id = excluded.account_id, to_bank = excluded.to_bank, \
     to_account = excluded.to_account, amount_minor = excluded.amount_minor, \
     currency = excluded.currency, purpose = excluded.purpose, state = excluded.state";

pub(super) fn order(s: &StandingOrder) -> Vec<Value> {
    vec![
        s.id.into(),
        s.account_id.into(),
        s.to_bank.as_str().into(),
        s.to_account.as_str().into(),
        s.amount_minor.into(),
        s.currency.into(),
        s.purpose.as_str().into(),
        s.state.into(),
    ]
}

pub(super) const TRANSACTION: &str = "insert into account_transaction (id, account_id, on_date, \
     ordinal, amount_minor, balance_minor, kind, purpose, partner_bank, partner_account) values";
pub(super) const TRANSACTION_AGAIN: &str = "on conflict (id) do update set \
     account_id = excluded.account_id, on_date = excluded.on_date, ordinal = excluded.ordinal, \
     amount_minor = excluded.amount_minor, balance_minor = excluded.balance_minor, \
     kind = excluded.kind, purpose = excluded.purpose, partner_bank = excluded.partner_bank, \
     partner_account = excluded.partner_account";

pub(super) fn transaction(t: &Transaction) -> Vec<Value> {
    vec![
        t.id.into(),
        t.account_id.into(),
        t.on_date.into(),
        t.ordinal.into(),
        t.amount_minor.into(),
        t.balance_minor.into(),
        t.kind.as_str().into(),
        t.purpose.as_str().into(),
        t.partner_bank.as_str().into(),
        t.partner_account.as_str().into(),
    ]
}

/// Things as they are now, by id. `columns` begin with the id of the table called `alias`.
pub(super) async fn before<R: Read, T>(
    db: &mut R,
    (columns, table, alias): (&str, &str, &str),
    ids: impl Iterator<Item = Uuid>,
    read: impl Fn(&mut Cols) -> Result<T, StoreError>,
    id_of: impl Fn(&T) -> Uuid,
) -> Result<BTreeMap<Uuid, T>, StoreError> {
    let ids: Vec<Value> = ids.map(Value::Id).collect();
    let mut all = BTreeMap::new();
    for chunk in ids.chunks(IDS_AT_ONCE) {
        let sql = format!(
            "select {columns} from {table} {alias} where {alias}.id in ({})",
            places(1, chunk.len())
        );
        for row in db.query(&sql, chunk).await? {
            let thing = read(&mut row.cols())?;
            all.insert(id_of(&thing), thing);
        }
    }
    Ok(all)
}

/// What records that refer to an account take from it.
#[derive(Clone, Debug)]
pub(super) struct AccountFacts {
    /// Its owner; of several the first by id.
    pub(super) owner: Option<ClientId>,
    /// Its number.
    pub(super) number: String,
    /// Its currency.
    pub(super) currency: Currency,
}

/// The facts of some accounts.
pub(super) async fn account_facts<R: Read>(
    db: &mut R,
    accounts: impl Iterator<Item = AccountId>,
) -> Result<BTreeMap<AccountId, AccountFacts>, StoreError> {
    let ids: BTreeSet<AccountId> = accounts.collect();
    let ids: Vec<Value> = ids.into_iter().map(Value::from).collect();
    let mut all = BTreeMap::new();
    for chunk in ids.chunks(IDS_AT_ONCE) {
        let sql = format!(
            "select a.id, a.number, a.currency, r.client_id from account a left join account_role r \
             on r.account_id = a.id and r.role = 'owner' where a.id in ({}) order by r.client_id",
            places(1, chunk.len())
        );
        for row in db.query(&sql, chunk).await? {
            let mut c = row.cols();
            let id = c.take()?;
            let (number, currency) = (c.take()?, c.take()?);
            all.entry(id).or_insert(AccountFacts { owner: c.take()?, number, currency });
        }
    }
    Ok(all)
}

/// What finds a client by the number of an account.
pub(super) fn search_doc(client_id: ClientId, number: &str) -> IndexDoc {
    let keys = vec![("account".to_owned(), number.to_owned())];
    IndexDoc { client_id, names: Vec::new(), keys }
}
