//! Nobody comes to more rights than he was given: not by a token, a role, a password or a place.

use std::collections::BTreeMap;

use kernel::{RoleId, UserId};
use spine::org::commands::CreateToken;
use spine::org::edit::{
    AddStaff, DismissStaff, EditStaff, PlanAbsence, ReinstateStaff, SaveBranch, SaveRole,
    SetPassword, UnlockStaff,
};
use spine::{Command, Error, Scope};
use testkit::Bank;

use crate::staff::fields_of;
use crate::support::{both, codes, role, send};

/// Makes the clerk of branch `01` a helper of the administrator: staff, and clients of his branch.
async fn helper(bank: &Bank) -> RoleId {
    let grants =
        [("app.use", Scope::Bank), ("admin.staff", Scope::Bank), ("client.read", Scope::Branch)];
    let helpers = SaveRole {
        role_id: None,
        name: "Помощник".to_owned(),
        name_en: "Helper".to_owned(),
        grants: grants.map(|(p, s)| (p.to_owned(), s)).into(),
        second_factor: None,
        original: None,
    };
    let made = bank.execute("administrator", &helpers).await.unwrap();
    let edit = edit_of(bank, "clerk", vec![made]);
    bank.execute("administrator", &edit).await.unwrap();
    made
}

fn edit_of(bank: &Bank, login: &str, roles: Vec<RoleId>) -> EditStaff {
    let staff = spine::org::edit::StaffFields { roles, ..fields_of(bank, login, &[]) };
    EditStaff { staff_id: bank.user(login), staff, original: None }
}

fn token(role_key: &str, user_id: Option<UserId>) -> CreateToken {
    CreateToken {
        token_hash: role_key.as_bytes().to_vec(),
        name: "nightly load".to_owned(),
        role_key: role_key.to_owned(),
        user_id,
        expires_at: Some(testkit::START.plus_hours(24)),
        limit: None,
    }
}

