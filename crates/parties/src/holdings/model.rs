//! What a client can hold at the bank, in stable words, and the sums of the money row. Pure.

use kernel::{AccountId, BranchId, CardId, ClientId, Currency, Date, LoanId, Money};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::words::words;

words! {
    /// Kind of account.
    AccountKind {
        /// Current or settlement account.
        Current = "current",
        /// Savings: interest, money at any time.
        Savings = "savings",
        /// Term deposit.
        Deposit = "deposit",
        /// Account of a card.
        Card = "card",
        /// Account a loan is kept on; its balance is no money of the client.
        Loan = "loan",
    }
}

words! {
    /// What a client is to an account.
    AccountRole {
        /// It is his money.
        Owner = "owner",
        /// May dispose of it under a power of attorney.
        Disponent = "disponent",
        /// Signs for it (a company's account).
        Signatory = "signatory",
        /// It is kept in his favour.
        Beneficiary = "beneficiary",
    }
}

words! {
    /// Kind of card.
    CardKind {
        /// Own money of an account.
        Debit = "debit",
        /// Limit of a credit card.
        Credit = "credit",
        /// Company money in the hands of its staff.
        Business = "business",
        /// For a minor.
        Junior = "junior",
        /// Standard service.
        Classic = "classic",
        /// Higher service.
        Gold = "gold",
    }
}

words! {
    /// State of a card; an active card past its date is expired, which is no state of its own.
    CardState {
        /// Works.
        Active = "active",
        /// Blocked by the client or the bank.
        Blocked = "blocked",
        /// Closed for good.
        Closed = "closed",
    }
}

words! {
    /// Kind of loan.
    LoanKind {
        /// Consumer loan.
        Consumer = "consumer",
        /// Car loan.
        Car = "car",
        /// Mortgage.
        Mortgage = "mortgage",
        /// Credit card: a revolving limit.
        CreditCard = "credit_card",
        /// Loan to a business.
        Sme = "sme",
        /// Overdraft or credit line: a revolving limit.
        Overdraft = "overdraft",
        /// The source does not say.
        Other = "other",
    }
}

impl LoanKind {
    /// Revolving loans have a limit instead of a schedule.
    pub const fn is_revolving(self) -> bool {
        matches!(self, LoanKind::CreditCard | LoanKind::Overdraft)
    }
}

words! {
    /// State of a loan.
    LoanState {
        /// Being paid back, in time or not.
        Running = "running",
        /// Paid back.
        Closed = "closed",
        /// Ended, not paid back.
        Defaulted = "defaulted",
    }
}

