//! Reading of contacts, and the parts a timeline is put together from.

use kernel::{BranchId, ClientId, Date, InteractionId, TaskId, Timestamp, UserId};
use spine::OwnValues;
use store::{Cols, Read, StoreError, Value, params};
use uuid::Uuid;

use super::model::{Channel, Direction};
use crate::task::model::{TaskKind, TaskState};
use crate::words;

/// A contact as the database holds it.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct InteractionRow {
    /// Identity.
    pub id: InteractionId,
    /// With whom.
    pub client_id: ClientId,
    /// When.
    pub at: Timestamp,
    /// Channel.
    pub channel: Channel,
    /// Direction.
    pub direction: Direction,
    /// Topic word or empty.
    pub topic: String,
    /// One line.
    pub subject: String,
    /// What was said.
    pub body: String,
    /// Result word or empty.
    pub result: String,
    /// Who wrote it; none for a system.
    pub author_id: Option<UserId>,
    /// Where.
    pub branch_id: Option<BranchId>,
    /// How long the client waited (seconds).
    pub waiting_seconds: Option<i64>,
    /// How long it took (seconds).
    pub handling_seconds: Option<i64>,
    /// The row it corrects.
    pub corrects_id: Option<InteractionId>,
    /// When it was written down.
    pub created_at: Timestamp,
    /// Fields the bank has added.
    pub custom: OwnValues,
}

const COLUMNS: &str = "i.id, i.client_id, i.at, i.channel, i.direction, i.topic, i.subject, i.body, \
     i.result, i.author_id, i.branch_id, i.waiting_seconds, i.handling_seconds, i.corrects_id, \
     i.created_at, coalesce((select v.doc from own_values v where v.record_id = i.id), '{}')";

impl InteractionRow {
    fn from_cols(c: &mut Cols) -> Result<Self, StoreError> {
        let word = |index: usize, problem: String| StoreError::Column { index, problem };
        Ok(Self {
            id: c.take()?,
            client_id: c.take()?,
            at: c.take()?,
            channel: {
                let key: String = c.take()?;
                Channel::from_key(&key).ok_or_else(|| word(3, key))?
            },
            direction: {
                let key: String = c.take()?;
                Direction::from_key(&key).ok_or_else(|| word(4, key))?
            },
            topic: c.take()?,
            subject: c.take()?,
            body: c.take()?,
            result: c.take()?,
            author_id: c.take()?,
            branch_id: c.take()?,
            waiting_seconds: c.take()?,
            handling_seconds: c.take()?,
            corrects_id: c.take()?,
            created_at: c.take()?,
            custom: c.take()?,
        })
    }
}

/// One contact, whoever asks.
///
/// # Errors
/// The database's.
pub async fn interaction<R: Read>(
    db: &mut R,
    id: InteractionId,
) -> Result<Option<InteractionRow>, StoreError> {
    let sql = format!("select {COLUMNS} from interaction i where i.id = $1");
    let row = db.first(&sql, params![id]).await?;
    row.map(|r| InteractionRow::from_cols(&mut r.cols())).transpose()
}

/// Whether a newer row stands for this one.
///
/// # Errors
/// The database's.
pub async fn is_corrected<R: Read>(db: &mut R, id: InteractionId) -> Result<bool, StoreError> {
    let sql = "select id from interaction where corrects_id = $1 limit 1";
    Ok(db.first(sql, params![id]).await?.is_some())
}

/// A place on the timeline; entries below it are older.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Instant.
    pub at: Timestamp,
    /// Tells entries of one instant apart.
    pub id: Uuid,
}

impl Place {
    /// Above everything.
    pub const TOP: Place = Place { at: Timestamp::from_micros(i64::MAX), id: Uuid::max() };
    /// As it stands in an address: `1764000000000000_0192…`.
    pub fn word(self) -> String {
        format!("{}_{}", self.at.micros(), self.id)
    }
    /// From the word; the top when it is no place.
    pub fn from_word(word: &str) -> Self {
        let parsed = word.split_once('_').and_then(|(at, id)| {
            Some(Place { at: Timestamp::from_micros(at.parse().ok()?), id: id.parse().ok()? })
        });
        parsed.unwrap_or(Place::TOP)
    }
}

/// The next step agreed in a contact, as it stands today.
#[derive(Clone, Debug)]
pub struct AgreedStep {
    /// The task.
    pub id: TaskId,
    /// What.
    pub title: String,
    /// By when.
    pub due_on: Date,
    /// Who.
    pub assignee_id: UserId,
    /// Where it stands.
    pub state: TaskState,
}

/// A contact on the timeline.
#[derive(Clone, Debug)]
pub struct Contact {
    /// The contact.
    pub row: InteractionRow,
    /// A newer row stands for it.
    pub is_corrected: bool,
    /// What was agreed.
    pub next: Option<AgreedStep>,
}

