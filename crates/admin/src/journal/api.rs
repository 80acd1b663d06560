//! The journal in the API: its entries, the end of its chain, and the proof that it is whole.

use kernel::{ClientId, JobId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use spine::Error;
use spine::org::edit::VerifyJournal;
use spine::secrecy::{Groups, is_told};
use uuid::Uuid;
use web::api::{Api, Call, ListQuery, Listing, NoQuery, Operation, Problem};

use super::pages::readable;
use super::queries::{self, Line, Mark, Wanted};

const READ: &str = "journal.read";

pub(crate) fn api(api: Api) -> Api {
    api.tag("journal")
        .with(
            Operation::list("/journal", "list_journal", READ, list)
                .about("Entries of the journal, newest first; values only of clients one may see"),
        )
        .with(
            Operation::one("/journal/chain", "get_chain", READ, chain)
                .about("The end of the chain and what the newest check found"),
        )
        .with(Operation::answer::<VerifyJournal>("/journal/verify", "verify_journal"))
}

/// Which entries.
#[derive(Debug, Deserialize, JsonSchema)]
struct JournalQuery {
    /// Of this thing.
    #[serde(default)]
    entity_id: Option<Uuid>,
    /// Of this client.
    #[serde(default)]
    client_id: Option<ClientId>,
    /// By this person.
    #[serde(default)]
    actor_id: Option<UserId>,
    /// Which page.
    #[serde(flatten)]
    page: ListQuery,
}

/// An entry.
#[derive(Debug, Serialize, JsonSchema)]
struct Entry {
    /// Final position; 0 while it is not sealed.
    position: i64,
    /// When.
    at: Timestamp,
    /// Who; null for the system.
    actor_id: Option<UserId>,
    /// On which node.
    node: String,
    /// By which channel.
    channel: String,
    /// By which command.
    command: String,
    /// What kind of thing changed.
    entity: String,
    /// Which.
    entity_id: Uuid,
    /// Whose it is.
    client_id: Option<ClientId>,
    /// Names of the fields that changed.
    fields: Vec<String>,
    /// Field → before and after; null when one may not see the client; without fields that are hidden.
    changes: Option<Json>,
}

fn entry(line: Line, groups: Option<Groups>) -> Entry {
    let names = line.changes.as_object().map(|o| o.keys().cloned().collect());
    let entity = line.entity.clone();
    let changes = groups.map(|groups| {
        let mut changes = line.changes;
        if let Some(fields) = changes.as_object_mut() {
            fields.retain(|field, _| is_told(groups, &entity, field));
        }
        changes
    });
    Entry {
        position: line.pos,
        at: line.at,
        actor_id: line.actor,
        node: line.node,
        channel: line.channel,
        command: line.command,
        entity: line.entity,
        entity_id: line.entity_id,
        client_id: line.client,
        fields: names.unwrap_or_default(),
        changes,
    }
}

async fn list(mut call: Call, query: JournalQuery) -> Result<Listing<Entry>, Problem> {
    let bus = call.cx.app.services.bus.clone();
    let page = query.page;
    let place = page.place::<(i64, Timestamp, i64)>()?;
    let before = place.map_or(Mark::NEWEST, |(pos, at, seq)| Mark { pos, at, seq });
    let wanted = Wanted { entity: query.entity_id, client: query.client_id, actor: query.actor_id };
    let lines = queries::page(&mut call.cx.db, &bus, wanted, before, page.limit_and_one()).await;
    let lines = Listing::cut(lines.map_err(Error::from)?, page.limit(), |line| {
        (line.pos, line.at, line.seq)
    })?;
    let seen = readable(&mut call.cx, &lines.items).await?;
    Ok(lines.map(|line| {
        let groups = match line.client {
            Some(client) => seen.get(&client).copied(),
            None => Some(Groups::all()),
        };
        entry(line, groups)
    }))
}

/// The chain.
#[derive(Debug, Serialize, JsonSchema)]
struct Chain {
    /// Its newest block; null while nothing is sealed.
    tip: Option<Block>,
    /// The newest check; null when there was none.
    check: Option<CheckView>,
}

/// A block.
#[derive(Debug, Serialize, JsonSchema)]
struct Block {
    /// Blocks before it.
    height: i64,
    /// Position of its last entry.
    last_position: i64,
    /// When it was sealed.
    sealed_at: Timestamp,
    /// SHA-256, hexadecimal.
    hash: String,
}

/// A check.
#[derive(Debug, Serialize, JsonSchema)]
struct CheckView {
    /// The job that did it.
    job_id: JobId,
    /// Where it stands.
    state: String,
    /// When it ended.
    finished_at: Option<Timestamp>,
    /// What it found.
    result: Option<Json>,
    /// Why it failed.
    last_error: Option<String>,
}

async fn chain(mut call: Call, _: NoQuery) -> Result<Chain, Problem> {
    let db = &mut call.cx.db;
    let tip = queries::tip(db).await.map_err(Error::from)?;
    let check = queries::last_check(db, VerifyJournal::JOB).await.map_err(Error::from)?;
    Ok(Chain {
        tip: tip.map(|tip| Block {
            height: tip.height,
            last_position: tip.last_pos,
            sealed_at: tip.sealed_at,
            hash: tip.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        }),
        check: check.map(|check| CheckView {
            job_id: check.id,
            state: check.state,
            finished_at: check.finished_at,
            result: check.result,
            last_error: check.last_error,
        }),
    })
}
