//! A real program over a database of its own, that can be killed and started again; and a line to it.

use std::io::{BufRead, BufReader, Lines};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use kernel::{Entropy, RandomEntropy, SeededEntropy, SystemClock, UserId};
use serde_json::Value as Json;
use spine::org::commands::CreateToken;
use store::{Read, Store};
use testkit::{Asked, Kind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::api::Rights;
use crate::command_line::{path, tessera};
use crate::support::open;

/// How long one request may take before it counts as not acknowledged.
const ANSWERS_WITHIN: Duration = Duration::from_secs(40);

/// A PostgreSQL that is killed: with fsync, of this test alone, gone when dropped.
pub(super) struct Cluster {
    dir: String,
    url: String,
}

fn script(args: &[&str]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres.sh");
    let done = Command::new(script).args(args).output().unwrap();
    let complaint = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{args:?}: {complaint}");
    String::from_utf8(done.stdout).unwrap()
}

impl Cluster {
    pub(super) fn start() -> Cluster {
        let said = script(&["alone"]);
        let word = |name: &str| {
            let line = said.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("{said}")).to_owned()
        };
        Cluster { dir: word("DIR="), url: word("URL=") }
    }
    /// Kills it with all its processes, as a power cut would.
    pub(super) fn kill(&self) {
        script(&["kill", &self.dir]);
    }
    /// Stops it in order.
    pub(super) fn halt(&self) {
        script(&["halt", &self.dir]);
    }
    /// Starts it again.
    pub(super) fn again(&self) {
        script(&["again", &self.dir]);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // a test that has failed says so itself
        script(&["stop", &self.dir]);
    }
}

/// A running program.
pub(super) struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Its number.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }
    /// Waits until it says that it is ready; answers its address, or nothing when it was killed before.
    pub(super) fn ready(&mut self) -> Option<String> {
        loop {
            let line = self.lines.next()?.unwrap();
            if let Some(address) = line.strip_prefix("ready http://") {
                return Some(address.to_owned());
            }
        }
    }
    /// Kills it on the spot.
    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
    /// Asks it to stop; it must end well.
    pub(super) fn stop(mut self) {
        let pid = self.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // it has ended already when the test went well
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A database, the program's configuration over it, and who may do what.
pub(super) struct Rig {
    pub(super) url: String,
    pub(super) config: String,
    /// Of a manager who may do everything.
    pub(super) token: String,
    /// Another member of staff, who gets tasks.
    pub(super) colleague: UserId,
    pub(super) cluster: Option<Cluster>,
    pub(super) folder: tempfile::TempDir,
}

impl Rig {
    /// A bank with staff and no clients; `more` stands in the configuration.
    pub(super) async fn new(kind: Kind, more: &str) -> Rig {
        Self::within(kind, more, tempfile::tempdir().unwrap()).await
    }
    /// The same in a given folder.
    pub(super) async fn within(kind: Kind, more: &str, folder: tempfile::TempDir) -> Rig {
        let cluster = (kind == Kind::Postgres).then(Cluster::start);
        let url = match &cluster {
            Some(cluster) => cluster.url.clone(),
            None => format!("sqlite:{}", path(folder.path(), "bank.db")),
        };
        let key = folder.path().join("key");
        testkit::write_key(&key);
        let config = path(folder.path(), "tessera.toml");
        let text = format!(
            "db = '{url}'\nlisten = '127.0.0.1:0'\nsecure_cookies = false\nkey_file = '{}'\n\
             webhooks_inside = true\n{more}",
            key.display()
        );
        std::fs::write(&config, text).unwrap();
        assert_eq!(tessera(&["migrate", "--db", &url]).0, 0);
        let (token, colleague) = people(&url).await;
        Rig { url, config, token, colleague, cluster, folder }
    }
    /// One number out of the database, past the program.
    pub(super) async fn number(&self, sql: &str) -> i64 {
        let store = self.store().await;
        store.reader.clone().first(sql, &[]).await.unwrap().unwrap().one().unwrap()
    }
    /// What the program writes on standard error.
    pub(super) fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
    /// Starts the program, and does not wait.
    pub(super) fn start(&self) -> Process {
        self.start_by(Command::new(env!("CARGO_BIN_EXE_tessera")))
    }
    /// The same by another command, to which `serve --config FILE` is added.
    pub(super) fn start_by(&self, mut command: Command) -> Process {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log()).unwrap();
        let mut child = command
            .args(["serve", "--config", &self.config])
            .env("TESSERA_LOG", "warn")
            .stdout(Stdio::piped())
            .stderr(Stdio::from(log))
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Process { child, lines }
    }
    /// The database, past the program.
    pub(super) async fn store(&self) -> Store {
        Store::open(&self.url).await.unwrap()
    }
}

/// Staff, and a manager's token with every right over the whole bank.
async fn people(url: &str) -> (String, UserId) {
    let (_stop, stopping) = tokio::sync::watch::channel(false);
    let asked = Asked {
        url: url.to_owned(),
        clock: Arc::new(SystemClock),
        entropy: Arc::new(RandomEntropy),
        demo: None,
        stopping,
    };
    let node = open(asked).await;
    let system = node.services.system("setup");
    let staff = testkit::organisation();
    node.services.execute(&system, system.command_id(), &staff).await.unwrap();
    let role_key = Rights { services: &node.services }.all().await;
    let directory = node.services.directory.get();
    let who = |login: &str| directory.staff.values().find(|s| s.login == login).unwrap().id;
    let token = web::new_token(&RandomEntropy);
    let command = CreateToken {
        token_hash: web::hash_token(&token),
        name: "a program".to_owned(),
        role_key,
        user_id: Some(who("manager")),
        expires_at: None,
        limit: None,
    };
    node.services.execute(&system, system.command_id(), &command).await.unwrap();
    (token, who("manager_same"))
}

