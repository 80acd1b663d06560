//! Signs that something about a holding needs an eye or a hand. Pure: the same holding on the same day
//! always gives the same signs.

use kernel::{Date, Money};

use super::average::below_average;
use super::model::{
    Account, AccountKind, Card, CardState, Loan, LoanState, OrderState, StandingOrder,
};

/// A deposit that ends within this many days is announced (eight weeks).
pub const MATURITY_DAYS: i64 = 56;
/// A card that ends within this many days is to be reissued.
pub const CARD_DAYS: i64 = 60;
/// A payment due within this many days is announced.
pub const PAYMENT_DAYS: i64 = 7;
/// Months without movement after which an account sleeps.
pub const DORMANT_MONTHS: i64 = 12;
/// Share of a limit, percent, from which it is nearly used up.
pub const LIMIT_PERCENT: i64 = 90;
/// A review of the interest within this many days is announced.
pub const REVIEW_DAYS: i64 = 30;
/// Whole months an average balance is made of.
pub const AVERAGE_MONTHS: i64 = 6;
/// Share of its average, percent, below which an account holds much less than it uses to.
pub const BELOW_AVERAGE_PERCENT: i64 = 50;
/// Averages below this, minor units, are too small to speak of.
pub const AVERAGE_MIN_MINOR: i64 = 100_000;

/// How much a sign matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Somebody should look soon.
    Attention,
    /// Wrong or late.
    Danger,
}

/// How likely a late loan will need collection, by its days past due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Below 30 days.
    Low,
    /// From 30 days.
    Medium,
    /// From 90 days: the loan counts as non-performing.
    High,
}

impl Risk {
    /// By days past due.
    pub const fn of_days(days: i64) -> Self {
        match days {
            ..30 => Risk::Low,
            30..90 => Risk::Medium,
            _ => Risk::High,
        }
    }
    /// Word in text keys.
    pub const fn key(self) -> &'static str {
        match self {
            Risk::Low => "low",
            Risk::Medium => "medium",
            Risk::High => "high",
        }
    }
}

/// One sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indicator {
    /// A deposit ends in so many days (0: today).
    Matures(i64),
    /// A deposit ended so many days ago and was neither paid out nor renewed.
    Matured(i64),
    /// The interest is to be looked at anew in so many days (0: today).
    ReviewDue(i64),
    /// The interest should have been looked at so many days ago.
    ReviewLate(i64),
    /// An account holds only so many percent of its average.
    BelowAverage(i64),
    /// So many percent of a limit are used.
    LimitApproaching(i64),
    /// A limit is used up.
    LimitReached,
    /// An account without a limit is overdrawn.
    Overdrawn,
    /// No movement for so many months; none: never.
    Dormant(Option<i64>),
    /// A card ends in so many days.
    CardExpiresSoon(i64),
    /// A card ended so many days ago.
    CardExpired(i64),
    /// A card is blocked.
    CardBlocked,
    /// A payment is late by so many days (none: not known since when) and by this sum.
    LoanPastDue {
        /// Days.
        days: Option<i64>,
        /// Missed payments, if known.
        overdue: Option<Money>,
    },
    /// A loan ended without being paid back.
    LoanDefaulted,
    /// A payment is due in so many days.
    PaymentDue(i64),
    /// A standing order fails.
    OrderFailing,
}

impl Indicator {
    /// How much it matters.
    pub const fn severity(self) -> Severity {
        match self {
            Indicator::Matured(_)
            | Indicator::LimitReached
            | Indicator::Overdrawn
            | Indicator::LoanPastDue { .. }
            | Indicator::LoanDefaulted
            | Indicator::OrderFailing => Severity::Danger,
            Indicator::LimitApproaching(_)
            | Indicator::ReviewLate(_)
            | Indicator::CardExpiresSoon(_)
            | Indicator::CardExpired(_)
            | Indicator::CardBlocked => Severity::Attention,
            Indicator::Matures(_)
            | Indicator::ReviewDue(_)
            | Indicator::BelowAverage(_)
            | Indicator::Dormant(_)
            | Indicator::PaymentDue(_) => Severity::Info,
        }
    }
}

/// What the turnovers of an account tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// First day of the last month money moved; none: never.
    pub last_month: Option<Date>,
    /// Average balance, minor units; none: it is too young for one.
    pub average_minor: Option<i64>,
}

