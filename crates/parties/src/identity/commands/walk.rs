//! The walk over the whole bank: putting it in, and what it writes on its way.

use kernel::{ClientId, JobId};
use serde::{Deserialize, Serialize};
use spine::{Command, Error, Scope, Work};
use store::{Value, params};

use super::keep::{keep_pairs, note_pairs, refresh_keys};
use crate::identity::pair::FoundPair;

/// Looks for duplicates among all clients of the bank, as a job; answers its id, or none when one runs
/// already.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FindDuplicates {}

impl FindDuplicates {
    /// The kind of the job.
    pub const JOB: &'static str = "parties.find_duplicates";
}

impl Command for FindDuplicates {
    const NAME: &'static str = "parties.start_find_duplicates";
    const PERMISSION: &'static str = "client.merge";
    type Output = Option<JobId>;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Option<JobId>, Error> {
        // it looks at everybody
        if w.ctx.principal.require(Self::PERMISSION)? != Scope::Bank {
            return Err(Error::Forbidden(Self::PERMISSION.to_owned()));
        }
        w.job(Self::JOB, Some("all"), &serde_json::json!({})).await
    }
}

/// Looks who is like clients that were loaded without anybody looking; answers how many pairs are new.
#[derive(Debug, Serialize, Deserialize)]
pub struct NotePairs {
    /// Whom to look at.
    pub client_ids: Vec<ClientId>,
    /// `register`, `import`.
    pub found_by: String,
}

impl Command for NotePairs {
    const NAME: &'static str = "parties.note_pairs";
    const PERMISSION: &'static str = "system";
    type Output = u64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<u64, Error> {
        note_pairs(w, &self.client_ids, &self.found_by).await
    }
}

/// How far a walk has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct WalkPlace {
    pub(crate) job_id: JobId,
    pub(crate) phase: String,
    pub(crate) cursor: String,
    pub(crate) done: i64,
    pub(crate) total: i64,
}

/// Brings the keys of clients in step; part of the walk.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RefreshMatchKeys {
    pub(crate) ids: Vec<ClientId>,
}

impl Command for RefreshMatchKeys {
    const NAME: &'static str = "parties.refresh_match_keys";
    const PERMISSION: &'static str = "system";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        refresh_keys(w, &self.ids).await?;
        Ok(())
    }
}

/// Keeps which names are common, in the place of what was kept before; part of the walk.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RefreshNameShares {
    pub(crate) shares_ppm: Vec<(String, i64)>,
}

impl Command for RefreshNameShares {
    const NAME: &'static str = "parties.refresh_name_shares";
    const PERMISSION: &'static str = "system";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        w.execute("delete from name_share", &[]).await?;
        let rows: Vec<Vec<Value>> = self
            .shares_ppm
            .iter()
            .map(|(token, share)| vec![token.into(), (*share).into()])
            .collect();
        w.insert_many("insert into name_share (token, share_ppm) values", &rows, "").await?;
        Ok(())
    }
}

/// Keeps the pairs a stretch of the walk found, and where the walk stands: cut off, it goes on from
/// there. Answers how many pairs are new.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct StorePairs {
    pub(crate) pairs: Vec<FoundPair>,
    pub(crate) place: WalkPlace,
}

impl Command for StorePairs {
    const NAME: &'static str = "parties.store_pairs";
    const PERMISSION: &'static str = "system";
    type Output = u64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<u64, Error> {
        let fresh = keep_pairs(w, self.pairs.clone(), "job").await?;
        let place = &self.place;
        let now = w.ctx.now;
        w.execute(
            "insert into match_walk (job_id, phase, cursor, done, total, found, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7) on conflict (job_id) do update set \
             phase = excluded.phase, cursor = excluded.cursor, done = excluded.done, \
             total = excluded.total, found = match_walk.found + excluded.found, \
             updated_at = excluded.updated_at",
            params![
                place.job_id,
                &place.phase,
                &place.cursor,
                place.done,
                place.total,
                i64::try_from(fresh).unwrap_or(i64::MAX),
                now
            ],
        )
        .await?;
        Ok(fresh)
    }
}
