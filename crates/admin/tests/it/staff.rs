//! A member of staff from the first day to the last.

use spine::Error;
use spine::org::edit::{ChangePassword, DismissStaff, EditStaff, SetPassword, StaffFields};
use testkit::{Bank, Browser, PASSWORD};

use crate::support::{both, codes, role, send};

async fn sign_in(browser: &mut Browser, login: &str, password: &str) -> u16 {
    let fields = [("login", login), ("password", password), ("next", "/")];
    browser.post("/sign-in", &fields).await.status
}

fn new_person<'a>(role: &'a str, branch: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("login", "o.smirnova"),
        ("name", "Смирнова Ольга"),
        ("name_en", "Olga Smirnova"),
        ("email", "o.smirnova@bank.test"),
        ("phone", ""),
        ("branch", branch),
        ("team", ""),
        ("lang", "en"),
        ("roles", role),
        ("password", "three white horses"),
    ]
}

/// Adds Olga to branch `01` by form; answers her page.
async fn add_olga(bank: &Bank, admin: &mut Browser) -> String {
    let (manager, branch) = (role(bank, "manager").to_string(), bank.branch("01").to_string());
    let added = send(bank, admin, "/admin/staff/new", &new_person(&manager, &branch)).await;
    assert_eq!(added.status, 303, "{}", added.gist());
    added.location().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_added_signs_in_and_changes_her_password() {
    both(async |bank: &Bank| {
        let mut admin = bank.client("administrator").await;
        let page = add_olga(bank, &mut admin).await;
        let list = admin.get("/admin/staff?q=olga+SMIR").await.ok();
        assert!(list.contains("Olga Smirnova") && !list.contains("Member clerk"));
        let card = admin.get(&page).await.ok();
        assert!(card.contains("o.smirnova@bank.test"));
        let mut herself = bank.stranger();
        assert_eq!(sign_in(&mut herself, "o.smirnova", "three white horses").await, 303);
        assert_eq!(
            herself.get("/me/sessions").await.location(),
            "/me/password",
            "first things first"
        );
        let mut elsewhere = bank.stranger();
        assert_eq!(sign_in(&mut elsewhere, "o.smirnova", "three white horses").await, 303);
        let new = [("password", "four grey geese"), ("again", "four grey geese")];
        let wrong = [&[("old", "not it")][..], &new].concat();
        let refused = send(bank, &mut herself, "/me/password", &wrong).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("This is not the present password"), "{}", refused.gist());
        let right = [&[("old", "three white horses")][..], &new].concat();
        assert_eq!(send(bank, &mut herself, "/me/password", &right).await.status, 303);
        assert_eq!(herself.get("/me/password").await.status, 200, "this session stays");
        assert_eq!(elsewhere.get("/me/password").await.status, 303, "the others end");
        assert_eq!(sign_in(&mut bank.stranger(), "o.smirnova", "four grey geese").await, 303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_has_a_successor_who_is_told() {
    both(async |bank: &Bank| {
        let mut admin = bank.client("administrator").await;
        let page = add_olga(bank, &mut admin).await;
        let id = page.rsplit('/').next().unwrap().parse().unwrap();
        let mut herself = bank.stranger();
        sign_in(&mut herself, "o.smirnova", "three white horses").await;
        let dismiss = format!("{page}/dismiss");
        let nobody = send(bank, &mut admin, &dismiss, &[("successor", "")]).await;
        assert_eq!(nobody.status, 422);
        let heir = bank.user("manager_same").to_string();
        let gone = send(bank, &mut admin, &dismiss, &[("successor", &heir)]).await;
        assert_eq!(gone.status, 303, "{}", gone.gist());
        assert_eq!(herself.get("/me/password").await.status, 303, "signed out");
        assert_eq!(sign_in(&mut herself, "o.smirnova", "three white horses").await, 422);
        let acting = || bank.services.directory.get().acting_for(id, bank.today());
        assert_eq!(acting(), bank.user("manager_same"));
        bank.settle().await;
        let told = bank.client("manager_same").await.get("/me/notices").await.ok();
        assert!(told.contains("You take over the clients and tasks of Olga Smirnova"), "{told}");
        let back = send(bank, &mut admin, &format!("{page}/reinstate"), &[]).await;
        assert_eq!(back.status, 303);
        assert_eq!(acting(), id);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_form_keeps_what_was_typed_and_says_everything_at_once() {
    both(async |bank: &Bank| {
        let mut admin = bank.client("administrator").await;
        let fields = [
            ("login", "Ольга"),
            ("name", "Смирнова Ольга"),
            ("email", "nonsense"),
            ("lang", "en"),
            ("password", "1234567890"),
        ];
        let reply = send(bank, &mut admin, "/admin/staff/new", &fields).await;
        assert_eq!(reply.status, 422);
        assert!(
            reply.body.contains("value=\"Смирнова Ольга\"")
                && reply.body.contains("value=\"nonsense\"")
        );
        let weak = "passwords people try first";
        assert!(reply.body.contains(weak), "{}", reply.gist());
        let fields = [&fields[..4], &[("password", "")][..]].concat();
        let reply = send(bank, &mut admin, "/admin/staff/new", &fields).await;
        for words in ["lower-case Latin letters", "Fill in this field"] {
            assert!(reply.body.contains(words), "{words}: {}", reply.gist());
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_press_of_the_button_adds_nobody() {
    both(async |bank: &Bank| {
        let mut admin = bank.client("administrator").await;
        let (manager, id) = (role(bank, "manager").to_string(), bank.form_id());
        let mut fields = new_person(&manager, "");
        fields.push(("_id", &id));
        let first = admin.post("/admin/staff/new", &fields).await;
        let second = admin.post("/admin/staff/new", &fields).await;
        assert_eq!((first.status, second.status), (303, 303), "{}", second.gist());
        assert_eq!(first.location(), second.location());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_mistakes_lock_and_the_administrator_unlocks() {
    both(async |bank: &Bank| {
        let mut admin = bank.client("administrator").await;
        for _ in 0..kernel::limits::SIGN_IN_FAILURES_MAX {
            sign_in(&mut bank.stranger(), "clerk", "guess").await;
        }
        let page = format!("/admin/staff/{}", bank.user("clerk"));
        assert!(admin.get(&page).await.ok().contains("Unlock"));
        assert_eq!(sign_in(&mut bank.stranger(), "clerk", PASSWORD).await, 422);
        assert_eq!(send(bank, &mut admin, &format!("{page}/unlock"), &[]).await.status, 303);
        assert_eq!(sign_in(&mut bank.stranger(), "clerk", PASSWORD).await, 303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_ends_the_sessions_of_others() {
    both(async |bank: &Bank| {
        let (mut admin, mut clerk) =
            (bank.client("administrator").await, bank.client("clerk").await);
        assert_eq!(clerk.get("/me/password").await.status, 200);
        let page = format!("/admin/staff/{}", bank.user("clerk"));
        let path = format!("{page}/sessions/end-all");
        assert_eq!(send(bank, &mut admin, &path, &[]).await.status, 303);
        assert_eq!(clerk.get("/me/password").await.status, 303);
    })
    .await;
}

pub(crate) fn fields_of(bank: &Bank, login: &str, roles: &[&str]) -> StaffFields {
    let directory = bank.services.directory.get();
    let member = directory.staff.get(&bank.user(login)).unwrap();
    StaffFields {
        login: member.login.clone(),
        name: member.name.clone(),
        name_en: member.name_en.clone(),
        email: String::new(),
        phone: String::new(),
        branch_id: member.branch_id,
        team_id: member.team_id,
        roles: roles.iter().map(|key| role(bank, key)).collect(),
        lang: member.lang,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_himself_rights_and_somebody_always_keeps_them() {
    both(async |bank: &Bank| {
        let edit = |login: &str, roles: &[&str]| EditStaff {
            staff_id: bank.user(login),
            staff: fields_of(bank, login, roles),
            original: None,
        };
        let own = edit("administrator", &["administrator", "auditor"]);
        assert_eq!(codes(bank.execute("administrator", &own).await), ["own-rights"]);
        let last = edit("administrator", &["auditor"]);
        assert_eq!(codes(bank.execute_system(&last).await), ["last-administrator"]);
        let dismissed = DismissStaff {
            staff_id: bank.user("administrator"),
            successor_id: bank.user("auditor"),
        };
        assert_eq!(codes(bank.execute("administrator", &dismissed).await), ["own-dismissal"]);
        assert_eq!(codes(bank.execute_system(&dismissed).await), ["last-administrator"]);
        bank.execute("administrator", &edit("clerk", &["clerk", "administrator"])).await.unwrap();
        bank.execute("clerk", &dismissed).await.unwrap();
        assert!(bank.services.directory.principal(bank.user("administrator")).is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_need_the_right_hands_and_never_reach_the_journal() {
    both(async |bank: &Bank| {
        let hash = "$argon2id$made-up".to_owned();
        let own = SetPassword { staff_id: bank.user("administrator"), password_hash: hash.clone() };
        assert_eq!(codes(bank.execute("administrator", &own).await), ["own-password"]);
        let others = SetPassword { staff_id: bank.user("manager"), password_hash: hash.clone() };
        let denied = bank.execute("clerk", &others).await;
        assert!(matches!(denied, Err(Error::Forbidden(_))), "{denied:?}");
        bank.execute("administrator", &others).await.unwrap();
        let guess = ChangePassword {
            proven_hash: "$argon2id$guessed".to_owned(),
            password_hash: hash,
            keep_session: None,
        };
        assert_eq!(codes(bank.execute("clerk", &guess).await), ["password-wrong"]);
        bank.settle().await;
        let mut db = bank.services.reader.clone();
        let entries = store::journal::page(&mut db, i64::MAX, 1_000).await.unwrap();
        assert!(
            entries.iter().any(|e| e.draft.changes.contains("\"password\":[null,\"changed\"]"))
        );
        assert!(entries.iter().all(|e| !e.draft.changes.contains("argon2")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_set_by_somebody_else_opens_only_its_own_change() {
    both(async |bank: &Bank| {
        let mut admin = bank.client("administrator").await;
        let page = format!("/admin/staff/{}", bank.user("clerk"));
        let mut before = bank.client("clerk").await;
        let given = [("password", "three white horses")];
        assert_eq!(send(bank, &mut admin, &format!("{page}/password"), &given).await.status, 303);
        assert_eq!(before.get("/me/notices").await.location(), "/sign-in?next=/me/notices");
        let (mut clerk, mut second) = (bank.stranger(), bank.stranger());
        assert_eq!(sign_in(&mut clerk, "clerk", "three white horses").await, 303);
        assert_eq!(sign_in(&mut second, "clerk", "three white horses").await, 303);
        for path in ["/me/notices", "/me/sessions", "/me/absence", "/no/such/page"] {
            let reply = clerk.get(path).await;
            let is_shut = reply.status == 404 || reply.location() == "/me/password";
            assert!(is_shut, "{path}: {}", reply.gist());
        }
        assert_eq!(clerk.get_part("/me/notices").await.header("hx-redirect"), "/me/password");
        let shut = send(bank, &mut clerk, "/me/sessions/end", &[("session", "x")]).await;
        assert_eq!(shut.location(), "/me/password");
        let form = clerk.get("/me/password").await.ok();
        assert!(form.contains("Choose your own password") && form.contains("action=\"/sign-out\""));
        assert!(!form.contains("href=\"/admin") && !form.contains("/me/sessions"));
        let weak = [
            ("short", "at least 10 characters"),
            ("clerk", "at least 10 characters"),
            ("clerk-2026", "little more than the login"),
            ("qwerty12345", "passwords people try first"),
            ("three white horses", "same as the present one"),
        ];
        for (new, words) in weak {
            let fields = [("old", "three white horses"), ("password", new), ("again", new)];
            let reply = send(bank, &mut clerk, "/me/password", &fields).await;
            assert_eq!(reply.status, 422, "{new}");
            assert!(reply.body.contains(words), "{new}: {}", reply.gist());
        }
        let new = "four grey geese";
        let fields = [("old", "three white horses"), ("password", new), ("again", new)];
        let done = send(bank, &mut clerk, "/me/password", &fields).await;
        assert_eq!((done.status, done.location()), (303, "/"));
        clerk.get("/me/notices").await.ok();
        assert!(second.get("/me/password").await.location().starts_with("/sign-in"));
        assert_eq!(sign_in(&mut second, "clerk", new).await, 303);
        second.get("/me/notices").await.ok();
    })
    .await;
}
