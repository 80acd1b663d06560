//! Who may decide a request: the one rule, without a database.
//!
//! Never the maker, under whichever of his accounts; never a program. Somebody who holds every right the
//! request needs over every record it touches, or who stands in for such a person today, as long as that
//! person is not the maker either.

use kernel::{Date, UserId};

use super::model::{Approval, State};
use crate::Principal;
use crate::org::Loaded;

/// What a person may do about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Decide it himself, or in somebody's stead.
    Decide {
        /// In whose stead.
        instead_of: Option<UserId>,
    },
    /// It is his own: he may take it back.
    Own,
    /// Nothing.
    None,
}

/// Whether a principal holds all rights a request needs.
fn holds_all(principal: &Principal, approval: &Approval) -> bool {
    !approval.needs.is_empty()
        && approval.needs.iter().all(|n| principal.reaches(&n.permission, n.owner))
}

/// What `principal` may do about a request on a day.
pub fn right_to_decide(
    loaded: &Loaded,
    principal: &Principal,
    approval: &Approval,
    today: Date,
) -> Right {
    let (Some(me), false) = (principal.user_id, principal.is_program) else {
        return Right::None;
    };
    if approval.maker_id == Some(me) {
        return Right::Own;
    }
    let is_maker =
        |user: UserId| approval.maker_id.is_some_and(|maker| loaded.is_same_person(maker, user));
    if approval.state != State::Waiting || is_maker(me) {
        return Right::None;
    }
    if holds_all(principal, approval) {
        return Right::Decide { instead_of: None };
    }
    loaded
        .acts_for(me, today)
        .into_iter()
        .filter(|other| *other != me && !is_maker(*other))
        .find(|other| loaded.principal(*other).is_some_and(|p| holds_all(p, approval)))
        .map_or(Right::None, |other| Right::Decide { instead_of: Some(other) })
}

