//! Clients in the API: one client with his fields, registering, changing, and the one search.

use std::collections::BTreeMap;

use kernel::{ClientId, Date, Timestamp, UserId, limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::secrecy::Group;
use spine::{Command, Error};
use web::api::{Answer, Api, Call, Listing, Method, NoQuery, Operation, Problem};

use super::ClientField;
use super::commands::{AssignClients, EditClient, FieldEdit, RegisterClient, SetSegment};
use super::queries::{self, ClientHead, FieldTexts};

pub(crate) fn api(api: Api) -> Api {
    api.tag("clients")
        .with(
            Operation::create::<RegisterClient>(
                "/clients",
                "register_client",
                Some("/clients/{id}"),
            )
            .example(json!({
                "kind": "person", "source": "client", "phone": "+7 916 000-00-00",
                "fields": { "last_name": "Ivanova", "first_name": "Anna", "segment": "mass",
                    "status": "prospect" }
            })),
        )
        .with(
            Operation::one("/clients/{client_id}", "get_client", "client.read", get)
                .about("One client: head, fields and the parts he plays"),
        )
        .with(
            Operation::write(
                Method::Patch,
                "/clients/{client_id}",
                "edit_client",
                "client.edit",
                edit,
            )
            .about("Changes the named fields of a client")
            .runs(&[EditClient::NAME])
            .matching()
            .example(json!({
                "source": "client", "fields": { "employer": "Kolos LLC", "note": null }
            })),
        )
        .with(Operation::answer::<AssignClients>("/clients/assign", "assign_clients"))
        .with(Operation::answer::<SetSegment>("/clients/segment", "set_segment"))
        .tag("search")
        .with(
            Operation::list("/search", "search", "app.use", search)
                .about("The one search box: clients, tasks, projects, best first"),
        )
}

/// A client.
#[derive(Debug, Serialize, JsonSchema)]
struct ClientCard {
    /// What every mention of him shows.
    #[serde(flatten)]
    head: ClientHead,
    /// His fields by key, as canonical texts; empty ones are absent.
    fields: BTreeMap<String, String>,
    /// The same of the fields the bank itself has added (`list_fields` says what they are).
    custom: BTreeMap<String, String>,
    /// Where each field comes from.
    origins: BTreeMap<String, FieldOrigin>,
    /// The parts he plays at the bank.
    roles: Vec<PlayedRole>,
}

/// Where a field comes from.
#[derive(Debug, Serialize, JsonSchema)]
struct FieldOrigin {
    /// `clerk`, `client`, `abs`, `import:KEY`, …
    source: String,
    /// Who wrote it.
    author_id: Option<UserId>,
    /// When.
    at: Timestamp,
}

/// A part a client plays.
#[derive(Debug, Serialize, JsonSchema)]
struct PlayedRole {
    /// The part.
    role: String,
    /// First day.
    since: Date,
}

/// Fields to change.
#[derive(Debug, Deserialize, JsonSchema)]
struct ClientPatch {
    /// New values by field key; null or an empty text empties the field.
    #[serde(default)]
    fields: BTreeMap<String, Option<String>>,
    /// The same of fields the bank itself has added.
    #[serde(default)]
    custom: BTreeMap<String, Option<String>>,
    /// Where the data comes from: `clerk`, `client`, `abs`, …
    source: String,
    /// Values the change was made from, for a merge field by field under `If-Match: *`: a field somebody
    /// else changed otherwise is a conflict. Left out: what is stored now.
    #[serde(default)]
    original: BTreeMap<String, Option<String>>,
}

async fn read_card(call: &mut Call) -> Result<(ClientId, ClientCard, FieldTexts), Error> {
    let id: ClientId = call.id("client_id").map_err(|_| Error::NotFound)?;
    let principal = std::sync::Arc::clone(&call.cx.ctx.principal);
    let currency = super::currency(&call.cx.ctx)?;
    let db = &mut call.cx.db;
    let head = queries::head(db, &principal, id).await?;
    let fields = queries::fields(db, id, currency).await?;
    let fields = queries::seen_fields(fields, &head);
    let roles = queries::roles(db, id).await?;
    let mut origins = queries::origins(db, id).await?;
    origins.retain(|field, _| queries::sees_field(&head, field));
    let definitions = crate::fields::definitions(&call.cx.app.services, call.cx.now()).await?;
    let is_seen = |key: &str| ClientField::find(&definitions, head.kind, &principal, key).is_some();
    let is_open = |key: &String| !key.starts_with("x_") || is_seen(key);
    let (custom, own): (Vec<_>, Vec<_>) = fields
        .iter()
        .map(|(key, text)| (key.clone(), text.clone()))
        .filter(|(key, _)| is_open(key))
        .partition(|(key, _)| key.starts_with("x_"));
    let origins: Vec<_> = origins
        .into_iter()
        .filter(|(field, _)| is_open(field))
        .map(|(field, origin)| {
            let queries::Origin { source, author_id, at } = origin;
            (field, FieldOrigin { source, author_id, at })
        })
        .collect();
    let groups = [Group::Identity, Group::Service, Group::History];
    call.cx.note_read(head.owner(), groups.into_iter().filter(|g| head.sees(*g)).collect());
    let card = ClientCard {
        head,
        fields: own.into_iter().collect(),
        custom: custom.into_iter().collect(),
        origins: origins.into_iter().collect(),
        roles: roles.into_iter().map(|(role, since)| PlayedRole { role, since }).collect(),
    };
    Ok((id, card, fields))
}

async fn get(mut call: Call, _: NoQuery) -> Result<ClientCard, Problem> {
    Ok(read_card(&mut call).await?.1)
}

async fn edit(mut call: Call, patch: ClientPatch) -> Result<Answer, Problem> {
    let (client_id, card, stored) = read_card(&mut call).await?;
    call.must_match(&card).await?;
    let original = |field: &str| match patch.original.get(field) {
        Some(given) => given.clone().unwrap_or_default(),
        None => stored.get(field).cloned().unwrap_or_default(),
    };
    let edits = patch
        .fields
        .iter()
        .chain(&patch.custom)
        .map(|(field, value)| FieldEdit {
            field: field.clone(),
            original: original(field),
            value: value.clone().unwrap_or_default(),
        })
        .collect();
    call.run(&EditClient { client_id, edits, source: patch.source.clone() }).await?;
    Ok(Answer::done())
}

/// What to look for.
#[derive(Debug, Deserialize, JsonSchema)]
struct SearchQuery {
    /// Words of a name, a number, a phone, an e-mail address.
    #[schemars(length(min = 1, max = 400))]
    q: String,
    /// Hits of each kind.
    #[serde(default)]
    #[schemars(range(min = 1, max = 60))]
    limit: Option<usize>,
}

/// Something that was found.
#[derive(Debug, Serialize, JsonSchema)]
struct Hit {
    /// `client`, `task`, `project` or `event`.
    kind: String,
    /// What it is called.
    title: String,
    /// What tells it from its namesakes.
    detail: String,
    /// Its page.
    page: String,
    /// Better ones first; 1000 is an exact match of a number.
    rank: i64,
}

async fn search(call: Call, query: SearchQuery) -> Result<Listing<Hit>, Problem> {
    let limit = query.limit.unwrap_or(limits::SEARCH_HITS);
    let mut hits = Vec::new();
    for source in &call.cx.app.search {
        hits.extend(source.find(&call.cx, &query.q, limit).await?);
    }
    hits.sort_by_key(|hit| std::cmp::Reverse(hit.rank));
    let shown = hits.into_iter().map(|hit| Hit {
        kind: hit.kind.trim_start_matches("search-kind-").to_owned(),
        title: hit.title,
        detail: hit.detail,
        page: hit.href,
        rank: hit.rank,
    });
    Ok(Listing::whole(shown.collect()))
}
