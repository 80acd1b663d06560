//! Contacts with clients in the API: reading them, writing them down, correcting one, and my notes.

use kernel::{ClientId, InteractionId, TaskId, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::Error;
use uuid::Uuid;
use web::api::{Api, Call, ListQuery, Listing, NoQuery, Operation, Problem};

use super::commands::{AddNote, CorrectInteraction, LogInteraction};
use super::model::TimelineFilter;
use super::queries::{self, InteractionRow, Place};
use crate::queries::client_ref;

const READ: &str = "interaction.read";

pub(crate) fn api(api: Api) -> Api {
    api.tag("interactions")
        .with(
            Operation::list("/clients/{client_id}/interactions", "list_interactions", READ, list)
                .about("Contacts with a client, the newest first"),
        )
        .with(
            Operation::answer::<LogInteraction>(
                "/clients/{client_id}/interactions",
                "log_interaction",
            )
            .example(json!({
                "channel": "phone", "direction": "in", "topic": "", "subject": "Deposit",
                "body": "Asked about the new rate.", "result": ""
            })),
        )
        .with(Operation::create::<AddNote>(
            "/clients/{client_id}/notes",
            "add_note",
            Some("/interactions/{id}"),
        ))
        .with(
            Operation::one("/interactions/{interaction_id}", "get_interaction", READ, get)
                .about("One contact"),
        )
        .with(Operation::create::<CorrectInteraction>(
            "/interactions/{interaction_id}/correct",
            "correct_interaction",
            Some("/interactions/{id}"),
        ))
}

/// What of a client's contacts.
#[derive(Debug, Deserialize, JsonSchema)]
struct ContactsQuery {
    /// Words they hold.
    #[serde(default)]
    #[schemars(length(max = 400))]
    q: Option<String>,
    /// Rows on a page, 1 to 200.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<usize>,
    /// Where the page begins: the `next` of the page before.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    cursor: Option<String>,
}

/// A contact with what came of it.
#[derive(Debug, Serialize, JsonSchema)]
struct ContactView {
    /// The contact.
    #[serde(flatten)]
    row: InteractionRow,
    /// A newer row stands for it.
    is_corrected: bool,
    /// The task that was agreed in it.
    next_task_id: Option<TaskId>,
}

async fn list(mut call: Call, query: ContactsQuery) -> Result<Listing<ContactView>, Problem> {
    let page = ListQuery { limit: query.limit, cursor: query.cursor };
    let client: ClientId = call.id("client_id")?;
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let found = client_ref::visible(&mut call.cx.db, &principal, client).await?;
    principal.require_over(READ, found.owner())?;
    let below = page.place::<(Timestamp, Uuid)>()?;
    let below = below.map_or(Place::TOP, |(at, id)| Place { at, id });
    let (words, channels) = (query.q.unwrap_or_default(), TimelineFilter::All.channels());
    let limit = page.limit_and_one();
    let rows = queries::contacts(&mut call.cx.db, client, channels, &words, below, limit).await;
    let place = |contact: &queries::Contact| (contact.row.at, contact.row.id.uuid());
    let page = Listing::cut(rows.map_err(Error::from)?, page.limit(), place)?;
    Ok(page.map(|contact| ContactView {
        row: contact.row,
        is_corrected: contact.is_corrected,
        next_task_id: contact.next.map(|step| step.id),
    }))
}

async fn get(mut call: Call, _: NoQuery) -> Result<InteractionRow, Problem> {
    let id: InteractionId = call.id("interaction_id")?;
    let row = queries::interaction(&mut call.cx.db, id).await.map_err(Error::from)?;
    let row = row.ok_or(Error::NotFound)?;
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let client = client_ref::visible(&mut call.cx.db, &principal, row.client_id).await?;
    principal.require_over(READ, client.owner())?;
    Ok(row)
}
