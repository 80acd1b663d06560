//! Regions, branches and teams in the API.

use kernel::{BranchId, RegionId, TeamId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use spine::org::edit::{SaveBranch, SaveRegion, SaveTeam, SetBranchArchived, SetTeamArchived};
use spine::org::{Branch, Region, Team};
use spine::{Command, Error};
use web::api::{Answer, Api, Call, ListQuery, Listing, Method, NoQuery, Operation, Problem};

const EDIT: &str = "admin.branches";
/// Names of places stand on every page; whoever may use the program may read them.
const READ: &str = "app.use";

pub(crate) fn api(api: Api) -> Api {
    let post = Method::Post;
    api.tag("organisation")
        .with(Operation::list("/regions", "list_regions", READ, regions).about("Regions"))
        .with(
            Operation::write(post, "/regions", "add_region", EDIT, add_region)
                .about("Adds a region")
                .runs(&[SaveRegion::NAME])
                .creates::<RegionId>()
                .example(json!({ "code": "NW", "name": "Северо-Запад", "name_en": "North-West" })),
        )
        .with(Operation::one("/regions/{region_id}", "get_region", READ, region).about("A region"))
        .with(
            Operation::write(Method::Put, "/regions/{region_id}", "edit_region", EDIT, edit_region)
                .about("Changes a region")
                .runs(&[SaveRegion::NAME])
                .matching(),
        )
        .with(Operation::list("/branches", "list_branches", READ, branches).about("Branches"))
        .with(
            Operation::write(post, "/branches", "add_branch", EDIT, add_branch)
                .about("Adds a branch")
                .runs(&[SaveBranch::NAME])
                .creates::<BranchId>(),
        )
        .with(Operation::one("/branches/{branch_id}", "get_branch", READ, branch).about("A branch"))
        .with(
            Operation::write(
                Method::Put,
                "/branches/{branch_id}",
                "edit_branch",
                EDIT,
                edit_branch,
            )
            .about("Changes a branch")
            .runs(&[SaveBranch::NAME])
            .matching(),
        )
        .with(Operation::command::<SetBranchArchived>(
            post,
            "/branches/{branch_id}/archived",
            "set_branch_archived",
        ))
        .with(Operation::list("/teams", "list_teams", READ, teams).about("Teams"))
        .with(
            Operation::write(post, "/teams", "add_team", EDIT, add_team)
                .about("Adds a team")
                .runs(&[SaveTeam::NAME])
                .creates::<TeamId>(),
        )
        .with(Operation::one("/teams/{team_id}", "get_team", READ, team).about("A team"))
        .with(
            Operation::write(Method::Put, "/teams/{team_id}", "edit_team", EDIT, edit_team)
                .about("Changes a team")
                .runs(&[SaveTeam::NAME])
                .matching(),
        )
        .with(Operation::command::<SetTeamArchived>(
            post,
            "/teams/{team_id}/archived",
            "set_team_archived",
        ))
}

/// What a region says.
#[derive(Debug, Deserialize, JsonSchema)]
struct RegionFields {
    /// Short code.
    code: String,
    /// Russian name.
    name: String,
    /// English name.
    name_en: String,
}

impl RegionFields {
    fn command(self, region_id: Option<RegionId>, original: Option<&Region>) -> SaveRegion {
        let original = original.map(|r| {
            let fields =
                Self { code: r.code.clone(), name: r.name.clone(), name_en: r.name_en.clone() };
            Box::new(fields.command(Some(r.id), None))
        });
        let Self { code, name, name_en } = self;
        SaveRegion { region_id, code, name, name_en, original }
    }
}

/// What a branch says.
#[derive(Debug, Deserialize, JsonSchema)]
struct BranchFields {
    /// Its region.
    region_id: RegionId,
    /// Short code.
    code: String,
    /// Russian name.
    name: String,
    /// English name.
    name_en: String,
    /// Postal address.
    address: String,
    /// IANA time zone.
    zone: String,
    /// `centralised`, `distributed` or `autonomous`.
    mode: String,
}

impl BranchFields {
    fn command(self, branch_id: Option<BranchId>, original: Option<&Branch>) -> SaveBranch {
        let original = original.map(|b| {
            let fields = Self {
                region_id: b.region_id,
                code: b.code.clone(),
                name: b.name.clone(),
                name_en: b.name_en.clone(),
                address: b.address.clone(),
                zone: b.zone.clone(),
                mode: b.mode.clone(),
            };
            Box::new(fields.command(Some(b.id), None))
        });
        let Self { region_id, code, name, name_en, address, zone, mode } = self;
        SaveBranch { branch_id, region_id, code, name, name_en, address, zone, mode, original }
    }
}

/// What a team says.
#[derive(Debug, Deserialize, JsonSchema)]
struct TeamFields {
    /// Its branch; null for a team of the head office.
    branch_id: Option<BranchId>,
    /// Russian name.
    name: String,
    /// English name.
    name_en: String,
}

impl TeamFields {
    fn command(self, team_id: Option<TeamId>, original: Option<&Team>) -> SaveTeam {
        let original = original.map(|t| {
            let fields =
                Self { branch_id: t.branch_id, name: t.name.clone(), name_en: t.name_en.clone() };
            Box::new(fields.command(Some(t.id), None))
        });
        let Self { branch_id, name, name_en } = self;
        SaveTeam { team_id, branch_id, name, name_en, original }
    }
}

async fn regions(call: Call, query: ListQuery) -> Result<Listing<Region>, Problem> {
    let directory = call.cx.app.services.directory.get();
    crate::pages::listed(&query, directory.regions.values(), |r| r.id)
}

async fn branches(call: Call, query: ListQuery) -> Result<Listing<Branch>, Problem> {
    let directory = call.cx.app.services.directory.get();
    crate::pages::listed(&query, directory.branches.values(), |b| b.id)
}

async fn teams(call: Call, query: ListQuery) -> Result<Listing<Team>, Problem> {
    let directory = call.cx.app.services.directory.get();
    crate::pages::listed(&query, directory.teams.values(), |t| t.id)
}

fn stored_region(call: &Call) -> Result<Region, Problem> {
    let id: RegionId = call.id("region_id")?;
    let directory = call.cx.app.services.directory.get();
    Ok(directory.regions.get(&id).cloned().ok_or(Error::NotFound)?)
}

fn stored_branch(call: &Call) -> Result<Branch, Problem> {
    let id: BranchId = call.id("branch_id")?;
    let directory = call.cx.app.services.directory.get();
    Ok(directory.branches.get(&id).cloned().ok_or(Error::NotFound)?)
}

fn stored_team(call: &Call) -> Result<Team, Problem> {
    let id: TeamId = call.id("team_id")?;
    let directory = call.cx.app.services.directory.get();
    Ok(directory.teams.get(&id).cloned().ok_or(Error::NotFound)?)
}

async fn region(call: Call, _: NoQuery) -> Result<Region, Problem> {
    stored_region(&call)
}

async fn branch(call: Call, _: NoQuery) -> Result<Branch, Problem> {
    stored_branch(&call)
}

async fn team(call: Call, _: NoQuery) -> Result<Team, Problem> {
    stored_team(&call)
}

async fn add_region(call: Call, fields: RegionFields) -> Result<Answer, Problem> {
    let id = call.run(&fields.command(None, None)).await?;
    Ok(Answer::created(&id, Some("/regions/{id}"))?)
}

async fn edit_region(mut call: Call, fields: RegionFields) -> Result<Answer, Problem> {
    let stored = stored_region(&call)?;
    call.must_match(&stored).await?;
    call.run(&fields.command(Some(stored.id), Some(&stored))).await?;
    Ok(Answer::done())
}

async fn add_branch(call: Call, fields: BranchFields) -> Result<Answer, Problem> {
    let id = call.run(&fields.command(None, None)).await?;
    Ok(Answer::created(&id, Some("/branches/{id}"))?)
}

async fn edit_branch(mut call: Call, fields: BranchFields) -> Result<Answer, Problem> {
    let stored = stored_branch(&call)?;
    call.must_match(&stored).await?;
    call.run(&fields.command(Some(stored.id), Some(&stored))).await?;
    Ok(Answer::done())
}

async fn add_team(call: Call, fields: TeamFields) -> Result<Answer, Problem> {
    let id = call.run(&fields.command(None, None)).await?;
    Ok(Answer::created(&id, Some("/teams/{id}"))?)
}

async fn edit_team(mut call: Call, fields: TeamFields) -> Result<Answer, Problem> {
    let stored = stored_team(&call)?;
    call.must_match(&stored).await?;
    call.run(&fields.command(Some(stored.id), Some(&stored))).await?;
    Ok(Answer::done())
}
