//! What goes wrong is said in one form, with stable codes, in the caller's language.

use axum::body::Body;
use http::Method;
use kernel::Clock;
use serde_json::{Value as Json, json};
use testkit::Bank;

use super::{call, get, person, program, program_as};
use crate::support::both;

fn field_codes(problem: &Json) -> Vec<(String, String)> {
    let text = |value: &Json| value.as_str().unwrap_or("").to_owned();
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(|e| (text(&e["field"]), text(&e["code"]))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_token_opens_the_api() {
    both(async |bank: &Bank| {
        let mut signed_in = bank.client("manager").await;
        let (status, problem, reply) = get(&mut signed_in, "/clients").await;
        assert_eq!(
            (status, &problem["code"]),
            (401, &json!("unauthorized")),
            "cookies prove nothing"
        );
        assert_eq!(reply.header("www-authenticate"), "Bearer realm=\"Tessera API\"");
        assert_eq!(reply.header("content-type"), "application/problem+json");
        let mut wrong = bank.stranger();
        wrong.set_token("0000");
        assert_eq!(get(&mut wrong, "/clients").await.0, 401);
        let mut clerk = program_as(bank, "clerk").await;
        let (status, problem, _) = get(&mut clerk, "/journal").await;
        assert_eq!((status, &problem["permission"]), (403, &json!("journal.read")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_and_methods_nobody_serves_are_problems_too() {
    both(async |bank: &Bank| {
        let mut program = program(bank).await;
        for path in ["/nothing", "/clients/7", "/clients/0190a8c0-0000-7000-8000-000000000001"] {
            let (status, problem, reply) = get(&mut program, path).await;
            assert_eq!((status, &problem["code"]), (404, &json!("not-found")), "{path}");
            assert_eq!(reply.header("content-type"), "application/problem+json");
        }
        let (status, problem, reply) = call(&mut program, "DELETE", "/clients", None, &[]).await;
        assert_eq!((status, &problem["code"]), (405, &json!("method-not-allowed")));
        assert!(reply.header("allow").contains("POST"), "{}", reply.header("allow"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_judged_as_a_whole_and_by_name() {
    both(async |bank: &Bank| {
        let mut program = program(bank).await;
        let send = |content: &'static str, kind: &'static str| {
            (Body::from(content), [("content-type", kind)])
        };
        let (body, kind) = send("{\"kind\":", "application/json");
        let reply = program.send(Method::POST, "/api/v1/clients", body, &kind).await;
        assert_eq!(reply.status, 400);
        assert!(reply.body.contains("api-json-malformed"), "{}", reply.body);
        let (body, kind) = send("{}", "text/plain");
        let reply = program.send(Method::POST, "/api/v1/clients", body, &kind).await;
        assert_eq!(reply.status, 415);
        let large = Body::from(vec![b' '; kernel::limits::FORM_BYTES_MAX + 1]);
        let kind = [("content-type", "application/json")];
        assert_eq!(program.send(Method::POST, "/api/v1/clients", large, &kind).await.status, 413);
        let mut wrong = person("Zimina");
        wrong["nickname"] = json!("Ann");
        wrong["branch_id"] = json!("seven");
        wrong.as_object_mut().unwrap().remove("source");
        let (status, problem, _) = call(&mut program, "POST", "/clients", Some(wrong), &[]).await;
        assert_eq!(status, 422);
        let expected = [
            ("branch_id", "api-wrong-form"),
            ("nickname", "api-field-unknown"),
            ("source", "required"),
        ];
        let mut found = field_codes(&problem);
        found.sort();
        assert_eq!(found, expected.map(|(f, c)| (f.to_owned(), c.to_owned())));
        // what the schema lets through the rules may refuse, in the same form
        let mut odd = person("Zimina");
        odd["fields"]["segment"] = json!("royal");
        let (status, problem, _) = call(&mut program, "POST", "/clients", Some(odd), &[]).await;
        assert_eq!((status, &problem["code"]), (422, &json!("not-a-choice")));
        assert_eq!(field_codes(&problem), [("segment".to_owned(), "not-a-choice".to_owned())]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_are_known_or_refused() {
    both(async |bank: &Bank| {
        let mut program = program(bank).await;
        for (query, code) in [
            ("limit=0", "api-out-of-range"),
            ("limit=201", "api-out-of-range"),
            ("limit=many", "api-wrong-type"),
            ("limit=1&limit=2", "api-parameter-twice"),
            ("cursor=zz", "cursor-unknown"),
            ("page=2", "api-parameter-unknown"),
            ("filter=segment", "api-filter-unclear"),
            ("sort=shoe-size", "not-a-choice"),
        ] {
            let (status, problem, _) = get(&mut program, &format!("/clients?{query}")).await;
            assert_eq!((status, problem["code"].as_str()), (400, Some(code)), "{query}: {problem}");
        }
        let (status, problem, _) = get(&mut program, "/clients?filter=shoe:is:44").await;
        assert_eq!((status, &problem["code"]), (422, &json!("list-field-unknown")));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn problems_speak_the_language_that_is_asked_for() {
    both(async |bank: &Bank| {
        let mut program = program(bank).await;
        let (_, english, _) = get(&mut program, "/nothing").await;
        program.set_language("ru");
        let (_, russian, _) = get(&mut program, "/nothing").await;
        assert_eq!(
            (&english["title"], &russian["title"]),
            (&json!("Not found"), &json!("Не найдено"))
        );
        assert_eq!(english["code"], russian["code"]);
        assert_ne!(english["operation_id"], russian["operation_id"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_waits_and_nobody_else() {
    both(async |bank: &Bank| {
        let (mut hasty, mut calm) =
            (program_as(bank, "clerk").await, program_as(bank, "clerk").await);
        let mut last = 200;
        for _ in 0..=kernel::limits::API_BURST {
            let (status, _, reply) = get(&mut hasty, "/regions?limit=1").await;
            last = status;
            if status == 429 {
                assert_eq!(reply.header("retry-after"), "1");
            }
        }
        assert_eq!(last, 429);
        assert_eq!(get(&mut calm, "/regions?limit=1").await.0, 200);
        bank.clock.set(bank.clock.now().plus_seconds(1));
        assert_eq!(get(&mut hasty, "/regions?limit=1").await.0, 200);
    })
    .await;
}
