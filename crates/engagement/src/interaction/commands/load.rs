//! Loading a history made elsewhere, in bulk: the demo bank and generators for measuring.

use std::collections::BTreeMap;

use kernel::{BranchId, ClientId, Date, InteractionId, TaskId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use store::Value;

use super::log::search_text;
use crate::words;

/// A contact, complete and already valid.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoadedInteraction {
    /// Identity, made by the caller.
    pub id: InteractionId,
    /// With whom.
    pub client_id: ClientId,
    /// When.
    pub at: Timestamp,
    /// Channel word.
    pub channel: String,
    /// Direction word.
    pub direction: String,
    /// Topic word or empty.
    pub topic: String,
    /// One line.
    pub subject: String,
    /// What was said.
    pub body: String,
    /// Result word or empty.
    pub result: String,
    /// Who wrote it.
    pub author_id: Option<UserId>,
    /// Where.
    pub branch_id: Option<BranchId>,
    /// How long it took (seconds).
    pub handling_seconds: Option<i64>,
}

/// A task, complete and already valid.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoadedTask {
    /// Identity, made by the caller.
    pub id: TaskId,
    /// For whom.
    pub client_id: ClientId,
    /// What.
    pub title: String,
    /// Kind word: `task`, `promise`, `call`, `meeting`.
    pub kind: String,
    /// By when.
    pub due_on: Date,
    /// Who.
    pub assignee_id: UserId,
    /// The client's branch.
    pub branch_id: Option<BranchId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// 1 urgent, 2 normal, 3 some day.
    pub priority: i64,
    /// The client is very important.
    pub vip: bool,
    /// When it was done and what came of it; none: it is open.
    pub done: Option<(Timestamp, String)>,
    /// The contact it was agreed in.
    pub source_interaction_id: Option<InteractionId>,
}

/// Loads contacts and tasks. One journal entry for each client.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LoadHistory {
    /// Contacts.
    pub interactions: Vec<LoadedInteraction>,
    /// Tasks.
    pub tasks: Vec<LoadedTask>,
}

/// What a batch adds to one client.
#[derive(Default)]
struct Sum {
    interactions: i64,
    tasks: i64,
    open: i64,
    last_contact_at: Option<Timestamp>,
    step: Option<(Date, TaskId)>,
}

impl Command for LoadHistory {
    const NAME: &'static str = "engagement.load";
    const PERMISSION: &'static str = "system";
    type Output = usize;

    async fn handle(&self, w: &mut Work<'_>) -> Result<usize, Error> {
        let now = w.ctx.now;
        let rows: Vec<Vec<Value>> = self.interactions.iter().map(|i| i.row(now)).collect();
        w.insert_many(
            "insert into interaction (id, client_id, at, channel, direction, topic, subject, body, \
             text_norm, result, author_id, branch_id, handling_seconds, source, created_at) values",
            &rows,
            "",
        )
        .await?;
        let rows: Vec<Vec<Value>> = self.tasks.iter().map(LoadedTask::row).collect();
        w.insert_many(
            "insert into task (id, client_id, title, title_norm, kind, due_on, assignee_id, \
             branch_id, created_by, created_at, state, priority, vip, result, closed_at, closed_by, \
             source_interaction_id) values",
            &rows,
            "",
        )
        .await?;
        let sums = self.sums();
        let rows: Vec<Vec<Value>> = sums.iter().map(|(client, sum)| sum.row(*client)).collect();
        w.insert_many(
            "insert into client_step (client_id, due_on, task_id, last_contact_at, open_tasks) values",
            &rows,
            "on conflict (client_id) do update set \
             task_id = case when coalesce(excluded.due_on, '9999') < coalesce(client_step.due_on, '9999') \
             then excluded.task_id else client_step.task_id end, \
             due_on = case when coalesce(excluded.due_on, '9999') < coalesce(client_step.due_on, '9999') \
             then excluded.due_on else client_step.due_on end, \
             last_contact_at = case when coalesce(excluded.last_contact_at, -1) > \
             coalesce(client_step.last_contact_at, -1) then excluded.last_contact_at \
             else client_step.last_contact_at end, \
             open_tasks = client_step.open_tasks + excluded.open_tasks",
        )
        .await?;
        for (client, sum) in &sums {
            let change =
                Change::new().set("interactions", sum.interactions).set("tasks", sum.tasks);
            w.record("history", *client, Some(*client), change);
        }
        Ok(self.interactions.len() + self.tasks.len())
    }
}

impl LoadHistory {
    fn sums(&self) -> BTreeMap<ClientId, Sum> {
        let mut sums: BTreeMap<ClientId, Sum> = BTreeMap::new();
        for i in &self.interactions {
            let sum = sums.entry(i.client_id).or_default();
            sum.interactions += 1;
            if i.channel != "note" {
                sum.last_contact_at = sum.last_contact_at.max(Some(i.at));
            }
        }
        for t in &self.tasks {
            let sum = sums.entry(t.client_id).or_default();
            sum.tasks += 1;
            if t.done.is_none() {
                sum.open += 1;
                let step = (t.due_on, t.id);
                sum.step = Some(sum.step.map_or(step, |nearest| nearest.min(step)));
            }
        }
        sums
    }
}

impl Sum {
    fn row(&self, client: ClientId) -> Vec<Value> {
        vec![
            client.into(),
            self.step.map(|s| s.0).into(),
            self.step.map(|s| s.1).into(),
            self.last_contact_at.into(),
            self.open.into(),
        ]
    }
}

impl LoadedInteraction {
    fn row(&self, now: Timestamp) -> Vec<Value> {
        vec![
            self.id.into(),
            self.client_id.into(),
            self.at.into(),
            (&self.channel).into(),
            (&self.direction).into(),
            (&self.topic).into(),
            (&self.subject).into(),
            (&self.body).into(),
            search_text(&self.subject, &self.body).into(),
            (&self.result).into(),
            self.author_id.into(),
            self.branch_id.into(),
            self.handling_seconds.into(),
            "load".into(),
            now.into(),
        ]
    }
}

impl LoadedTask {
    fn row(&self) -> Vec<Value> {
        let (state, closed_at, result) = match &self.done {
            Some((at, result)) => ("done", Some(*at), result.as_str()),
            None => ("open", None, ""),
        };
        vec![
            self.id.into(),
            self.client_id.into(),
            (&self.title).into(),
            words::normal(&self.title).into(),
            (&self.kind).into(),
            self.due_on.into(),
            self.assignee_id.into(),
            self.branch_id.into(),
            self.assignee_id.into(),
            self.created_at.into(),
            state.into(),
            self.priority.into(),
            self.vip.into(),
            result.into(),
            closed_at.into(),
            closed_at.map(|_| self.assignee_id).into(),
            self.source_interaction_id.into(),
        ]
    }
}
