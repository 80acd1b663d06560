//! Reading import runs.

use kernel::{ImportId, JobId, Timestamp, UserId};
use store::{Read, StoreError, params};

use super::model::Summary;

/// An import run.
#[derive(Clone, Debug)]
pub struct ImportRun {
    /// Identity.
    pub id: ImportId,
    /// What it is called.
    pub title: String,
    /// The mapping's text.
    pub mapping: String,
    /// `draft`, `waiting`, `running`, `done` or `failed`.
    pub state: String,
    /// Changes nothing.
    pub dry_run: bool,
    /// Its job, once started.
    pub job_id: Option<JobId>,
    /// What became of it so far.
    pub summary: Summary,
    /// Why it failed.
    pub problem: String,
    /// SHA-256 of the rejects file.
    pub rejects: Option<Vec<u8>>,
    /// Who made it.
    pub created_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// When its files were deleted.
    pub gone_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, title, mapping, state, dry_run, job_id, summary, problem, rejects, \
     created_by, created_at, finished_at, \
     (select g.at from import_gone g where g.import_id = import_run.id)";

fn import_run(row: store::Row) -> Result<ImportRun, StoreError> {
    let mut c = row.cols();
    Ok(ImportRun {
        id: c.take()?,
        title: c.take()?,
        mapping: c.take()?,
        state: c.take()?,
        dry_run: c.take()?,
        job_id: c.take()?,
        summary: serde_json::from_str(&c.take::<String>()?).unwrap_or_default(),
        problem: c.take()?,
        rejects: c.take()?,
        created_by: c.take()?,
        created_at: c.take()?,
        finished_at: c.take()?,
        gone_at: c.take()?,
    })
}

/// One run.
///
/// # Errors
/// The database's.
pub async fn get<R: Read>(db: &mut R, id: ImportId) -> Result<Option<ImportRun>, StoreError> {
    let sql = format!("select {COLUMNS} from import_run where id = $1");
    db.first(&sql, params![id]).await?.map(import_run).transpose()
}

/// Whether a run's job waits or runs; a run whose job is a dead letter can be started again.
///
/// # Errors
/// The database's.
pub async fn is_alive<R: Read>(db: &mut R, job: Option<JobId>) -> Result<bool, StoreError> {
    let Some(id) = job else { return Ok(false) };
    let job = store::queue::get(db, id).await?;
    Ok(job.is_some_and(|j| matches!(j.state.as_str(), "ready" | "running")))
}

/// The newest runs, made before `before`.
///
/// # Errors
/// The database's.
pub async fn list<R: Read>(
    db: &mut R,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<ImportRun>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from import_run where created_at < $1 order by created_at desc limit $2"
    );
    db.query(&sql, params![before, limit]).await?.into_iter().map(import_run).collect()
}

/// The files of a run: name, size in bytes, SHA-256.
///
/// # Errors
/// The database's.
pub async fn files<R: Read>(
    db: &mut R,
    id: ImportId,
) -> Result<Vec<(String, i64, Vec<u8>)>, StoreError> {
    let sql = "select name, size, hash from import_file where import_id = $1 order by name";
    let mut out = Vec::new();
    for row in db.query(sql, params![id]).await? {
        let mut c = row.cols();
        out.push((c.take()?, c.take()?, c.take()?));
    }
    Ok(out)
}
