//! A task as the database holds it.

use kernel::{BranchId, ClientId, Date, InteractionId, TaskId, Timestamp, UserId};
use spine::{OwnValues, Owner};
use store::{Cols, Read, StoreError, params};

use crate::task::model::{TaskKind, TaskState};

/// A task.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct TaskRow {
    /// Identity.
    pub id: TaskId,
    /// For whom; none for a task of the bank's own.
    pub client_id: Option<ClientId>,
    /// What.
    pub title: String,
    /// Kind.
    pub kind: TaskKind,
    /// By when.
    pub due_on: Date,
    /// By what time.
    pub due_at: Option<Timestamp>,
    /// Who does it.
    pub assignee_id: UserId,
    /// Whose branch.
    pub branch_id: Option<BranchId>,
    /// Who wished it.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
    /// Where it stands.
    pub state: TaskState,
    /// 1 urgent, 2 normal, 3 some day.
    pub priority: i64,
    /// For a very important client.
    pub vip: bool,
    /// What came of it.
    pub result: String,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// By whom.
    pub closed_by: Option<UserId>,
    /// How often it got another day.
    pub postponed: i64,
    /// 0, 1 (head of the branch told), 2 (head of the region told).
    pub escalation_level: i64,
    /// Its owner has left and nobody took it over.
    pub needs_owner: bool,
    /// The contact it was agreed in.
    pub source_interaction_id: Option<InteractionId>,
    /// Fields the bank has added.
    pub custom: OwnValues,
}

/// The columns of [`TaskRow`], of the table alias `t`.
pub(crate) const COLUMNS: &str = "t.id, t.client_id, t.title, t.kind, t.due_on, t.due_at, \
     t.assignee_id, t.branch_id, t.created_by, t.created_at, t.state, t.priority, t.vip, t.result, \
     t.closed_at, t.closed_by, t.postponed, t.escalation_level, t.needs_owner, \
     t.source_interaction_id, coalesce((select v.doc from own_values v where v.record_id = t.id), '{}')";

impl TaskRow {
    /// To whom it belongs, for the policy: the branch of the client and the person who does it.
    pub const fn owner(&self) -> Owner {
        Owner::row(self.branch_id, Some(self.assignee_id))
    }

    pub(crate) fn from_cols(c: &mut Cols) -> Result<Self, StoreError> {
        let word = |index: usize, word: String| StoreError::Column { index, problem: word };
        Ok(Self {
            id: c.take()?,
            client_id: c.take()?,
            title: c.take()?,
            kind: {
                let key: String = c.take()?;
                TaskKind::from_key(&key).ok_or_else(|| word(3, key))?
            },
            due_on: c.take()?,
            due_at: c.take()?,
            assignee_id: c.take()?,
            branch_id: c.take()?,
            created_by: c.take()?,
            created_at: c.take()?,
            state: {
                let key: String = c.take()?;
                TaskState::from_key(&key).ok_or_else(|| word(10, key))?
            },
            priority: c.take()?,
            vip: c.take()?,
            result: c.take()?,
            closed_at: c.take()?,
            closed_by: c.take()?,
            postponed: c.take()?,
            escalation_level: c.take()?,
            needs_owner: c.take()?,
            source_interaction_id: c.take()?,
            custom: c.take()?,
        })
    }
}

/// One task, whoever asks.
///
/// # Errors
/// The database's.
pub async fn task<R: Read>(db: &mut R, id: TaskId) -> Result<Option<TaskRow>, StoreError> {
    let sql = format!("select {COLUMNS} from task t where t.id = $1");
    let row = db.first(&sql, params![id]).await?;
    row.map(|r| TaskRow::from_cols(&mut r.cols())).transpose()
}

/// One task, its row held until the end of the transaction.
pub(crate) async fn held_by<R: Read>(
    db: &mut R,
    id: TaskId,
) -> Result<Option<TaskRow>, StoreError> {
    let lock = db.dialect().for_update();
    let sql = format!("select {COLUMNS} from task t where t.id = $1{lock}");
    let row = db.first(&sql, params![id]).await?;
    row.map(|r| TaskRow::from_cols(&mut r.cols())).transpose()
}

/// Open tasks for very important clients that are due on a day or before it, in the order of their
/// days, after a place in that order; what the escalation looks through.
///
/// # Errors
/// The database's.
pub async fn overdue_vip<R: Read>(
    db: &mut R,
    until: Date,
    after: Option<(Date, TaskId)>,
    limit: i64,
) -> Result<Vec<TaskRow>, StoreError> {
    let (day, id) = after.map_or_else(
        || (String::new(), TaskId::from_uuid(uuid::Uuid::nil())),
        |(day, id)| (day.to_string(), id),
    );
    let sql = format!(
        "select {COLUMNS} from task t where t.state = 'open' and t.vip = 1 and t.due_on <= $1 \
         and (t.due_on, t.id) > ($2, $3) and t.escalation_level < 2 \
         order by t.due_on, t.id limit $4"
    );
    let rows = db.query(&sql, params![until, day, id, limit]).await?;
    rows.into_iter().map(|r| TaskRow::from_cols(&mut r.cols())).collect()
}
