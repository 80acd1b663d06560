//! Signing in through a provider: a real one, in a process of its own. `npm ci` brings it.

use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use http::header::{COOKIE, LOCATION, SET_COOKIE};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use kernel::{Clock, Secret, SystemClock};
use server::wiring;
use testkit::{Bank, Browser, Reply};
use web::{Provider, ProviderSetting};

const PUBLIC: &str = "https://bank.test";
const START: &str = "/sign-in/oidc/bank?next=/me/sessions";

/// The provider's process; it ends when its input does.
struct Process {
    child: Child,
    port: u16,
    /// Kept open: it goes on writing.
    _lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(port: u16) -> Process {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/oidc_provider.mjs");
        let mut child = Command::new("node")
            .arg(script)
            .arg(port.to_string())
            .arg(format!("{PUBLIC}/sign-in/oidc/bank/back"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|l| l.strip_prefix("ready ")?.parse().ok());
        Process { port: port.expect("the provider; `npm ci` brings it"), child, _lines: lines }
    }
    fn setting(&self) -> ProviderSetting {
        ProviderSetting {
            key: "bank".to_owned(),
            name: "Bank ID".to_owned(),
            issuer: format!("http://127.0.0.1:{}", self.port),
            client_id: "tessera".to_owned(),
            client_secret: Secret::new("a secret of the test".to_owned()),
            claim: "preferred_username".to_owned(),
            require_acr: None,
            ca_pem: None,
            public_url: PUBLIC.to_owned(),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Lets the bank's pages know a provider; the provider has the machine's clock, so the bank gets it too.
fn connect(bank: &mut Bank, setting: ProviderSetting) {
    bank.clock.set(SystemClock.now());
    let (_, stopping) = tokio::sync::watch::channel(false);
    let setting = web::Setting {
        services: bank.services.clone(),
        demo: None,
        zone: jiff::tz::TimeZone::UTC,
        currency: kernel::Currency::RUB,
        secure_cookies: false,
        proxies: Vec::new(),
        secret_box: bank.app.secret_box.clone(),
        oidc: vec![Provider::new(setting).unwrap()],
        guards: web::Guards::default(),
        party: None,
        stopping,
    };
    (bank.router, bank.app) = web::build_router(setting, wiring::pages()).unwrap();
}

/// Runs a test with a provider of its own.
async fn with_provider(
    change: impl Fn(&mut ProviderSetting),
    test: impl AsyncFn(&Bank, &mut Process),
) {
    for kind in testkit::kinds() {
        println!("-- on {kind:?}");
        let mut process = Process::start(0);
        let mut bank = Box::pin(Bank::open(kind, crate::support::open)).await;
        let mut setting = process.setting();
        change(&mut setting);
        connect(&mut bank, setting);
        Box::pin(test(&bank, &mut process)).await;
    }
}

/// Goes to the provider as a browser does, and comes back with the address it leads to.
async fn visit(there: &str, who: &str) -> String {
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let mut at = url::Url::parse(there).unwrap();
    at.query_pairs_mut().append_pair("login_hint", who);
    let mut cookies: Vec<String> = Vec::new();
    for _ in 0..8 {
        let request = http::Request::get(at.as_str()).header(COOKIE, cookies.join("; "));
        let answer = client.request(request.body(Empty::new()).unwrap()).await.unwrap();
        for line in answer.headers().get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap().to_owned();
            let name = format!("{}=", pair.split('=').next().unwrap());
            cookies.retain(|kept| !kept.starts_with(&name));
            cookies.push(pair);
        }
        let next = answer.headers().get(LOCATION);
        let next = next.unwrap_or_else(|| panic!("{} at {at}", answer.status()));
        at = at.join(next.to_str().unwrap()).unwrap();
        if let Some(path) = at.as_str().strip_prefix(PUBLIC) {
            return path.to_owned();
        }
    }
    panic!("the provider never comes back");
}

async fn begin(browser: &mut Browser) -> String {
    let sent = browser.get(START).await;
    assert_eq!(sent.status, 303, "{}", sent.gist());
    sent.location().to_owned()
}

async fn sign_in(browser: &mut Browser, who: &str) -> Reply {
    let there = begin(browser).await;
    let back = visit(&there, who).await;
    browser.get(&back).await
}

fn has_no_session(browser: &Browser) -> bool {
    browser.cookie("sid").is_none()
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_provider_vouches_for_is_let_in() {
    with_provider(
        |_| (),
        async |bank, _| {
            let mut browser = bank.stranger();
            let page = browser.get("/sign-in?next=/me/sessions").await.ok();
            assert!(page.contains("Sign in with Bank ID") && page.contains(START), "{page}");
            let foreign = http::Request::get(START)
                .header("host", "bank.test")
                .header("sec-fetch-site", "cross-site")
                .body(axum::body::Body::empty())
                .unwrap();
            let sent = tower::ServiceExt::oneshot(bank.router.clone(), foreign).await.unwrap();
            let there = sent.headers().get(LOCATION).unwrap();
            assert_eq!(there, "/sign-in", "another site signs nobody in");
            let there = begin(&mut browser).await;
            for part in ["code_challenge_method=S256", "state=", "nonce=", "response_type=code"] {
                assert!(there.contains(part), "{there}");
            }
            let back = visit(&there, "clerk").await;
            let done = browser.get(&back).await;
            assert_eq!((done.status, done.location()), (303, "/me/sessions"), "{}", done.gist());
            assert!(browser.get("/me/sessions").await.ok().contains("Member clerk"));
            assert!(browser.cookie("oidc").is_none(), "the round is over");
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_browser_that_began_a_round_ends_it_and_once() {
    with_provider(
        |_| (),
        async |bank, _| {
            let mut browser = bank.stranger();
            let there = begin(&mut browser).await;
            let ticket = browser.cookie("oidc").unwrap().to_owned();
            let back = visit(&there, "clerk").await;
            let mut other = bank.stranger();
            begin(&mut other).await;
            let stolen = other.get(&back).await;
            assert_eq!(stolen.status, 400, "another browser: {}", stolen.gist());
            let forged = back.replace("state=", "state=x");
            let mut same = browser.clone();
            assert_eq!(same.get(&forged).await.status, 400, "another state");
            assert_eq!(browser.get(&back).await.status, 303);
            // the code again, with everything else that belongs to it
            let mut again = bank.stranger();
            again.set_cookie("oidc", &ticket);
            let reused = again.get(&back).await;
            assert_eq!(reused.status, 502, "{}", reused.gist());
            assert!(has_no_session(&again) && has_no_session(&other) && has_no_session(&same));
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_round_does_not_hold() {
    with_provider(
        |_| (),
        async |bank, _| {
            for (part, other) in [("nonce=", "nonce=x"), ("code_challenge=", "code_challenge=x")] {
                let mut browser = bank.stranger();
                let there = begin(&mut browser).await;
                let mut changed = there.replace(part, other);
                if part == "code_challenge=" {
                    // it keeps the length the provider asks for
                    let (head, tail) = there.split_once(part).unwrap();
                    changed = format!("{head}{part}{}{}", "x".repeat(43), &tail[43..]);
                }
                assert_ne!(there, changed);
                let back = visit(&changed, "clerk").await;
                let refused = browser.get(&back).await;
                assert_eq!(refused.status, 502, "{part}: {}", refused.gist());
                assert!(has_no_session(&browser), "{part}");
            }
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_and_the_dismissed_are_turned_away() {
    with_provider(
        |_| (),
        async |bank, _| {
            let dismiss = spine::org::edit::DismissStaff {
                staff_id: bank.user("auditor"),
                successor_id: bank.user("clerk"),
            };
            bank.execute("administrator", &dismiss).await.unwrap();
            for who in ["nobody", "auditor"] {
                let mut browser = bank.stranger();
                let refused = sign_in(&mut browser, who).await;
                assert_eq!(refused.status, 403, "{who}: {}", refused.gist());
                assert!(refused.body.contains("not among the bank"), "{}", refused.gist());
                assert!(has_no_session(&browser));
            }
            let mut browser = bank.stranger();
            begin(&mut browser).await;
            let state = "/sign-in/oidc/bank/back?error=access_denied&state=x";
            assert_eq!(browser.get(state).await.status, 400);
            assert_eq!(browser.get("/sign-in/oidc/other").await.status, 404);
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_changes_its_keys_is_asked_again_and_one_that_is_away_says_so() {
    with_provider(
        |_| (),
        async |bank, process| {
            assert_eq!(sign_in(&mut bank.stranger(), "clerk").await.status, 303);
            let port = process.port;
            drop(process.child.kill());
            drop(process.child.wait());
            let mut browser = bank.stranger();
            let there = begin(&mut browser).await;
            *process = Process::start(port);
            let back = visit(&there, "manager").await;
            let done = browser.get(&back).await;
            assert_eq!(done.status, 303, "signed with a new key: {}", done.gist());
            let mut late = bank.stranger();
            let there = begin(&mut late).await;
            let back = visit(&there, "manager").await;
            drop(process.child.kill());
            drop(process.child.wait());
            let failed = late.get(&back).await;
            assert_eq!(failed.status, 502);
            assert!(failed.body.contains("For whoever looks into it"), "{}", failed.gist());
            let fields = [("login", "clerk"), ("password", testkit::PASSWORD), ("next", "/")];
            assert_eq!(late.post("/sign-in", &fields).await.status, 303, "a password still works");
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_level_of_proof_is_as_the_bank_requires() {
    let strong = |setting: &mut ProviderSetting| {
        setting.require_acr = Some("urn:bank:strong".to_owned());
    };
    with_provider(strong, async |bank, _| {
        let mut browser = bank.stranger();
        let weak = sign_in(&mut browser, "clerk").await;
        assert_eq!(weak.status, 502, "{}", weak.gist());
        assert!(has_no_session(&browser));
        let done = sign_in(&mut browser, "clerk+urn:bank:strong").await;
        assert_eq!(done.status, 303, "{}", done.gist());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_address_counts_only_when_it_is_proved() {
    let mail = |setting: &mut ProviderSetting| setting.claim = "email".to_owned();
    with_provider(mail, async |bank, _| {
        let refused = sign_in(&mut bank.stranger(), "clerk").await;
        assert_eq!(refused.status, 502, "{}", refused.gist());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_second_factor_is_asked_for_after_the_provider() {
    with_provider(
        |_| (),
        async |bank, _| {
            let sql =
                "insert into totp (staff_id, secret, last_step, created_at) values ($1, $2, 0, 0)";
            let row = store::params![bank.user("clerk"), vec![1_u8]];
            crate::support::force(bank, sql, row).await;
            let mut browser = bank.stranger();
            let next = sign_in(&mut browser, "clerk").await;
            assert_eq!((next.status, next.location()), (303, "/sign-in/code"));
            assert!(has_no_session(&browser));
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_passes_to_another_account_lets_nobody_in() {
    with_provider(
        |_| (),
        async |bank, _| {
            let rename = async |from: &str, to: &str| {
                let sql = "update staff set login = $1 where login = $2";
                crate::support::force(bank, sql, store::params![to, from]).await;
            };
            let other = "0b7|clerk";
            let mut first = bank.stranger();
            assert_eq!(sign_in(&mut first, "clerk").await.status, 303, "links the account");
            let mut taker = bank.stranger();
            let refused = sign_in(&mut taker, other).await;
            assert_eq!(refused.status, 403, "{}", refused.gist());
            assert!(refused.body.contains("linked to another account"), "{}", refused.gist());
            assert!(has_no_session(&taker));
            rename("clerk", "k.clerk").await;
            let mut again = bank.stranger();
            assert_eq!(sign_in(&mut again, "clerk").await.status, 303, "he, by whatever name");
            assert!(again.get("/me/sessions").await.ok().contains("Member clerk"));
            rename("k.clerk", "clerk").await;

            let place = format!("/admin/staff/{}", bank.user("clerk"));
            let mut administrator = bank.client("administrator").await;
            let page = administrator.get(&place).await.ok();
            assert!(page.contains("/provider/unlink"), "{page}");
            let id = bank.form_id();
            let unlink = format!("{place}/provider/unlink");
            assert_eq!(administrator.post(&unlink, &[("_id", &id)]).await.status, 303);
            assert_eq!(again.get("/me/sessions").await.status, 303, "his sessions have ended");
            assert_eq!(sign_in(&mut bank.stranger(), other).await.status, 303, "links anew");
            let refused = sign_in(&mut bank.stranger(), "clerk").await;
            assert_eq!(refused.status, 403, "{}", refused.gist());
        },
    )
    .await;
}
