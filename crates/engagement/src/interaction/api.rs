//! Contacts with clients in the API: reading them, writing them down, correcting one, and my notes.

use kernel::{ClientId, InteractionId, TaskId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use spine::Error;
use spine::secrecy::{Group, Groups, is_told};
use store::journal::Entry;
use uuid::Uuid;
use web::api::{Api, Call, ListQuery, Listing, NoQuery, Operation, Problem};

use super::commands::{AddNote, CorrectInteraction, INTERACTION, LogInteraction};
use super::model::TimelineFilter;
use super::pages::history::{self, Asked, Item};
use super::queries::{self, InteractionRow, Place, TaskMark};
use crate::queries::client_ref;

const READ: &str = "interaction.read";

pub(crate) fn api(api: Api) -> Api {
    api.tag("interactions")
        .with(
            Operation::list("/clients/{client_id}/interactions", "list_interactions", READ, list)
                .about("Contacts with a client, the newest first"),
        )
        .with(
            Operation::list("/clients/{client_id}/timeline", "get_timeline", READ, timeline).about(
                "Everything that ever happened with a client in one order, the newest first",
            ),
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
    /// Which page.
    #[serde(flatten)]
    page: ListQuery,
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
    let page = query.page;
    let client: ClientId = call.id("client_id")?;
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let found = client_ref::visible(&mut call.cx.db, &principal, client).await?;
    principal.require_over(READ, found.owner())?;
    call.cx.reads(found.owner(), Group::History);
    let below = page.place::<(Timestamp, Uuid)>()?;
    let below = below.map_or(Place::TOP, |(at, id)| Place { at, id });
    let (words, channels) = (query.q.unwrap_or_default(), TimelineFilter::All.channels());
    let limit = page.limit_and_one();
    let rows = queries::contacts(&mut call.cx.db, client, channels, &words, below, limit).await;
    let place = |contact: &queries::Contact| (contact.row.at, contact.row.id.uuid());
    let mut rows = rows.map_err(Error::from)?;
    call.cx.cut_own(INTERACTION.key, rows.iter_mut().map(|one| &mut one.row.custom)).await?;
    let page = Listing::cut(rows, page.limit(), place)?;
    Ok(page.map(|contact| ContactView {
        row: contact.row,
        is_corrected: contact.is_corrected,
        next_task_id: contact.next.map(|step| step.id),
    }))
}

async fn get(mut call: Call, _: NoQuery) -> Result<InteractionRow, Problem> {
    let id: InteractionId = call.id("interaction_id")?;
    let row = queries::interaction(&mut call.cx.db, id).await.map_err(Error::from)?;
    let mut row = row.ok_or(Error::NotFound)?;
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let client = client_ref::visible(&mut call.cx.db, &principal, row.client_id).await?;
    principal.require_over(READ, client.owner())?;
    call.cx.reads(client.owner(), Group::History);
    call.cx.cut_own(INTERACTION.key, [&mut row.custom]).await?;
    Ok(row)
}

/// What of the timeline.
#[derive(Debug, Deserialize, JsonSchema)]
struct TimelineQuery {
    /// Which entries.
    #[serde(default)]
    show: TimelineFilter,
    /// Words they hold.
    #[serde(default)]
    #[schemars(length(max = 400))]
    q: Option<String>,
    /// Where the page begins: the `next` of the page before. A page is as long as on the card.
    #[serde(default)]
    #[schemars(length(max = 1000))]
    cursor: Option<String>,
}

/// One line; what it is says which of its parts are there.
#[derive(Debug, Serialize, JsonSchema)]
struct TimelineLine {
    /// What happened.
    kind: LineKind,
    /// When.
    at: Timestamp,
    /// The contact or note.
    contact: Option<ContactView>,
    /// The task that was made or closed.
    task: Option<TaskMark>,
    /// What one command changed.
    changes: Vec<ChangedThing>,
}

/// What a line of the timeline tells of.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum LineKind {
    /// A contact or note.
    Contact,
    /// A task was made.
    TaskMade,
    /// A task was closed.
    TaskClosed,
    /// Data was changed.
    Changed,
}

/// A changed thing.
#[derive(Debug, Serialize, JsonSchema)]
struct ChangedThing {
    /// The command.
    command: String,
    /// Who; null for the system.
    actor_id: Option<UserId>,
    /// By which channel.
    channel: String,
    /// What kind of thing.
    entity: String,
    /// Which.
    entity_id: Uuid,
    /// Field → before and after.
    fields: Json,
}

impl ChangedThing {
    /// An entry as it is told to who sees these groups of the client.
    fn told(entry: &Entry, groups: Groups) -> Self {
        let draft = &entry.draft;
        let mut fields: Json = serde_json::from_str(&draft.changes).unwrap_or(Json::Null);
        if let Some(fields) = fields.as_object_mut() {
            fields.retain(|field, _| is_told(groups, &draft.entity, field));
        }
        Self {
            command: draft.command.clone(),
            actor_id: draft.actor_id,
            channel: draft.channel.clone(),
            entity: draft.entity.clone(),
            entity_id: draft.entity_id,
            fields,
        }
    }
}

impl TimelineLine {
    fn told(item: Item, groups: Groups) -> Self {
        let at = item.place().at;
        let line = |kind| Self { kind, at, contact: None, task: None, changes: Vec::new() };
        match item {
            Item::Contact(contact) => {
                let contact = Some(ContactView {
                    row: contact.row,
                    is_corrected: contact.is_corrected,
                    next_task_id: contact.next.map(|step| step.id),
                });
                Self { contact, ..line(LineKind::Contact) }
            }
            Item::Made(task) => Self { task: Some(task), ..line(LineKind::TaskMade) },
            Item::Closed(task) => Self { task: Some(task), ..line(LineKind::TaskClosed) },
            Item::Changed(entries) => {
                let changes = entries.iter().map(|e| ChangedThing::told(e, groups)).collect();
                Self { changes, ..line(LineKind::Changed) }
            }
        }
    }
}

async fn timeline(mut call: Call, query: TimelineQuery) -> Result<Listing<TimelineLine>, Problem> {
    let page = ListQuery { limit: None, cursor: query.cursor };
    let client: ClientId = call.id("client_id")?;
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let found = client_ref::visible(&mut call.cx.db, &principal, client).await?;
    principal.require_over(READ, found.owner())?;
    call.cx.reads(found.owner(), Group::History);
    let below = page.place::<(Timestamp, Uuid)>()?;
    let below = below.map_or(Place::TOP, |(at, id)| Place { at, id });
    let asked = Asked { filter: query.show, query: query.q.unwrap_or_default(), below };
    let part = history::read(&call.cx, (client, found.owner()), &asked).await?;
    let told = |item| TimelineLine::told(item, part.groups);
    let items = part.items.into_iter().map(told).collect();
    Ok(Listing::before(items, part.next.map(|place| (place.at, place.id)))?)
}
