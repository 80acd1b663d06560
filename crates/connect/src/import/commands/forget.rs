//! Files of imports that are long over are deleted, and what was rejected of them: what they say of people stands in records by then or
//! nowhere, and erasing a person reaches no file.

use kernel::limits::{IMPORT_FORGET_BATCH, IMPORT_KEPT_DAYS};
use kernel::{ImportId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::{Change, Command, Error, JobContext, JobHandler, Run, Schedule, Work};
use store::{Read, Row, StoreError, Value, params};

/// The job's kind.
const KIND: &str = "connect.forget_imports";
/// The name of the lock over contents of imports, among those of the whole database.
const LOCK: i64 = 0x007E_55F1_1A9E;

/// When it comes round.
pub(crate) const FORGET: Schedule = Schedule { kind: KIND, every_seconds: 86_400 };

/// Whoever keeps a file holds all of them until he is done: none is taken for one that is there and deleted then.
pub(super) async fn hold(w: &mut Work<'_>) -> Result<(), StoreError> {
    if let Some(sql) = w.dialect().lock_shared() {
        w.query(sql, &[Value::Int(LOCK)]).await?;
    }
    Ok(())
}

/// Deletes the files of imports that ended, or were not begun, a month ago; answers of how many.
#[derive(Debug, Serialize, Deserialize)]
pub struct ForgetImports {}

impl Command for ForgetImports {
    const NAME: &'static str = KIND;
    const PERMISSION: &'static str = "system";
    type Output = u64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<u64, Error> {
        if let Some(sql) = w.dialect().lock() {
            w.query(sql, &[Value::Int(LOCK)]).await?;
        }
        let now = w.ctx.now;
        let old = old(w, now.plus_days(-IMPORT_KEPT_DAYS)).await?;
        let gone: Vec<Vec<Value>> = old.iter().map(|id| vec![(*id).into(), now.into()]).collect();
        w.insert_many("insert into import_gone (import_id, at) values", &gone, "").await?;
        delete(w, &old).await?;
        for id in &old {
            w.record("import", *id, None, Change::new().set("files", "deleted"));
        }
        Ok(u64::try_from(old.len()).unwrap_or(u64::MAX))
    }
}

async fn old(w: &mut Work<'_>, before: Timestamp) -> Result<Vec<ImportId>, StoreError> {
    let sql = "select r.id from import_run r where r.created_at < $1 and coalesce(r.finished_at, r.created_at) < $1 \
               and not exists (select 1 from job j where j.id = r.job_id and j.state in ('ready', 'running')) \
               and not exists (select 1 from import_gone g where g.import_id = r.id) order by r.created_at, r.id limit $2";
    w.query(sql, params![before, IMPORT_FORGET_BATCH]).await?.into_iter().map(Row::one).collect()
}

/// Deletes the contents of these imports that no other import has, too.
async fn delete(w: &mut Work<'_>, old: &[ImportId]) -> Result<(), StoreError> {
    const UNUSED: &str = "not exists (select 1 from import_file f where f.hash = blob.hash and not exists \
                          (select 1 from import_gone g where g.import_id = f.import_id)) \
                          and not exists (select 1 from import_run r where r.rejects = blob.hash and not exists \
                          (select 1 from import_gone g where g.import_id = r.id))";
    if old.is_empty() {
        return Ok(());
    }
    let ids: Vec<Value> = old.iter().map(|id| (*id).into()).collect();
    let marks: Vec<String> = (1..=ids.len()).map(|n| format!("${n}")).collect();
    let marks = marks.join(", ");
    let own = format!(
        "select f.hash from import_file f where f.import_id in ({marks}) union \
         select r.rejects from import_run r where r.id in ({marks}) and r.rejects is not null"
    );
    w.execute(&format!("delete from blob where hash in ({own}) and {UNUSED}"), &ids).await?;
    w.execute(&format!("update import_run set rejects = null where id in ({marks})"), &ids).await?;
    Ok(())
}

/// The job.
#[derive(Debug)]
pub(crate) struct Forgetter;

impl JobHandler for Forgetter {
    fn kind(&self) -> &'static str {
        KIND
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(async move { Ok(json!({ "forgotten": job.exhaust(&ForgetImports {}).await? })) })
    }
}
