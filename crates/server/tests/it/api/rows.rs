//! Reading: pages by key, filters, what one may not know of, and a thing's way through its operations.

use axum::body::Body;
use http::Method;
use serde_json::{Value as Json, json};
use testkit::Bank;

use super::{call, get, program, program_as, register};
use crate::support::both;

#[tokio::test(flavor = "multi_thread")]
async fn pages_by_key_show_every_client_once() {
    both(async |bank: &Bank| {
        let mut program = program(bank).await;
        let names = ["Anina", "Borina", "Vorina", "Gorina", "Dorina"];
        for name in names {
            register(&mut program, name).await;
        }
        for sort in ["name", "-name", "since", "-updated"] {
            let mut path = format!("/clients?limit=2&sort={sort}");
            let mut seen = Vec::new();
            loop {
                let (status, page, reply) = get(&mut program, &path).await;
                assert_eq!(status, 200, "{page}");
                assert!(page.get("total").is_none(), "nobody asked how many there are");
                let items = page["items"].as_array().unwrap();
                seen.extend(items.iter().map(|i| i["id"].as_str().unwrap().to_owned()));
                let link = reply.header("link").to_owned();
                let Some(next) = page["next"].as_str() else {
                    assert_eq!(link, "");
                    break;
                };
                assert!(link.ends_with("; rel=\"next\"") && link.contains(next), "{link}");
                let address = link.split(['<', '>']).nth(1).unwrap();
                path = address.strip_prefix("/api/v1").unwrap().to_owned();
            }
            let mut once = seen.clone();
            once.sort();
            once.dedup();
            assert_eq!((seen.len(), once.len()), (5, 5), "{sort}");
        }
        let (_, page, _) = get(&mut program, "/clients?q=Gorina&columns=employer").await;
        assert_eq!(page["items"][0]["display_name"], "Gorina Anna");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_a_token_may_not_see_does_not_exist_for_it() {
    both(async |bank: &Bank| {
        let mut all = program(bank).await;
        let client = register(&mut all, "Zimina").await;
        // the partner's role sees its own clients, and a token without an owner has none
        let mut partner = program_as(bank, "partner").await;
        for path in [format!("/clients/{client}"), format!("/clients/{client}/interactions")] {
            assert_eq!(get(&mut partner, &path).await.0, 404, "{path}");
        }
        let (_, page, _) = get(&mut partner, "/clients").await;
        assert_eq!(page["items"], json!([]));
        let (_, hits, _) = get(&mut partner, "/search?q=Zimina").await;
        assert_eq!(hits["items"], json!([]));
        let note = Some(json!({ "body": "x" }));
        let path = format!("/clients/{client}/notes");
        assert_eq!(call(&mut partner, "POST", &path, note, &[]).await.0, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_lives_through_its_operations() {
    both(async |bank: &Bank| {
        let mut program = program(bank).await;
        let client = register(&mut program, "Zimina").await;
        let home = format!("/clients/{client}/contacts");
        let phone = |value: &str| {
            json!({ "value": value, "label": "", "is_main": true, "source": "client" })
        };
        let new = json!({ "kind": "phone", "fields": phone("+7 916 123-45-67") });
        let (status, made, reply) = call(&mut program, "POST", &home, Some(new), &[]).await;
        assert_eq!(status, 201, "{made}");
        let path = reply.header("location").strip_prefix("/api/v1").unwrap().to_owned();
        let (_, one, reply) = get(&mut program, &path).await;
        assert_eq!(one["value"], "+79161234567");
        let tag = [("if-match", reply.header("etag"))];
        let other = Some(phone("+7 916 123-45-68"));
        assert_eq!(call(&mut program, "PUT", &path, other.clone(), &tag).await.0, 204);
        assert_eq!(call(&mut program, "PUT", &path, other, &tag).await.0, 412);
        let (_, list, _) = get(&mut program, &home).await;
        assert_eq!(list["items"][0]["value"], "+79161234568");
        assert_eq!(call(&mut program, "DELETE", &path, None, &[]).await.0, 204);
        let (_, list, _) = get(&mut program, &home).await;
        assert_eq!(list["items"], json!([]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_allows_is_asked_and_told() {
    both(async |bank: &Bank| {
        let mut program = program(bank).await;
        let client = register(&mut program, "Zimina").await;
        let (_, texts, _) = get(&mut program, "/consent-texts").await;
        let texts = texts["items"].as_array().unwrap();
        let text = texts.iter().find(|t| t["purpose"] == "advertising").unwrap();
        assert_eq!((&text["is_sample"], &text["until_on"]), (&json!(true), &json!(null)));
        let home = format!("/clients/{client}/consents");
        let sms = async |program: &mut testkit::Browser| {
            let (_, states, _) = get(program, &format!("{home}/now")).await;
            let states = states["items"].as_array().unwrap().clone();
            let is_sms = |s: &&Json| s["purpose"] == "advertising" && s["channel"] == "sms";
            let state = states.iter().find(is_sms).unwrap().clone();
            (state["is_allowed"].clone(), state["lack"].clone())
        };
        assert_eq!(sms(&mut program).await, (json!(false), json!("never_given")));
        let mut consent = json!({ "purpose": "advertising", "channel": "sms",
            "text_version": "1999-01", "evidence_kind": "form", "evidence": "form 5" });
        let (status, problem, _) =
            call(&mut program, "POST", &home, Some(consent.clone()), &[]).await;
        assert_eq!(status, 422, "{problem}");
        assert!(problem.to_string().contains("consent-text-unknown"), "{problem}");
        consent["text_version"] = text["version"].clone();
        let (status, made, _) = call(&mut program, "POST", &home, Some(consent), &[]).await;
        assert_eq!(status, 201, "{made}");
        assert_eq!(sms(&mut program).await, (json!(true), json!(null)));
        let refusal = json!({ "purpose": "advertising", "channel": "any", "evidence": "" });
        let path = format!("{home}/withdraw");
        assert_eq!(call(&mut program, "POST", &path, Some(refusal), &[]).await.0, 201);
        assert_eq!(sms(&mut program).await, (json!(false), json!("withdrawn")));
        let (_, words, _) = get(&mut program, &home).await;
        assert_eq!(words["items"].as_array().unwrap().len(), 2);
        let text = json!({ "purpose": "advertising", "version": "2026-12", "text_ru": "Согласен",
            "text_en": "", "from_on": "2026-12-01" });
        assert_eq!(call(&mut program, "POST", "/consent-texts", Some(text), &[]).await.0, 201);
        let close =
            json!({ "purpose": "advertising", "version": "2026-12", "until_on": "2027-01-31" });
        let path = "/consent-texts/close";
        assert_eq!(call(&mut program, "POST", path, Some(close), &[]).await.0, 204);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_back_as_it_was_sent() {
    both(async |bank: &Bank| {
        let mut program = program(bank).await;
        let client = register(&mut program, "Zimina").await;
        let path = format!("/api/v1/clients/{client}/files?name=note.txt&kind=other");
        let kind = [("content-type", "application/octet-stream")];
        let content = "Договор № 7".as_bytes();
        let reply = program.send(Method::POST, &path, Body::from(content), &kind).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        let place = reply.header("location").to_owned();
        let back = program.get(&place).await;
        assert_eq!((back.status, back.bytes.as_slice()), (200, content));
        assert!(back.header("content-disposition").starts_with("attachment"), "a download");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_leaves_as_a_file_and_the_journal_says_so() {
    both(async |bank: &Bank| {
        let mut program = program(bank).await;
        register(&mut program, "Zimina").await;
        register(&mut program, "Letova").await;
        for (format, kind, part) in [
            ("csv", "text/csv", "Zimina"),
            ("vcf", "text/vcard", "FN:Zimina"),
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK"),
        ] {
            let path = format!("/clients/export?format={format}&q=Zimina");
            let (status, _, reply) = get(&mut program, &path).await;
            assert_eq!(status, 200, "{format}: {}", reply.body);
            assert!(reply.header("content-type").starts_with(kind), "{format}");
            assert!(reply.body.contains(part) && !reply.body.contains("Letova"), "{format}");
        }
        let noted = "select count(*) from journal_entry where command = 'parties.note_export'";
        assert_eq!(crate::support::number(bank, noted).await, 6, "before and after each");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_and_a_contact_pass_through_the_api() {
    both(async |bank: &Bank| {
        let mut program = program(bank).await;
        let client = register(&mut program, "Zimina").await;
        let me = bank.user("manager").to_string();
        let task = json!({
            "client_id": client, "title": "Call", "kind": "call", "due_on": "2026-12-01",
            "due_at": "2026-12-01T09:30:00Z", "assignee_id": me, "priority": 2
        });
        let (status, made, _) = call(&mut program, "POST", "/tasks", Some(task), &[]).await;
        assert_eq!(status, 201, "{made}");
        let path = format!("/tasks/{}", made["id"].as_str().unwrap());
        let (_, one, _) = get(&mut program, &path).await;
        assert_eq!(
            (&one["state"], &one["due_at"]),
            (&json!("open"), &json!("2026-12-01T09:30:00Z"))
        );
        let result = Some(json!({ "result": "Reached" }));
        let close = format!("{path}/close");
        assert_eq!(call(&mut program, "POST", &close, result.clone(), &[]).await.0, 204);
        assert_eq!(call(&mut program, "POST", &close, result, &[]).await.0, 422, "it is closed");
        let contact = json!({ "channel": "phone", "direction": "in", "subject": "Deposit" });
        let home = format!("/clients/{client}/interactions");
        let (status, logged, _) = call(&mut program, "POST", &home, Some(contact), &[]).await;
        assert_eq!(status, 200, "{logged}");
        let (_, list, _) = get(&mut program, &home).await;
        assert_eq!(list["items"][0]["id"], logged["result"]["id"]);
        bank.settle().await;
        let (status, line, _) = get(&mut program, &format!("/clients/{client}/timeline")).await;
        assert_eq!(status, 200, "{line}");
        let kinds: std::collections::BTreeSet<&str> = line["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["kind"].as_str().unwrap())
            .collect();
        assert_eq!(
            kinds.into_iter().collect::<Vec<_>>(),
            ["changed", "contact", "task_closed", "task_made"]
        );
        let (_, card, _) = get(&mut program, &format!("/clients/{client}")).await;
        assert_eq!(card["origins"]["last_name"]["source"], "client");
    })
    .await;
}
