//! The journal: append-only entries, written in the transaction of their command and sealed
//! afterwards, in commit order, into hash-chained blocks.
//!
//! Writers never queue behind one another: an entry gets its final position (`pos`) only when the
//! sealer sees that every older transaction has ended (PostgreSQL: below the snapshot's horizon).
//! Readers follow `pos`, so they skip nothing and see nothing twice.
//!
//! What was changed on a client is stored sealed under his key ([`crate::keys`]); the hashes are over what is
//! stored, so the chain verifies without keys, and after a key was destroyed.

use kernel::{CommandId, Entropy, OperationId, Timestamp, UserId};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::insert::Insert;
use crate::keys::{self, Item, Opened};
use crate::{Cols, Read, Row, StoreError, Tx, Value, Writer, params};

/// Advisory lock of the sealer (PostgreSQL).
pub(crate) const SEAL_LOCK: i64 = 7_450_002;
/// Hash before the first block.
const GENESIS: [u8; 32] = [0; 32];

/// What a command changed on one thing, before it has a place in the journal.
#[derive(Clone, Debug)]
pub struct Draft {
    /// When.
    pub at: Timestamp,
    /// The request or job it happened in.
    pub operation_id: OperationId,
    /// The command.
    pub command_id: CommandId,
    /// Who; none for the system itself.
    pub actor_id: Option<UserId>,
    /// The node that executed it (centre or branch code).
    pub node: String,
    /// The channel it came by (`web`, `api`, `import`, `job`, …).
    pub channel: String,
    /// The command's name.
    pub command: String,
    /// Kind of the changed thing.
    pub entity: String,
    /// The changed thing.
    pub entity_id: Uuid,
    /// The client it belongs to, if any: his key seals `changes`.
    pub client_id: Option<Uuid>,
    /// JSON: field → `[before, after]`; `{}` when the client's key was destroyed.
    pub changes: String,
}

/// An entry with its final position.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Final position, dense, from 1.
    pub pos: i64,
    /// The content.
    pub draft: Draft,
    /// The client's key was destroyed: what was changed can never be read again.
    pub is_destroyed: bool,
}

impl Draft {
    /// SHA-256 over all fields, each with its length, so that no two contents share a preimage.
    pub fn hash(&self) -> [u8; 32] {
        let mut hasher = Sha256::new();
        let mut part = |bytes: &[u8]| {
            let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            hasher.update(length.to_be_bytes());
            hasher.update(bytes);
        };
        let optional = |id: Option<Uuid>| id.map_or(Vec::new(), |u| u.as_bytes().to_vec());
        part(&self.at.micros().to_be_bytes());
        part(self.operation_id.uuid().as_bytes());
        part(self.command_id.uuid().as_bytes());
        part(&optional(self.actor_id.map(UserId::uuid)));
        part(self.node.as_bytes());
        part(self.channel.as_bytes());
        part(self.command.as_bytes());
        part(self.entity.as_bytes());
        part(self.entity_id.as_bytes());
        part(&optional(self.client_id));
        part(self.changes.as_bytes());
        hasher.finalize().into()
    }

    fn row(&self, changes: &str) -> Vec<Value> {
        vec![
            self.at.into(),
            self.operation_id.into(),
            self.command_id.into(),
            self.actor_id.into(),
            self.node.as_str().into(),
            self.channel.as_str().into(),
            self.command.as_str().into(),
            self.entity.as_str().into(),
            self.entity_id.into(),
            self.client_id.into(),
            changes.into(),
        ]
    }

    fn from_cols(cols: &mut Cols) -> Result<Self, StoreError> {
        Ok(Self {
            at: cols.take()?,
            operation_id: cols.take()?,
            command_id: cols.take()?,
            actor_id: cols.take()?,
            node: cols.take()?,
            channel: cols.take()?,
            command: cols.take()?,
            entity: cols.take()?,
            entity_id: cols.take()?,
            client_id: cols.take()?,
            changes: cols.take()?,
        })
    }
}

const COLUMNS: &str = "e.at, e.operation_id, e.command_id, e.actor_id, e.node, e.channel, e.command, \
     e.entity, e.entity_id, e.client_id, e.changes";

