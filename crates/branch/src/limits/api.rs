//! Limits in the API, and granting and withdrawing pre-approvals.

use schemars::JsonSchema;
use serde::Serialize;
use spine::Error;
use spine::authority::commands::{DropLimit, GrantPreApproval, SaveLimit, WithdrawPreApproval};
use spine::authority::{EDIT, Limit, queries};
use uuid::Uuid;
use web::api::{Api, Call, ListQuery, Listing, Method, Operation, Problem};

pub(crate) fn api(api: Api) -> Api {
    api.tag("offline-limits")
        .with(
            Operation::list("/offline-limits", "list_offline_limits", EDIT, list)
                .about("Limits of what branches do without asking the centre"),
        )
        .with(
            Operation::command::<SaveLimit>(Method::Put, "/offline-limits", "save_offline_limit")
                .about("Makes the limit of a command, role and currency, or changes it"),
        )
        .with(
            Operation::command::<DropLimit>(
                Method::Delete,
                "/offline-limits/{limit_id}",
                "drop_offline_limit",
            )
            .about("Takes a limit away"),
        )
        .with(
            Operation::command::<GrantPreApproval>(
                Method::Post,
                "/pre-approvals",
                "grant_pre_approval",
            )
            .about("Approves one operation of a client beforehand, signed, for branches"),
        )
        .with(
            Operation::command::<WithdrawPreApproval>(
                Method::Delete,
                "/pre-approvals/{pre_approval_id}",
                "withdraw_pre_approval",
            )
            .about("Takes back what was approved beforehand and not used"),
        )
}

/// A limit.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct LimitView {
    /// Identity.
    id: Uuid,
    /// The limit.
    #[serde(flatten)]
    limit: Limit,
}

async fn list(mut call: Call, query: ListQuery) -> Result<Listing<LimitView>, Problem> {
    let after = query.place::<Uuid>()?;
    let mut all = queries::limits(&mut call.cx.db).await.map_err(Error::from)?;
    all.sort_by_key(|kept| kept.id);
    let rest = all.into_iter().filter(|kept| after.is_none_or(|after| kept.id > after));
    let rows: Vec<queries::Kept> = rest.take(query.limit() + 1).collect();
    let page = Listing::cut(rows, query.limit(), |kept| kept.id)?;
    Ok(page.map(|kept| LimitView { id: kept.id, limit: kept.limit }))
}
