//! Reading records, cut to what a person may see.

mod page;

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{BranchId, ClientId, ObjectId, RecordId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::Serialize;
use spine::secrecy::Group;
use spine::{Error, Filter, Owner, Principal, Work};
use store::{Cols, Read, StoreError, Value, params};
use uuid::Uuid;

use crate::fields::model::Object;
use crate::fields::queries::{Doc, Named, doc_of};
use crate::merge::queries::NOT_MERGED;

pub(in crate::objects) use page::{Page, page};

/// A record.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Record {
    /// Identity.
    pub id: RecordId,
    /// Of which kind.
    #[serde(skip)]
    pub object_id: ObjectId,
    /// The number people read to each other.
    pub number: String,
    /// What it is called.
    pub title: String,
    /// About whom.
    pub client_id: Option<ClientId>,
    /// His number.
    #[serde(skip)]
    pub client_number: Option<String>,
    /// His name; none where the record is about nobody.
    pub client_name: Option<String>,
    /// The values of its fields, as canonical texts.
    pub custom: Doc,
    /// Written first.
    pub created_at: Timestamp,
    /// By whom.
    pub author_id: Option<UserId>,
    /// Changed last.
    pub updated_at: Timestamp,
    /// By whom.
    pub updated_by: Option<UserId>,
    /// Archived since.
    pub archived_at: Option<Timestamp>,
    /// To whom it belongs: the client's branch and manager, or its own.
    #[serde(skip)]
    pub owner: Owner,
}

impl Record {
    /// Whether somebody may read it: what is written of a client is his history.
    pub fn is_seen_by(&self, principal: &Principal) -> bool {
        let of_client = self.client_id.is_none()
            || principal.reaches("client.read", self.owner)
                && principal.sees(self.owner).has(Group::History);
        of_client && principal.reaches("record.read", self.owner)
    }
    /// Whether somebody may change it.
    pub fn is_editable_by(&self, principal: &Principal) -> bool {
        self.is_seen_by(principal) && principal.reaches("record.edit", self.owner)
    }
}

/// What is read of a record `r` and its client `c`.
pub(in crate::objects) const COLUMNS: &str = "r.id, r.object_id, r.number, r.title, r.client_id, c.display_name, c.number, \
     r.doc, r.created_at, r.author_id, r.updated_at, r.updated_by, r.archived_at, \
     case when r.client_id is null then r.branch_id else c.branch_id end, \
     case when r.client_id is null then r.manager_id else c.manager_id end, \
     coalesce((select y.level from client_secrecy y where y.client_id = c.id), 'open'), c.kind";

/// Where it is read from.
pub(in crate::objects) const FROM: &str =
    "custom_record r left join client c on c.id = r.client_id";

pub(in crate::objects) fn record_of(c: &mut Cols) -> Result<Record, StoreError> {
    let (id, object_id, number, title) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let client_id: Option<ClientId> = c.take()?;
    let (name, client_number): (Option<String>, Option<String>) = (c.take()?, c.take()?);
    let name = name.filter(|name| !name.is_empty()).or_else(|| client_number.clone());
    let doc: String = c.take()?;
    let (created_at, author_id, updated_at) = (c.take()?, c.take()?, c.take()?);
    let (updated_by, archived_at) = (c.take()?, c.take()?);
    let place: (Option<BranchId>, Option<UserId>) = (c.take()?, c.take()?);
    let (level, kind): (String, Option<String>) = (c.take()?, c.take()?);
    let owner = match client_id {
        Some(id) => Owner::of_client(id, place, &level, &kind.unwrap_or_default()),
        None => Owner::row(place.0, place.1),
    };
    Ok(Record {
        id,
        object_id,
        number,
        title,
        client_id,
        client_number,
        client_name: name.filter(|_| client_id.is_some()),
        custom: doc_of(&doc),
        created_at,
        author_id,
        updated_at,
        updated_by,
        archived_at,
        owner,
    })
}

/// One record, whoever may see it.
///
/// # Errors
/// The database's; [`Error::NotFound`].
pub(in crate::objects) async fn record<R: Read>(db: &mut R, id: RecordId) -> Result<Record, Error> {
    let sql = format!("select {COLUMNS} from {FROM} where r.id = $1");
    let row = db.first(&sql, params![id]).await?.ok_or(Error::NotFound)?;
    Ok(record_of(&mut row.cols())?)
}

/// One record a person may see.
///
/// # Errors
/// [`Error::NotFound`] when there is none or it is out of his reach.
pub async fn seen<R: Read>(
    db: &mut R,
    principal: &Principal,
    id: RecordId,
) -> Result<Record, Error> {
    let record = record(db, id).await?;
    if record.is_seen_by(principal) { Ok(record) } else { Err(Error::NotFound) }
}

/// The condition under which a person sees records `r` of clients `c`, with its parameters put behind `values`.
pub(in crate::objects) fn reach(
    principal: &Principal,
    permission: &str,
    values: &mut Vec<Value>,
) -> String {
    let first = values.len() + 1;
    let mut put = |filter: Filter| {
        values.extend(filter.params);
        (filter.sql, values.len() + 1)
    };
    let (client, at) = put(principal.filter("client.read", "c", first));
    // what is written of a client is his history
    let (told, at) = put(principal.sees_filter(Group::History, "c", at));
    let (of_client, at) = put(principal.filter(permission, "c", at));
    let (own, _) = put(principal.filter_rows(permission, "r", at));
    format!(
        "((r.client_id is not null and {client} and {told} and {of_client}) \
         or (r.client_id is null and {own}))"
    )
}

