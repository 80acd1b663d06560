//! How far a node's clock has come, kept where it outlives the program: a clock that is set back while the program does not run gives
//! no more hours. The mark runs ahead of the clock, so that it need not be written each second; a program that is begun anew
//! counts from the mark, so each beginning costs up to [`AHEAD_MINUTES`] of the node's hours, and beginning it again and again wins
//! nothing. An answer that changes the hours takes the mark away.

use kernel::Timestamp;
use store::{Read, StoreError, Tx, Writer, params};

/// How far the mark runs ahead.
const AHEAD_MINUTES: i64 = 10;
/// The mark's name among the node's own settings.
const NAME: &str = "clock_mark";

/// The latest instant the node has seen, or a little later; none when the centre has answered since.
///
/// # Errors
/// The database's.
pub(super) async fn read<R: Read>(db: &mut R) -> Result<Option<Timestamp>, StoreError> {
    let row = db.first("select value from node_setting where name = $1", params![NAME]).await?;
    let text = row.map(store::Row::one::<String>).transpose()?;
    Ok(text.and_then(|text| text.parse().ok()).map(Timestamp::from_micros))
}

/// The program begins at this instant; answers from when on its hours count.
///
/// # Errors
/// The database's.
pub(super) async fn begin(writer: &Writer, now: Timestamp) -> Result<Timestamp, StoreError> {
    let mut tx = writer.begin().await?;
    let from = read(&mut tx).await?.map_or(now, |mark| mark.max(now));
    put(&mut tx, from.plus_minutes(AHEAD_MINUTES)).await?;
    tx.commit().await?;
    Ok(from)
}

/// Keeps the mark ahead of the clock.
///
/// # Errors
/// The database's.
pub(super) async fn keep(writer: &Writer, now: Timestamp) -> Result<(), StoreError> {
    let mut tx = writer.begin().await?;
    put(&mut tx, now.plus_minutes(AHEAD_MINUTES)).await?;
    tx.commit().await
}

/// Whether the clock has come so close to the mark that it must go on.
pub(super) fn is_near(mark: Option<Timestamp>, now: Timestamp) -> bool {
    mark.is_none_or(|mark| mark < now.plus_minutes(AHEAD_MINUTES / 2))
}

/// The centre has seen the node: what its clock was before is held against nobody.
///
/// # Errors
/// The database's.
pub(super) async fn forget(tx: &mut Tx) -> Result<(), StoreError> {
    tx.execute("delete from node_setting where name = $1", params![NAME]).await?;
    Ok(())
}

async fn put(tx: &mut Tx, mark: Timestamp) -> Result<(), StoreError> {
    let sql = "insert into node_setting (name, value) values ($1, $2) \
               on conflict (name) do update set value = excluded.value";
    tx.execute(sql, params![NAME, mark.micros().to_string()]).await?;
    Ok(())
}
