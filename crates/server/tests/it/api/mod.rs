//! The API as programs use it.

mod contract;
mod keys;
mod problems;
mod rows;
mod tools;
mod webhooks;

use axum::body::Body;
use http::Method;
use serde_json::{Value as Json, json};
use spine::org::commands::CreateToken;
use spine::org::edit::SaveRole;
use spine::{Command, Scope, Services};
use testkit::{Bank, Browser, Reply};

/// A program with a token of a role.
pub(crate) async fn program_as(bank: &Bank, role_key: &str) -> Browser {
    let token = token_of(bank, role_key).await;
    let mut program = bank.stranger();
    program.set_token(&token);
    program
}

/// A new token of a role.
pub(crate) async fn token_of(bank: &Bank, role_key: &str) -> String {
    Rights { services: &bank.services }.token(role_key).await
}

/// The key of a new role that holds everything over the whole bank.
pub(crate) async fn all_rights(bank: &Bank) -> String {
    Rights { services: &bank.services }.all().await
}

/// Hands out rights as the system itself.
pub(crate) struct Rights<'a> {
    pub(crate) services: &'a Services,
}

impl Rights<'_> {
    async fn execute<C: Command>(&self, command: &C) -> C::Output {
        let ctx = self.services.system("test");
        self.services.execute(&ctx, ctx.command_id(), command).await.unwrap()
    }
    /// A new token of a role.
    pub(crate) async fn token(&self, role_key: &str) -> String {
        let token = web::new_token(self.services.entropy.as_ref());
        let command = CreateToken {
            token_hash: web::hash_token(&token),
            name: "a program".to_owned(),
            role_key: role_key.to_owned(),
            user_id: None,
            expires_at: None,
            limit: None,
        };
        self.execute(&command).await;
        token
    }
    /// The key of a new role that holds everything over the whole bank.
    pub(crate) async fn all(&self) -> String {
        let modules = server::wiring::modules();
        let keys = modules.iter().flat_map(|m| m.permissions.iter().map(|p| p.key));
        let command = SaveRole {
            role_id: None,
            name: "Всё".to_owned(),
            name_en: "Everything".to_owned(),
            grants: keys
                .filter(|key| key.contains('.'))
                .map(|key| (key.to_owned(), Scope::Bank))
                .collect(),
            second_factor: None,
            original: None,
        };
        let id = self.execute(&command).await;
        self.services.directory.get().roles[&id].key.clone()
    }
}

/// A program that may do everything.
pub(crate) async fn program(bank: &Bank) -> Browser {
    let role = all_rights(bank).await;
    program_as(bank, &role).await
}

/// Calls an operation.
pub(crate) async fn call(
    program: &mut Browser,
    method: &str,
    path: &str,
    body: Option<Json>,
    headers: &[(&str, &str)],
) -> (u16, Json, Reply) {
    let mut all = headers.to_vec();
    let body = match body {
        Some(json) => {
            all.push(("content-type", "application/json"));
            Body::from(json.to_string())
        }
        None => Body::empty(),
    };
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let reply = program.send(method, &format!("/api/v1{path}"), body, &all).await;
    let json = serde_json::from_slice(&reply.bytes).unwrap_or(Json::Null);
    (reply.status, json, reply)
}

/// Reads.
pub(crate) async fn get(program: &mut Browser, path: &str) -> (u16, Json, Reply) {
    call(program, "GET", path, None, &[]).await
}

/// A person as he is registered.
pub(crate) fn person(last_name: &str) -> Json {
    json!({
        "kind": "person", "source": "client",
        "fields": { "last_name": last_name, "first_name": "Anna", "segment": "mass", "status": "active" }
    })
}

/// Registers a person; answers his id.
pub(crate) async fn register(program: &mut Browser, last_name: &str) -> String {
    let (status, body, _) = call(program, "POST", "/clients", Some(person(last_name)), &[]).await;
    assert_eq!(status, 201, "{body}");
    body["id"].as_str().unwrap().to_owned()
}
