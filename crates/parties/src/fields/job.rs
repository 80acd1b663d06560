//! The walk over all records with values: fills the index of a field, and works out anew by what records are
//! found when a field has become searchable or has ceased to be.
//!
//! Each stretch writes its rows and the place behind it in one transaction, so that a walk that was cut off goes
//! on where it stopped. Values written meanwhile index themselves.

use kernel::{FieldId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use spine::{JobContext, JobError, JobHandler, Run};
use uuid::Uuid;

use super::commands::StoreIndex;
use super::queries::{self, Walk};

/// Records of one stretch of the index.
const RECORDS: i64 = 500;
/// Records of one stretch when each is also indexed for the search box.
const RECORDS_FOUND: i64 = 50;

/// What the job is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Order {
    /// Which field.
    pub(super) field_id: FieldId,
    /// When it was asked; an index that was taken away and made again is not this one's any more.
    pub(super) since: Timestamp,
    /// Whether records must be found anew, too.
    pub(super) finds: bool,
}

/// Runs the walk.
pub struct IndexFieldJob;

impl IndexFieldJob {
    /// The kind of the job.
    pub const KIND: &'static str = "parties.index_field";
}

impl JobHandler for IndexFieldJob {
    fn kind(&self) -> &'static str {
        Self::KIND
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(walk(job))
    }
}

async fn walk(job: &JobContext) -> Result<Json, JobError> {
    let order: Order =
        serde_json::from_value(job.payload.clone()).map_err(|e| JobError::Fatal(e.to_string()))?;
    let mut db = job.services.reader.long();
    let definitions = queries::read(&mut db).await?;
    let field = definitions.all().find(|f| f.id == order.field_id);
    let object = field.ok_or_else(|| JobError::Fatal("no such field".to_owned()))?.object.clone();
    let known = job.services.bus.fieldable();
    let mut walk = match queries::walk(&mut db, job.id).await? {
        Some(walk) => walk,
        None => {
            let total = queries::count_docs(&mut db, known, &object).await?;
            Walk { last_id: Uuid::nil(), done: 0, total }
        }
    };
    let size = if order.finds { RECORDS_FOUND } else { RECORDS };
    loop {
        job.progress(walk.done, walk.total).await?;
        let ids = queries::docs_after(&mut db, (known, &object), walk.last_id, size).await?;
        let count = i64::try_from(ids.len()).unwrap_or(0);
        walk.last_id = ids.last().copied().unwrap_or(walk.last_id);
        walk.done = walk.done.saturating_add(count);
        walk.total = walk.total.max(walk.done);
        let command = StoreIndex {
            job_id: job.id,
            order: order.clone(),
            ids,
            last_id: walk.last_id,
            done: walk.done,
            total: walk.total,
            is_end: count < size,
        };
        let ctx = job.services.system("job");
        let goes_on = job.services.execute(&ctx, ctx.command_id(), &command).await?;
        if !goes_on {
            job.progress(walk.done, walk.total).await?;
            return Ok(json!({ "records": walk.done }));
        }
    }
}
