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

#[test]
fn the_matrix_is_given_and_its_holders_acted_on_only_with_admin_grant() {
    let grants = [("admin.staff", Scope::Bank), (OVER_ROLES, Scope::Bank)];
    let may = |who: &Principal| may_give(who, OVER_ROLES, Scope::Bank, Place::default());
    assert!(!may(&giver(&grants)));
    assert!(may(&giver(&[grants[0], grants[1], (LIFTS, Scope::Bank)])));
    assert!(may(&Principal::system()));
}

#[test]
fn who_looks_after_people_changes_only_rights_he_could_give() {
    let map = |grants: &[(&str, Scope)]| -> BTreeMap<String, Scope> {
        grants.iter().map(|(p, s)| ((*p).to_owned(), *s)).collect()
    };
    let (none, wide) = (map(&[]), map(&[("client.read", Scope::Bank)]));
    let officer = giver(&[(OVER_ROLES, Scope::Bank)]);
    assert!(may_change_matrix(&officer, &wide, &none) && may_change_matrix(&officer, &none, &wide));
    let both = giver(&[(OVER_ROLES, Scope::Bank), (OVER_PEOPLE, Scope::Bank)]);
    assert!(!may_change_matrix(&both, &wide, &none), "narrowing what he does not hold");
    assert!(!may_change_matrix(&both, &none, &wide), "widening beyond himself");
    assert!(may_change_matrix(&both, &wide, &wide), "leaving it alone");
    let local = giver(&[(OVER_PEOPLE, Scope::Bank), ("client.read", Scope::Branch)]);
    let branch = map(&[("client.read", Scope::Branch)]);
    assert!(!may_change_matrix(&local, &none, &branch), "it would reach other branches");
    let administrator = giver(&[(OVER_PEOPLE, Scope::Bank), (LIFTS, Scope::Bank)]);
    assert!(may_change_matrix(&administrator, &wide, &none));
    let power = map(&[("admin.jobs", Scope::Bank)]);
    assert!(!may_change_matrix(&administrator, &power, &none), "a power he does not hold");
}

#[test]
fn a_limit_only_takes_away() {
    let role: BTreeMap<String, Scope> =
        [("a.b", Scope::Bank), ("c.d", Scope::Own)].map(|(p, s)| (p.to_owned(), s)).into();
    let limit: BTreeMap<String, Scope> =
        [("a.b", Scope::Branch), ("c.d", Scope::Bank), ("e.f", Scope::Bank)]
            .map(|(p, s)| (p.to_owned(), s))
            .into();
    let left = narrowed(&role, &limit);
    let expected: BTreeMap<String, Scope> =
        [("a.b", Scope::Branch), ("c.d", Scope::Own)].map(|(p, s)| (p.to_owned(), s)).into();
    assert_eq!(left, expected);
}

/// A bank of a few people and roles, and somebody who wants to come to more than he has. Whose password he
/// sets, he is from then on as well.
mod closure {
    use proptest::prelude::*;

    use super::*;

    const PERMISSIONS: [&str; 6] =
        ["client.read", "client.edit", "admin.staff", "admin.roles", "admin.grant", "admin.jobs"];
    const SCOPES: [Scope; 3] = [Scope::Own, Scope::Branch, Scope::Bank];
    const PEOPLE: usize = 4;

    type Grants = BTreeMap<String, Scope>;

    #[derive(Clone, Debug)]
    struct Bank {
        roles: Vec<Grants>,
        /// Role and branch of everybody; the first is the one who tries.
        people: Vec<(usize, u128)>,
        controlled: BTreeSet<usize>,
    }

    #[derive(Clone, Debug)]
    enum Deed {
        SetPassword(usize),
        Assign(usize, usize, u128),
        Matrix(usize, usize, Option<Scope>),
    }

