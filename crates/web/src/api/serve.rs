//! From a request to an operation and back: everything that is the same for all of them.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{FromRequestParts, RawPathParams, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use kernel::{CommandId, Refusal, limits};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use spine::Error;

use super::answer::Answer;
use super::call::Call;
use super::document::{self, Contract};
use super::operation::{Api, Method, Operation, Take};
use super::problem::Problem;
use super::schema;
use super::{BASE, bulk};
use crate::http::{Access, Cx, RouteInfo, Routes};

/// An operation with its schemas, ready to be served.
pub(super) struct Ready {
    pub(super) operation: Operation,
    pub(super) query: Option<Json>,
    pub(super) body: Option<Json>,
    pub(super) summary: String,
}

/// Adds the routes of all operations, of the bulk operation and of the document.
pub(crate) fn routes(mut routes: Routes, api: Api) -> (Routes, Arc<Contract>) {
    let api = bulk::operation(api);
    let contract = Contract::of(api);
    for ready in &contract.operations {
        let (ready, contract) = (Arc::clone(ready), Arc::clone(&contract));
        let operation = &ready.operation;
        let info = RouteInfo {
            path: leak(format!("{BASE}{}", operation.path)),
            method: operation.method.word(),
            access: operation.permission,
        };
        let largest = match operation.take {
            Take::File => limits::UPLOAD_BYTES_MAX,
            Take::JsonFiles => limits::API_FILES_BYTES_MAX,
            Take::Nothing | Take::Json => limits::FORM_BYTES_MAX,
        };
        routes = routes.api(info, move |cx: Cx, request: Request| {
            let (ready, contract) = (Arc::clone(&ready), Arc::clone(&contract));
            async move {
                let answer = serve(&contract, &ready, cx.clone(), request, largest).await;
                answer.unwrap_or_else(|problem| problem.respond(&cx))
            }
        });
    }
    let text = Arc::new(contract.text());
    routes = routes.get("/api/v1/openapi.json", Access::Public, move |request: Request| {
        let text = Arc::clone(&text);
        async move { document::respond(&text, request.headers()) }
    });
    (routes, contract)
}

/// Paths of routes live as long as the program; the router is built once.
fn leak(path: String) -> &'static str {
    Box::leak(path.into_boxed_str())
}

async fn serve(
    contract: &Arc<Contract>,
    ready: &Ready,
    mut cx: Cx,
    request: Request,
    largest: usize,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let caller = caller(&parts.headers);
    cx.app.api_rate.take(&caller, cx.now()).map_err(Problem::too_many)?;
    let operation = &ready.operation;
    let path = path(&mut parts).await?;
    let query = query(contract, ready, parts.uri.query().unwrap_or_default())?;
    check_media(operation.take, &parts.headers)?;
    let bytes = match operation.take {
        Take::Nothing => Vec::new(),
        Take::Json | Take::JsonFiles | Take::File => {
            to_bytes(body, largest).await.map_err(|_| Problem::too_large())?.into()
        }
    };
    let is_json = matches!(operation.take, Take::Json | Take::JsonFiles);
    let body = if is_json { parse(&bytes)? } else { Json::Null };
    let key = key(&parts.headers)?;
    let if_match = header(&parts.headers, IF_MATCH.as_str());
    if if_match.as_deref().is_some_and(|tags| !is_tags(tags)) {
        return Err(Problem::bad_request("api-tag-unclear", "If-Match"));
    }
    let asked = Asked { path, query, body, key: key.as_deref(), if_match };
    cx.ctx.request = Some(digest(operation, &asked, &bytes));
    let none_match = header(&parts.headers, IF_NONE_MATCH.as_str());
    let content = if is_json { Vec::new() } else { bytes };
    let mut call = call(contract, ready, cx, &caller, asked)?;
    call.content = content;
    let answer = (operation.work)(call).await?;
    Ok(respond(answer, none_match.as_deref()))
}

