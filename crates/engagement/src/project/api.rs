//! Projects and events in the API.

use kernel::{ProjectId, limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::{Command, Error};
use web::api::{
    Answer, Api, Call, ListQuery, Listing, Method, NoQuery, Operation, OwnQuery, Problem,
};

use super::commands::{
    AddParticipant, EditProject, OpenProject, PROJECT, ProjectFields, SetParticipation,
    SetProjectStatus,
};
use super::model::{KINDS, Participation};
use super::queries::{self, Participant, ProjectRow};

const READ: &str = "project.read";
const WRITE: &str = "project.write";

pub(crate) fn api(api: Api) -> Api {
    api.tag("projects")
        .with(
            Operation::list("/projects", "list_projects", READ, list)
                .about("Projects and events, the latest first"),
        )
        .with(
            Operation::create::<OpenProject>("/projects", "open_project", Some("/projects/{id}"))
                .example(json!({
                    "kind": "event", "title": "Breakfast for exporters", "starts_on": "2026-12-10",
                    "ends_on": null, "place": "Moscow", "about": ""
                })),
        )
        .with(
            Operation::one("/projects/{project_id}", "get_project", READ, get)
                .about("A project with the numbers of its participants"),
        )
        .with(
            Operation::write(Method::Put, "/projects/{project_id}", "edit_project", WRITE, edit)
                .about("Changes a project")
                .runs(&[EditProject::NAME])
                .matching(),
        )
        .with(Operation::command::<SetProjectStatus>(
            Method::Post,
            "/projects/{project_id}/status",
            "set_project_status",
        ))
        .with(
            Operation::list(
                "/projects/{project_id}/participants",
                "list_participants",
                READ,
                people,
            )
            .about("Participants one may see"),
        )
        .with(Operation::command::<AddParticipant>(
            Method::Post,
            "/projects/{project_id}/participants",
            "add_participant",
        ))
        .with(Operation::command::<SetParticipation>(
            Method::Put,
            "/projects/{project_id}/participants/{client_id}",
            "set_participation",
        ))
}

/// Which projects.
#[derive(Debug, Deserialize, JsonSchema)]
struct ProjectsQuery {
    /// Only of this kind.
    #[serde(default)]
    kind: Option<String>,
    /// In fields the bank has added.
    #[serde(flatten)]
    own: OwnQuery,
    /// Which page.
    #[serde(flatten)]
    page: ListQuery,
}

async fn list(mut call: Call, query: ProjectsQuery) -> Result<Listing<ProjectRow>, Problem> {
    let page = query.page;
    let kind = match query.kind.as_deref() {
        Some(word) if !KINDS.contains(&word) => {
            return Err(Problem::bad_request("not-a-choice", "kind"));
        }
        kind => kind,
    };
    let below = page.place::<(String, ProjectId)>()?;
    let own = query.own.asked(&call.cx, PROJECT.key).await?;
    let asked = queries::Page { kind, below, limit: page.limit_and_one(), own: &own };
    let mut rows = queries::list(&mut call.cx.db, asked).await.map_err(Error::from)?;
    call.cx.cut_own(PROJECT.key, rows.iter_mut().map(|(row, _)| &mut row.custom)).await?;
    let place = |(row, place): &(ProjectRow, String)| (place.clone(), row.id);
    Ok(Listing::cut(rows, page.limit(), place)?.map(|(row, _)| row))
}

/// A project.
#[derive(Debug, Serialize, JsonSchema)]
struct ProjectView {
    /// What it is.
    #[serde(flatten)]
    row: ProjectRow,
    /// How many clients stand where.
    participation: Vec<Count>,
}

/// Clients of one standing.
#[derive(Debug, Serialize, JsonSchema)]
struct Count {
    /// The standing.
    participation: Participation,
    /// How many.
    clients: i64,
}

async fn stored(call: &mut Call) -> Result<ProjectRow, Problem> {
    let id: ProjectId = call.id("project_id")?;
    let row = queries::project(&mut call.cx.db, id).await.map_err(Error::from)?;
    let mut row = row.ok_or(Error::NotFound)?;
    call.cx.cut_own(PROJECT.key, [&mut row.custom]).await?;
    Ok(row)
}

async fn view(call: &mut Call) -> Result<ProjectView, Problem> {
    let row = stored(call).await?;
    let counts = queries::counts(&mut call.cx.db, row.id).await.map_err(Error::from)?;
    let count = |(participation, clients)| Count { participation, clients };
    Ok(ProjectView { row, participation: counts.into_iter().map(count).collect() })
}

async fn get(mut call: Call, _: NoQuery) -> Result<ProjectView, Problem> {
    view(&mut call).await
}

async fn edit(mut call: Call, fields: ProjectFields) -> Result<Answer, Problem> {
    let seen = view(&mut call).await?;
    call.must_match(&seen).await?;
    let command = EditProject { project_id: seen.row.id, version: seen.row.version, fields };
    call.run(&command).await?;
    Ok(Answer::done())
}

async fn people(mut call: Call, _: NoQuery) -> Result<Listing<Participant>, Problem> {
    let id = stored(&mut call).await?.id;
    let limit = i64::try_from(limits::PAGE_ROWS_MAX).unwrap_or(200);
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let rows = queries::participants(&mut call.cx.db, &principal, id, limit).await;
    Ok(Listing::whole(rows.map_err(Error::from)?))
}
