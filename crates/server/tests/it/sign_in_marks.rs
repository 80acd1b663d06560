//! Sign-ins out of the ordinary: what is marked, who is told, and that logins cost the same.

use kernel::Clock;
use kernel::limits::SIGN_IN_FAILURES_MAX;
use spine::org::edit::DismissStaff;
use spine::org::{Mark, queries};
use store::{Read, params};
use testkit::{Bank, PASSWORD};

use crate::support::{both, force, number};

const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/156.0.0.0 Safari/537.36";
const LATER: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/157.0.0.0 Safari/537.36";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0";

/// A request from an address with a browser, as a proxy on this machine passes it on.
async fn ask(bank: &Bank, request: http::request::Builder, address: &str, body: String) -> u16 {
    let peer: std::net::SocketAddr = "127.0.0.1:4711".parse().unwrap();
    let request = request
        .header("host", "bank.test")
        .header("x-forwarded-for", address)
        .header("content-type", "application/x-www-form-urlencoded")
        .extension(axum::extract::ConnectInfo(peer))
        .body(axum::body::Body::from(body))
        .unwrap();
    let answer = tower::ServiceExt::oneshot(bank.router.clone(), request).await.unwrap();
    answer.status().as_u16()
}

async fn sign_in(bank: &Bank, login: &str, password: &str, (address, agent): (&str, &str)) -> u16 {
    let request = http::Request::post("/sign-in").header("user-agent", agent);
    let body = format!("login={login}&password={}", password.replace(' ', "+"));
    ask(bank, request, address, body).await
}

