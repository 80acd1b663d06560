//! Requests for a second person in the API: where one stands. It is decided by a person, on a page.

use kernel::{Timestamp, UserId};
use schemars::JsonSchema;
use serde::Serialize;
use uuid::Uuid;
use web::api::{Api, Call, NoQuery, Operation, Problem};

use super::pages::visible;

pub(crate) fn api(api: Api) -> Api {
    api.tag("approvals").with(
        Operation::one("/approvals/{approval_id}", "get_approval", "app.use", get)
            .about("A request for a second person, to whom it concerns"),
    )
}

/// A request for a second person.
#[derive(Debug, Serialize, JsonSchema)]
struct ApprovalView {
    /// Identity.
    id: Uuid,
    /// The command that waits.
    command: String,
    /// `waiting`, `approved`, `declined`, `withdrawn` or `expired`.
    state: String,
    /// Who asked.
    maker_id: Option<UserId>,
    /// Since when.
    made_at: Timestamp,
    /// Until when; then it lapses.
    expires_at: Timestamp,
}

async fn get(mut call: Call, _: NoQuery) -> Result<ApprovalView, Problem> {
    let id: Uuid = call.id("approval_id")?;
    let approval = visible(&mut call.cx, id).await?;
    Ok(ApprovalView {
        id: approval.id,
        command: approval.command,
        state: approval.state.key().to_owned(),
        maker_id: approval.maker_id,
        made_at: approval.made_at,
        expires_at: approval.expires_at,
    })
}
