//! The program as people start it: subcommands, what they print, their exit codes.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use testkit::{Bank, Database};

use crate::support::{Note, both, force};

/// Runs `tessera`; answers exit code, standard output, standard error.
fn tessera(args: &[&str]) -> (i32, String, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_tessera"))
        .args(args)
        .env("TESSERA_LOG", "warn")
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    (done.status.code().unwrap(), text(&done.stdout), text(&done.stderr))
}

fn path(folder: &Path, name: &str) -> String {
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
            let (code, said, _) = tessera(&["doctor", "--db", target.url()]);
            assert_eq!(code, 1, "the test bank lives in the future: {said}");
            assert!(said.contains("clock           PROBLEM"), "{said}");
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
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn serve_says_when_it_is_ready_and_ends_calmly() {
    for kind in testkit::kinds() {
        let database = Database::new(kind).await;
        let folder = tempfile::tempdir().unwrap();
        let config = path(folder.path(), "tessera.toml");
        let text = format!("db = '{}'\nlisten = '127.0.0.1:0'\nsecure_cookies = false", database.url());
        std::fs::write(&config, text).unwrap();
        let (code, _, complaint) = tessera(&["serve", "--config", &config]);
        assert_eq!((code, complaint.contains("tessera migrate")), (2, true), "{complaint}");
        assert_eq!(tessera(&["migrate", "--db", database.url()]).0, 0);
        let (_, said, _) = tessera(&["migrate", "--db", database.url()]);
        assert_eq!(said, "the schema is up to date");
        let mut serving = Command::new(env!("CARGO_BIN_EXE_tessera"))
            .args(["serve", "--config", &config])
            .env("TESSERA_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(serving.stdout.take().unwrap()).lines().map(Result::unwrap);
        let first = lines.next().unwrap();
        let password = first.strip_prefix("first administrator: admin, password: ").unwrap();
        let ready = lines.next().unwrap();
        let address = ready.strip_prefix("ready http://").unwrap().to_owned();
        let (code, said, _) = tessera(&["doctor", "--db", database.url()]);
        assert_eq!(code, 0, "{said}");
        assert_eq!(sign_in(&address, password).await, 303);
        assert_eq!(sign_in(&address, "guess").await, 422);
        let pid = serving.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(serving.wait().unwrap().success());
        assert_eq!(lines.next(), None);
    }
}

/// Signs in over a real socket; answers the status.
async fn sign_in(address: &str, password: &str) -> u16 {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let form = format!("login=admin&password={password}");
    let request = format!(
        "POST /sign-in HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: \
         application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}
