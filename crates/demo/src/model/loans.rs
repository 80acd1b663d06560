//! Loans: which ones a client has, the annuity, what is paid and what is owed. Whole numbers only.

use kernel::Date;

use super::calendar::{add_days, add_months, date, days_between, months_between};
use super::client::Loan;
use super::dice::{Dice, Salt};
use super::digits;
use super::keys::{LoanKind, PartyKind, Segment, Status};
use super::organisation::branch;
use super::population::{Ground, Profile};

/// Fixed point of the annuity factor: 15 decimals.
const ONE: i128 = 1_000_000_000_000_000;
/// Basis points of a year in a month: 10 000 × 12.
const MONTH_BPS: i128 = 120_000;

/// The level payment that returns `amount_minor` in `months` at `rate_bps` a year, rounded up to the
/// minor unit; the last payment is the smaller for it.
pub(crate) fn annuity(amount_minor: i64, rate_bps: i64, months: u32) -> i64 {
    let months = months.max(1);
    let rate = ONE * i128::from(rate_bps) / MONTH_BPS;
    let factor = if rate == 0 {
        ONE / i128::from(months)
    } else {
        let growth = (0..months).fold(ONE, |power, _| power + power * rate / ONE);
        rate * growth / (growth - ONE)
    };
    i64::try_from((i128::from(amount_minor) * factor + ONE - 1) / ONE).unwrap_or(i64::MAX)
}

/// Interest of one month, rounded half up.
fn month_interest(balance_minor: i64, rate_bps: i64) -> i64 {
    let exact = i128::from(balance_minor) * i128::from(rate_bps);
    i64::try_from((exact + MONTH_BPS / 2) / MONTH_BPS).unwrap_or(0)
}

/// Principal left after `made` level payments.
pub(crate) fn outstanding(amount_minor: i64, rate_bps: i64, payment_minor: i64, made: u32) -> i64 {
    (0..made).fold(amount_minor, |balance, _| {
        let principal = payment_minor - month_interest(balance, rate_bps);
        (balance - principal).max(0)
    })
}

/// Whether a client has accounts here at all: some know the bank and keep their money elsewhere.
pub(crate) fn banks_here(ground: Ground, number: u64, profile: Profile) -> bool {
    let absent = match profile.segment {
        Segment::Vip | Segment::Premium => 5,
        Segment::Mass => 60,
        Segment::Sme | Segment::Corporate => 25,
    };
    !Dice::new(ground.seed, number, Salt::Loans).fork(1_000).chance(absent)
}

/// Kinds of loan a client has, before age is looked at.
pub(crate) fn plan(ground: Ground, number: u64, profile: Profile) -> Vec<LoanKind> {
    let mut dice = Dice::new(ground.seed, number, Salt::Loans);
    if profile.status != Status::Active || !banks_here(ground, number, profile) {
        return Vec::new();
    }
    let odds: &[(LoanKind, u64)] = match profile.kind {
        PartyKind::Person => &[
            (LoanKind::Consumer, 210),
            (LoanKind::Car, 75),
            (LoanKind::Mortgage, 125),
            (LoanKind::CreditCard, 260),
        ],
        PartyKind::SoleTrader => &[(LoanKind::Sme, 220), (LoanKind::CreditCard, 150)],
        PartyKind::Company => &[(LoanKind::Sme, 300), (LoanKind::Overdraft, 200)],
        PartyKind::Household | PartyKind::Group => &[],
    };
    odds.iter().filter(|(_, per_mille)| dice.chance(*per_mille)).map(|(kind, _)| *kind).collect()
}

/// Terms of a kind of loan: smallest and largest share of monthly income or turnover lent (per cent),
/// rate in basis points, months.
struct Terms {
    share: (i64, i64),
    rate: (i64, i64),
    months: &'static [u32],
}

const fn terms(kind: LoanKind) -> Terms {
    match kind {
        LoanKind::Consumer => {
            Terms { share: (200, 1_200), rate: (1_490, 2_690), months: &[12, 24, 36, 48, 60] }
        }
        LoanKind::Car => {
            Terms { share: (800, 2_200), rate: (1_290, 2_190), months: &[36, 48, 60, 84] }
        }
        LoanKind::Mortgage => {
            Terms { share: (3_500, 8_000), rate: (600, 1_890), months: &[120, 180, 240, 300] }
        }
        LoanKind::CreditCard => Terms { share: (100, 300), rate: (2_790, 3_990), months: &[36] },
        LoanKind::Sme => {
            Terms { share: (60, 260), rate: (1_350, 2_350), months: &[12, 24, 36, 60] }
        }
        LoanKind::Overdraft => Terms { share: (20, 60), rate: (1_650, 2_490), months: &[12] },
    }
}