/// What was asked, in whichever way it came: as a request of its own or as an entry of a bulk request.
pub(super) struct Asked<'a> {
    pub(super) path: Vec<(String, String)>,
    pub(super) query: Json,
    pub(super) body: Json,
    pub(super) key: Option<&'a str>,
    pub(super) if_match: Option<String>,
}

/// The checks that stand before every operation, then its call.
pub(super) fn call(
    contract: &Contract,
    ready: &Ready,
    cx: Cx,
    caller: &[u8],
    asked: Asked<'_>,
) -> Result<Call, Problem> {
    let operation = &ready.operation;
    if let Some(schema) = &ready.body {
        let wrong = schema::check(schema, &asked.body, &contract.named);
        if !wrong.is_empty() {
            return Err(Problem::refused(wrong));
        }
    }
    if operation.needs_match && asked.if_match.is_none() {
        return Err(Problem::precondition_required());
    }
    let command_id = match asked.key {
        Some(key) => command_id(caller, key),
        None => cx.ctx.command_id(),
    };
    Ok(Call {
        cx,
        path: asked.path,
        query: asked.query,
        body: asked.body,
        content: Vec::new(),
        command_id,
        has_key: asked.key.is_some(),
        caller: caller.to_vec(),
        if_match: asked.if_match,
    })
}

fn respond(answer: Answer, none_match: Option<&str>) -> Response {
    let is_known = answer.etag.as_deref().zip(none_match).is_some_and(|(tag, given)| {
        given.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == tag)
    });
    let mut response = answer.into_response();
    if is_known && response.status() == StatusCode::OK {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().remove(CONTENT_TYPE);
        *response.body_mut() = axum::body::Body::empty();
    }
    response
}

async fn path(parts: &mut Parts) -> Result<Vec<(String, String)>, Problem> {
    let params = RawPathParams::from_request_parts(parts, &()).await;
    let params = params.map_err(|_| Problem::from(Error::NotFound))?;
    checked_path(params.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect())
}

/// An id that is none leads nowhere.
pub(super) fn checked_path(path: Vec<(String, String)>) -> Result<Vec<(String, String)>, Problem> {
    let is_id = |name: &str| name.ends_with("_id");
    let fits = path.iter().all(|(name, text)| {
        !text.contains('\0') && (!is_id(name) || text.parse::<uuid::Uuid>().is_ok())
    });
    if fits { Ok(path) } else { Err(Error::NotFound.into()) }
}

/// The query as an object, by its schema: every parameter is known and of its type.
fn query(contract: &Contract, ready: &Ready, text: &str) -> Result<Json, Problem> {
    let mut wrong = Vec::new();
    let mut object = Map::new();
    let schema = ready.query.as_ref().map(|s| schema::resolve(s, &contract.named));
    let properties = schema.and_then(|s| s.get("properties")).and_then(Json::as_object);
    for (name, value) in crate::http::pairs(text) {
        let Some(own) = properties.and_then(|p| p.get(&name)) else {
            wrong.push(Refusal::field("api-parameter-unknown", &name));
            continue;
        };
        let own = schema::without_null(own);
        let own = schema::resolve(&own, &contract.named);
        if own.get("type").and_then(Json::as_str) == Some("array") {
            let place = object.entry(name).or_insert_with(|| Json::Array(Vec::new()));
            if let Json::Array(items) = place {
                items.push(Json::String(value));
            }
            continue;
        }
        if object.contains_key(&name) {
            wrong.push(Refusal::field("api-parameter-twice", &name));
            continue;
        }
        object.insert(name, typed(own, value));
    }
    let object = Json::Object(object);
    if let Some(schema) = &ready.query {
        wrong.extend(schema::check(schema, &object, &contract.named));
    }
    if wrong.is_empty() { Ok(object) } else { Err(Problem::bad_parameters(wrong)) }
}

