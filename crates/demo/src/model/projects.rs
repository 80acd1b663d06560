//! Events and projects: business breakfasts, mortgage days, evenings for investors and salary projects of
//! companies, some over, some going on, some to come.

use kernel::{Date, Timestamp};

use super::calendar::{add_days, add_months, age_on, instant, working_day};
use super::client::{DemoClient, Detail};
use super::dice::{Dice, Salt};
use super::keys::{LinkKind, LoanKind, PartyKind, Segment, Status};
use super::organisation::{BranchNo, StaffNo, branch};
use super::population::{BLOCK, Ground};
use super::staff::post_of;
use super::stories::VIP_COMPANY;

/// Clients who have projects together: so many whole blocks, from the first one on.
pub const STRETCH: u64 = BLOCK * 10;
/// Events of each kind in a stretch of clients.
const EVENTS: u64 = 2;
/// Salary projects in a stretch of clients.
const SALARY_PROJECTS: u64 = 2;
/// Guests of one event, and members of one project, at most.
const GUESTS_MAX: usize = 24;

/// How far a client is with an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Was asked.
    Invited,
    /// Will come.
    Registered,
    /// Came.
    Attended,
    /// Did not come, or will not.
    Declined,
}

impl Presence {
    /// Stable word.
    pub const fn key(self) -> &'static str {
        match self {
            Presence::Invited => "invited",
            Presence::Registered => "registered",
            Presence::Attended => "attended",
            Presence::Declined => "declined",
        }
    }
}

/// Where a project stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It will be.
    Planned,
    /// It is going on.
    Running,
    /// It is over.
    Finished,
    /// It will not be.
    Cancelled,
}

impl Phase {
    /// Stable word.
    pub const fn key(self) -> &'static str {
        match self {
            Phase::Planned => "planned",
            Phase::Running => "running",
            Phase::Finished => "finished",
            Phase::Cancelled => "cancelled",
        }
    }
}

/// A client who takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guest {
    /// His number.
    pub client: u64,
    /// `participant`, `speaker`, `partner` or `customer`.
    pub role: &'static str,
    /// How far he is.
    pub presence: Presence,
}

/// A project or event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// `event` or `project`.
    pub kind: &'static str,
    /// What it is called, in Russian.
    pub title: String,
    /// First day.
    pub starts: Date,
    /// Last day, when there are several.
    pub ends: Option<Date>,
    /// Where, in Russian.
    pub place: String,
    /// What it is about, in Russian.
    pub about: &'static str,
    /// Where it stands.
    pub phase: Phase,
    /// Who answers for it.
    pub owner: StaffNo,
    /// Branch that holds it.
    pub branch: BranchNo,
    /// When it was announced.
    pub announced: Timestamp,
    /// Who takes part, by number.
    pub guests: Vec<Guest>,
}

/// A kind of event: its titles with what they are about, the post that holds it, and whom it invites.
struct Event {
    titles: &'static [(&'static str, &'static str)],
    post: u16,
    invites: fn(&DemoClient, Date) -> bool,
}

const BREAKFAST: Event = Event {
    titles: &[
        (
            "Бизнес-завтрак «Платежи без границ»",
            "Расчёты с иностранными поставщиками, валютный контроль, вопросы к юристам банка.",
        ),
        (
            "Бизнес-завтрак «Деньги для малого бизнеса»",
            "Льготные программы, оборотные кредиты, гарантии региональных фондов.",
        ),
        (
            "Бизнес-завтрак «Эквайринг и касса»",
            "Приём оплаты по QR-коду, тарифы, возвраты, обмен опытом предпринимателей.",
        ),
    ],
    post: 4,
    invites: |client, _| matches!(client.kind, PartyKind::Company | PartyKind::SoleTrader),
};

const MORTGAGE_DAY: Event = Event {
    titles: &[
        (
            "День ипотеки",
            "Застройщики, оценщик и страховая в одном зале; решение по заявке за час.",
        ),
        ("День ипотеки для молодых семей", "Семейная ипотека, материнский капитал, первый взнос."),
    ],
    post: 1,
    invites: |client, today| {
        let Detail::Person(person) = &client.detail else { return false };
        let is_of_age = person.born.is_some_and(|born| (23..=45).contains(&age_on(born, today)));
        is_of_age && !client.loans.iter().any(|loan| loan.kind == LoanKind::Mortgage)
    },
};

const INVESTORS: Event = Event {
    titles: &[
        ("Вечер инвестора", "Ставки, облигации и металлы: взгляд аналитиков на будущий год."),
        (
            "Клубная встреча «Наследство и семья»",
            "Нотариус и налоговый консультант о передаче капитала.",
        ),
    ],
    post: 3,
    invites: |client, _| {
        client.kind == PartyKind::Person
            && matches!(client.segment, Segment::Vip | Segment::Premium)
    },
};

