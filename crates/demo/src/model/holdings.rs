//! Accounts, cards and standing orders of a client.

use kernel::Currency;

use super::calendar::{add_days, add_months, age_on, days_between};
use super::client::{Account, Card, DemoClient, Detail, Loan, StandingOrder};
use super::dice::{Dice, Salt};
use super::digits;
use super::keys::{AccountKind, CardKind, CardState, LoanKind, PartyKind, Segment, Status};
use super::ledger::window_start;
use super::loans::{self, Request};
use super::names::latin;
use super::organisation::branch;
use super::population::{Ground, Profile};

/// Money a client turns over in a month, kopecks: income of a person, turnover of a business.
pub(crate) fn basis_minor(client: &DemoClient) -> i64 {
    match &client.detail {
        Detail::Person(person) => person.income_minor,
        Detail::Company(company) => company.turnover_minor,
        Detail::Circle(_) => 0,
    }
}

/// Fills accounts, loans, cards and orders. Balances are settled later by the ledger.
pub(crate) fn fill(ground: Ground, profile: Profile, client: &mut DemoClient) {
    if client.status != Status::Active || !loans::banks_here(ground, client.number, profile) {
        return;
    }
    let mut dice = Dice::new(ground.seed, client.number, Salt::Holdings);
    match client.kind {
        PartyKind::Person => personal_accounts(&mut dice, ground, profile, client),
        PartyKind::SoleTrader | PartyKind::Company => {
            business_accounts(&mut dice, ground, profile, client);
        }
        PartyKind::Household | PartyKind::Group => return,
    }
    if may_borrow(ground, client) {
        for (sequence, kind) in loans::plan(ground, client.number, profile).into_iter().enumerate()
        {
            let basis_minor = basis_minor(client);
            let request = Request { number: client.number, profile, basis_minor, sequence };
            client.loans.push(loans::loan(ground, &request, kind));
        }
    }
    cards(&mut dice, ground, client);
    orders(&mut dice, client);
}

fn may_borrow(ground: Ground, client: &DemoClient) -> bool {
    match &client.detail {
        Detail::Person(person) => {
            let age = person.born.map_or(0, |born| age_on(born, ground.today));
            (22..=68).contains(&age) && person.income_minor > 0
        }
        Detail::Company(_) => true,
        Detail::Circle(_) => false,
    }
}

/// A new account at the end of the client's list; returns its index.
pub(crate) fn open(client: &mut DemoClient, kind: AccountKind, product: &'static str) -> usize {
    let sequence = client.accounts.len();
    let balance = match (kind, client.kind) {
        (AccountKind::Current, PartyKind::Person) => "40817",
        (AccountKind::Current, PartyKind::SoleTrader) => "40802",
        (AccountKind::Current, _) => "40702",
        (AccountKind::Savings, PartyKind::Person) => "42301",
        (AccountKind::Deposit, PartyKind::Person) => "42306",
        (AccountKind::Savings | AccountKind::Deposit, PartyKind::SoleTrader) => "42108",
        (AccountKind::Savings | AccountKind::Deposit, _) => "42105",
    };
    client.accounts.push(Account {
        number: digits::account(balance, "810", sequence, branch(client.branch), client.number),
        kind,
        product,
        currency: Currency::RUB,
        opened: client.since.unwrap_or(client.source.today),
        matures: None,
        rate_bps: 0,
        opening_minor: 0,
        balance_minor: 0,
        dormant: false,
    });
    sequence
}