words! {
    /// State of a standing order.
    OrderState {
        /// Works.
        Active = "active",
        /// The last run failed.
        Failing = "failing",
        /// Ended.
        Closed = "closed",
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Account {
    /// Identity.
    pub id: AccountId,
    /// Number, as the bank prints it.
    pub number: String,
    /// Kind.
    pub kind: AccountKind,
    /// Currency of every amount on it.
    pub currency: Currency,
    /// Branch that keeps it.
    pub branch_id: Option<BranchId>,
    /// Opened on.
    pub opened_on: Date,
    /// Closed on.
    pub closed_on: Option<Date>,
    /// Last day of a term deposit.
    pub matures_on: Option<Date>,
    /// Interest a year, basis points.
    pub rate_bp: Option<i64>,
    /// Day the interest is looked at anew.
    #[serde(default)]
    pub review_on: Option<Date>,
    /// How far it may be overdrawn, minor units; 0: not at all.
    pub limit_minor: i64,
    /// Balance, minor units; negative: overdrawn.
    pub balance_minor: i64,
    /// The day the balance is of; none: it is the sum of the movements.
    pub balance_on: Option<Date>,
    /// How often a statement is sent, in the source's words.
    pub statement_frequency: String,
}

/// A payment card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Card {
    /// Identity.
    pub id: CardId,
    /// The account it draws on.
    pub account_id: AccountId,
    /// Who carries it.
    pub client_id: ClientId,
    /// Kind.
    pub kind: CardKind,
    /// Number with its middle removed; empty when not known.
    pub pan_masked: String,
    /// Issued on.
    pub issued_on: Date,
    /// Last day it works.
    pub expires_on: Option<Date>,
    /// State.
    pub state: CardState,
}

/// A loan or revolving limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Loan {
    /// Identity.
    pub id: LoanId,
    /// Contract number; may be empty.
    pub number: String,
    /// The account it is paid from.
    pub account_id: Option<AccountId>,
    /// Who owes.
    pub client_id: ClientId,
    /// Kind.
    pub kind: LoanKind,
    /// Currency of every amount of it.
    pub currency: Currency,
    /// Amount lent, or the limit of a revolving loan, minor units.
    pub amount_minor: i64,
    /// Term, months.
    pub term_months: i64,
    /// Monthly payment, minor units.
    pub payment_minor: i64,
    /// Interest a year, basis points.
    pub rate_bp: Option<i64>,
    /// Day the interest is looked at anew.
    #[serde(default)]
    pub review_on: Option<Date>,
    /// Given on.
    pub opened_on: Date,
    /// Last day of the contract.
    pub ends_on: Option<Date>,
    /// State.
    pub state: LoanState,
    /// Still owed, minor units; none: the source does not say, which is not zero.
    pub owed_minor: Option<i64>,
    /// Sum of missed payments, minor units.
    pub overdue_minor: i64,
    /// Days since the oldest missed payment; 0: none is missed; none: late, not known since when.
    pub days_past_due: Option<i64>,
    /// Day of the next payment.
    pub next_payment_on: Option<Date>,
}

/// A standing order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StandingOrder {
    /// Identity.
    pub id: Uuid,
    /// The account it is paid from.
    pub account_id: AccountId,
    /// Bank of the payee.
    pub to_bank: String,
    /// Account of the payee, or his name.
    pub to_account: String,
    /// Amount of one run, minor units.
    pub amount_minor: i64,
    /// Currency.
    pub currency: Currency,
    /// What for: a known word or the payer's own.
    pub purpose: String,
    /// State.
    pub state: OrderState,
}

/// One movement on an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Transaction {
    /// Identity.
    pub id: Uuid,
    /// The account.
    pub account_id: AccountId,
    /// Booked on.
    pub on_date: Date,
    /// Order within the day.
    pub ordinal: i64,
    /// Signed amount, minor units of the account's currency: plus is money in.
    pub amount_minor: i64,
    /// Balance after it, if the source gives it.
    pub balance_minor: Option<i64>,
    /// Kind of operation: a known word or the source's own.
    pub kind: String,
    /// Purpose: a known word or the source's own.
    pub purpose: String,
    /// Bank of the other side.
    pub partner_bank: String,
    /// Account or name of the other side.
    pub partner_account: String,
}

/// What a client has and owes in one currency. `None`: no such product at all, which is not zero.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct MoneyRow {
    /// The currency.
    pub currency: Currency,
    /// Money on own accounts.
    pub deposits: Option<Money>,
    /// How many own accounts that is.
    pub accounts: i64,
    /// What can still be drawn on overdrafts and revolving loans.
    pub available_credit: Option<Money>,
    /// What is owed on loans and overdrawn accounts, as far as it is known.
    pub owed: Option<Money>,
    /// How many loans that is.
    pub loans: i64,
    /// Loans whose debt the source does not tell.
    pub loans_unknown: i64,
    /// Missed payments within `owed`.
    pub overdue: Option<Money>,
}

/// Sums over the own accounts of one currency, as the database adds them up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountSums {
    /// Accounts that hold money of the client.
    pub accounts: i64,
    /// Positive balances.
    pub positive_minor: i64,
    /// Overdrawn accounts.
    pub overdrawn: i64,
    /// What they are overdrawn by, positive.
    pub overdrawn_minor: i64,
    /// Accounts with a limit.
    pub limits: i64,
    /// Limits less what is used of them, never below zero.
    pub available_minor: i64,
}

