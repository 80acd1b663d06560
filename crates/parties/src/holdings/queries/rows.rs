//! Columns of each table in one order, and reading a row of them.

use store::{Cols, Row, StoreError};

use super::super::model::{Account, Card, Loan, StandingOrder, Transaction};

pub(in crate::holdings) const ACCOUNT: &str = "a.id, a.number, a.kind, a.currency, a.branch_id, a.opened_on, \
     a.closed_on, a.matures_on, a.rate_bp, a.limit_minor, a.balance_minor, a.balance_on, \
     a.statement_frequency, \
     (select v.review_on from account_review v where v.account_id = a.id)";

pub(in crate::holdings) fn account(c: &mut Cols) -> Result<Account, StoreError> {
    Ok(Account {
        id: c.take()?,
        number: c.take()?,
        kind: c.take()?,
        currency: c.take()?,
        branch_id: c.take()?,
        opened_on: c.take()?,
        closed_on: c.take()?,
        matures_on: c.take()?,
        rate_bp: c.take()?,
        limit_minor: c.take()?,
        balance_minor: c.take()?,
        balance_on: c.take()?,
        statement_frequency: c.take()?,
        review_on: c.take()?,
    })
}

pub(in crate::holdings) const CARD: &str = "k.id, k.account_id, k.client_id, k.kind, k.pan_masked, k.issued_on, \
     k.expires_on, k.state";

pub(in crate::holdings) fn card(c: &mut Cols) -> Result<Card, StoreError> {
    Ok(Card {
        id: c.take()?,
        account_id: c.take()?,
        client_id: c.take()?,
        kind: c.take()?,
        pan_masked: c.take()?,
        issued_on: c.take()?,
        expires_on: c.take()?,
        state: c.take()?,
    })
}

pub(in crate::holdings) const LOAN: &str = "l.id, l.number, l.account_id, l.client_id, l.kind, l.currency, \
     l.amount_minor, l.term_months, l.payment_minor, l.rate_bp, l.opened_on, l.ends_on, l.state, \
     l.owed_minor, l.overdue_minor, l.days_past_due, l.next_payment_on, \
     (select v.review_on from loan_review v where v.loan_id = l.id)";

pub(in crate::holdings) fn loan(c: &mut Cols) -> Result<Loan, StoreError> {
    Ok(Loan {
        id: c.take()?,
        number: c.take()?,
        account_id: c.take()?,
        client_id: c.take()?,
        kind: c.take()?,
        currency: c.take()?,
        amount_minor: c.take()?,
        term_months: c.take()?,
        payment_minor: c.take()?,
        rate_bp: c.take()?,
        opened_on: c.take()?,
        ends_on: c.take()?,
        state: c.take()?,
        owed_minor: c.take()?,
        overdue_minor: c.take()?,
        days_past_due: c.take()?,
        next_payment_on: c.take()?,
        review_on: c.take()?,
    })
}

pub(in crate::holdings) const ORDER: &str = "s.id, s.account_id, s.to_bank, s.to_account, s.amount_minor, \
     s.currency, s.purpose, s.state";

pub(in crate::holdings) fn order(c: &mut Cols) -> Result<StandingOrder, StoreError> {
    Ok(StandingOrder {
        id: c.take()?,
        account_id: c.take()?,
        to_bank: c.take()?,
        to_account: c.take()?,
        amount_minor: c.take()?,
        currency: c.take()?,
        purpose: c.take()?,
        state: c.take()?,
    })
}

pub(in crate::holdings) const TRANSACTION: &str = "t.id, t.account_id, t.on_date, t.ordinal, t.amount_minor, \
     t.balance_minor, t.kind, t.purpose, t.partner_bank, t.partner_account";

pub(in crate::holdings) fn transaction(c: &mut Cols) -> Result<Transaction, StoreError> {
    Ok(Transaction {
        id: c.take()?,
        account_id: c.take()?,
        on_date: c.take()?,
        ordinal: c.take()?,
        amount_minor: c.take()?,
        balance_minor: c.take()?,
        kind: c.take()?,
        purpose: c.take()?,
        partner_bank: c.take()?,
        partner_account: c.take()?,
    })
}

/// `$2, $3`: places for `count` values from `first`.
pub(crate) fn places(first: usize, count: usize) -> String {
    let all: Vec<String> = (first..first + count).map(|n| format!("${n}")).collect();
    all.join(", ")
}

pub(super) fn each<T>(
    rows: Vec<Row>,
    read: impl Fn(&mut Cols) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    rows.into_iter().map(|row| read(&mut row.cols())).collect()
}
