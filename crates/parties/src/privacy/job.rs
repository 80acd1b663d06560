//! What the law no longer keeps is destroyed, once a day.

use serde_json::json;
use spine::{Command, JobContext, JobHandler, Run};

use super::commands::DestroyArchive;
use super::queries;

/// Archives destroyed in one go.
const STRETCH: i64 = 200;

/// Destroys archives whose term is over.
pub(crate) struct RetentionJob;

impl RetentionJob {
    /// Its kind.
    pub(crate) const KIND: &'static str = "parties.retention";
}

impl JobHandler for RetentionJob {
    fn kind(&self) -> &'static str {
        Self::KIND
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(async move {
            let ctx = job.services.system("job");
            let today = ctx.now.date_in(&jiff::tz::TimeZone::UTC);
            let mut destroyed = 0_u64;
            loop {
                let due = queries::due(&mut job.services.reader.clone(), today, STRETCH).await?;
                if due.is_empty() {
                    // also after what people erased since yesterday
                    job.scrub().await?;
                    tracing::info!(
                        destroyed,
                        command = DestroyArchive::NAME,
                        "terms looked through"
                    );
                    return Ok(json!({ "destroyed": destroyed }));
                }
                for client_id in due {
                    let command = DestroyArchive { client_id };
                    let done = job.services.execute(&ctx, ctx.command_id(), &command).await;
                    destroyed += u64::from(done?);
                }
            }
        })
    }
}