/// Sums over the loans of one currency that have not been paid back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LoanSums {
    /// Loans.
    pub loans: i64,
    /// Loans whose debt is not known.
    pub unknown: i64,
    /// Debt.
    pub owed_minor: i64,
    /// Missed payments.
    pub overdue_minor: i64,
    /// Revolving loans.
    pub revolving: i64,
    /// What can be drawn on them.
    pub available_minor: i64,
}

impl MoneyRow {
    /// Puts the sums of one currency together.
    pub fn new(currency: Currency, accounts: AccountSums, loans: LoanSums) -> Self {
        let money = |minor: i64| Money::new(minor, currency);
        let when = |has: bool, minor: i64| has.then(|| money(minor));
        let available = accounts.available_minor.saturating_add(loans.available_minor);
        let owed = accounts.overdrawn_minor.saturating_add(loans.owed_minor);
        let is_owed_known = accounts.overdrawn > 0 || loans.loans > loans.unknown;
        Self {
            currency,
            deposits: when(accounts.accounts > 0, accounts.positive_minor),
            accounts: accounts.accounts,
            available_credit: when(accounts.limits > 0 || loans.revolving > 0, available),
            owed: when(is_owed_known, owed),
            loans: loans.loans,
            loans_unknown: loans.unknown,
            overdue: when(loans.overdue_minor > 0, loans.overdue_minor),
        }
    }
    /// Whether there is anything in this currency.
    pub const fn is_empty(&self) -> bool {
        self.deposits.is_none() && self.available_credit.is_none() && self.loans == 0
    }
}

/// An account number with its middle hidden: the first five and the last four characters stay.
pub fn mask_number(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    match (chars.first_chunk::<5>(), chars.last_chunk::<4>()) {
        (Some(head), Some(tail)) if chars.len() > 9 => {
            let (head, tail): (String, String) = (head.iter().collect(), tail.iter().collect());
            format!("{head}\u{a0}••••\u{a0}{tail}")
        }
        _ => number.to_owned(),
    }
}

/// The month of a day as it is stored and sorted: `2026-11`.
pub fn month_key(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_and_none_are_told_apart() {
        let none = MoneyRow::new(Currency::RUB, AccountSums::default(), LoanSums::default());
        assert_eq!((none.deposits, none.available_credit, none.owed), (None, None, None));
        assert!(none.is_empty());
        let accounts = AccountSums { accounts: 1, ..AccountSums::default() };
        let loans = LoanSums { loans: 1, ..LoanSums::default() };
        let zero = MoneyRow::new(Currency::RUB, accounts, loans);
        assert_eq!(zero.deposits, Some(Money::zero(Currency::RUB)));
        assert_eq!(zero.owed, Some(Money::zero(Currency::RUB)));
        assert_eq!((zero.available_credit, zero.overdue), (None, None));
    }

    #[test]
    fn a_debt_nobody_told_is_not_zero() {
        let unknown = LoanSums { loans: 1, unknown: 1, ..LoanSums::default() };
        let row = MoneyRow::new(Currency::CZK, AccountSums::default(), unknown);
        assert_eq!((row.owed, row.loans, row.loans_unknown), (None, 1, 1));
        assert!(!row.is_empty());
        let overdrawn = AccountSums {
            accounts: 1,
            overdrawn: 1,
            overdrawn_minor: 700,
            ..AccountSums::default()
        };
        let row = MoneyRow::new(Currency::CZK, overdrawn, unknown);
        assert_eq!(row.owed, Some(Money::new(700, Currency::CZK)));
    }

    #[test]
    fn numbers_keep_their_ends_only() {
        assert_eq!(mask_number("40817810099910004312"), "40817\u{a0}••••\u{a0}4312");
        assert_eq!(mask_number("576"), "576");
        assert_eq!(mask_number("123456789"), "123456789");
        assert_eq!(month_key(Date::constant(1993, 1, 31)), "1993-01");
    }
}
