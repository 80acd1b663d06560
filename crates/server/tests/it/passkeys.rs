//! Passkeys: adding them, signing in with one in both ways, and everything that is refused, with a device in
//! software (`authenticator`).

use kernel::UserId;
use kernel::limits::{
    PASSKEY_MINUTES, PASSKEYS_MAX, SECURITY_FRESH_MINUTES, SIGN_IN_FAILURES_MAX,
    SIGN_IN_LOCK_MINUTES,
};
use serde_json::Value as Json;
use spine::org::edit::{DismissStaff, SaveRole};
use spine::org::factor::ResetSecondFactor;
use spine::org::passkey::passkeys;
use store::{Read, params};
use testkit::{Bank, Browser, PASSWORD, Reply};

use crate::authenticator::{Device, Fields};
use crate::support::{both, number};

const ORIGIN: &str = "https://bank.test";
const ADD: &str = "/me/security/passkey";
const ENTER: &str = "/sign-in/passkey";
const SECOND: &str = "/sign-in/code/passkey";

/// What a page asks of a device: the options its script gets, and the sealed question.
struct Asked {
    options: Json,
    question: String,
}

fn between<'a>(page: &'a str, before: &str, after: &str) -> &'a str {
    page.split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {page}"))
        .1
        .split_once(after)
        .unwrap()
        .0
}

fn asked(page: &str) -> Asked {
    let form = between(page, "data-passkey=", "</form>");
    let options = between(form, "data-options=\"", "\"").replace("&quot;", "\"");
    Asked {
        options: serde_json::from_str(&options).unwrap(),
        question: between(form, "name=\"question\" value=\"", "\"").to_owned(),
    }
}

async fn post(browser: &mut Browser, path: &str, asked: &Asked, fields: &Fields) -> Reply {
    let mut all = vec![("question", asked.question.as_str())];
    all.extend(fields.iter().map(|(name, value)| (*name, value.as_str())));
    browser.post(path, &all).await
}

/// The code of the one refusal a page shows, by its words.
fn must_refuse(bank: &Bank, reply: &Reply, code: &str) {
    let words = bank.app.texts.message(kernel::Lang::En, &format!("refusal-{code}"), &[]);
    let escaped = words.replace('\u{2019}', "&#39;");
    assert_eq!(reply.status, 422, "{code}: {}", reply.gist());
    assert!(reply.body.contains(&escaped), "{code}: {}", reply.gist());
}

/// Adds a device's passkey in a signed-in browser.
async fn add(bank: &Bank, browser: &mut Browser, device: &mut Device, name: &str) -> Reply {
    let asked = asked(&browser.get(ADD).await.ok());
    let mut fields = device.make(&asked.options);
    fields.push(("_id", bank.form_id()));
    fields.push(("name", name.to_owned()));
    post(browser, ADD, &asked, &fields).await
}

/// Somebody's new device with a passkey of his.
async fn device_of(bank: &Bank, login: &str) -> Device {
    let mut device = Device::new(ORIGIN);
    let reply = add(bank, &mut bank.client(login).await, &mut device, "Laptop").await;
    assert!(matches!(reply.status, 200 | 303), "{}", reply.gist());
    device
}

/// Goes to the sign-in page and answers its question with a device.
async fn enter(browser: &mut Browser, device: &Device) -> Reply {
    let asked = asked(&browser.get("/sign-in").await.ok());
    let mut fields = device.sign(&asked.options);
    fields.push(("next", "/me/sessions".to_owned()));
    post(browser, ENTER, &asked, &fields).await
}

async fn password_step(browser: &mut Browser, login: &str) -> Reply {
    let fields = [("login", login), ("password", PASSWORD), ("next", "/me/sessions")];
    browser.post("/sign-in", &fields).await
}

async fn second(browser: &mut Browser, device: &Device) -> Reply {
    let asked = asked(&browser.get("/sign-in/code").await.ok());
    let fields = device.sign(&asked.options);
    post(browser, SECOND, &asked, &fields).await
}

