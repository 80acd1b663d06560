//! Who may hand out which right: the one rule, without a database. Giving a role to a person, making a
//! token, setting somebody's password (who sets it can sign in with it) and bringing somebody back are all
//! ways of handing out what the other then may do.
//!
//! Nobody hands out a right that he does not hold himself over at least that much. Two permissions lift
//! this: `admin.grant` for people and tokens, `admin.roles` for the matrix of a role. Neither lifts it for
//! the rights over the organisation itself (`admin.…`): those are given only by who holds them.

use kernel::{BranchId, RegionId, TeamId};

use crate::{Principal, Scope};

/// Lets its holder give people and tokens rights of the bank's business that he does not hold himself.
const LIFTS: &str = "admin.grant";

/// Where a right will be used: what its scope is measured from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Team.
    pub team_id: Option<TeamId>,
    /// Home branch.
    pub branch_id: Option<BranchId>,
    /// Region of the home branch.
    pub region_id: Option<RegionId>,
}

/// A right over the organisation itself, by which all others could be got.
pub(super) fn is_power(permission: &str) -> bool {
    permission.starts_with("admin.") || permission == "system"
}

/// Whether somebody holds a right himself, over at least what it would reach in a place.
pub(super) fn holds(giver: &Principal, permission: &str, scope: Scope, place: Place) -> bool {
    let Some(held) = giver.scope(permission).filter(|held| *held >= scope) else {
        return false;
    };
    // who sits nowhere reaches no more by a scope than his own clients
    let here = match held {
        Scope::Own | Scope::Bank => true,
        Scope::Team => place.team_id.is_none() || place.team_id == giver.team_id,
        Scope::Branch => place.branch_id.is_none() || place.branch_id == giver.branch_id,
        Scope::Region => place.region_id.is_none() || place.region_id == giver.region_id,
    };
    here || scope == Scope::Own
}

/// Whether somebody may give a right to a person or a token that will use it in a place.
pub fn may_give(giver: &Principal, permission: &str, scope: Scope, place: Place) -> bool {
    let lifted = giver.has(LIFTS) && !is_power(permission);
    !giver.is_program && (lifted || holds(giver, permission, scope, place))
}

/// Whether somebody may give all these rights.
pub fn may_give_all<'a>(
    giver: &Principal,
    grants: impl IntoIterator<Item = (&'a String, &'a Scope)>,
    place: Place,
) -> bool {
    grants.into_iter().all(|(permission, scope)| may_give(giver, permission, *scope, place))
}

/// Whether what somebody holds depends on where he sits: he may not move himself, or his place, then.
pub(super) fn depends_on_place(person: &Principal) -> bool {
    person.grants().any(|(_, scope)| !matches!(scope, Scope::Own | Scope::Bank))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use uuid::Uuid;

    use super::*;

    fn id<T: From<Uuid>>(n: u128) -> T {
        Uuid::from_u128(n).into()
    }

    fn place(team: u128, branch: u128, region: u128) -> Place {
        let some = |n: u128| (n > 0).then_some(n);
        Place {
            team_id: some(team).map(id),
            branch_id: some(branch).map(id),
            region_id: some(region).map(id),
        }
    }

    fn giver(grants: &[(&str, Scope)]) -> Principal {
        let mut base = Principal::nobody();
        base.user_id = Some(id(9));
        (base.team_id, base.branch_id, base.region_id) = (Some(id(1)), Some(id(10)), Some(id(100)));
        let grants = grants.iter().map(|(p, s)| ((*p).to_owned(), *s)).collect();
        Principal::with_grants(base, grants, Vec::new(), Vec::new())
    }

    #[test]
    fn a_right_is_given_only_by_who_holds_as_much_of_it() {
        // all pairs of scopes, in one place: exactly the narrower and the equal ones may be given
        let here = place(1, 10, 100);
        for held in Scope::ALL {
            for wanted in Scope::ALL {
                let who = giver(&[("client.read", held)]);
                assert_eq!(may_give(&who, "client.read", wanted, here), wanted <= held);
                assert!(!may_give(&who, "client.edit", wanted, here), "another right");
            }
        }
        assert!(!may_give(&Principal::nobody(), "client.read", Scope::Own, here));
        assert!(may_give(&Principal::system(), "client.read", Scope::Bank, here));
    }

    #[test]
    fn a_scope_is_worth_nothing_elsewhere() {
        let cases = [
            (Scope::Branch, Scope::Branch, place(2, 10, 100), true),
            (Scope::Branch, Scope::Branch, place(0, 11, 100), false),
            (Scope::Branch, Scope::Team, place(3, 11, 100), false),
            (Scope::Branch, Scope::Own, place(3, 11, 100), true),
            (Scope::Branch, Scope::Branch, place(0, 0, 0), true),
            (Scope::Region, Scope::Branch, place(0, 11, 100), true),
            (Scope::Region, Scope::Region, place(0, 12, 101), false),
            (Scope::Team, Scope::Team, place(2, 10, 100), false),
            (Scope::Bank, Scope::Region, place(0, 12, 101), true),
        ];
        for (held, wanted, there, expected) in cases {
            let who = giver(&[("client.read", held)]);
            let said = may_give(&who, "client.read", wanted, there);
            assert_eq!(said, expected, "{held:?} gives {wanted:?} at {there:?}");
        }
    }

    #[test]
    fn admin_grant_lifts_the_rule_for_business_and_never_for_power() {
        let who = giver(&[("admin.staff", Scope::Bank), (LIFTS, Scope::Bank)]);
        for (permission, expected) in [
            ("client.read", true),
            ("journal.read", true),
            ("admin.staff", true),
            ("admin.grant", true),
            ("admin.roles", false),
            ("admin.jobs", false),
            ("system", false),
        ] {
            let said = may_give(&who, permission, Scope::Bank, Place::default());
            assert_eq!(said, expected, "{permission}");
        }
    }

    #[test]
    fn a_program_hands_out_nothing() {
        let mut program = giver(&[("client.read", Scope::Bank), (LIFTS, Scope::Bank)]);
        program.is_program = true;
        assert!(!may_give(&program, "client.read", Scope::Own, Place::default()));
        let grants = BTreeMap::from([("client.read".to_owned(), Scope::Own)]);
        assert!(!may_give_all(&program, &grants, Place::default()));
    }

    #[test]
    fn giving_on_what_one_was_given_never_widens_it() {
        // whatever chain of givers a right passes, its end has no more of it than its start
        for start in Scope::ALL {
            let mut held = start;
            for wanted in Scope::ALL.into_iter().chain(Scope::ALL.into_iter().rev()) {
                if may_give(&giver(&[("p.q", held)]), "p.q", wanted, place(1, 10, 100)) {
                    held = wanted;
                }
                assert!(held <= start);
            }
        }
    }
}
