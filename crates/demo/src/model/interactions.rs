//! The history of contacts with a client, drawn one by one from templates.

use kernel::Date;

use super::calendar::{add_days, days_between, instant, working_day};
use super::client::{DemoClient, Detail, Interaction};
use super::dice::{Dice, Salt};
use super::keys::{Channel, Direction, Outcome, PartyKind, Segment, Status};
use super::ledger::window_start;
use super::organisation::{BRANCHES, BranchNo, StaffNo, branch};
use super::staff::{clerk_of, operator};
use super::texts::{BUSINESS, FOLLOW_UPS, PERSONAL, Template};

/// The contacts of a client, oldest first.
#[derive(Clone, Debug)]
pub struct Interactions<'a> {
    client: &'a DemoClient,
    /// Days before today, the oldest last.
    ages: Vec<i64>,
    sequence: u32,
    dice: Dice,
}

impl DemoClient {
    /// Contacts of two years, oldest first. Texts are made as they are asked for.
    pub fn interactions(&self) -> Interactions<'_> {
        let dice = Dice::new(self.source.seed, self.number, Salt::Interactions);
        let mut days = dice.fork(1);
        let (newest, oldest) = span(self);
        let mut ages: Vec<i64> =
            (0..self.source.interactions).map(|_| days.range(newest, oldest)).collect();
        ages.sort_unstable();
        Interactions { client: self, ages, sequence: 0, dice }
    }
}

/// Days before today between which a client has been in touch: newest and oldest.
fn span(client: &DemoClient) -> (i64, i64) {
    let today = client.source.today;
    let window = days_between(window_start(today), today);
    let known = client.since.map_or(120, |since| days_between(since, today)).clamp(4, window);
    match client.status {
        Status::Active | Status::Prospect => (1, known),
        Status::Closed => (known / 2, known),
    }
}

/// How many contacts a client has had, so that the mean over a large bank is `mean`.
pub(crate) fn count(client: &DemoClient, mean: u32) -> u32 {
    let mut dice = Dice::new(client.source.seed, client.number, Salt::Interactions);
    let mean = i64::from(mean);
    let (low, high) = match (client.kind, client.status) {
        (PartyKind::Household | PartyKind::Group, _) => (0, 0),
        (_, Status::Active) => (30, 198),
        (_, Status::Prospect) => (5, 45),
        (_, Status::Closed) => (20, 80),
    };
    let wanted = (mean * dice.range(low, high) + 50) / 100;
    let wanted = if client.segment == Segment::Vip { wanted * 2 } else { wanted };
    // A client of a few weeks has not had the time for a long history.
    let (newest, oldest) = span(client);
    let possible = ((oldest - newest) / 3).max(wanted.min(3)) * (1 + mean / 40);
    u32::try_from(wanted.min(possible)).unwrap_or(0)
}

impl Iterator for Interactions<'_> {
    type Item = Interaction;

    fn next(&mut self) -> Option<Interaction> {
        let age = self.ages.pop()?;
        let sequence = self.sequence;
        self.sequence += 1;
        Some(draw(self.client, sequence, age, self.dice.fork(u64::from(sequence) + 10)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.ages.len(), Some(self.ages.len()))
    }
}

impl ExactSizeIterator for Interactions<'_> {}

fn draw(client: &DemoClient, sequence: u32, age: i64, mut dice: Dice) -> Interaction {
    let (list, fallback) = match client.kind {
        PartyKind::Person | PartyKind::Household => (PERSONAL, &PERSONAL_FALLBACK),
        PartyKind::SoleTrader | PartyKind::Company | PartyKind::Group => (BUSINESS, &BUSINESS_FALLBACK),
    };
    let at = dice.below(u64::try_from(list.len()).unwrap_or(1));
    let template = usize::try_from(at).ok().and_then(|at| list.get(at)).unwrap_or(fallback);
    let channel = channel(&mut dice, client, template);
    let direction = dice.pick(template.directions, Direction::Outgoing);
    let outcome = outcome(&mut dice, template, channel, direction);
    let day = add_days(client.source.today, -age);
    let day = if channel == Channel::Sms { day } else { working_day(day).min(client.source.today) };
    let (author, place) = author(&mut dice, client, channel, direction);
    let talks = matches!(channel, Channel::Call | Channel::Visit | Channel::Meeting);
    let length = match channel {
        Channel::Call => dice.range(1, 14),
        Channel::Visit => dice.range(8, 45),
        Channel::Meeting => dice.range(30, 110),
        Channel::Email | Channel::Sms | Channel::Chat | Channel::Letter => 0,
    };
    let answered = outcome != Outcome::NoAnswer;
    let agreed = talks && answered && (outcome == Outcome::CallBack || dice.chance(180));
    let follow_up = dice.word(FOLLOW_UPS);
    let follow_day = working_day(add_days(day, dice.range(2, 30)));
    let body =
        if answered { text(&mut dice, template.body, client, day) } else { NOT_REACHED.to_owned() };
    Interaction {
        sequence,
        at: instant(day, dice.range(33_000, 66_600), branch(place).utc_offset_hours),
        channel,
        direction,
        topic: template.topic,
        outcome,
        author,
        branch: place,
        duration_minutes: (talks && answered).then(|| u32::try_from(length).unwrap_or(1)),
        subject: template.subject,
        body,
        next_step: agreed.then_some((follow_day, follow_up)),
    }
}

