//! The people who work in the demo bank: 124 in every role, with deputies for those away.

use kernel::Date;

use super::calendar::add_days;
use super::dice::{Dice, Salt};
use super::keys::{AbsenceReason, PartyKind, Role, Segment, Sex};
use super::names::{first_name, latin, login_word, patronymic, surname, surname_for};
use super::organisation::{
    Absence, BRANCHES, Branch, BranchNo, Localised, REGIONS, RegionNo, Staff, StaffNo, Team,
    TeamKind, TeamNo,
};

/// Staff of one branch, in the order of [`POSTS`].
const BRANCH_STAFF: u16 = 8;

/// Posts of every branch: the head, two retail managers, the manager of key clients, the manager of
/// business clients, three clerks.
const POSTS: [Role; 8] = [
    Role::BranchHead,
    Role::Manager,
    Role::Manager,
    Role::Manager,
    Role::Manager,
    Role::Clerk,
    Role::Clerk,
    Role::Clerk,
];

/// Posts of the head office: role, how many, team.
#[rustfmt::skip]
const HEAD_OFFICE: [(Role, u16, Localised); 8] = [
    (Role::Operator, 6, Localised { ru: "Контакт-центр", en: "Contact centre" }),
    (Role::Underwriter, 4, Localised { ru: "Андеррайтинг", en: "Underwriting" }),
    (Role::HeadOffice, 3, Localised { ru: "Дирекция по работе с клиентами", en: "Client directorate" }),
    (Role::Methodologist, 2, Localised { ru: "Методология", en: "Methodology" }),
    (Role::Auditor, 2, Localised { ru: "Внутренний аудит", en: "Internal audit" }),
    (Role::Administrator, 2, Localised { ru: "Информационные технологии", en: "Information technology" }),
    (Role::SecurityOfficer, 2, Localised { ru: "Информационная безопасность", en: "Information security" }),
    (Role::Partner, 3, Localised { ru: "Партнёры", en: "Partners" }),
];

/// The sign-in name that stands for a role: one click on the demo's first page. The manager and the
/// clerk sit in branch 01, where the story clients are served.
pub const fn demo_login(role: Role) -> &'static str {
    match role {
        Role::Administrator => "admin",
        Role::SecurityOfficer => "security",
        Role::HeadOffice => "head",
        Role::RegionalHead => "region",
        Role::BranchHead => "branch",
        Role::Manager => "manager",
        Role::Clerk => "clerk",
        Role::Operator => "operator",
        Role::Underwriter => "underwriter",
        Role::Methodologist => "method",
        Role::Auditor => "auditor",
        Role::Partner => "partner",
    }
}

/// Manager of key clients in branch 01: the one behind [`demo_login`] of [`Role::Manager`].
pub const DEMO_MANAGER: StaffNo = StaffNo(3);

/// Every team: retail and business of each branch, then the units of the head office.
pub(crate) fn teams() -> Vec<Team> {
    let branches = BRANCHES.iter().flat_map(|branch| {
        let team = |offset, kind, ru, en| Team {
            number: TeamNo(branch.number.0 * 2 + offset),
            branch: branch.number,
            kind,
            name: Localised { ru, en },
        };
        [
            team(0, TeamKind::Retail, "Частные клиенты", "Private clients"),
            team(1, TeamKind::Business, "Бизнес-клиенты", "Business clients"),
        ]
    });
    let offices = (24..).zip(HEAD_OFFICE).map(|(number, (_, _, name))| Team {
        number: TeamNo(number),
        branch: BranchNo(0),
        kind: TeamKind::HeadOffice,
        name,
    });
    branches.chain(offices).collect()
}

/// Everybody, in the order of their numbers.
pub(crate) fn staff(seed: u64) -> Vec<Staff> {
    let mut all: Vec<Staff> = Vec::with_capacity(128);
    for branch in &BRANCHES {
        for (post, role) in (0_u16..).zip(POSTS) {
            let team = TeamNo(branch.number.0 * 2 + u16::from(post == 4));
            hire(&mut all, seed, role, Some(branch), Some(branch.region), Some(team));
        }
    }
    for region in REGIONS {
        hire(&mut all, seed, Role::RegionalHead, None, Some(region.number), None);
    }
    for (team, (role, count, _)) in (24..).zip(HEAD_OFFICE) {
        for _ in 0..count {
            hire(&mut all, seed, role, None, None, Some(TeamNo(team)));
        }
    }
    all
}