async fn refused<C: Command>(bank: &Bank, login: &str, command: &C) -> String
where
    C::Output: std::fmt::Debug,
{
    codes(bank.execute(login, command).await).join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_helper_gives_no_more_than_he_has() {
    both(async |bank: &Bank| {
        let helpers = helper(bank).await;
        let key = |id| bank.services.directory.get().roles.get(&id).unwrap().key.clone();
        for wide in ["administrator", "auditor", "security_officer"] {
            assert_eq!(refused(bank, "clerk", &token(wide, None)).await, "rights-beyond", "{wide}");
            let mut staff = fields_of(bank, "clerk", &[wide]);
            staff.login = "puppet".to_owned();
            let add = AddStaff { staff, password_hash: None };
            assert_eq!(refused(bank, "clerk", &add).await, "rights-beyond", "{wide}");
            let edit = edit_of(bank, "manager", vec![role(bank, wide)]);
            assert_eq!(refused(bank, "clerk", &edit).await, "rights-beyond", "{wide}");
        }
        bank.execute("clerk", &token(&key(helpers), None)).await.unwrap();
        bank.execute("clerk", &edit_of(bank, "manager_same", vec![helpers])).await.unwrap();
        // the same right in another branch would reach clients he does not reach
        let far = edit_of(bank, "manager_far", vec![helpers]);
        assert_eq!(refused(bank, "clerk", &far).await, "person-beyond");
        bank.execute("administrator", &far).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_at_somebody_greater() {
    both(async |bank: &Bank| {
        helper(bank).await;
        let boss = bank.user("administrator");
        let hash = "$argon2id$made-up".to_owned();
        let set = |staff_id| SetPassword { staff_id, password_hash: hash.clone() };
        assert_eq!(refused(bank, "clerk", &set(boss)).await, "person-beyond");
        assert_eq!(refused(bank, "clerk", &set(bank.user("manager_far"))).await, "person-beyond");
        bank.execute("clerk", &set(bank.user("manager"))).await.unwrap();
        assert_eq!(refused(bank, "clerk", &UnlockStaff { staff_id: boss }).await, "person-beyond");
        let dismiss = DismissStaff { staff_id: boss, successor_id: bank.user("clerk") };
        assert_eq!(refused(bank, "clerk", &dismiss).await, "person-beyond");
        let named = token("clerk", Some(boss));
        assert_eq!(refused(bank, "clerk", &named).await, "person-beyond");
        let demote = edit_of(bank, "administrator", vec![role(bank, "clerk")]);
        assert_eq!(refused(bank, "clerk", &demote).await, "person-beyond");
        let day = bank.today();
        let stand_in = PlanAbsence {
            staff_id: boss,
            deputy_id: bank.user("clerk"),
            from_on: day,
            until_on: day,
            reason: String::new(),
        };
        assert_eq!(refused(bank, "clerk", &stand_in).await, "person-beyond");
        let gone = bank.user("auditor");
        let dismiss = DismissStaff { staff_id: gone, successor_id: boss };
        bank.execute("administrator", &dismiss).await.unwrap();
        let back = ReinstateStaff { staff_id: gone };
        assert_eq!(refused(bank, "clerk", &back).await, "person-beyond");
        bank.execute("administrator", &back).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_widens_himself_by_moving() {
    both(async |bank: &Bank| {
        let helpers = helper(bank).await;
        let mut moved = edit_of(bank, "clerk", vec![helpers]);
        moved.staff.branch_id = Some(bank.branch("03"));
        assert_eq!(refused(bank, "clerk", &moved).await, "own-place");
        // rights over the bank are the same everywhere
        let mut settled = edit_of(bank, "administrator", vec![role(bank, "administrator")]);
        settled.staff.branch_id = Some(bank.branch("03"));
        bank.execute("administrator", &settled).await.unwrap();

        let grants = [("app.use", Scope::Bank), ("admin.branches", Scope::Bank)];
        let mut grants: BTreeMap<String, Scope> = grants.map(|(p, s)| (p.to_owned(), s)).into();
        grants.insert("client.read".to_owned(), Scope::Region);
        let surveyor = SaveRole {
            role_id: None,
            name: "Землемер".to_owned(),
            name_en: "Surveyor".to_owned(),
            grants,
            second_factor: None,
            original: None,
        };
        let surveyor = bank.execute("administrator", &surveyor).await.unwrap();
        bank.execute("administrator", &edit_of(bank, "manager", vec![surveyor])).await.unwrap();
        let directory = bank.services.directory.get();
        let far = directory.branches.get(&bank.branch("03")).unwrap();
        let annexed = SaveBranch {
            branch_id: Some(far.id),
            region_id: directory.branches.get(&bank.branch("01")).unwrap().region_id,
            code: far.code.clone(),
            name: far.name.clone(),
            name_en: far.name_en.clone(),
            address: far.address.clone(),
            zone: far.zone.clone(),
            mode: far.mode.clone(),
            original: None,
        };
        assert_eq!(refused(bank, "manager", &annexed).await, "own-region");
        bank.execute("administrator", &annexed).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn power_over_the_organisation_comes_only_from_who_has_it() {
    both(async |bank: &Bank| {
        let of = |key: &str, more: &str| {
            let directory = bank.services.directory.get();
            let role = directory.roles.get(&role(bank, key)).unwrap();
            let mut grants = role.grants.clone();
            grants.insert(more.to_owned(), Scope::Bank);
            SaveRole {
                role_id: Some(role.id),
                name: role.name.clone(),
                name_en: role.name_en.clone(),
                grants,
                second_factor: None,
                original: None,
            }
        };
        // the security officer looks after the matrix, and is no administrator
        assert_eq!(
            refused(bank, "security_officer", &of("clerk", "admin.staff")).await,
            "rights-beyond"
        );
        bank.execute("security_officer", &of("clerk", "client.read")).await.unwrap();
        bank.execute("administrator", &of("clerk", "admin.jobs")).await.unwrap();
        // a power that nobody has any more can be brought back
        for key in ["clerk", "administrator"] {
            let mut less = of(key, "app.use");
            less.grants.remove("admin.jobs");
            bank.execute("administrator", &less).await.unwrap();
        }
        assert_eq!(
            refused(bank, "administrator", &of("administrator", "admin.jobs")).await,
            "own-role"
        );
        bank.execute("security_officer", &of("administrator", "admin.jobs")).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_hands_out_nothing_whatever_its_role() {
    both(async |bank: &Bank| {
        let mut admin = bank.client("administrator").await;
        let administrators = role(bank, "administrator").to_string();
        let fields =
            [("name", "robot"), ("role", administrators.as_str()), ("expires", "24.11.2026")];
        let made = send(bank, &mut admin, "/admin/tokens/new", &fields).await.ok();
        let secret = made.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let mut robot = bank.stranger();
        robot.set_token(&secret);
        robot.get("/admin/staff").await.ok();
        let clerks = role(bank, "clerk").to_string();
        let fields = [("name", "child"), ("role", clerks.as_str()), ("expires", "24.11.2026")];
        let child = send(bank, &mut robot, "/admin/tokens/new", &fields).await;
        assert_eq!(child.status, 422, "{}", child.gist());
        let boss = bank.user("administrator");
        let path = format!("/admin/staff/{boss}/password");
        let fields = [("password", "four grey geese")];
        assert_eq!(send(bank, &mut robot, &path, &fields).await.status, 422);
        let ctx = {
            let id = role(bank, "administrator");
            let robot = bank.services.directory.role_principal(id, None, None).unwrap();
            bank.services.ctx(robot, "api")
        };
        let wider = edit_of(
            bank,
            "administrator",
            vec![role(bank, "administrator"), role(bank, "auditor")],
        );
        let outcome = bank.services.execute(&ctx, ctx.command_id(), &wider).await;
        assert!(matches!(outcome, Err(Error::Refused(_))), "{outcome:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pages_offer_only_what_may_be_given() {
    both(async |bank: &Bank| {
        let helpers = helper(bank).await.to_string();
        let mut clerk = bank.client("clerk").await;
        let form = clerk.get("/admin/tokens/new").await.ok();
        assert!(form.contains(&helpers));
        assert!(!form.contains(&role(bank, "administrator").to_string()));
        assert!(!form.contains(&bank.user("administrator").to_string()));
        let boss = format!("/admin/staff/{}", bank.user("administrator"));
        let card = clerk.get(&boss).await.ok();
        assert!(!card.contains("/password") && !card.contains("/dismiss"));
        let refused =
            send(bank, &mut clerk, &format!("{boss}/password"), &[("password", "four grey geese")])
                .await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("may do more than you could allow"), "{}", refused.gist());
        let own = format!("/admin/staff/{}", bank.user("manager"));
        assert!(clerk.get(&own).await.ok().contains("/password"));
    })
    .await;
}

/// The administrator's stand-in who looks after people and roles, but may not give what he lacks.
async fn deputy(bank: &Bank) -> RoleId {
    let grants =
        [("app.use", Scope::Bank), ("admin.staff", Scope::Bank), ("admin.roles", Scope::Bank)];
    let deputies = SaveRole {
        role_id: None,
        name: "Заместитель".to_owned(),
        name_en: "Deputy".to_owned(),
        grants: grants.map(|(p, s)| (p.to_owned(), s)).into(),
        second_factor: None,
        original: None,
    };
    let made = bank.execute("administrator", &deputies).await.unwrap();
    bank.execute("administrator", &edit_of(bank, "clerk", vec![made])).await.unwrap();
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_not_narrowed_to_get_at_its_holder() {
    both(async |bank: &Bank| {
        let deputies = deputy(bank).await;
        let of = |key: &str, change: &dyn Fn(&mut BTreeMap<String, Scope>)| {
            let directory = bank.services.directory.get();
            let role = directory.roles.get(&role(bank, key)).unwrap();
            let mut grants = role.grants.clone();
            change(&mut grants);
            SaveRole {
                role_id: Some(role.id),
                name: role.name.clone(),
                name_en: role.name_en.clone(),
                grants,
                second_factor: None,
                original: None,
            }
        };
        let hash = "$argon2id$made-up".to_owned();
        let set =
            |login: &str| SetPassword { staff_id: bank.user(login), password_hash: hash.clone() };
        let narrower = of("manager", &|grants| {
            grants.remove("client.read");
        });
        assert_eq!(refused(bank, "clerk", &set("manager")).await, "person-beyond");
        assert_eq!(refused(bank, "clerk", &narrower).await, "matrix-beyond");
        // nor is the role of somebody widened whose password he can set
        bank.execute("clerk", &set("partner")).await.unwrap();
        let wider = of("partner", &|grants| {
            grants.insert("client.read".to_owned(), Scope::Bank);
        });
        assert_eq!(refused(bank, "clerk", &wider).await, "matrix-beyond");
        // nor the security officer taken for it, who may do it alone
        assert_eq!(refused(bank, "clerk", &set("security_officer")).await, "person-beyond");
        let officer = edit_of(bank, "partner", vec![role(bank, "security_officer")]);
        assert_eq!(refused(bank, "clerk", &officer).await, "rights-beyond");
        let beyond = of("security_officer", &|grants| {
            grants.remove("admin.roles");
        });
        assert_eq!(refused(bank, "clerk", &beyond).await, "matrix-beyond");
        // nor his own power over people let go of, with the passwords he has set in his head
        let freed = SaveRole {
            role_id: Some(deputies),
            name: "Заместитель".to_owned(),
            name_en: "Deputy".to_owned(),
            grants: [("app.use", Scope::Bank), ("admin.roles", Scope::Bank)]
                .map(|(p, s)| (p.to_owned(), s))
                .into(),
            second_factor: None,
            original: None,
        };
        assert_eq!(refused(bank, "clerk", &freed).await, "own-power");
        bank.execute("security_officer", &narrower).await.unwrap();
        bank.execute("administrator", &wider).await.unwrap();
        let named = SaveRole { second_factor: Some(true), ..of("manager", &|_| ()) };
        bank.execute("clerk", &named).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_narrowed_token_does_only_what_it_is_narrowed_to() {
    both(async |bank: &Bank| {
        let mut admin = bank.client("administrator").await;
        let auditors = role(bank, "auditor").to_string();
        let start = [("role", auditors.as_str()), ("expires", "24.11.2026"), ("narrow", "on")];
        let with = |more: &[(&'static str, &'static str)]| {
            start.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>()
        };
        let none = send(bank, &mut admin, "/admin/tokens/new", &with(&[("name", "none")])).await;
        assert_eq!(none.status, 422, "nothing chosen must not come to mean everything");
        let unticked = [start[0], start[1], ("name", "x"), ("permission", "admin.jobs")];
        let unticked = send(bank, &mut admin, "/admin/tokens/new", &unticked).await;
        assert_eq!(unticked.status, 422, "rights that are ticked are meant");
        let beyond = with(&[("name", "beyond"), ("permission", "admin.jobs")]);
        let beyond = send(bank, &mut admin, "/admin/tokens/new", &beyond).await;
        assert_eq!(beyond.status, 422);
        assert!(beyond.body.contains("does not have all of these rights"), "{}", beyond.gist());
        assert!(beyond.body.contains("value=\"beyond\""), "what was typed is kept");
        let fields = with(&[("name", "reader"), ("permission", "journal.read"), ("scope", "bank")]);
        let made = send(bank, &mut admin, "/admin/tokens/new", &fields).await.ok();
        let secret = made.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
        let mut robot = bank.stranger();
        robot.set_token(&secret);
        robot.get("/admin/journal").await.ok();
        assert_eq!(robot.get("/me/absence").await.status, 403, "the role has app.use, it has not");
        let list = admin.get("/admin/tokens").await.ok();
        assert!(list.contains("only 1 right"), "{list}");
        // what the role loses, the token loses; what it gains, it does not
        let directory = bank.services.directory.get();
        let auditor = directory.roles.get(&role(bank, "auditor")).unwrap();
        let mut grants = auditor.grants.clone();
        grants.remove("journal.read");
        grants.insert("admin.jobs".to_owned(), Scope::Bank);
        let changed = SaveRole {
            role_id: Some(auditor.id),
            name: auditor.name.clone(),
            name_en: auditor.name_en.clone(),
            grants,
            second_factor: None,
            original: None,
        };
        bank.execute("administrator", &changed).await.unwrap();
        assert_eq!(robot.get("/admin/journal").await.status, 403);
        assert_eq!(robot.get("/admin/jobs").await.status, 403);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_narrowed_token_is_given_by_who_may_give_what_is_left() {
    both(async |bank: &Bank| {
        helper(bank).await;
        let narrowed = |scope: Scope, owner: Option<UserId>| CreateToken {
            limit: Some([("client.read".to_owned(), scope)].into()),
            token_hash: format!("{scope:?}{owner:?}").into_bytes(),
            ..token("auditor", owner)
        };
        assert_eq!(refused(bank, "clerk", &token("auditor", None)).await, "rights-beyond");
        assert_eq!(refused(bank, "clerk", &narrowed(Scope::Bank, None)).await, "rights-beyond");
        bank.execute("clerk", &narrowed(Scope::Branch, None)).await.unwrap();
        let owner = Some(bank.user("manager_same"));
        bank.execute("clerk", &narrowed(Scope::Branch, owner)).await.unwrap();
        let far = narrowed(Scope::Branch, Some(bank.user("manager_far")));
        assert_eq!(refused(bank, "clerk", &far).await, "rights-beyond", "another branch");
    })
    .await;
}