/// All marks so far, oldest first.
async fn marks(bank: &Bank) -> Vec<Mark> {
    let mut db = bank.services.reader.clone();
    let sql = "select kind from sign_in_mark order by at, id";
    let rows = db.query(sql, params![]).await.unwrap();
    rows.into_iter().map(|row| Mark::from_key(&row.one::<String>().unwrap()).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_browser_and_a_new_address_are_marked_and_the_person_is_told() {
    both(async |bank: &Bank| {
        let (home, away) = ("198.51.100.1", "198.51.100.2");
        for origin in [(home, CHROME), (home, CHROME), (home, LATER)] {
            assert_eq!(sign_in(bank, "clerk", PASSWORD, origin).await, 303);
        }
        assert!(marks(bank).await.is_empty(), "the first one, and a new version, are nothing new");
        sign_in(bank, "clerk", PASSWORD, (away, CHROME)).await;
        assert_eq!(marks(bank).await, [Mark::NewAddress]);
        bank.clock.advance_seconds(1);
        sign_in(bank, "clerk", PASSWORD, (away, FIREFOX)).await;
        sign_in(bank, "clerk", PASSWORD, (home, FIREFOX)).await;
        assert_eq!(marks(bank).await, [Mark::NewAddress, Mark::NewDevice]);
        let journal = "select count(*) from journal_entry where entity = 'sign_in'";
        assert_eq!(number(bank, journal).await, 2);
        bank.settle().await;
        let mut db = bank.services.reader.clone();
        let told = queries::notices(&mut db, bank.user("clerk"), 10).await.unwrap();
        let kinds: Vec<&str> = told.iter().map(|n| n.kind.as_str()).collect();
        assert_eq!(kinds, ["sign-in-new-device"]);
        let mut browser = bank.client("clerk").await;
        let page = browser.get("/me/notices").await.ok();
        assert!(page.contains("Firefox, Linux") && page.contains(away), "{page}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_success_after_failures_and_a_login_of_the_dismissed_are_marked() {
    both(async |bank: &Bank| {
        let home = ("198.51.100.1", CHROME);
        sign_in(bank, "clerk", "guess", home).await;
        sign_in(bank, "clerk", PASSWORD, home).await;
        assert!(marks(bank).await.is_empty(), "one slip is nothing");
        for _ in 0..SIGN_IN_FAILURES_MAX - 1 {
            sign_in(bank, "clerk", "guess", home).await;
        }
        assert_eq!(sign_in(bank, "clerk", PASSWORD, home).await, 303);
        assert_eq!(marks(bank).await, [Mark::AfterFailures]);
        sign_in(bank, "clerk", PASSWORD, home).await;
        assert_eq!(marks(bank).await.len(), 1, "told once");
        let dismiss =
            DismissStaff { staff_id: bank.user("auditor"), successor_id: bank.user("clerk") };
        bank.execute("administrator", &dismiss).await.unwrap();
        bank.clock.advance_seconds(1);
        assert_eq!(sign_in(bank, "auditor", PASSWORD, home).await, 422);
        assert_eq!(marks(bank).await, [Mark::AfterFailures, Mark::Dismissed]);
        let secret =
            format!("select count(*) from journal_entry where changes like '%{PASSWORD}%'");
        assert_eq!(number(bank, &secret).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_away_from_ones_habits_is_marked() {
    both(async |bank: &Bank| {
        let home = ("198.51.100.1", CHROME);
        for _ in 0..10 {
            assert_eq!(sign_in(bank, "clerk", PASSWORD, home).await, 303);
            bank.clock.advance_seconds(24 * 3_600);
        }
        sign_in(bank, "clerk", PASSWORD, home).await;
        assert!(marks(bank).await.is_empty());
        bank.clock.advance_seconds(12 * 3_600);
        sign_in(bank, "clerk", PASSWORD, home).await;
        assert_eq!(marks(bank).await, [Mark::UnusualHour]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_used_from_another_address_is_marked_at_once() {
    both(async |bank: &Bank| {
        let token = web::new_token(bank.services.entropy.as_ref());
        let command = spine::org::commands::CreateToken {
            token_hash: web::hash_token(&token),
            name: "nightly".to_owned(),
            role_key: "auditor".to_owned(),
            user_id: Some(bank.user("auditor")),
            expires_at: Some(bank.clock.now().plus_hours(24)),
            limit: None,
        };
        bank.execute("administrator", &command).await.unwrap();
        for (address, expected) in
            [("198.51.100.1", 0), ("198.51.100.1", 0), ("198.51.100.9", 1), ("198.51.100.9", 1)]
        {
            let request = http::Request::get("/admin/journal")
                .header("authorization", format!("Bearer {token}"));
            assert_eq!(ask(bank, request, address, String::new()).await, 200);
            assert_eq!(marks(bank).await.len(), expected, "{address}");
        }
        assert_eq!(marks(bank).await, [Mark::TokenNewAddress]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_filtered_and_paged_and_only_for_who_reads_the_journal() {
    both(async |bank: &Bank| {
        let home = ("198.51.100.1", CHROME);
        sign_in(bank, "clerk", PASSWORD, home).await;
        sign_in(bank, "clerk", PASSWORD, ("203.0.113.7", CHROME)).await;
        let rows = (0..60_u128).map(|n| {
            let id = uuid::Uuid::from_u128(n + 1);
            let sql = "insert into sign_in_mark (id, at, kind, staff_id, address, device) \
                       values ($1, 5, 'dismissed', $2, $3, '')";
            (sql, params![id, bank.user("manager"), format!("10.0.0.{n}")].to_vec())
        });
        for (sql, values) in rows {
            force(bank, sql, &values).await;
        }
        let mut officer = bank.client("security_officer").await;
        let first = officer.get("/admin/sign-ins").await.ok();
        assert!(first.contains("203.0.113.7") && first.contains("10.0.0.59"), "newest first");
        assert!(!first.contains("10.0.0.3<"), "the second page");
        let next = first.split("before=").nth(1).unwrap().split('"').next().unwrap();
        let second = officer.get(&format!("/admin/sign-ins?before={next}")).await.ok();
        for n in [0, 3, 10] {
            assert!(second.contains(&format!("10.0.0.{n}<")), "{n}");
        }
        assert!(!second.contains("10.0.0.59<") && !second.contains("203.0.113.7"));
        let kind = "/admin/sign-ins?field=kind&op=is&value=new_address";
        let only = officer.get(kind).await.ok();
        assert!(only.contains("203.0.113.7") && !only.contains("10.0.0."));
        let who = format!("/admin/sign-ins?field=staff&op=is&value={}", bank.user("clerk"));
        assert!(!officer.get(&who).await.ok().contains("10.0.0."));
        let nonsense = officer.get("/admin/sign-ins?field=kind&op=is&value=x&before=y").await.ok();
        assert!(!nonsense.contains("203.0.113.7"), "what is not understood shows nothing");
        assert_eq!(bank.client("manager").await.get("/admin/sign-ins").await.status, 403);
    })
    .await;
}

/// Not the time is measured, which depends on the machine, but the work: one password check each.
#[tokio::test(flavor = "multi_thread")]
async fn every_login_costs_one_password_check_whether_or_not_somebody_has_it() {
    both(async |bank: &Bank| {
        let dismiss =
            DismissStaff { staff_id: bank.user("auditor"), successor_id: bank.user("clerk") };
        bank.execute("administrator", &dismiss).await.unwrap();
        let none = "update staff set password_hash = null where id = $1";
        force(bank, none, params![bank.user("partner")]).await;
        for login in ["clerk", "nobody", "auditor", "partner", "", "a b"] {
            let before = bank.app.gate.passwords_checked();
            let status = sign_in(bank, login, "guess", ("198.51.100.1", CHROME)).await;
            assert_eq!((status, bank.app.gate.passwords_checked() - before), (422, 1), "{login:?}");
        }
        // locked or not, known or not: then neither costs any
        for login in ["clerk", "nobody"] {
            for _ in 0..SIGN_IN_FAILURES_MAX {
                sign_in(bank, login, "guess", ("198.51.100.2", CHROME)).await;
            }
            let before = bank.app.gate.passwords_checked();
            sign_in(bank, login, "guess", ("198.51.100.2", CHROME)).await;
            assert_eq!(bank.app.gate.passwords_checked(), before, "{login}");
        }
    })
    .await;
}
