//! Telling those above that a very important client's task is late.

use kernel::{TaskId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::{Change, Command, Error, Work};
use store::params;

use crate::queries::client_ref;
use crate::task::model::{Facts, TaskEvent, next};
use crate::task::queries::held_by;

/// Raises a task to a level of escalation; each level is reached once for each due day.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EscalateTask {
    /// Which.
    pub task_id: TaskId,
    /// 1: the assignee and the head of the branch are told; 2: the head of the region.
    pub level: i64,
    /// How late it is (hours), for the notice.
    pub hours: i64,
    /// Who is told.
    pub recipients: Vec<UserId>,
}

impl Command for EscalateTask {
    const NAME: &'static str = "engagement.escalate_task";
    const PERMISSION: &'static str = "system";
    /// Whether it was raised: not when it was closed or raised meanwhile.
    type Output = bool;

    async fn handle(&self, w: &mut Work<'_>) -> Result<bool, Error> {
        let task = held_by(w, self.task_id).await?.ok_or(Error::NotFound)?;
        let open = next(task.state, TaskEvent::Escalate, Facts::default()).is_ok();
        if !open || task.escalation_level >= self.level {
            return Ok(false);
        }
        let now = w.ctx.now;
        w.execute(
            "update task set escalation_level = $2, escalated_at = $3 where id = $1",
            params![self.task_id, self.level, now],
        )
        .await?;
        let change = Change::new().field("escalation_level", task.escalation_level, self.level);
        w.record("task", self.task_id, task.client_id, change);
        let client = match task.client_id {
            Some(id) => client_ref::get(w, id).await?,
            None => return Ok(true),
        };
        let name = if client.name.is_empty() { client.number } else { client.name };
        let payload = json!({
            "kind": "task-late-vip",
            "args": { "title": task.title, "client": name, "hours": self.hours },
            "href": format!("/tasks/{}", self.task_id),
        });
        let mut recipients = self.recipients.clone();
        recipients.sort_unstable();
        recipients.dedup();
        for user in recipients {
            w.send("notice", &user.to_string(), &payload).await?;
        }
        Ok(true)
    }
}
