//! Reading for the walk over the whole bank.

use kernel::{ClientId, JobId, Timestamp};
use store::{Read, StoreError, params};

/// How far a walk has come; its place is a row, written together with what it found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Walk {
    /// `keys` or `pairs`.
    pub(crate) phase: String,
    /// Behind which client or key it goes on.
    pub(crate) cursor: String,
    pub(crate) done: i64,
    pub(crate) total: i64,
    pub(crate) found: i64,
}

/// Where a walk stopped; none when it has not begun.
pub(crate) async fn walk<R: Read>(db: &mut R, job: JobId) -> Result<Option<Walk>, StoreError> {
    let sql = "select phase, cursor, done, total, found from match_walk where job_id = $1";
    let Some(row) = db.first(sql, params![job]).await? else { return Ok(None) };
    let mut c = row.cols();
    Ok(Some(Walk {
        phase: c.take()?,
        cursor: c.take()?,
        done: c.take()?,
        total: c.take()?,
        found: c.take()?,
    }))
}

/// How many clients can be duplicates at all.
pub(crate) async fn comparable_clients<R: Read>(db: &mut R) -> Result<i64, StoreError> {
    let sql = "select count(*) from client where kind in ('person', 'sole_trader', 'company')";
    db.first(sql, &[]).await?.map_or(Ok(0), store::Row::one)
}

/// How many keys are kept.
pub(crate) async fn count_keys<R: Read>(db: &mut R) -> Result<i64, StoreError> {
    db.first("select count(*) from match_key", &[]).await?.map_or(Ok(0), store::Row::one)
}

/// The next clients behind one, by id.
pub(crate) async fn clients_after<R: Read>(
    db: &mut R,
    after: ClientId,
    limit: i64,
) -> Result<Vec<ClientId>, StoreError> {
    let sql = "select id from client where id > $1 order by id limit $2";
    db.query(sql, params![after, limit]).await?.into_iter().map(store::Row::one).collect()
}

/// A key and one who has it.
pub(crate) type KeyRow = (String, ClientId);

/// The next keys behind one, with who has them.
pub(crate) async fn key_page<R: Read>(
    db: &mut R,
    after: &str,
    limit: i64,
) -> Result<Vec<KeyRow>, StoreError> {
    let sql = "select value, client_id from match_key where value > $1 \
               order by value, client_id limit $2";
    let rows = db.query(sql, params![after, limit]).await?;
    rows.into_iter()
        .map(|row| {
            let mut c = row.cols();
            Ok((c.take()?, c.take()?))
        })
        .collect()
}

/// The words of names that more than `share_ppm` of `total` clients have, with their shares.
pub(crate) async fn common_names<R: Read>(
    db: &mut R,
    total: i64,
    share_ppm: i64,
) -> Result<Vec<(String, i64)>, StoreError> {
    let least = share_ppm.saturating_mul(total) / 1_000_000;
    let sql = "select token, count(*) from client_token group by token having count(*) > $1";
    let rows = db.query(sql, params![least]).await?;
    rows.into_iter()
        .map(|row| {
            let mut c = row.cols();
            let (token, count): (String, i64) = (c.take()?, c.take()?);
            let share = count.saturating_mul(1_000_000) / total.max(1);
            Ok((token, share.clamp(0, 1_000_000)))
        })
        .collect()
}

/// A walk over the bank as its page shows it.
#[derive(Clone, Debug)]
pub struct Run {
    /// The job.
    pub id: JobId,
    /// `ready`, `running`, `done` or `dead`.
    pub state: String,
    /// Steps done.
    pub done: i64,
    /// Steps in all; 0 when unknown.
    pub total: i64,
    /// Pairs found so far.
    pub found: i64,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// The newest walk over the bank.
///
/// # Errors
/// The database's.
pub async fn last_run<R: Read>(db: &mut R, kind: &str) -> Result<Option<Run>, StoreError> {
    let sql = "select j.id, j.state, j.progress_done, j.progress_total, coalesce(w.found, 0), \
               j.finished_at from job j left join match_walk w on w.job_id = j.id \
               where j.kind = $1 order by j.created_at desc, j.id desc limit 1";
    let Some(row) = db.first(sql, params![kind]).await? else { return Ok(None) };
    let mut c = row.cols();
    Ok(Some(Run {
        id: c.take()?,
        state: c.take()?,
        done: c.take()?,
        total: c.take()?,
        found: c.take()?,
        finished_at: c.take()?,
    }))
}
