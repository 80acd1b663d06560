//! Imports in the API: files come in base64 with their mapping, a run is a job, its rejects can be read.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::{ImportId, JobId, Refusal, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::{Command, Error};
use web::api::{Answer, Api, Call, ListQuery, Listing, Method, NoQuery, Operation, Problem};
use web::{FormData, Upload, UploadForm};

use super::commands::{CreateImport, StartImport};
use super::model::{RejectLine, Summary, rejects_csv};
use super::pages::{Added, prepare, rejects_of};
use super::queries::{self, ImportRun};

const RUN: &str = "import.run";

pub(crate) fn api(api: Api) -> Api {
    api.tag("imports")
        .with(Operation::list("/imports", "list_imports", RUN, list).about("Runs, newest first"))
        .with(
            Operation::write(Method::Post, "/imports", "create_import", RUN, create)
                .about("Keeps files with their mapping as a draft")
                .runs(&[CreateImport::NAME])
                .with_files()
                .creates::<ImportId>()
                .example(json!({
                    "title": "Clients of November", "mapping": "guess", "files": [
                        { "name": "clients.csv", "content": "bmFtZTtwaG9uZQo=" }
                    ]
                })),
        )
        .with(Operation::one("/imports/{import_id}", "get_import", RUN, get).about("One run"))
        .with(Operation::answer::<StartImport>("/imports/{import_id}/start", "start_import"))
        .with(
            Operation::list("/imports/{import_id}/rejects", "list_rejects", RUN, rejects)
                .about("Rows a run refused, and fields in which a person's word stayed"),
        )
        .with(
            Operation::file(
                "/imports/{import_id}/rejects.csv",
                "get_rejects_csv",
                RUN,
                rejects_file,
            )
            .about("The same as a file for spreadsheets")
            .media(&["text/csv"]),
        )
}

/// An import run.
#[derive(Debug, Serialize, JsonSchema)]
struct ImportView {
    /// Identity.
    id: ImportId,
    /// What it is called.
    title: String,
    /// `draft`, `waiting`, `running`, `done` or `failed`.
    state: String,
    /// Changes nothing.
    dry_run: bool,
    /// Its job, once started.
    job_id: Option<JobId>,
    /// What became of it so far.
    summary: Summary,
    /// Why it failed.
    problem: String,
    /// Who made it.
    created_by: Option<UserId>,
    /// When.
    created_at: Timestamp,
    /// When it ended.
    finished_at: Option<Timestamp>,
    /// When its files were deleted: it cannot be run again.
    files_gone_at: Option<Timestamp>,
}

impl From<ImportRun> for ImportView {
    fn from(run: ImportRun) -> Self {
        Self {
            id: run.id,
            title: run.title,
            state: run.state,
            dry_run: run.dry_run,
            job_id: run.job_id,
            summary: run.summary,
            problem: run.problem,
            created_by: run.created_by,
            created_at: run.created_at,
            finished_at: run.finished_at,
            files_gone_at: run.gone_at,
        }
    }
}

async fn list(mut call: Call, query: ListQuery) -> Result<Listing<ImportView>, Problem> {
    let before = query.place::<Timestamp>()?.unwrap_or(Timestamp::from_micros(i64::MAX));
    let runs = queries::list(&mut call.cx.db, before, query.limit_and_one()).await;
    let page = Listing::cut(runs.map_err(Error::from)?, query.limit(), |run| run.created_at)?;
    Ok(page.map(ImportView::from))
}

/// A file of an import.
#[derive(Debug, Deserialize, JsonSchema)]
struct SentFile {
    /// Its name, with its ending.
    #[schemars(length(min = 1, max = 200))]
    name: String,
    /// Its content in base64.
    #[schemars(extend("contentEncoding" = "base64"))]
    content: String,
}

/// A new import.
#[derive(Debug, Deserialize, JsonSchema)]
struct NewImport {
    /// What it is called; the name of the first file when left out.
    #[serde(default)]
    title: Option<String>,
    /// `guess`, the key of a mapping of the product, `own`, or `record:` and the key of one of the bank's own kinds of
    /// record: then columns are called like its fields, or by their keys.
    mapping: String,
    /// For the bank's own kinds: the column that tells records apart in every file.
    #[serde(default)]
    #[schemars(length(max = 200))]
    key: Option<String>,
    /// The mapping's text, for `own`.
    #[serde(default)]
    mapping_text: Option<String>,
    /// The files.
    #[schemars(length(min = 1, max = 50))]
    files: Vec<SentFile>,
}

async fn create(call: Call, new: NewImport) -> Result<Answer, Problem> {
    let mut files = Vec::with_capacity(new.files.len());
    for (place, file) in new.files.into_iter().enumerate() {
        let content = STANDARD.decode(&file.content).map_err(|_| {
            Error::refused_field("api-wrong-form", &format!("files.{place}.content"))
        })?;
        let mime = "application/octet-stream".to_owned();
        files.push(Upload { name: file.name, mime, content });
    }
    let pair = |name: &str, value: Option<String>| (name.to_owned(), value.unwrap_or_default());
    let form = FormData::from_pairs([
        pair("title", new.title),
        pair("mapping", Some(new.mapping)),
        pair("mapping_text", new.mapping_text),
        pair("key", new.key),
    ]);
    let added = Added::of(&call.cx).await?;
    let command = prepare(&call.cx.l, &UploadForm { form, files }, &added)
        .map_err(|refusal: Refusal| Problem::from(Error::from(refusal)))?;
    let id = call.run(&command).await?;
    Ok(Answer::created(&id, Some("/imports/{id}"))?)
}

async fn stored(call: &mut Call) -> Result<ImportRun, Problem> {
    let id: ImportId = call.id("import_id")?;
    let run = queries::get(&mut call.cx.db, id).await.map_err(Error::from)?;
    Ok(run.ok_or(Error::NotFound)?)
}

async fn get(mut call: Call, _: NoQuery) -> Result<ImportView, Problem> {
    Ok(stored(&mut call).await?.into())
}

async fn rejects(mut call: Call, query: ListQuery) -> Result<Listing<RejectLine>, Problem> {
    let run = stored(&mut call).await?;
    let from = query.place::<usize>()?.unwrap_or(0);
    let lines = rejects_of(&mut call.cx.db, &run).await?;
    let rest: Vec<RejectLine> = lines.into_iter().skip(from).take(query.limit() + 1).collect();
    let next = from + query.limit();
    Ok(Listing::cut(rest, query.limit(), |_| next)?)
}

async fn rejects_file(mut call: Call) -> Result<Answer, Problem> {
    let run = stored(&mut call).await?;
    let lines = rejects_of(&mut call.cx.db, &run).await?;
    let csv = rejects_csv(&call.cx.l.texts, call.cx.l.lang, &lines);
    Ok(Answer::file("text/csv; charset=utf-8", "rejects.csv", csv))
}
