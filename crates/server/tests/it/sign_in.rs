//! Signing in, lock-out, sessions that end.

use kernel::Clock;
use kernel::limits::{SIGN_IN_FAILURES_MAX, SIGN_IN_LOCK_MINUTES};
use spine::Error;
use spine::org::commands::EndSession;
use spine::org::queries;
use testkit::{Bank, Browser, PASSWORD, Reply};

use crate::support::both;

async fn try_password(browser: &mut Browser, login: &str, password: &str) -> Reply {
    browser
        .post("/sign-in", &[("login", login), ("password", password), ("next", "/me/sessions")])
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_opens_a_session_and_signing_out_ends_it() {
    both(async |bank: &Bank| {
        let mut browser = bank.stranger();
        let sent_away = browser.get("/me/sessions").await;
        assert_eq!((sent_away.status, sent_away.location()), (303, "/sign-in?next=/me/sessions"));
        let wrong = try_password(&mut browser, "manager", "not it").await;
        assert_eq!(wrong.status, 422);
        assert!(browser.cookie("sid").is_none());
        let right = try_password(&mut browser, "manager", PASSWORD).await;
        assert_eq!((right.status, right.location()), (303, "/me/sessions"));
        assert!(browser.get("/me/sessions").await.ok().contains("Member manager"));
        let stale = browser.clone();
        browser.post("/sign-out", &[]).await;
        assert_eq!(browser.get("/me/sessions").await.status, 303);
        assert_eq!(
            stale.clone().get("/me/sessions").await.status,
            303,
            "the cookie alone is worth nothing"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_mistakes_lock_the_account_for_a_while() {
    both(async |bank: &Bank| {
        let mut browser = bank.stranger();
        for _ in 0..SIGN_IN_FAILURES_MAX {
            assert_eq!(try_password(&mut browser, "clerk", "guess").await.status, 422);
        }
        assert_eq!(try_password(&mut browser, "clerk", PASSWORD).await.status, 422, "locked");
        assert_eq!(try_password(&mut browser, "manager", PASSWORD).await.status, 303, "others not");
        bank.clock.advance_seconds(SIGN_IN_LOCK_MINUTES * 60 + 1);
        assert_eq!(try_password(&mut browser, "clerk", PASSWORD).await.status, 303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_to_a_stranger_after_signing_in() {
    both(async |bank: &Bank| {
        for next in
            ["https://evil.test/", "//evil.test", "/\\evil.test", "/\t/evil.test", "/\r\nx: y"]
        {
            let fields = [("login", "clerk"), ("password", PASSWORD), ("next", next)];
            let reply = bank.stranger().post("/sign-in", &fields).await;
            assert_eq!((reply.status, reply.location()), (303, "/"), "{next}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_click_sign_in_exists_in_demo_mode_only() {
    both(async |bank: &Bank| {
        let real = bank.stranger().post("/demo/sign-in", &[("role", "administrator")]).await;
        assert_eq!(real.status, 404);
        let demo = Bank::open_demo(bank.kind, crate::support::open).await;
        let mut browser = demo.stranger();
        assert_eq!(browser.post("/demo/sign-in", &[("role", "thief")]).await.status, 422);
        assert_eq!(browser.post("/demo/sign-in", &[("role", "auditor")]).await.status, 303);
        assert!(browser.get("/me/sessions").await.ok().contains("Member auditor"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_left_alone_ends() {
    both(async |bank: &Bank| {
        let mut browser = bank.client("manager").await;
        browser.get("/me/sessions").await.ok();
        bank.clock.advance_seconds(kernel::limits::SESSION_IDLE_MINUTES * 60 + 1);
        assert_eq!(browser.get("/me/sessions").await.status, 303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_ended_by_its_owner_or_an_administrator_only() {
    both(async |bank: &Bank| {
        let (mut desk, mut phone) = (bank.client("manager").await, bank.client("manager").await);
        let (mut db, me) = (bank.services.reader.clone(), bank.user("manager"));
        let open = queries::sessions_of(&mut db, me, bank.clock.now()).await.unwrap();
        assert_eq!(open.len(), 2);
        let end = |n: usize| EndSession { session_id: open[n].id };
        let stranger = bank.execute("manager_team", &end(0)).await;
        assert!(matches!(stranger, Err(Error::NotFound)), "{stranger:?}");
        bank.execute("manager", &end(0)).await.unwrap();
        let statuses =
            [desk.get("/me/sessions").await.status, phone.get("/me/sessions").await.status];
        assert_eq!(statuses.iter().filter(|s| **s == 200).count(), 1, "{statuses:?}");
        bank.execute("administrator", &end(1)).await.unwrap();
        assert_eq!(desk.get("/me/sessions").await.status, 303);
        assert_eq!(phone.get("/me/sessions").await.status, 303);
    })
    .await;
}

/// A page without what is drawn by lot for each: the challenge for passkeys, open and sealed.
fn without_chances(page: &str) -> String {
    let is_of_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    page.split_inclusive(|c| !is_of_word(c))
        .map(
            |word| {
                if word.trim_end_matches(|c| !is_of_word(c)).len() >= 40 { "CHANCE" } else { word }
            },
        )
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_never_tells_whether_there_is_such_a_login() {
    both(async |bank: &Bank| {
        let dismiss = spine::org::edit::DismissStaff {
            staff_id: bank.user("auditor"),
            successor_id: bank.user("clerk"),
        };
        bank.execute("administrator", &dismiss).await.unwrap();
        let same = |reply: &Reply, login: &str| {
            (reply.status, without_chances(&reply.body).replace(login, "LOGIN"))
        };
        let mut browser = bank.stranger();
        for _ in 0..SIGN_IN_FAILURES_MAX * 2 + 2 {
            let known = try_password(&mut browser, "clerk", "guess").await;
            for other in ["nobody", "auditor"] {
                let reply = try_password(&mut browser, other, "guess").await;
                assert_eq!(same(&known, "clerk"), same(&reply, other), "{other}");
            }
            bank.clock.advance_seconds(150);
        }
    })
    .await;
}

/// A try from an address, as a proxy on this machine passes it on.
async fn try_from(bank: &Bank, address: &str, login: &str, password: &str) -> http::StatusCode {
    let peer: std::net::SocketAddr = "127.0.0.1:4711".parse().unwrap();
    let request = http::Request::post("/sign-in")
        .header("host", "bank.test")
        .header("x-forwarded-for", address)
        .header("content-type", "application/x-www-form-urlencoded")
        .extension(axum::extract::ConnectInfo(peer))
        .body(axum::body::Body::from(format!("login={login}&password={password}")))
        .unwrap();
    tower::ServiceExt::oneshot(bank.router.clone(), request).await.unwrap().status()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_tries_many_logins_has_to_wait() {
    both(async |bank: &Bank| {
        let right = PASSWORD.replace(' ', "+");
        for n in 0..kernel::limits::SIGN_IN_ADDRESS_FAILURES_MAX {
            assert_eq!(try_from(bank, "198.51.100.1", &format!("name{n}"), "guess").await, 422);
        }
        assert_eq!(try_from(bank, "198.51.100.1", "clerk", &right).await, 422, "shut");
        assert_eq!(try_from(bank, "198.51.100.2", "clerk", &right).await, 303, "another address");
        bank.clock.advance_seconds(SIGN_IN_LOCK_MINUTES * 60 + 1);
        assert_eq!(try_from(bank, "198.51.100.1", "clerk", &right).await, 303);
        let mut db = bank.services.reader.clone();
        let sessions = queries::sessions_of(&mut db, bank.user("clerk"), bank.clock.now()).await;
        let mut addresses: Vec<String> = sessions.unwrap().into_iter().map(|s| s.address).collect();
        addresses.sort();
        assert_eq!(addresses, ["198.51.100.1", "198.51.100.2"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_never_taken_over_from_a_cookie() {
    both(async |bank: &Bank| {
        let mut browser = bank.stranger();
        browser.set_cookie("sid", "planted-by-somebody");
        assert_eq!(try_password(&mut browser, "clerk", PASSWORD).await.status, 303);
        let first = browser.cookie("sid").unwrap().to_owned();
        assert_ne!(first, "planted-by-somebody");
        let again = try_password(&mut browser, "manager", PASSWORD).await;
        assert_ne!(browser.cookie("sid").unwrap(), first);
        let cookie = again.header("set-cookie");
        for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        let mut left = bank.stranger();
        left.set_cookie("sid", &first);
        assert_eq!(left.get("/me/sessions").await.status, 303, "who signs in over it leaves it");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_signs_out_everywhere_else_at_once() {
    both(async |bank: &Bank| {
        let (mut desk, mut phone) = (bank.client("manager").await, bank.client("manager").await);
        let mut other = bank.client("clerk").await;
        let id = bank.form_id();
        let done = desk.post("/me/sessions/end-others", &[("_id", &id)]).await;
        assert_eq!(done.status, 303, "{}", done.gist());
        assert_eq!(desk.get("/me/sessions").await.status, 200);
        assert_eq!(phone.get("/me/sessions").await.status, 303);
        assert_eq!(other.get("/me/sessions").await.status, 200, "nobody else's");
    })
    .await;
}
