//! A new record, or changed fields of one, with other people's changes merged or shown as a conflict.

use std::sync::Arc;

use jurisdiction::{normalise_name, search_tokens};
use kernel::{ClientId, RecordId, Refusal, Refusals};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use spine::{Change, Command, Error, Owner, Work};
use store::{Read, Value, params};

use crate::client::commands::FieldEdit;
use crate::client::model::client_number;
use crate::client::queries::owner as owner_of_client;
use crate::fields::commands::{Stored, index_keys, read_typed};
use crate::fields::model::{ClientLink, Definitions, Field, FieldKind, Object};
use crate::fields::queries::{Doc, read_held, with_writers};
use crate::objects::queries::{self, Record};

/// The entity of the journal.
pub(super) const ENTITY: &str = "custom_record";

/// Writes a record of a kind of the bank's own: a new one, or the named fields of one that is there.
#[derive(Clone, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SaveRecord {
    /// Of which kind.
    pub object: String,
    /// Which; none: a new one.
    #[serde(default)]
    pub record_id: Option<RecordId>,
    /// About whom a new one is; never changes.
    #[serde(default)]
    pub client_id: Option<ClientId>,
    /// Fields with what the form showed and what was typed.
    pub edits: Vec<FieldEdit>,
}

impl Command for SaveRecord {
    const NAME: &'static str = "parties.save_record";
    const PERMISSION: &'static str = "record.edit";
    const OFFLINE: spine::Offline = spine::Offline::Free;
    type Output = RecordId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<RecordId, Error> {
        let definitions = read_held(w).await?;
        let object = object_of(w, &definitions, &self.object)?;
        let Some(id) = self.record_id else { return self.add(w, &definitions, &object).await };
        let record = hold(w, &object, id).await?;
        self.change(w, &definitions, &object, &record).await?;
        Ok(id)
    }
}

/// A kind of record in use the acting person works with.
pub(super) fn object_of(
    w: &Work<'_>,
    definitions: &Definitions,
    key: &str,
) -> Result<Arc<Object>, Error> {
    let found = definitions.object(key).filter(|o| o.is_seen_by(&w.ctx.principal));
    found.map(Arc::clone).ok_or(Error::NotFound)
}

/// A record in use the acting person may change, held until the command ends.
pub(super) async fn hold(w: &mut Work<'_>, object: &Object, id: RecordId) -> Result<Record, Error> {
    let sql = format!("select id from custom_record where id = $1{}", w.dialect().for_update());
    w.first(&sql, params![id]).await?.ok_or(Error::NotFound)?;
    let record = queries::record(w, id).await?;
    let is_there = record.object_id == object.id && record.archived_at.is_none();
    if is_there && record.is_editable_by(&w.ctx.principal) {
        Ok(record)
    } else {
        Err(Error::NotFound)
    }
}

