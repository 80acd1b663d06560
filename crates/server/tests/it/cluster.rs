//! A primary with a streaming replica and two nodes: TLS, reading from the replica by intent, and a primary that
//! dies under load.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use kernel::{ClientId, Currency, RandomEntropy, SystemClock};
use server::wiring::{self, Node, Setting};
use store::{Read, ReplicaSetting, Store, StoreError, StoreSetting, Value};
use testkit::{Browser, Kind};
use tokio::sync::watch;

use crate::command_line::{Serving, path, tessera};
use crate::operation::get;

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres.sh")
}

/// A throw-away primary with a synchronous replica, gone when dropped.
pub(crate) struct Pair(BTreeMap<String, String>);

impl Pair {
    /// None only where nobody has PostgreSQL, which the build machine does not allow.
    pub(crate) fn start() -> Option<Pair> {
        if !testkit::kinds().contains(&Kind::Postgres) {
            return None;
        }
        let done = Command::new(script()).arg("pair").output().unwrap();
        let complaint = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{complaint}");
        let said = String::from_utf8(done.stdout).unwrap();
        let pairs = said.lines().filter_map(|line| line.split_once('='));
        Some(Pair(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }
    fn said(&self, name: &str) -> &str {
        &self.0[name]
    }
    fn order(&self, word: &str) {
        let done = Command::new(script()).args([word, self.said("DIR")]).output().unwrap();
        assert!(done.status.success(), "{word}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        // a test that has failed says so itself
        let stopped = Command::new(script()).args(["stop", self.said("DIR")]).status();
        assert!(stopped.is_ok());
    }
}

/// Looks again and again, as often as the event may come; never for longer than it may take.
pub(crate) async fn until(within: Duration, what: &str, mut happened: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_millis(50));
    while !happened().await {
        assert!(begin.elapsed() < within, "{what} has not happened");
        tick.tick().await;
    }
}

async fn number(url: &str, sql: &str) -> i64 {
    let store = Store::open(url).await.unwrap();
    store.reader.clone().first(sql, &[]).await.unwrap().unwrap().one().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_to_the_database_proves_who_answers() {
    let Some(pair) = Pair::start() else { return };
    let (primary, dir) = (pair.said("PRIMARY"), pair.said("DIR"));
    let by_number = primary.replace("@localhost:", "@127.0.0.1:");
    let is_secured = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    let right = format!("sslrootcert={dir}/right-ca.pem");
    let wrong = format!("sslrootcert={dir}/wrong-ca.pem");
    for (url, secured) in [
        (format!("{primary}?sslmode=disable"), 0),
        (primary.to_owned(), 1),
        (format!("{primary}?sslmode=require"), 1),
        (format!("{primary}?sslmode=verify-full&{right}"), 1),
        (format!("{by_number}?sslmode=verify-ca&{right}"), 1),
    ] {
        assert_eq!(
            number(&url, is_secured).await,
            secured,
            "{}",
            url.split('?').next_back().unwrap()
        );
    }
    for (url, words) in [
        // made out by somebody else
        (format!("{primary}?sslmode=verify-full&{wrong}"), "UnknownIssuer"),
        (format!("{primary}?sslmode=require&{wrong}"), "UnknownIssuer"),
        // made out to another name
        (format!("{by_number}?sslmode=verify-full&{right}"), "not valid for name"),
        // nobody this machine trusts
        (format!("{primary}?sslmode=verify-full"), "UnknownIssuer"),
    ] {
        let error = Store::open(&url).await.err().expect("refused").to_string();
        assert!(error.contains("certificate") && error.contains(words), "{error}");
        assert!(!error.contains(pair.said("PRIMARY")), "no password in what is said");
    }
}

/// A node over the pair in demo mode, and its browser, signed in by a button.
async fn node(pair: &Pair, lag_max: Duration, patience: Duration) -> (Node, Browser) {
    let (_stop, stopping) = watch::channel(false);
    let url = pair.said("REPLICA").to_owned();
    let replica = Some(ReplicaSetting { url, lag_max });
    let logins = spine::org::ROLES.iter().map(|r| (r.key.to_owned(), r.key.to_owned()));
    let setting = Setting {
        // commits do not wait for the replica: here it shall be behind
        url: format!("{}?options=-c%20synchronous_commit%3Dlocal", pair.said("PRIMARY")),
        store: StoreSetting { replica, patience, is_durable: false, ..StoreSetting::default() },
        node: "test".to_owned(),
        lease: None,
        jurisdiction: "ru".to_owned(),
        currency: Currency::RUB,
        zone: TimeZone::get("Europe/Moscow").unwrap(),
        secure_cookies: false,
        proxies: Vec::new(),
        root: Some(testkit::root()),
        oidc: Vec::new(),
        guards: web::Guards::default(),
        party: None,
        demo: Some(web::DemoMode { logins: logins.collect() }),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(RandomEntropy),
        stopping,
    };
    let node = Node::open(setting, wiring::modules(), wiring::pages()).await.unwrap();
    if node.services.directory.get().staff.is_empty() {
        let system = node.services.system("setup");
        let staff = testkit::organisation();
        node.services.execute(&system, system.command_id(), &staff).await.unwrap();
    }
    let browser = signed_in(&node).await;
    (node, browser)
}

async fn signed_in(node: &Node) -> Browser {
    let mut browser = Browser::new(node.router.clone());
    assert_eq!(browser.post("/demo/sign-in", &[("role", "manager")]).await.status, 303);
    browser
}

/// A statement of the replica's administrator.
async fn on_replica(pair: &Pair, sql: &str) {
    let replica = Store::open(pair.said("REPLICA")).await.unwrap();
    replica.reader.clone().query(sql, &[]).await.unwrap();
}

async fn register(node: &Node, browser: &mut Browser, name: &str) -> ClientId {
    let id = node.services.system("test").command_id().to_string();
    let fields = [("kind", "person"), ("last_name", name), ("first_name", "Анна")];
    crate::clients::register(browser, &id, &fields).await
}

/// Whether the client list shows somebody.
async fn shows(browser: &mut Browser, client: ClientId) -> bool {
    browser.get("/clients").await.ok().contains(&format!("/clients/{client}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_read_from_the_replica_but_never_without_ones_own_writes() {
    let Some(pair) = Pair::start() else { return };
    let (a, mut writer) = node(&pair, Duration::from_secs(30), Duration::from_secs(20)).await;
    let (b, mut bystander) = node(&pair, Duration::from_secs(30), Duration::from_secs(20)).await;
    let (strict, mut impatient) = node(&pair, Duration::ZERO, Duration::from_secs(20)).await;
    let early = register(&a, &mut writer, "Ранняя").await;
    until(Duration::from_secs(10), "replaying", async || shows(&mut bystander, early).await).await;
    // a first connection may come too late for its page; from now on the replica answers
    until(Duration::from_secs(10), "a replica", async || {
        let mut reader = b.services.reader.lagging(spine::Mark::NONE).await;
        let sql = "select cast(pg_is_in_recovery() as int)";
        reader.first(sql, &[]).await.unwrap().unwrap().one::<i64>().unwrap() == 1
    })
    .await;
    on_replica(&pair, "select cast(pg_wal_replay_pause() as text)").await;
    let late = register(&a, &mut writer, "Поздняя").await;
    // his own write goes with him, to any node
    assert!(shows(&mut writer, late).await);
    let mut elsewhere = Browser::new(b.router.clone());
    for name in ["sid", "seen"] {
        elsewhere.set_cookie(name, writer.cookie(name).expect(name));
    }
    assert!(shows(&mut elsewhere, late).await);
    // others see the bank as it was a moment ago: the replica does answer (a busy machine may be too slow for it
    // now and then, and then the primary does)
    until(Duration::from_secs(10), "lagging", async || !shows(&mut bystander, late).await).await;
    // but not a part that is fetched because something has changed
    let live = [("x-requested-with", "live")];
    let (get, none) = (http::Method::GET, axum::body::Body::empty);
    let part = bystander.send(get, "/clients", none(), &live).await;
    assert!(part.ok().contains(&late.to_string()));
    // nor where the replica may not be that far behind
    strict.services.look().await.unwrap();
    assert!(shows(&mut impatient, late).await);
    on_replica(&pair, "select cast(pg_wal_replay_resume() as text)").await;
    until(Duration::from_secs(10), "catching up", async || shows(&mut bystander, late).await).await;
    // promoted, it is no replica any more; the primary answers
    pair.order("promote");
    let last = register(&a, &mut writer, "Последняя").await;
    assert!(shows(&mut bystander, last).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_comes_back_is_waited_for_and_one_that_does_not_is_told() {
    let Some(pair) = Pair::start() else { return };
    let (node, mut browser) = node(&pair, Duration::from_secs(10), Duration::from_secs(2)).await;
    // every connection of the pool dies: nobody notices
    pair.order("restart");
    let after = register(&node, &mut browser, "Перезапуск").await;
    assert!(shows(&mut browser, after).await);
    pair.order("kill");
    let form = [("kind", "person"), ("last_name", "Никогда"), ("first_name", "Анна")];
    let begin = Instant::now();
    let reply = browser.post("/clients/new", &form).await;
    assert!(begin.elapsed() > Duration::from_secs(1), "it was waited for");
    assert_eq!((reply.status, reply.header("retry-after")), (503, "5"));
    let mut supervisor = Browser::new(node.router.clone());
    until(Duration::from_secs(10), "being old", async || {
        supervisor.get("/ready").await.status == 503
    })
    .await;
    assert_eq!(supervisor.get("/health").await.status, 200, "the process is well");
    let begin = Instant::now();
    assert_eq!(browser.get("/clients").await.status, 503);
    assert!(begin.elapsed() < Duration::from_secs(2), "an old outage is told at once");
    let mut program = Browser::new(node.router.clone());
    program.set_token("no token");
    let reply = program.get("/api/v1/clients").await;
    assert_eq!((reply.status, reply.header("content-type")), (503, "application/problem+json"));
}

const PATIENCE: Duration = Duration::from_secs(20);

/// The key file of all nodes of a test.
pub(crate) fn key(folder: &Path) -> String {
    testkit::write_key(&folder.join("key"));
    path(folder, "key")
}

/// A bank with some clients, and a token that may write notes, in a file.
pub(crate) fn filled(url: &str, folder: &Path) -> String {
    let key = key(folder);
    let bank = ["generate", "--clients", "40", "--interactions", "40", "--seed", "1", "--db", url];
    let bank: Vec<&str> = bank.into_iter().chain(["--key-file", &key]).collect();
    assert_eq!(tessera(&["migrate", "--db", url]).0, 0);
    let (code, said, complaint) = tessera(&bank);
    assert_eq!(code, 0, "{said}{complaint}");
    let (code, token, complaint) = tessera(&["token", "create", "--role", "operator", "--db", url]);
    assert_eq!(code, 0, "{complaint}");
    let file = path(folder, "token");
    std::fs::write(&file, token).unwrap();
    file
}

/// Runs the witness on a thread of its own; answers its report.
pub(crate) fn witness(
    nodes: &[String],
    token: &str,
    seconds: u64,
    folder: &Path,
) -> std::thread::JoinHandle<serde_json::Value> {
    let file = path(folder, "witness.json");
    let (seconds, token) = (seconds.to_string(), token.to_owned());
    let urls: Vec<String> =
        nodes.iter().flat_map(|n| ["--url".to_owned(), format!("http://{n}")]).collect();
    std::thread::spawn(move || {
        let mut args =
            vec!["witness", "--token-file", &token, "--seconds", &seconds, "--json", &file];
        args.extend(urls.iter().map(String::as_str));
        let (code, said, complaint) = tessera(&args);
        println!("{said}");
        assert_eq!(code, 0, "{said}{complaint}");
        serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap()
    })
}

/// A node as a process: its addresses for pages and for numbers.
fn serve(pair: &Pair, folder: &Path, name: &str) -> (Serving, String, String) {
    let config = path(folder, &format!("{name}.toml"));
    let text = format!(
        "db = '{}'\nreplica = '{}'\nlisten = '127.0.0.1:0'\noperation = '127.0.0.1:0'\nnode = '{name}'\n\
         secure_cookies = false\npatience_seconds = {}\nkey_file = '{}'\n",
        pair.said("BOTH"),
        pair.said("REPLICA"),
        PATIENCE.as_secs(),
        key(folder)
    );
    std::fs::write(&config, text).unwrap();
    let mut serving = Serving::start(&["serve", "--config", &config]);
    let numbers = serving.says("watched http://").replace("/metrics", "");
    let pages = serving.says("ready http://");
    (serving, pages, numbers)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promoted_replica_has_all_that_was_acknowledged_and_the_nodes_go_on() {
    let Some(pair) = Pair::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let token = filled(pair.said("PRIMARY"), folder.path());
    let (a, pages_a, numbers_a) = serve(&pair, folder.path(), "a");
    let (b, pages_b, _) = serve(&pair, folder.path(), "b");
    let nodes = [pages_a.clone(), pages_b.clone()];
    let witness = witness(&nodes, &token, 15, folder.path());
    let notes = "select count(*) from interaction where body like 'witness %'";
    let has = async |url: &str, count: i64| number(url, notes).await >= count;
    until(Duration::from_secs(20), "writing", async || has(pair.said("PRIMARY"), 100).await).await;
    pair.order("kill");
    pair.order("promote");
    let before = number(pair.said("REPLICA"), notes).await;
    until(PATIENCE, "writing again", async || has(pair.said("REPLICA"), before + 50).await).await;
    let report = witness.join().unwrap();
    for nothing in ["lost", "doubled", "missed_own"] {
        assert_eq!(report[nothing], 0, "{report}");
    }
    assert!(report["acknowledged"].as_u64().unwrap() > 150, "{report}");
    assert!(report["readings"].as_u64().unwrap() > 150, "{report}");
    assert_eq!(report["repeated"].get("503"), None, "the nodes have waited: {report}");
    for pages in &nodes {
        assert_eq!(get(pages, "/ready").await.0, 200, "by itself");
    }
    let (_, numbers) = get(&numbers_a, "/metrics").await;
    assert!(numbers.contains("tessera_lagging_reads_total{from=\"replica\"}"), "{numbers}");
    assert!(numbers.contains("tessera_database_lost_total{database=\"primary\"}"), "{numbers}");
    for node in [a, b] {
        let (well, complaint) = node.stop();
        assert!(well, "{complaint}");
    }
    let (code, said, _) = tessera(&["journal", "verify", "--db", pair.said("REPLICA")]);
    assert_eq!((code, said.starts_with("whole")), (0, true), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_that_is_no_outage_is_not_waited_for() {
    if !testkit::kinds().contains(&Kind::Postgres) {
        return;
    }
    let database = testkit::Database::new(Kind::Postgres).await;
    let store = Store::open(database.url()).await.unwrap();
    let begin = Instant::now();
    let error = store.reader.clone().query("select $1 + nonsense", &[Value::Int(1)]).await;
    assert!(matches!(error, Err(StoreError::Postgres(_))), "{error:?}");
    assert!(begin.elapsed() < Duration::from_secs(5));
}