    impl Bank {
        fn place(&self, who: usize) -> Place {
            Place { branch_id: Some(id(self.people[who].1)), ..Place::default() }
        }
        fn grants(&self, who: usize) -> &Grants {
            &self.roles[self.people[who].0]
        }
        fn principal(&self, who: usize) -> Principal {
            let mut base = Principal::nobody();
            base.user_id = Some(id(u128::try_from(who).unwrap() + 1));
            base.branch_id = Some(id(self.people[who].1));
            Principal::with_grants(base, self.grants(who).clone(), Vec::new(), Vec::new())
        }
        fn may_act_on(&self, actor: usize, who: usize) -> bool {
            actor == who || may_give_all(&self.principal(actor), self.grants(who), self.place(who))
        }
        /// What the commands do, by the same rules.
        fn attempt(&mut self, actor: usize, deed: &Deed) {
            let me = self.principal(actor);
            match deed {
                Deed::SetPassword(who) => {
                    if me.has(OVER_PEOPLE) && *who != actor && self.may_act_on(actor, *who) {
                        self.controlled.insert(*who);
                    }
                }
                Deed::Assign(who, role, branch) => {
                    let there = Place { branch_id: Some(id(*branch)), ..Place::default() };
                    if me.has(OVER_PEOPLE)
                        && *who != actor
                        && self.may_act_on(actor, *who)
                        && may_give_all(&me, &self.roles[*role], there)
                    {
                        self.people[*who] = (*role, *branch);
                    }
                }
                Deed::Matrix(role, permission, scope) => {
                    let before = self.roles[*role].clone();
                    let mut after = before.clone();
                    let key = PERMISSIONS[*permission].to_owned();
                    match scope {
                        Some(scope) => after.insert(key.clone(), *scope),
                        None => after.remove(&key),
                    };
                    let wider = before.get(&key) < after.get(&key);
                    let beyond =
                        is_power(&key) && wider && !holds(&me, &key, after[&key], Place::default());
                    let own = self.people[actor].0 == *role
                        && (wider || lets_go_of_people(&before, &after));
                    if me.has(OVER_ROLES)
                        && !beyond
                        && !own
                        && may_change_matrix(&me, &before, &after)
                    {
                        self.roles[*role] = after;
                    }
                }
            }
        }
    }

    fn grants() -> impl Strategy<Value = Grants> {
        let one = (0..PERMISSIONS.len(), 0..SCOPES.len());
        proptest::collection::vec(one, 0..4).prop_map(|all| {
            let scope = |permission: usize, scope: usize| {
                if is_power(PERMISSIONS[permission]) { Scope::Bank } else { SCOPES[scope] }
            };
            all.into_iter().map(|(p, s)| (PERMISSIONS[p].to_owned(), scope(p, s))).collect()
        })
    }

    fn deed() -> impl Strategy<Value = Deed> {
        prop_oneof![
            (0..PEOPLE).prop_map(Deed::SetPassword),
            (0..PEOPLE, 0..PEOPLE, 10_u128..12).prop_map(|(p, r, b)| Deed::Assign(p, r, b)),
            (0..PEOPLE, 0..PERMISSIONS.len(), proptest::option::of(0..SCOPES.len())).prop_map(
                |(role, p, s)| {
                    let power = is_power(PERMISSIONS[p]);
                    Deed::Matrix(role, p, s.map(|s| if power { Scope::Bank } else { SCOPES[s] }))
                }
            ),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn nobody_comes_to_more_than_he_was_given(
            roles in proptest::collection::vec(grants(), PEOPLE),
            branches in proptest::collection::vec(10_u128..12, PEOPLE),
            deeds in proptest::collection::vec((0..PEOPLE, deed()), 1..60),
        ) {
            // who has no power over people can set no password, and who has none over roles no role
            let mut roles = roles;
            roles[0].extend([OVER_PEOPLE, OVER_ROLES].map(|p| (p.to_owned(), Scope::Bank)));
            let people = branches.into_iter().enumerate().collect();
            let mut bank = Bank { roles, people, controlled: BTreeSet::from([0]) };
            let start = bank.principal(0);
            for (actor, deed) in deeds {
                let all: Vec<usize> = bank.controlled.iter().copied().collect();
                let actor = all[actor % all.len()];
                bank.attempt(actor, &deed);
                for who in &bank.controlled {
                    for (permission, scope) in bank.grants(*who) {
                        // admin.grant is the power over all business rights, and says so
                        let granted = start.has(LIFTS) && !is_power(permission);
                        let held = holds(&start, permission, *scope, bank.place(*who));
                        prop_assert!(
                            granted || held,
                            "{deed:?} by {actor} gave {who} {permission} {scope:?}: {bank:?}"
                        );
                    }
                }
            }
        }
    }
}
