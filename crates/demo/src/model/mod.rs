//! The demo bank as plain values: an organisation and any number of clients, drawn from a seed.
//!
//! Owns names, numbers, money and stories of the demo. Knows nothing of databases, commands or pages.
//! Client number n is drawn alone, in constant memory and the same on every machine, so a million
//! clients stream. Reading order: [`DemoBank`], `client`, `organisation`, `population` (who is who among
//! the numbers), `stories` (clients worth showing), then one module for each subject.

mod calendar;
mod cast;
mod client;
mod company;
mod dice;
mod digits;
mod holdings;
mod interactions;
mod keys;
mod ledger;
mod life;
mod links;
mod loans;
mod name_lists;
mod names;
mod organisation;
mod person;
mod population;
mod products;
mod projects;
mod reach;
mod spending;
mod staff;
pub mod stories;
mod tales;
mod texts;
mod twins;

#[cfg(test)]
mod tests;

use kernel::Date;

pub use client::{
    Account, AccountMonth, Address, Card, Circle, Company, Consent, Contact, DemoClient, Detail,
    Identifier, ImportantDate, Interaction, Link, Loan, Note, Person, StandingOrder, Task,
    Transaction,
};
pub use digits::DEMO_BIK;
pub use interactions::Interactions;
pub use keys::*;
pub use ledger::{HISTORY_MONTHS, Transactions};
pub use organisation::{
    Absence, BRANCHES, Branch, BranchNo, Localised, REGIONS, Region, RegionNo, Staff, StaffNo,
    Team, TeamKind, TeamNo,
};
pub use population::BLOCK;
pub use products::{PRODUCTS, product_name};
pub use projects::{Guest, Phase, Presence, Project, STRETCH};
pub use staff::{DEMO_MANAGER, demo_login};
pub use twins::first_card;

use population::Ground;

/// Contacts an ordinary client has in two years, on average, unless the caller asks for another mean.
pub const INTERACTIONS_MEAN: u32 = 20;

/// The demo bank: an organisation in memory, clients on demand.
#[derive(Clone, Debug)]
pub struct DemoBank {
    ground: Ground,
    interactions_mean: u32,
    teams: Vec<Team>,
    staff: Vec<Staff>,
    absences: Vec<Absence>,
}

impl DemoBank {
    /// A bank of `clients` clients as it stands on `today`. The same arguments give the same bank.
    pub fn new(seed: u64, clients: u64, today: Date) -> Self {
        Self {
            ground: Ground { seed, clients, today },
            interactions_mean: INTERACTIONS_MEAN,
            teams: staff::teams(),
            staff: staff::staff(seed),
            absences: staff::absences(today),
        }
    }

    /// The same bank with another mean number of contacts per client.
    #[must_use]
    pub fn with_interactions_mean(mut self, mean: u32) -> Self {
        self.interactions_mean = mean;
        self
    }

    /// How many clients there are.
    pub const fn clients(&self) -> u64 {
        self.ground.clients
    }

    /// The day the bank stands on.
    pub const fn today(&self) -> Date {
        self.ground.today
    }

    /// The four regions.
    pub const fn regions(&self) -> &'static [Region] {
        &REGIONS
    }

    /// The twelve branches.
    pub const fn branches(&self) -> &'static [Branch] {
        &BRANCHES
    }

    /// Every team.
    pub fn teams(&self) -> &[Team] {
        &self.teams
    }

    /// Everybody who works in the bank, by number.
    pub fn staff(&self) -> &[Staff] {
        &self.staff
    }

    /// Who is away, and who stands in.
    pub fn absences(&self) -> &[Absence] {
        &self.absences
    }

    /// Draws client `number`; the same every time, whatever else is drawn. Numbers run from 0 to
    /// `clients() - 1`; beyond them a client is drawn as well, but no other links to him.
    pub fn client(&self, number: u64) -> DemoClient {
        draw(self.ground, number, self.interactions_mean)
    }

    /// The projects and events of a stretch of [`STRETCH`] clients: give it those of one stretch, all and
    /// in the order of their numbers.
    pub fn projects(&self, stretch: &[DemoClient]) -> Vec<Project> {
        projects::projects(self.ground, stretch)
    }

    /// Every client, in the order of the numbers. Links point into the same block of [`BLOCK`] clients or
    /// backwards, so that whoever stores a block's clients first can store its links next.
    pub fn iter(&self) -> impl Iterator<Item = DemoClient> + '_ {
        (0..self.ground.clients).map(|number| self.client(number))
    }
}

fn draw(ground: Ground, number: u64, interactions_mean: u32) -> DemoClient {
    let mut profile = population::profile(ground, number);
    let mut family = None;
    let detail = match profile.kind {
        PartyKind::Person | PartyKind::SoleTrader => {
            let mut drawn = person::person(ground, number, profile);
            twins::enter_again(ground, number, &mut drawn.person);
            cast::cast_person(ground, number, &mut drawn.person);
            family = drawn.family;
            if let Some(born) = drawn.person.born {
                // Nobody becomes a client before he has a passport.
                let grown = calendar::add_days(calendar::add_years(born, 14), 90);
                profile.since = profile.since.max(grown).min(ground.today);
            }
            Detail::Person(drawn.person)
        }
        PartyKind::Company => {
            let mut company = company::company(ground, number, profile);
            cast::cast_company(number, &mut company);
            Detail::Company(company)
        }
        PartyKind::Household | PartyKind::Group => {
            Detail::Circle(company::circle(ground, number, profile.kind))
        }
    };
    let identifiers = match &detail {
        Detail::Person(person) => person::identifiers(ground, number, profile, person),
        Detail::Company(company) => company::identifiers(number, profile, company),
        Detail::Circle(_) => Vec::new(),
    };
    let mut client = DemoClient {
        number,
        kind: profile.kind,
        detail,
        segment: profile.segment,
        status: profile.status,
        since: (profile.status != Status::Prospect).then_some(profile.since),
        branch: profile.branch,
        manager: staff::manager_of(profile.branch, profile.kind, profile.segment, number),
        preferred_channel: None,
        identifiers,
        contacts: Vec::new(),
        addresses: Vec::new(),
        consents: Vec::new(),
        accounts: Vec::new(),
        cards: Vec::new(),
        loans: Vec::new(),
        orders: Vec::new(),
        links: Vec::new(),
        dates: Vec::new(),
        tasks: Vec::new(),
        notes: Vec::new(),
        source: client::Source { seed: ground.seed, today: ground.today, interactions: 0 },
    };
    reach::fill(ground, family.as_ref(), &mut client);
    twins::reach_again(ground, &mut client);
    holdings::fill(ground, profile, &mut client);
    links::fill(ground, &mut client);
    life::fill(ground, family.as_ref(), &mut client);
    client.source.interactions = interactions::count(&client, interactions_mean);
    tales::tell(ground, profile, &mut client);
    client.settle();
    client
}