/// The sealed or plain changes of an entry, as [`keys::open_texts`] takes them.
pub fn item(
    client_id: Option<Uuid>,
    command_id: CommandId,
    entity_id: Uuid,
    changes: String,
) -> Item {
    (client_id.unwrap_or(keys::BANK), format!("journal/{command_id}/{entity_id}"), changes)
}

/// Appends entries inside the command's transaction. What concerns a client is sealed under his key, which is
/// made now when he has none.
///
/// # Errors
/// The database's; [`StoreError::Keys`] while the keys are locked; [`StoreError::Erased`] when a client's data
/// was erased.
pub async fn append(
    tx: &mut Tx,
    entropy: &dyn Entropy,
    drafts: &[Draft],
) -> Result<(), StoreError> {
    let of_clients: Vec<Item> = drafts
        .iter()
        .filter(|d| d.client_id.is_some())
        .map(|d| item(d.client_id, d.command_id, d.entity_id, d.changes.clone()))
        .collect();
    let Some(at) = drafts.first().map(|d| d.at) else { return Ok(()) };
    let mut sealed = if of_clients.is_empty() {
        Vec::new()
    } else {
        keys::seal_texts(tx, (entropy, at), &of_clients).await?
    }
    .into_iter();
    let lead = tx.dialect().transaction_id();
    let insert = Insert {
        head: "insert into journal_entry (txid, at, operation_id, command_id, actor_id, node, \
               channel, command, entity, entity_id, client_id, changes) values",
        lead,
        tail: "",
    };
    let mut rows = Vec::with_capacity(drafts.len());
    for draft in drafts {
        rows.push(match draft.client_id {
            None => draft.row(&draft.changes),
            Some(_) => match sealed.next().flatten() {
                Some(changes) => draft.row(&changes),
                // of a client whose data was erased nothing may be written any more
                None => return Err(StoreError::Erased),
            },
        });
    }
    tx.insert_rows(&insert, &rows).await?;
    Ok(())
}

/// The end of the chain.
#[derive(Clone, Debug)]
pub(crate) struct Tip {
    pub(crate) height: i64,
    pub(crate) last_pos: i64,
    pub(crate) last_txid: i64,
    pub(crate) last_seq: i64,
    pub(crate) hash: Vec<u8>,
}

pub(crate) async fn tip<R: Read>(db: &mut R) -> Result<Tip, StoreError> {
    let sql = "select height, last_pos, last_txid, last_seq, hash from journal_block \
               order by height desc limit 1";
    let Some(row) = db.first(sql, &[]).await? else {
        return Ok(Tip {
            height: 0,
            last_pos: 0,
            last_txid: -1,
            last_seq: 0,
            hash: GENESIS.into(),
        });
    };
    let mut c = row.cols();
    Ok(Tip {
        height: c.take()?,
        last_pos: c.take()?,
        last_txid: c.take()?,
        last_seq: c.take()?,
        hash: c.take()?,
    })
}

/// The hash of a block: what came before, its height and first position, and its entries' hashes.
pub(crate) fn block_hash<'a>(
    previous: &[u8],
    height: i64,
    first_pos: i64,
    hashes: impl Iterator<Item = &'a [u8]>,
) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    hasher.update(height.to_be_bytes());
    hasher.update(first_pos.to_be_bytes());
    for hash in hashes {
        hasher.update(hash);
    }
    hasher.finalize().into()
}

/// Height, first and last position of the block after the tip. Somebody may have written numbers there that no chain
/// reaches.
fn next(tip: &Tip, entries: usize) -> Result<(i64, i64, i64), StoreError> {
    let entries = i64::try_from(entries).unwrap_or(i64::MAX);
    let (height, last_pos) = (tip.height.checked_add(1), tip.last_pos.checked_add(entries));
    let first_pos = tip.last_pos.checked_add(1);
    let beyond = || StoreError::Column { index: 1, problem: "no chain is as long".to_owned() };
    Ok((height.ok_or_else(beyond)?, first_pos.ok_or_else(beyond)?, last_pos.ok_or_else(beyond)?))
}

