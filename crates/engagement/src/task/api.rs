//! Tasks in the API: lists, one task, and everything that may happen to it.

use kernel::{BranchId, ClientId, TaskId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::secrecy::Group;
use spine::{Error, Scope};
use web::api::{Api, Call, ListQuery, Listing, Method, NoQuery, Operation, OwnQuery, Problem};

use super::commands::{
    AddTask, CancelTask, CloseTask, PostponeTask, ReassignTask, ReopenTask, TASK,
};
use super::pages::visible;
use super::queries::{self, Cursor, Gap, GapClient, Listed, TaskRow, Which, Whose};
use crate::parts;
use crate::queries::client_ref::ClientRef;

const READ: &str = "task.read";

pub(crate) fn api(api: Api) -> Api {
    let act = Method::Post;
    api.tag("tasks")
        .with(
            Operation::list("/tasks", "list_tasks", READ, list)
                .about("Tasks: one's own or all one may see, by due day"),
        )
        .with(Operation::create::<AddTask>("/tasks", "add_task", Some("/tasks/{id}")).example(
            json!({
                "client_id": null, "title": "Call back about the deposit", "kind": "call",
                "due_on": "2026-12-01", "due_at": null, "assignee_id": null, "priority": 2
            }),
        ))
        .with(Operation::one("/tasks/{task_id}", "get_task", READ, get).about("One task"))
        .with(Operation::command::<CloseTask>(act, "/tasks/{task_id}/close", "close_task"))
        .with(Operation::command::<CancelTask>(act, "/tasks/{task_id}/cancel", "cancel_task"))
        .with(Operation::command::<ReopenTask>(act, "/tasks/{task_id}/reopen", "reopen_task"))
        .with(Operation::command::<PostponeTask>(act, "/tasks/{task_id}/postpone", "postpone_task"))
        .with(Operation::command::<ReassignTask>(act, "/tasks/{task_id}/reassign", "reassign_task"))
        .with(
            Operation::list("/clients/{client_id}/tasks", "list_client_tasks", READ, of_client)
                .about("The tasks of a client, open ones first"),
        )
        .with(
            Operation::list("/no-next-step", "list_gaps", "client.read", gaps)
                .about("Active clients without a dated next step, counted by branch and manager"),
        )
        .with(
            Operation::list(
                "/no-next-step/clients",
                "list_gap_clients",
                "client.read",
                gap_clients,
            )
            .about("Who they are"),
        )
}

/// Whose tasks.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Who {
    /// Of the person the token belongs to, and of those he stands in for.
    Me,
    /// Of everybody the right reaches.
    #[default]
    All,
}

/// Which tasks.
#[derive(Debug, Deserialize, JsonSchema)]
struct TasksQuery {
    /// Which.
    #[serde(default)]
    show: Which,
    /// Whose.
    #[serde(default)]
    who: Who,
    /// In fields the bank has added.
    #[serde(flatten)]
    own: OwnQuery,
    /// Which page.
    #[serde(flatten)]
    page: ListQuery,
}

/// A task with the name of its client.
#[derive(Debug, Serialize, JsonSchema)]
struct ListedTask {
    /// The task.
    #[serde(flatten)]
    task: TaskRow,
    /// What the client is called; empty when there is none or he has no name.
    client_name: String,
    /// The client's number; empty without a client.
    client_number: String,
}

async fn list(mut call: Call, query: TasksQuery) -> Result<Listing<ListedTask>, Problem> {
    let page = query.page;
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let may_all = principal.scope(READ).is_some_and(|scope| scope > Scope::Own);
    let whose = match query.who {
        Who::All if may_all => Whose::Scope,
        Who::All | Who::Me => Whose::Of(parts::acting_for(&call.cx)),
    };
    let today = call.cx.l.today;
    let after = page.place::<(String, TaskId)>()?.map(|(place, id)| Cursor { place, id });
    let own = query.own.asked(&call.cx, TASK.key).await?;
    let which = (&whose, query.show);
    let asked = queries::Page { today, after, limit: page.limit_and_one(), own: &own };
    let rows = queries::list(&mut call.cx.db, &principal, which, asked).await;
    let mut rows = rows.map_err(Error::from)?;
    call.cx.cut_own(TASK.key, rows.iter_mut().map(|row| &mut row.task.custom)).await?;
    let place = |row: &Listed| (row.place.clone(), row.task.id);
    let page = Listing::cut(rows, page.limit(), place)?;
    Ok(page.map(|row| ListedTask {
        task: row.task,
        client_name: row.client_name,
        client_number: row.client_number,
    }))
}

async fn get(mut call: Call, _: NoQuery) -> Result<TaskRow, Problem> {
    let id = call.part("task_id").unwrap_or_default().to_owned();
    let mut task = visible(&mut call.cx, &id).await?.task;
    call.cx.cut_own(TASK.key, [&mut task.custom]).await?;
    Ok(task)
}

async fn of_client(mut call: Call, _: NoQuery) -> Result<Listing<TaskRow>, Problem> {
    const MOST: i64 = 200;
    let id: ClientId = call.id("client_id")?;
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let found = crate::queries::client_ref::visible(&mut call.cx.db, &principal, id).await?;
    let mut rows = queries::of_client(&mut call.cx.db, id, MOST).await.map_err(Error::from)?;
    if !call.cx.reads(found.owner(), Group::History) {
        rows.retain(|task| principal.user_id == Some(task.assignee_id));
    }
    call.cx.cut_own(TASK.key, rows.iter_mut().map(|task| &mut task.custom)).await?;
    Ok(Listing::whole(rows))
}

async fn gaps(call: Call, _: NoQuery) -> Result<Listing<Gap>, Problem> {
    let counted = super::counted::gaps(&call.cx).await?;
    Ok(Listing::whole(counted.gaps.as_ref().clone()))
}

/// Whose clients.
#[derive(Debug, Deserialize, JsonSchema)]
struct GapQuery {
    /// The branch; left out: those of no branch.
    #[serde(default)]
    branch_id: Option<BranchId>,
    /// The manager; left out: those nobody looks after.
    #[serde(default)]
    manager_id: Option<UserId>,
    /// Which page.
    #[serde(flatten)]
    page: ListQuery,
}

/// A client without a next step.
#[derive(Debug, Serialize, JsonSchema)]
struct GapView {
    /// Who.
    client: ClientRef,
    /// The last contact with him.
    last_contact_at: Option<Timestamp>,
}

async fn gap_clients(call: Call, query: GapQuery) -> Result<Listing<GapView>, Problem> {
    let page = query.page;
    let mut db = call.cx.db.long();
    let after = page.place::<(String, Option<ClientId>)>()?.unwrap_or_default();
    let whose = (query.branch_id, query.manager_id);
    let principal = &call.cx.ctx.principal;
    let rows = queries::gap_clients(&mut db, principal, whose, after, page.limit_and_one()).await;
    let place = |row: &GapClient| (row.sort_name.clone(), Some(row.client.id));
    let page = Listing::cut(rows.map_err(Error::from)?, page.limit(), place)?;
    Ok(page.map(|row| GapView { client: row.client, last_contact_at: row.last_contact_at }))
}
