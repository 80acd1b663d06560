//! Once a day: deliveries that ended long ago are forgotten. The journal still knows what was told of.

use serde_json::json;
use spine::{JobContext, JobHandler, Run, Schedule};

use super::commands::ForgetDeliveries;

/// The job's kind.
const KIND: &str = "connect.forget_deliveries";
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
        Box::pin(
            async move { Ok(json!({ "forgotten": job.exhaust(&ForgetDeliveries {}).await? })) },
        )
    }
}
