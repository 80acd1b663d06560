//! Absences and stand-ins in the API.

use kernel::{Date, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::Error;
use spine::org::edit::{CancelAbsence, PlanAbsence};
use uuid::Uuid;
use web::api::{Api, Call, ListQuery, Listing, Method, Operation, Problem};

use super::queries::{self, Absence};

pub(crate) fn api(api: Api) -> Api {
    api.tag("absences")
        .with(
            Operation::list("/absences", "list_absences", "admin.staff", list)
                .about("Absences that are not over, from the earliest first day"),
        )
        .with(Operation::create::<PlanAbsence>("/absences", "plan_absence", None).example(json!({
            "staff_id": "0199a1b2-0000-7000-8000-000000000001",
            "deputy_id": "0199a1b2-0000-7000-8000-000000000002",
            "from_on": "2026-12-28", "until_on": "2027-01-10", "reason": ""
        })))
        .with(Operation::command::<CancelAbsence>(
            Method::Delete,
            "/absences/{absence_id}",
            "cancel_absence",
        ))
}

/// A person's absence.
#[derive(Debug, Serialize, JsonSchema)]
struct AbsenceView {
    /// Identity.
    id: Uuid,
    /// Who is away.
    staff_id: UserId,
    /// Who stands in.
    deputy_id: UserId,
    /// First day.
    from_on: Date,
    /// Last day.
    until_on: Date,
    /// Why.
    reason: String,
}

/// A place in the order of first days.
#[derive(Debug, Serialize, Deserialize)]
struct Place(String, Uuid);

async fn list(mut call: Call, query: ListQuery) -> Result<Listing<AbsenceView>, Problem> {
    let after = query.place::<Place>()?.map_or((String::new(), Uuid::nil()), |p| (p.0, p.1));
    let today = call.cx.l.today;
    let rows = queries::ahead(&mut call.cx.db, today, after, query.limit_and_one()).await;
    let place = |row: &Absence| Place(row.from.to_string(), row.id);
    let page = Listing::cut(rows.map_err(Error::from)?, query.limit(), place)?;
    Ok(page.map(|row| AbsenceView {
        id: row.id,
        staff_id: row.staff,
        deputy_id: row.deputy,
        from_on: row.from,
        until_on: row.until,
        reason: row.reason,
    }))
}
