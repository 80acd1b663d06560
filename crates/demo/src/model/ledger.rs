//! Two years of movements, drawn month by month: the same draw gives transactions, turnovers and the
//! balance of today, so they cannot disagree.

use std::collections::{BTreeMap, VecDeque};

use kernel::Date;

use super::calendar::{add_months, date};
use super::client::{AccountMonth, DemoClient, Transaction};
use super::dice::{Dice, Salt};
use super::keys::{PartyKind, Purpose};
use super::spending::{self, Step};

/// Months of history, the current one included.
pub const HISTORY_MONTHS: u32 = 24;

/// First day of the two-year window.
pub(crate) fn window_start(today: Date) -> Date {
    add_months(today.first_of_month(), 1 - i64::from(HISTORY_MONTHS))
}

/// The movements of a client, oldest first. Holds one month at a time.
#[derive(Clone, Debug)]
pub struct Transactions<'a> {
    client: &'a DemoClient,
    dice: Dice,
    month: u32,
    balances: Vec<i64>,
    ready: VecDeque<Transaction>,
    sequence: u32,
    skip_before: Date,
}

impl DemoClient {
    /// Movements of the last `months` months (at most [`HISTORY_MONTHS`], the current one included) on
    /// all accounts, oldest first. Drawn as they are asked for.
    pub fn transactions(&self, months: u32) -> Transactions<'_> {
        let months = months.min(HISTORY_MONTHS);
        let first = self.source.today.first_of_month();
        Transactions {
            client: self,
            dice: Dice::new(self.source.seed, self.number, Salt::Ledger),
            month: 0,
            balances: self.accounts.iter().map(|account| account.opening_minor).collect(),
            ready: VecDeque::new(),
            sequence: 0,
            skip_before: add_months(first, 1 - i64::from(months)),
        }
    }

    /// Turnover of every account and month in which money moved, by account, then by month.
    pub fn account_months(&self) -> Vec<AccountMonth> {
        let mut months: BTreeMap<(usize, Date), AccountMonth> = BTreeMap::new();
        for movement in self.transactions(HISTORY_MONTHS) {
            let month = movement.date.first_of_month();
            let before = movement.balance_minor - movement.amount_minor;
            let row = months.entry((movement.account, month)).or_insert(AccountMonth {
                account: movement.account,
                month,
                opening_minor: before,
                incoming_minor: 0,
                outgoing_minor: 0,
                closing_minor: before,
            });
            row.incoming_minor += movement.amount_minor.max(0);
            row.outgoing_minor += (-movement.amount_minor).max(0);
            row.closing_minor = movement.balance_minor;
        }
        months.into_values().collect()
    }

    /// Brings every account's balance to the end of its movements.
    pub(crate) fn settle(&mut self) {
        let mut movements = self.transactions(HISTORY_MONTHS);
        while movements.next().is_some() {}
        let balances = movements.balances;
        for (account, balance) in self.accounts.iter_mut().zip(balances) {
            account.balance_minor = balance;
        }
    }
}

impl Iterator for Transactions<'_> {
    type Item = Transaction;

    fn next(&mut self) -> Option<Transaction> {
        loop {
            match self.ready.pop_front() {
                Some(movement) if movement.date >= self.skip_before => return Some(movement),
                Some(_) => {}
                None if self.month < HISTORY_MONTHS => self.draw_month(),
                None => return None,
            }
        }
    }
}

impl Transactions<'_> {
    fn draw_month(&mut self) {
        let first = add_months(window_start(self.client.source.today), i64::from(self.month));
        let dice = self.dice.fork(u64::from(self.month));
        self.month += 1;
        let mut plan = spending::month(self.client, first, &self.dice, dice);
        plan.sort_by_key(|planned| planned.day);
        for planned in plan {
            let day = date(first.year(), first.month(), planned.day);
            if day <= self.client.source.today {
                self.run(day, planned.step);
            }
        }
    }

    fn balance(&self, account: usize) -> i64 {
        self.balances.get(account).copied().unwrap_or(0)
    }

    fn run(&mut self, day: Date, step: Step) {
        match step {
            Step::In { account, amount, purpose, from } => {
                self.book(day, account, amount, purpose, from)
            }
            Step::Out { account, amount, purpose, to } => {
                if self.balance(account) >= amount {
                    self.book(day, account, -amount, purpose, to);
                }
            }
            Step::Must { account, amount, purpose, to } => {
                // A client pays a loan even in a thin month: he brings what is missing in cash, a
                // company gets it from its owner.
                let missing = amount - self.balance(account);
                if missing > 0 {
                    let brought = (missing + 99_999) / 100_000 * 100_000;
                    let (how, from) = match self.client.kind {
                        PartyKind::Company => (Purpose::TransferIn, "Финансовая помощь учредителя"),
                        PartyKind::Person
                        | PartyKind::SoleTrader
                        | PartyKind::Household
                        | PartyKind::Group => (Purpose::CashIn, ""),
                    };
                    self.book(day, account, brought, how, from);
                }
                self.book(day, account, -amount, purpose, to);
            }
            Step::Surplus { account, to, keep, per_cent } => {
                self.surplus(day, account, to, keep, per_cent)
            }
            Step::Interest { account, rate_bps } => {
                let exact = i128::from(self.balance(account)) * i128::from(rate_bps) / 120_000;
                self.book(day, account, i64::try_from(exact).unwrap_or(0), Purpose::Interest, "");
            }
        }
    }

    fn surplus(&mut self, day: Date, account: usize, to: Option<usize>, keep: i64, per_cent: i64) {
        let over = (self.balance(account) - keep) / 100 * per_cent / 100_000 * 100_000;
        if over <= 0 {
            return;
        }
        match to {
            Some(savings) if self.is_open(savings, day) => {
                self.book(day, account, -over, Purpose::OwnTransfer, "");
                self.book(day, savings, over, Purpose::OwnTransfer, "");
            }
            Some(_) => {}
            None => self.book(
                day,
                account,
                -over,
                Purpose::TransferOut,
                "Перевод на счёт в другом банке",
            ),
        }
    }

    fn is_open(&self, account: usize, day: Date) -> bool {
        self.client.accounts.get(account).is_some_and(|account| account.opened <= day)
    }

    fn book(
        &mut self,
        day: Date,
        account: usize,
        amount: i64,
        purpose: Purpose,
        other: &'static str,
    ) {
        if amount == 0 || !self.is_open(account, day) {
            return;
        }
        let Some(balance) = self.balances.get_mut(account) else {
            return;
        };
        *balance = balance.saturating_add(amount);
        self.ready.push_back(Transaction {
            account,
            sequence: self.sequence,
            date: day,
            amount_minor: amount,
            balance_minor: *balance,
            purpose,
            counterparty: other,
        });
        self.sequence += 1;
    }
}