/// The newest records about a client, by kind; those of other kinds than `objects` are left out.
pub(in crate::objects) async fn of_client<R: Read>(
    db: &mut R,
    principal: &Principal,
    client: ClientId,
    (objects, limit): (&[ObjectId], i64),
) -> Result<BTreeMap<ObjectId, Vec<Record>>, StoreError> {
    let mut out: BTreeMap<ObjectId, Vec<Record>> = BTreeMap::new();
    if objects.is_empty() {
        return Ok(out);
    }
    let mut values: Vec<Value> = vec![client.into()];
    values.extend(objects.iter().map(|id| Value::from(*id)));
    let places: Vec<String> = (2..=values.len()).map(|n| format!("${n}")).collect();
    let reach = reach(principal, "record.read", &mut values);
    let sql = format!(
        "select {COLUMNS} from {FROM} where r.client_id = $1 and r.object_id in ({}) \
         and r.archived_at is null and {reach} order by r.updated_at desc, r.id desc limit {}",
        places.join(", "),
        limit.saturating_mul(i64::try_from(objects.len()).unwrap_or(1))
    );
    for row in db.query(&sql, &values).await? {
        let record = record_of(&mut row.cols())?;
        out.entry(record.object_id).or_default().push(record);
    }
    Ok(out)
}

/// Records found by a word or a number, as far as a person sees them.
pub(in crate::objects) async fn found<R: Read>(
    db: &mut R,
    principal: &Principal,
    (objects, tokens): (&[ObjectId], &[(String, String)]),
    limit: i64,
) -> Result<Vec<Record>, StoreError> {
    if objects.is_empty() || tokens.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = objects.iter().map(|id| Value::from(*id)).collect();
    let kinds: Vec<String> = (1..=values.len()).map(|n| format!("${n}")).collect();
    let mut conditions = Vec::new();
    for (from, until) in tokens {
        values.push(from.into());
        values.push(until.into());
        let n = values.len();
        conditions.push(format!(
            "exists (select 1 from custom_token t where t.record_id = r.id and t.token >= ${} \
             and t.token < ${n})",
            n - 1
        ));
    }
    let reach = reach(principal, "record.read", &mut values);
    let sql = format!(
        "select {COLUMNS} from {FROM} where r.object_id in ({}) and r.archived_at is null and {} \
         and {reach} order by r.updated_at desc, r.id desc limit {limit}",
        kinds.join(", "),
        conditions.join(" and ")
    );
    db.query(&sql, &values).await?.into_iter().map(|row| record_of(&mut row.cols())).collect()
}

/// The client of a number, when one client alone has it and a person sees him.
pub(in crate::objects) async fn client_of_number<R: Read>(
    db: &mut R,
    principal: &Principal,
    number: &str,
) -> Result<Option<ClientId>, StoreError> {
    let filter = principal.filter("client.read", "c", 2);
    let sql = format!(
        "select c.id from client c where c.number = $1 and {} and {NOT_MERGED} limit 2",
        filter.sql
    );
    let values: Vec<Value> = std::iter::once(Value::from(number)).chain(filter.params).collect();
    let rows = db.query(&sql, &values).await?;
    let only = if rows.len() == 1 { rows.into_iter().next() } else { None };
    only.map(store::Row::one).transpose()
}

/// The records of these ids that a person sees, of kinds he works with, by id.
pub(crate) async fn named<R: Read>(
    db: &mut R,
    principal: &Principal,
    kinds: &[Arc<Object>],
    ids: &[RecordId],
) -> Result<BTreeMap<Uuid, Named>, StoreError> {
    let mut out = BTreeMap::new();
    for chunk in ids.chunks(200) {
        let mut values: Vec<Value> = chunk.iter().map(|id| Value::from(*id)).collect();
        let places: Vec<String> = (1..=values.len()).map(|n| format!("${n}")).collect();
        let reach = reach(principal, "record.read", &mut values);
        let sql = format!(
            "select {COLUMNS} from {FROM} where r.id in ({}) and {reach}",
            places.join(", ")
        );
        for row in db.query(&sql, &values).await? {
            let record = record_of(&mut row.cols())?;
            let Some(kind) = kinds.iter().find(|o| o.id == record.object_id) else { continue };
            let href = format!("/objects/{}/{}", kind.key, record.id);
            let named = Named { href, name: record.title, number: record.number };
            out.insert(record.id.uuid(), named);
        }
    }
    Ok(out)
}

/// The record of a kind in use that an id or a number names, when the acting person sees it and no other has the
/// number.
pub(crate) async fn id_of(
    w: &mut Work<'_>,
    object: &str,
    text: &str,
) -> Result<Option<RecordId>, StoreError> {
    let definitions = crate::fields::queries::read(w).await?;
    let principal = &w.ctx.principal;
    let Some(object) = definitions.object(object).filter(|o| o.is_seen_by(principal)) else {
        return Ok(None);
    };
    let (column, value) = match text.parse::<Uuid>() {
        Ok(id) => ("r.id", Value::from(id)),
        Err(_) => ("r.number", Value::from(text)),
    };
    let mut values = vec![object.id.into(), value];
    let reach = reach(principal, "record.read", &mut values);
    let sql = format!(
        "select r.id from {FROM} where r.object_id = $1 and {column} = $2 and r.archived_at is null \
         and {reach} limit 2"
    );
    let rows = w.query(&sql, &values).await?;
    let only = if rows.len() == 1 { rows.into_iter().next() } else { None };
    only.map(store::Row::one).transpose()
}