/// First five digits of the loan's account.
const fn balance_account(kind: LoanKind, party: PartyKind) -> &'static str {
    match (kind, party) {
        (LoanKind::Overdraft, _) => "45201",
        (_, PartyKind::SoleTrader) => "45407",
        (_, PartyKind::Company | PartyKind::Household | PartyKind::Group) => "45207",
        (LoanKind::CreditCard, PartyKind::Person) => "45509",
        (LoanKind::Consumer | LoanKind::Car | LoanKind::Mortgage | LoanKind::Sme, _) => "45507",
    }
}

/// What a loan is drawn for: who, how much a month he has, and as which of his loans.
pub(crate) struct Request {
    pub(crate) number: u64,
    pub(crate) profile: Profile,
    pub(crate) basis_minor: i64,
    pub(crate) sequence: usize,
}

/// Draws a loan of a kind.
pub(crate) fn loan(ground: Ground, request: &Request, kind: LoanKind) -> Loan {
    let number = request.number;
    let sequence = u64::try_from(request.sequence).unwrap_or(0);
    let mut dice = Dice::new(ground.seed, number, Salt::Loans).fork(sequence);
    let terms = terms(kind);
    let rate_bps = dice.range(terms.rate.0 / 10, terms.rate.1 / 10) * 10;
    let term = dice.pick(terms.months, 36);
    let share = dice.range(terms.share.0, terms.share.1);
    let amount = (request.basis_minor / 100 * share / 1_000_000).max(3) * 1_000_000;
    let first_day = request.profile.since.max(add_months(ground.today, 1 - i64::from(term)));
    let age = dice.range(0, days_between(first_day, ground.today).max(0));
    let started = add_days(ground.today, -age);
    let started = date(started.year(), started.month(), started.day().min(28));
    let missed =
        if dice.chance(45) { dice.weighted(&[(60, 1), (22, 2), (10, 3), (8, 5)], 1) } else { 0 };
    let used = dice.range(0, 96);
    let amount = affordable(amount, rate_bps, term, request);
    let mut loan = contract(request, kind, amount, (rate_bps, term), started);
    if loan.is_revolving() {
        // Two in seven of the limits are not used at all.
        loan.outstanding_minor = loan.amount_minor / 100 * (used - 28).max(0) * 96 / 68;
        run_revolving(&mut loan, ground.today);
    } else {
        run(&mut loan, ground.today, missed);
    }
    loan
}

/// A loan on the day it is given: amount, (rate in basis points, months), first day. Bring it to today
/// with [`run`] or [`run_revolving`].
pub(crate) fn contract(
    request: &Request,
    kind: LoanKind,
    amount_minor: i64,
    (rate_bps, term_months): (i64, u32),
    started: Date,
) -> Loan {
    let number = request.number;
    Loan {
        contract: format!("К-{}-{number:07}/{}", started.year(), request.sequence + 1),
        account_number: digits::account(
            balance_account(kind, request.profile.kind),
            "810",
            50 + request.sequence,
            branch(request.profile.branch),
            number,
        ),
        kind,
        amount_minor,
        rate_bps,
        term_months,
        started,
        ends: add_months(started, i64::from(term_months)),
        payment_minor: 0,
        next_payment: None,
        payments_made: 0,
        outstanding_minor: 0,
        overdue_minor: 0,
        days_past_due: 0,
        review: None,
    }
}

/// Days a review of the interest may wait before the next one takes its place.
const REVIEW_WAITS: i64 = 10;

/// The interest of mortgages, business loans and limits is looked at once a year, on the day they were
/// given; a review a few days late is still the one to do.
fn review_day(loan: &Loan, today: Date) -> Option<Date> {
    if !matches!(loan.kind, LoanKind::Mortgage | LoanKind::Sme | LoanKind::Overdraft) {
        return None;
    }
    let oldest = add_days(today, -REVIEW_WAITS);
    let years = i64::from(loan.term_months) / 12;
    let anniversaries = (1..=years).map(|year| add_months(loan.started, year * 12));
    anniversaries.filter(|day| *day < loan.ends).find(|day| *day >= oldest)
}

