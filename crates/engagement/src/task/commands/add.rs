//! A new task.

use std::collections::BTreeMap;

use kernel::limits;
use kernel::{
    BranchId, ClientId, Date, InteractionId, Refusal, Refusals, TaskId, Timestamp, UserId,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::{Change, Command, Error, FieldEdit, OwnChange, OwnValues, Typed, Work};
use store::params;

use super::own::TASK;
use super::refresh_step;
use crate::queries::client_ref::{self, ClientRef};
use crate::queries::staff_ref;
use crate::task::model::TaskKind;
use crate::words;

/// What is to be done; also the next step agreed in a contact.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NewTask {
    /// What.
    pub title: String,
    /// Kind.
    pub kind: TaskKind,
    /// By when.
    pub due_on: Date,
    /// By what time on that day.
    pub due_at: Option<Timestamp>,
    /// Who; the person himself when none is named.
    pub assignee_id: Option<UserId>,
    /// 1 urgent, 2 normal, 3 some day; 2 when not given.
    pub priority: Option<i64>,
}

/// Adds a task or promise, for a client or for nobody.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AddTask {
    /// For whom.
    pub client_id: Option<ClientId>,
    /// What.
    #[serde(flatten)]
    pub task: NewTask,
    /// Fields the bank has added, by key, as typed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, String>,
}

impl Command for AddTask {
    const NAME: &'static str = "engagement.add_task";
    const PERMISSION: &'static str = "task.write";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = TaskId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<TaskId, Error> {
        let client = match self.client_id {
            Some(id) => Some(client_ref::get(w, id).await?),
            None => None,
        };
        if let Some(client) = &client {
            w.ctx.principal.require_over("task.write", client.owner())?;
        }
        let mut refusals = Refusals::default();
        check_task(&self.task, "", &mut refusals);
        let owner = assignee(w, &self.task, "assignee", &mut refusals).await?;
        let edits = FieldEdit::over(&OwnValues::default(), &self.custom);
        let typed =
            Typed { object: TASK.key, stored: None, edits: &edits, refusals: &mut refusals };
        let own = w.own_values(typed).await?;
        refusals.into_result()?;
        let owner = owner.ok_or(Error::NotFound)?;
        let id = write(w, client.as_ref(), (&self.task, &own), owner, None).await?;
        if let Some(client) = &client {
            refresh_step(w, client.id).await?;
        }
        Ok(id)
    }
}

/// Checks what was typed; `prefix` stands before the names of the fields (`next_` in a contact's form).
pub(crate) fn check_task(task: &NewTask, prefix: &str, refusals: &mut Refusals) {
    let field = |name: &str| format!("{prefix}{name}");
    if task.title.trim().is_empty() {
        refusals.push(Refusal::field("required", &field("title")));
    } else if task.title.chars().count() > limits::TEXT_CHARS_MAX {
        let refusal = Refusal::field("too-long", &field("title"));
        refusals.push(refusal.arg("max", limits::TEXT_CHARS_MAX));
    }
    if task.priority.is_some_and(|p| !(1..=3).contains(&p)) {
        refusals.push(Refusal::field("not-a-choice", &field("priority")));
    }
}

/// The person who gets the task and his branch.
async fn assignee(
    w: &mut Work<'_>,
    task: &NewTask,
    field: &str,
    refusals: &mut Refusals,
) -> Result<Option<(UserId, Option<BranchId>)>, Error> {
    let Some(user) = task.assignee_id.or(w.actor()) else {
        refusals.push(Refusal::field("required", field));
        return Ok(None);
    };
    let branch = staff_ref::active_branch(w, user).await?;
    if branch.is_none() {
        refusals.push(Refusal::field("task-assignee-gone", field));
    }
    Ok(branch.map(|b| (user, b)))
}

/// Writes the next step agreed in a contact, whose handler has checked everything but the assignee.
pub(crate) async fn insert_task(
    w: &mut Work<'_>,
    client: &ClientRef,
    task: &NewTask,
    source: InteractionId,
) -> Result<TaskId, Error> {
    let mut refusals = Refusals::default();
    let owner = assignee(w, task, "next_assignee", &mut refusals).await?;
    refusals.into_result()?;
    let owner = owner.ok_or(Error::NotFound)?;
    write(w, Some(client), (task, &OwnChange::default()), owner, Some(source)).await
}

async fn write(
    w: &mut Work<'_>,
    client: Option<&ClientRef>,
    (task, own): (&NewTask, &OwnChange),
    (assignee, home): (UserId, Option<BranchId>),
    source: Option<InteractionId>,
) -> Result<TaskId, Error> {
    let id: TaskId = w.new_id();
    let (now, author) = (w.ctx.now, w.actor());
    let title = task.title.trim();
    let vip = client.is_some_and(ClientRef::is_vip);
    let branch = client.map_or(home, |c| c.branch_id);
    let client_id = client.map(|c| c.id);
    w.execute(
        "insert into task (id, client_id, title, title_norm, kind, due_on, due_at, assignee_id, \
         branch_id, created_by, created_at, state, priority, vip, source_interaction_id) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'open', $12, $13, $14)",
        params![
            id,
            client_id,
            title,
            words::normal(title),
            task.kind.key(),
            task.due_on,
            task.due_at,
            assignee,
            branch,
            author,
            now,
            task.priority.unwrap_or(2),
            vip,
            source
        ],
    )
    .await?;
    w.write_own(&TASK, id, own).await?;
    let change = Change::new()
        .set("title", title)
        .set("kind", task.kind.key())
        .set("due_on", task.due_on.to_string())
        .set("assignee_id", assignee.to_string());
    w.record("task", id, client_id, own.noted(change));
    if author.is_some() && author != Some(assignee) {
        tell_assignee(w, assignee, id, title).await?;
    }
    Ok(id)
}

/// Tells a person that he got a task.
pub(super) async fn tell_assignee(
    w: &mut Work<'_>,
    assignee: UserId,
    id: TaskId,
    title: &str,
) -> Result<(), Error> {
    let payload = json!({
        "kind": "task-assigned",
        "args": { "title": title, "who": w.ctx.principal.name },
        "href": format!("/tasks/{id}"),
    });
    w.send("notice", &assignee.to_string(), &payload).await?;
    Ok(())
}