/// Contacts of a client below a place, newest first: of these channels, holding all words of a query.
///
/// # Errors
/// The database's.
pub async fn contacts<R: Read>(
    db: &mut R,
    client: ClientId,
    channels: &[Channel],
    query: &str,
    below: Place,
    limit: i64,
) -> Result<Vec<Contact>, StoreError> {
    if channels.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = params![client, below.at, below.id, limit].to_vec();
    let mut more = String::new();
    if channels.len() < Channel::ALL.len() {
        let words: Vec<String> = channels.iter().map(|c| format!("'{}'", c.key())).collect();
        more.push_str(&format!(" and i.channel in ({})", words.join(", ")));
    }
    for stem in words::stems(query) {
        values.push(words::pattern(&stem).into());
        more.push_str(&format!(" and i.text_norm like ${}", values.len()));
    }
    let sql = format!(
        "select {COLUMNS}, case when n.id is null then 0 else 1 end, \
         t.id, t.title, t.due_on, t.assignee_id, t.state from interaction i \
         left join interaction n on n.corrects_id = i.id \
         left join task t on t.source_interaction_id = i.id \
         where i.client_id = $1 and (i.at, i.id) < ($2, $3){more} \
         order by i.at desc, i.id desc limit $4"
    );
    let mut out: Vec<Contact> = Vec::new();
    for row in db.query(&sql, &values).await? {
        let mut c = row.cols();
        let contact = Contact {
            row: InteractionRow::from_cols(&mut c)?,
            is_corrected: c.take()?,
            next: agreed(&mut c)?,
        };
        // a contact with two steps comes twice; the first is enough here
        if out.last().is_none_or(|last| last.row.id != contact.row.id) {
            out.push(contact);
        }
    }
    Ok(out)
}

fn agreed(c: &mut Cols) -> Result<Option<AgreedStep>, StoreError> {
    let id: Option<TaskId> = c.take()?;
    let Some(id) = id else { return Ok(None) };
    let (title, due_on, assignee_id) = (c.take()?, c.take()?, c.take()?);
    let state: String = c.take()?;
    let state = TaskState::from_key(&state).unwrap_or(TaskState::Open);
    Ok(Some(AgreedStep { id, title, due_on, assignee_id, state }))
}

/// A task on the timeline: when it was made, or when it was closed.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct TaskMark {
    /// The task.
    pub id: TaskId,
    /// When this happened.
    pub at: Timestamp,
    /// What.
    pub title: String,
    /// Kind.
    pub kind: TaskKind,
    /// By when.
    pub due_on: Date,
    /// Where it stands.
    pub state: TaskState,
    /// What came of it.
    pub result: String,
    /// Who did this.
    pub by: Option<UserId>,
    /// Whose it is.
    pub assignee_id: UserId,
}

/// Tasks of a client by what happened to them, newest first.
#[derive(Debug, Default)]
pub struct TaskMarks {
    /// They were made (outside a contact, which shows its own step).
    pub made: Vec<TaskMark>,
    /// They were done or cancelled.
    pub closed: Vec<TaskMark>,
}

/// Tasks of a client that were made or closed below a place, so many of each.
///
/// # Errors
/// The database's.
pub async fn task_marks<R: Read>(
    db: &mut R,
    client: ClientId,
    query: &str,
    below: Place,
    limit: i64,
) -> Result<TaskMarks, StoreError> {
    let mut values: Vec<Value> = params![client, below.at, below.id, limit].to_vec();
    let mut more = String::new();
    for stem in words::stems(query) {
        values.push(words::pattern(&stem).into());
        more.push_str(&format!(" and title_norm like ${}", values.len()));
    }
    let part = |is_closed: i64, at: &str, by: &str, only: &str| {
        format!(
            "select * from (select {is_closed} as is_closed, id, {at}, title, kind, due_on, state, result, {by}, \
             assignee_id from task where client_id = $1 and ({at}, id) < ($2, $3) and {only}{more} \
             order by {at} desc, id desc limit $4) t{is_closed}"
        )
    };
    let made = part(0, "created_at", "created_by", "source_interaction_id is null");
    let closed = part(1, "closed_at", "closed_by", "closed_at is not null");
    let mut marks = TaskMarks::default();
    let sql = format!("{made} union all {closed} order by 3 desc, 2 desc");
    for row in db.query(&sql, &values).await? {
        let mut c = row.cols();
        let is_closed: bool = c.take()?;
        let mark = TaskMark {
            id: c.take()?,
            at: c.take()?,
            title: c.take()?,
            kind: TaskKind::from_key(&c.take::<String>()?).unwrap_or(TaskKind::Task),
            due_on: c.take()?,
            state: TaskState::from_key(&c.take::<String>()?).unwrap_or(TaskState::Open),
            result: c.take()?,
            by: c.take()?,
            assignee_id: c.take()?,
        };
        if is_closed { marks.closed.push(mark) } else { marks.made.push(mark) }
    }
    Ok(marks)
}

/// When the person last looked at the client; `None` before the first time.
///
/// # Errors
/// The database's.
pub async fn seen_at<R: Read>(
    db: &mut R,
    client: ClientId,
    user: Option<UserId>,
) -> Result<Option<Timestamp>, StoreError> {
    let Some(user) = user else { return Ok(None) };
    let sql = "select at from client_seen where client_id = $1 and staff_id = $2";
    db.first(sql, params![client, user]).await?.map(store::Row::one).transpose()
}
