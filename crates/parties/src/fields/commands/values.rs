//! Writing values: the document of a record, and the rows of the indexes behind it.

use std::sync::Arc;

use kernel::{ClientId, Currency, Refusal};
use serde_json::{Map, Value as Json};
use spine::{Error, Work};
use store::{Read, Value, params};
use uuid::Uuid;

use crate::client::queries::FieldTexts;
use crate::fields::model::{Definitions, Field, FieldKind};
use crate::fields::queries::Doc;
use crate::merge::queries::NOT_MERGED;
use crate::objects;

/// The values of the bank's own fields among all of a client, as a document.
fn doc_text(fields: &FieldTexts) -> String {
    let own = fields.iter().filter(|(key, _)| key.starts_with("x_"));
    let doc: Map<String, Json> = own.map(|(k, v)| (k.clone(), Json::String(v.clone()))).collect();
    Json::Object(doc).to_string()
}

/// Writes the document of a client whose values have become `after`, and the index rows of those that changed.
pub(crate) async fn write_client(
    w: &mut Work<'_>,
    id: ClientId,
    after: &FieldTexts,
    changed: &[(Arc<Field>, Option<String>)],
) -> Result<(), Error> {
    w.execute(
        "insert into client_custom (client_id, doc) values ($1, $2) \
         on conflict (client_id) do update set doc = excluded.doc",
        params![id, doc_text(after)],
    )
    .await?;
    let fields: Vec<&Arc<Field>> = changed.iter().map(|(field, _)| field).collect();
    index_keys(w, id.uuid(), &fields, after).await
}

/// Works the index rows of some fields of a record out anew.
pub(crate) async fn index_keys(
    w: &mut Work<'_>,
    record: Uuid,
    fields: &[&Arc<Field>],
    values: &Doc,
) -> Result<(), Error> {
    let currency = crate::client::currency(w.ctx)?;
    let mut rows = Vec::new();
    for field in fields.iter().filter(|field| field.is_indexed()) {
        w.execute(
            "delete from custom_index where field_id = $1 and record_id = $2",
            params![field.id, record],
        )
        .await?;
        let value = values.get(&field.key).map(String::as_str);
        rows.extend(keys_of(field, record, value, currency));
    }
    index_rows(w, &rows).await
}

fn keys_of(
    field: &Field,
    record: Uuid,
    value: Option<&str>,
    currency: Currency,
) -> Vec<Vec<Value>> {
    let keys = value.map(|text| field.keys(text, currency)).unwrap_or_default();
    keys.into_iter().map(|key| vec![field.id.into(), key.into(), record.into()]).collect()
}

/// Adds rows of an index.
pub(super) async fn index_rows(w: &mut Work<'_>, rows: &[Vec<Value>]) -> Result<(), Error> {
    let head = "insert into custom_index (field_id, key, record_id) values";
    w.insert_many(head, rows, "on conflict do nothing").await?;
    Ok(())
}

/// Writes documents and index rows of new clients.
pub(crate) async fn insert_docs(
    w: &mut Work<'_>,
    definitions: &Definitions,
    clients: &[(ClientId, &FieldTexts)],
) -> Result<(), Error> {
    let currency = crate::client::currency(w.ctx)?;
    let indexed: Vec<&Arc<Field>> =
        definitions.of(crate::fields::CLIENT).filter(|f| f.is_indexed()).collect();
    let (mut docs, mut rows): (Vec<Vec<Value>>, Vec<Vec<Value>>) = (Vec::new(), Vec::new());
    for (id, fields) in clients {
        if !fields.keys().any(|key| key.starts_with("x_")) {
            continue;
        }
        docs.push(vec![(*id).into(), doc_text(fields).into()]);
        for field in &indexed {
            let value = fields.get(&field.key).map(String::as_str);
            rows.extend(keys_of(field, id.uuid(), value, currency));
        }
    }
    w.insert_many("insert into client_custom (client_id, doc) values", &docs, "").await?;
    index_rows(w, &rows).await
}

/// Finds the client or member of staff a value names: the id, or for a client also his number, for a member of staff
/// his name or login when nobody else has it. Other values are as they were read; a word that was taken out of its
/// list is refused, unless the record has it already. `theirs` is what is stored.
///
/// # Errors
/// The database's; a refusal is in the answer.
pub(crate) async fn resolve(
    w: &mut Work<'_>,
    field: &Field,
    (text, theirs): (&str, &str),
) -> Result<Result<String, Refusal>, Error> {
    let found: Option<Uuid> = match field.kind() {
        FieldKind::Client => {
            let filter = w.ctx.principal.filter("client.read", "c", 2);
            let (column, value) = match text.parse::<Uuid>() {
                Ok(id) => ("c.id", Value::from(id)),
                Err(_) => ("c.number", Value::from(text)),
            };
            let sql = format!(
                "select c.id from client c where {column} = $1 and {} and {NOT_MERGED} limit 2",
                filter.sql
            );
            let values: Vec<Value> = std::iter::once(value).chain(filter.params).collect();
            let rows = w.query(&sql, &values).await?;
            // numbers are not guaranteed to be of one client only
            let only = if rows.len() == 1 { rows.into_iter().next() } else { None };
            only.map(store::Row::one).transpose()?
        }
        FieldKind::Record => {
            let object = field.spec.of_object.as_deref().unwrap_or_default();
            objects::queries::id_of(w, object, text).await?.map(|id| id.uuid())
        }
        FieldKind::Staff => staff(w, text, theirs).await?,
        _ if field.takes_up_archived(text, theirs) => {
            return Ok(Err(Refusal::field("field-option-away", &field.key)));
        }
        _ => return Ok(Ok(text.to_owned())),
    };
    let code = match field.kind() {
        FieldKind::Client => "no-such-client",
        FieldKind::Record => "no-such-record",
        _ => "not-a-choice",
    };
    Ok(found.map(|id| id.to_string()).ok_or_else(|| Refusal::field(code, &field.key)))
}

/// A member of staff at work, or whoever stands there already.
async fn staff(w: &mut Work<'_>, text: &str, theirs: &str) -> Result<Option<Uuid>, Error> {
    let stored: Uuid = theirs.parse().unwrap_or_default();
    if let Ok(id) = text.parse::<Uuid>() {
        let sql = "select id from staff where id = $1 and state = 'active'";
        return Ok(w.first(sql, params![id]).await?.map(store::Row::one).transpose()?);
    }
    let sql = "select id from staff where (login = $1 or name = $1 or name_en = $1) \
               and (state = 'active' or id = $2) order by id limit 3";
    let found = w.query(sql, params![text, stored]).await?;
    let found: Vec<Uuid> =
        found.into_iter().map(store::Row::one).collect::<Result<_, store::StoreError>>()?;
    Ok(match found.as_slice() {
        all if all.contains(&stored) => Some(stored),
        [one] => Some(*one),
        // nobody, or several of one name
        _ => None,
    })
}
