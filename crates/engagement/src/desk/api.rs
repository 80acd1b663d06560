//! The desk in the API: visits, operations, themes.

use kernel::{BranchId, DeskOperationId, Timestamp, UserId, VisitId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use spine::{Command, Error};
use web::api::{Api, Call, ListQuery, Listing, Method, NoQuery, Operation, Problem};

use super::commands::{
    CallVisitor, ChooseTheme, FinishVisit, IdentifyVisitor, LeaveVisit, MoveTillCash, OpenVisit,
    RecogniseVisitor, RecordOperation, RejectVisitor, ReverseOperation, SaveTheme, TickVisitStep,
};
use super::found;
use super::model::VisitState;
use super::queries::{self, Known, OperationRow, OperationsOf, ThemeRow, VisitRow, VisitStep};
use crate::queries::client_ref;

const SERVE: &str = "desk.serve";
const REPORT: &str = "desk.report";

pub(crate) fn api(api: Api) -> Api {
    let visits = "/visits/{visit_id}";
    api.tag("desk")
        .with(
            Operation::list("/visits", "list_visits", REPORT, visits_of)
                .about("Visits within one's reach, the latest first"),
        )
        .with(Operation::one(visits, "get_visit", SERVE, visit).about("A visit to a branch"))
        .with(
            Operation::create::<OpenVisit>("/visits", "open_visit", None)
                .example(json!({ "ticket": "A001", "person": "", "serve": true })),
        )
        .with(of::<CallVisitor>("/visits/{visit_id}/call", "call_visitor"))
        .with(of::<ChooseTheme>("/visits/{visit_id}/theme", "choose_visit_theme"))
        .with(of::<IdentifyVisitor>("/visits/{visit_id}/client", "identify_visitor"))
        .with(
            Operation::list("/visits/{visit_id}/known-people", "find_known_people", SERVE, known_people)
                .about("Who of the people known at every desk has this whole document number, phone or name"),
        )
        .with(of::<RecogniseVisitor>("/visits/{visit_id}/known-person", "recognise_visitor"))
        .with(of::<RejectVisitor>("/visits/{visit_id}/rejection", "reject_visitor"))
        .with(
            Operation::list("/visits/{visit_id}/steps", "list_visit_steps", SERVE, steps)
                .about("The steps by which a visitor is served, and what became of each"),
        )
        .with(of::<TickVisitStep>("/visits/{visit_id}/steps", "tick_visit_step"))
        .with(of::<FinishVisit>("/visits/{visit_id}/end", "finish_visit"))
        .with(of::<LeaveVisit>("/visits/{visit_id}/departure", "leave_visit"))
        .with(
            Operation::list("/desk-operations", "list_desk_operations", REPORT, operations)
                .about("Operations at desks within one's reach, the latest first"),
        )
        .with(
            Operation::create::<RecordOperation>("/desk-operations", "record_desk_operation", None).example(json!({
                "kind": "cash_in", "currency": "RUB", "amount_minor": 1_500_000, "reference": "44", "note": ""
            })),
        )
        .with(Operation::command::<ReverseOperation>(
            Method::Post,
            "/desk-operations/{operation_id}/reversal",
            "reverse_desk_operation",
        ))
        .with(
            Operation::create::<MoveTillCash>("/till-cash", "move_till_cash", None).example(json!({
                "clerk_id": "0193566c-5c00-7000-8000-000000000001", "kind": "allocation", "currency": "RUB",
                "amount_minor": 20_000_000, "reference": "7"
            })),
        )
        .with(
            Operation::list("/desk-themes", "list_desk_themes", SERVE, themes)
                .about("What people come to a branch for, as a tree reads"),
        )
        .with(Operation::command::<SaveTheme>(Method::Put, "/desk-themes", "save_desk_theme"))
}

/// A step of a visit.
fn of<C: Command<Output: JsonSchema> + JsonSchema>(
    path: &'static str,
    id: &'static str,
) -> Operation {
    Operation::command::<C>(Method::Post, path, id)
}

/// Which rows of which days.
#[derive(Debug, Deserialize, JsonSchema)]
struct DaysQuery {
    /// Only of this branch.
    #[serde(default)]
    branch_id: Option<BranchId>,
    /// Only of this clerk; visits do not look at it.
    #[serde(default)]
    clerk_id: Option<UserId>,
    /// From this instant on.
    #[serde(default)]
    from: Option<Timestamp>,
    /// Before this instant.
    #[serde(default)]
    until: Option<Timestamp>,
    /// Which page.
    #[serde(flatten)]
    page: ListQuery,
}

impl DaysQuery {
    fn within(&self) -> (Timestamp, Timestamp) {
        let first = Timestamp::from_micros(0);
        let last = Timestamp::from_micros(i64::MAX);
        (self.from.unwrap_or(first), self.until.unwrap_or(last))
    }
    fn limit(&self) -> i64 {
        i64::try_from(self.page.limit() + 1).unwrap_or(i64::MAX)
    }
}

async fn visits_of(mut call: Call, query: DaysQuery) -> Result<Listing<VisitRow>, Problem> {
    let below = query.page.place::<(Timestamp, VisitId)>()?;
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let (from, until) = query.within();
    let asked = ((query.branch_id, from, until), (below, query.limit()));
    let rows = queries::ended(&mut call.cx.db, &principal, asked.0, asked.1).await;
    let mut rows = rows.map_err(Error::from)?;
    queries::cut_visits(&mut call.cx.db, &principal, &mut rows).await.map_err(Error::from)?;
    Ok(Listing::cut(rows, query.page.limit(), |row| (row.arrived_at, row.id))?)
}

async fn visit(mut call: Call, _: NoQuery) -> Result<VisitRow, Problem> {
    let id: VisitId = call.id("visit_id")?;
    let row = queries::visit(&mut call.cx.db, id).await.map_err(Error::from)?;
    let mut row = row.ok_or(Error::NotFound)?;
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    principal.require_over(SERVE, row.owner())?;
    let rows = std::slice::from_mut(&mut row);
    queries::cut_visits(&mut call.cx.db, &principal, rows).await.map_err(Error::from)?;
    Ok(row)
}

async fn steps(mut call: Call, _: NoQuery) -> Result<Listing<VisitStep>, Problem> {
    let id: VisitId = call.id("visit_id")?;
    let visit = queries::visit(&mut call.cx.db, id).await.map_err(Error::from)?;
    let visit = visit.ok_or(Error::NotFound)?;
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    principal.require_over(SERVE, visit.owner())?;
    // by what is in force now nobody is served any more whose visit is over
    let scripts = match visit.state {
        VisitState::Serving => queries::scripts_of(&mut call.cx.db, &visit).await,
        _ => Ok(Vec::new()),
    };
    let rows = queries::steps(&mut call.cx.db, id).await.map_err(Error::from)?;
    let mut all = queries::stand(&scripts.map_err(Error::from)?, &rows, call.cx.l.lang);
    let ids = visit.people().collect();
    let seen = client_ref::seen_of(&mut call.cx.db, &principal, &ids).await;
    let seen = seen.map_err(Error::from)?;
    if visit.people().any(|client| !seen.contains(&client)) {
        all.iter_mut().for_each(|step| step.reason.clear());
    }
    Ok(Listing::whole(all))
}

/// Whom to look for.
#[derive(Debug, Deserialize, JsonSchema)]
struct KnownQuery {
    /// The whole number of an identity document, a whole phone, or all words of a name.
    #[schemars(length(min = 1, max = 200))]
    q: String,
}

/// While the visitor is served: there is nobody else to look for.
async fn known_people(mut call: Call, query: KnownQuery) -> Result<Listing<Known>, Problem> {
    let id: VisitId = call.id("visit_id")?;
    let row = queries::visit(&mut call.cx.db, id).await.map_err(Error::from)?;
    let row = row.ok_or(Error::NotFound)?;
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    principal.require_over(SERVE, row.owner())?;
    match row.state {
        VisitState::Serving => Ok(Listing::whole(found::find(&mut call.cx, id, &query.q).await?)),
        VisitState::Waiting => Err(Error::refused("visit-not-served").into()),
        VisitState::Done | VisitState::Left => Err(Error::refused("visit-ended").into()),
    }
}

async fn operations(mut call: Call, query: DaysQuery) -> Result<Listing<OperationRow>, Problem> {
    let of = OperationsOf {
        branch: query.branch_id,
        clerk: query.clerk_id,
        visit: None,
        within: Some(query.within()),
        below: query.page.place::<(Timestamp, DeskOperationId)>()?,
    };
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let rows = queries::operations(&mut call.cx.db, &principal, &of, query.limit()).await;
    let mut rows = rows.map_err(Error::from)?;
    queries::cut_operations(&mut call.cx.db, &principal, &mut rows).await.map_err(Error::from)?;
    Ok(Listing::cut(rows, query.page.limit(), |row| (row.at, row.id))?)
}

async fn themes(mut call: Call, _: NoQuery) -> Result<Listing<ThemeRow>, Problem> {
    Ok(Listing::whole(queries::themes(&mut call.cx.db).await.map_err(Error::from)?))
}
