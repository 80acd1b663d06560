//! The first clients of the bank, each with a story that shows a feature of the card. Their numbers are
//! constants, so that a tour, a test or a speaker finds them at once.

use super::calendar::{add_days, add_years};
use super::keys::{PartyKind, Segment, Sex, Status};
use super::organisation::BranchNo;
use super::population::{Ground, Profile};

/// АО «Северный ветер»: a VIP company of branch 01, parent of three subsidiaries.
pub const VIP_COMPANY: u64 = 0;
/// The director of [`VIP_COMPANY`], himself a private client in branch 04, another city.
pub const VIP_DIRECTOR: u64 = 1;
/// The director's wife.
pub const DIRECTOR_WIFE: u64 = 2;
/// Their son, a student.
pub const DIRECTOR_SON: u64 = 3;
/// Their household.
pub const HOUSEHOLD: u64 = 4;
/// The group of companies around [`VIP_COMPANY`].
pub const GROUP: u64 = 5;
/// Subsidiary: 100 %.
pub const SUBSIDIARY_PORT: u64 = 6;
/// Subsidiary: 75 %.
pub const SUBSIDIARY_YARD: u64 = 7;
/// Subsidiary: 51 %, with a loan two payments behind.
pub const SUBSIDIARY_TRADE: u64 = 8;
/// A person three payments behind on a consumer loan.
pub const OVERDUE: u64 = 9;
/// Imported from another system without a name.
pub const NAMELESS: u64 = 10;
/// A name that fills the line.
pub const LONG_NAME: u64 = 11;
/// A prospect of whom only the name is known.
pub const NOTHING_AT_ALL: u64 = 12;
/// Наталья Семёнова.
pub const TWIN_FIRST: u64 = 13;
/// Наталия Семенова: the same person, entered twice.
pub const TWIN_SECOND: u64 = 14;
/// A deposit ends in six days.
pub const EXPIRING_DEPOSIT: u64 = 15;
/// A card expires this month and a standing order fails.
pub const EXPIRING_CARD: u64 = 16;
/// A sole trader with a loan his mother, [`EXPIRING_DEPOSIT`], answers for.
pub const SOLE_TRADER: u64 = 17;
/// A client who left.
pub const CLOSED: u64 = 18;
/// A premium client with one of everything and a birthday in three days.
pub const EVERYTHING: u64 = 19;
/// A client of fifteen, child of [`EVERYTHING`].
pub const TEENAGER: u64 = 20;
/// How many stories there are.
pub const STORIES: u64 = 21;

/// Whether a number is a story's.
pub(crate) const fn is_story(number: u64) -> bool {
    number < STORIES
}

/// Kind of a story's client.
pub(crate) const fn kind(number: u64) -> Option<PartyKind> {
    match number {
        VIP_COMPANY | SUBSIDIARY_PORT | SUBSIDIARY_YARD | SUBSIDIARY_TRADE => {
            Some(PartyKind::Company)
        }
        HOUSEHOLD => Some(PartyKind::Household),
        GROUP => Some(PartyKind::Group),
        SOLE_TRADER => Some(PartyKind::SoleTrader),
        0..STORIES => Some(PartyKind::Person),
        _ => None,
    }
}

/// Profile of a story's client.
pub(crate) fn profile(ground: Ground, number: u64) -> Option<Profile> {
    let kind = kind(number)?;
    let (segment, branch, years) = match number {
        VIP_COMPANY => (Segment::Vip, 0, 11),
        VIP_DIRECTOR => (Segment::Vip, 3, 3),
        DIRECTOR_WIFE | HOUSEHOLD => (Segment::Premium, 3, 3),
        GROUP | SUBSIDIARY_PORT | SUBSIDIARY_YARD => (Segment::Corporate, 0, 8),
        SUBSIDIARY_TRADE => (Segment::Sme, 6, 4),
        EVERYTHING | EXPIRING_DEPOSIT => (Segment::Premium, 0, 7),
        SOLE_TRADER => (Segment::Sme, 0, 5),
        _ => (Segment::Mass, 0, 4),
    };
    let status = match number {
        NOTHING_AT_ALL => Status::Prospect,
        CLOSED => Status::Closed,
        _ => Status::Active,
    };
    let women = [DIRECTOR_WIFE, TWIN_FIRST, TWIN_SECOND, EXPIRING_DEPOSIT, EVERYTHING];
    Some(Profile {
        kind,
        segment,
        status,
        branch: BranchNo(branch),
        since: add_days(add_years(ground.today, -years), -40),
        sex: if women.contains(&number) { Sex::Female } else { Sex::Male },
    })
}