/// Up to `limit` people who may decide a request on a day, those near the record first: for "waiting for
/// whom", and whom to tell.
pub fn checkers(loaded: &Loaded, approval: &Approval, today: Date, limit: usize) -> Vec<UserId> {
    let mut found: Vec<(bool, UserId)> = Vec::new();
    let near = approval.needs.first().and_then(|n| n.owner.branch_id);
    for (id, member) in &loaded.staff {
        let Some(principal) = loaded.principal(*id) else { continue };
        let Right::Decide { instead_of: None } =
            right_to_decide(loaded, principal, approval, today)
        else {
            continue;
        };
        let acting = loaded.acting_for(*id, today);
        let is_maker = approval.maker_id.is_some_and(|m| loaded.is_same_person(m, acting));
        let who = if is_maker { *id } else { acting };
        found.push((near.is_none() || member.branch_id != near, who));
    }
    found.sort_unstable();
    let mut people = Vec::new();
    for (_, who) in found {
        if people.len() < limit && !people.contains(&who) {
            people.push(who);
        }
    }
    people
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use kernel::{BranchId, Timestamp};
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::approval::Need;
    use crate::{Owner, Scope};

    const PEOPLE: u128 = 6;
    const TODAY: Date = Date::constant(2026, 11, 25);

    fn user(n: u128) -> UserId {
        Uuid::from_u128(n + 1).into()
    }
    fn branch(n: u128) -> BranchId {
        Uuid::from_u128(100 + n).into()
    }

    /// Everybody's branch and scope, who stands in for whom on which days, and who shares a number.
    type Bank = (Vec<(u128, Option<usize>)>, Vec<(u128, u128, i8, i8)>, Vec<Option<u8>>);

    fn bank() -> impl Strategy<Value = Bank> {
        let people: usize = PEOPLE.try_into().unwrap();
        (
            proptest::collection::vec((0..2_u128, proptest::option::of(0..5_usize)), people),
            proptest::collection::vec((0..PEOPLE, 0..PEOPLE, -2..2_i8, -2..2_i8), 0..5),
            proptest::collection::vec(proptest::option::of(0..3_u8), people),
        )
    }

    fn loaded((people, absences, numbers): &Bank) -> Loaded {
        let mut loaded = Loaded::default();
        for (n, (at, scope)) in (0..).zip(people) {
            let mut base = Principal::nobody();
            base.user_id = Some(user(n));
            base.branch_id = Some(branch(*at));
            let scope = scope.and_then(|s| Scope::ALL.get(s).copied());
            let grants: BTreeMap<String, Scope> =
                scope.map(|s| ("p.q".to_owned(), s)).into_iter().collect();
            let principal = Principal::with_grants(base, grants, Vec::new(), vec![branch(*at)]);
            loaded.principals.insert(user(n), Arc::new(principal));
        }
        for (who, deputy, from, until) in absences.iter().filter(|a| a.0 != a.1) {
            let day = |n: i8| TODAY.saturating_add(jiff::Span::new().days(i64::from(n)));
            loaded.absences.push((user(*who), user(*deputy), day(*from), day(*until)));
        }
        for (n, number) in (0..).zip(numbers) {
            if let Some(number) = number {
                loaded.personnel.insert(user(n), number.to_string());
            }
        }
        loaded
    }

    fn request(maker: u128, at: Option<u128>) -> Approval {
        let owner = Owner::row(at.map(branch), None);
        Approval {
            id: Uuid::nil(),
            command_id: Uuid::nil().into(),
            command: "x.y".into(),
            maker_id: Some(user(maker)),
            client_id: None,
            reason: "rule".into(),
            changes: serde_json::Value::Null,
            state: State::Waiting,
            made_at: Timestamp::from_micros(0),
            expires_at: Timestamp::from_micros(1),
            decided_at: None,
            decided_by: None,
            decided_for: None,
            note: String::new(),
            needs: vec![Need { permission: "p.q".into(), owner }],
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn maker_and_checker_are_never_one_person(
            bank in bank(), maker in 0..PEOPLE, at in proptest::option::of(0..2_u128),
        ) {
            let loaded = loaded(&bank);
            let approval = request(maker, at);
            for n in 0..PEOPLE {
                let Some(principal) = loaded.principal(user(n)) else { continue };
                let right = right_to_decide(&loaded, principal, &approval, TODAY);
                if n == maker {
                    prop_assert_eq!(right, Right::Own);
                }
                let Right::Decide { instead_of } = right else { continue };
                prop_assert!(!loaded.is_same_person(user(n), user(maker)));
                // whose right it is that he uses: also not the maker's, and it does reach
                let whose = instead_of.unwrap_or(user(n));
                prop_assert!(!loaded.is_same_person(whose, user(maker)));
                let held = loaded.principal(whose).map(|p| p.reaches("p.q", approval.needs[0].owner));
                prop_assert_eq!(held, Some(true));
                if instead_of.is_some() {
                    prop_assert_eq!(loaded.acting_for(whose, TODAY), user(n));
                }
            }
        }

        #[test]
        fn whoever_is_named_as_awaited_may_decide(bank in bank(), maker in 0..PEOPLE) {
            let loaded = loaded(&bank);
            let approval = request(maker, Some(0));
            for who in checkers(&loaded, &approval, TODAY, 10) {
                let principal = loaded.principal(who);
                let right = principal.map(|p| right_to_decide(&loaded, p, &approval, TODAY));
                prop_assert!(matches!(right, Some(Right::Decide { .. })), "{right:?}");
            }
        }

        #[test]
        fn what_is_over_and_what_a_program_asks_is_nobodys(bank in bank(), maker in 0..PEOPLE) {
            let loaded = loaded(&bank);
            for state in State::ALL.into_iter().filter(|s| *s != State::Waiting) {
                let over = Approval { state, ..request(maker, Some(0)) };
                for n in (0..PEOPLE).filter(|n| *n != maker) {
                    let Some(principal) = loaded.principal(user(n)) else { continue };
                    prop_assert_eq!(right_to_decide(&loaded, principal, &over, TODAY), Right::None);
                    let mut program = principal.clone();
                    program.is_program = true;
                    let open = request(maker, Some(0));
                    prop_assert_eq!(right_to_decide(&loaded, &program, &open, TODAY), Right::None);
                }
            }
        }
    }
}
