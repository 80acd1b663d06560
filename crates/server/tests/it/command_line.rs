//! The program as people start it: subcommands, what they print, their exit codes.

use std::io::{BufRead, BufReader, Lines, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::JoinHandle;

use testkit::{Bank, Database};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Note, both, force, number};

/// Runs `tessera`; answers exit code, standard output, standard error.
pub(crate) fn tessera(args: &[&str]) -> (i32, String, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_tessera"))
        .args(args)
        .env("TESSERA_LOG", "warn")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    (done.status.code().unwrap(), text(&done.stdout), text(&done.stderr))
}

pub(crate) fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bank_moves_to_another_database_by_backup_and_restore() {
    both(async |bank: &Bank| {
        bank.execute("clerk", &Note::new("a", "1")).await.unwrap();
        bank.settle().await;
        let folder = tempfile::tempdir().unwrap();
        let file = path(folder.path(), "bank.backup");
        let (code, said, _) = tessera(&["backup", &file, "--db", bank.url()]);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains(" rows of "), "{said}");
        assert!(!folder.path().join("bank.backup.partial").exists());
        let (code, _, complaint) = tessera(&["backup", &file, "--db", bank.url()]);
        assert_eq!((code, complaint.contains("already there")), (2, true), "{complaint}");
        for kind in testkit::kinds() {
            let target = Database::new(kind).await;
            let (code, said, complaint) = tessera(&["restore", &file, "--db", target.url()]);
            assert_eq!((code, complaint.as_str()), (0, ""));
            assert!(said.contains("restored"), "{said}");
            let (code, said, _) = tessera(&["journal", "verify", "--db", target.url()]);
            assert_eq!((code, said.starts_with("whole: ")), (0, true), "{said}");
            // what the doctor says of the clock depends on the day this test runs
            let (_, said, _) = tessera(&["doctor", "--db", target.url()]);
            for line in ["schema          ok", "administrators  ok", "jobs            ok"] {
                assert!(said.contains(line), "{said}");
            }
            let (code, _, complaint) = tessera(&["restore", &file, "--db", target.url()]);
            assert_eq!((code, complaint.contains("not empty")), (2, true), "{complaint}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tampered_journal_ends_verify_with_one() {
    both(async |bank: &Bank| {
        bank.execute("clerk", &Note::new("a", "1")).await.unwrap();
        bank.settle().await;
        let sql = "update journal_entry set changes = '{}' where command = 'test.note'";
        force(bank, sql, &[]).await;
        let (code, said, _) = tessera(&["journal", "verify", "--db", bank.url()]);
        assert_eq!(code, 1);
        assert!(said.starts_with("BROKEN at entry ") && said.contains("test.note"), "{said}");
    })
    .await;
}

#[test]
fn a_wrong_path_brings_forth_no_empty_bank() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", path(folder.path(), "typo.db"));
    for task in [&["backup", "x"][..], &["doctor"], &["journal", "verify"]] {
        let args: Vec<&str> = task.iter().copied().chain(["--db", &url]).collect();
        let (code, said, complaint) = tessera(&args);
        assert_ne!(code, 0, "{task:?}");
        assert!(format!("{said}{complaint}").contains("there is no database"), "{task:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let (code, _, complaint) = tessera(&["migrate", "--db", "mysql://x"]);
    assert_eq!((code, complaint.contains("not a database URL")), (2, true), "{complaint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_the_api_in_its_role() {
    both(async |bank: &Bank| {
        let (code, token, complaint) =
            tessera(&["token", "create", "--role", "auditor", "--db", bank.url()]);
        assert_eq!((code, token.len()), (0, 64), "{complaint}");
        bank.services.directory.reload(&bank.services.reader).await.unwrap();
        // tokens made by the machine's clock hold in the test's time too: they have no end
        let mut program = bank.stranger();
        program.set_token(&token);
        let right = bank.app.routes.iter().find(|r| r.access == "app.use" && r.method == "GET");
        let path = right.unwrap().path;
        assert_eq!(bank.stranger().get_part(path).await.status, 401);
        assert_ne!(program.get_part("/me/sessions").await.status, 401);
        let (code, _, complaint) =
            tessera(&["token", "create", "--role", "emperor", "--db", bank.url()]);
        assert_eq!((code, complaint.contains("role-unknown")), (2, true), "{complaint}");
        let narrowed = ["token", "create", "--role", "auditor", "--permission", "app.use"];
        let narrowed = [narrowed.as_slice(), &["--days", "0", "--db", bank.url()]].concat();
        let (code, token, complaint) = tessera(&narrowed);
        assert_eq!((code, token.len()), (0, 64), "{complaint}");
        program.set_token(&token);
        assert_eq!(program.get("/admin/journal").await.status, 403);
        let beyond = ["token", "create", "--role", "auditor", "--permission", "admin.jobs"];
        let beyond = [beyond.as_slice(), &["--db", bank.url()]].concat();
        let (code, _, complaint) = tessera(&beyond);
        assert_eq!((code, complaint.contains("token-beyond-role")), (2, true), "{complaint}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lost_his_password_gets_a_new_one_to_be_changed() {
    both(async |bank: &Bank| {
        let mut before = bank.client("administrator").await;
        let (code, password, complaint) =
            tessera(&["password", "administrator", "--db", bank.url()]);
        assert_eq!((code, password.len()), (0, 16), "{complaint}");
        assert_eq!(before.get("/me/sessions").await.status, 303, "his sessions end");
        let mut again = bank.stranger();
        let fields = [("login", "administrator"), ("password", password.as_str())];
        assert_eq!(again.post("/sign-in", &fields).await.status, 303);
        assert_eq!(again.get("/me/sessions").await.location(), "/me/password");
        let (code, _, complaint) = tessera(&["password", "emperor", "--db", bank.url()]);
        assert_eq!((code, complaint.contains("nobody here")), (2, true), "{complaint}");
    })
    .await;
}

/// A program that serves; ended when dropped.
pub(crate) struct Serving {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// Reads what it complains of while it works: a pipe that nobody reads fills up, and whoever writes into it waits.
    complaint: Option<JoinHandle<String>>,
}

impl Serving {
    pub(crate) fn start(args: &[&str]) -> Serving {
        Self::start_with(args, &[("TESSERA_LOG", "warn")])
    }
    /// The same with everything it can say in its logs, structured.
    pub(crate) fn start_logging(args: &[&str]) -> Serving {
        let all = "debug,tokio_postgres=info,hyper=info";
        Self::start_with(args, &[("TESSERA_LOG", all), ("TESSERA_LOG_FORMAT", "json")])
    }
    fn start_with(args: &[&str], environment: &[(&str, &str)]) -> Serving {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tessera"))
            .args(args)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut stderr = child.stderr.take().unwrap();
        let complaint = Some(std::thread::spawn(move || {
            let mut complaint = String::new();
            stderr.read_to_string(&mut complaint).unwrap();
            complaint
        }));
        Serving { child, lines, complaint }
    }
    /// The next line it prints, without its beginning.
    pub(crate) fn says(&mut self, beginning: &str) -> String {
        let Some(line) = self.lines.next() else {
            panic!("no line {beginning}: {}", self.complaint());
        };
        let line = line.unwrap();
        line.strip_prefix(beginning).unwrap_or_else(|| panic!("{line}")).to_owned()
    }
    /// Asks it to stop, and does not wait.
    pub(crate) fn ask_to_stop(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }
    /// Asks it to stop; answers whether it ended well and what it complained of.
    pub(crate) fn stop(mut self) -> (bool, String) {
        self.ask_to_stop();
        let well = self.child.wait().unwrap().success();
        assert!(self.lines.next().is_none(), "nothing more is printed");
        (well, self.complaint())
    }
    /// All it has complained of, when it has ended.
    fn complaint(&mut self) -> String {
        self.complaint.take().unwrap().join().unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // it has ended already when the test went well
        drop(self.child.kill());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_says_when_it_is_ready_and_ends_calmly() {
    for kind in testkit::kinds() {
        let database = Database::new(kind).await;
        let folder = tempfile::tempdir().unwrap();
        let config = path(folder.path(), "tessera.toml");
        let text = format!(
            "db = '{}'\nlisten = '127.0.0.1:0'\nsecure_cookies = false\nkey_file = '{}'",
            database.url(),
            database.key_file()
        );
        std::fs::write(&config, text).unwrap();
        assert_eq!(tessera(&["serve", "--config", &config]).0, 2, "no schema yet");
        assert_eq!(tessera(&["migrate", "--db", database.url()]).0, 0);
        let (_, said, _) = tessera(&["migrate", "--db", database.url()]);
        assert_eq!(said, "the schema is up to date");
        let mut serving = Serving::start(&["serve", "--config", &config]);
        let password = serving.says("first administrator: admin, password: ");
        let address = serving.says("ready http://");
        let key = database.key_file();
        let (code, said, _) = tessera(&["doctor", "--db", database.url(), "--key-file", &key]);
        assert_eq!(code, 0, "{said}");
        keys_change(&database, &key);
        assert_eq!(sign_in(&address, "guess").await.0, 422);
        let (status, cookie) = sign_in(&address, &password).await;
        assert_eq!(status, 303);
        change_password(&address, &cookie, &password).await;
        let _stream = open_stream(&address, &cookie).await;
        let (well, complaint) = serving.stop();
        assert!(well, "{complaint}");
        assert!(!complaint.contains("cut off"), "the open stream ended by itself: {complaint}");
    }
}

/// All keys are changed while the node serves; a lost and a wrong key file are told and never written over.
fn keys_change(database: &Database, key: &str) {
    let keys = |task: &str, file: &str| {
        tessera(&["keys", task, "--db", database.url(), "--key-file", file])
    };
    let well = |task: &str, part: &str| {
        let (code, said, complaint) = keys(task, key);
        assert_eq!((code, said.contains(part)), (0, true), "{task}: {said} {complaint}");
    };
    well("status", "master key 1 (1 kept)");
    well("rotate", "master key 2: 1 data keys sealed anew");
    well("status", "master key 2 (1 kept)");
    let before = std::fs::read_to_string(key).unwrap();
    well("new-root", "holds a new key");
    let after = std::fs::read_to_string(key).unwrap();
    assert_eq!((after.lines().count(), after == before), (1, false));
    well("reseal", "1 master keys sealed anew");
    let other = format!("{key}.other");
    let (code, _, complaint) = keys("status", &other);
    assert_eq!((code, complaint.contains("No such file")), (2, true), "{complaint}");
    assert!(!Path::new(&other).exists(), "a lost key is not made anew");
    std::fs::write(&other, &before).unwrap();
    let (code, said, _) = tessera(&["doctor", "--db", database.url(), "--key-file", &other]);
    assert_eq!((code, said.contains("is not the key file of this database")), (1, true), "{said}");
}

/// Sends a request over a real socket; answers the socket and what came up to the end of the head.
async fn ask(address: &str, request: &str) -> (TcpStream, String) {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(socket.read_u8().await.unwrap());
    }
    (socket, String::from_utf8(head).unwrap())
}

fn status(head: &str) -> u16 {
    head.split(' ').nth(1).unwrap().parse().unwrap()
}

/// Signs in; answers the status and the session's cookie.
pub(crate) async fn sign_in(address: &str, password: &str) -> (u16, String) {
    let form = format!("login=admin&password={password}");
    let request = format!(
        "POST /sign-in HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: \
         application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    let (_, head) = ask(address, &request).await;
    let cookie = head.lines().find_map(|line| line.strip_prefix("set-cookie: sid="));
    let sid = cookie.and_then(|c| c.split(';').next()).unwrap_or("").to_owned();
    (status(&head), sid)
}

/// The printed password opens nothing but its own change.
async fn change_password(address: &str, sid: &str, old: &str) {
    let shut = format!("GET / HTTP/1.1\r\nhost: {address}\r\ncookie: sid={sid}\r\n\r\n");
    let (_, head) = ask(address, &shut).await;
    assert!(head.contains("location: /me/password"), "{head}");
    let new = "four-grey-geese";
    let id = "0190a8c0-0000-7000-8000-000000000001";
    let form = format!("_id={id}&old={old}&password={new}&again={new}");
    let request = format!(
        "POST /me/password HTTP/1.1\r\nhost: {address}\r\ncookie: sid={sid}\r\ncontent-type: \
         application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    assert_eq!(status(&ask(address, &request).await.1), 303);
}

/// A live stream, as an open page holds it.
async fn open_stream(address: &str, sid: &str) -> TcpStream {
    let request = format!("GET /live HTTP/1.1\r\nhost: {address}\r\ncookie: sid={sid}\r\n\r\n");
    let (socket, head) = ask(address, &request).await;
    assert_eq!(status(&head), 200, "{head}");
    socket
}

/// Runs `tessera load mixed` for a second; answers its table and its report.
fn measure(address: &str, folder: &Path) -> (String, serde_json::Value) {
    let numbers = path(folder, "numbers.json");
    let load = ["load", "mixed", "--url", address, "--clerks", "2", "--seconds", "1", "--json"];
    let with_file: Vec<&str> = load.into_iter().chain([numbers.as_str()]).collect();
    let (code, said, complaint) = tessera(&with_file);
    assert_eq!(code, 0, "{said}\n{complaint}");
    let report = serde_json::from_str(&std::fs::read_to_string(&numbers).unwrap()).unwrap();
    (said, report)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_bank_serves_and_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let dir = path(folder.path(), "bank");
    let mut serving = Serving::start(&demo(&dir, "60"));
    let address = serving.says("ready http://");
    let (said, report) = measure(&address, folder.path());
    for word in ["p50 ms", "card", "list", "search", "command", "all", "CPU per request: server "] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(report["lines"].as_array().unwrap().iter().all(|l| l["errors"] == 0), "{report}");
    let url = format!("sqlite:{dir}/bank.db");
    let (code, said, _) = tessera(&["doctor", "--db", &url]);
    assert_eq!(code, 0, "{said}");
    let (well, complaint) = serving.stop();
    assert!(well, "{complaint}");
    let (code, said, _) = tessera(&["journal", "verify", "--db", &url]);
    assert_eq!((code, said.starts_with("whole")), (0, true), "{said}");
}

fn demo<'a>(dir: &'a str, clients: &'a str) -> [&'a str; 8] {
    ["demo", "--dir", dir, "--clients", clients, "--listen", "127.0.0.1:0", "--no-open"]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_keeps_its_demo_bank() {
    let folder = tempfile::tempdir().unwrap();
    let dir = path(folder.path(), "bank");
    let mut first = Serving::start(&demo(&dir, "30"));
    first.says("ready http://");
    // as a power cut would: what was loaded stays, the rest is loaded at the next start
    first.child.kill().unwrap();
    drop(first);
    let (code, _, complaint) = tessera(&demo(&dir, "31"));
    assert_eq!((code, complaint.contains("holds a bank of 30 clients")), (2, true), "{complaint}");
    let mut again = Serving::start(&demo(&dir, "30"));
    again.says("ready http://");
    let (well, complaint) = again.stop();
    assert!(well, "{complaint}");
}

const PEOPLE: &str = "Фамилия;Имя;Телефон;Дата рождения\n\
    Орлова;Вера;+7 916 000-00-01;05.03.1985\n\
    Зимин;Пётр;+7 916 000-00-02;31.02.1990\n\
    Лунёв;Глеб;+7 916 000-00-03;\n";

#[tokio::test(flavor = "multi_thread")]
async fn import_counts_rejects_and_tells_by_its_exit_code() {
    both(async |bank: &Bank| {
        let folder = tempfile::tempdir().unwrap();
        let feed = path(folder.path(), "feed");
        std::fs::create_dir(&feed).unwrap();
        std::fs::write(format!("{feed}/people.csv"), PEOPLE).unwrap();
        let rejects = path(folder.path(), "rejects.csv");
        let clients = "select count(*) from client";
        let key = bank.key_file();
        let import = [
            "import",
            "contacts",
            &feed,
            "--db",
            bank.url(),
            "--rejects",
            &rejects,
            "--key-file",
            &key,
        ];
        let dry: Vec<&str> = import.into_iter().chain(["--dry-run"]).collect();
        let (code, said, complaint) = tessera(&dry);
        assert_eq!((code, said.lines().count()), (1, 3), "{said}\n{complaint}");
        assert_eq!(number(bank, clients).await, 0, "a dry run leaves nothing");
        for (created, unchanged) in [("2", "0"), ("0", "2")] {
            let (code, said, complaint) = tessera(&import);
            assert_eq!(code, 1, "{said}\n{complaint}");
            let counts: Vec<&str> = said.lines().last().unwrap().split_whitespace().collect();
            assert_eq!(counts, ["all", "3", created, "0", unchanged, "1"], "{said}");
            assert_eq!(number(bank, clients).await, 2);
        }
        let text = std::fs::read_to_string(&rejects).unwrap();
        assert!(text.contains("people.csv,3,") && text.contains("31.02.1990"), "{text}");
        let good = PEOPLE.replace("31.02.1990", "28.02.1990");
        std::fs::write(format!("{feed}/people.csv"), good).unwrap();
        assert_eq!(tessera(&import).0, 0);
        assert_eq!(number(bank, clients).await, 3);
        let missing = ["import", "no/such.toml", &feed, "--db", bank.url()];
        assert_eq!(tessera(&missing).0, 2);
    })
    .await;
}
