//! Background work in the API: jobs, dead letters of the outbox, trying again.

use kernel::{JobId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spine::Error;
use spine::org::edit::{RetryJob, RetryMessage};
use store::queue::{self, Job};
use uuid::Uuid;
use web::api::{Api, Call, ListQuery, Listing, Method, NoQuery, Operation, Problem};

use super::queries;

const JOBS: &str = "admin.jobs";

pub(crate) fn api(api: Api) -> Api {
    let post = Method::Post;
    api.tag("jobs")
        .with(Operation::list("/jobs", "list_jobs", JOBS, list).about("Jobs, newest first"))
        .with(
            Operation::one("/jobs/{job_id}", "get_job", "app.use", get)
                .about("A job one has asked for, or any for who looks after jobs"),
        )
        .with(Operation::command::<RetryJob>(post, "/jobs/{job_id}/retry", "retry_job"))
        .with(
            Operation::list("/messages/dead", "list_dead_messages", JOBS, dead)
                .about("Messages that could not be sent, newest first"),
        )
        .with(Operation::command::<RetryMessage>(
            post,
            "/messages/{message_id}/retry",
            "retry_message",
        ))
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum JobState {
    Ready,
    Running,
    Done,
    Dead,
}

impl JobState {
    const fn word(self) -> &'static str {
        match self {
            JobState::Ready => "ready",
            JobState::Running => "running",
            JobState::Done => "done",
            JobState::Dead => "dead",
        }
    }
}

/// Which jobs.
#[derive(Debug, Deserialize, JsonSchema)]
struct JobsQuery {
    /// Only those that stand here.
    #[serde(default)]
    state: Option<JobState>,
    /// Which page.
    #[serde(flatten)]
    page: ListQuery,
}

/// A job.
#[derive(Debug, Serialize, JsonSchema)]
struct JobView {
    /// Identity.
    id: JobId,
    /// What it does.
    kind: String,
    /// `ready`, `running`, `done` or `dead`.
    state: String,
    /// Not before.
    run_at: Timestamp,
    /// Runs so far.
    attempts: i64,
    /// Why the last run failed.
    last_error: Option<String>,
    /// Steps done.
    progress_done: i64,
    /// Steps in all; 0 when unknown.
    progress_total: i64,
    /// Who asked for it.
    created_by: Option<UserId>,
    /// When.
    created_at: Timestamp,
    /// When it ended.
    finished_at: Option<Timestamp>,
}

impl From<Job> for JobView {
    fn from(job: Job) -> Self {
        Self {
            id: job.id,
            kind: job.kind,
            state: job.state,
            run_at: job.run_at,
            attempts: job.attempts,
            last_error: job.last_error,
            progress_done: job.progress_done,
            progress_total: job.progress_total,
            created_by: job.created_by,
            created_at: job.created_at,
            finished_at: job.finished_at,
        }
    }
}

async fn list(mut call: Call, query: JobsQuery) -> Result<Listing<JobView>, Problem> {
    let page = query.page;
    let before = page.place::<Timestamp>()?.unwrap_or(Timestamp::from_micros(i64::MAX));
    let state = query.state.map(JobState::word);
    let rows = queue::list(&mut call.cx.db, state, before, page.limit_and_one()).await;
    let page = Listing::cut(rows.map_err(Error::from)?, page.limit(), |job| job.created_at)?;
    Ok(page.map(JobView::from))
}

async fn get(mut call: Call, _: NoQuery) -> Result<JobView, Problem> {
    let id: JobId = call.id("job_id")?;
    let job = queue::get(&mut call.cx.db, id).await.map_err(Error::from)?.ok_or(Error::NotFound)?;
    let me = call.cx.principal().user_id;
    let is_mine = me.is_some() && job.created_by == me;
    if is_mine || call.cx.principal().has(JOBS) {
        Ok(job.into())
    } else {
        Err(Error::NotFound.into())
    }
}

/// A message that could not be sent.
#[derive(Debug, Serialize, JsonSchema)]
struct MessageView {
    /// Identity.
    id: Uuid,
    /// By which way.
    channel: String,
    /// To whom.
    recipient: String,
    /// Tries so far.
    attempts: i64,
    /// Why the last failed.
    last_error: Option<String>,
    /// When it was put in.
    created_at: Timestamp,
}

async fn dead(mut call: Call, _: NoQuery) -> Result<Listing<MessageView>, Problem> {
    const MOST: i64 = 200;
    let rows = queries::dead_messages(&mut call.cx.db, MOST).await.map_err(Error::from)?;
    let shown = rows.into_iter().map(|row| MessageView {
        id: row.id,
        channel: row.channel,
        recipient: row.recipient,
        attempts: row.attempts,
        last_error: row.last_error,
        created_at: row.created_at,
    });
    Ok(Listing::whole(shown.collect()))
}
