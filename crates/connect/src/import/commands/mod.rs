//! The life of an import run: draft with its files, waiting for a worker, running, done or failed.

mod forget;

use kernel::{ImportId, JobId, Refusal, Timestamp, limits};
use serde::{Deserialize, Serialize};
use spine::org::Behalf;
use spine::{Change, Command, Error, Work};
use store::{Read, params};

use super::model::Summary;
use super::queries;

pub use forget::ForgetImports;
pub(crate) use forget::{FORGET, Forgetter};

/// An uploaded file.
#[derive(Debug, Serialize, Deserialize)]
pub struct NewFile {
    /// Name.
    pub name: String,
    /// Content.
    pub content: Vec<u8>,
}

/// Keeps uploaded files with their mapping as a draft.
#[derive(Debug, Serialize, Deserialize)]
pub struct CreateImport {
    /// What it is called.
    pub title: String,
    /// The mapping's text.
    pub mapping: String,
    /// The files.
    pub files: Vec<NewFile>,
}

impl Command for CreateImport {
    const NAME: &'static str = "connect.create_import";
    const PERMISSION: &'static str = "import.run";
    type Output = ImportId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<ImportId, Error> {
        if self.files.is_empty() {
            return Err(Error::refused_field("required", "files"));
        }
        forget::hold(w).await?;
        let id: ImportId = w.new_id();
        let (now, me) = (w.ctx.now, w.actor());
        let title: String = self.title.chars().take(limits::TEXT_CHARS_MAX).collect();
        w.execute(
            "insert into import_run (id, title, mapping, state, created_by, created_at) \
             values ($1, $2, $3, 'draft', $4, $5)",
            params![id, &title, &self.mapping, me, now],
        )
        .await?;
        for file in &self.files {
            let hash = w.put_blob(None, &file.content).await?;
            let size = i64::try_from(file.content.len()).unwrap_or(i64::MAX);
            let added = w
                .execute(
                    "insert into import_file (import_id, name, size, hash) values ($1, $2, $3, $4) \
                     on conflict (import_id, name) do nothing",
                    params![id, &file.name, size, hash.to_vec()],
                )
                .await?;
            if added == 0 {
                return Err(Refusal::field("import-file-twice", "files")
                    .arg("name", &file.name)
                    .into());
            }
        }
        let names: Vec<&str> = self.files.iter().map(|f| f.name.as_str()).collect();
        let change = Change::new().set("title", title.as_str()).set("files", names);
        w.record("import", id, None, change);
        Ok(id)
    }
}

/// Starts a draft (or a failed or finished run again) as a background job.
#[derive(Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StartImport {
    /// Which.
    pub import_id: ImportId,
    /// Change nothing, only show what would happen.
    pub dry_run: bool,
}

impl Command for StartImport {
    const NAME: &'static str = "connect.start_import";
    const PERMISSION: &'static str = "import.run";
    type Output = JobId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<JobId, Error> {
        let id = self.import_id;
        let sql = format!(
            "select state, job_id, (select g.at from import_gone g where g.import_id = import_run.id) \
             from import_run where id = $1{}",
            w.dialect().for_update()
        );
        let row = w.first(&sql, params![id]).await?.ok_or(Error::NotFound)?;
        let mut c = row.cols();
        let (state, job): (String, Option<JobId>) = (c.take()?, c.take()?);
        if c.take::<Option<Timestamp>>()?.is_some() {
            return Err(Error::refused("import-files-gone"));
        }
        let is_begun = matches!(state.as_str(), "waiting" | "running");
        if is_begun && queries::is_alive(w, job).await? {
            return Err(Error::refused("import-already-running"));
        }
        // with the rights of who starts it, not of who brought the files
        let behalf = Behalf::of(&w.ctx.principal);
        let payload =
            serde_json::json!({ "import": id, "dry_run": self.dry_run, "behalf": behalf });
        let job = w
            .job("connect.import", Some(&id.to_string()), &payload)
            .await?
            .ok_or_else(|| Error::refused("import-already-running"))?;
        w.execute(
            "update import_run set state = 'waiting', dry_run = $2, job_id = $3, summary = '{}', \
             problem = '', rejects = null, started_at = null, finished_at = null where id = $1",
            params![id, self.dry_run, job],
        )
        .await?;
        let change = Change::new().field("state", state, "waiting").set("dry_run", self.dry_run);
        w.record("import", id, None, change);
        Ok(job)
    }
}

/// Notes how a run stands. Executed by its job.
#[derive(Debug, Serialize, Deserialize)]
pub struct NoteImport {
    /// Which.
    pub import_id: ImportId,
    /// `running`, `done` or `failed`.
    pub state: String,
    /// Counts so far.
    pub summary: Summary,
    /// Why it failed: text key and arguments as JSON.
    pub problem: String,
    /// The rejects file.
    pub rejects: Option<Vec<u8>>,
}

impl Command for NoteImport {
    const NAME: &'static str = "connect.note_import";
    const PERMISSION: &'static str = "system";
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        forget::hold(w).await?;
        let rejects = match &self.rejects {
            Some(content) => Some(w.put_blob(None, content).await?.to_vec()),
            None => None,
        };
        let now = w.ctx.now;
        let ended: Option<Timestamp> = (self.state != "running").then_some(now);
        w.execute(
            "update import_run set state = $2, summary = $3, problem = $4, rejects = $5, \
             started_at = coalesce(started_at, $6), finished_at = $7 where id = $1",
            params![
                self.import_id,
                &self.state,
                serde_json::to_string(&self.summary)?,
                &self.problem,
                rejects,
                now,
                ended
            ],
        )
        .await?;
        if ended.is_some() {
            let totals = self.summary.totals();
            let change =
                Change::new().set("state", self.state.as_str()).set("totals", totals.to_vec());
            w.record("import", self.import_id, None, change);
        }
        Ok(())
    }
}
