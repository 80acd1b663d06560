//! The history of contacts with a client, drawn one by one from templates.

use kernel::Date;

use super::calendar::{add_days, date, days_between, instant, working_day};
use super::client::{DemoClient, Detail, Interaction};
use super::dice::{Dice, Salt};
use super::keys::{
    AccountKind, Channel, ContactKind, Direction, LoanKind, Outcome, PartyKind, Segment, Status,
    Topic,
};
use super::ledger::window_start;
use super::organisation::{BRANCHES, BranchNo, StaffNo, branch};
use super::staff::{clerk_of, operator};
use super::texts::{BUSINESS, FOLLOW_UPS, Need, PERSONAL, Template};

/// The contacts of a client, oldest first.
#[derive(Clone, Debug)]
pub struct Interactions<'a> {
    client: &'a DemoClient,
    /// Days before today, the oldest last.
    ages: Vec<i64>,
    sequence: u32,
    deck: Vec<&'static Template>,
    opening: Option<&'static Template>,
    /// Days before today of the client's birthdays.
    anniversaries: Vec<i64>,
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
        let anniversaries = anniversaries(self, (newest, oldest));
        for day in anniversaries.iter().take(ages.len() / 4) {
            if let Some(age) = ages.iter_mut().min_by_key(|age| (**age - day).abs()) {
                *age = *day;
            }
        }
        ages.sort_unstable();
        let deck = deck(self, dice.fork(2));
        Interactions {
            client: self,
            ages,
            sequence: 0,
            deck,
            opening: opening(self),
            anniversaries,
            dice,
        }
    }
}

impl Interactions<'_> {
    /// The congratulation, when this is the last contact of the client's birthday.
    fn greeting(&self, age: i64) -> Option<&'static Template> {
        let today = self.anniversaries.contains(&age) && self.ages.last() != Some(&age);
        let greets = |template: &&'static Template| {
            template.need == Need::Anniversary && channels(self.client, template).next().is_some()
        };
        templates(self.client.kind).iter().filter(|_| today).find(greets)
    }
}

/// Days before today of the birthdays (a company: of its registration) within the span.
fn anniversaries(client: &DemoClient, (newest, oldest): (i64, i64)) -> Vec<i64> {
    let today = client.source.today;
    let born = match &client.detail {
        Detail::Person(person) => person.born,
        Detail::Company(company) => Some(company.registered),
        Detail::Circle(_) => None,
    };
    let Some(born) = born else { return Vec::new() };
    (0..3)
        .map(|back| date(today.year() - back, born.month(), born.day()))
        .map(|day| days_between(day, today))
        .filter(|age| (newest..=oldest).contains(age))
        .collect()
}

/// What is said to this kind of client.
const fn templates(kind: PartyKind) -> &'static [Template] {
    match kind {
        PartyKind::Person | PartyKind::Household => PERSONAL,
        PartyKind::SoleTrader | PartyKind::Company | PartyKind::Group => BUSINESS,
    }
}

/// The first contact of a client who came within the window: the account was opened.
fn opening(client: &DemoClient) -> Option<&'static Template> {
    let came = client.since.filter(|since| *since >= window_start(client.source.today))?;
    let opened = client.accounts.iter().any(|account| account.opened >= came);
    templates(client.kind).iter().find(|template| opened && template.need == Need::First)
}

/// The templates that make sense for a client, shuffled: one is told again only after all the others.
fn deck(client: &DemoClient, mut dice: Dice) -> Vec<&'static Template> {
    let fits = |template: &&'static Template| {
        has(client, template.need) && channels(client, template).next().is_some()
    };
    let mut deck: Vec<&'static Template> = templates(client.kind).iter().filter(fits).collect();
    for last in (1..deck.len()).rev() {
        let other = dice.below(u64::try_from(last).unwrap_or(0) + 1);
        deck.swap(last, usize::try_from(other).unwrap_or(last));
    }
    deck
}

