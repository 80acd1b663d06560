//! A database that is stopped for a while and comes back.

use std::time::Duration;

use serde_json::json;
use testkit::Kind;

use super::proof::{is_settled, let_time_pass};
use super::rig::{Request, Rig, ask, health, made, sign_in, trouble};
use crate::api::person;
use crate::cluster::until;

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_stopped_for_a_while_is_told_of_and_found_again() {
    if !testkit::kinds().contains(&Kind::Postgres) {
        return;
    }
    let rig = Rig::new(Kind::Postgres, "patience_seconds = 1\n").await;
    let cluster = rig.cluster.as_ref().unwrap();
    let mut process = rig.start();
    let address = process.ready().unwrap();
    let sid = sign_in(&address).await;
    let post = |path: &str, key: &str, json| Request::post(path, &rig.token, key, &json);
    let early = post("/api/v1/clients", "early", person("Early"));
    let client = made(&ask(&address, &early).await.unwrap());
    // what follows from it (a notice, the seal) is still under way
    let task = json!({
        "client_id": client, "title": "Call", "kind": "call", "due_on": "2099-12-01",
        "due_at": null, "assignee_id": rig.colleague, "priority": 2
    });
    made(&ask(&address, &post("/api/v1/tasks", "task", task)).await.unwrap());
    cluster.halt();
    until(Duration::from_secs(20), "noticing", async || health(&address, "/ready").await.0 == 503)
        .await;
    assert_eq!(health(&address, "/health").await.0, 200, "the process is well");
    let page = ask(&address, &Request::page("/clients", &sid)).await.unwrap();
    trouble(&page);
    assert!(page.text().contains("Сервис временно недоступен"), "{}", page.text());
    let note = post(&format!("/api/v1/clients/{client}/notes"), "note", json!({ "body": "N" }));
    assert_eq!(trouble(&ask(&address, &note).await.unwrap()), "away");
    let id = "0190a8c0-0000-7000-8000-000000000007";
    let fields =
        [("_id", id), ("kind", "person"), ("last_name", "Долгова"), ("first_name", "Анна")];
    let form = Request::form("/clients/new", &sid, &fields);
    let page = ask(&address, &form).await.unwrap();
    trouble(&page);
    for part in ["Отправить ещё раз", id, "value=\"Долгова\""] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }
    cluster.again();
    until(Duration::from_secs(20), "finding it", async || {
        health(&address, "/ready").await == (200, "ready".to_owned())
    })
    .await;
    made(&ask(&address, &note).await.unwrap());
    assert_eq!(ask(&address, &form).await.unwrap().status, 303);
    let page = ask(&address, &Request::page("/clients", &sid)).await.unwrap();
    assert!(page.status == 200 && page.text().contains("Долгова"), "{}", page.text());
    let store = rig.store().await;
    until(Duration::from_secs(60), "going on", async || {
        let_time_pass(&store).await;
        is_settled(&store).await
    })
    .await;
    assert_eq!(rig.number("select count(*) from notice").await, 1);
    process.stop();
    assert_eq!(rig.number("select count(*) from client").await, 2);
    assert_eq!(rig.number("select count(*) from interaction").await, 1);
}
