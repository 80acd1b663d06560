//! Changes of projects and of who takes part.

mod load;
mod own;
mod words;

use std::collections::BTreeMap;

use kernel::{BranchId, ClientId, Date, ProjectId, Refusal, Refusals, limits};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, FieldEdit, OwnChange, OwnValues, Owner, Typed, Work};
use store::{Read, params};

pub(crate) use own::PROJECT;

pub use load::{LoadProjects, LoadedParticipant, LoadedProject};

use super::model::{KINDS, Participation, ProjectStatus, ROLES};
use super::queries::{self, ProjectRow};
use crate::queries::client_ref;

/// What people write about a project.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ProjectFields {
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
    /// Fields the bank has added, by key, as typed; those that are not named stay.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, String>,
}

impl ProjectFields {
    /// Everything that can be checked without the database.
    pub(crate) fn check(&self, refusals: &mut Refusals) {
        if !KINDS.contains(&self.kind.as_str()) {
            refusals.push(Refusal::field("not-a-choice", "kind"));
        }
        if self.title.trim().is_empty() {
            refusals.push(Refusal::field("required", "title"));
        }
        for (text, field, max) in [
            (&self.title, "title", limits::TEXT_CHARS_MAX),
            (&self.place, "place", limits::TEXT_CHARS_MAX),
            (&self.about, "about", limits::BODY_CHARS_MAX),
        ] {
            if text.chars().count() > max {
                refusals.push(Refusal::field("too-long", field).arg("max", max));
            }
        }
        if self.ends_on.is_some_and(|end| end < self.starts_on) {
            refusals.push(Refusal::field("project-ends-before", "ends"));
        }
    }
    fn search_text(&self) -> String {
        search_text(&self.title, &self.place)
    }
    async fn own(
        &self,
        w: &mut Work<'_>,
        stored: Option<&OwnValues>,
        refusals: &mut Refusals,
    ) -> Result<OwnChange, Error> {
        let none = OwnValues::default();
        let edits = FieldEdit::over(stored.unwrap_or(&none), &self.custom);
        w.own_values(Typed { object: PROJECT.key, stored, edits: &edits, refusals }).await
    }
}

/// What a project is found by.
fn search_text(title: &str, place: &str) -> String {
    crate::words::normal(&format!("{title} {place}"))
}

/// Opens a project or announces an event; the person is its owner.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct OpenProject {
    /// What is known of it.
    #[serde(flatten)]
    pub fields: ProjectFields,
}

impl Command for OpenProject {
    const NAME: &'static str = "engagement.open_project";
    const PERMISSION: &'static str = "project.write";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ProjectId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<ProjectId, Error> {
        let mut refusals = Refusals::default();
        self.fields.check(&mut refusals);
        let own = self.fields.own(w, None, &mut refusals).await?;
        refusals.into_result()?;
        let id: ProjectId = w.new_id();
        let (now, me) = (w.ctx.now, w.actor());
        let branch: Option<BranchId> = w.ctx.principal.branch_id;
        let f = &self.fields;
        w.execute(
            "insert into project (id, kind, title, title_norm, starts_on, ends_on, place, about, \
             status, owner_id, branch_id, created_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, 'planned', $9, $10, $11)",
            params![
                id,
                &f.kind,
                f.title.trim(),
                f.search_text(),
                f.starts_on,
                f.ends_on,
                f.place.trim(),
                f.about.trim(),
                me,
                branch,
                now
            ],
        )
        .await?;
        words::keep(w, id, f.starts_on, &f.search_text()).await?;
        let change = Change::new()
            .set("kind", f.kind.as_str())
            .set("title", f.title.trim())
            .set("starts_on", f.starts_on.to_string());
        w.write_own(&PROJECT, id, &own).await?;
        w.record("project", id, None, own.noted(change));
        Ok(id)
    }
}

/// The project, held for this transaction, when the person may change it.
async fn mine(w: &mut Work<'_>, id: ProjectId) -> Result<ProjectRow, Error> {
    let project = queries::held(w, id).await?.ok_or(Error::NotFound)?;
    let owner = Owner::row(project.branch_id, project.owner_id);
    w.ctx.principal.require_over("project.write", owner)?;
    Ok(project)
}

/// Changes what is known of a project.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EditProject {
    /// Which.
    pub project_id: ProjectId,
    /// The version the form showed; a newer one refuses the change.
    pub version: i64,
    /// What it shall say.
    #[serde(flatten)]
    pub fields: ProjectFields,
}

