//! Clients' next steps: of one client, and the report of those who have none.

use kernel::{BranchId, ClientId, Date, TaskId, Timestamp, UserId};
use spine::Principal;
use store::{Read, StoreError, params};

use crate::queries::client_ref::{COLUMNS, ClientRef, NOT_MERGED};
use crate::task::model::TaskKind;

/// What is next with a client.
#[derive(Clone, Debug, Default)]
pub struct NextStep {
    /// The nearest open task: identity, what, kind, day, who.
    pub task: Option<(TaskId, String, TaskKind, Date, UserId)>,
    /// When somebody last spoke with him.
    pub last_contact_at: Option<Timestamp>,
    /// How many tasks are open.
    pub open_tasks: i64,
}

/// The next step of a client.
///
/// # Errors
/// The database's.
pub async fn step_of<R: Read>(db: &mut R, client: ClientId) -> Result<NextStep, StoreError> {
    let sql = "select s.last_contact_at, s.open_tasks, t.id, t.title, t.kind, t.due_on, t.assignee_id \
               from client_step s left join task t on t.id = s.task_id where s.client_id = $1";
    let Some(row) = db.first(sql, params![client]).await? else {
        return Ok(NextStep::default());
    };
    let mut c = row.cols();
    let (last_contact_at, open_tasks) = (c.take()?, c.take()?);
    let id: Option<TaskId> = c.take()?;
    let task = match id {
        None => None,
        Some(id) => {
            let title = c.take()?;
            let kind: String = c.take()?;
            let kind = TaskKind::from_key(&kind).unwrap_or(TaskKind::Task);
            Some((id, title, kind, c.take()?, c.take()?))
        }
    };
    Ok(NextStep { task, last_contact_at, open_tasks })
}

/// Active clients without a dated next step, of one manager in one branch.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Gap {
    /// Branch.
    pub branch_id: Option<BranchId>,
    /// Manager; none: nobody looks after them.
    pub manager_id: Option<UserId>,
    /// How many active clients they look after.
    pub clients: i64,
    /// How many of these have no next step.
    pub without_step: i64,
    /// How many of those are very important.
    pub vip_without_step: i64,
}

/// Gaps by branch and manager, within the person's reach; people and companies only.
///
/// # Errors
/// The database's.
pub async fn gaps<R: Read>(db: &mut R, principal: &Principal) -> Result<Vec<Gap>, StoreError> {
    let filter = principal.filter("client.read", "c", 1);
    let sql = format!(
        "select c.branch_id, c.manager_id, count(*), \
         cast(sum(case when s.due_on is null then 1 else 0 end) as bigint), \
         cast(sum(case when s.due_on is null and c.segment = 'vip' then 1 else 0 end) as bigint) \
         from client c left join client_step s on s.client_id = c.id \
         where c.status = 'active' and c.kind in ('person', 'company', 'sole_trader') and {} \
         and {NOT_MERGED} \
         group by c.branch_id, c.manager_id",
        filter.sql
    );
    let mut out = Vec::new();
    for row in db.query(&sql, &filter.params).await? {
        let mut c = row.cols();
        out.push(Gap {
            branch_id: c.take()?,
            manager_id: c.take()?,
            clients: c.take()?,
            without_step: c.take()?,
            vip_without_step: c.take()?,
        });
    }
    Ok(out)
}

/// An active client without a dated next step.
#[derive(Clone, Debug)]
pub struct GapClient {
    /// The client.
    pub client: ClientRef,
    /// What lists are sorted by.
    pub sort_name: String,
    /// When somebody last spoke with him.
    pub last_contact_at: Option<Timestamp>,
}

/// One page of the clients behind a gap, by name.
///
/// # Errors
/// The database's.
pub async fn gap_clients<R: Read>(
    db: &mut R,
    principal: &Principal,
    (branch, manager): (Option<BranchId>, Option<UserId>),
    (after_name, after_id): (String, Option<ClientId>),
    limit: i64,
) -> Result<Vec<GapClient>, StoreError> {
    let nil = ClientId::from_uuid(uuid::Uuid::nil());
    let mut values = params![after_name, after_id.unwrap_or(nil), limit].to_vec();
    let mut equal = |column: &str, value: Option<store::Value>| match value {
        Some(value) => {
            values.push(value);
            format!("{column} = ${}", values.len())
        }
        None => format!("{column} is null"),
    };
    let of_branch = equal("c.branch_id", branch.map(Into::into));
    let of_manager = equal("c.manager_id", manager.map(Into::into));
    let filter = principal.filter("client.read", "c", values.len() + 1);
    values.extend(filter.params);
    let sql = format!(
        "select {COLUMNS}, c.sort_name, s.last_contact_at from client c \
         left join client_step s on s.client_id = c.id \
         where {of_branch} and {of_manager} and c.status = 'active' and s.due_on is null \
         and c.kind in ('person', 'company', 'sole_trader') and (c.sort_name, c.id) > ($1, $2) \
         and {} and {NOT_MERGED} order by c.sort_name, c.id limit $3",
        filter.sql
    );
    let mut out = Vec::new();
    for row in db.query(&sql, &values).await? {
        let mut c = row.cols();
        out.push(GapClient {
            client: ClientRef::from_cols(&mut c)?,
            sort_name: c.take()?,
            last_contact_at: c.take()?,
        });
    }
    Ok(out)
}
