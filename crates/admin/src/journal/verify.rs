//! The job that proves the journal whole.

use std::time::Duration;

use serde_json::{Value as Json, json};
use spine::org::edit::VerifyJournal;
use spine::{JobContext, JobError, JobHandler, Run};
use store::verify::{Verdict, verify};

/// A sign of life is given this often, so that no second worker takes the check over.
const BEAT: Duration = Duration::from_secs(30);

/// Walks the whole chain and leaves what it found as the job's result.
pub(crate) struct VerifyJob;

impl JobHandler for VerifyJob {
    fn kind(&self) -> &'static str {
        VerifyJournal::JOB
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(check(job))
    }
}

async fn check(job: &JobContext) -> Result<Json, JobError> {
    let mut db = job.services.reader.long();
    let mut walk = std::pin::pin!(verify(&mut db));
    let mut beat = tokio::time::interval(BEAT);
    let verdict = loop {
        tokio::select! {
            verdict = &mut walk => break verdict?,
            _ = beat.tick() => job.progress(0, 0).await?,
        }
    };
    Ok(match verdict {
        Verdict::Whole { blocks, entries, unsealed } => json!({
            "verdict": "whole", "blocks": blocks, "entries": entries, "unsealed": unsealed,
        }),
        Verdict::Broken { block, pos, problem } => json!({
            "verdict": "broken", "block": block, "pos": pos, "problem": problem,
        }),
    })
}
