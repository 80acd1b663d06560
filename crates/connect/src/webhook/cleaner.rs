//! Once a day: deliveries that ended long ago are forgotten. The journal still knows what was told of.

use serde_json::json;
use spine::{JobContext, JobHandler, Run, Schedule};

use super::commands::ForgetDeliveries;

/// The job's kind.
const KIND: &str = "connect.forget_deliveries";
/// Batches of one run; what is left waits for the next day.
const BATCHES_MAX: i64 = 1_000;

/// When it comes round.
pub(crate) const FORGET: Schedule = Schedule { kind: KIND, every_seconds: 86_400 };

/// The job.
#[derive(Debug)]
pub(crate) struct Cleaner;

impl JobHandler for Cleaner {
    fn kind(&self) -> &'static str {
        KIND
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(async move {
            let ctx = job.services.system("job");
            let mut forgotten = 0;
            for batch in 0..BATCHES_MAX {
                let count =
                    job.services.execute(&ctx, ctx.command_id(), &ForgetDeliveries {}).await?;
                forgotten += count;
                if count == 0 {
                    break;
                }
                job.progress(batch, BATCHES_MAX).await?;
            }
            Ok(json!({ "forgotten": forgotten }))
        })
    }
}
