//! What happens to tasks when the person who has them leaves, or their client changes.

use kernel::{BranchId, ClientId, TaskId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::{Change, Command, Error, Work};
use store::{Read, Row, StoreError, Value, params};

/// Tasks one command moves at most.
const BATCH: i64 = 500;

/// Moves the open tasks of a person who left to another; without another they are marked for the
/// head of the branch to give away. Answers how many it moved; 0 when none is left.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HandOverTasks {
    /// Who left.
    pub from: UserId,
    /// Who takes over.
    pub to: Option<UserId>,
}

impl Command for HandOverTasks {
    const NAME: &'static str = "engagement.hand_over_tasks";
    const PERMISSION: &'static str = "system";
    type Output = usize;

    async fn handle(&self, w: &mut Work<'_>) -> Result<usize, Error> {
        let sql = "select id, client_id from task where assignee_id = $1 and state = 'open' \
                   and needs_owner = 0 order by due_on, id limit $2";
        let rows = w.query(sql, params![self.from, BATCH]).await?;
        let tasks = rows.into_iter().map(pair).collect::<Result<Vec<_>, StoreError>>()?;
        if tasks.is_empty() {
            return Ok(0);
        }
        let mut values: Vec<Value> =
            vec![self.to.unwrap_or(self.from).into(), self.to.is_none().into()];
        let places: Vec<String> = (0..tasks.len()).map(|i| format!("${}", i + 3)).collect();
        values.extend(tasks.iter().map(|(id, _)| Value::from(*id)));
        let sql = format!(
            "update task set assignee_id = $1, needs_owner = $2 where id in ({})",
            places.join(", ")
        );
        w.execute(&sql, &values).await?;
        for (id, client) in &tasks {
            let change = match self.to {
                Some(to) => {
                    Change::new().field("assignee_id", self.from.to_string(), to.to_string())
                }
                None => Change::new().field("needs_owner", false, true),
            };
            w.record("task", *id, *client, change);
        }
        if let Some(to) = self.to {
            let payload = json!({
                "kind": "tasks-handed-over",
                "args": { "n": tasks.len() },
                "href": "/tasks",
            });
            w.send("notice", &to.to_string(), &payload).await?;
        }
        Ok(tasks.len())
    }
}

fn pair(row: Row) -> Result<(TaskId, Option<ClientId>), StoreError> {
    let mut c = row.cols();
    Ok((c.take()?, c.take()?))
}

/// Brings a client's open tasks in line after he changed: very important or not, and of which branch.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FollowClient {
    /// Whom.
    pub client_id: ClientId,
}

impl Command for FollowClient {
    const NAME: &'static str = "engagement.follow_client";
    const PERMISSION: &'static str = "system";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = u64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<u64, Error> {
        let client = crate::queries::client_ref::get(w, self.client_id).await?;
        // once very important, a task stays so: what was promised to a VIP is not forgotten when he
        // is moved to another segment
        let vip = i64::from(client.is_vip());
        let branch: Option<BranchId> = client.branch_id;
        let changed = w
            .execute(
                "update task set vip = case when vip = 1 then 1 else $2 end, branch_id = $3 \
                 where client_id = $1 and state = 'open'",
                params![self.client_id, vip, branch],
            )
            .await?;
        Ok(changed)
    }
}