/// Seals up to [`kernel::limits::SEAL_BATCH`] finished entries into one block; answers how many.
/// May run on several nodes at once: they take turns.
///
/// # Errors
/// The database's; then nothing was sealed.
pub async fn seal(writer: &Writer, now: Timestamp) -> Result<usize, StoreError> {
    let mut tx = writer.begin().await?;
    tx.lock(SEAL_LOCK).await?;
    let tip = tip(&mut tx).await?;
    let sql = behind(&format!("e.txid, e.seq, {COLUMNS}"), tx.dialect().horizon());
    let rows =
        tx.query(&sql, params![tip.last_txid, tip.last_seq, kernel::limits::SEAL_BATCH]).await?;
    let mut sealed = Vec::with_capacity(rows.len());
    for row in rows {
        let mut cols = row.cols();
        let place: (i64, i64) = (cols.take()?, cols.take()?);
        sealed.push((place, Draft::from_cols(&mut cols)?.hash()));
    }
    let Some(((last_txid, last_seq), _)) = sealed.last().copied() else {
        tx.rollback().await?;
        return Ok(0);
    };
    let (height, first_pos, last_pos) = next(&tip, sealed.len())?;
    let hash = block_hash(&tip.hash, height, first_pos, sealed.iter().map(|s| &s.1[..]));
    let rows: Vec<Vec<Value>> = (first_pos..)
        .zip(&sealed)
        .map(|(pos, ((_, seq), hash))| vec![pos.into(), (*seq).into(), hash.to_vec().into()])
        .collect();
    tx.insert_many("insert into journal_seal (pos, seq, hash) values", &rows, "").await?;
    tx.execute(
        "insert into journal_block (height, first_pos, last_pos, last_txid, last_seq, sealed_at, \
         previous, hash) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            height,
            first_pos,
            last_pos,
            last_txid,
            last_seq,
            now,
            tip.hash.clone(),
            hash.to_vec()
        ],
    )
    .await?;
    tx.commit().await?;
    Ok(sealed.len())
}

/// Entries behind the place `($1, $2)` and below a horizon, `$3` at most, in order; `txid` and `seq` come
/// first. Two ranges of the index: as one comparison of pairs SQLite, where all transactions are number
/// 0, would read the whole journal up to the place.
fn behind(columns: &str, horizon: &str) -> String {
    let range = |place: &str| {
        format!(
            "select * from (select {columns} from journal_entry e where {place} and e.txid < {horizon} \
             order by e.txid, e.seq limit $3)"
        )
    };
    let (same, later) = (range("e.txid = $1 and e.seq > $2"), range("e.txid > $1"));
    format!("{same} same union all {later} later order by 1, 2 limit $3")
}

/// When the oldest entry that is not sealed yet was written; none when all are.
///
/// # Errors
/// The database's.
pub async fn oldest_unsealed<R: Read>(db: &mut R) -> Result<Option<Timestamp>, StoreError> {
    let tip = tip(db).await?;
    let sql = behind("e.txid, e.seq, e.at", "9223372036854775807");
    let Some(row) = db.first(&sql, params![tip.last_txid, tip.last_seq, 1_i64]).await? else {
        return Ok(None);
    };
    let mut c = row.cols();
    let (_, _): (i64, i64) = (c.take()?, c.take()?);
    Ok(Some(c.take()?))
}

/// Sealed entries after a position, in order.
///
/// # Errors
/// The database's.
pub async fn after<R: Read>(db: &mut R, pos: i64, limit: i64) -> Result<Vec<Entry>, StoreError> {
    // The limit stands in the text: planned for whatever limit, PostgreSQL joins all of the journal to find a few entries.
    let sql = format!(
        "select s.pos, {COLUMNS} from journal_seal s join journal_entry e on e.seq = s.seq \
         where s.pos > $1 order by s.pos limit {limit}"
    );
    let rows = db.query(&sql, params![pos]).await?;
    opened(db, rows).await
}

/// The position of the first entry of a thing: that of the command that made it; none while it is not sealed.
///
/// # Errors
/// The database's.
pub async fn first_of<R: Read>(db: &mut R, thing: Uuid) -> Result<Option<i64>, StoreError> {
    let sql = "select min(s.pos) from journal_entry e join journal_seal s on s.seq = e.seq \
               where e.entity_id = $1";
    db.first(sql, params![thing]).await?.map_or(Ok(None), Row::one)
}

