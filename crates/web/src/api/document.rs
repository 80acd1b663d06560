//! The OpenAPI 3.1 document, put together from the operations that are served.

use std::sync::Arc;

use axum::http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value as Json, json};

use super::answer::etag_of;
use super::operation::{Api, MakeSchema, Operation, Outcome, Take};
use super::problem::{ProblemBody, WaitingBody};
use super::schema::{self, Definitions};
use super::serve::{self, Ready};
use super::{BASE, bulk};

/// All operations with their schemas.
pub struct Contract {
    pub(super) operations: Vec<Arc<Ready>>,
    /// The named schemas.
    pub(super) named: Definitions,
    replies: Vec<Option<Json>>,
}

impl Contract {
    /// Resolves the schemas of all operations.
    pub(super) fn of(api: Api) -> Arc<Self> {
        let settings = SchemaSettings::draft2020_12().with(|s| {
            s.definitions_path = schema::PLACE.trim_start_matches('#').trim_end_matches('/').into();
            s.meta_schema = None;
        });
        let mut generator = settings.into_generator();
        let (mut ready, mut replies) = (Vec::new(), Vec::new());
        let _ = generator.subschema_for::<ProblemBody>();
        let _ = generator.subschema_for::<WaitingBody>();
        for operation in api.operations {
            let make = |generator: &mut SchemaGenerator, of: Option<MakeSchema>| {
                of.map(|make| make(generator).to_value())
            };
            let query = make(&mut generator, operation.query);
            let body = make(&mut generator, operation.body);
            replies.push(make(&mut generator, operation.reply));
            ready.push(Ready { operation, query, body, summary: String::new() });
        }
        let mut named = generator.take_definitions(true);
        named.values_mut().for_each(schema::list_words);
        named.values_mut().for_each(schema::close);
        for ready in &mut ready {
            ready.summary = summary(ready, &named);
            if let Some(body) = &mut ready.body {
                *body = without_path(body, &ready.operation, &named);
                let properties = schema::resolve(body, &named).get("properties");
                if properties.and_then(Json::as_object).is_none_or(Map::is_empty) {
                    // the path says everything
                    ready.operation.take = Take::Nothing;
                }
            }
            if ready.operation.take == Take::Nothing {
                ready.body = None;
            }
        }
        Arc::new_cyclic(|weak| Self {
            operations: ready.into_iter().map(|r| Arc::new(bulk::connect(weak, r))).collect(),
            named,
            replies,
        })
    }
    /// The operations, for lists and tests.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.iter().map(|ready| &ready.operation)
    }
    /// The document as it is served.
    pub(super) fn text(&self) -> (String, String) {
        let document = document(self);
        let tag = etag_of(&document).unwrap_or_default();
        (document.to_string(), tag)
    }
}

/// The schema of a command's payload without what the path says.
fn without_path(body: &Json, operation: &Operation, named: &Definitions) -> Json {
    let mut own = schema::resolve(body, named).clone();
    let names: Vec<&str> = operation.path_names().collect();
    let has_one = own
        .get("properties")
        .and_then(Json::as_object)
        .is_some_and(|p| names.iter().any(|name| p.contains_key(*name)));
    if !has_one {
        return body.clone();
    }
    if let Some(properties) = own.get_mut("properties").and_then(Json::as_object_mut) {
        properties.retain(|name, _| !names.contains(&name.as_str()));
    }
    if let Some(required) = own.get_mut("required").and_then(Json::as_array_mut) {
        required.retain(|name| !name.as_str().is_some_and(|name| names.contains(&name)));
    }
    own
}

/// The whole document.
pub fn document(contract: &Contract) -> Json {
    let mut paths: Map<String, Json> = Map::new();
    for (ready, reply) in contract.operations.iter().zip(&contract.replies) {
        let operation = &ready.operation;
        let place = paths.entry(operation.path.to_owned()).or_insert_with(|| json!({}));
        if let Some(object) = place.as_object_mut() {
            let method = operation.method.word().to_lowercase();
            object.insert(method, described(contract, ready, reply.as_ref()));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Tessera",
            "version": "1",
            "summary": "The CRM of a bank: everything its pages can do.",
            "description": "Problems are answered by RFC 9457 with stable codes. Lists are paged by key: \
                follow `next`. Every write takes an `Idempotency-Key`; a repeat gets the first answer. \
                What changes a thing needs `If-Match` with the `ETag` it was read with.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
        },
        "servers": [{ "url": BASE }],
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": { "token": {
                "type": "http", "scheme": "bearer",
                "description": "An API token, made under Administration → API tokens."
            }},
            "parameters": parameters(),
            "headers": headers(),
            "responses": problems(),
            "schemas": contract.named,
        }
    })
}

