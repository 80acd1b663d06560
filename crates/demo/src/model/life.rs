//! What goes on around a client: important dates, tasks and promises, notes.

use kernel::Date;

use super::calendar::{add_days, add_years, age_on, date, days_between, instant, working_day};
use super::client::{DemoClient, Detail, ImportantDate, Note, Person, Task};
use super::dice::{Dice, Salt};
use super::keys::{
    AccountKind, DateKind, LoanKind, Marital, PartyKind, Segment, Status, TaskKind, TaskState,
};
use super::organisation::branch;
use super::population::{Family, Ground};
use super::staff::clerk_of;
use super::texts;

/// Per mille of active clients for whom nobody wrote down a next step.
const NO_NEXT_STEP: u64 = 80;

/// Fills dates, tasks and notes.
pub(crate) fn fill(ground: Ground, family: Option<&Family>, client: &mut DemoClient) {
    let mut dice = Dice::new(ground.seed, client.number, Salt::Tasks);
    client.dates = match &client.detail {
        Detail::Person(person) => personal_dates(&mut dice, ground, family, person, client),
        Detail::Company(company) => {
            let mut list = vec![dated(DateKind::Founded, company.registered, true, "")];
            if dice.chance(400) {
                let end = add_days(ground.today, dice.range(-20, 200));
                list.push(dated(
                    DateKind::ContractEnd,
                    end,
                    false,
                    "договор на расчётное обслуживание",
                ));
            }
            if dice.chance(300) {
                let day = date(2000, i8::try_from(dice.range(1, 12)).unwrap_or(5), 12);
                list.push(dated(DateKind::Holiday, day, true, "профессиональный праздник"));
            }
            list
        }
        Detail::Circle(_) => Vec::new(),
    };
    tasks(&mut dice, ground, client);
    notes(&mut dice, ground, client);
}

/// An important date.
pub(crate) const fn dated(
    kind: DateKind,
    date: Date,
    yearly: bool,
    note: &'static str,
) -> ImportantDate {
    ImportantDate { kind, date, yearly, note }
}

fn personal_dates(
    dice: &mut Dice,
    ground: Ground,
    family: Option<&Family>,
    person: &Person,
    client: &DemoClient,
) -> Vec<ImportantDate> {
    let mut list = Vec::new();
    let born = person.born.unwrap_or(date(1985, 1, 1));
    let age = age_on(born, ground.today);
    let grown = add_years(born, 20);
    let years = days_between(grown, ground.today).max(1);
    let wedding = add_days(grown, dice.range(0, years));
    if person.marital == Some(Marital::Married) && (family.is_some() || dice.chance(450)) {
        let day = family.map_or(wedding, |family| family.married);
        list.push(dated(DateKind::Wedding, day, true, ""));
    }
    if let Some(family) = family.filter(|family| family.child_born > grown) {
        list.push(dated(DateKind::ChildBorn, family.child_born, true, ""));
    } else if age > 24 && dice.chance(220) {
        let day = add_days(add_years(born, 23), dice.range(0, (age - 23) * 365));
        list.push(dated(DateKind::ChildBorn, day, true, ""));
    }
    for loan in &client.loans {
        match loan.kind {
            LoanKind::Mortgage => {
                list.push(dated(DateKind::HomeBought, loan.started, false, "квартира в ипотеку"));
            }
            LoanKind::Car => list.push(dated(DateKind::CarBought, loan.started, false, "в кредит")),
            LoanKind::Consumer | LoanKind::CreditCard | LoanKind::Sme | LoanKind::Overdraft => {}
        }
    }
    if (62..65).contains(&age) {
        list.push(dated(DateKind::Retirement, add_years(born, 65), false, ""));
    }
    list
}

