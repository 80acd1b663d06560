//! Who is who among the numbers. Clients come in blocks of fifty: 43 persons, 2 sole traders,
//! 4 companies, 1 household or group. Families and directors stay inside their block, employers are in
//! the same block or an earlier one; so every link points into the same block or backwards, and a
//! client's links are known without drawing the others.

use kernel::Date;

use super::calendar::{add_days, date};
use super::dice::{Dice, Salt};
use super::keys::{PartyKind, Segment, Sex, Status};
use super::names::{self, People};
use super::organisation::{BRANCHES, BranchNo, STREETS};
use super::stories;

/// Clients of one block: links never leave it forwards.
pub const BLOCK: u64 = 50;
/// First place of the sole traders in a block.
pub(crate) const TRADERS: u64 = 43;
/// First place of the companies in a block.
pub(crate) const COMPANIES: u64 = 45;
/// Place of the household or group in a block.
pub(crate) const CIRCLE: u64 = 49;
/// First place of the persons who belong to no family of the block.
pub(crate) const SINGLES: u64 = 15;

/// The seed and the day everything is drawn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ground {
    pub(crate) seed: u64,
    pub(crate) clients: u64,
    pub(crate) today: Date,
}

/// Place of a family member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FamilyRole {
    Husband,
    Wife,
    Child,
    Grandparent,
}

/// A member's place in a family of the block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FamilyPlace {
    pub(crate) family: u64,
    pub(crate) role: FamilyRole,
}

/// What the members of a family share.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    pub(crate) surname: &'static str,
    pub(crate) people: Option<&'static People>,
    pub(crate) father_name: &'static str,
    pub(crate) husband_name: &'static str,
    pub(crate) husband_born: Date,
    pub(crate) wife_born: Date,
    pub(crate) child_born: Date,
    pub(crate) grandparent_born: Date,
    pub(crate) married: Date,
    pub(crate) wife_keeps_name: bool,
    pub(crate) street: &'static str,
    pub(crate) house: String,
    pub(crate) flat: String,
}

/// What is known of a client before anything else is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Profile {
    pub(crate) kind: PartyKind,
    pub(crate) segment: Segment,
    pub(crate) status: Status,
    pub(crate) branch: BranchNo,
    pub(crate) since: Date,
    pub(crate) sex: Sex,
}

/// Kind of a numbered client.
pub(crate) fn kind(ground: Ground, number: u64) -> PartyKind {
    if let Some(kind) = stories::kind(number) {
        return kind;
    }
    match number % BLOCK {
        0..TRADERS => PartyKind::Person,
        TRADERS..COMPANIES => PartyKind::SoleTrader,
        COMPANIES..CIRCLE => PartyKind::Company,
        _ if is_household_block(ground, number / BLOCK) => PartyKind::Household,
        _ => PartyKind::Group,
    }
}

/// Three blocks of five close with a household, the rest and the first with a group of companies.
pub(crate) fn is_household_block(ground: Ground, block: u64) -> bool {
    block != 0 && Dice::new(ground.seed, block, Salt::Block).chance(600)
}

/// First number of the block of a client.
pub(crate) const fn block_start(number: u64) -> u64 {
    number / BLOCK * BLOCK
}

/// Family and role of a client, if his place has one and the family came together.
pub(crate) fn family_place(ground: Ground, number: u64) -> Option<FamilyPlace> {
    use FamilyRole::{Child, Grandparent, Husband, Wife};
    if stories::is_story(number) {
        return None;
    }
    let (family, role) = match number % BLOCK {
        0 => (0, Husband),
        1 => (0, Wife),
        2 => (0, Child),
        3 => (0, Grandparent),
        4 => (1, Husband),
        5 => (1, Wife),
        6 => (1, Child),
        7 => (2, Husband),
        8 => (2, Wife),
        9 => (3, Husband),
        10 => (3, Wife),
        11 => (4, Wife),
        12 => (4, Child),
        13 => (5, Grandparent),
        14 => (5, Husband),
        _ => return None,
    };
    let family = number / BLOCK * 8 + family;
    // The family of a household block always stands: the household needs its members.
    let stands =
        family.is_multiple_of(8) || Dice::new(ground.seed, family, Salt::Family).chance(800);
    stands.then_some(FamilyPlace { family, role })
}

