//! Repeats, preconditions and bulk: a program may lose any answer and ask again.

use serde_json::json;
use testkit::Bank;

use super::{all_rights, call, get, person, program, program_as, register};
use crate::support::{both, number};

const CLIENTS: &str = "select count(*) from client";

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_first_answer_and_changes_nothing() {
    both(async |bank: &Bank| {
        let role = all_rights(bank).await;
        let mut program = program_as(bank, &role).await;
        let key = [("idempotency-key", "order 4711/ж")];
        let (status, problem, _) =
            call(&mut program, "POST", "/clients", Some(person("Zimina")), &key).await;
        assert_eq!((status, &problem["code"]), (400, &json!("api-key-unclear")));
        let key = [("idempotency-key", "order-4711")];
        let (status, first, _) =
            call(&mut program, "POST", "/clients", Some(person("Zimina")), &key).await;
        assert_eq!(status, 201);
        let (status, again, reply) =
            call(&mut program, "POST", "/clients", Some(person("Zimina")), &key).await;
        assert_eq!((status, &again), (201, &first));
        assert_eq!(
            reply.header("location"),
            format!("/api/v1/clients/{}", first["id"].as_str().unwrap())
        );
        assert_eq!(number(bank, CLIENTS).await, 1);
        let (status, problem, _) =
            call(&mut program, "POST", "/clients", Some(person("Letova")), &key).await;
        assert_eq!((status, &problem["code"]), (422, &json!("command-id-reused")));
        // a key belongs to the token it came with
        let mut other = program_as(bank, &role).await;
        let (status, own, _) =
            call(&mut other, "POST", "/clients", Some(person("Letova")), &key).await;
        assert_eq!(status, 201);
        assert_ne!(own, first);
        assert_eq!(number(bank, CLIENTS).await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_may_be_tried_again_under_the_same_key() {
    both(async |bank: &Bank| {
        let mut program = program(bank).await;
        let key = [("idempotency-key", "k")];
        let mut odd = person("Zimina");
        odd["fields"]["segment"] = json!("royal");
        assert_eq!(call(&mut program, "POST", "/clients", Some(odd), &key).await.0, 422);
        assert_eq!(
            call(&mut program, "POST", "/clients", Some(person("Zimina")), &key).await.0,
            201
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_needs_the_state_it_was_made_from() {
    both(async |bank: &Bank| {
        let mut program = program(bank).await;
        let path = format!("/clients/{}", register(&mut program, "Zimina").await);
        let (_, _, reply) = get(&mut program, &path).await;
        let tag = reply.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.len() == 34, "{tag}");
        let same = [("if-none-match", tag.as_str())];
        assert_eq!(call(&mut program, "GET", &path, None, &same).await.0, 304);
        let patch = |employer: &str| {
            Some(json!({ "source": "client", "fields": { "employer": employer } }))
        };
        assert_eq!(call(&mut program, "PATCH", &path, patch("A"), &[]).await.0, 428);
        let other = [("if-match", "\"0000\"")];
        assert_eq!(call(&mut program, "PATCH", &path, patch("A"), &other).await.0, 412);
        let now = [("if-match", tag.as_str()), ("idempotency-key", "a")];
        assert_eq!(call(&mut program, "PATCH", &path, patch("A"), &now).await.0, 204);
        // the answer was lost: the tag is an older one by now, and the repeat is still a repeat
        assert_eq!(call(&mut program, "PATCH", &path, patch("A"), &now).await.0, 204);
        let late = [("if-match", tag.as_str()), ("idempotency-key", "b")];
        assert_eq!(call(&mut program, "PATCH", &path, patch("B"), &late).await.0, 412);
        let (_, card, reply) = get(&mut program, &path).await;
        assert_eq!(card["fields"]["employer"], "A");
        assert_ne!(reply.header("etag"), tag);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_change_one_field_see_mine_theirs_and_the_original() {
    both(async |bank: &Bank| {
        let mut program = program(bank).await;
        let path = format!("/clients/{}", register(&mut program, "Zimina").await);
        let any = [("if-match", "*")];
        let change = |field: &str, value: &str| {
            json!({ "source": "client", "fields": { field: value }, "original": { field: null } })
        };
        let theirs = change("employer", "Kolos");
        assert_eq!(call(&mut program, "PATCH", &path, Some(theirs), &any).await.0, 204);
        let mine = change("employer", "Zarya");
        let (status, problem, _) = call(&mut program, "PATCH", &path, Some(mine), &any).await;
        assert_eq!(status, 409);
        let field = &problem["conflict"][0];
        assert_eq!(field["field"], "employer");
        let sides = (&field["original"], &field["mine"], &field["theirs"]);
        assert_eq!(sides, (&json!(""), &json!("Zarya"), &json!("Kolos")));
        // another field goes beside it
        let beside = change("job_title", "Engineer");
        assert_eq!(call(&mut program, "PATCH", &path, Some(beside), &any).await.0, 204);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bulk_request_answers_for_each_of_its_operations() {
    both(async |bank: &Bank| {
        let mut program = program(bank).await;
        let path = "0190a8c0-0000-7000-8000-000000000001";
        let request = json!({ "operations": [
            { "operation": "register_client", "body": person("Zimina") },
            { "operation": "register_client", "body": { "kind": "person" } },
            { "operation": "close_task", "path": { "task_id": path }, "body": { "result": "" } },
            { "operation": "list_clients" },
            { "operation": "edit_client", "path": { "client_id": path }, "body":
                { "source": "client", "fields": {} } },
            { "operation": "register_client", "body": person("Letova"), "key": "own" },
        ]});
        let key = [("idempotency-key", "night-run")];
        let (status, reply, _) =
            call(&mut program, "POST", "/bulk", Some(request.clone()), &key).await;
        assert_eq!(status, 200, "{reply}");
        let results = reply["results"].as_array().unwrap();
        let statuses: Vec<u64> = results.iter().map(|r| r["status"].as_u64().unwrap()).collect();
        assert_eq!(statuses, [201, 422, 404, 422, 428, 201]);
        assert_eq!(results[3]["problem"]["code"], "api-operation-unknown");
        let (_, again, _) = call(&mut program, "POST", "/bulk", Some(request), &key).await;
        assert_eq!(again["results"][0], reply["results"][0]);
        assert_eq!(again["results"][5], reply["results"][5]);
        assert_eq!(number(bank, CLIENTS).await, 2);
        let mut clerk = program_as(bank, "auditor").await;
        let request =
            json!({ "operations": [{ "operation": "register_client", "body": person("X") }] });
        let (_, reply, _) = call(&mut clerk, "POST", "/bulk", Some(request), &[]).await;
        assert_eq!(reply["results"][0]["status"], 403);
    })
    .await;
}
