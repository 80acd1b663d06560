//! Background jobs as rows: put in with the business row, taken by one worker at a time, repeated
//! with growing pauses, and kept as dead letters for an administrator when they will not run.

use kernel::{JobId, Timestamp, UserId};
use uuid::Uuid;

use crate::{Read, Row, StoreError, Tx, params};

/// A job to be done.
#[derive(Clone, Debug)]
pub struct NewJob<'a> {
    /// Identity, made by the caller.
    pub id: JobId,
    /// Which handler runs it.
    pub kind: &'a str,
    /// Two waiting jobs of one kind never share it; none: no such rule.
    pub unique_key: Option<&'a str>,
    /// JSON for the handler.
    pub payload: &'a str,
    /// Not before.
    pub run_at: Timestamp,
    /// Who asked for it.
    pub created_by: Option<UserId>,
    /// When it was asked for.
    pub created_at: Timestamp,
}

/// A job as stored.
#[derive(Clone, Debug)]
pub struct Job {
    /// Identity.
    pub id: JobId,
    /// Handler.
    pub kind: String,
    /// Unique name among waiting jobs.
    pub unique_key: Option<String>,
    /// JSON for the handler.
    pub payload: String,
    /// `ready`, `running`, `done` or `dead`.
    pub state: String,
    /// Due instant.
    pub run_at: Timestamp,
    /// Runs so far.
    pub attempts: i64,
    /// Why the last run failed.
    pub last_error: Option<String>,
    /// Steps done.
    pub progress_done: i64,
    /// Steps in all; 0 when unknown.
    pub progress_total: i64,
    /// JSON the handler left.
    pub result: Option<String>,
    /// Who asked for it.
    pub created_by: Option<UserId>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

/// Longest pause after a run that failed (seconds).
const PAUSE_MAX: i64 = 3_600;

const COLUMNS: &str = "id, kind, unique_key, payload, state, run_at, attempts, last_error, \
     progress_done, progress_total, result, created_by, created_at, finished_at";

fn job(row: Row) -> Result<Job, StoreError> {
    let mut c = row.cols();
    Ok(Job {
        id: c.take()?,
        kind: c.take()?,
        unique_key: c.take()?,
        payload: c.take()?,
        state: c.take()?,
        run_at: c.take()?,
        attempts: c.take()?,
        last_error: c.take()?,
        progress_done: c.take()?,
        progress_total: c.take()?,
        result: c.take()?,
        created_by: c.take()?,
        created_at: c.take()?,
        finished_at: c.take()?,
    })
}

/// Puts a job in, in the caller's transaction; answers `false` when one of that unique name waits.
///
/// # Errors
/// The database's.
pub async fn put(tx: &mut Tx, job: &NewJob<'_>) -> Result<bool, StoreError> {
    let added = tx
        .execute(
            "insert into job (id, kind, unique_key, payload, state, run_at, attempts, created_by, \
             created_at) values ($1, $2, $3, $4, 'ready', $5, 0, $6, $7) on conflict do nothing",
            params![
                job.id,
                job.kind,
                job.unique_key,
                job.payload,
                job.run_at,
                job.created_by,
                job.created_at
            ],
        )
        .await?;
    Ok(added == 1)
}

/// Takes the oldest due job of the given kinds, or one whose worker went silent; it is this worker's until
/// `until`. What this program does not know is left to a newer one beside it.
///
/// When the clock was set back, jobs and leases of before lie in the future. A job that was due at once when it was
/// put in is due; a pause after a failure and a lease end when they would last longer than any does. What was
/// planned for an instant stays planned for it.
///
/// # Errors
/// The database's.
pub async fn claim(
    tx: &mut Tx,
    (worker, kinds): (Uuid, &[&str]),
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Job>, StoreError> {
    if kinds.is_empty() {
        return Ok(None);
    }
    let places: Vec<String> = (4..kinds.len() + 4).map(|n| format!("${n}")).collect();
    let sql = format!(
        "select {COLUMNS} from job where ((state = 'ready' and (run_at <= $1 \
         or (created_at > $1 and run_at <= created_at) or (attempts > 0 and run_at > $2))) \
         or (state = 'running' and (locked_until < $1 or locked_until > $3))) and kind in ({}) \
         order by run_at limit 1{}",
        places.join(", "),
        tx.dialect().skip_locked()
    );
    // nodes' clocks may differ a little: a lease is too long when it is twice as long as one can be
    let lease_end = Timestamp::from_micros(
        until.micros().saturating_add(until.micros().saturating_sub(now.micros())),
    );
    let mut values = params![now, now.plus_seconds(PAUSE_MAX), lease_end].to_vec();
    values.extend(kinds.iter().map(|kind| crate::Value::from(*kind)));
    let Some(row) = tx.first(&sql, &values).await? else { return Ok(None) };
    let taken = job(row)?;
    tx.execute(
        "update job set state = 'running', attempts = attempts + 1, locked_by = $2, \
         locked_until = $3 where id = $1",
        params![taken.id, worker, until],
    )
    .await?;
    Ok(Some(Job { attempts: taken.attempts + 1, ..taken }))
}

/// Tells how far a running job is and keeps it this worker's until `until`; answers `false` when
/// another worker has taken it over (the caller must stop).
///
/// # Errors
/// The database's.
pub async fn progress(
    tx: &mut Tx,
    id: JobId,
    worker: Uuid,
    done: i64,
    total: i64,
    until: Timestamp,
) -> Result<bool, StoreError> {
    let rows = tx
        .execute(
            "update job set progress_done = $3, progress_total = $4, locked_until = $5 \
             where id = $1 and locked_by = $2 and state = 'running'",
            params![id, worker, done, total, until],
        )
        .await?;
    Ok(rows == 1)
}

/// Ends a job well.
///
/// # Errors
/// The database's.
pub async fn finish(
    tx: &mut Tx,
    id: JobId,
    worker: Uuid,
    result: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "update job set state = 'done', result = $3, finished_at = $4, last_error = null \
         where id = $1 and locked_by = $2",
        params![id, worker, result, now],
    )
    .await?;
    Ok(())
}

/// Ends a run badly: again after a pause that doubles (from 5 seconds to an hour), or a dead letter
/// after [`kernel::limits::JOB_ATTEMPTS_MAX`] runs or when `fatal`.
///
/// # Errors
/// The database's.
pub async fn fail(
    tx: &mut Tx,
    failed: &Job,
    worker: Uuid,
    error: &str,
    fatal: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let dead = fatal || failed.attempts >= kernel::limits::JOB_ATTEMPTS_MAX;
    let pause = 5_i64.saturating_mul(1 << failed.attempts.clamp(0, 10)).min(PAUSE_MAX);
    let error: String = error.chars().take(2_000).collect();
    tx.execute(
        "update job set state = $3, last_error = $4, run_at = $5, finished_at = $6, \
         locked_by = null where id = $1 and locked_by = $2",
        params![
            failed.id,
            worker,
            if dead { "dead" } else { "ready" },
            error,
            now.plus_seconds(pause),
            dead.then_some(now)
        ],
    )
    .await?;
    Ok(())
}

/// Runs a dead letter again, from its first attempt; answers `false` when it is not dead.
///
/// # Errors
/// The database's.
pub async fn revive(tx: &mut Tx, id: JobId, now: Timestamp) -> Result<bool, StoreError> {
    let rows = tx
        .execute(
            "update job set state = 'ready', attempts = 0, run_at = $2, finished_at = null \
             where id = $1 and state = 'dead'",
            params![id, now],
        )
        .await?;
    Ok(rows == 1)
}

/// One job.
///
/// # Errors
/// The database's.
pub async fn get<R: Read>(db: &mut R, id: JobId) -> Result<Option<Job>, StoreError> {
    let sql = format!("select {COLUMNS} from job where id = $1");
    db.first(&sql, params![id]).await?.map(job).transpose()
}

/// The newest jobs, of one state or all (`None`), created before `before`.
///
/// # Errors
/// The database's.
pub async fn list<R: Read>(
    db: &mut R,
    state: Option<&str>,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Job>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from job where created_at < $1 and ($2 = '' or state = $2) \
         order by created_at desc limit $3"
    );
    let rows = db.query(&sql, params![before, state.unwrap_or(""), limit]).await?;
    rows.into_iter().map(job).collect()
}