/// A parameter's text as a value of its type; what does not fit stays text, and is refused as that.
fn typed(schema: &Json, text: String) -> Json {
    match schema.get("type").and_then(Json::as_str) {
        Some("integer") => text.parse::<i64>().map_or(Json::String(text), Json::from),
        Some("boolean") => match text.as_str() {
            "true" => Json::Bool(true),
            "false" => Json::Bool(false),
            _ => Json::String(text),
        },
        _ => Json::String(text),
    }
}

fn check_media(take: Take, headers: &HeaderMap) -> Result<(), Problem> {
    let wanted = match take {
        Take::Nothing => return Ok(()),
        Take::Json | Take::JsonFiles => "application/json",
        Take::File => "application/octet-stream",
    };
    let given = header(headers, CONTENT_TYPE.as_str()).unwrap_or_default();
    let kind = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if kind == wanted { Ok(()) } else { Err(Problem::media_type()) }
}

fn parse(bytes: &[u8]) -> Result<Json, Problem> {
    serde_json::from_slice(bytes).map_err(|error| {
        let place = format!("{}:{}", error.line(), error.column());
        let refusal = Refusal::field("api-json-malformed", "body").arg("place", place);
        Problem::bad_parameters(vec![refusal])
    })
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default().to_owned())
}

/// The caller's key: 1 to 128 visible characters of ASCII.
fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let text = value.to_str().unwrap_or_default();
    if is_key(text) {
        return Ok(Some(text.to_owned()));
    }
    Err(Problem::bad_request("api-key-unclear", "Idempotency-Key"))
}

pub(super) fn is_key(text: &str) -> bool {
    (1..=limits::API_KEY_CHARS_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_graphic())
}

/// Tags, as far as they can be told from nonsense: visible ASCII, some of it.
fn is_tags(text: &str) -> bool {
    (1..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic() || b == b' ')
}

/// Who asks: the token he asks with, by its hash. Two tokens never meet in one key.
pub(super) fn caller(headers: &HeaderMap) -> Vec<u8> {
    Sha256::digest(headers.get(AUTHORIZATION).map_or(&b""[..], |v| v.as_bytes())).to_vec()
}

/// The command id behind a caller's key.
pub(super) fn command_id(caller: &[u8], key: &str) -> CommandId {
    let mut hasher = Sha256::new();
    hasher.update(b"api-key\0");
    hasher.update(caller);
    hasher.update(key.as_bytes());
    CommandId::from_hash(&hasher.finalize().into())
}

/// What a request asks for, without what must leave no trace: tells a repeat from something else.
pub(super) fn digest(operation: &Operation, asked: &Asked<'_>, content: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(operation.id.as_bytes());
    for (name, value) in &asked.path {
        hasher.update([0]);
        hasher.update(name.as_bytes());
        hasher.update([1]);
        hasher.update(value.as_bytes());
    }
    hasher.update([2]);
    hasher.update(sorted(asked.query.clone()).to_string());
    hasher.update([3]);
    match (&asked.body, operation.secret) {
        (Json::Object(object), Some(secret)) => {
            let open: Map<String, Json> = object
                .iter()
                .filter(|(name, _)| name.as_str() != secret)
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            hasher.update(sorted(Json::Object(open)).to_string());
        }
        (Json::Null, _) => hasher.update(content),
        (body, _) => hasher.update(sorted((*body).clone()).to_string()),
    }
    hasher.finalize().into()
}

/// The same with the members of objects in one order: their order is no part of what is asked.
fn sorted(mut value: Json) -> Json {
    value.sort_all_objects();
    value
}

/// The address of the next page: the same, with another cursor.
pub(super) fn next_address(address: &str, cursor: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let pairs: Vec<String> = kept.map(str::to_owned).chain([format!("cursor={cursor}")]).collect();
    format!("{path}?{}", pairs.join("&"))
}

/// Whether an operation writes.
pub(super) fn writes(operation: &Operation) -> bool {
    operation.method != Method::Get
}
