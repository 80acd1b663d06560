//! Every route and every command turns away who may not use it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use spine::Error;
use spine::org::ROLES;
use testkit::Bank;

use crate::support::both;

/// A path that fits a pattern.
fn concrete(pattern: &str) -> String {
    let parts = pattern.split('/').map(|part| {
        if part.starts_with('{') { "0190a8c0-0000-7000-8000-000000000001" } else { part }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// A built-in role that does not hold the permission.
fn without(bank: &Bank, permission: &str) -> Option<&'static str> {
    ROLES.iter().map(|r| r.key).find(|key| !bank.as_role(key).principal.has(permission))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_turns_strangers_and_the_unentitled_away() {
    both(async |bank: &Bank| {
        let mut denied = 0;
        let mut programs = BTreeMap::new();
        for route in bank.app.routes.iter().filter(|r| !["public", "demo"].contains(&r.access)) {
            let path = concrete(route.path);
            let mut stranger = bank.stranger();
            if let Some(rest) = path.strip_prefix("/api/v1") {
                let call = crate::api::call(&mut stranger, route.method, rest, None, &[]).await;
                assert_eq!(call.0, 401, "{} {path}", route.method);
                let Some(role) = without(bank, route.access) else { continue };
                let program = match programs.entry(role) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => new.insert(crate::api::program_as(bank, role).await),
                };
                let call = crate::api::call(program, route.method, rest, None, &[]).await;
                assert_eq!(call.0, 403, "{} {path} as {role}", route.method);
                assert_eq!(call.1["permission"], route.access, "{} {path}", route.method);
                denied += 1;
                continue;
            }
            let (page, part) = if route.method == "GET" {
                (stranger.get(&path).await, stranger.get_part(&path).await)
            } else {
                (stranger.post(&path, &[]).await, stranger.post_part(&path, &[]).await)
            };
            assert_eq!(page.status, 303, "{} {path}", route.method);
            assert!(page.location().starts_with("/sign-in"), "{path}");
            assert_eq!(part.status, 401, "{} {path}", route.method);
            let Some(role) = without(bank, route.access) else {
                continue;
            };
            let mut browser = bank.client(role).await;
            let reply = if route.method == "GET" {
                browser.get(&path).await
            } else {
                browser.post(&path, &[]).await
            };
            assert_eq!(reply.status, 403, "{} {path} as {role}", route.method);
            denied += 1;
        }
        assert_eq!(denied > 0, bank.app.routes.iter().any(|r| r.access == "client.edit"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_turns_the_unentitled_away() {
    both(async |bank: &Bank| {
        let mut denied = 0;
        for command in bank.services.bus.commands() {
            let ctx = match without(bank, command.permission) {
                Some(role) => bank.as_role(role),
                None => bank.services.ctx(spine::Principal::nobody().into(), "api"),
            };
            let payload = serde_json::Value::Null;
            let answer =
                bank.services.bus.execute_json(&ctx, ctx.command_id(), command.name, payload).await;
            let right = matches!(&answer, Err(Error::Forbidden(p)) if p == command.permission);
            assert!(right, "{}: {answer:?}", command.name);
            denied += 1;
        }
        assert!(denied > 5, "{denied}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_of_another_site_is_not_taken() {
    both(async |bank: &Bank| {
        let mut browser = bank.client("manager").await;
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let theme = || axum::body::Body::from("theme=dark");
        let send = ("sec-fetch-site", "cross-site");
        // the second header of that name would not count: the browser of the kit sends its own first
        let request = http::Request::post("/me/preferences")
            .header("host", "bank.test")
            .header("cookie", format!("sid={}", browser.cookie("sid").unwrap()))
            .header(kind.0, kind.1)
            .header(send.0, send.1)
            .header("origin", "https://evil.test")
            .body(theme())
            .unwrap();
        let answer = tower::ServiceExt::oneshot(bank.router.clone(), request).await.unwrap();
        assert_eq!(answer.status(), 403);
        assert_eq!(browser.post("/me/preferences", &[("theme", "dark")]).await.status, 303);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_carries_the_security_headers() {
    both(async |bank: &Bank| {
        for path in ["/sign-in", "/me/sessions", "/no/such/page"] {
            let reply = bank.client("manager").await.get(path).await;
            let policy = reply.header("content-security-policy");
            assert!(policy.contains("script-src 'self'"), "{path}: {policy}");
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
            assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
            assert_eq!(reply.header("x-frame-options"), "DENY", "{path}");
        }
    })
    .await;
}
