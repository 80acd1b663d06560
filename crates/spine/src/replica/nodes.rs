//! The nodes at branches, as the centre knows them.

use std::str::FromStr;

use kernel::{BranchId, Timestamp};
use store::capture::Cursor;
use store::{Read, Row, StoreError, Tx, params};
use uuid::Uuid;

use super::Mode;
use super::message::{Up, Want, Way};
use crate::Error;

/// Hours a branch may work after the centre's last answer, unless something else is said.
pub const LEASE_HOURS: i64 = 72;

/// How a node stands with the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeState {
    /// It has a code with which to enrol once.
    Invited,
    /// It exchanges.
    Active,
    /// It may do nothing any more.
    Revoked,
}

impl NodeState {
    /// The word for it in tables.
    pub const fn key(self) -> &'static str {
        match self {
            NodeState::Invited => "invited",
            NodeState::Active => "active",
            NodeState::Revoked => "revoked",
        }
    }
    fn from_key(key: &str) -> Self {
        match key {
            "invited" => NodeState::Invited,
            "active" => NodeState::Active,
            _ => NodeState::Revoked,
        }
    }
}

/// A node at a branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchNode {
    /// Its id.
    pub id: Uuid,
    /// The branch it is at.
    pub branch_id: BranchId,
    /// Its name, as the journal has it.
    pub name: String,
    /// How it stands.
    pub state: NodeState,
    /// Its public keys: of signatures, of what is sealed for it; none before it has enrolled.
    pub keys: Option<(Vec<u8>, Vec<u8>)>,
    /// Hours it may work after an answer.
    pub lease_hours: i64,
    /// Until when it may work.
    pub lease_until: Option<Timestamp>,
    /// When it was last heard.
    pub seen_at: Option<Timestamp>,
    /// What its clock showed then.
    pub clock_at: Option<Timestamp>,
    /// The version of its program.
    pub program: String,
    /// Commands it has not pushed yet.
    pub pending: i64,
    /// When the oldest of them was done.
    pub oldest_at: Option<Timestamp>,
    /// The instant its copy shows.
    pub replica_at: Option<Timestamp>,
    /// The highest number of its words that was heard.
    pub heard: i64,
    /// How its branch works.
    pub mode: Mode,
    /// Minutes after which it is silent; none where silence is no trouble.
    pub silent_minutes: Option<i64>,
}

const COLUMNS: &str = "n.id, n.branch_id, n.name, n.state, n.sign_key, n.seal_key, n.lease_hours, \
     n.lease_until, n.seen_at, n.clock_at, n.program, n.pending, n.oldest_at, n.replica_at, n.heard, b.mode, s.minutes";

const TABLES: &str = "branch_node n join branch b on b.id = n.branch_id \
     left join branch_silence s on s.branch_id = n.branch_id";

fn node(row: Row) -> Result<BranchNode, StoreError> {
    let mut c = row.cols();
    let mut node = BranchNode {
        id: c.take()?,
        branch_id: c.take()?,
        name: c.take()?,
        state: NodeState::from_key(&c.take::<String>()?),
        keys: {
            let keys: (Option<Vec<u8>>, Option<Vec<u8>>) = (c.take()?, c.take()?);
            keys.0.zip(keys.1)
        },
        lease_hours: c.take()?,
        lease_until: c.take()?,
        seen_at: c.take()?,
        clock_at: c.take()?,
        program: c.take()?,
        pending: c.take()?,
        oldest_at: c.take()?,
        replica_at: c.take()?,
        heard: c.take()?,
        mode: Mode::default(),
        silent_minutes: None,
    };
    node.mode = Mode::from_key(&c.take::<String>()?).unwrap_or_default();
    node.silent_minutes = node.mode.silent_minutes();
    if let (Some(usual), Some(said)) = (&mut node.silent_minutes, c.take()?) {
        *usual = said;
    }
    Ok(node)
}

/// One node.
///
/// # Errors
/// The database's.
pub async fn one<R: Read>(db: &mut R, id: Uuid) -> Result<Option<BranchNode>, StoreError> {
    let sql = format!("select {COLUMNS} from {TABLES} where n.id = $1");
    db.first(&sql, params![id]).await?.map(node).transpose()
}

/// The node a code was made for, by what is kept of the code.
///
/// # Errors
/// The database's.
pub async fn of_code<R: Read>(db: &mut R, code_hash: Vec<u8>) -> Result<Option<Uuid>, StoreError> {
    let sql = "select id from branch_node where code_hash = $1";
    db.first(sql, params![code_hash]).await?.map(Row::one).transpose()
}

