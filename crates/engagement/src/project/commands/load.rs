//! Loading projects made elsewhere, in bulk: the demo bank and generators for measuring.

use kernel::{BranchId, ClientId, Date, ProjectId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use store::Value;

use super::{search_text, words};

/// Somebody who takes part.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoadedParticipant {
    /// He.
    pub client_id: ClientId,
    /// Role word.
    pub role: String,
    /// Participation word.
    pub status: String,
}

/// A project or event, complete and already valid.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoadedProject {
    /// Identity, made by the caller.
    pub id: ProjectId,
    /// Kind word.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Option<Date>,
    /// Where.
    pub place: String,
    /// What it is about.
    pub about: String,
    /// Status word.
    pub status: String,
    /// Who answers for it.
    pub owner_id: Option<UserId>,
    /// His branch.
    pub branch_id: Option<BranchId>,
    /// When it was announced and people were invited.
    pub created_at: Timestamp,
    /// Who takes part, each once.
    pub participants: Vec<LoadedParticipant>,
}

/// Loads projects with their participants. One journal entry for each project and each participant.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LoadProjects {
    /// The projects.
    pub projects: Vec<LoadedProject>,
}

impl Command for LoadProjects {
    const NAME: &'static str = "engagement.load_projects";
    const PERMISSION: &'static str = "system";
    type Output = usize;

    async fn handle(&self, w: &mut Work<'_>) -> Result<usize, Error> {
        let rows: Vec<Vec<Value>> = self.projects.iter().map(LoadedProject::row).collect();
        w.insert_many(
            "insert into project (id, kind, title, title_norm, starts_on, ends_on, place, about, \
             status, owner_id, branch_id, created_at) values",
            &rows,
            "",
        )
        .await?;
        let rows: Vec<Vec<Value>> = self.projects.iter().flat_map(LoadedProject::words).collect();
        words::add(w, &rows).await?;
        let rows: Vec<Vec<Value>> = self.projects.iter().flat_map(LoadedProject::invited).collect();
        w.insert_many(
            "insert into project_client (project_id, client_id, role, status, added_at) values",
            &rows,
            "",
        )
        .await?;
        for project in &self.projects {
            let change = Change::new()
                .set("kind", project.kind.as_str())
                .set("title", project.title.as_str())
                .set("starts_on", project.starts_on.to_string());
            w.record("project", project.id, None, change);
            for one in &project.participants {
                let change = Change::new()
                    .set("project", project.title.as_str())
                    .set("role", one.role.as_str())
                    .set("participation", one.status.as_str());
                w.record("participation", project.id, Some(one.client_id), change);
            }
        }
        Ok(self.projects.len())
    }
}

impl LoadedProject {
    fn row(&self) -> Vec<Value> {
        vec![
            self.id.into(),
            (&self.kind).into(),
            (&self.title).into(),
            search_text(&self.title, &self.place).into(),
            self.starts_on.into(),
            self.ends_on.into(),
            (&self.place).into(),
            (&self.about).into(),
            (&self.status).into(),
            self.owner_id.into(),
            self.branch_id.into(),
            self.created_at.into(),
        ]
    }
    fn words(&self) -> Vec<Vec<Value>> {
        words::rows(self.id, self.starts_on, &search_text(&self.title, &self.place))
    }
    fn invited(&self) -> impl Iterator<Item = Vec<Value>> {
        self.participants.iter().map(|one| {
            vec![
                self.id.into(),
                one.client_id.into(),
                (&one.role).into(),
                (&one.status).into(),
                self.created_at.into(),
            ]
        })
    }
}
