//! The import as a background job.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kernel::{ImportId, Timestamp};
use serde::Deserialize;
use spine::org::Behalf;
use spine::{Ctx, JobContext, JobError, JobHandler, Run, Services};
use store::Reader;

use super::commands::NoteImport;
use super::engine::{self, Progress, RunError, Watch};
use super::model::{Problem, RejectLine, Summary, TargetTable};
use super::queries;
use crate::feed::{Feed, Mapping};
use crate::scratch::Scratch;

/// Rejects kept in the file of a page's run; the rest is counted.
const REJECTS_MAX: usize = 100_000;

/// Pause between two notes of a dry run's progress.
const DRY_NOTE_SECONDS: i64 = 5;
/// How long a dry run waits to note its progress.
const DRY_NOTE_WAIT: Duration = Duration::from_millis(100);

/// Runs imports. A run that was cut off starts again and finds what it had stored.
pub struct ImportJob {
    /// What the rooms take.
    pub targets: TargetTable,
}

#[derive(Deserialize)]
struct Payload {
    import: ImportId,
    dry_run: bool,
    /// Who started it; jobs of older programs know the person only.
    behalf: Option<Behalf>,
}

impl JobHandler for ImportJob {
    fn kind(&self) -> &'static str {
        "connect.import"
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(async move {
            let payload: Payload = serde_json::from_value(job.payload.clone())
                .map_err(|e| JobError::Fatal(e.to_string()))?;
            self.import(job, &payload).await
        })
    }
}

impl ImportJob {
    async fn import(
        &self,
        job: &JobContext,
        payload: &Payload,
    ) -> Result<serde_json::Value, JobError> {
        let services = &job.services;
        let mut db = services.reader.clone();
        let run = queries::get(&mut db, payload.import)
            .await?
            .ok_or_else(|| JobError::Fatal("the import is gone".to_owned()))?;
        let person = Behalf { user_id: job.created_by, program: None };
        let principal =
            payload
                .behalf
                .as_ref()
                .unwrap_or(&person)
                .principal(&services.directory)
                .ok_or_else(|| JobError::Fatal("whoever started the import left".to_owned()))?;
        let ctx = services.ctx(principal, "import");
        note(services, payload.import, "running", Summary::default(), "", None).await?;
        let dir = Scratch::new().map_err(|e| JobError::Again(e.to_string()))?;
        unpack(&mut db, payload.import, dir.path()).await?;
        let mut rejects: Vec<RejectLine> = Vec::new();
        let outcome =
            self.run_feed(job, &ctx, &run.mapping, dir.path(), payload.dry_run, &mut rejects).await;
        let file = if rejects.is_empty() {
            None
        } else {
            let json = serde_json::to_vec(&rejects);
            Some(json.map_err(|e| JobError::Fatal(e.to_string()))?)
        };
        match outcome {
            Ok(summary) => {
                let totals = summary.totals();
                note(services, payload.import, "done", summary, "", file).await?;
                Ok(serde_json::json!({ "totals": totals }))
            }
            Err(RunError::Stopped(why)) => Err(JobError::Again(why)),
            Err(RunError::Store(error)) => match JobError::from(error) {
                JobError::Again(why) => Err(JobError::Again(why)),
                JobError::Fatal(why) => {
                    let problem = Problem::of("import-refused", &[("why", &why)]);
                    note(services, payload.import, "failed", Summary::default(), &problem, file)
                        .await?;
                    Err(JobError::Fatal(why))
                }
            },
            Err(error) => {
                let problem = problem(&error);
                note(services, payload.import, "failed", Summary::default(), &problem, file)
                    .await?;
                Err(JobError::Fatal(error.to_string()))
            }
        }
    }

    async fn run_feed(
        &self,
        job: &JobContext,
        ctx: &Ctx,
        mapping: &str,
        dir: &Path,
        dry: bool,
        rejects: &mut Vec<RejectLine>,
    ) -> Result<Summary, RunError> {
        let mapping: Mapping = Mapping::parse(mapping)?;
        let feed = Feed::open(mapping, dir)?;
        let mut watch = JobWatch { job, rejects, dry, told_at: job.services.clock.now() };
        engine::run(&job.services, ctx, &feed, &self.targets, dry, &mut watch).await
    }
}

struct JobWatch<'a> {
    job: &'a JobContext,
    rejects: &'a mut Vec<RejectLine>,
    dry: bool,
    told_at: Timestamp,
}

impl JobWatch<'_> {
    /// A dry run keeps one transaction open. Where writers queue (SQLite), nobody can write beside it,
    /// neither this note nor another worker that would take the job over: then the note is left out.
    async fn tell_beside(&mut self, p: Progress) -> Result<(), String> {
        let now = self.job.services.clock.now();
        if now.seconds_since(self.told_at) < DRY_NOTE_SECONDS {
            return Ok(());
        }
        self.told_at = now;
        let note = self.job.progress(p.done, p.total);
        match tokio::time::timeout(DRY_NOTE_WAIT, note).await {
            Ok(told) => told.map_err(|e| e.to_string()),
            Err(_) => Ok(()),
        }
    }
}

impl Watch for JobWatch<'_> {
    fn rejected(&mut self, line: RejectLine) {
        if self.rejects.len() < REJECTS_MAX {
            self.rejects.push(line);
        }
    }
    async fn told(&mut self, p: Progress) -> Result<(), String> {
        if self.dry {
            return self.tell_beside(p).await;
        }
        self.job.progress(p.done, p.total).await.map_err(|e| e.to_string())
    }
}

/// Why a run failed, in a form every reader gets in his own language.
pub fn problem(error: &RunError) -> String {
    match error {
        RunError::Feed(feed) => {
            let mut args: Vec<(&str, &str)> =
                feed.args.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            args.push(("place", &feed.place));
            Problem::of(&feed.message_key(), &args)
        }
        RunError::Kind { file, kind } => {
            Problem::of("import-kind-unknown", &[("file", file), ("kind", kind)])
        }
        RunError::Store(_) | RunError::Stopped(_) => {
            Problem::of("import-refused", &[("why", &error.to_string())])
        }
    }
}

async fn note(
    services: &Services,
    import_id: ImportId,
    state: &str,
    summary: Summary,
    problem: &str,
    rejects: Option<Vec<u8>>,
) -> Result<(), JobError> {
    let ctx = services.system("import");
    let command = NoteImport {
        import_id,
        state: state.to_owned(),
        summary,
        problem: problem.to_owned(),
        rejects,
    };
    Ok(services.bus.execute(&ctx, ctx.command_id(), &command).await?)
}

/// Writes the run's files into a folder of its own.
pub(super) async fn unpack(
    db: &mut Reader,
    id: ImportId,
    dir: &Path,
) -> Result<Vec<PathBuf>, JobError> {
    let mut out = Vec::new();
    for (name, _, hash) in queries::files(db, id).await? {
        let content = store::blobs::get(db, &hash)
            .await?
            .ok_or_else(|| JobError::Fatal(format!("the content of {name} is gone")))?;
        // names were cut to their last part when they came in; this makes sure
        let safe = Path::new(&name).file_name().map(PathBuf::from).unwrap_or_default();
        let path = dir.join(safe);
        std::fs::write(&path, content).map_err(|e| JobError::Again(e.to_string()))?;
        out.push(path);
    }
    Ok(out)
}
