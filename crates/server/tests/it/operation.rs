//! What those who run a node watch it by.

use testkit::{Bank, Database};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::command_line::{Serving, path, sign_in, tessera};
use crate::support::both;

/// A GET over a real socket; answers status and body.
pub(crate) async fn get(address: &str, target: &str) -> (u16, String) {
    let mut socket = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut reply = String::new();
    socket.read_to_string(&mut reply).await.unwrap();
    let (head, body) = reply.split_once("\r\n\r\n").unwrap();
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_tells_its_health_and_its_numbers_apart_from_the_pages() {
    for kind in testkit::kinds() {
        let database = Database::new(kind).await;
        let folder = tempfile::tempdir().unwrap();
        let config = path(folder.path(), "tessera.toml");
        let text = format!(
            "db = '{}'\nlisten = '127.0.0.1:0'\noperation = '127.0.0.1:0'\nsecure_cookies = false\nkey_file = '{}'",
            database.url(),
            database.key_file()
        );
        std::fs::write(&config, text).unwrap();
        assert_eq!(tessera(&["migrate", "--db", database.url()]).0, 0);
        let mut serving = Serving::start(&["serve", "--config", &config]);
        let watched = serving.says("watched http://");
        let watched = watched.strip_suffix("/metrics").unwrap();
        let password = serving.says("first administrator: admin, password: ");
        let address = serving.says("ready http://");
        for target in ["/health", "/ready"] {
            assert_eq!(get(&address, target).await.0, 200, "{target}");
        }
        assert_ne!(get(&address, "/metrics").await.0, 200, "not beside the pages");
        assert_eq!(sign_in(&address, "a wrong one").await.0, 422);
        assert_eq!(sign_in(&address, &password).await.0, 303);
        let (status, numbers) = get(watched, "/metrics").await;
        assert_eq!(status, 200);
        let signed_in =
            "tessera_request_seconds_count{route=\"/sign-in\",method=\"POST\",status=\"3xx\"} 1";
        for line in [
            signed_in,
            "tessera_request_seconds_bucket{route=\"/ready\",method=\"GET\",status=\"2xx\",le=\"0.025\"}",
            "tessera_command_seconds_count{command=\"org.",
            "tessera_alarms_total{what=\"sign-in-failed\"} 1",
            "tessera_jobs_dead 0",
            "tessera_branch_nodes_silent 0",
            "tessera_messages_dead 0",
            "tessera_journal_blocks ",
            "tessera_journal_unsealed_seconds ",
            "tessera_memory_kibibytes ",
        ] {
            assert!(numbers.contains(line), "{line}\n{numbers}");
        }
        assert!(!numbers.contains("admin"), "numbers name nobody");
        let (well, complaint) = serving.stop();
        assert!(well, "{complaint}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_stops_is_alive_but_not_ready() {
    both(async |bank: &Bank| {
        let mut stranger = bank.stranger();
        assert_eq!(stranger.get("/ready").await.status, 200);
        bank.close();
        assert_eq!(stranger.get("/ready").await.status, 503);
        assert_eq!(stranger.get("/health").await.status, 200);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logs_are_structured_and_say_nothing_of_anybody() {
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
        assert_eq!(tessera(&["migrate", "--db", database.url()]).0, 0);
        let mut serving = Serving::start_logging(&["serve", "--config", &config]);
        let password = serving.says("first administrator: admin, password: ");
        let address = serving.says("ready http://");
        // a person, in every way he may come by: as a login, a word in an address, a form, a wrong form
        let (person, number) = ("Zamoyskaya", "79161234567");
        assert_eq!(sign_in(&address, &password).await.0, 303);
        for target in [
            format!("/search?q={person}"),
            format!("/clients?q={number}"),
            format!("/{person}/{number}"),
            format!("/clients/{person}"),
        ] {
            assert_ne!(get(&address, &target).await.0, 200, "{target}");
        }
        let form = format!("login={person}&password={number}");
        let request = format!(
            "POST /sign-in HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: \
             application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            form.len()
        );
        let mut socket = TcpStream::connect(&address).await.unwrap();
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut reply = String::new();
        socket.read_to_string(&mut reply).await.unwrap();
        assert!(reply.starts_with("HTTP/1.1 422"), "{reply}");
        // and something that fails, with its causes
        let store = store::Store::open(database.url()).await.unwrap();
        let mut tx = store.writer.begin().await.unwrap();
        tx.execute("alter table session rename to session_away", &[]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(sign_in(&address, &password).await.0, 500);
        let (well, lines) = serving.stop();
        assert!(well, "{lines}");
        assert!(lines.lines().count() > 2, "something is logged: {lines}");
        for line in lines.lines() {
            let entry: serde_json::Value = serde_json::from_str(line).expect(line);
            assert!(entry["level"].is_string() && entry["timestamp"].is_string(), "{line}");
        }
        assert!(lines.contains("request failed"), "{lines}");
        // the line an alert hangs on
        assert!(lines.contains("\"what\":\"sign-in-failed\""), "{lines}");
        assert!(lines.contains("\"target\":\"security\""), "{lines}");
        for private in [person, number, password.as_str(), "login=", "127.0.0.1"] {
            assert!(!lines.contains(private), "{private}: {lines}");
        }
    }
}
