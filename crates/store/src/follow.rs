//! What has been committed since one last looked, by whichever node: entries of the journal, sealed or not,
//! and rings of the bell for what has no entry. Nothing is skipped and nothing comes twice: on PostgreSQL one
//! looks from snapshot to snapshot, so that a transaction that was open at the last look is not missed.

use std::time::Instant;

use kernel::{CommandId, Timestamp};
use uuid::Uuid;

use crate::{Cols, Dialect, Read, Reader, Row, StoreError, Tx, params};

/// Where one last looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The snapshot's text on PostgreSQL, the last entry and ring on SQLite.
    place: String,
    /// How often the connection had been lost until then.
    losses: u64,
}

/// Something that was committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// An entry of the journal.
    Entry {
        /// The command's name.
        command: String,
        /// The command.
        command_id: CommandId,
        /// Kind of the changed thing.
        entity: String,
        /// The client it belongs to.
        client_id: Option<Uuid>,
    },
    /// A ring for a topic, and by whom.
    Ring {
        /// The topic.
        topic: String,
        /// The keeper that rang.
        by: Uuid,
    },
}

/// What a look gave.
#[derive(Debug)]
pub struct Look {
    /// What was committed, in no particular order.
    pub heard: Vec<Heard>,
    /// The database went away meanwhile, or another one has taken its place: everything may have changed.
    pub is_broken: bool,
    /// Steps of the schema that took something away which older programs need.
    pub contractions: i64,
    /// Where to look from next.
    pub seen: Seen,
}

/// Rings a bell that every node hears, in the transaction of what it is about.
///
/// # Errors
/// The database's.
pub async fn ring(tx: &mut Tx, topic: &str, by: Uuid, now: Timestamp) -> Result<(), StoreError> {
    let txid = tx.dialect().transaction_id();
    let sql = format!("insert into bell (txid, at, topic, rung_by) values ({txid}, $1, $2, $3)");
    tx.execute(&sql, params![now, topic, by]).await?;
    Ok(())
}

/// Forgets rings that every node has heard.
///
/// # Errors
/// The database's.
pub async fn forget_rings(tx: &mut Tx, before: Timestamp) -> Result<(), StoreError> {
    tx.execute("delete from bell where at < $1", params![before]).await?;
    Ok(())
}

impl Reader {
    /// Looks for what was committed since; with nothing to look from, only where to begin. Also notes how far
    /// the primary is, by which the replica is measured.
    ///
    /// # Errors
    /// The database's; nothing is lost, the next look finds it.
    pub async fn look(&self, since: Option<&Seen>) -> Result<Look, StoreError> {
        let (mut db, at, losses) = (self.plain(), Instant::now(), self.losses());
        let Found { place, primary, contractions, heard } = match db.dialect() {
            Dialect::Sqlite => look_sqlite(&mut db, since).await?,
            Dialect::Postgres => look_postgres(&mut db, since).await?,
        };
        if let (Some(replica), Some(primary)) = (&self.replica, primary) {
            replica.primary_was_at(at, primary);
        }
        // a loss during this look belongs to the next one as well: better twice than never
        let is_broken = since.is_some_and(|seen| seen.losses != self.losses());
        Ok(Look { heard, is_broken, contractions, seen: Seen { place, losses } })
    }
}

struct Found {
    place: String,
    primary: Option<i64>,
    contractions: i64,
    heard: Vec<Heard>,
}

/// What does not depend on where one looks from.
fn plain(row: Option<Row>) -> Result<Found, StoreError> {
    let mut c = row.ok_or(StoreError::Busy)?.cols();
    let (place, primary, contractions) = (c.take()?, c.take()?, c.take()?);
    Ok(Found { place, primary, contractions, heard: Vec::new() })
}

async fn look_postgres(db: &mut Reader, since: Option<&Seen>) -> Result<Found, StoreError> {
    const NOW: &str = "select cast(pg_current_snapshot() as text) as place, \
         case when pg_is_in_recovery() then null \
         else cast(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') as bigint) end as lsn, \
         (select count(*) from schema_contraction) as contractions";
    let Some(seen) = since else { return plain(db.first(NOW, &[]).await?) };
    // the oldest transaction that was open then: all before it were seen
    let oldest: i64 = seen.place.split(':').next().and_then(|n| n.parse().ok()).unwrap_or(0);
    let fresh = "txid >= $1 and not pg_visible_in_snapshot(cast(cast(txid as text) as xid8), \
                 cast(cast($2 as text) as pg_snapshot))";
    let sql = format!(
        "select n.place, n.lsn, n.contractions, x.* from ({NOW}) n left join (\
         select command, command_id, entity, client_id, null as topic, null as rung_by \
         from journal_entry where {fresh} \
         union all select null, null, null, null, topic, rung_by from bell \
         where {fresh}) x on true"
    );
    let rows = db.query(&sql, params![oldest, &seen.place]).await?;
    heard(rows)
}

async fn look_sqlite(db: &mut Reader, since: Option<&Seen>) -> Result<Found, StoreError> {
    const NOW: &str = "select cast((select coalesce(max(seq), 0) from journal_entry) as text) || ':' || \
         cast((select coalesce(max(seq), 0) from bell) as text) as place, null as lsn, \
         (select count(*) from schema_contraction) as contractions";
    let Some(seen) = since else { return plain(db.first(NOW, &[]).await?) };
    let mut numbers = seen.place.split(':').map(|n| n.parse::<i64>().unwrap_or(0));
    let (entry, ring) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    let sql = format!(
        "select n.place, n.lsn, n.contractions, x.* from ({NOW}) n left join (\
         select command, command_id, entity, client_id, null as topic, null as rung_by \
         from journal_entry where seq > $1 \
         union all select null, null, null, null, topic, rung_by from bell where seq > $2) x on true"
    );
    let rows = db.query(&sql, params![entry, ring]).await?;
    heard(rows)
}

fn heard(rows: Vec<Row>) -> Result<Found, StoreError> {
    let mut found: Option<Found> = None;
    for row in rows {
        let mut c = row.cols();
        let (place, primary, contractions) = (c.take()?, c.take()?, c.take()?);
        let fresh = || Found { place, primary, contractions, heard: Vec::new() };
        found.get_or_insert_with(fresh).heard.extend(one(&mut c)?);
    }
    found.ok_or(StoreError::Busy)
}

fn one(c: &mut Cols) -> Result<Option<Heard>, StoreError> {
    let (command, command_id): (Option<String>, Option<CommandId>) = (c.take()?, c.take()?);
    let (entity, client_id): (Option<String>, Option<Uuid>) = (c.take()?, c.take()?);
    let (topic, by): (Option<String>, Option<Uuid>) = (c.take()?, c.take()?);
    if let (Some(command), Some(command_id), Some(entity)) = (command, command_id, entity) {
        return Ok(Some(Heard::Entry { command, command_id, entity, client_id }));
    }
    Ok(topic.zip(by).map(|(topic, by)| Heard::Ring { topic, by }))
}
