//! Staff in the API. Whoever may use the program may read who works here; the rest is the administrator's.
//! What gives rights or acts on who has them (a new person, a password, dismissal) is a person's matter:
//! a program's word on it is refused by the commands themselves, so that it is not offered here.

use kernel::{BranchId, Lang, SessionId, TeamId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::Serialize;
use spine::org::commands::EndSession;
use spine::org::edit::{EditStaff, EndSessions, StaffFields};
use spine::org::{StaffMember, queries as sessions};
use spine::{Command, Error};
use web::api::{Answer, Api, Call, ListQuery, Listing, Method, NoQuery, Operation, Problem};

use super::queries;

const STAFF: &str = "admin.staff";

pub(crate) fn api(api: Api) -> Api {
    api.tag("staff")
        .with(Operation::list("/staff", "list_staff", "app.use", list).about("Who works here"))
        .with(
            Operation::one("/staff/{staff_id}", "get_staff", STAFF, get)
                .about("A member of staff as the administrator sees him"),
        )
        .with(
            Operation::write(Method::Put, "/staff/{staff_id}", "edit_staff", STAFF, edit)
                .about("Changes a member of staff; a program gives no roles")
                .runs(&[EditStaff::NAME])
                .matching(),
        )
        .with(
            Operation::list("/staff/{staff_id}/sessions", "list_sessions", STAFF, live_sessions)
                .about("Live sessions of a member of staff"),
        )
        .with(Operation::answer::<EndSessions>("/staff/{staff_id}/sessions/end", "end_sessions"))
        .with(Operation::command::<EndSession>(
            Method::Delete,
            "/sessions/{session_id}",
            "end_session",
        ))
}

/// Somebody who works here, or did.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct Colleague {
    /// Identity.
    id: UserId,
    /// Name in Russian.
    name: String,
    /// Name in Latin script.
    name_en: String,
    /// Home branch.
    branch_id: Option<BranchId>,
    /// Team.
    team_id: Option<TeamId>,
    /// Works here.
    active: bool,
}

impl From<&StaffMember> for Colleague {
    fn from(member: &StaffMember) -> Self {
        Self {
            id: member.id,
            name: member.name.clone(),
            name_en: member.name_en.clone(),
            branch_id: member.branch_id,
            team_id: member.team_id,
            active: member.active,
        }
    }
}

async fn list(call: Call, query: ListQuery) -> Result<Listing<Colleague>, Problem> {
    let directory = call.cx.app.services.directory.get();
    let page = crate::pages::listed(&query, directory.staff.values(), |m| m.id)?;
    Ok(page.map(|member| Colleague::from(&member)))
}

/// A member of staff as the administrator sees him.
#[derive(Debug, Serialize, JsonSchema)]
struct StaffView {
    /// What the directory says of him.
    #[serde(flatten)]
    member: StaffMember,
    /// Work e-mail.
    email: String,
    /// Work phone.
    phone: String,
    /// Can sign in.
    has_password: bool,
    /// Locked until.
    locked_until: Option<Timestamp>,
    /// Works here since.
    created_at: Timestamp,
}

async fn view(call: &mut Call) -> Result<StaffView, Problem> {
    let id: UserId = call.id("staff_id")?;
    let directory = call.cx.app.services.directory.get();
    let member = directory.staff.get(&id).cloned().ok_or(Error::NotFound)?;
    let details = queries::details(&mut call.cx.db, id).await.map_err(Error::from)?;
    let details = details.ok_or(Error::NotFound)?;
    Ok(StaffView {
        member,
        email: details.email,
        phone: details.phone,
        has_password: details.has_password,
        locked_until: details.locked_until,
        created_at: details.created_at,
    })
}

async fn get(mut call: Call, _: NoQuery) -> Result<StaffView, Problem> {
    view(&mut call).await
}

async fn edit(mut call: Call, staff: StaffFields) -> Result<Answer, Problem> {
    let seen = view(&mut call).await?;
    call.must_match(&seen).await?;
    let lang: Lang = seen.member.lang;
    let original = StaffFields {
        login: seen.member.login,
        name: seen.member.name,
        name_en: seen.member.name_en,
        email: seen.email,
        phone: seen.phone,
        branch_id: seen.member.branch_id,
        team_id: seen.member.team_id,
        roles: seen.member.roles,
        lang,
    };
    let command = EditStaff { staff_id: seen.member.id, staff, original: Some(original) };
    call.run(&command).await?;
    Ok(Answer::done())
}

/// A live session.
#[derive(Debug, Serialize, JsonSchema)]
struct SessionView {
    /// Identity.
    id: SessionId,
    /// Signed in at.
    created_at: Timestamp,
    /// Last request noted.
    seen_at: Timestamp,
    /// Ends at the latest.
    expires_at: Timestamp,
    /// Network address it was opened from.
    address: String,
    /// Browser.
    agent: String,
}

async fn live_sessions(mut call: Call, _: NoQuery) -> Result<Listing<SessionView>, Problem> {
    let id: UserId = call.id("staff_id")?;
    let now = call.cx.now();
    let rows = sessions::sessions_of(&mut call.cx.db, id, now).await.map_err(Error::from)?;
    let shown = rows.into_iter().map(|row| SessionView {
        id: row.id,
        created_at: row.created_at,
        seen_at: row.seen_at,
        expires_at: row.expires_at,
        address: row.address,
        agent: row.agent,
    });
    Ok(Listing::whole(shown.collect()))
}