const NOT_REACHED: &str = "Не дозвонились, оставлено сообщение.";
const PERSONAL_FALLBACK: Template = match PERSONAL.first() {
    Some(template) => *template,
    None => Template::EMPTY,
};
const BUSINESS_FALLBACK: Template = match BUSINESS.first() {
    Some(template) => *template,
    None => Template::EMPTY,
};

fn channel(dice: &mut Dice, client: &DemoClient, template: &Template) -> Channel {
    let liked = client.preferred_channel.filter(|liked| template.channels.contains(liked));
    match liked {
        Some(liked) if dice.chance(350) => liked,
        _ => dice.pick(template.channels, Channel::Call),
    }
}

fn outcome(dice: &mut Dice, template: &Template, channel: Channel, direction: Direction) -> Outcome {
    match (channel, direction) {
        (Channel::Call, Direction::Outgoing) if dice.chance(160) => Outcome::NoAnswer,
        (Channel::Sms | Channel::Email | Channel::Letter, Direction::Outgoing) => Outcome::Delivered,
        _ => dice.pick(template.outcomes, Outcome::Resolved),
    }
}

/// Who spoke for the bank and where. One visit in twenty is to another branch.
fn author(
    dice: &mut Dice,
    client: &DemoClient,
    channel: Channel,
    direction: Direction,
) -> (StaffNo, BranchNo) {
    let number = dice.below(1_000);
    let own = matches!(client.segment, Segment::Vip | Segment::Premium | Segment::Corporate);
    match (channel, direction) {
        (Channel::Visit, _) => {
            let elsewhere = dice.chance(50);
            let other = dice.pick(&BRANCHES.map(|branch| branch.number), client.branch);
            let place = if elsewhere { other } else { client.branch };
            (clerk_of(place, number), place)
        }
        (Channel::Call, Direction::Incoming) if !own && number < 600 => (operator(number), client.branch),
        (Channel::Chat | Channel::Sms, _) => (operator(number), client.branch),
        (Channel::Letter, _) => (clerk_of(client.branch, number), client.branch),
        (Channel::Call | Channel::Meeting | Channel::Email, _) => (client.manager, client.branch),
    }
}

/// Fills a template: `{имя}`, `{сумма}`, `{ставка}`, `{дата}`.
fn text(dice: &mut Dice, template: &str, client: &DemoClient, day: Date) -> String {
    let mut body = template.to_owned();
    if body.contains("{имя}") {
        body = body.replace("{имя}", &address(client));
    }
    if body.contains("{сумма}") {
        body = body.replace("{сумма}", &sum(dice, client));
    }
    if body.contains("{ставка}") {
        let rate = dice.range(110, 240);
        body = body.replace("{ставка}", &format!("{},{} %", rate / 10, rate % 10));
    }
    if body.contains("{дата}") {
        let ahead = working_day(add_days(day, dice.range(2, 30)));
        let date = format!("{:02}.{:02}.{}", ahead.day(), ahead.month(), ahead.year());
        body = body.replace("{дата}", &date);
    }
    body
}

/// How the client is addressed.
fn address(client: &DemoClient) -> String {
    match &client.detail {
        Detail::Person(person) if person.first_name.is_empty() => "Клиент".to_owned(),
        Detail::Person(person) if person.patronymic.is_empty() => person.first_name.clone(),
        Detail::Person(person) => format!("{} {}", person.first_name, person.patronymic),
        Detail::Company(company) => company.short_name.clone(),
        Detail::Circle(circle) => circle.name.clone(),
    }
}

/// A sum of the client's size: `350 тыс. ₽`, `1,2 млн ₽`.
fn sum(dice: &mut Dice, client: &DemoClient) -> String {
    let basis = super::holdings::basis_minor(client).max(3_000_000);
    let thousands = (basis / 100 * dice.range(40, 900) / 10_000_000 * 100).max(50);
    if thousands >= 1_000 {
        format!("{},{} млн ₽", thousands / 1_000, thousands % 1_000 / 100)
    } else {
        format!("{thousands} тыс. ₽")
    }
}