/// One thing a client holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holding {
    /// An account with what its turnovers tell.
    Account(Account, Activity),
    /// A card.
    Card(Card),
    /// A loan.
    Loan(Loan),
    /// A standing order.
    Order(StandingOrder),
}

/// The signs of a holding on a day, the worst first.
pub fn indicators(holding: &Holding, today: Date) -> Vec<Indicator> {
    let mut signs = match holding {
        Holding::Account(account, activity) => of_account(account, *activity, today),
        Holding::Card(card) => of_card(card, today),
        Holding::Loan(loan) => of_loan(loan, today),
        Holding::Order(order) if order.state == OrderState::Failing => {
            vec![Indicator::OrderFailing]
        }
        Holding::Order(_) => Vec::new(),
    };
    signs.sort_by_key(|sign| std::cmp::Reverse(sign.severity()));
    signs
}

fn of_account(account: &Account, activity: Activity, today: Date) -> Vec<Indicator> {
    let mut signs = Vec::new();
    if account.closed_on.is_some_and(|closed| closed <= today) {
        return signs;
    }
    if let Some(ends) = account.matures_on {
        match days(today, ends) {
            late @ ..0 => signs.push(Indicator::Matured(late.saturating_neg())),
            left @ 0..=MATURITY_DAYS => signs.push(Indicator::Matures(left)),
            _ => {}
        }
    }
    signs.extend(of_review(account.review_on, today));
    let used = account.balance_minor.min(0).saturating_neg();
    if account.kind != AccountKind::Loan {
        signs.extend(of_limit(used, account.limit_minor));
        if used > 0 && account.limit_minor <= 0 {
            signs.push(Indicator::Overdrawn);
        }
    }
    let may_sleep =
        matches!(account.kind, AccountKind::Current | AccountKind::Savings | AccountKind::Card);
    if may_sleep {
        let share = activity.average_minor.and_then(|a| below_average(account.balance_minor, a));
        signs.extend(share.map(Indicator::BelowAverage));
    }
    let last_month = activity.last_month;
    let awake_since = last_month.unwrap_or(account.opened_on);
    let months = months(awake_since, today);
    if may_sleep && months >= DORMANT_MONTHS {
        signs.push(Indicator::Dormant(last_month.map(|_| months)));
    }
    signs
}

fn of_review(review_on: Option<Date>, today: Date) -> Option<Indicator> {
    match days(today, review_on?) {
        late @ ..0 => Some(Indicator::ReviewLate(late.saturating_neg())),
        left @ 0..=REVIEW_DAYS => Some(Indicator::ReviewDue(left)),
        _ => None,
    }
}

fn of_limit(used: i64, limit: i64) -> Option<Indicator> {
    if limit <= 0 || used <= 0 {
        return None;
    }
    // wide, so that no amount overflows
    let percent = i128::from(used) * 100 / i128::from(limit);
    match i64::try_from(percent).unwrap_or(i64::MAX) {
        100.. => Some(Indicator::LimitReached),
        percent @ LIMIT_PERCENT.. => Some(Indicator::LimitApproaching(percent)),
        _ => None,
    }
}

fn of_card(card: &Card, today: Date) -> Vec<Indicator> {
    let mut signs = Vec::new();
    if card.state == CardState::Closed {
        return signs;
    }
    if let Some(ends) = card.expires_on {
        match days(today, ends) {
            late @ ..0 => signs.push(Indicator::CardExpired(late.saturating_neg())),
            left @ 0..=CARD_DAYS => signs.push(Indicator::CardExpiresSoon(left)),
            _ => {}
        }
    }
    if card.state == CardState::Blocked {
        signs.push(Indicator::CardBlocked);
    }
    signs
}

fn of_loan(loan: &Loan, today: Date) -> Vec<Indicator> {
    let mut signs = Vec::new();
    match loan.state {
        LoanState::Closed => return signs,
        LoanState::Defaulted => signs.push(Indicator::LoanDefaulted),
        LoanState::Running => {}
    }
    if loan.days_past_due != Some(0) || loan.overdue_minor > 0 {
        let overdue =
            (loan.overdue_minor > 0).then(|| Money::new(loan.overdue_minor, loan.currency));
        let days = loan.days_past_due.filter(|days| *days > 0);
        if loan.state == LoanState::Running || days.is_some() {
            signs.push(Indicator::LoanPastDue { days, overdue });
        }
    }
    if loan.state == LoanState::Running {
        signs.extend(of_review(loan.review_on, today));
    }
    if loan.kind.is_revolving() {
        signs.extend(of_limit(loan.owed_minor.unwrap_or(0), loan.amount_minor));
    }
    if let Some(next) = loan.next_payment_on.filter(|_| loan.state == LoanState::Running)
        && let left @ 0..=PAYMENT_DAYS = days(today, next)
    {
        signs.push(Indicator::PaymentDue(left));
    }
    signs
}