/// Cuts the amount until the payment takes less than 45 % of a month.
fn affordable(amount: i64, rate_bps: i64, term: u32, request: &Request) -> i64 {
    let most = request.basis_minor / 100 * 45;
    let floor = if request.profile.segment == Segment::Mass { 3_000_000 } else { 10_000_000 };
    let mut amount = amount;
    for _ in 0..12 {
        if annuity(amount, rate_bps, term) <= most || amount / 4 * 3 < floor {
            break;
        }
        amount = amount / 4 * 3 / 1_000_000 * 1_000_000;
    }
    amount
}

/// Brings a loan with a schedule to `today`: every due payment is made but the last `missed`.
pub(crate) fn run(loan: &mut Loan, today: Date, missed: u32) {
    let due_day = |payment: u32| add_months(loan.started, i64::from(payment));
    let months = u32::try_from(months_between(loan.started, today).max(0)).unwrap_or(0);
    let due = if due_day(months) > today { months.saturating_sub(1) } else { months };
    let due = due.min(loan.term_months);
    let missed = missed.min(due);
    let made = due - missed;
    let payment = annuity(loan.amount_minor, loan.rate_bps, loan.term_months);
    let oldest_missed = due_day(made + 1);
    loan.review = review_day(loan, today);
    loan.next_payment = (due < loan.term_months).then(|| due_day(due + 1));
    loan.payment_minor = payment;
    loan.payments_made = made;
    loan.outstanding_minor = if made >= loan.term_months {
        0
    } else {
        outstanding(loan.amount_minor, loan.rate_bps, payment, made)
    };
    loan.overdue_minor = payment * i64::from(missed);
    loan.days_past_due = if missed == 0 {
        0
    } else {
        u32::try_from(days_between(oldest_missed, today)).unwrap_or(0)
    };
}

/// Minimum payment of a revolving loan: 5 % of what is used and the interest of the month.
pub(crate) fn run_revolving(loan: &mut Loan, today: Date) {
    let owed = loan.outstanding_minor;
    loan.payment_minor = owed / 20 + month_interest(owed, loan.rate_bps);
    let this_month = date(today.year(), today.month(), loan.started.day());
    let next = if this_month > today { this_month } else { add_months(this_month, 1) };
    loan.next_payment = (owed > 0).then_some(next);
    loan.review = review_day(loan, today);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annuity_agrees_with_worked_examples() {
        // 1 000 000 at 12 % for a year: 88 848,79; 300 000 at 0 % for 12 months: 25 000.
        assert_eq!(annuity(100_000_000, 1_200, 12), 8_884_879);
        assert_eq!(annuity(30_000_000, 0, 12), 2_500_000);
        // 5 000 000 at 10 % for 20 years: 48 251,08.
        assert_eq!(annuity(500_000_000, 1_000, 240), 4_825_109);
    }

    #[test]
    fn a_mortgage_is_reviewed_every_year_and_a_late_review_stays_for_ten_days() {
        let request = Request {
            number: 1,
            profile: crate::model::population::profile(
                Ground { seed: 7, clients: 100, today: date(2026, 11, 23) },
                1,
            ),
            basis_minor: 0,
            sequence: 0,
        };
        let lent = |kind, started| contract(&request, kind, 100, (1_000, 36), started);
        let of = |kind, started| review_day(&lent(kind, started), date(2026, 11, 23));
        let mortgage = |started| of(LoanKind::Mortgage, started);
        assert_eq!(mortgage(date(2025, 11, 13)), Some(date(2026, 11, 13)));
        assert_eq!(mortgage(date(2025, 11, 12)), Some(date(2027, 11, 12)));
        assert_eq!(mortgage(date(2024, 12, 20)), Some(date(2026, 12, 20)));
        assert_eq!(mortgage(date(2023, 12, 20)), None, "it ends then");
        assert_eq!(of(LoanKind::Consumer, date(2025, 11, 13)), None);
    }

    #[test]
    fn the_last_payment_clears_the_loan() {
        for (amount, rate, months) in
            [(50_000_000, 2_190, 36), (900_000_000, 790, 300), (7, 1_000, 12)]
        {
            let payment = annuity(amount, rate, months);
            assert_eq!(outstanding(amount, rate, payment, months), 0);
            assert!(outstanding(amount, rate, payment, months - 1) <= payment);
        }
    }
}
