//! Uploads that break off: the line is cut, or the program is killed under them.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::rig::{Process, Request, Rig, ask, health, made, moment, sign_in};
use super::writers::content;
use crate::api::person;
use crate::cluster::until;

/// Uploads that break off, each after so many bytes.
const TIMES: usize = 20;
const SENT: usize = 12 * 1024 * 1024;
/// What is announced and never comes.
const ANNOUNCED: usize = 20 * 1024 * 1024;

/// Begins a request that announces more than it sends, then cuts the line (or keeps it).
async fn begin(address: &str, mut request: Request, sent: usize) -> TcpStream {
    request.body.resize(ANNOUNCED, b'x');
    let bytes = request.bytes(address);
    let mut socket = TcpStream::connect(address).await.unwrap();
    let part = &bytes[..bytes.len() - ANNOUNCED + sent];
    // the program may close first when it does not want so much
    drop(socket.write_all(part).await);
    socket
}

/// Ends a line as a broken one ends: with a reset.
fn cut(socket: TcpStream) {
    let socket = socket.into_std().unwrap();
    // what lies unread at this end makes its end a reset; so does an answer nobody takes
    drop(socket);
}

fn multipart(path: &str, sid: &str) -> Request {
    let mut request = Request::form(path, sid, &[]);
    request.headers[2].1 = "multipart/form-data; boundary=XX".to_owned();
    let head = "--XX\r\ncontent-disposition: form-data; name=\"files\"; filename=\"a.csv\"\r\n\
                content-type: text/csv\r\n\r\nname;surname\r\n";
    request.body = head.as_bytes().to_vec();
    request
}

/// Memory of a process in kibibytes.
fn memory(process: &Process) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn start(rig: &Rig, temporary: &Path) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tessera"));
    command.env("TMPDIR", temporary);
    rig.start_by(command)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_breaks_off_leaves_nothing_and_the_next_one_works() {
    for kind in testkit::kinds() {
        let rig = Rig::new(kind, "").await;
        let temporary = rig.folder.path().join("temporary");
        std::fs::create_dir(&temporary).unwrap();
        let mut process = start(&rig, &temporary);
        let address = process.ready().unwrap();
        let sid = sign_in(&address).await;
        let early = Request::post("/api/v1/clients", &rig.token, "early", &person("Early"));
        let client = made(&ask(&address, &early).await.unwrap());
        let path = format!("/api/v1/clients/{client}/files?name=a.pdf&kind=contract");
        let file = |content: &[u8]| Request::file(&path, &rig.token, "file", content);
        let wishes = [
            file(b"%PDF-1.7"),
            multipart(&format!("/clients/{client}/files"), &sid),
            multipart("/imports/new", &sid),
        ];
        let before = memory(&process);
        for number in 0..TIMES {
            cut(begin(&address, wishes[number % wishes.len()].clone(), SENT).await);
        }
        until(Duration::from_secs(20), "letting go of the memory", async || {
            memory(&process) < before + 120 * 1024
        })
        .await;
        assert_eq!(names(&temporary), [""; 0]);
        assert_eq!(health(&address, "/ready").await.0, 200);
        made(&ask(&address, &file(&content("a"))).await.unwrap());
        // killed under an upload, and under a feed that is being read
        let line = begin(&address, wishes[0].clone(), SENT).await;
        moment(Duration::from_millis(100)).await;
        process.kill();
        cut(line);
        let left = temporary.join("tessera-feed-left");
        std::fs::create_dir(&left).unwrap();
        std::fs::write(left.join("clients.csv"), "Early").unwrap();
        let mut process = start(&rig, &temporary);
        let address = process.ready().unwrap();
        assert_eq!(names(&temporary), [""; 0], "nothing outlives its program");
        let again = ask(&address, &file(&content("a"))).await.unwrap();
        made(&again);
        process.stop();
        for (sql, count) in [
            ("select count(*) from client_file", 1),
            ("select count(*) from blob", 1),
            ("select count(*) from import_run", 0),
        ] {
            assert_eq!(rig.number(sql).await, count, "{sql}");
        }
        let log = std::fs::read_to_string(rig.log()).unwrap();
        assert!(!log.contains("panicked"), "{log}");
    }
}