/// A request.
#[derive(Clone, Debug, Default)]
pub(super) struct Request {
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// Of the API.
    pub(super) fn get(path: &str, token: &str) -> Request {
        let headers = vec![("authorization", format!("Bearer {token}"))];
        Request { method: "GET", path: path.to_owned(), headers, body: Vec::new() }
    }
    /// Of the API, with a key under which it may be repeated.
    pub(super) fn post(path: &str, token: &str, key: &str, json: &Json) -> Request {
        let mut request = Self::get(path, token);
        request.method = "POST";
        request.body = json.to_string().into_bytes();
        request.headers.push(("content-type", "application/json".to_owned()));
        request.headers.push(("idempotency-key", key.to_owned()));
        request
    }
    /// A form of a person's, by his session.
    pub(super) fn form(path: &str, sid: &str, fields: &[(&str, &str)]) -> Request {
        let mut encoded = url::form_urlencoded::Serializer::new(String::new());
        let body = encoded.extend_pairs(fields).finish().into_bytes();
        let headers = vec![
            ("cookie", format!("sid={sid}; lang=ru")),
            ("sec-fetch-site", "same-origin".to_owned()),
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
        ];
        Request { method: "POST", path: path.to_owned(), headers, body }
    }
    /// A page, by a person's session.
    pub(super) fn page(path: &str, sid: &str) -> Request {
        Request { method: "GET", body: Vec::new(), ..Self::form(path, sid, &[]) }
    }
    /// Of the API: a file.
    pub(super) fn file(path: &str, token: &str, key: &str, content: &[u8]) -> Request {
        let mut request = Self::post(path, token, key, &Json::Null);
        request.body = content.to_vec();
        request.headers[1].1 = "application/octet-stream".to_owned();
        request
    }
    pub(super) fn bytes(&self, address: &str) -> Vec<u8> {
        let mut head = format!(
            "{} {} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-length: {}\r\n",
            self.method,
            self.path,
            self.body.len()
        );
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        [head.into_bytes(), self.body.clone()].concat()
    }
}

/// A whole answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or(Json::Null)
    }
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    /// A header, by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let beginning = format!("{name}: ");
        self.head.lines().find_map(|line| line.strip_prefix(&beginning))
    }
}

/// Sends a request on a line of its own. Only an answer that came whole is one.
pub(super) async fn ask(address: &str, request: &Request) -> Result<Answer, String> {
    let exchange = async {
        let mut socket = TcpStream::connect(address).await?;
        socket.write_all(&request.bytes(address)).await?;
        let mut reply = Vec::new();
        socket.read_to_end(&mut reply).await?;
        Ok::<_, std::io::Error>(reply)
    };
    let reply = match tokio::time::timeout(ANSWERS_WITHIN, exchange).await {
        Ok(reply) => reply.map_err(|e| e.to_string())?,
        Err(_) => return Err("no answer in time".to_owned()),
    };
    whole(&reply).ok_or_else(|| "the answer broke off".to_owned())
}

fn whole(reply: &[u8]) -> Option<Answer> {
    let end = reply.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8(reply[..end].to_vec()).ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let body = reply[end + 4..].to_vec();
    let answer = Answer { status, head, body };
    let length: Option<usize> = answer.header("content-length").and_then(|l| l.parse().ok());
    match length {
        Some(length) if answer.body.len() == length => Some(answer),
        Some(_) => None,
        // a stream of chunks ends with an empty one
        None => answer.body.ends_with(b"0\r\n\r\n").then_some(answer),
    }
}

/// Signs the manager in; answers his session.
pub(super) async fn sign_in(address: &str) -> String {
    let fields = [("login", "manager"), ("password", testkit::PASSWORD)];
    let answer = ask(address, &Request::form("/sign-in", "", &fields)).await.unwrap();
    assert_eq!(answer.status, 303, "{}", answer.text());
    let cookies = answer.head.lines().filter_map(|line| line.strip_prefix("set-cookie: sid="));
    cookies.map(|cookie| cookie.split(';').next().unwrap().to_owned()).next().unwrap()
}

/// What a health address says.
pub(super) async fn health(address: &str, path: &str) -> (u16, String) {
    let answer = ask(address, &Request::page(path, "")).await.unwrap();
    (answer.status, answer.text().trim().to_owned())
}

/// The id of what was made.
pub(super) fn made(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// What an answer says that tells of trouble with the database: its code.
pub(super) fn trouble(answer: &Answer) -> String {
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert_eq!(answer.header("retry-after"), Some("5"), "{}", answer.head);
    answer.json()["code"].as_str().unwrap_or_default().to_owned()
}

/// Lets a moment pass, in which whatever is under way goes on.
pub(super) async fn moment(length: Duration) {
    // nothing ever arrives here: what ends it is the time
    let nothing = std::future::pending::<()>();
    assert!(tokio::time::timeout(length, nothing).await.is_err());
}

/// Chance that can be repeated.
pub(super) struct Dice(SeededEntropy);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(SeededEntropy::new(seed))
    }
    /// A number below `end`.
    pub(super) fn below(&self, end: u64) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_be_bytes(bytes) % end
    }
}