fn described(contract: &Contract, ready: &Ready, reply: Option<&Json>) -> Json {
    let operation = &ready.operation;
    let mut out = json!({
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": ready.summary,
        "description": format!("Needs the permission `{}`.", operation.permission),
        "parameters": all_parameters(contract, ready),
        "responses": responses(operation, reply),
    });
    let content = match operation.take {
        Take::Nothing => None,
        Take::Json | Take::JsonFiles => {
            let mut media = json!({ "schema": ready.body });
            if let (Some(example), Some(media)) = (&operation.example, media.as_object_mut()) {
                media.insert("example".to_owned(), example.clone());
            }
            Some(json!({ "application/json": media }))
        }
        Take::File => Some(json!({ "application/octet-stream": {
            "schema": { "type": "string", "format": "binary" }
        }})),
    };
    if let (Some(content), Some(out)) = (content, out.as_object_mut()) {
        out.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
    }
    out
}

/// The operation's own words, or what its command says of itself.
fn summary(ready: &Ready, named: &Definitions) -> String {
    if !ready.operation.summary.is_empty() {
        return ready.operation.summary.to_owned();
    }
    let body = ready.body.as_ref().map(|b| schema::resolve(b, named));
    let words = body.and_then(|b| b.get("description")).and_then(Json::as_str).unwrap_or_default();
    words.lines().next().unwrap_or_default().trim_end_matches('.').to_owned()
}

fn all_parameters(contract: &Contract, ready: &Ready) -> Vec<Json> {
    let operation = &ready.operation;
    let mut out: Vec<Json> = operation
        .path_names()
        .map(|name| {
            let schema = if name.ends_with("_id") {
                json!({ "type": "string", "format": "uuid" })
            } else {
                json!({ "type": "string" })
            };
            json!({ "name": name, "in": "path", "required": true, "schema": schema })
        })
        .collect();
    let query = ready.query.as_ref().map(|q| schema::resolve(q, &contract.named));
    let properties = query.and_then(|q| q.get("properties")).and_then(Json::as_object);
    let required = query.and_then(|q| q.get("required")).and_then(Json::as_array);
    for (name, own) in properties.into_iter().flatten() {
        let is_required = required.is_some_and(|r| r.iter().any(|n| n == name));
        let mut own = schema::without_null(own);
        let words = own.as_object_mut().and_then(|o| o.remove("description"));
        out.push(json!({
            "name": name, "in": "query", "required": is_required, "schema": own,
            "description": words.unwrap_or_default(),
        }));
    }
    if serve::writes(operation) {
        out.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
    }
    if operation.needs_match {
        out.push(json!({ "$ref": "#/components/parameters/IfMatch" }));
    }
    out
}

fn parameters() -> Json {
    json!({
        "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Made by the caller before the first try; a repeat with the same key gets \
                the first answer and changes nothing. The same key with another request is refused.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 128,
                "pattern": "^[!-~]+$" }
        },
        "IfMatch": {
            "name": "If-Match", "in": "header", "required": true,
            "description": "The `ETag` the thing was read with, or `*` for any state.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$" }
        }
    })
}

fn headers() -> Json {
    json!({
        "ETag": { "description": "The state of what is shown.", "schema": { "type": "string" } },
        "Link": { "description": "RFC 8288: where the next page is.",
            "schema": { "type": "string" } },
        "Location": { "description": "Where the new thing is.", "schema": { "type": "string" } },
    })
}

/// Shared answers: name, status, when.
const PROBLEMS: [(&str, u16, &str); 13] = [
    ("BadRequest", 400, "A parameter, a header or the JSON itself is not of the right shape."),
    ("Unauthorized", 401, "There is no token, or it is not in force."),
    ("Forbidden", 403, "The token's role lacks the permission."),
    ("NotFound", 404, "There is no such thing, or the token may not know of it."),
    (
        "Conflict",
        409,
        "Somebody else changed the same fields meanwhile; mine, theirs and original \
        are in `conflict`.",
    ),
    ("PreconditionFailed", 412, "The thing is no longer what `If-Match` says."),
    ("TooLarge", 413, "The body is larger than the operation takes."),
    ("UnsupportedMediaType", 415, "The body is not of the type the operation takes."),
    (
        "Refused",
        422,
        "The body does not fit its schema, or the rules of the bank say no; every \
        reason is in `errors`.",
    ),
    ("PreconditionRequired", 428, "`If-Match` is missing."),
    ("TooManyRequests", 429, "The token asks too often; `Retry-After` says how long to wait."),
    ("Failure", 500, "Our fault; `operation_id` names the request in the logs."),
    (
        "Unavailable",
        503,
        "The database is away, takes no writes or is too slow (the type says which); nothing was changed by this \
        request that a repeat with the same key would do twice. `Retry-After` says when to try again.",
    ),
];

