//! Many operations in one request, each in its own transaction with its own answer. All or nothing is not
//! offered: each operation has its own right, key and precondition, and one that fails says so at its place.

use std::sync::{Arc, Weak};

use kernel::{Refusal, limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use spine::Error;

use super::answer::Answer;
use super::call::Call;
use super::document::Contract;
use super::operation::{Api, Method, Operation, Take};
use super::problem::{Problem, ProblemBody};
use super::serve::{self, Asked, Ready};
use crate::http::Cx;

/// Several operations.
#[derive(Debug, Deserialize, JsonSchema)]
struct BulkRequest {
    /// In the order they are to be done; a later one sees what an earlier one did.
    #[schemars(length(min = 1, max = 500))]
    operations: Vec<BulkItem>,
}

/// One of them.
#[derive(Debug, Deserialize, JsonSchema)]
struct BulkItem {
    /// Its `operationId`; operations that write and take JSON or nothing can be named.
    operation: String,
    /// What stands in its path, by name.
    #[serde(default)]
    path: std::collections::BTreeMap<String, String>,
    /// Its body.
    #[serde(default)]
    body: Option<Map<String, Json>>,
    /// Its idempotency key; without one it is the request's own key and its place, if there is one.
    #[serde(default)]
    #[schemars(length(min = 1, max = 128))]
    key: Option<String>,
    /// Its precondition.
    #[serde(default)]
    if_match: Option<String>,
}

/// What became of them, in the same order.
#[derive(Serialize, JsonSchema)]
struct BulkReply {
    /// One for each operation.
    results: Vec<BulkResult>,
}

/// What became of one.
#[derive(Serialize, JsonSchema)]
struct BulkResult {
    /// The status it would have had alone.
    status: u16,
    /// Its answer, if it has one.
    body: Option<Json>,
    /// What went wrong.
    problem: Option<ProblemBody>,
}

/// The operation itself; it knows all others by their name.
pub(super) fn operation(api: Api) -> Api {
    let operation = Operation::write(Method::Post, "/bulk", "bulk", "app.use", never)
        .about("Does up to 500 operations, each in its own transaction with its own answer")
        .replies::<BulkReply>()
        .example(serde_json::json!({ "operations": [
            { "operation": "close_task", "key": "close-1",
              "path": { "task_id": "0199a1b2-0000-7000-8000-000000000001" },
              "body": { "result": "Called back" } }
        ]}));
    api.tag("bulk").with(operation)
}

async fn never(_: Call, _: BulkRequest) -> Result<Answer, Problem> {
    Err(Error::NotFound.into())
}

/// Gives the bulk operation the others to work with; it is one of them, hence the weak hold.
pub(super) fn connect(contract: &Weak<Contract>, ready: Ready) -> Ready {
    if ready.operation.id != "bulk" {
        return ready;
    }
    let weak = Weak::clone(contract);
    let mut operation = ready.operation;
    operation.work = Arc::new(move |mut call| {
        let contract = weak.upgrade();
        Box::pin(async move {
            let contract = contract.ok_or_else(|| Error::failure("the contract is gone"))?;
            let request: BulkRequest = call.read_body()?;
            run(&contract, &call, request).await
        })
    });
    Ready { operation, ..ready }
}

async fn run(contract: &Contract, call: &Call, request: BulkRequest) -> Result<Answer, Problem> {
    let mut results = Vec::with_capacity(request.operations.len().min(limits::API_BULK_MAX));
    for (place, item) in request.operations.into_iter().enumerate() {
        let mut cx = call.cx.clone();
        // each is an operation of its own in the journal
        cx.ctx.operation_id = cx.ctx.new_id();
        results.push(match one(contract, call, &cx, item, place).await {
            Ok(answer) => {
                let (status, body) = answer.into_json();
                BulkResult { status: status.as_u16(), body, problem: None }
            }
            Err(problem) => BulkResult {
                status: problem.status().as_u16(),
                body: problem.waiting(),
                problem: problem.waiting().is_none().then(|| problem.body(&cx)),
            },
        });
    }
    Ok(Answer::json(&BulkReply { results })?)
}

async fn one(
    contract: &Contract,
    call: &Call,
    cx: &Cx,
    item: BulkItem,
    place: usize,
) -> Result<Answer, Problem> {
    let known = contract.operations.iter().find(|ready| ready.operation.id == item.operation);
    let known = known.filter(|ready| {
        serve::writes(&ready.operation)
            && matches!(ready.operation.take, Take::Json | Take::Nothing)
            && ready.operation.id != "bulk"
    });
    let Some(ready) = known else {
        return Err(Problem::refused(vec![Refusal::field("api-operation-unknown", "operation")]));
    };
    cx.ctx.principal.require(ready.operation.permission)?;
    // each counts as much as it would alone
    cx.app.api_rate.take(&call.caller, cx.now()).map_err(Problem::too_many)?;
    let names: Vec<&str> = ready.operation.path_names().collect();
    let unknown = item.path.keys().find(|name| !names.contains(&name.as_str()));
    if let Some(name) = unknown {
        let refusal = Refusal::field("api-field-unknown", &format!("path.{name}"));
        return Err(Problem::refused(vec![refusal]));
    }
    if let Some(name) = names.iter().find(|name| !item.path.contains_key(**name)) {
        let refusal = Refusal::field("required", &format!("path.{name}"));
        return Err(Problem::refused(vec![refusal]));
    }
    if item.key.as_deref().is_some_and(|key| !serve::is_key(key)) {
        return Err(Problem::bad_request("api-key-unclear", "key"));
    }
    let body = match (ready.operation.take, item.body) {
        (Take::Json, body) => Json::Object(body.unwrap_or_default()),
        _ => Json::Null,
    };
    // without a key of its own: the place under the request's key
    let inherited = call.has_key.then(|| format!("{}/{place}", call.command_id));
    let key = item.key.or(inherited);
    let asked = Asked {
        path: serve::checked_path(item.path.into_iter().collect())?,
        query: Json::Object(Map::new()),
        body,
        key: key.as_deref(),
        if_match: item.if_match,
    };
    let mut cx = cx.clone();
    cx.ctx.request = Some(serve::digest(&ready.operation, &asked, &[]));
    let call = serve::call(contract, ready, cx, &call.caller, asked)?;
    (ready.operation.work)(call).await
}
