//! The loader of a generated bank: whole holdings with ids already made, written as fast as the database
//! takes them.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{AccountId, ClientId, Date};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};

use super::super::model::{
    Account, AccountRole, Card, Loan, StandingOrder, Transaction, month_key,
};
use super::reviews::{self, Reviewed};
use super::{SYSTEM, rows};

/// What a client is to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldingRole {
    /// The account.
    pub account_id: AccountId,
    /// The client.
    pub client_id: ClientId,
    /// What he is to it.
    pub role: AccountRole,
}

/// Turnover of an account in a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    /// The account.
    pub account_id: AccountId,
    /// Any day of the month.
    pub month: Date,
    /// Money in, minor units.
    pub in_minor: i64,
    /// Money out, minor units, positive.
    pub out_minor: i64,
    /// Movements.
    pub operations: i64,
}

/// Loads new holdings. Months and transactions are taken as given: the caller has made them agree.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LoadHoldings {
    /// Accounts.
    pub accounts: Vec<Account>,
    /// Their owners and others with a role.
    pub roles: Vec<HoldingRole>,
    /// Cards.
    pub cards: Vec<Card>,
    /// Loans.
    pub loans: Vec<Loan>,
    /// Standing orders.
    pub orders: Vec<StandingOrder>,
    /// Turnovers.
    pub months: Vec<Month>,
    /// Movements.
    pub transactions: Vec<Transaction>,
}

/// How many rows were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadedHoldings {
    /// Accounts.
    pub accounts: u64,
    /// Cards.
    pub cards: u64,
    /// Loans.
    pub loans: u64,
    /// Standing orders.
    pub orders: u64,
    /// Account months.
    pub months: u64,
    /// Movements.
    pub transactions: u64,
}

impl Command for LoadHoldings {
    const NAME: &'static str = "parties.load_holdings";
    const PERMISSION: &'static str = SYSTEM;
    type Output = LoadedHoldings;

    async fn handle(&self, work: &mut Work<'_>) -> Result<LoadedHoldings, Error> {
        let now = work.ctx.now;
        let mut done = LoadedHoldings::default();
        let all: Vec<_> = self.accounts.iter().map(|a| rows::account(a, now)).collect();
        done.accounts = work.insert_many(rows::ACCOUNT, &all, "").await?;
        let role = |r: &HoldingRole| vec![r.account_id.into(), r.client_id.into(), r.role.into()];
        let all: Vec<_> = self.roles.iter().map(role).collect();
        work.insert_many(rows::ROLE, &all, "").await?;
        let all: Vec<_> = self.cards.iter().map(|k| rows::card(k, now)).collect();
        done.cards = work.insert_many(rows::CARD, &all, "").await?;
        let all: Vec<_> = self.loans.iter().map(|l| rows::loan(l, now)).collect();
        done.loans = work.insert_many(rows::LOAN, &all, "").await?;
        let all: Vec<_> = self.accounts.iter().map(|a| (a.id.uuid(), None, a.review_on)).collect();
        reviews::write(work, Reviewed::Account, &all).await?;
        let all: Vec<_> = self.loans.iter().map(|l| (l.id.uuid(), None, l.review_on)).collect();
        reviews::write(work, Reviewed::Loan, &all).await?;
        let all: Vec<_> = self.orders.iter().map(rows::order).collect();
        done.orders = work.insert_many(rows::ORDER, &all, "").await?;
        let month = |m: &Month| {
            vec![
                m.account_id.into(),
                month_key(m.month).into(),
                m.in_minor.into(),
                m.out_minor.into(),
                m.operations.into(),
            ]
        };
        let all: Vec<_> = self.months.iter().map(month).collect();
        done.months = work
            .insert_many(
                "insert into account_month (account_id, month, in_minor, out_minor, operations) \
                 values",
                &all,
                "",
            )
            .await?;
        let all: Vec<_> = self.transactions.iter().map(rows::transaction).collect();
        done.transactions = work.insert_many(rows::TRANSACTION, &all, "").await?;
        self.index(work).await?;
        self.record(work);
        Ok(done)
    }
}

impl LoadHoldings {
    /// Makes the clients findable by the numbers of their accounts.
    async fn index(&self, work: &mut Work<'_>) -> Result<(), Error> {
        let numbers: BTreeMap<AccountId, &str> =
            self.accounts.iter().map(|a| (a.id, a.number.as_str())).collect();
        let docs: Vec<_> = self
            .roles
            .iter()
            .filter_map(|r| Some(rows::search_doc(r.client_id, numbers.get(&r.account_id)?)))
            .collect();
        crate::search::commands::index_new(work, &docs).await
    }
    /// One journal entry per client: how many of what he got.
    fn record(&self, work: &mut Work<'_>) {
        let mut counts: BTreeMap<ClientId, [u64; 3]> = BTreeMap::new();
        let mut count = |client: ClientId, at: usize| {
            if let Some(n) = counts.entry(client).or_default().get_mut(at) {
                *n += 1;
            }
        };
        let owned: BTreeSet<(ClientId, AccountId)> = self
            .roles
            .iter()
            .filter(|r| r.role == AccountRole::Owner)
            .map(|r| (r.client_id, r.account_id))
            .collect();
        owned.iter().for_each(|(client, _)| count(*client, 0));
        self.cards.iter().for_each(|card| count(card.client_id, 1));
        self.loans.iter().for_each(|loan| count(loan.client_id, 2));
        for (client, [accounts, cards, loans]) in counts {
            let some = |n: u64| (n > 0).then_some(n);
            let change = Change::new()
                .set("holdings_accounts", some(accounts))
                .set("holdings_cards", some(cards))
                .set("holdings_loans", some(loans));
            work.record("holdings", client, Some(client), change);
        }
    }
}