impl SaveRecord {
    /// Writes a new record.
    pub(super) async fn add(
        &self,
        w: &mut Work<'_>,
        definitions: &Definitions,
        object: &Object,
    ) -> Result<RecordId, Error> {
        let mut refusals = Refusals::default();
        let owner = self.new_owner(w, object, &mut refusals).await?;
        let (doc, _) = self.read(w, definitions, object, None, &mut refusals).await?;
        refusals.into_result()?;
        let id: RecordId = w.new_id();
        let number = client_number(id.uuid());
        let title = title_of(definitions, object, &doc, &number);
        let (now, author) = (w.ctx.now, w.actor());
        w.execute(
            "insert into custom_record (id, object_id, client_id, branch_id, manager_id, number, title, \
             sort_title, doc, author_id, created_at, updated_by, updated_at) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            params![
                id,
                object.id,
                self.client_id,
                owner.branch_id,
                owner.manager_id,
                &number,
                &title,
                normalise_name(&title),
                doc_text(&doc),
                author,
                now,
                author,
                now
            ],
        )
        .await?;
        let all: Vec<&Arc<Field>> = definitions.of(&object.key).collect();
        index_keys(w, id.uuid(), &all, &doc).await?;
        index_tokens(w, definitions, &object.key, id, (&number, &doc)).await?;
        let change = Change::new().set("object", object.key.as_str());
        let change = doc.iter().fold(change, |all, (key, text)| all.set(key, text.as_str()));
        w.record(ENTITY, id, self.client_id, change);
        Ok(id)
    }

    /// To whom a new record belongs; about a client only where he is in reach.
    async fn new_owner(
        &self,
        w: &mut Work<'_>,
        object: &Object,
        refusals: &mut Refusals,
    ) -> Result<Owner, Error> {
        match (object.spec.client_link, self.client_id) {
            (ClientLink::Required, None) => refusals.push(Refusal::field("required", "client_id")),
            (ClientLink::None, Some(_)) => {
                refusals.push(Refusal::field("record-about-nobody", "client_id"));
            }
            (_, Some(client)) => {
                let principal = &w.ctx.principal;
                let owner = owner_of_client(w, client).await?;
                let is_near = owner.is_some_and(|owner| {
                    principal.reaches("client.read", owner)
                        && principal.reaches("record.edit", owner)
                });
                if !is_near {
                    refusals.push(Refusal::field("no-such-client", "client_id"));
                }
            }
            (_, None) => {}
        }
        let principal = &w.ctx.principal;
        let own = Owner::row(principal.branch_id, principal.user_id);
        if self.client_id.is_none() {
            principal.require_over("record.edit", own)?;
        }
        Ok(own)
    }

    /// Changes a record that is held; answers whether anything became different.
    pub(super) async fn change(
        &self,
        w: &mut Work<'_>,
        definitions: &Definitions,
        object: &Object,
        record: &Record,
    ) -> Result<bool, Error> {
        let id = record.id;
        let mut refusals = Refusals::default();
        let read = self.read(w, definitions, object, Some(record), &mut refusals).await;
        let (doc, changed) = with_writers(w, id.uuid(), read).await?;
        refusals.into_result()?;
        if changed.is_empty() {
            return Ok(false);
        }
        let title = title_of(definitions, object, &doc, &record.number);
        let (now, author) = (w.ctx.now, w.actor());
        w.execute(
            "update custom_record set doc = $2, title = $3, sort_title = $4, updated_at = $5, \
             updated_by = $6, version = version + 1 where id = $1",
            params![id, doc_text(&doc), &title, normalise_name(&title), now, author],
        )
        .await?;
        let fields: Vec<&Arc<Field>> = changed.iter().collect();
        index_keys(w, id.uuid(), &fields, &doc).await?;
        index_tokens(w, definitions, &object.key, id, (&record.number, &doc)).await?;
        let change = changed.iter().fold(Change::new(), |all, field| {
            let text = |of: &Doc| of.get(&field.key).cloned();
            all.field(&field.key, text(&record.custom), text(&doc))
        });
        let change = change.set("object", object.key.as_str());
        w.record(ENTITY, id, record.client_id, change);
        Ok(true)
    }

    /// Reads what was typed: the document as it becomes, and the fields that change.
    async fn read(
        &self,
        w: &mut Work<'_>,
        definitions: &Definitions,
        object: &Object,
        stored: Option<&Record>,
        refusals: &mut Refusals,
    ) -> Result<(Doc, Vec<Arc<Field>>), Error> {
        let stored = stored.map(|r| Stored { doc: &r.custom, by: r.updated_by, at: r.updated_at });
        read_typed(w, (definitions, &object.key), stored, &self.edits, refusals).await
    }
}

fn doc_text(doc: &Doc) -> String {
    let json: Map<String, Json> =
        doc.iter().map(|(k, v)| (k.clone(), Json::String(v.clone()))).collect();
    Json::Object(json).to_string()
}

/// What a record is called: its first filled line of text that everybody may see, else its number.
fn title_of(definitions: &Definitions, object: &Object, doc: &Doc, number: &str) -> String {
    let mut lines = definitions
        .of(&object.key)
        .filter(|f| f.kind() == FieldKind::Text && f.spec.roles.is_empty());
    let title = lines.find_map(|field| doc.get(&field.key));
    title.map_or(number, String::as_str).chars().take(200).collect()
}

/// What a record is found by: its number, its title and the fields that are searchable.
pub(crate) async fn index_tokens(
    w: &mut Work<'_>,
    definitions: &Definitions,
    object: &str,
    id: RecordId,
    (number, doc): (&str, &Doc),
) -> Result<(), Error> {
    w.execute("delete from custom_token where record_id = $1", params![id]).await?;
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let mut tokens = vec![digits(number)];
    for field in definitions.searchable(object) {
        let Some(text) = doc.get(&field.key) else { continue };
        tokens.extend(search_tokens(text).into_iter().take(200));
        if field.kind() == FieldKind::Phone {
            tokens.push(digits(text));
        }
    }
    tokens.retain(|token| !token.is_empty());
    tokens.sort_unstable();
    tokens.dedup();
    let rows: Vec<Vec<Value>> =
        tokens.into_iter().map(|token| vec![token.into(), id.into()]).collect();
    w.insert_many("insert into custom_token (token, record_id) values", &rows, "").await?;
    Ok(())
}