fn hire(
    all: &mut Vec<Staff>,
    seed: u64,
    role: Role,
    branch: Option<&Branch>,
    region: Option<RegionNo>,
    team: Option<TeamNo>,
) {
    let number = u16::try_from(all.len()).unwrap_or(u16::MAX);
    let mut dice = Dice::new(seed, u64::from(number), Salt::Staff);
    let sex = if dice.chance(420) { Sex::Male } else { Sex::Female };
    let born = i16::try_from(dice.range(1968, 2000)).unwrap_or(1985);
    let last = surname_for(surname(&mut dice, None), sex);
    let first = first_name(&mut dice, None, sex, born);
    let father = first_name(&mut dice, None, Sex::Male, born - 28);
    let login = login(all, role, number, first, &last);
    all.push(Staff {
        number: StaffNo(number),
        email: format!("{login}@bank.example.com"),
        login,
        name: format!("{last} {first} {}", patronymic(father, sex)),
        name_latin: format!("{} {}", latin(first), latin(&last)),
        role,
        branch: branch.map(|branch| branch.number),
        region,
        team,
        extension: format!("{}", 1000 + u32::from(number)),
    });
}

/// The role's own login for its well-known member, otherwise initial and surname, numbered on a clash.
fn login(all: &[Staff], role: Role, number: u16, first: &str, last: &str) -> String {
    let known = match role {
        Role::Manager => StaffNo(number) == DEMO_MANAGER,
        Role::Administrator
        | Role::SecurityOfficer
        | Role::HeadOffice
        | Role::RegionalHead
        | Role::BranchHead
        | Role::Clerk
        | Role::Operator
        | Role::Underwriter
        | Role::Methodologist
        | Role::Auditor
        | Role::Partner => !all.iter().any(|other| other.role == role),
    };
    if known {
        return demo_login(role).to_owned();
    }
    let initial: String = login_word(first).chars().take(1).collect();
    let base = format!("{initial}.{}", login_word(last));
    let taken = |login: &str| all.iter().any(|other| other.login == login);
    if !taken(&base) {
        return base;
    }
    (2_u32..).map(|n| format!("{base}{n}")).find(|login| !taken(login)).unwrap_or(base)
}

/// Who is away around `today`: one on leave now, one ill, one on a trip soon, each with a deputy of the
/// same branch.
pub(crate) fn absences(today: Date) -> Vec<Absence> {
    let away = |branch: u16, post: u16, deputy: u16, from: i64, until: i64, reason| Absence {
        who: StaffNo(branch * BRANCH_STAFF + post),
        deputy: StaffNo(branch * BRANCH_STAFF + deputy),
        from: add_days(today, from),
        until: add_days(today, until),
        reason,
    };
    vec![
        away(0, 1, 2, -5, 9, AbsenceReason::Leave),
        away(3, 3, 1, -2, 3, AbsenceReason::Illness),
        away(6, 4, 1, 6, 10, AbsenceReason::Trip),
        away(9, 2, 1, 20, 33, AbsenceReason::Leave),
    ]
}

/// The manager of a client: key clients have their own, business its own, the rest by number.
pub(crate) fn manager_of(
    branch: BranchNo,
    kind: PartyKind,
    segment: Segment,
    number: u64,
) -> StaffNo {
    let post = match (segment, kind) {
        (Segment::Vip | Segment::Premium, _) => 3,
        (Segment::Sme | Segment::Corporate, _) => 4,
        (Segment::Mass, _) => 1 + u16::try_from(number / 7 % 2).unwrap_or(0),
    };
    post_of(branch, post)
}

/// Whoever holds a post of a branch.
pub(crate) const fn post_of(branch: BranchNo, post: u16) -> StaffNo {
    StaffNo(branch.0 * BRANCH_STAFF + post)
}

/// One of the clerks of a branch.
pub(crate) fn clerk_of(branch: BranchNo, number: u64) -> StaffNo {
    StaffNo(branch.0 * BRANCH_STAFF + 5 + u16::try_from(number % 3).unwrap_or(0))
}

/// One of the operators of the contact centre.
pub(crate) fn operator(number: u64) -> StaffNo {
    StaffNo(12 * BRANCH_STAFF + 4 + u16::try_from(number % 6).unwrap_or(0))
}