/// Days from one date to another.
fn days(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// Whole calendar months from one date to another; days of the month do not count.
fn months(from: Date, to: Date) -> i64 {
    let index = |day: Date| i64::from(day.year()) * 12 + i64::from(day.month());
    index(to) - index(from)
}

#[cfg(test)]
mod tests {
    use kernel::{Currency, Entropy, SeededEntropy, Timestamp};

    use super::super::model::{CardKind, LoanKind};
    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 23);

    fn id<T: From<uuid::Uuid>>() -> T {
        SeededEntropy::new(1).id(Timestamp::from_micros(0)).into()
    }

    fn account(kind: AccountKind) -> Account {
        Account {
            id: id(),
            number: "40817810099910004312".to_owned(),
            kind,
            currency: Currency::RUB,
            branch_id: None,
            opened_on: Date::constant(2020, 1, 1),
            closed_on: None,
            matures_on: None,
            rate_bp: None,
            review_on: None,
            limit_minor: 0,
            balance_minor: 0,
            balance_on: None,
            statement_frequency: String::new(),
        }
    }

    fn of(account: Account, last: Date) -> Vec<Indicator> {
        let activity = Activity { last_month: Some(last), average_minor: None };
        indicators(&Holding::Account(account, activity), TODAY)
    }

    #[test]
    fn deposits_announce_their_end() {
        let ends = |day| Account { matures_on: Some(day), ..account(AccountKind::Deposit) };
        assert_eq!(of(ends(TODAY), TODAY), [Indicator::Matures(0)]);
        assert_eq!(of(ends(Date::constant(2027, 1, 18)), TODAY), [Indicator::Matures(56)]);
        assert_eq!(of(ends(Date::constant(2027, 1, 19)), TODAY), []);
        assert_eq!(of(ends(Date::constant(2026, 11, 22)), TODAY), [Indicator::Matured(1)]);
        let closed = Account { closed_on: Some(TODAY), ..ends(TODAY) };
        assert_eq!(of(closed, TODAY), []);
    }

    #[test]
    fn a_review_of_the_interest_is_announced_and_missed() {
        let deposit =
            |day| of(Account { review_on: Some(day), ..account(AccountKind::Deposit) }, TODAY);
        assert_eq!(deposit(Date::constant(2026, 12, 24)), []);
        assert_eq!(deposit(Date::constant(2026, 12, 23)), [Indicator::ReviewDue(30)]);
        assert_eq!(deposit(TODAY), [Indicator::ReviewDue(0)]);
        assert_eq!(deposit(Date::constant(2026, 11, 22)), [Indicator::ReviewLate(1)]);
        let lent = |state, day| {
            let loan = Loan { state, review_on: Some(day), next_payment_on: None, ..loan() };
            indicators(&Holding::Loan(loan), TODAY)
        };
        let running = LoanState::Running;
        assert_eq!(lent(running, Date::constant(2026, 12, 23)), [Indicator::ReviewDue(30)]);
        assert_eq!(lent(running, Date::constant(2026, 12, 24)), []);
        assert_eq!(lent(running, Date::constant(2025, 11, 23)), [Indicator::ReviewLate(365)]);
        assert_eq!(lent(LoanState::Closed, TODAY), []);
        assert_eq!(lent(LoanState::Defaulted, TODAY), [Indicator::LoanDefaulted]);
    }

    #[test]
    fn an_account_far_below_its_average_is_seen_unless_it_is_a_deposit() {
        let held = |kind, balance_minor| {
            let account = Account { balance_minor, ..account(kind) };
            let activity = Activity { last_month: Some(TODAY), average_minor: Some(100_000) };
            indicators(&Holding::Account(account, activity), TODAY)
        };
        for kind in [AccountKind::Current, AccountKind::Savings, AccountKind::Card] {
            assert_eq!(held(kind, 49_999), [Indicator::BelowAverage(49)]);
            assert_eq!(held(kind, 50_000), []);
        }
        assert_eq!(held(AccountKind::Deposit, 0), []);
        assert_eq!(held(AccountKind::Current, -1), [Indicator::Overdrawn], "one word is enough");
    }

    #[test]
    fn limits_are_felt_from_ninety_percent() {
        let used = |balance_minor, limit_minor| {
            of(Account { balance_minor, limit_minor, ..account(AccountKind::Current) }, TODAY)
        };
        assert_eq!(used(-8_999, 10_000), []);
        assert_eq!(used(-9_000, 10_000), [Indicator::LimitApproaching(90)]);
        assert_eq!(used(-9_999, 10_000), [Indicator::LimitApproaching(99)]);
        assert_eq!(used(-10_000, 10_000), [Indicator::LimitReached]);
        assert_eq!(used(-1, 0), [Indicator::Overdrawn]);
        assert_eq!(used(i64::MIN, i64::MAX), [Indicator::LimitReached]);
    }

    #[test]
    fn accounts_fall_asleep_after_a_year() {
        let at = |day| of(account(AccountKind::Current), day);
        assert_eq!(at(Date::constant(2025, 12, 1)), []);
        assert_eq!(at(Date::constant(2025, 11, 1)), [Indicator::Dormant(Some(12))]);
        let never = indicators(
            &Holding::Account(account(AccountKind::Savings), Activity::default()),
            TODAY,
        );
        assert_eq!(never, [Indicator::Dormant(None)]);
        let deposit = indicators(
            &Holding::Account(account(AccountKind::Deposit), Activity::default()),
            TODAY,
        );
        assert_eq!(deposit, []);
    }

    #[test]
    fn cards_expire() {
        let card = |expires_on, state| {
            let card = Card {
                id: id(),
                account_id: id(),
                client_id: id(),
                kind: CardKind::Debit,
                pan_masked: String::new(),
                issued_on: Date::constant(2022, 1, 1),
                expires_on,
                state,
            };
            indicators(&Holding::Card(card), TODAY)
        };
        let in_60 = Some(Date::constant(2027, 1, 22));
        assert_eq!(card(in_60, CardState::Active), [Indicator::CardExpiresSoon(60)]);
        assert_eq!(card(Some(Date::constant(2027, 1, 23)), CardState::Active), []);
        let yesterday = Some(Date::constant(2026, 11, 22));
        let both = [Indicator::CardExpired(1), Indicator::CardBlocked];
        assert_eq!(card(yesterday, CardState::Blocked), both);
        assert_eq!(card(yesterday, CardState::Closed), []);
        assert_eq!(card(None, CardState::Active), []);
    }

    fn loan() -> Loan {
        Loan {
            id: id(),
            number: String::new(),
            account_id: None,
            client_id: id(),
            kind: LoanKind::Consumer,
            currency: Currency::RUB,
            amount_minor: 100_000,
            term_months: 12,
            payment_minor: 9_000,
            rate_bp: None,
            review_on: None,
            opened_on: Date::constant(2026, 1, 1),
            ends_on: None,
            state: LoanState::Running,
            owed_minor: Some(50_000),
            overdue_minor: 0,
            days_past_due: Some(0),
            next_payment_on: Some(Date::constant(2026, 11, 30)),
        }
    }

    #[test]
    fn loans_tell_when_they_are_late() {
        let of = |loan: Loan| indicators(&Holding::Loan(loan), TODAY);
        assert_eq!(of(loan()), [Indicator::PaymentDue(7)]);
        let late = Loan { days_past_due: Some(31), overdue_minor: 9_000, ..loan() };
        let overdue = Some(Money::new(9_000, Currency::RUB));
        let past_due = Indicator::LoanPastDue { days: Some(31), overdue };
        assert_eq!(of(late), [past_due, Indicator::PaymentDue(7)]);
        let silent = Loan { days_past_due: None, next_payment_on: None, ..loan() };
        assert_eq!(of(silent), [Indicator::LoanPastDue { days: None, overdue: None }]);
        let lost = Loan { state: LoanState::Defaulted, ..loan() };
        assert_eq!(of(lost), [Indicator::LoanDefaulted]);
        let card = Loan { kind: LoanKind::CreditCard, owed_minor: Some(95_000), ..loan() };
        assert_eq!(of(card), [Indicator::LimitApproaching(95), Indicator::PaymentDue(7)]);
        assert_eq!(of(Loan { state: LoanState::Closed, ..loan() }), []);
        assert_eq!([29, 30, 90].map(Risk::of_days), [Risk::Low, Risk::Medium, Risk::High]);
    }
}