impl Command for EditProject {
    const NAME: &'static str = "engagement.edit_project";
    const PERMISSION: &'static str = "project.write";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let old = mine(w, self.project_id).await?;
        let mut refusals = Refusals::default();
        self.fields.check(&mut refusals);
        if old.version != self.version {
            refusals.push(Refusal::new("project-changed"));
        }
        let own = self.fields.own(w, Some(&old.custom), &mut refusals).await?;
        refusals.into_result()?;
        let f = &self.fields;
        w.execute(
            "update project set kind = $2, title = $3, title_norm = $4, starts_on = $5, \
             ends_on = $6, place = $7, about = $8, version = version + 1 where id = $1",
            params![
                self.project_id,
                &f.kind,
                f.title.trim(),
                f.search_text(),
                f.starts_on,
                f.ends_on,
                f.place.trim(),
                f.about.trim()
            ],
        )
        .await?;
        words::keep(w, self.project_id, f.starts_on, &f.search_text()).await?;
        let day = |d: Option<Date>| d.map(|d| d.to_string());
        let change = Change::new()
            .field("kind", old.kind.as_str(), f.kind.as_str())
            .field("title", old.title.as_str(), f.title.trim())
            .field("starts_on", old.starts_on.to_string(), f.starts_on.to_string())
            .field("ends_on", day(old.ends_on), day(f.ends_on))
            .field("place", old.place.as_str(), f.place.trim())
            .field("about", old.about.as_str(), f.about.trim());
        w.write_own(&PROJECT, self.project_id, &own).await?;
        w.record("project", self.project_id, None, own.noted(change));
        Ok(())
    }
}

/// Moves a project on.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SetProjectStatus {
    /// Which.
    pub project_id: ProjectId,
    /// Status word.
    pub status: String,
}

impl Command for SetProjectStatus {
    const NAME: &'static str = "engagement.set_project_status";
    const PERMISSION: &'static str = "project.write";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let project = mine(w, self.project_id).await?;
        let wanted = ProjectStatus::from_key(&self.status)
            .ok_or_else(|| Error::refused_field("not-a-choice", "status"))?;
        let status = project.status.to(wanted)?;
        w.execute(
            "update project set status = $2, version = version + 1 where id = $1",
            params![self.project_id, status.key()],
        )
        .await?;
        let change = Change::new().field("status", project.status.key(), status.key());
        w.record("project", self.project_id, None, change);
        Ok(())
    }
}

/// Invites a client.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AddParticipant {
    /// To what.
    pub project_id: ProjectId,
    /// Whom.
    pub client_id: ClientId,
    /// As what.
    pub role: String,
}

impl Command for AddParticipant {
    const NAME: &'static str = "engagement.add_participant";
    const PERMISSION: &'static str = "project.write";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let project = mine(w, self.project_id).await?;
        let client = client_ref::get(w, self.client_id).await?;
        w.ctx.principal.require_over("client.read", client.owner())?;
        if !ROLES.contains(&self.role.as_str()) {
            return Err(Error::refused_field("not-a-choice", "role"));
        }
        if !project.status.is_open() {
            return Err(Error::refused("project-over"));
        }
        let now = w.ctx.now;
        let added = w
            .execute(
                "insert into project_client (project_id, client_id, role, status, added_at) \
                 values ($1, $2, $3, 'invited', $4) on conflict (project_id, client_id) do nothing",
                params![self.project_id, self.client_id, &self.role, now],
            )
            .await?;
        if added == 0 {
            return Err(Error::refused_field("project-client-already", "client_name"));
        }
        let change = Change::new()
            .set("project", project.title.as_str())
            .set("role", self.role.as_str())
            .set("participation", Participation::Invited.key());
        w.record("participation", self.project_id, Some(self.client_id), change);
        Ok(())
    }
}

/// Notes that a participant registered, came or declined.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SetParticipation {
    /// Of what.
    pub project_id: ProjectId,
    /// Who.
    pub client_id: ClientId,
    /// Participation word.
    pub status: String,
}

impl Command for SetParticipation {
    const NAME: &'static str = "engagement.set_participation";
    const PERMISSION: &'static str = "project.write";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let project = mine(w, self.project_id).await?;
        let client = client_ref::get(w, self.client_id).await?;
        w.ctx.principal.require_over("client.read", client.owner())?;
        let wanted = Participation::from_key(&self.status)
            .ok_or_else(|| Error::refused_field("not-a-choice", "status"))?;
        let sql = "select status from project_client where project_id = $1 and client_id = $2";
        let place = params![self.project_id, self.client_id];
        let before: String = w.first(sql, place).await?.ok_or(Error::NotFound)?.one()?;
        w.execute(
            "update project_client set status = $3 where project_id = $1 and client_id = $2",
            params![self.project_id, self.client_id, wanted.key()],
        )
        .await?;
        let mut change = Change::new().field("participation", before.as_str(), wanted.key());
        if !change.is_empty() {
            change = change.set("project", project.title.as_str());
        }
        w.record("participation", self.project_id, Some(self.client_id), change);
        Ok(())
    }
}