/// Number of the member of a family who has a role, if the family has one.
pub(crate) const fn member(family: u64, role: FamilyRole) -> Option<u64> {
    use FamilyRole::{Child, Grandparent, Husband, Wife};
    let place = match (family % 8, role) {
        (0, Husband) => 0,
        (0, Wife) => 1,
        (0, Child) => 2,
        (0, Grandparent) => 3,
        (1, Husband) => 4,
        (1, Wife) => 5,
        (1, Child) => 6,
        (2, Husband) => 7,
        (2, Wife) => 8,
        (3, Husband) => 9,
        (3, Wife) => 10,
        (4, Wife) => 11,
        (4, Child) => 12,
        (5, Grandparent) => 13,
        (5, Husband) => 14,
        _ => return None,
    };
    Some(family / 8 * BLOCK + place)
}

/// Draws what a family shares.
pub(crate) fn family(ground: Ground, family: u64) -> Family {
    let mut dice = Dice::new(ground.seed, family, Salt::Family).fork(1);
    let people = names::people(&mut dice);
    let surname = names::surname(&mut dice, people);
    let this_year = i64::from(ground.today.year());
    let husband_year = dice.range(this_year - 60, this_year - 42);
    let wife_year = husband_year + dice.range(-2, 5);
    let married_year = husband_year + dice.range(23, 28);
    let child_year = (married_year + dice.range(0, 3)).min(this_year - 15);
    let mut day = |year: i64| {
        let month = i8::try_from(dice.range(1, 12)).unwrap_or(1);
        let day = i8::try_from(dice.range(1, 28)).unwrap_or(1);
        date(i16::try_from(year).unwrap_or(1980), month, day)
    };
    let husband_born = day(husband_year);
    let wife_born = day(wife_year);
    let child_born = day(child_year);
    let grandparent_born = day(husband_year - 26);
    let married = day(married_year);
    let year = husband_born.year();
    Family {
        surname,
        people,
        father_name: names::father_name(&mut dice, people, year),
        husband_name: names::first_name(&mut dice, people, Sex::Male, year),
        husband_born,
        wife_born,
        child_born,
        grandparent_born,
        married,
        wife_keeps_name: dice.chance(180),
        street: dice.word(STREETS),
        house: dice.range(1, 120).to_string(),
        flat: dice.range(1, 220).to_string(),
    }
}

/// Draws the profile of a client.
pub(crate) fn profile(ground: Ground, number: u64) -> Profile {
    let kind = kind(ground, number);
    let mut dice = Dice::new(ground.seed, number, Salt::Profile);
    let home = home_branch(ground, number);
    let moved = dice.chance(150);
    let elsewhere = any_branch(&mut dice);
    let in_family = family_place(ground, number).is_some();
    let circle = matches!(kind, PartyKind::Household | PartyKind::Group);
    let segment = match kind {
        PartyKind::Person => dice.weighted(
            &[(15, Segment::Vip), (80, Segment::Premium), (905, Segment::Mass)],
            Segment::Mass,
        ),
        PartyKind::SoleTrader => {
            dice.weighted(&[(40, Segment::Premium), (960, Segment::Sme)], Segment::Sme)
        }
        PartyKind::Company => dice.weighted(
            &[(15, Segment::Vip), (165, Segment::Corporate), (820, Segment::Sme)],
            Segment::Sme,
        ),
        PartyKind::Household => dice.weighted(
            &[(60, Segment::Vip), (240, Segment::Premium), (700, Segment::Mass)],
            Segment::Mass,
        ),
        PartyKind::Group => Segment::Corporate,
    };
    let status = match (circle, dice.below(1_000)) {
        (true, _) | (false, 0..880) => Status::Active,
        (false, 880..950) => Status::Prospect,
        (false, _) => Status::Closed,
    };
    // More clients came lately: the smaller of two draws.
    let days = dice.range(20, 6_500).min(dice.range(20, 6_500));
    let sex = if dice.chance(470) { Sex::Male } else { Sex::Female };
    let profile = Profile {
        kind,
        segment,
        status,
        branch: if moved && !in_family && !circle { elsewhere } else { home },
        since: add_days(ground.today, -days),
        sex,
    };
    stories::profile(ground, number).unwrap_or(profile)
}

/// The branch most of a block is served by.
pub(crate) fn home_branch(ground: Ground, number: u64) -> BranchNo {
    any_branch(&mut Dice::new(ground.seed, number / BLOCK, Salt::Block).fork(1))
}

fn any_branch(dice: &mut Dice) -> BranchNo {
    dice.weighted(&BRANCHES.map(|branch| (branch.weight, branch.number)), BranchNo(0))
}
