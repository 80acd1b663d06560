//! The second factor: setting one up, signing in with it, losing it, and roles that require one.

use kernel::Secret;
use kernel::limits::{SECURITY_FRESH_MINUTES, SIGN_IN_FAILURES_MAX, SIGN_IN_LOCK_MINUTES};
use spine::org::edit::SaveRole;
use spine::org::factor::{ResetSecondFactor, TotpSecret, second_factor};
use spine::{Error, Scope};
use store::{Read, params};
use testkit::{Bank, Browser, PASSWORD, Reply};

use crate::support::{both, number};

/// What stands in a hidden field of a page.
fn hidden(page: &str, name: &str) -> String {
    let field = format!("name=\"{name}\" value=\"");
    page.split_once(&field).expect(name).1.split('"').next().unwrap().to_owned()
}

pub(crate) fn unbase32(words: &str) -> Vec<u8> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut out, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in words.chars().filter(|c| *c != ' ') {
        held = (held << 5 | u32::try_from(LETTERS.find(letter).unwrap()).unwrap()) & 0xFFFF;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits & 0xFF).unwrap());
        }
    }
    out
}

/// The texts in `code` elements of a page.
fn codes(page: &str) -> Vec<String> {
    page.split("<code>").skip(1).map(|c| c.split('<').next().unwrap().to_owned()).collect()
}

fn code_now(bank: &Bank, secret: &TotpSecret) -> String {
    secret.code_at(kernel::Clock::now(bank.clock.as_ref())).unwrap()
}

/// Sets a second factor up in a browser; answers the secret of the device and the recovery codes.
pub(crate) async fn enrol(bank: &Bank, browser: &mut Browser) -> (TotpSecret, Vec<String>) {
    let page = browser.get("/me/security/totp").await.ok();
    let secret = TotpSecret::from_bytes(Secret::new(unbase32(&codes(&page)[0])));
    let (id, sealed) = (bank.form_id(), hidden(&page, "secret"));
    let wrong = [("_id", id.as_str()), ("secret", sealed.as_str()), ("code", "000 000")];
    let refused = browser.post("/me/security/totp", &wrong).await;
    assert_eq!(refused.status, 422, "{}", refused.gist());
    let code = code_now(bank, &secret);
    let id = bank.form_id();
    let right = [("_id", id.as_str()), ("secret", sealed.as_str()), ("code", code.as_str())];
    let done = browser.post("/me/security/totp", &right).await;
    assert_eq!(done.header("cache-control"), "no-store");
    let recovery = codes(&done.ok());
    assert_eq!(recovery.len(), 10, "{recovery:?}");
    (secret, recovery)
}

async fn password_step(browser: &mut Browser, login: &str) -> Reply {
    let fields = [("login", login), ("password", PASSWORD), ("next", "/me/sessions")];
    browser.post("/sign-in", &fields).await
}

