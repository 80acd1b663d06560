//! A database on which nothing can be written for a while: somebody else holds what every command needs.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use testkit::Kind;

use super::rig::{Answer, Request, Rig, ask, made, moment, sign_in, trouble};
use crate::api::person;

/// More than may wait.
const CROWD: usize = 300;
/// What a page may take while others wait to write; a loaded machine takes its share.
const SOON: Duration = Duration::from_secs(4);

#[tokio::test(flavor = "multi_thread")]
async fn while_nothing_can_be_written_people_read_and_no_command_waits_for_long() {
    for kind in testkit::kinds() {
        let rig = Rig::new(kind, "patience_seconds = 3\n").await;
        let mut process = rig.start();
        let address = process.ready().unwrap();
        let sid = sign_in(&address).await;
        let early = Request::post("/api/v1/clients", &rig.token, "early", &person("Early"));
        let client = made(&ask(&address, &early).await.unwrap());
        let path = format!("/api/v1/clients/{client}/notes");
        let notes: Vec<Request> = (0..CROWD)
            .map(|n| {
                let key = format!("note-{n}");
                Request::post(&path, &rig.token, &key, &json!({ "body": key }))
            })
            .collect();
        let store = rig.store().await;
        let mut tx = store.writer.begin().await.unwrap();
        if kind == Kind::Postgres {
            tx.execute("lock table command_log in access exclusive mode", &[]).await.unwrap();
        }
        let begin = Instant::now();
        let crowd = notes.iter().map(|note| ask(&address, note));
        let readers = async {
            moment(Duration::from_millis(500)).await;
            let mut longest = Duration::ZERO;
            for path in ["/clients", &format!("/clients/{client}"), "/clients", "/ready"] {
                let begin = Instant::now();
                let page = ask(&address, &Request::page(path, &sid)).await.unwrap();
                assert_eq!(page.status, 200, "{path}: {}", page.text());
                longest = longest.max(begin.elapsed());
            }
            longest
        };
        let (answers, longest) = tokio::join!(join_all(crowd), readers);
        let told = begin.elapsed();
        assert!(longest < SOON, "{kind:?}: a page took {longest:?}");
        assert!(told < Duration::from_secs(30), "{kind:?}: told after {told:?}");
        for answer in answers {
            assert_eq!(trouble(&answer.unwrap()), "slow");
        }
        println!(
            "{kind:?}: {CROWD} commands told after {told:?} at most, pages took {longest:?} at most"
        );
        tx.rollback().await.unwrap();
        // the same, when the way is free: each once
        for some in notes.chunks(20) {
            let again: Vec<Result<Answer, String>> =
                join_all(some.iter().map(|note| ask(&address, note))).await;
            for answer in again {
                made(&answer.unwrap());
            }
        }
        process.stop();
        let count = i64::try_from(CROWD).unwrap();
        assert_eq!(rig.number("select count(*) from interaction").await, count);
    }
}
