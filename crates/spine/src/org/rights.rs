//! Who may hand out which right: the one rule, without a database. Giving a role to a person, making a
//! token, setting somebody's password (who sets it can sign in with it) and bringing somebody back are all
//! ways of handing out what the other then may do.
//!
//! Nobody hands out a right that he does not hold himself over at least that much. Two permissions lift
//! this: `admin.grant` for people and tokens, `admin.roles` for the matrix of a role. Neither lifts it for
//! the rights over the organisation itself (`admin.…`): those are given only by who holds them.
//!
//! `admin.roles` lifts it only for who has no power over people: with `admin.staff` beside it one could
//! narrow a role, set its holder's password and widen it again, or widen the role of somebody whose password
//! one knows. Such a person changes in a matrix, either way, only what he could give. And because two people
//! with one of the powers each would come to the same, `admin.roles` itself is given, and its holders are
//! acted on, only with `admin.grant`.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{BranchId, RegionId, TeamId};

use crate::{Principal, Scope};

/// Lets its holder give people and tokens rights of the bank's business that he does not hold himself.
const LIFTS: &str = "admin.grant";
/// Power over people: their passwords, roles and tokens.
const OVER_PEOPLE: &str = "admin.staff";
/// Power over the matrix of roles.
const OVER_ROLES: &str = "admin.roles";

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

/// What is left of grants under a limit: only what stands in both, over the narrower scope.
pub(super) fn narrowed(
    grants: &BTreeMap<String, Scope>,
    limit: &BTreeMap<String, Scope>,
) -> BTreeMap<String, Scope> {
    let both = |(permission, held): (&String, &Scope)| {
        Some((permission.clone(), (*held).min(*limit.get(permission)?)))
    };
    grants.iter().filter_map(both).collect()
}

/// Whether somebody may change a role's matrix so, as far as he himself could come to what changes. The
/// narrowest and the widest scope reach alike from every place; one between is measured from its holder's.
pub(super) fn may_change_matrix(
    giver: &Principal,
    before: &BTreeMap<String, Scope>,
    after: &BTreeMap<String, Scope>,
) -> bool {
    if !giver.has(OVER_PEOPLE) {
        return true;
    }
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    keys.into_iter().all(|permission| {
        let (was, will) = (before.get(permission), after.get(permission));
        let Some(widest) = was.max(will).copied().filter(|_| was != will) else {
            return true;
        };
        let anywhere = widest == Scope::Own || giver.scope(permission) == Some(Scope::Bank);
        let brings_back = was < will && is_power(permission) && !giver.has(permission);
        let lifted = giver.has(LIFTS) && !is_power(permission);
        let may_hand_on = permission != OVER_ROLES || giver.has(LIFTS);
        let held = may_hand_on && anywhere && holds(giver, permission, widest, Place::default());
        brings_back || lifted || held
    })
}

/// Whether a change of a role takes the power over people away. Nobody does so with a role of his own: he
/// would be free of the rule above, and still know the passwords he has set.
pub(super) fn lets_go_of_people(
    before: &BTreeMap<String, Scope>,
    after: &BTreeMap<String, Scope>,
) -> bool {
    before.contains_key(OVER_PEOPLE) && !after.contains_key(OVER_PEOPLE)
}

/// Whether somebody may give a right to a person or a token that will use it in a place.
pub fn may_give(giver: &Principal, permission: &str, scope: Scope, place: Place) -> bool {
    let lifted = giver.has(LIFTS) && !is_power(permission);
    if permission == OVER_ROLES && !giver.has(LIFTS) {
        return false;
    }
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
#[path = "rights_tests.rs"]
mod tests;