async fn code_step(browser: &mut Browser, code: &str) -> Reply {
    browser.post("/sign-in/code", &[("code", code)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_asked_for_after_the_password_and_works_once() {
    both(async |bank: &Bank| {
        let (secret, _) = enrol(bank, &mut bank.client("clerk").await).await;
        let mut browser = bank.stranger();
        let first = password_step(&mut browser, "clerk").await;
        assert_eq!((first.status, first.location()), (303, "/sign-in/code"));
        assert!(browser.cookie("sid").is_none(), "a password alone opens nothing");
        assert_eq!(browser.get("/me/sessions").await.status, 303);
        let page = browser.get("/sign-in/code").await.ok();
        assert!(page.contains("one-time-code"));
        let spent = code_step(&mut browser, &code_now(bank, &secret)).await;
        assert_eq!(spent.status, 422, "the code that proved the device is spent");
        bank.clock.advance_seconds(30);
        let code = code_now(bank, &secret);
        let done = code_step(&mut browser, &code).await;
        assert_eq!((done.status, done.location()), (303, "/me/sessions"), "{}", done.gist());
        browser.get("/me/sessions").await.ok();
        assert!(browser.cookie("half").is_none());
        let mut thief = bank.stranger();
        password_step(&mut thief, "clerk").await;
        assert_eq!(code_step(&mut thief, &code).await.status, 422, "seen over a shoulder");
        bank.clock.advance_seconds(90);
        let old = secret.code_at(kernel::Clock::now(bank.clock.as_ref()).plus_seconds(-60));
        assert_eq!(code_step(&mut thief, &old.unwrap()).await.status, 422, "two steps old");
        let late = secret.code_at(kernel::Clock::now(bank.clock.as_ref()).plus_seconds(-30));
        assert_eq!(code_step(&mut thief, &late.unwrap()).await.status, 303, "a slow clock");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_codes_lock_the_account_as_wrong_passwords_do() {
    both(async |bank: &Bank| {
        let (secret, _) = enrol(bank, &mut bank.client("clerk").await).await;
        bank.clock.advance_seconds(30);
        let mut browser = bank.stranger();
        // knowing the password does not start the count anew
        for n in 0..SIGN_IN_FAILURES_MAX {
            assert_eq!(password_step(&mut browser, "clerk").await.status, 303, "{n}");
            assert_eq!(code_step(&mut browser, "123456").await.status, 422);
        }
        let locked = code_step(&mut browser, &code_now(bank, &secret)).await;
        assert_eq!(locked.status, 422, "a right code, too late");
        assert_eq!(password_step(&mut browser, "clerk").await.status, 422);
        bank.clock.advance_seconds(SIGN_IN_LOCK_MINUTES * 60 + 1);
        let gone = code_step(&mut browser, &code_now(bank, &secret)).await;
        assert_eq!((gone.status, gone.location()), (303, "/sign-in"), "half a sign-in ends soon");
        password_step(&mut browser, "clerk").await;
        assert_eq!(code_step(&mut browser, &code_now(bank, &secret)).await.status, 303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_sign_in_is_of_one_person_and_one_password() {
    both(async |bank: &Bank| {
        let (secret, _) = enrol(bank, &mut bank.client("clerk").await).await;
        let (other, _) = enrol(bank, &mut bank.client("manager").await).await;
        bank.clock.advance_seconds(30);
        assert_eq!(bank.stranger().get("/sign-in/code").await.location(), "/sign-in");
        let mut browser = bank.stranger();
        password_step(&mut browser, "clerk").await;
        assert_eq!(code_step(&mut browser, &code_now(bank, &other)).await.status, 422);
        let ticket = browser.cookie("half").unwrap().to_owned();
        assert!(!ticket.contains("clerk"));
        let mut forged = bank.stranger();
        let other = if ticket.contains('x') { 'y' } else { 'x' };
        let kept = ticket.char_indices().map(|(at, c)| if at == 60 { other } else { c });
        forged.set_cookie("half", &kept.collect::<String>());
        let code = code_now(bank, &secret);
        assert_eq!(code_step(&mut forged, &code).await.location(), "/sign-in");
        let set = spine::org::edit::SetPassword {
            staff_id: bank.user("clerk"),
            password_hash: "$argon2id$another".to_owned(),
        };
        bank.execute("administrator", &set).await.unwrap();
        assert_eq!(code_step(&mut browser, &code).await.location(), "/sign-in");
        assert!(browser.cookie("sid").is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_works_once_and_is_kept_as_a_digest() {
    both(async |bank: &Bank| {
        let mut desk = bank.client("clerk").await;
        let (_, recovery) = enrol(bank, &mut desk).await;
        let mut browser = bank.stranger();
        password_step(&mut browser, "clerk").await;
        let typed = recovery[3].to_uppercase().replace('-', " ");
        assert_eq!(code_step(&mut browser, &typed).await.status, 303);
        password_step(&mut browser, "clerk").await;
        assert_eq!(code_step(&mut browser, &recovery[3]).await.status, 422, "once");
        let left = "select count(*) from recovery_code where used_at is null";
        assert_eq!(number(bank, left).await, 9);
        let marked = "select count(*) from sign_in_mark where kind = 'recovery_code'";
        assert_eq!(number(bank, marked).await, 1);
        let id = bank.form_id();
        let renewed = desk.post("/me/security/codes", &[("_id", &id)]).await.ok();
        assert_eq!(codes(&renewed).len(), 10);
        assert_eq!(
            code_step(&mut browser, &recovery[4]).await.status,
            422,
            "the old ones are void"
        );
        assert_eq!(code_step(&mut browser, &codes(&renewed)[0]).await.status, 303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_secret_nor_codes_are_kept_in_clear_anywhere() {
    both(async |bank: &Bank| {
        let (secret, recovery) = enrol(bank, &mut bank.client("clerk").await).await;
        let mut db = bank.services.reader.clone();
        let user = bank.user("clerk");
        let stored = second_factor(&mut db, user).await.unwrap().unwrap();
        let plain = secret.bytes().reveal();
        assert!(!stored.sealed.windows(plain.len()).any(|part| part == plain.as_slice()));
        let opened = bank.app.secret_box.open(&stored.sealed, &format!("totp:{user}")).unwrap();
        assert_eq!(opened.reveal(), plain);
        let rows = db.query("select changes from journal_entry", params![]).await.unwrap();
        for row in rows {
            let changes: String = row.one().unwrap();
            let words = secret.words();
            let told = recovery.iter().any(|code| changes.contains(code.as_str()));
            assert!(!told && !changes.contains(words.reveal().as_str()), "{changes}");
        }
    })
    .await;
}

async fn require(bank: &Bank, key: &str, is_required: bool) -> Result<(), Error> {
    let directory = bank.services.directory.get();
    let role = directory.roles.values().find(|r| r.key == key).unwrap();
    let save = SaveRole {
        role_id: Some(role.id),
        name: role.name.clone(),
        name_en: role.name_en.clone(),
        grants: role.grants.clone(),
        second_factor: Some(is_required),
        original: None,
    };
    bank.execute("administrator", &save).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_requires_a_second_factor_opens_nothing_without_one() {
    both(async |bank: &Bank| {
        let mut open = bank.client("clerk").await;
        open.get("/me/sessions").await.ok();
        require(bank, "clerk", true).await.unwrap();
        assert_eq!(open.get("/me/sessions").await.location(), "/me/security/totp", "at once");
        let mut browser = bank.stranger();
        assert_eq!(password_step(&mut browser, "clerk").await.location(), "/me/sessions");
        for path in ["/", "/clients", "/me/sessions", "/me/security"] {
            assert_eq!(browser.get(path).await.location(), "/me/security/totp", "{path}");
        }
        let sent = browser.post("/me/security/codes", &[("_id", &bank.form_id())]).await;
        assert_eq!(sent.location(), "/me/security/totp");
        assert_eq!(browser.get_part("/clients").await.status, 403);
        // even when it was opened long ago: there is no other way on
        bank.clock.advance_seconds(SECURITY_FRESH_MINUTES * 60 + 60);
        enrol(bank, &mut browser).await;
        browser.get("/me/sessions").await.ok();
        open.get("/me/sessions").await.ok();
        let mut young = bank.client("clerk").await;
        let kept = young.post("/me/security/totp/remove", &[("_id", &bank.form_id())]).await;
        assert_eq!(kept.status, 422, "{}", kept.gist());
        bank.client("manager").await.get("/me/sessions").await.ok();
        require(bank, "clerk", false).await.unwrap();
        let gone = young.post("/me/security/totp/remove", &[("_id", &bank.form_id())]).await;
        assert_eq!(gone.status, 303, "{}", gone.gist());
        assert_eq!(password_step(&mut bank.stranger(), "clerk").await.location(), "/me/sessions");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_eases_a_role_of_his_own() {
    both(async |bank: &Bank| {
        require(bank, "administrator", true).await.unwrap();
        let eased = require(bank, "administrator", false).await;
        assert!(matches!(eased, Err(Error::Refused(_))), "{eased:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_left_open_changes_nothing_about_signing_in() {
    both(async |bank: &Bank| {
        let mut browser = bank.client("clerk").await;
        enrol(bank, &mut browser).await;
        bank.clock.advance_seconds(SECURITY_FRESH_MINUTES * 60 + 1);
        assert_eq!(browser.get("/me/security/totp").await.location(), "/me/security");
        for path in ["/me/security/totp", "/me/security/totp/remove", "/me/security/codes"] {
            let refused = browser.post(path, &[("_id", &bank.form_id())]).await;
            assert_eq!(refused.status, 422, "{path}");
        }
        let page = browser.get("/me/security").await.ok();
        assert!(page.contains("/sign-in?next=/me/security"));
        assert_eq!(number(bank, "select count(*) from totp").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_resets_a_lost_factor_of_whom_he_may_act_on() {
    both(async |bank: &Bank| {
        let mut desk = bank.client("clerk").await;
        enrol(bank, &mut desk).await;
        enrol(bank, &mut bank.client("administrator").await).await;
        let reset = |login: &str| ResetSecondFactor { staff_id: bank.user(login) };
        let own = bank.execute("administrator", &reset("administrator")).await;
        assert!(matches!(own, Err(Error::Refused(_))), "{own:?}");
        let none = bank.execute("administrator", &reset("manager")).await;
        assert!(matches!(none, Err(Error::NotFound)), "{none:?}");
        let helpers = SaveRole {
            role_id: None,
            name: "Помощник".to_owned(),
            name_en: "Helper".to_owned(),
            grants: [("app.use", Scope::Bank), ("admin.staff", Scope::Bank)]
                .map(|(p, s)| (p.to_owned(), s))
                .into(),
            second_factor: None,
            original: None,
        };
        let helper = bank.execute("administrator", &helpers).await.unwrap();
        let sql = "update staff_role set role_id = $2 where staff_id = $1";
        crate::support::force(bank, sql, params![bank.user("manager"), helper]).await;
        bank.services.directory.reload(&bank.services.reader).await.unwrap();
        let beyond = bank.execute("manager", &reset("administrator")).await;
        assert!(matches!(beyond, Err(Error::Refused(_))), "{beyond:?}");
        let mut admin = bank.client("administrator").await;
        let path = format!("/admin/staff/{}", bank.user("clerk"));
        assert!(admin.get(&path).await.ok().contains("/second-factor/reset"));
        let id = bank.form_id();
        let done = admin.post(&format!("{path}/second-factor/reset"), &[("_id", &id)]).await;
        assert_eq!(done.status, 303, "{}", done.gist());
        assert_eq!(desk.get("/me/sessions").await.status, 303, "his sessions have ended");
        assert!(!admin.get(&path).await.ok().contains("/second-factor/reset"));
        let mut browser = bank.stranger();
        assert_eq!(password_step(&mut browser, "clerk").await.location(), "/me/sessions");
    })
    .await;
}