fn has(client: &DemoClient, need: Need) -> bool {
    match need {
        Need::Any => true,
        Need::Account => client.accounts.iter().any(|account| !account.dormant),
        Need::Deposit => client.accounts.iter().any(|account| account.kind == AccountKind::Deposit),
        Need::Card => !client.cards.is_empty(),
        Need::Loan => client.loans.iter().any(|loan| !loan.is_revolving()),
        Need::Mortgage => client.loans.iter().any(|loan| loan.kind == LoanKind::Mortgage),
        Need::Overdue => client.loans.iter().any(|loan| loan.days_past_due > 0),
        Need::Mass => client.segment == Segment::Mass,
        Need::First | Need::Anniversary => false,
    }
}

/// Channels of a template over which this client can be reached, and may be when it is advertising.
fn channels<'a>(
    client: &'a DemoClient,
    template: &'static Template,
) -> impl Iterator<Item = Channel> + 'a {
    let has = |kind| client.contacts.iter().any(|contact| contact.kind == kind);
    let (phone, mail) = (has(ContactKind::Phone), has(ContactKind::Email));
    let advertising =
        template.topic == Topic::Offer && template.directions.contains(&Direction::Outgoing);
    template.channels.iter().copied().filter(move |channel| {
        let reached = match channel {
            Channel::Call | Channel::Sms | Channel::Chat => phone,
            Channel::Email => mail,
            Channel::Visit | Channel::Meeting | Channel::Letter => true,
        };
        let asks = matches!(channel, Channel::Call | Channel::Sms | Channel::Email);
        reached && (!advertising || !asks || consents(client, *channel))
    })
}

fn consents(client: &DemoClient, channel: Channel) -> bool {
    client.consents.iter().any(|consent| consent.granted && consent.channel == Some(channel))
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

/// The working day on or after this one that is over; today may only have begun.
fn past_working_day(day: Date, today: Date) -> Date {
    let over = |day: &Date| *day < today && working_day(*day) == *day;
    let back = (1..=7).map(|days| add_days(today, -days));
    [working_day(day)].into_iter().chain(back).find(over).unwrap_or(day)
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
        let dice = self.dice.fork(u64::from(sequence) + 10);
        let turn = usize::try_from(sequence).unwrap_or(0) % self.deck.len().max(1);
        let opening = self.opening.filter(|_| sequence == 0);
        let greeting = self.greeting(age);
        let template = opening.or(greeting).or(self.deck.get(turn).copied())?;
        Some(draw(self.client, template, (sequence, age), dice))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.ages.len(), Some(self.ages.len()))
    }
}

impl ExactSizeIterator for Interactions<'_> {}

fn draw(
    client: &DemoClient,
    template: &'static Template,
    (sequence, age): (u32, i64),
    mut dice: Dice,
) -> Interaction {
    let channel = channel(&mut dice, client, template);
    let direction = dice.pick(template.directions, Direction::Outgoing);
    let outcome = outcome(&mut dice, template, channel, direction);
    let day = add_days(client.source.today, -age);
    let unmoved = channel == Channel::Sms || template.need == Need::Anniversary;
    let day = if unmoved { day } else { past_working_day(day, client.source.today) };
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

fn channel(dice: &mut Dice, client: &DemoClient, template: &'static Template) -> Channel {
    let open: Vec<Channel> = channels(client, template).collect();
    let liked = client.preferred_channel.filter(|liked| open.contains(liked));
    match liked {
        Some(liked) if dice.chance(350) => liked,
        _ => dice.pick(&open, Channel::Visit),
    }
}

fn outcome(
    dice: &mut Dice,
    template: &Template,
    channel: Channel,
    direction: Direction,
) -> Outcome {
    match (channel, direction) {
        (Channel::Call, Direction::Outgoing) if dice.chance(160) => Outcome::NoAnswer,
        (Channel::Sms | Channel::Email | Channel::Letter, Direction::Outgoing) => {
            Outcome::Delivered
        }
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
        (Channel::Call, Direction::Incoming) if !own && number < 600 => {
            (operator(number), client.branch)
        }
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
    let (low, high) = if client.kind == PartyKind::Person { (40, 900) } else { (10, 150) };
    let thousands = (basis / 100 * dice.range(low, high) / 10_000_000 * 100).max(50);
    if thousands >= 1_000 {
        format!("{},{} млн ₽", thousands / 1_000, thousands % 1_000 / 100)
    } else {
        format!("{thousands} тыс. ₽")
    }
}
