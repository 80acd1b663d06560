//! Households and groups: who stands for one, what the others are to him, what is amiss with it. Pure.

use kernel::ClientId;

use super::circle::Tie;
use super::kind::LinkKind;

/// Who stands for a household or group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MainMember {
    /// Nobody was chosen, or the chosen one is no member any more.
    None,
    /// Somebody the person may not see.
    Hidden,
    /// He.
    Seen(ClientId),
}

impl MainMember {
    /// Him, when the person may see him.
    pub const fn seen(self) -> Option<ClientId> {
        match self {
            MainMember::Seen(id) => Some(id),
            MainMember::None | MainMember::Hidden => None,
        }
    }
}

/// What a member is in his household or group, seen from the main member; the closest relation wins.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum MemberRole {
    /// Stands for the others.
    Main,
    /// Husband or wife of the main member.
    Spouse,
    /// Child of the main member.
    Child,
    /// Parent of the main member.
    Parent,
    /// Brother or sister of the main member.
    Sibling,
    /// Owns a share of the main member.
    Owner,
    /// The main member owns a share of it.
    Subsidiary,
    /// Runs the main member.
    Director,
    /// Belongs to it; no more is written down.
    Member,
}

impl MemberRole {
    /// All, the closest first.
    pub const ALL: [MemberRole; 9] = [
        MemberRole::Main,
        MemberRole::Spouse,
        MemberRole::Child,
        MemberRole::Parent,
        MemberRole::Sibling,
        MemberRole::Owner,
        MemberRole::Subsidiary,
        MemberRole::Director,
        MemberRole::Member,
    ];
    /// Word in text keys.
    pub const fn key(self) -> &'static str {
        match self {
            MemberRole::Main => "main",
            MemberRole::Spouse => "spouse",
            MemberRole::Child => "child",
            MemberRole::Parent => "parent",
            MemberRole::Sibling => "sibling",
            MemberRole::Owner => "owner",
            MemberRole::Subsidiary => "subsidiary",
            MemberRole::Director => "director",
            MemberRole::Member => "member",
        }
    }
    /// The role of a member by the links of the main member.
    pub fn of(member: ClientId, main: MainMember, ties: &[Tie]) -> MemberRole {
        let Some(main) = main.seen() else { return MemberRole::Member };
        if member == main {
            return MemberRole::Main;
        }
        let roles = ties.iter().filter_map(|tie| match (tie.from, tie.to) {
            (from, to) if (from, to) == (member, main) => Some(of_tie(tie.kind, true)),
            (from, to) if (from, to) == (main, member) => Some(of_tie(tie.kind, false)),
            _ => None,
        });
        roles.min().unwrap_or(MemberRole::Member)
    }
}

/// What the other end of a link is to the main member; `holds`: the other end holds it.
const fn of_tie(kind: LinkKind, holds: bool) -> MemberRole {
    match (kind, holds) {
        (LinkKind::Spouse, _) => MemberRole::Spouse,
        (LinkKind::Parent, true) => MemberRole::Parent,
        (LinkKind::Parent, false) => MemberRole::Child,
        (LinkKind::Sibling, _) => MemberRole::Sibling,
        (LinkKind::Owner, true) => MemberRole::Owner,
        (LinkKind::Owner, false) => MemberRole::Subsidiary,
        (LinkKind::Director, true) => MemberRole::Director,
        (
            LinkKind::Director
            | LinkKind::Employee
            | LinkKind::BeneficialOwner
            | LinkKind::Guarantor
            | LinkKind::HouseholdMember
            | LinkKind::GroupMember
            | LinkKind::Partner
            | LinkKind::Other,
            _,
        ) => MemberRole::Member,
    }
}

/// What is amiss with a household or group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CircleWarning {
    /// Nobody stands for it.
    NoMain,
    /// Its main member holds nothing at the bank.
    MainHoldsNothing,
    /// Nobody in it holds anything.
    NobodyHolds,
}

impl CircleWarning {
    /// All.
    pub const ALL: [CircleWarning; 3] =
        [CircleWarning::NoMain, CircleWarning::MainHoldsNothing, CircleWarning::NobodyHolds];
    /// Word in text keys.
    pub const fn key(self) -> &'static str {
        match self {
            CircleWarning::NoMain => "no-main",
            CircleWarning::MainHoldsNothing => "main-holds-nothing",
            CircleWarning::NobodyHolds => "nobody-holds",
        }
    }
    /// The warnings, from whether the main member and anybody at all holds something; none where the
    /// person may not know.
    pub fn of(main: MainMember, main_holds: Option<bool>, any_holds: Option<bool>) -> Vec<Self> {
        let no_main = (main == MainMember::None).then_some(CircleWarning::NoMain);
        let nothing = if any_holds == Some(false) {
            Some(CircleWarning::NobodyHolds)
        } else {
            (main_holds == Some(false)).then_some(CircleWarning::MainHoldsNothing)
        };
        no_main.into_iter().chain(nothing).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(n: u128) -> ClientId {
        ClientId::from_uuid(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn a_member_is_what_he_is_to_the_main_one() {
        let tie = |from: u128, to: u128, kind| Tie {
            from: client(from),
            to: client(to),
            kind,
            share_bp: None,
        };
        let ties = [
            tie(2, 1, LinkKind::Guarantor),
            tie(2, 1, LinkKind::Spouse),
            tie(1, 3, LinkKind::Parent),
            tie(4, 1, LinkKind::Parent),
            tie(1, 5, LinkKind::Owner),
            tie(6, 1, LinkKind::Director),
            tie(2, 7, LinkKind::Spouse),
        ];
        let main = MainMember::Seen(client(1));
        let of = |n: u128| MemberRole::of(client(n), main, &ties);
        use MemberRole::{Child, Director, Main, Member, Parent, Spouse, Subsidiary};
        let expected = [Main, Spouse, Child, Parent, Subsidiary, Director, Member];
        assert_eq!([1, 2, 3, 4, 5, 6, 7].map(of), expected);
        for unknown in [MainMember::None, MainMember::Hidden] {
            assert_eq!(MemberRole::of(client(1), unknown, &ties), Member);
        }
    }

    #[test]
    fn warnings_say_no_more_than_the_person_may_know() {
        use CircleWarning::{MainHoldsNothing, NoMain, NobodyHolds};
        let seen = MainMember::Seen(client(1));
        let of = CircleWarning::of;
        assert_eq!(of(MainMember::None, None, None), [NoMain]);
        assert_eq!(of(MainMember::None, None, Some(false)), [NoMain, NobodyHolds]);
        assert_eq!(of(MainMember::Hidden, None, Some(true)), []);
        assert_eq!(of(seen, Some(true), Some(true)), []);
        assert_eq!(of(seen, Some(false), Some(true)), [MainHoldsNothing]);
        assert_eq!(of(seen, Some(false), Some(false)), [NobodyHolds]);
        assert_eq!(of(seen, Some(false), None), [MainHoldsNothing]);
        assert_eq!(of(seen, None, None), []);
    }
}
