//! Who belongs to whom: families, employers, directors, owners, guarantors, households and groups.
//! Each link is held by one side only and points into the same block or backwards.

use kernel::Date;

use super::calendar::{add_days, days_between};
use super::client::{DemoClient, Detail, Link};
use super::company::{company, in_group};
use super::dice::{Dice, Salt};
use super::keys::{LinkKind, LoanKind, PartyKind, Status};
use super::loans;
use super::population::{
    BLOCK, CIRCLE, COMPANIES, FamilyRole, Ground, SINGLES, TRADERS, block_start, family,
    family_place, is_household_block, member, profile,
};
use super::stories;

/// First place of those who may direct a company, and how many may direct each.
const DIRECTORS: u64 = SINGLES + 6;
const CANDIDATES: u64 = 5;
/// Places of two persons who own shares and direct nothing.
const INVESTORS: [u64; 2] = [41, 42];

/// Fills the links a client holds.
pub(crate) fn fill(ground: Ground, client: &mut DemoClient) {
    if stories::is_story(client.number) {
        return;
    }
    match client.kind {
        PartyKind::Person => {
            family_links(ground, client);
            employment(ground, client);
            direction(ground, client);
            ownership(ground, client);
        }
        PartyKind::Company => {
            ownership(ground, client);
            if in_group(ground, client.number) {
                let circle = block_start(client.number) + CIRCLE;
                add(ground, client, LinkKind::GroupMember, circle, None);
            }
        }
        PartyKind::SoleTrader | PartyKind::Household | PartyKind::Group => {}
    }
}

fn add(ground: Ground, client: &mut DemoClient, kind: LinkKind, to: u64, since: Option<Date>) {
    if to < ground.clients {
        client.links.push(Link { kind, to, share_bps: None, since, until: None });
    }
}

fn family_links(ground: Ground, client: &mut DemoClient) {
    let Some(place) = family_place(ground, client.number) else {
        return;
    };
    let shared = family(ground, place.family);
    let to = |role| member(place.family, role);
    let husband = to(FamilyRole::Husband);
    let child = to(FamilyRole::Child);
    match place.role {
        FamilyRole::Husband | FamilyRole::Wife => {
            if let (FamilyRole::Wife, Some(husband)) = (place.role, husband) {
                add(ground, client, LinkKind::Spouse, husband, Some(shared.married));
                let borrower = profile(ground, husband);
                let mortgage = loans::plan(ground, husband, borrower).contains(&LoanKind::Mortgage);
                if mortgage && client.status == Status::Active {
                    add(ground, client, LinkKind::Guarantor, husband, None);
                }
            }
            if let Some(child) = child {
                add(ground, client, LinkKind::Parent, child, Some(shared.child_born));
            }
        }
        FamilyRole::Grandparent => {
            if let Some(husband) = husband {
                add(ground, client, LinkKind::Parent, husband, Some(shared.husband_born));
            }
        }
        FamilyRole::Child => {}
    }
    if place.family.is_multiple_of(8) && is_household_block(ground, client.number / BLOCK) {
        add(ground, client, LinkKind::HouseholdMember, block_start(client.number) + CIRCLE, None);
    }
}

/// A quarter of the employed work at a company that is a client of the same or an earlier block.
fn employment(ground: Ground, client: &mut DemoClient) {
    let mut dice = Dice::new(ground.seed, client.number, Salt::Links);
    let block = dice.below(client.number / BLOCK + 1);
    let to = block * BLOCK + COMPANIES + dice.below(4);
    let since = add_days(ground.today, -dice.range(40, 4_000));
    let ended = dice.chance(80).then(|| add_days(ground.today, -dice.range(10, 39)));
    let works =
        dice.chance(250) && directed(ground, client.number).is_none() && to < ground.clients;
    let Detail::Person(person) = &mut client.detail else {
        return;
    };
    if !works || person.employer_name.is_none() {
        return;
    }
    if ended.is_none() {
        person.employer_name = Some(company(ground, to, profile(ground, to)).short_name);
    }
    let kind = LinkKind::Employee;
    client.links.push(Link { kind, to, share_bps: None, since: Some(since), until: ended });
}

/// Place of the director of a company of a block; `company` counts from 0 to 3.
fn director_place(ground: Ground, block: u64, company: u64) -> u64 {
    let mut dice = Dice::new(ground.seed, block, Salt::Block).fork(20 + company);
    DIRECTORS + company * CANDIDATES + dice.below(CANDIDATES)
}

/// The company a person directs.
pub(crate) fn directed(ground: Ground, number: u64) -> Option<u64> {
    let place = number % BLOCK;
    let company = place.checked_sub(DIRECTORS)? / CANDIDATES;
    if company > 3 || director_place(ground, number / BLOCK, company) != place {
        return None;
    }
    Some(block_start(number) + COMPANIES + company).filter(|to| *to < ground.clients)
}

fn direction(ground: Ground, client: &mut DemoClient) {
    let Some(to) = directed(ground, client.number) else {
        return;
    };
    let of = profile(ground, to);
    let headed = company(ground, to, of);
    let mut dice = Dice::new(ground.seed, client.number, Salt::Links).fork(2);
    let years = days_between(headed.registered, ground.today).clamp(1, 3_000);
    let since = add_days(ground.today, -dice.range(1, years));
    if let Detail::Person(person) = &mut client.detail {
        person.position = Some("генеральный директор");
        person.employer_name = Some(headed.short_name);
    }
    add(ground, client, LinkKind::Director, to, Some(since));
    let borrows = loans::plan(ground, to, of).contains(&LoanKind::Sme);
    if borrows && dice.chance(600) {
        add(ground, client, LinkKind::Guarantor, to, None);
    }
}

/// Owners of a company with their shares in basis points; the shares make the whole.
fn owners(ground: Ground, company: u64) -> Vec<(u64, u32)> {
    let block = block_start(company);
    let index = company - block - COMPANIES;
    let mut dice = Dice::new(ground.seed, company, Salt::Links).fork(1);
    let director = block + director_place(ground, company / BLOCK, index);
    let [first, second] = INVESTORS.map(|place| block + place);
    let parent = block + COMPANIES;
    if in_group(ground, company) && company != parent {
        return match index {
            1 => vec![(parent, 10_000)],
            2 => vec![(parent, 7_500), (director, 2_500)],
            _ => vec![(parent, 5_100), (first, 4_900)],
        };
    }
    match dice.below(4) {
        0 => vec![(director, 10_000)],
        1 => vec![(director, 6_000), (first, 4_000)],
        2 => vec![(first, 5_000), (second, 5_000)],
        _ => vec![(first, 5_100), (second, 2_600), (director, 2_300)],
    }
}

fn ownership(ground: Ground, client: &mut DemoClient) {
    let place = client.number % BLOCK;
    if place != COMPANIES && !(DIRECTORS..TRADERS).contains(&place) {
        return;
    }
    for company in (0..4).map(|index| block_start(client.number) + COMPANIES + index) {
        for (holder, share) in owners(ground, company) {
            if holder == client.number && company < ground.clients {
                client.links.push(Link {
                    kind: LinkKind::Owner,
                    to: company,
                    share_bps: Some(share),
                    since: None,
                    until: None,
                });
            }
        }
    }
}