fn tasks(dice: &mut Dice, ground: Ground, client: &mut DemoClient) {
    let business = !matches!(client.kind, PartyKind::Person | PartyKind::Household);
    let past = if known_days(ground, client) > 60 { dice.range(0, 3) } else { 0 };
    for _ in 0..past {
        let done = task(dice, ground, client, business, TaskState::Done);
        client.tasks.push(done);
    }
    if client.status != Status::Active || dice.chance(NO_NEXT_STEP) {
        return;
    }
    let mut next = task(dice, ground, client, business, TaskState::Open);
    next.kind = TaskKind::NextStep;
    next.title = dice.word(if business { texts::BUSINESS_STEPS } else { texts::STEPS }).to_owned();
    client.tasks.push(next);
    if dice.chance(if client.segment == Segment::Vip { 500 } else { 130 }) {
        let extra = task(dice, ground, client, business, TaskState::Open);
        client.tasks.push(extra);
    }
    let ending = client
        .accounts
        .iter()
        .filter(|account| account.kind == AccountKind::Deposit)
        .filter_map(|account| account.matures)
        .find(|day| (0..21).contains(&days_between(ground.today, *day)));
    if let Some(day) = ending {
        let mut renewal = task(dice, ground, client, business, TaskState::Open);
        renewal.kind = TaskKind::Task;
        renewal.title = "Предложить условия продления вклада".to_owned();
        renewal.due = working_day(add_days(day, -3)).max(ground.today);
        client.tasks.push(renewal);
    }
}

/// Days since the relationship began; four months for a prospect.
fn known_days(ground: Ground, client: &DemoClient) -> i64 {
    client.since.map_or(120, |since| days_between(since, ground.today))
}

/// A work item: open ones are due from three weeks ago (one in ten) to six weeks ahead.
fn task(
    dice: &mut Dice,
    ground: Ground,
    client: &DemoClient,
    business: bool,
    state: TaskState,
) -> Task {
    let promise = dice.chance(450);
    let kind = if promise { TaskKind::Promise } else { TaskKind::Task };
    let title = match (promise, business) {
        (true, true) => dice.word(texts::BUSINESS_PROMISES),
        (true, false) => dice.word(texts::PROMISES),
        (false, _) => dice.word(texts::TASKS),
    };
    let late = dice.chance(100);
    let (low, high) = match state {
        // Three weeks of slack: a task is written down before it is due.
        TaskState::Done => ((24 - known_days(ground, client)).clamp(-600, -8), -8),
        TaskState::Open if late => (-21, -1),
        TaskState::Open => (0, 45),
    };
    let due = working_day(add_days(ground.today, dice.range(low, high)));
    let due = if late && due >= ground.today { add_days(ground.today, -1) } else { due };
    let offset = branch(client.branch).utc_offset_hours;
    let before = add_days(due.min(ground.today), -dice.range(1, 20));
    let done_at =
        instant(add_days(due, -dice.range(0, 2)).max(before), dice.range(36_000, 61_200), offset);
    Task {
        kind,
        title: title.to_owned(),
        due,
        state,
        assignee: if dice.chance(850) {
            client.manager
        } else {
            clerk_of(client.branch, client.number)
        },
        created: instant(before, dice.range(32_400, 35_900), offset),
        done_at: (state == TaskState::Done).then_some(done_at),
        result: (state == TaskState::Done).then(|| dice.word(texts::TASK_RESULTS)),
        urgent: dice.chance(if client.segment == Segment::Vip { 400 } else { 70 }),
    }
}

fn notes(dice: &mut Dice, ground: Ground, client: &mut DemoClient) {
    let list = match client.kind {
        PartyKind::Person | PartyKind::Household => texts::NOTES,
        PartyKind::SoleTrader | PartyKind::Company | PartyKind::Group => texts::BUSINESS_NOTES,
    };
    let count = dice.weighted(&[(62, 0), (30, 1), (8, 2)], 0);
    for number in 0..count {
        let day = add_days(ground.today, -dice.range(3, known_days(ground, client).clamp(4, 700)));
        client.notes.push(Note {
            at: instant(day, dice.range(33_000, 64_000), branch(client.branch).utc_offset_hours),
            author: client.manager,
            text: dice.word(list),
            pinned: number == 0 && dice.chance(200),
        });
    }
}