/// Whether there is a node that exchanges.
///
/// # Errors
/// The database's.
pub async fn has_any<R: Read>(db: &mut R) -> Result<bool, StoreError> {
    let sql = "select 1 from branch_node where state = 'active' limit 1";
    Ok(db.first(sql, &[]).await?.is_some())
}

/// All nodes by name, at most so many.
///
/// # Errors
/// The database's.
pub async fn list<R: Read>(db: &mut R, limit: i64) -> Result<Vec<BranchNode>, StoreError> {
    let sql = format!("select {COLUMNS} from {TABLES} order by n.name limit $1");
    db.query(&sql, params![limit]).await?.into_iter().map(node).collect()
}

/// Takes a word of a node, whose number must be higher than every one before; answers `false` when it is not, or the node may
/// not speak. The last file that was heard may come once more: its answer may have been lost before anybody carried it.
pub(super) async fn hear(
    tx: &mut Tx,
    id: Uuid,
    (way, up): (Way, &Up),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let is_later = match way {
        Way::Line => "heard < $2",
        Way::File => "heard <= $2",
    };
    let sql = format!(
        "update branch_node set heard = $2, seen_at = $3, clock_at = $4, program = $5, pending = $6, \
         oldest_at = $7, replica_at = $8 where id = $1 and {is_later} and state = 'active'"
    );
    let row = params![
        id,
        up.number,
        now,
        up.at,
        up.program.as_str(),
        up.waiting,
        up.oldest,
        up.replica_at
    ];
    let heard = tx.execute(&sql, row).await? == 1;
    if let Some(taken) = up.taken.filter(|_| heard) {
        let sql = "update branch_node_client set state = 'has' where node_id = $1 and in_answer = $2 \
                   and state = 'sent'";
        tx.execute(sql, params![id, taken]).await?;
        let sql = "delete from branch_node_client where node_id = $1 and in_answer = $2 and state = 'leaves'";
        tx.execute(sql, params![id, taken]).await?;
    }
    let place = match &up.want {
        Want::Changes(cursor) => Some(cursor.as_str()),
        Want::Base(Some(place)) if up.tables.is_empty() => Some(place.cursor.as_str()),
        Want::Base(_) | Want::Nothing => None,
    };
    if let Some(place) = place.filter(|place| heard && Cursor::from_str(place).is_ok()) {
        let sql = "insert into branch_node_cursor (node_id, place) values ($1, $2) \
                   on conflict (node_id) do update set place = excluded.place";
        tx.execute(sql, params![id, place]).await?;
    }
    Ok(heard)
}

/// Which clients it had is of no account any more: it takes everything anew.
pub(super) async fn forget_clients(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    tx.execute("delete from branch_node_client where node_id = $1", params![id]).await?;
    Ok(())
}

/// Behind which places the nodes that were heard since have asked last; none when one of them has not asked yet.
pub(super) async fn places<R: Read>(
    db: &mut R,
    since: Timestamp,
) -> Result<Option<Vec<Cursor>>, StoreError> {
    let sql = "select c.place from branch_node n left join branch_node_cursor c on c.node_id = n.id \
               where n.state = 'active' and coalesce(n.seen_at, n.enrolled_at) > $1";
    let mut places = Vec::new();
    for row in db.query(sql, params![since]).await? {
        let place: Option<String> = row.one()?;
        let Some(cursor) = place.and_then(|place| Cursor::from_str(&place).ok()) else {
            return Ok(None);
        };
        places.push(cursor);
    }
    Ok(Some(places))
}

/// Notes whom a part of an answer brings and takes.
pub(super) async fn note_moved(
    tx: &mut Tx,
    (id, answer): (Uuid, Uuid),
    (entered, left): (Vec<Uuid>, Vec<Uuid>),
) -> Result<(), Error> {
    for (clients, state) in [(entered, "sent"), (left, "leaves")] {
        let rows: Vec<_> = clients
            .into_iter()
            .map(|client| vec![id.into(), client.into(), answer.into(), state.into()])
            .collect();
        let head = "insert into branch_node_client (node_id, client_id, in_answer, state) values";
        let tail = "on conflict (node_id, client_id) do update set in_answer = excluded.in_answer, \
                    state = excluded.state";
        tx.insert_many(head, &rows, tail).await?;
    }
    Ok(())
}

/// Notes how long the node may work.
pub(super) async fn prolong(tx: &mut Tx, id: Uuid, until: Timestamp) -> Result<(), Error> {
    let sql = "update branch_node set lease_until = $2 where id = $1 and state = 'active'";
    if tx.execute(sql, params![id, until]).await? == 0 {
        return Err(Error::refused("branch-node-revoked"));
    }
    Ok(())
}