/// The projects of a stretch of clients. `clients` are all of the stretch, in the order of their numbers;
/// the same ones give the same projects.
pub(crate) fn projects(ground: Ground, clients: &[DemoClient]) -> Vec<Project> {
    let Some(first) = clients.first().map(|client| client.number) else { return Vec::new() };
    let dice = Dice::new(ground.seed, first, Salt::Projects);
    let mut all = Vec::new();
    for (kind, event) in (0..).zip([&BREAKFAST, &MORTGAGE_DAY, &INVESTORS]) {
        for n in 0..EVENTS {
            let mut dice = dice.fork(kind * EVENTS + n);
            all.extend(event_of(ground, event, (first, n), clients, &mut dice));
        }
    }
    let is_company = |c: &&DemoClient| c.kind == PartyKind::Company;
    let mut companies: Vec<u64> =
        clients.iter().filter(is_company).map(|company| company.number).collect();
    for n in 0..SALARY_PROJECTS {
        let mut dice = dice.fork(100 + n);
        let is_story = n == 0 && first == VIP_COMPANY;
        let company = if is_story { VIP_COMPANY } else { dice.pick(&companies, VIP_COMPANY) };
        companies.retain(|other| *other != company);
        all.extend(salary_project(ground, company, clients, &mut dice));
    }
    all
}

/// An event at the branch that has most to invite; the first of a stretch is to come, the others may be
/// over. None when there is nobody to invite.
fn event_of(
    ground: Ground,
    event: &Event,
    (first, n): (u64, u64),
    clients: &[DemoClient],
    dice: &mut Dice,
) -> Option<Project> {
    let is_asked = |c: &&DemoClient| c.status != Status::Closed && (event.invites)(c, ground.today);
    let asked: Vec<&DemoClient> = clients.iter().filter(is_asked).collect();
    let homes: Vec<BranchNo> = asked.iter().map(|c| c.branch).collect();
    // the first stretch begins with the branch everybody signs in to
    let home = if first == 0 && n == 0 { BranchNo(0) } else { dice.pick(&homes, BranchNo(0)) };
    let is_coming = n == 0;
    let days = if is_coming { dice.range(2, 40) } else { -dice.range(5, 240) };
    let starts = working_day(add_days(ground.today, days));
    let is_cancelled = !is_coming && dice.chance(80);
    let phase = match (is_cancelled, starts >= ground.today) {
        (true, _) => Phase::Cancelled,
        (false, true) => Phase::Planned,
        (false, false) => Phase::Finished,
    };
    let local = asked.into_iter().filter(|c| c.branch == home).take(GUESTS_MAX);
    let mut guests: Vec<Guest> = local
        .map(|c| Guest { client: c.number, role: "participant", presence: presence(phase, dice) })
        .collect();
    if let Some(speaker) = guests.get_mut(0).filter(|_| dice.chance(400)) {
        speaker.role = "speaker";
    }
    let (title, about) = dice.pick(event.titles, ("", ""));
    (!guests.is_empty()).then(|| Project {
        kind: "event",
        title: title.to_owned(),
        starts,
        ends: None,
        place: branch(home).name.ru.to_owned(),
        about,
        phase,
        owner: post_of(home, event.post),
        branch: home,
        announced: instant(add_days(starts.min(ground.today), -21), 10 * 3_600, 3),
        guests,
    })
}

fn presence(phase: Phase, dice: &mut Dice) -> Presence {
    use Presence::{Attended, Declined, Invited, Registered};
    let odds = match phase {
        Phase::Planned | Phase::Running => [(55, Invited), (33, Registered), (12, Declined)],
        Phase::Finished => [(52, Attended), (30, Declined), (18, Invited)],
        Phase::Cancelled => [(60, Invited), (30, Registered), (10, Declined)],
    };
    dice.weighted(&odds, Invited)
}

/// The salary project of a company: it is the customer, and those of the stretch who work for it or run
/// it take part.
fn salary_project(
    ground: Ground,
    company: u64,
    clients: &[DemoClient],
    dice: &mut Dice,
) -> Option<Project> {
    let customer = clients.iter().find(|c| c.number == company)?;
    let Detail::Company(detail) = &customer.detail else { return None };
    let starts = working_day(add_days(ground.today, dice.range(-400, 30)));
    let ends = add_months(starts, dice.range(3, 12));
    let phase = match (starts > ground.today, ends < ground.today) {
        (true, _) => Phase::Planned,
        (false, true) => Phase::Finished,
        (false, false) => Phase::Running,
    };
    let works = |c: &&DemoClient| {
        c.links.iter().any(|link| {
            let is_work = matches!(link.kind, LinkKind::Employee | LinkKind::Director);
            is_work && link.to == company && link.until.is_none()
        })
    };
    let staff = clients.iter().filter(works).filter(|c| c.status != Status::Closed);
    let mut guests =
        vec![Guest { client: company, role: "customer", presence: Presence::Registered }];
    guests.extend(staff.take(GUESTS_MAX).map(|c| Guest {
        client: c.number,
        role: "participant",
        presence: presence(Phase::Planned, dice),
    }));
    Some(Project {
        kind: "project",
        title: format!("Зарплатный проект: {}", detail.short_name),
        starts,
        ends: Some(ends),
        place: String::new(),
        about: "Карты сотрудникам, выездное открытие счетов, сверка ведомостей.",
        phase,
        owner: customer.manager,
        branch: customer.branch,
        announced: instant(add_days(starts.min(ground.today), -14), 11 * 3_600, 3),
        guests,
    })
}
