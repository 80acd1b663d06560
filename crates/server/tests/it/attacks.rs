//! What somebody tries who means no good, by the chapters of docs/security.md.

use http_body_util::BodyExt;
use kernel::limits::{LIVE_CHECK_SECONDS, LIVE_STREAMS_MAX, SIGN_IN_FAILURES_MAX};
use spine::org::commands::EndSession;
use spine::org::queries;
use testkit::{Bank, Browser, PASSWORD};
use tower::ServiceExt;

use crate::support::{both, changes};

/// Many requests at once.
async fn at_once<T: Send + 'static>(
    work: impl Iterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let mut set = tokio::task::JoinSet::new();
    for one in work {
        set.spawn(one);
    }
    set.join_all().await
}

/// Failures noted in the journal.
async fn failures(bank: &Bank) -> i64 {
    let noted = changes(bank, "staff").await;
    let failed = noted.iter().filter(|text| text.contains("sign_in_failed_from"));
    i64::try_from(failed.count()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn guesses_made_at_once_are_counted_like_guesses_in_a_row() {
    both(async |bank: &Bank| {
        let guess = |n: i32| {
            let mut browser = bank.stranger();
            async move {
                let password = format!("guess number {n}");
                let fields = [("login", "clerk"), ("password", password.as_str())];
                browser.post("/sign-in", &fields).await.status
            }
        };
        let answers = at_once((0..24).map(guess)).await;
        assert!(answers.iter().all(|status| *status == 422), "{answers:?}");
        let checked = i64::try_from(bank.app.gate.passwords_checked()).unwrap();
        assert_eq!(checked, SIGN_IN_FAILURES_MAX, "the others found the login locked");
        assert_eq!(failures(bank).await, SIGN_IN_FAILURES_MAX);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codes_guessed_at_once_are_counted_like_codes_in_a_row() {
    both(async |bank: &Bank| {
        crate::second_factor::enrol(bank, &mut bank.client("clerk").await).await;
        bank.clock.advance_seconds(30);
        let mut thief = bank.stranger();
        let right = [("login", "clerk"), ("password", PASSWORD)];
        assert_eq!(thief.post("/sign-in", &right).await.location(), "/sign-in/code");
        let guess = |n: i32| {
            let mut browser = thief.clone();
            async move { browser.post("/sign-in/code", &[("code", &format!("{n:06}"))]).await.status }
        };
        // six digits: what matters is how many are looked at, not which
        at_once((0..24).map(guess)).await;
        let checked = i64::try_from(bank.app.gate.codes_checked()).unwrap();
        assert_eq!(checked, SIGN_IN_FAILURES_MAX, "the others found the login locked");
        assert_eq!(failures(bank).await, SIGN_IN_FAILURES_MAX);
    })
    .await;
}

/// A browser in front of the same bank as it is served behind TLS.
fn behind_tls(bank: &Bank, guards: web::Guards) -> Browser {
    let (_, stopping) = tokio::sync::watch::channel(false);
    let setting = web::Setting {
        services: bank.services.clone(),
        demo: None,
        zone: jiff::tz::TimeZone::UTC,
        currency: kernel::Currency::RUB,
        secure_cookies: true,
        proxies: Vec::new(),
        secret_box: bank.app.secret_box.clone(),
        oidc: Vec::new(),
        guards,
        party: None,
        stopping,
    };
    let built = web::build_router(setting, server::wiring::pages()).unwrap();
    Browser::new(built.0)
}

#[tokio::test(flavor = "multi_thread")]
async fn cookies_are_for_this_host_and_out_of_reach_of_scripts() {
    both(async |bank: &Bank| {
        let mut browser = behind_tls(bank, web::Guards::default());
        let mut seen = std::collections::BTreeSet::new();
        let fields = [("login", "manager"), ("password", PASSWORD)];
        let mut replies = vec![browser.post("/sign-in", &fields).await];
        replies.push(browser.post("/me/preferences", &[("lang", "en"), ("nav", "folded")]).await);
        let id = bank.form_id();
        replies.push(browser.post("/me/sessions/end-others", &[("_id", &id)]).await);
        replies.push(browser.get("/me/sessions").await);
        replies.push(browser.post("/sign-out", &[]).await);
        for reply in &replies {
            for cookie in reply.headers.get_all("set-cookie").iter().map(|v| v.to_str().unwrap()) {
                for word in ["__Host-", "; Path=/; HttpOnly; SameSite=Lax", "; Secure"] {
                    assert!(cookie.contains(word), "{cookie}");
                }
                seen.insert(cookie.split('=').next().unwrap().to_owned());
            }
        }
        let names: Vec<&str> = seen.iter().map(String::as_str).collect();
        // the mark of how far a replica must be is made by the same hand; this bank has none
        assert_eq!(names, ["__Host-flash", "__Host-lang", "__Host-nav", "__Host-sid"]);
        let out = replies.pop().unwrap();
        assert_eq!(out.header("clear-site-data"), "\"storage\"");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_stay_in_no_cache_and_browsers_are_told_to_come_over_tls_only() {
    both(async |bank: &Bank| {
        let mut plain = bank.client("manager").await;
        let mut tls = behind_tls(bank, web::Guards::default());
        for path in ["/sign-in", "/", "/me/sessions", "/clients", "/no/such/page", "/health"] {
            let reply = plain.get(path).await;
            assert_eq!(reply.header("cache-control"), "no-store", "{path}");
            assert_eq!(
                reply.header("strict-transport-security"),
                "",
                "{path}: a trial without TLS"
            );
            let reply = tls.get(path).await;
            let said = reply.header("strict-transport-security");
            assert_eq!(said, "max-age=63072000; includeSubDomains", "{path}");
            assert_eq!(reply.header("cross-origin-resource-policy"), "same-origin", "{path}");
        }
        let page = plain.get("/sign-in").await.ok();
        let (_, rest) = page.split_once("href=\"/assets/").unwrap();
        let hash = rest.split('/').next().unwrap();
        let picture = plain.get(&format!("/assets/{hash}/mark.svg")).await;
        assert_ne!(picture.header("cache-control"), "no-store", "nobody's data");
        assert_eq!(picture.header("content-type"), "image/svg+xml; charset=utf-8");
    })
    .await;
}

/// Opens a live stream of a browser with a session; its body.
async fn stream(bank: &Bank, browser: &Browser, query: &str) -> http::Response<axum::body::Body> {
    let request = http::Request::get(format!("/live?{query}"))
        .header("host", "bank.test")
        .header("cookie", format!("sid={}", browser.cookie("sid").unwrap()))
        .body(axum::body::Body::empty())
        .unwrap();
    bank.router.clone().oneshot(request).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_stream_tells_what_was_asked_for_and_ends_with_its_session() {
    both(async |bank: &Bank| {
        let browser = bank.client("manager").await;
        let mut body = stream(bank, &browser, "topic=kind:mine").await.into_body();
        bank.services.live.ring("kind:other".to_owned());
        bank.services.live.ring("kind:mine".to_owned());
        let said = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(said, "data: kind:mine\n\n", "and nothing of what was not asked for");
        let (mut db, me) = (bank.services.reader.clone(), bank.user("manager"));
        let now = kernel::Clock::now(bank.clock.as_ref());
        let open = queries::sessions_of(&mut db, me, now).await.unwrap();
        bank.execute("manager", &EndSession { session_id: open[0].id }).await.unwrap();
        bank.clock.advance_seconds(LIVE_CHECK_SECONDS);
        bank.services.live.ring("kind:mine".to_owned());
        let said = body.frame().await.unwrap().unwrap().into_data().unwrap();
        assert_eq!(said, "data: all\n\n", "the page asks, and finds that nobody is signed in");
        assert!(body.frame().await.is_none(), "the end");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_has_only_so_many_live_streams() {
    both(async |bank: &Bank| {
        let browser = bank.client("manager").await;
        let mut open = Vec::new();
        for _ in 0..LIVE_STREAMS_MAX {
            let answer = stream(bank, &browser, "topic=x").await;
            assert_eq!(answer.status(), 200);
            open.push(answer);
        }
        assert_eq!(stream(bank, &browser, "topic=x").await.status(), 429);
        let other = bank.client("clerk").await;
        assert_eq!(stream(bank, &other, "topic=x").await.status(), 200);
        open.pop();
        assert_eq!(stream(bank, &browser, "topic=x").await.status(), 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_refreshes_itself_keeps_no_session_alive() {
    both(async |bank: &Bank| {
        let mut browser = bank.client("manager").await;
        for _ in 0..6 {
            bank.clock.advance_seconds(11 * 60);
            let live = [("x-requested-with", "live")];
            let body = axum::body::Body::empty();
            browser.send(http::Method::GET, "/me/notices", body, &live).await;
            let fresh = [("x-fresh", "1")];
            let body = axum::body::Body::empty();
            browser.send(http::Method::GET, "/me/notices", body, &fresh).await;
        }
        assert_eq!(
            browser.get("/me/sessions").await.status,
            303,
            "nobody did anything for an hour"
        );
        let mut busy = bank.client("clerk").await;
        for _ in 0..6 {
            bank.clock.advance_seconds(11 * 60);
            assert_eq!(busy.get("/me/sessions").await.status, 200);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_known_from_thefts_is_nobodys_choice() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("known.txt");
    // SHA-1 of "twelve grey geese"
    let line = "555770DF8D7F076FE43DA4DCEE573205E2DCAB32:12\r\n";
    std::fs::write(&file, line).unwrap();
    let guards = web::Guards {
        reader_port: None,
        breached: Some(web::Breached::open(&file).unwrap()),
        scanner: None,
    };
    both(async |bank: &Bank| {
        let mut browser = behind_tls(bank, guards.clone());
        browser.post("/sign-in", &[("login", "clerk"), ("password", PASSWORD)]).await;
        let change = async |browser: &mut Browser, new: &str| {
            let id = bank.form_id();
            let fields =
                [("_id", id.as_str()), ("old", PASSWORD), ("password", new), ("again", new)];
            browser.post("/me/password", &fields).await
        };
        let refused = change(&mut browser, "twelve grey geese").await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("known from thefts"), "{}", refused.gist());
        let refused = change(&mut browser, "Tessera-Clerk-2026").await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("people try first"), "{}", refused.gist());
        let done = change(&mut browser, "eleven grey geese").await;
        assert_eq!(done.status, 303, "{}", done.gist());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_past_the_banks_scanner_and_stays_out_when_it_is_silent() {
    both(async |bank: &Bank| {
        let client = crate::contacts::person(bank, "manager", "Ветрова").await;
        let scanner = |script: &str| {
            let words = ["sh", "-c", script].map(str::to_owned);
            web::Guards { reader_port: None, breached: None, scanner: web::Scanner::new(&words) }
        };
        let path = format!("/clients/{client}/files");
        for (script, status, words) in [
            ("! grep -q EICAR", 422, "something dangerous"),
            ("exit 2", 422, "could not be examined"),
            ("cat >/dev/null", 303, ""),
        ] {
            let mut browser = behind_tls(bank, scanner(script));
            browser.post("/sign-in", &[("login", "manager"), ("password", PASSWORD)]).await;
            let id = bank.form_id();
            let fields = [("_id", id.as_str()), ("kind", "other")];
            let file = ("file", "note.txt", &b"EICAR, so to speak"[..]);
            let reply = browser.upload(&path, &fields, file).await;
            assert_eq!(reply.status, status, "{script}: {}", reply.gist());
            assert!(reply.body.contains(words), "{script}: {}", reply.gist());
        }
        let kept = crate::support::number(bank, "select count(*) from client_file").await;
        assert_eq!(kept, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn demo_mode_does_not_start_over_a_bank_nobody_made_up() {
    both(async |bank: &Bank| {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("tessera.toml").display().to_string();
        let text = format!(
            "db = '{}'\nlisten = '127.0.0.1:0'\ndemo = true\nkey_file = '{}'",
            bank.url(),
            bank.key_file()
        );
        std::fs::write(&config, text).unwrap();
        let (code, _, complaint) = crate::command_line::tessera(&["serve", "--config", &config]);
        assert_eq!(code, 2, "{complaint}");
        assert!(complaint.contains("no made-up bank"), "{complaint}");
    })
    .await;
}
