//! Kinds of links and how they read from either side.

use serde::{Deserialize, Serialize};

use crate::client::model::ClientKind;
use crate::words::words;

words! {
    /// What the client that holds a link is to the other one.
    LinkKind {
        /// Husband or wife (both ways).
        Spouse = "spouse",
        /// Parent of the other.
        Parent = "parent",
        /// Brother or sister (both ways).
        Sibling = "sibling",
        /// Works at the other.
        Employee = "employee",
        /// Sole executive of the other.
        Director = "director",
        /// Owner of a share of the other.
        Owner = "owner",
        /// Natural person who owns or controls the other in the end (115-FZ).
        BeneficialOwner = "beneficial_owner",
        /// Answers for debts of the other.
        Guarantor = "guarantor",
        /// Member of a household.
        HouseholdMember = "household_member",
        /// Member of a group.
        GroupMember = "group_member",
        /// Business partner (both ways).
        Partner = "partner",
        /// Anything else (both ways); the note says what.
        Other = "other",
    }
}

/// A kind of link seen from one client: what the other one is to him.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema,
)]
pub struct Relation {
    /// The kind.
    pub kind: LinkKind,
    /// The other one holds the link ("the other is a parent of this one"); false: this one holds it
    /// ("the other is a child of this one").
    pub other_holds: bool,
}

impl LinkKind {
    /// Whether the link reads the same from both sides.
    pub const fn is_mutual(self) -> bool {
        matches!(self, LinkKind::Spouse | LinkKind::Sibling | LinkKind::Partner | LinkKind::Other)
    }
    /// Whether it makes somebody a member of a household or group.
    pub const fn is_membership(self) -> bool {
        matches!(self, LinkKind::HouseholdMember | LinkKind::GroupMember)
    }
    /// Whether a share belongs to it.
    pub const fn takes_share(self) -> bool {
        matches!(self, LinkKind::Owner | LinkKind::BeneficialOwner)
    }
    /// Whether such a link can lead from a client of one kind to a client of another.
    pub const fn fits(self, from: ClientKind, to: ClientKind) -> bool {
        let is_legal = matches!(to, ClientKind::Company);
        let from_circle = matches!(from, ClientKind::Household | ClientKind::Group);
        let to_circle = matches!(to, ClientKind::Household | ClientKind::Group);
        match self {
            LinkKind::Spouse | LinkKind::Parent | LinkKind::Sibling => {
                from.is_natural() && to.is_natural()
            }
            LinkKind::Employee => {
                from.is_natural() && matches!(to, ClientKind::Company | ClientKind::SoleTrader)
            }
            LinkKind::Director | LinkKind::Owner => !from_circle && is_legal,
            LinkKind::BeneficialOwner => from.is_natural() && is_legal,
            LinkKind::Guarantor => !from_circle && !to_circle,
            LinkKind::HouseholdMember => from.is_natural() && matches!(to, ClientKind::Household),
            LinkKind::GroupMember => {
                !matches!(from, ClientKind::Household) && matches!(to, ClientKind::Group)
            }
            LinkKind::Partner | LinkKind::Other => true,
        }
    }
}

impl Relation {
    /// All relations a client of a kind can have, in menu order; a mutual kind stands once.
    pub fn of(this: ClientKind) -> Vec<Relation> {
        let mut all = Vec::new();
        for kind in LinkKind::ALL.iter().copied() {
            let fits = |other_holds: bool| {
                ClientKind::ALL.iter().any(|other| {
                    if other_holds { kind.fits(*other, this) } else { kind.fits(this, *other) }
                })
            };
            let sides: &[bool] = if kind.is_mutual() { &[true] } else { &[true, false] };
            let fitting = sides.iter().filter(|side| fits(**side));
            all.extend(fitting.map(|side| Relation { kind, other_holds: *side }));
        }
        all
    }
    /// Stable word: the kind, with `-of` when this one holds the link.
    pub fn key(self) -> String {
        let side = if self.other_holds || self.kind.is_mutual() { "" } else { "-of" };
        format!("{}{side}", self.kind.key())
    }
    /// From the stable word.
    pub fn from_key(key: &str) -> Option<Self> {
        let (word, other_holds) = match key.strip_suffix("-of") {
            Some(word) => (word, false),
            None => (key, true),
        };
        let kind = LinkKind::from_key(word)?;
        (other_holds || !kind.is_mutual()).then_some(Relation { kind, other_holds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ClientKind::{Company, Group, Household, Person, SoleTrader};

    #[test]
    fn a_person_is_owned_by_nobody_and_circles_own_nothing() {
        for from in ClientKind::ALL.iter().copied() {
            for to in [Person, SoleTrader, Household, Group] {
                assert!(!LinkKind::Owner.fits(from, to), "{from:?} owns {to:?}");
            }
        }
        assert!(LinkKind::Owner.fits(Person, Company) && LinkKind::Owner.fits(Company, Company));
        assert!(!LinkKind::Owner.fits(Group, Company));
        assert!(
            LinkKind::GroupMember.fits(Group, Group)
                && !LinkKind::GroupMember.fits(Company, Household)
        );
    }

    #[test]
    fn relations_read_back_and_mutual_ones_stand_once() {
        let of_person = Relation::of(Person);
        for relation in &of_person {
            assert_eq!(Relation::from_key(&relation.key()), Some(*relation));
        }
        assert_eq!(of_person.iter().filter(|r| r.kind == LinkKind::Spouse).count(), 1);
        assert_eq!(of_person.iter().filter(|r| r.kind == LinkKind::Parent).count(), 2);
        assert!(!of_person.iter().any(|r| r.kind == LinkKind::Owner && r.other_holds));
        assert_eq!(Relation::from_key("spouse-of"), None);
    }
}