async fn count(bank: &Bank, user: UserId) -> usize {
    passkeys(&mut bank.services.reader.clone(), user).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_alone_signs_in_and_its_challenge_works_once() {
    both(async |bank: &Bank| {
        let device = device_of(bank, "clerk").await;
        let mut browser = bank.stranger();
        let asked = asked(&browser.get("/sign-in?next=/me/sessions").await.ok());
        assert_eq!(asked.options["userVerification"], "required");
        assert_eq!(asked.options["rpId"], "bank.test");
        assert!(
            asked.options["allowCredentials"].as_array().unwrap().is_empty(),
            "nobody is named"
        );
        let mut fields = device.sign(&asked.options);
        fields.push(("next", "/me/sessions".to_owned()));
        let done = post(&mut browser, ENTER, &asked, &fields).await;
        assert_eq!((done.status, done.location()), (303, "/me/sessions"), "{}", done.gist());
        browser.get("/me/security").await.ok();
        let mut thief = bank.stranger();
        let again = post(&mut thief, ENTER, &asked, &fields).await;
        must_refuse(bank, &again, "passkey-spent");
        assert!(thief.cookie("sid").is_none());
        let journal = "select count(*) from journal_entry where command = 'org.use_passkey'";
        assert_eq!(number(bank, journal).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_password_a_passkey_stands_for_the_code() {
    both(async |bank: &Bank| {
        let device = device_of(bank, "clerk").await;
        let mut browser = bank.stranger();
        assert_eq!(password_step(&mut browser, "clerk").await.location(), "/sign-in/code");
        assert!(browser.cookie("sid").is_none(), "a password alone opens nothing");
        let asked = asked(&browser.get("/sign-in/code").await.ok());
        assert_eq!(asked.options["allowCredentials"].as_array().unwrap().len(), 1);
        let done = second(&mut browser, &device).await;
        assert_eq!((done.status, done.location()), (303, "/me/sessions"), "{}", done.gist());
        // a question of the sign-in page is none of the second step, and the other way about
        let mut other = bank.stranger();
        password_step(&mut other, "clerk").await;
        let of_page = super::passkeys::asked(&other.get("/sign-in").await.ok());
        let crossed = post(&mut other, SECOND, &of_page, &device.sign(&of_page.options)).await;
        must_refuse(bank, &crossed, "passkey-late");
        // without the first half nothing is asked
        let stranger =
            post(&mut bank.stranger(), SECOND, &asked, &device.sign(&asked.options)).await;
        assert_eq!(stranger.location(), "/sign-in");
    })
    .await;
}

/// Every liberty a device, a browser or a thief may take, each with the code of its refusal.
#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_refused_each_with_its_code() {
    both(async |bank: &Bank| {
        let mut device = device_of(bank, "clerk").await;
        let other = device_of(bank, "manager").await;
        let mut browser = bank.stranger();
        let mut refused = async |device: &Device, code: &str| {
            let reply = enter(&mut browser, device).await;
            must_refuse(bank, &reply, code);
            assert!(browser.cookie("sid").is_none());
            unlock(bank).await;
        };
        device.origin = "https://bank.test.evil.example".to_owned();
        refused(&device, "passkey-origin").await;
        device.origin = "http://bank.test".to_owned();
        refused(&device, "passkey-origin").await;
        device.origin = ORIGIN.to_owned();
        device.is_framed = true;
        refused(&device, "passkey-origin").await;
        device.is_framed = false;
        device.party = Some("evil.example".to_owned());
        refused(&device, "passkey-party").await;
        device.party = None;
        let flags = device.flags;
        device.unverified();
        refused(&device, "passkey-unverified").await;
        device.absent();
        refused(&device, "passkey-absent").await;
        device.flags = flags;
        let handle = std::mem::replace(&mut device.user_handle, other.user_handle.clone());
        refused(&device, "passkey-owner").await;
        device.user_handle = handle;
        let id = std::mem::replace(&mut device.credential_id, other.credential_id.clone());
        device.user_handle.clear();
        refused(&device, "passkey-signature").await;
        device.credential_id = vec![1; 32];
        refused(&device, "passkey-unknown").await;
        device.credential_id = id;
        refused_fields(bank, &device).await;
        assert_eq!(enter(&mut bank.stranger(), &device).await.status, 303);
    })
    .await;
}

/// Failures count; here they are many, and meant.
async fn unlock(bank: &Bank) {
    let sql = "update staff set failures = 0, locked_until = null";
    crate::support::force(bank, sql, params![]).await;
}

async fn refused_fields(bank: &Bank, device: &Device) {
    let mut browser = bank.stranger();
    let (first, later) =
        (asked(&browser.get("/sign-in").await.ok()), asked(&browser.get("/sign-in").await.ok()));
    let of_first = device.sign(&first.options);
    let crossed = post(&mut browser, ENTER, &later, &of_first).await;
    must_refuse(bank, &crossed, "passkey-challenge");
    let mut made = Device::new(ORIGIN);
    made.credential_id = device.credential_id.clone();
    let creation = asked(&bank.client("clerk").await.get(ADD).await.ok());
    let mut fields = device.sign(&first.options);
    let mut options = creation.options.clone();
    options["challenge"] = first.options["challenge"].clone();
    fields[1] = made.make(&options)[1].clone();
    must_refuse(bank, &post(&mut browser, ENTER, &first, &fields).await, "passkey-kind");
    for (at, value) in [(1, "e30"), (1, "*"), (2, "AAAA"), (3, "*")] {
        let mut fields = of_first.clone();
        fields[at].1 = value.to_owned();
        must_refuse(bank, &post(&mut browser, ENTER, &first, &fields).await, "passkey-malformed");
        unlock(bank).await;
    }
    let mut fields = of_first.clone();
    fields[3].1 = "AAAA".to_owned();
    must_refuse(bank, &post(&mut browser, ENTER, &first, &fields).await, "passkey-signature");
    let forged = Asked { options: Json::Null, question: "AAAA".to_owned() };
    must_refuse(bank, &post(&mut browser, ENTER, &forged, &of_first).await, "passkey-late");
    bank.clock.advance_seconds(PASSKEY_MINUTES * 60 + 1);
    must_refuse(bank, &post(&mut browser, ENTER, &first, &of_first).await, "passkey-late");
    unlock(bank).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counter_that_goes_back_is_refused_and_marked() {
    both(async |bank: &Bank| {
        let mut device = device_of(bank, "clerk").await;
        device.counter = 7;
        let mut browser = bank.stranger();
        assert_eq!(enter(&mut browser, &device).await.status, 303);
        let mut copy = bank.stranger();
        for counter in [7, 3, 0] {
            device.counter = counter;
            must_refuse(bank, &enter(&mut copy, &device).await, "passkey-counter");
        }
        let marks = "select count(*) from sign_in_mark where kind = 'passkey_counter'";
        assert_eq!(number(bank, marks).await, 3);
        let journal = "select count(*) from journal_entry where entity = 'sign_in' \
                       and changes like '%passkey_counter%'";
        assert_eq!(number(bank, journal).await, 3);
        let shown = bank.client("security_officer").await.get("/admin/sign-ins").await.ok();
        assert!(shown.contains("Passkey counter went back"), "{shown}");
        device.counter = 8;
        assert_eq!(enter(&mut copy, &device).await.status, 303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_locked_and_the_dismissed_do_not_enter() {
    both(async |bank: &Bank| {
        let device = device_of(bank, "clerk").await;
        let mut bad = device_of(bank, "manager").await;
        bad.unverified();
        let mut browser = bank.stranger();
        for _ in 0..SIGN_IN_FAILURES_MAX {
            must_refuse(bank, &enter(&mut browser, &bad).await, "passkey-unverified");
        }
        bad.flags = device.flags;
        let locked = enter(&mut browser, &bad).await;
        assert_eq!(locked.status, 422, "a right answer, too late: {}", locked.gist());
        assert!(!locked.body.contains("passkey-unverified") && browser.cookie("sid").is_none());
        bank.clock.advance_seconds(SIGN_IN_LOCK_MINUTES * 60 + 1);
        assert_eq!(enter(&mut browser, &bad).await.status, 303);
        let dismiss =
            DismissStaff { staff_id: bank.user("clerk"), successor_id: bank.user("manager") };
        bank.execute("administrator", &dismiss).await.unwrap();
        must_refuse(bank, &enter(&mut bank.stranger(), &device).await, "passkey-unknown");
        let marks = "select count(*) from sign_in_mark where kind = 'dismissed'";
        assert_eq!(number(bank, marks).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_persons_passkey_is_no_second_factor() {
    both(async |bank: &Bank| {
        device_of(bank, "clerk").await;
        let other = device_of(bank, "manager").await;
        let mut browser = bank.stranger();
        password_step(&mut browser, "clerk").await;
        must_refuse(bank, &second(&mut browser, &other).await, "passkey-owner");
        let failed = "select count(*) from staff where login = 'clerk' and failures = 1";
        assert_eq!(number(bank, failed).await, 1, "his who knew the password");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_are_added_renamed_and_removed_and_the_journal_tells() {
    both(async |bank: &Bank| {
        let mut browser = bank.client("clerk").await;
        let (mut laptop, mut token) = (Device::new(ORIGIN), Device::new(ORIGIN));
        let first = add(bank, &mut browser, &mut laptop, "Laptop").await;
        assert_eq!(first.header("cache-control"), "no-store");
        assert_eq!(first.ok().matches("<li><code>").count(), 10, "recovery codes come with it");
        bank.clock.advance_seconds(1);
        let known = add(bank, &mut browser, &mut laptop, "Again").await;
        must_refuse(bank, &known, "passkey-known");
        let nameless = add(bank, &mut browser, &mut token, " ").await;
        assert_eq!(nameless.status, 422);
        assert_eq!(add(bank, &mut browser, &mut token, "Token").await.location(), "/me/security");
        let me = bank.user("clerk");
        let keys = passkeys(&mut bank.services.reader.clone(), me).await.unwrap();
        assert_eq!(keys.iter().map(|k| k.name.as_str()).collect::<Vec<_>>(), ["Laptop", "Token"]);
        let at = |verb: &str| format!("/me/security/passkeys/{}/{verb}", keys[1].id);
        let id = bank.form_id();
        let fields = [("_id", id.as_str()), ("name", "Safe <b>")];
        assert_eq!(browser.post(&at("name"), &fields).await.location(), "/me/security");
        let page = browser.get("/me/security").await.ok();
        assert!(page.contains("Safe &lt;b&gt;") && page.contains("Laptop"), "{page}");
        let mut other = bank.client("manager").await;
        let foreign = other.post(&at("remove"), &[("_id", &bank.form_id())]).await;
        assert_eq!(foreign.status, 404);
        browser.post(&at("remove"), &[("_id", &bank.form_id())]).await;
        must_refuse(bank, &enter(&mut bank.stranger(), &token).await, "passkey-unknown");
        assert_eq!(enter(&mut bank.stranger(), &laptop).await.status, 303);
        for command in ["org.add_passkey", "org.rename_passkey", "org.remove_passkey"] {
            let sql = format!("select count(*) from journal_entry where command = '{command}'");
            assert!(number(bank, &sql).await > 0, "{command}");
        }
        for n in 1..PASSKEYS_MAX {
            let more = add(bank, &mut browser, &mut Device::new(ORIGIN), &n.to_string()).await;
            assert_eq!(more.status, 303, "{n}: {}", more.gist());
        }
        let many = add(bank, &mut browser, &mut Device::new(ORIGIN), "too many").await;
        assert_eq!((many.status, count(bank, me).await), (422, PASSKEYS_MAX));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_device_makes_is_checked_before_it_is_kept() {
    both(async |bank: &Bank| {
        let mut browser = bank.client("clerk").await;
        let mut refused = async |change: fn(&mut Device), code: &str| {
            let mut device = Device::new(ORIGIN);
            change(&mut device);
            let reply = add(bank, &mut browser, &mut device, "Laptop").await;
            must_refuse(bank, &reply, code);
        };
        refused(|d| d.origin = "https://evil.example".to_owned(), "passkey-origin").await;
        refused(|d| d.party = Some("evil.example".to_owned()), "passkey-party").await;
        refused(Device::unverified, "passkey-unverified").await;
        refused(Device::absent, "passkey-absent").await;
        refused(|d| d.credential_id.clear(), "passkey-malformed").await;
        // a question of somebody else
        let of_manager = asked(&bank.client("manager").await.get(ADD).await.ok());
        let mut fields = Device::new(ORIGIN).make(&of_manager.options);
        fields.push(("_id", bank.form_id()));
        fields.push(("name", "Laptop".to_owned()));
        must_refuse(bank, &post(&mut browser, ADD, &of_manager, &fields).await, "passkey-late");
        // the same answer twice
        let own = asked(&browser.get(ADD).await.ok());
        let mut fields = Device::new(ORIGIN).make(&own.options);
        fields.push(("_id", bank.form_id()));
        fields.push(("name", "Laptop".to_owned()));
        assert_eq!(post(&mut browser, ADD, &own, &fields).await.status, 200);
        fields[3].1 = bank.form_id();
        must_refuse(bank, &post(&mut browser, ADD, &own, &fields).await, "passkey-spent");
        bank.clock.advance_seconds(SECURITY_FRESH_MINUTES * 60 + 1);
        assert_eq!(browser.get(ADD).await.location(), "/me/security", "an old session");
        assert_eq!(browser.post(ADD, &[("_id", &bank.form_id())]).await.status, 422);
        assert_eq!(count(bank, bank.user("clerk")).await, 1);
    })
    .await;
}

async fn require(bank: &Bank, key: &str) {
    let directory = bank.services.directory.get();
    let role = directory.roles.values().find(|r| r.key == key).unwrap();
    let save = SaveRole {
        role_id: Some(role.id),
        name: role.name.clone(),
        name_en: role.name_en.clone(),
        grants: role.grants.clone(),
        second_factor: Some(true),
        original: None,
    };
    bank.execute("administrator", &save).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_is_the_second_factor_a_role_requires() {
    both(async |bank: &Bank| {
        require(bank, "clerk").await;
        let mut browser = bank.stranger();
        password_step(&mut browser, "clerk").await;
        let page = browser.get("/me/security/totp").await.ok();
        assert!(page.contains(ADD), "the other way is offered");
        let mut device = Device::new(ORIGIN);
        add(bank, &mut browser, &mut device, "Laptop").await.ok();
        browser.get("/me/sessions").await.ok();
        let keys = passkeys(&mut bank.services.reader.clone(), bank.user("clerk")).await.unwrap();
        let remove = format!("/me/security/passkeys/{}/remove", keys[0].id);
        let kept = browser.post(&remove, &[("_id", &bank.form_id())]).await;
        must_refuse(bank, &kept, "factor-required");
        assert_eq!(enter(&mut bank.stranger(), &device).await.status, 303, "it is both");
        // its recovery codes open the second step too
        let codes = browser.post("/me/security/codes", &[("_id", &bank.form_id())]).await.ok();
        let code = between(&codes, "<li><code>", "<").to_owned();
        let mut elsewhere = bank.stranger();
        password_step(&mut elsewhere, "clerk").await;
        let done = elsewhere.post("/sign-in/code", &[("code", &code)]).await;
        assert_eq!(done.status, 303, "{}", done.gist());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrators_reset_takes_passkeys_too() {
    both(async |bank: &Bank| {
        let device = device_of(bank, "clerk").await;
        let mut desk = bank.client("clerk").await;
        let reset = ResetSecondFactor { staff_id: bank.user("clerk") };
        bank.execute("administrator", &reset).await.unwrap();
        assert_eq!(count(bank, bank.user("clerk")).await, 0);
        assert_eq!(desk.get("/me/sessions").await.status, 303, "his sessions have ended");
        must_refuse(bank, &enter(&mut bank.stranger(), &device).await, "passkey-unknown");
        assert_eq!(password_step(&mut bank.stranger(), "clerk").await.location(), "/me/sessions");
        let mut db = bank.services.reader.clone();
        let sql = "select changes from journal_entry where command = 'org.reset_second_factor'";
        let row = db.first(sql, params![]).await.unwrap().unwrap();
        let changes: String = row.one().unwrap();
        assert!(changes.contains("\"passkeys\""), "{changes}");
    })
    .await;
}