/// The newest entries of clients who are one, newest first, sealed or not (`pos` 0 while unsealed), before
/// the instant `before`. Of each at most `limit`, so that every one is read along the index.
///
/// # Errors
/// The database's.
pub async fn of_clients<R: Read>(
    db: &mut R,
    clients: &[kernel::ClientId],
    since: Timestamp,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Entry>, StoreError> {
    let mut values = params![since, before].to_vec();
    let parts: Vec<String> = clients
        .iter()
        .map(|client| {
            values.push((*client).into());
            let place = values.len();
            format!(
                "select * from (select coalesce(s.pos, 0) as pos, {COLUMNS}, e.seq from journal_entry e \
                 left join journal_seal s on s.seq = e.seq \
                 where e.at > $1 and e.at < $2 and e.client_id = ${place} \
                 order by e.at desc, e.seq desc limit {limit}) t{place}"
            )
        })
        .collect();
    if parts.is_empty() {
        return Ok(Vec::new());
    }
    // by instant, then by number: the second column and the last one
    let sql = format!("{} order by 2 desc, 13 desc limit {limit}", parts.join(" union all "));
    let rows = db.query(&sql, &values).await?;
    opened(db, rows).await
}

/// A page of the journal, newest first, before the position `before` (`i64::MAX` for the first page).
///
/// # Errors
/// The database's.
pub async fn page<R: Read>(db: &mut R, before: i64, limit: i64) -> Result<Vec<Entry>, StoreError> {
    let sql = format!(
        "select s.pos, {COLUMNS} from journal_seal s join journal_entry e on e.seq = s.seq \
         where s.pos < $1 order by s.pos desc limit {limit}"
    );
    let rows = db.query(&sql, params![before]).await?;
    opened(db, rows).await
}

/// An entry as it is stored.
pub(crate) fn entry(row: Row) -> Result<Entry, StoreError> {
    let mut cols = row.cols();
    Ok(Entry { pos: cols.take()?, draft: Draft::from_cols(&mut cols)?, is_destroyed: false })
}

/// Entries with what was sealed of them opened.
async fn opened<R: Read>(db: &mut R, rows: Vec<Row>) -> Result<Vec<Entry>, StoreError> {
    let mut entries: Vec<Entry> = rows.into_iter().map(entry).collect::<Result<_, _>>()?;
    let items = entries
        .iter_mut()
        .map(|e| {
            let d = &mut e.draft;
            item(d.client_id, d.command_id, d.entity_id, std::mem::take(&mut d.changes))
        })
        .collect();
    for (entry, changes) in entries.iter_mut().zip(keys::open_texts(db, items).await?) {
        entry.is_destroyed = changes == Opened::Destroyed;
        entry.draft.changes = changes.or("{}");
    }
    Ok(entries)
}

/// Where a reader stands; 0 before its first entry.
///
/// # Errors
/// The database's.
pub async fn cursor<R: Read>(db: &mut R, reader: &str) -> Result<i64, StoreError> {
    let row = db.first("select pos from journal_cursor where reader = $1", params![reader]).await?;
    row.map_or(Ok(0), Row::one)
}

/// Moves a reader's cursor, in the transaction of what the reader did. Answers `false`, and moves
/// nothing, when another run of the same reader was there first.
///
/// # Errors
/// The database's.
pub async fn move_cursor(
    tx: &mut Tx,
    reader: &str,
    from: i64,
    to: i64,
    now: Timestamp,
) -> Result<bool, StoreError> {
    if from == 0 {
        tx.execute(
            "insert into journal_cursor (reader, pos, moved_at) values ($1, 0, $2) \
             on conflict (reader) do nothing",
            params![reader, now],
        )
        .await?;
    }
    let moved = tx
        .execute(
            "update journal_cursor set pos = $3, moved_at = $4 where reader = $1 and pos = $2",
            params![reader, from, to, now],
        )
        .await?;
    Ok(moved == 1)
}
