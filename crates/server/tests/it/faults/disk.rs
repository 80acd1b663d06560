//! A disk without room. The program is not allowed to write into any file beyond a few kilobytes, which is what a
//! full disk comes to and needs no special rights; then it is allowed again.

use std::process::Command;
use std::time::Duration;

use testkit::Kind;

use super::rig::{Process, Request, Rig, ask, health, made, sign_in, trouble};
use super::writers::content;
use crate::api::person;
use crate::cluster::until;
use crate::command_line::tessera;

/// Starts it so that a file that may not grow is an error and not its end.
fn start(rig: &Rig) -> Process {
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_tessera")]);
    rig.start_by(shell)
}

/// How far into files a running program may write.
fn room(process: &Process, bytes: &str) {
    let limit = format!("--fsize={bytes}:");
    let pid = process.id().to_string();
    assert!(Command::new("prlimit").args(["--pid", &pid, &limit]).status().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_people_read_are_told_lose_nothing_and_go_on_when_there_is_room() {
    let rig = Rig::new(Kind::Sqlite, "").await;
    let mut process = start(&rig);
    let address = process.ready().unwrap();
    let sid = sign_in(&address).await;
    let post =
        |key: &str, name: &str| Request::post("/api/v1/clients", &rig.token, key, &person(name));
    let client = made(&ask(&address, &post("early", "Early")).await.unwrap());
    room(&process, "4096");
    // programs get a code that stays the same, and words
    let late = post("late", "Late");
    let answer = ask(&address, &late).await.unwrap();
    assert_eq!(trouble(&answer), "full");
    assert!(answer.text().contains("закончилось место"), "{}", answer.text());
    let path = format!("/api/v1/clients/{client}/files?name=a.pdf&kind=contract");
    let file = Request::file(&path, &rig.token, "file", &content("a").repeat(20));
    assert_eq!(trouble(&ask(&address, &file).await.unwrap()), "full");
    // people get what they typed back, under the same id
    let id = "0190a8c0-0000-7000-8000-000000000007";
    let fields =
        [("_id", id), ("kind", "person"), ("last_name", "Долгова"), ("first_name", "Анна")];
    let form = Request::form("/clients/new", &sid, &fields);
    let page = ask(&address, &form).await.unwrap();
    trouble(&page);
    let text = page.text();
    for part in ["its disk is full", "Send again", id, "value=\"Долгова\""] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // but never a password
    let wrong = Request::form("/sign-in", "", &[("login", "manager"), ("password", "guess")]);
    let page = ask(&address, &wrong).await.unwrap();
    assert_eq!((page.status, page.text().contains("guess")), (503, false));
    // reading goes on
    for path in ["/clients", &format!("/clients/{client}"), "/tasks"] {
        let page = ask(&address, &Request::page(path, &sid)).await.unwrap();
        assert_eq!(page.status, 200, "{path}: {}", page.text());
    }
    let read = Request::get(&format!("/api/v1/clients/{client}"), &rig.token);
    assert_eq!(ask(&address, &read).await.unwrap().status, 200);
    assert_eq!(health(&address, "/health").await.0, 200);
    let (status, words) = health(&address, "/ready").await;
    assert_eq!((status, words.starts_with("reads only")), (200, true), "{words}");
    // there is room again: it notices by itself, and the same requests go well
    room(&process, "unlimited");
    until(Duration::from_secs(20), "writing", async || {
        health(&address, "/ready").await.1 == "ready"
    })
    .await;
    let second = made(&ask(&address, &late).await.unwrap());
    assert_eq!(made(&ask(&address, &late).await.unwrap()), second, "done once");
    made(&ask(&address, &file).await.unwrap());
    assert_eq!(ask(&address, &form).await.unwrap().status, 303);
    process.stop();
    assert_eq!(rig.number("select count(*) from client").await, 3);
    assert_eq!(rig.number("select count(*) from client_file").await, 1);
    assert_eq!(rig.number("select count(*) from blob").await, 1);
    let (code, said, _) = tessera(&["journal", "verify", "--db", &rig.url]);
    assert_eq!((code, said.starts_with("whole")), (0, true), "{said}");
    let log = std::fs::read_to_string(rig.log()).unwrap();
    assert!(!log.contains("panicked"), "{log}");
}
