//! Requests that nobody decided in time.

use serde_json::json;

use super::commands::Expire;
use crate::{JobContext, JobHandler, Run, Schedule};

/// Comes round by itself.
pub(crate) const EXPIRE: Schedule = Schedule { kind: "approval.expire", every_seconds: 60 };

/// Ends requests whose time is over.
pub(crate) struct Expiry;

impl JobHandler for Expiry {
    fn kind(&self) -> &'static str {
        EXPIRE.kind
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(async move {
            let services = &job.services;
            let ctx = services.system("job");
            let ended = services.bus.execute(&ctx, ctx.command_id(), &Expire {}).await?;
            Ok(json!({ "ended": ended }))
        })
    }
}
