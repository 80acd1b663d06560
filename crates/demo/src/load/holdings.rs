//! Accounts, cards, loans and movements of demo clients.

use kernel::{AccountId, Date};
use parties::holdings::commands::{HoldingRole, LoadHoldings, Month};
use parties::holdings::model::{
    Account, AccountKind, AccountRole, Card, CardKind, CardState, Loan, LoanKind, LoanState,
    OrderState, StandingOrder, Transaction,
};

use super::Places;
use crate::model::{self, DemoClient};

pub(super) fn loaded(places: &Places, clients: &[DemoClient]) -> LoadHoldings {
    let mut out = LoadHoldings::default();
    for c in clients {
        let today = places.today;
        accounts(places, c, &mut out);
        cards(places, c, &mut out);
        loans(places, c, &mut out);
        orders(places, c, &mut out);
        movements(places, c, today, &mut out);
    }
    out
}

fn account_id(places: &Places, c: &DemoClient, n: usize) -> AccountId {
    places.ids.of("account", c.number, u64::try_from(n).unwrap_or(0)).into()
}

fn accounts(places: &Places, c: &DemoClient, out: &mut LoadHoldings) {
    for (n, a) in c.accounts.iter().enumerate() {
        let id = account_id(places, c, n);
        out.accounts.push(Account {
            id,
            number: a.number.clone(),
            kind: AccountKind::from_key(a.kind.key()).unwrap_or(AccountKind::Current),
            currency: a.currency,
            branch_id: places.branches.get(&c.branch.0).copied(),
            opened_on: a.opened,
            closed_on: None,
            matures_on: a.matures,
            rate_bp: (a.rate_bps > 0).then_some(a.rate_bps),
            review_on: None,
            limit_minor: 0,
            balance_minor: a.balance_minor,
            balance_on: Some(places.today),
            statement_frequency: String::new(),
        });
        let client_id = places.ids.client(c.number);
        out.roles.push(HoldingRole { account_id: id, client_id, role: AccountRole::Owner });
    }
}

fn cards(places: &Places, c: &DemoClient, out: &mut LoadHoldings) {
    for (n, k) in (0_u64..).zip(&c.cards) {
        let Some(account) = k.account.or((!c.accounts.is_empty()).then_some(0)) else { continue };
        let (kind, state) = (k.kind.key(), k.state.key());
        out.cards.push(Card {
            id: places.ids.of("card", c.number, n).into(),
            account_id: account_id(places, c, account),
            client_id: places.ids.client(c.number),
            kind: CardKind::from_key(kind).unwrap_or(CardKind::Debit),
            pan_masked: k.masked_pan.clone(),
            issued_on: issued(k.expires),
            expires_on: Some(k.expires),
            state: CardState::from_key(state).unwrap_or(CardState::Active),
        });
    }
}

/// Cards are issued for four years.
fn issued(expires: Date) -> Date {
    Date::new(expires.year() - 4, expires.month(), 1).unwrap_or(expires)
}

fn loans(places: &Places, c: &DemoClient, out: &mut LoadHoldings) {
    for (n, x) in (0_u64..).zip(&c.loans) {
        let closed = x.outstanding_minor == 0 && !x.is_revolving();
        out.loans.push(Loan {
            id: places.ids.of("loan", c.number, n).into(),
            number: x.contract.clone(),
            account_id: None,
            client_id: places.ids.client(c.number),
            kind: LoanKind::from_key(x.kind.key()).unwrap_or(LoanKind::Other),
            currency: kernel::Currency::RUB,
            amount_minor: x.amount_minor,
            term_months: i64::from(x.term_months),
            payment_minor: x.payment_minor,
            rate_bp: Some(x.rate_bps),
            review_on: x.review.filter(|_| !closed),
            opened_on: x.started,
            ends_on: Some(x.ends),
            state: if closed { LoanState::Closed } else { LoanState::Running },
            owed_minor: Some(x.outstanding_minor),
            overdue_minor: x.overdue_minor,
            days_past_due: Some(i64::from(x.days_past_due)),
            next_payment_on: x.next_payment,
        });
    }
}

fn orders(places: &Places, c: &DemoClient, out: &mut LoadHoldings) {
    for (n, o) in (0_u64..).zip(&c.orders) {
        out.orders.push(StandingOrder {
            id: places.ids.of("order", c.number, n),
            account_id: account_id(places, c, o.account),
            to_bank: String::new(),
            to_account: o.payee.to_owned(),
            amount_minor: o.amount_minor,
            currency: kernel::Currency::RUB,
            purpose: o.reason.to_owned(),
            state: if o.failing { OrderState::Failing } else { OrderState::Active },
        });
    }
}

fn movements(places: &Places, c: &DemoClient, today: Date, out: &mut LoadHoldings) {
    let turnover_from = months_back(today, places.depth.turnover_months);
    let movements_from = months_back(today, places.depth.movement_months);
    let mut months: std::collections::BTreeMap<(usize, Date), (i64, i64, i64)> =
        std::collections::BTreeMap::new();
    for t in c.transactions(model::HISTORY_MONTHS) {
        let month = t.date.first_of_month();
        if month >= turnover_from {
            let sums = months.entry((t.account, month)).or_default();
            sums.0 += t.amount_minor.max(0);
            sums.1 += (-t.amount_minor).max(0);
            sums.2 += 1;
        }
        if places.depth.movement_months > 0 && month >= movements_from {
            out.transactions.push(Transaction {
                id: places.ids.of("movement", c.number, u64::from(t.sequence)),
                account_id: account_id(places, c, t.account),
                on_date: t.date,
                ordinal: i64::from(t.sequence),
                amount_minor: t.amount_minor,
                balance_minor: Some(t.balance_minor),
                kind: t.purpose.key().to_owned(),
                purpose: t.counterparty.to_owned(),
                partner_bank: String::new(),
                partner_account: String::new(),
            });
        }
    }
    for ((account, month), (in_minor, out_minor, operations)) in months {
        let account_id = account_id(places, c, account);
        out.months.push(Month { account_id, month, in_minor, out_minor, operations });
    }
}

/// First day of the month `months - 1` months before this one.
fn months_back(today: Date, months: u32) -> Date {
    let first = today.first_of_month();
    let span = jiff::Span::new().try_months(i64::from(months.max(1)) - 1).unwrap_or_default();
    first.checked_sub(span).unwrap_or(first)
}
