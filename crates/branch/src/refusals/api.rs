//! Refusals in the API: what waits for a word, and the word.

use std::collections::BTreeMap;

use kernel::{BranchId, ClientId, CommandId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spine::Error;
use uuid::Uuid;
use web::api::{Answer, Api, Call, ListQuery, Listing, Method, Operation, Problem};

use super::commands::Verdict;
use super::doing::{self, Decision};
use super::queries::{self, PERMISSION, Refused, Which};

pub(crate) fn api(api: Api) -> Api {
    let path = "/branch-refusals/{refusal_id}/decision";
    api.tag("branch-refusals")
        .with(
            Operation::list("/branch-refusals", "list_branch_refusals", PERMISSION, list)
                .about("Commands of branches the centre has refused and nobody has decided about"),
        )
        .with(
            Operation::write(Method::Post, path, "decide_branch_refusal", PERMISSION, decide)
                .runs(&["branch.decide_refusal"])
                .about("Keeps what the centre has, or does the command again in the caller's name"),
        )
}

/// A command of a branch that the centre has refused.
#[derive(Debug, Serialize, JsonSchema)]
struct RefusalView {
    /// Identity: that of the command.
    id: CommandId,
    /// The node it was done at.
    node_id: Uuid,
    /// Its branch.
    branch_id: BranchId,
    /// The command.
    command: String,
    /// Who did it.
    actor_id: UserId,
    /// Whom it is about.
    client_id: Option<ClientId>,
    /// When it was done, by the branch's clock.
    done_at: Timestamp,
    /// When it was refused.
    refused_at: Timestamp,
    /// The code of the refusal.
    code: String,
}

impl From<Refused> for RefusalView {
    fn from(refused: Refused) -> Self {
        Self {
            id: refused.id,
            node_id: refused.node_id,
            branch_id: refused.branch_id,
            command: refused.command,
            actor_id: refused.actor_id,
            client_id: refused.client_id,
            done_at: refused.done_at,
            refused_at: refused.refused_at,
            code: refused.code,
        }
    }
}

/// What becomes of it.
#[derive(Debug, Deserialize, JsonSchema)]
struct DecideBody {
    /// `keep`: what the centre has stays; `again`: the same is done again in the caller's name.
    verdict: Verdict,
    /// Why; keeping needs words.
    #[serde(default)]
    #[schemars(length(max = 500))]
    note: String,
}

async fn list(mut call: Call, query: ListQuery) -> Result<Listing<RefusalView>, Problem> {
    let skip = query.place::<i64>()?.unwrap_or(0).max(0);
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let which = Which::default();
    let page = (skip, query.limit_and_one());
    let rows = queries::list(&mut call.cx.db, &principal, which, page).await;
    let rows: Vec<(i64, Refused)> = (skip + 1..).zip(rows.map_err(Error::from)?).collect();
    let page = Listing::cut(rows, query.limit(), |(place, _)| *place)?;
    Ok(page.map(|(_, refused)| RefusalView::from(refused)))
}

async fn decide(mut call: Call, body: DecideBody) -> Result<Answer, Problem> {
    let id: CommandId = call.id("refusal_id")?;
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let (refused, _) = queries::visible(&mut call.cx.db, &principal, id).await?;
    let DecideBody { verdict, note } = body;
    let decision = Decision { verdict, note, seen: BTreeMap::new() };
    let command_id = call.command_id();
    doing::decide(&mut call.cx, command_id, &refused, &decision).await?;
    Ok(Answer::done())
}