fn problems() -> Json {
    let mut out = Map::new();
    for (name, _, words) in PROBLEMS {
        let problem = json!({ "$ref": "#/components/schemas/Problem" });
        let media = json!({ "application/problem+json": { "schema": problem } });
        out.insert(name.to_owned(), json!({ "description": words, "content": media }));
    }
    Json::Object(out)
}

fn responses(operation: &Operation, reply: Option<&Json>) -> Json {
    let mut out = Map::new();
    let (status, good) = good(operation, reply);
    out.insert(status.to_owned(), good);
    if operation.outcome == Outcome::Tagged {
        let words = "What `If-None-Match` names is still what there is.";
        out.insert("304".to_owned(), json!({ "description": words }));
    }
    let writes = serve::writes(operation);
    if writes {
        let waiting = json!({ "$ref": "#/components/schemas/WaitingForApproval" });
        let words = "Nothing was changed yet: a second person decides.";
        let headers = json!({ "Location": { "$ref": "#/components/headers/Location" } });
        let content = json!({ "application/json": { "schema": waiting } });
        let answer = json!({ "description": words, "headers": headers, "content": content });
        out.insert("202".to_owned(), answer);
    }
    let takes = operation.take != Take::Nothing;
    let may = |status: u16| match status {
        404 => writes || operation.path.contains('{'),
        409 => writes,
        412 | 428 => operation.needs_match,
        413 | 415 => takes,
        422 => writes || operation.query.is_some(),
        _ => true,
    };
    for (name, status, _) in PROBLEMS.iter().filter(|(_, status, _)| may(*status)) {
        let shared = json!({ "$ref": format!("#/components/responses/{name}") });
        out.insert(status.to_string(), shared);
    }
    Json::Object(out)
}

fn good(operation: &Operation, reply: Option<&Json>) -> (&'static str, Json) {
    let header = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
    let body = |schema: &Json| json!({ "application/json": { "schema": schema } });
    let reply = reply.cloned().unwrap_or_else(|| json!({}));
    let with_id = |reply: Json| json!({ "type": "object", "required": ["id"], "properties": { "id": reply } });
    match operation.outcome {
        Outcome::Json if operation.is_list => {
            let headers = json!({ "Link": header("Link") });
            let words = "A page of rows.";
            ("200", json!({ "description": words, "headers": headers, "content": body(&reply) }))
        }
        Outcome::Json => ("200", json!({ "description": "Done.", "content": body(&reply) })),
        Outcome::Tagged => {
            let headers = json!({ "ETag": header("ETag") });
            let words = "The thing as it is.";
            ("200", json!({ "description": words, "headers": headers, "content": body(&reply) }))
        }
        Outcome::File => {
            let schema = json!({ "schema": { "type": "string", "format": "binary" } });
            let types = operation.media.iter().map(|t| ((*t).to_owned(), schema.clone()));
            let content: Map<String, Json> = types.collect();
            ("200", json!({ "description": "The file.", "content": content }))
        }
        Outcome::Created => {
            let headers = json!({ "Location": header("Location") });
            let words = "Made.";
            let content = body(&with_id(reply));
            ("201", json!({ "description": words, "headers": headers, "content": content }))
        }
        Outcome::Done => ("204", json!({ "description": "Done." })),
    }
}

/// The document, or 304 to who has it.
pub(super) fn respond((text, tag): &(String, String), headers: &HeaderMap) -> Response {
    let known = headers.get(IF_NONE_MATCH).and_then(|v| v.to_str().ok());
    let cache = ("cache-control", "public, max-age=60");
    if known.is_some_and(|known| known.trim_start_matches("W/") == tag) {
        return (StatusCode::NOT_MODIFIED, [(ETAG.as_str(), tag.as_str()), cache]).into_response();
    }
    let head = [(CONTENT_TYPE.as_str(), "application/json"), (ETAG.as_str(), tag.as_str()), cache];
    (head, text.clone()).into_response()
}
