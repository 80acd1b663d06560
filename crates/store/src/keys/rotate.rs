//! Changing keys: a new master key seals the data keys anew, some at a time, while everything goes on; a new
//! root seals the master keys anew.

use std::sync::Arc;

use kernel::{Entropy, Secret, Timestamp};
use uuid::Uuid;

use super::ring::{MASTER_LOCK, make_master, purpose};
use crate::{Read, Row, StoreError, Tx, Value, Writer, params};

/// Data keys sealed anew in one transaction.
const BATCH: i64 = 500;

/// How the keys stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Number of the newest master key; 0 before there is one.
    pub master: i64,
    /// Master keys that are kept.
    pub masters: i64,
    /// Whether data keys are still sealed under an elder master key.
    pub behind: bool,
}

/// How the keys stand; counts nothing that is long.
///
/// # Errors
/// The database's.
pub async fn standing<R: Read>(db: &mut R) -> Result<Standing, StoreError> {
    let sql = "select coalesce(max(id), 0), count(*) from master_key";
    let row = db.first(sql, &[]).await?;
    let (master, masters): (i64, i64) = match row {
        Some(row) => {
            let mut c = row.cols();
            (c.take()?, c.take()?)
        }
        None => (0, 0),
    };
    let sql = "select 1 from data_key where master_id < $1 limit 1";
    let behind = db.first(sql, params![master]).await?.is_some();
    Ok(Standing { master, masters, behind })
}

/// How far a change of the master key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// Data keys sealed anew by this call.
    pub done: u64,
    /// Whether none is left.
    pub finished: bool,
}

/// Makes a new master key; data keys made from now on are sealed under it. Answers its number. When one
/// change is still on its way, nothing is made: its number is the answer.
///
/// # Errors
/// The database's or the root's.
pub async fn begin_rotation(
    writer: &Writer,
    entropy: &dyn Entropy,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let mut tx = writer.begin().await?;
    tx.lock(MASTER_LOCK).await?;
    let at = standing(&mut tx).await?;
    let keys = Arc::clone(tx.keys());
    if at.behind {
        tx.rollback().await?;
        return Ok(at.master);
    }
    let next = at.master + 1;
    make_master(&mut tx, keys.root()?.as_ref(), (next, entropy, now)).await?;
    keys.load(&mut tx).await?;
    let outcome = tx.commit().await;
    if outcome.is_err() {
        // what was never written must not seal anything
        keys.load(&mut writer.begin().await?).await?;
    }
    outcome.map(|()| next)
}

/// Seals some data keys anew under the newest master key; when none is left the elder master keys go. To be
/// called again until it is finished; may be stopped at any moment.
///
/// # Errors
/// The database's; nothing is half done.
pub async fn rewrap_some(writer: &Writer, entropy: &dyn Entropy) -> Result<Rotation, StoreError> {
    let mut tx = writer.begin().await?;
    let keys = Arc::clone(tx.keys());
    keys.load(&mut tx).await?;
    let (current, master) = keys.current()?;
    let sql = format!(
        "select owner_id, master_id, sealed from data_key where master_id < $1 \
         order by master_id, owner_id limit $2{}",
        tx.dialect().skip_locked()
    );
    let rows = tx.query(&sql, params![current, BATCH]).await?;
    let mut done = 0;
    for row in rows {
        let mut c = row.cols();
        let (owner, elder, sealed): (Uuid, i64, Vec<u8>) = (c.take()?, c.take()?, c.take()?);
        let elder = keys.master_key(elder)?;
        let plain = elder.open(&sealed, &purpose(owner))?;
        let again = master.seal(entropy, plain.reveal(), &purpose(owner))?;
        let sql = "update data_key set master_id = $2, sealed = $3 where owner_id = $1";
        done += tx.execute(sql, params![owner, current, again]).await?;
    }
    let finished = done == 0 && drop_elders(&mut tx, current).await?;
    tx.commit().await?;
    Ok(Rotation { done, finished })
}

/// Takes elder master keys away when no data key needs them.
async fn drop_elders(tx: &mut Tx, current: i64) -> Result<bool, StoreError> {
    tx.lock(MASTER_LOCK).await?;
    let sql = "select 1 from data_key where master_id < $1 limit 1";
    if tx.first(sql, params![current]).await?.is_some() {
        return Ok(false); // somebody else is sealing it
    }
    tx.execute("delete from master_key where id < $1", params![current]).await?;
    Ok(true)
}

/// Seals the master keys anew under the root's current key; answers how many.
///
/// # Errors
/// The database's or the root's; nothing is half done.
pub async fn seal_masters_anew(
    writer: &Writer,
    entropy: &dyn Entropy,
) -> Result<usize, StoreError> {
    let mut tx = writer.begin().await?;
    tx.lock(MASTER_LOCK).await?;
    let root = tx.keys().root()?;
    let rows: Vec<Row> = tx.query("select id, sealed from master_key order by id", &[]).await?;
    let count = rows.len();
    for row in rows {
        let mut c = row.cols();
        let (id, sealed): (i64, Vec<u8>) = (c.take()?, c.take()?);
        let plain: Secret<Vec<u8>> = root.open(&sealed).map_err(StoreError::root)?;
        let again = root.seal(entropy, &plain).map_err(StoreError::root)?;
        let values: [Value; 2] = [id.into(), again.into()];
        tx.execute("update master_key set sealed = $2 where id = $1", &values).await?;
    }
    tx.commit().await?;
    Ok(count)
}