fn personal_accounts(dice: &mut Dice, ground: Ground, profile: Profile, client: &mut DemoClient) {
    let basis = basis_minor(client).max(2_000_000);
    let rich = matches!(profile.segment, Segment::Vip | Segment::Premium);
    let dormant = !rich && dice.chance(40);
    let product = match profile.segment {
        Segment::Vip => "current_private",
        Segment::Premium => "current_premium",
        Segment::Mass | Segment::Sme | Segment::Corporate => "current_everyday",
    };
    open(client, AccountKind::Current, product);
    start(ground, client, basis / 100 * dice.range(10, 160), dormant);
    if dormant {
        return;
    }
    if dice.chance(if rich { 700 } else { 310 }) {
        let at = open(client, AccountKind::Savings, "savings_flexible");
        later(dice, ground, client, at);
        rate(client, at, dice.range(60, 150) * 10);
        start(ground, client, basis / 100 * dice.range(40, 500), false);
    }
    let deposits = match profile.segment {
        Segment::Vip => dice.range(1, 3),
        Segment::Premium => dice.range(0, 2),
        Segment::Mass | Segment::Sme | Segment::Corporate => i64::from(dice.chance(170)),
    };
    for _ in 0..deposits {
        deposit(dice, ground, client);
    }
    if rich && dice.chance(250) {
        foreign_savings(dice, ground, client, basis);
    }
}

fn business_accounts(dice: &mut Dice, ground: Ground, profile: Profile, client: &mut DemoClient) {
    let basis = basis_minor(client);
    let product = match (client.kind, profile.segment) {
        (PartyKind::SoleTrader, _) => "settlement_start",
        (_, Segment::Corporate | Segment::Vip) => "settlement_corporate",
        _ => "settlement_business",
    };
    open(client, AccountKind::Current, product);
    start(ground, client, basis / 100 * dice.range(8, 90), false);
    if dice.chance(160) {
        let at = open(client, AccountKind::Current, "settlement_tender");
        later(dice, ground, client, at);
        start(ground, client, 0, true);
    }
    if dice.chance(150) {
        deposit(dice, ground, client);
    }
}

/// Sets what the last account begins the window with: nothing when it was opened inside the window.
fn start(ground: Ground, client: &mut DemoClient, amount_minor: i64, dormant: bool) {
    if let Some(account) = client.accounts.last_mut() {
        account.dormant = dormant;
        let inside = account.opened >= window_start(ground.today);
        account.opening_minor = if inside || dormant { 0 } else { amount_minor };
    }
}

fn rate(client: &mut DemoClient, at: usize, rate_bps: i64) {
    if let Some(account) = client.accounts.get_mut(at) {
        account.rate_bps = rate_bps;
    }
}

/// The account was opened some time after the first day of the relationship.
fn later(dice: &mut Dice, ground: Ground, client: &mut DemoClient, at: usize) {
    if let Some(account) = client.accounts.get_mut(at) {
        let days = days_between(account.opened, ground.today).max(0);
        account.opened = add_days(account.opened, dice.range(0, days));
    }
}

fn deposit(dice: &mut Dice, ground: Ground, client: &mut DemoClient) {
    let term = dice.pick(&[91, 181, 367, 550, 730], 367);
    let at = open(client, AccountKind::Deposit, "deposit_term");
    let age = dice.range(0, term - 1);
    let rate_bps = dice.range(110, 190) * 10;
    let basis = basis_minor(client).max(5_000_000);
    let (low, high) = if client.kind == PartyKind::Person { (150, 1_500) } else { (15, 120) };
    if let Some(account) = client.accounts.get_mut(at) {
        account.opened = add_days(ground.today, -age).max(account.opened);
        account.matures = Some(add_days(account.opened, term));
        account.rate_bps = rate_bps;
    }
    start(ground, client, basis / 100 * dice.range(low, high), false);
}

fn foreign_savings(dice: &mut Dice, ground: Ground, client: &mut DemoClient, basis: i64) {
    let Ok(currency) = "CNY".parse::<Currency>() else {
        return;
    };
    let at = open(client, AccountKind::Savings, "savings_currency");
    later(dice, ground, client, at);
    let number = digits::account("42301", "156", at, branch(client.branch), client.number);
    if let Some(account) = client.accounts.get_mut(at) {
        account.currency = currency;
        account.number = number;
    }
    start(ground, client, basis / 1_000 * dice.range(20, 400), false);
}

