//! An administrator's few actions on jobs, messages, tokens and the journal.

use kernel::{JobId, TokenId};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use store::{Read, params};
use uuid::Uuid;

use crate::{Change, Command, Error, Work};

/// Runs a dead job again, from its first attempt.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RetryJob {
    /// Which.
    pub job_id: JobId,
}

impl Command for RetryJob {
    const NAME: &'static str = "org.retry_job";
    const PERMISSION: &'static str = "admin.jobs";
    const OFFLINE: crate::Offline = crate::Offline::Local;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let sql = "select j.kind, o.id from job j left join job o on o.kind = j.kind \
                   and o.unique_key = j.unique_key and o.state in ('ready', 'running') \
                   and o.id <> j.id where j.id = $1 limit 1";
        let mut c = w.first(sql, params![self.job_id]).await?.ok_or(Error::NotFound)?.cols();
        let (kind, waiting): (String, Option<JobId>) = (c.take()?, c.take()?);
        if waiting.is_some() {
            return Err(Error::refused("job-waits-already"));
        }
        if !w.revive_job(self.job_id).await? {
            return Err(Error::refused("job-not-dead"));
        }
        let change = Change::new().set("kind", kind).field("state", "dead", "ready");
        w.record("job", self.job_id, None, change);
        Ok(())
    }
}

/// Sends a dead message again, from its first attempt.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RetryMessage {
    /// Which.
    pub message_id: Uuid,
}

impl Command for RetryMessage {
    const NAME: &'static str = "org.retry_message";
    const PERMISSION: &'static str = "admin.jobs";
    const OFFLINE: crate::Offline = crate::Offline::Local;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let now = w.ctx.now;
        let revived = w
            .execute(
                "update outbox set state = 'ready', attempts = 0, run_at = $2 \
                 where id = $1 and state = 'dead'",
                params![self.message_id, now],
            )
            .await?;
        if revived == 0 {
            return Err(Error::refused("message-not-dead"));
        }
        let change = Change::new().field("state", "dead", "ready");
        w.record("message", self.message_id, None, change);
        Ok(())
    }
}

/// Takes an API token out of force.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RevokeToken {
    /// Which.
    pub token_id: TokenId,
}

impl Command for RevokeToken {
    const NAME: &'static str = "org.revoke_token";
    const PERMISSION: &'static str = "admin.staff";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let now = w.ctx.now;
        let revoked = w
            .execute(
                "update api_token set revoked_at = $2 where id = $1 and revoked_at is null",
                params![self.token_id, now],
            )
            .await?;
        if revoked == 0 {
            return Err(Error::NotFound);
        }
        let change = Change::new().field("revoked_at", Json::Null, now.micros());
        w.record("api_token", self.token_id, None, change);
        Ok(())
    }
}

/// Has the whole journal checked in the background; answers the job, or none when one waits already.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct VerifyJournal {}

impl VerifyJournal {
    /// The kind of the job that checks.
    pub const JOB: &'static str = "journal.verify";
}

impl Command for VerifyJournal {
    const NAME: &'static str = "org.verify_journal";
    const PERMISSION: &'static str = "journal.read";
    const OFFLINE: crate::Offline = crate::Offline::Local;
    type Output = Option<JobId>;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Option<JobId>, Error> {
        let job = w.job(Self::JOB, Some("journal"), &json!({})).await?;
        if let Some(id) = job {
            w.record("job", id, None, Change::new().set("kind", Self::JOB));
        }
        Ok(job)
    }
}
