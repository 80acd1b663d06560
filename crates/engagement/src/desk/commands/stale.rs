//! A link that was to end on a day ends without anybody doing anything: whose link it was is worked out anew, by the hour.

use spine::{Error, JobContext, JobHandler, Run, Schedule, Services};

use super::RefreshRegard;
use crate::desk::queries::stale;

const KIND: &str = "engagement.refresh_regards";

/// How often it comes round.
pub const REFRESH: Schedule = Schedule { kind: KIND, every_seconds: 3_600 };

/// The job.
#[derive(Debug)]
pub struct Refresh;

impl JobHandler for Refresh {
    fn kind(&self) -> &'static str {
        KIND
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(async move {
            let count = refresh_stale(&job.services).await?;
            Ok(serde_json::json!({ "people": count }))
        })
    }
}

/// Works out anew for whom those speak of whom it is not true any more; how many.
async fn refresh_stale(services: &Services) -> Result<usize, Error> {
    let ctx = services.system("job");
    let today = ctx.now.date_in(&jiff::tz::TimeZone::UTC);
    let people = stale(&mut services.reader.clone(), today).await?;
    let count = people.len();
    for person in people {
        let refresh = RefreshRegard { client_id: Some(person) };
        services.execute(&ctx, ctx.command_id(), &refresh).await?;
    }
    Ok(count)
}