/// Latin name for a card.
fn holder(client: &DemoClient) -> String {
    match &client.detail {
        Detail::Person(person) => {
            latin(&format!("{} {}", person.first_name, person.last_name)).to_uppercase()
        }
        Detail::Company(_) | Detail::Circle(_) => "BUSINESS CARD".to_owned(),
    }
}

/// A card at the end of the client's list, good for `months` from today's month.
pub(crate) fn issue(ground: Ground, client: &mut DemoClient, kind: CardKind, months: i64) {
    let sequence = client.cards.len();
    let (bin, product) = match (kind, client.segment) {
        (CardKind::Debit, Segment::Vip | Segment::Premium) => ("220097", "card_debit_premium"),
        (CardKind::Debit, _) => ("220099", "card_debit"),
        (CardKind::Credit, _) => ("220098", "card_credit"),
        (CardKind::Business, _) => ("220096", "card_business"),
    };
    let month = add_months(ground.today, months);
    let expires = month.last_of_month();
    let account = client.accounts.iter().position(|account| account.kind == AccountKind::Current);
    let loan = client.loans.iter().position(|loan| loan.kind == LoanKind::CreditCard);
    let card = Card {
        masked_pan: digits::masked_pan(bin, sequence, client.number),
        kind,
        product,
        holder: holder(client),
        expires,
        state: if expires < ground.today { CardState::Expired } else { CardState::Active },
        account: account.filter(|_| kind != CardKind::Credit),
        loan: loan.filter(|_| kind == CardKind::Credit),
    };
    client.cards.push(card);
}

fn cards(dice: &mut Dice, ground: Ground, client: &mut DemoClient) {
    let business = client.kind != PartyKind::Person;
    let dormant = client.accounts.first().is_some_and(|account| account.dormant);
    let kind = if business { CardKind::Business } else { CardKind::Debit };
    if !dormant && dice.chance(if business { 480 } else { 880 }) {
        issue(ground, client, kind, dice.range(0, 47));
    }
    if dice.chance(60) {
        issue(ground, client, kind, -dice.range(1, 5));
    }
    if client.loans.iter().any(|loan: &Loan| loan.kind == LoanKind::CreditCard) {
        issue(ground, client, CardKind::Credit, dice.range(0, 35));
    }
    let blocked = dice.chance(25);
    if let Some(card) =
        client.cards.last_mut().filter(|card| blocked && card.state == CardState::Active)
    {
        card.state = CardState::Blocked;
    }
}

/// Payee and reason of standing orders.
#[rustfmt::skip]
const ORDERS: &[(&str, &str)] = &[
    ("Управляющая компания «Уют»", "квартплата"), ("Детский сад «Солнышко»", "оплата детского сада"),
    ("Спортивный клуб «Форма»", "абонемент"), ("Фонд помощи «Добрый путь»", "пожертвование"),
    ("Музыкальная школа № 3", "занятия"), ("Страховая компания «Опора»", "взнос по страхованию жизни"),
];

fn orders(dice: &mut Dice, client: &mut DemoClient) {
    let current = client
        .accounts
        .iter()
        .position(|account| account.kind == AccountKind::Current && !account.dormant);
    let (Some(account), PartyKind::Person) = (current, client.kind) else {
        return;
    };
    if !dice.chance(140) || basis_minor(client) == 0 {
        return;
    }
    let (payee, reason) = dice.pick(ORDERS, ("Управляющая компания «Уют»", "квартплата"));
    client.orders.push(StandingOrder {
        account,
        day: i8::try_from(dice.range(3, 27)).unwrap_or(10),
        amount_minor: (basis_minor(client) / 100 * dice.range(2, 9) / 10_000).max(5) * 10_000,
        payee,
        reason,
        failing: dice.chance(90),
    });
}
