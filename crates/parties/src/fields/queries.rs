//! Reading definitions, values of clients by their documents, and how far an index is.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{ClientId, FieldId, JobId, ObjectId, Timestamp, UserId};
use spine::{Error, Fieldable, OwnValues, Principal, Work};
use store::{FromValue, Read, Row, StoreError, Value, params};
use uuid::Uuid;

use super::model::{Definitions, Field, FieldSpec, Object, ObjectSpec};
use crate::fields::CLIENT;
use crate::merge::queries::NOT_MERGED;

/// Values by key, as canonical texts.
pub type Doc = BTreeMap<String, String>;

const COLUMNS: &str =
    "id, object, key, spec, position, index_state, updated_at, archived_at from custom_field";

/// All definitions of the bank.
///
/// # Errors
/// The database's.
pub async fn read<R: Read>(db: &mut R) -> Result<Definitions, StoreError> {
    let sql = format!("select {COLUMNS} order by object, position, key");
    let rows = db.query(&sql, &[]).await?;
    let fields = rows.into_iter().map(field_of).collect::<Result<_, _>>()?;
    let rows = db.query(OBJECTS, &[]).await?;
    let objects = rows.into_iter().map(object_of).collect::<Result<_, _>>()?;
    Ok(Definitions { fields, objects })
}

const OBJECTS: &str =
    "select id, key, spec, updated_at, archived_at from custom_object order by created_at, id";

fn object_of(row: Row) -> Result<Arc<Object>, StoreError> {
    let mut c = row.cols();
    let (id, key): (ObjectId, String) = (c.take()?, c.take()?);
    let spec: Spec<ObjectSpec> = c.take()?;
    let (updated_at, archived_at) = (c.take()?, c.take()?);
    Ok(Arc::new(Object { id, key, spec: spec.0, updated_at, archived_at }))
}

/// The same inside of a command that writes values: nobody changes them until it ends, so that no value slips
/// past an index that is being made.
pub(crate) async fn read_held(w: &mut Work<'_>) -> Result<Definitions, StoreError> {
    if let Some(sql) = w.dialect().lock_shared() {
        w.query(sql, &[Value::Int(LOCK)]).await?;
    }
    read(w).await
}

/// Waits until no command writes values by the definitions as they are; whoever changes one asks for it first.
pub(crate) async fn hold(w: &mut Work<'_>) -> Result<(), StoreError> {
    if let Some(sql) = w.dialect().lock() {
        w.query(sql, &[Value::Int(LOCK)]).await?;
    }
    Ok(())
}

/// The name of the lock over all definitions, among those of the whole database.
const LOCK: i64 = 0x007E_55F1_E1D5;

fn field_of(row: Row) -> Result<Arc<Field>, StoreError> {
    let mut c = row.cols();
    let (id, object, key): (FieldId, String, String) = (c.take()?, c.take()?, c.take()?);
    let spec: Spec<FieldSpec> = c.take()?;
    Ok(Arc::new(Field {
        id,
        object,
        key,
        spec: spec.0,
        position: c.take()?,
        index_state: c.take()?,
        updated_at: c.take()?,
        archived_at: c.take()?,
    }))
}

/// What is said of a field or an object, as it is stored.
struct Spec<T>(T);

impl<T: serde::de::DeserializeOwned> FromValue for Spec<T> {
    fn from_value(value: Value) -> Result<Self, String> {
        let text = String::from_value(value)?;
        serde_json::from_str(&text).map(Spec).map_err(|e| e.to_string())
    }
}

/// Values out of a stored document.
pub(crate) fn doc_of(text: &str) -> Doc {
    OwnValues::of(text).0
}

/// The documents of these clients, in one statement.
///
/// # Errors
/// The database's.
pub(crate) async fn docs<R: Read>(
    db: &mut R,
    ids: &[ClientId],
) -> Result<BTreeMap<ClientId, Doc>, StoreError> {
    let mut out = BTreeMap::new();
    for chunk in ids.chunks(500) {
        let (places, values) = crate::merge::queries::places(1, chunk);
        let sql = format!("select client_id, doc from client_custom where client_id in ({places})");
        for row in db.query(&sql, &values).await? {
            let mut c = row.cols();
            let id: ClientId = c.take()?;
            out.insert(id, doc_of(&c.take::<String>()?));
        }
    }
    Ok(out)
}

/// A client or record another one speaks of: who he is today, name and number, as far as somebody may see it.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    /// Its page.
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) number: String,
}

/// The clients of these ids, merged ones as who they have become; those out of reach are absent.
pub(crate) async fn named<R: Read>(
    db: &mut R,
    principal: &Principal,
    ids: &[ClientId],
) -> Result<BTreeMap<Uuid, Named>, StoreError> {
    let mut out = BTreeMap::new();
    for chunk in ids.chunks(200) {
        let (places, mut values) = crate::merge::queries::places(1, chunk);
        let filter = principal.filter("client.read", "c", values.len() + 1);
        values.extend(filter.params);
        let sql = format!(
            "with recursive up (asked, id, step) as ( \
             select o.id, o.id, 0 from client o where o.id in ({places}) \
             union all select up.asked, g.survivor_id, up.step + 1 from client_merge g \
             join up on g.loser_id = up.id where g.undone_at is null and up.step < 100) \
             select up.asked, c.id, c.display_name, c.number from up join client c on c.id = up.id \
             where {} and {NOT_MERGED}",
            filter.sql
        );
        for row in db.query(&sql, &values).await? {
            let mut c = row.cols();
            let asked: Uuid = c.take()?;
            let id: ClientId = c.take()?;
            let href = format!("/clients/{id}");
            out.insert(asked, Named { href, name: c.take()?, number: c.take()? });
        }
    }
    Ok(out)
}

/// Entries of the journal looked through for who wrote a field.
const ENTRIES_READ: usize = 100;

/// The same outcome; where two people changed the same, with who wrote each field and when, by the journal of the
/// thing. What none of its newest entries names was written with the last one.
pub(crate) async fn with_writers<T>(
    w: &mut Work<'_>,
    thing: Uuid,
    outcome: Result<T, Error>,
) -> Result<T, Error> {
    let mut conflict = match outcome {
        Err(Error::Conflict(conflict)) => conflict,
        other => return other,
    };
    let sql = format!(
        "select actor_id, at, client_id, command_id, changes from journal_entry \
         where entity_id = $1 order by at desc, seq desc limit {ENTRIES_READ}"
    );
    let (mut writers, mut sealed) = (Vec::new(), Vec::new());
    for row in w.query(&sql, params![thing]).await? {
        let mut c = row.cols();
        let writer: (Option<UserId>, Timestamp) = (c.take()?, c.take()?);
        writers.push(writer);
        sealed.push(store::journal::item(c.take()?, c.take()?, thing, c.take()?));
    }
    let told = store::keys::open_texts(w, sealed).await?;
    let told: Vec<String> = told.into_iter().map(|text| text.or("")).collect();
    for field in &mut conflict.fields {
        let key = format!("\"{}\":", field.field);
        let place = told.iter().position(|text| text.contains(&key)).unwrap_or(0);
        if let Some((by, at)) = writers.get(place) {
            (field.theirs_by, field.theirs_at) = (*by, Some(*at));
        }
    }
    Err(Error::Conflict(conflict))
}

/// How far a walk has come.
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    pub(crate) last_id: Uuid,
    pub(crate) done: i64,
    pub(crate) total: i64,
}

/// The walk of a job; none before its first stretch.
pub(crate) async fn walk<R: Read>(db: &mut R, job: JobId) -> Result<Option<Walk>, StoreError> {
    let sql = "select last_id, done, total from custom_walk where job_id = $1";
    let Some(row) = db.first(sql, params![job]).await? else { return Ok(None) };
    let mut c = row.cols();
    Ok(Some(Walk { last_id: c.take()?, done: c.take()?, total: c.take()? }))
}

/// How far the newest walk of a field is: done, of how many.
pub(crate) async fn progress<R: Read>(
    db: &mut R,
    field: FieldId,
) -> Result<Option<(i64, i64)>, StoreError> {
    let sql =
        "select done, total from custom_walk where field_id = $1 order by updated_at desc limit 1";
    let Some(row) = db.first(sql, params![field]).await? else { return Ok(None) };
    let mut c = row.cols();
    Ok(Some((c.take()?, c.take()?)))
}

/// Where the documents of an object lie: the table with its condition, and the column of the records' ids. The
/// object is `$1`, also where it is not needed.
fn lies(known: &[Fieldable], object: &str) -> (&'static str, &'static str) {
    if object == CLIENT {
        ("client_custom where $1 = 'client'", "client_id")
    } else if known.iter().any(|one| one.key == object) {
        ("own_values where object = $1", "record_id")
    } else {
        (
            "custom_record where object_id = (select o.id from custom_object o where o.key = $1)",
            "id",
        )
    }
}

/// The values of the bank's own fields of a record; none of clients and of records of the bank's own kinds.
///
/// # Errors
/// The database's.
pub(crate) async fn own_values<R: Read>(db: &mut R, id: Uuid) -> Result<OwnValues, StoreError> {
    let sql = "select doc from own_values where record_id = $1";
    db.first(sql, params![id]).await?.map_or_else(|| Ok(OwnValues::default()), Row::one)
}

/// Records of an object that may have values.
pub(crate) async fn count_docs<R: Read>(
    db: &mut R,
    known: &[Fieldable],
    object: &str,
) -> Result<i64, StoreError> {
    let sql = format!("select count(*) from {}", lies(known, object).0);
    let row = db.first(&sql, params![object]).await?;
    row.map_or(Ok(0), Row::one)
}

/// The next of them after one.
pub(crate) async fn docs_after<R: Read>(
    db: &mut R,
    (known, object): (&[Fieldable], &str),
    after: Uuid,
    limit: i64,
) -> Result<Vec<Uuid>, StoreError> {
    let (table, id) = lies(known, object);
    let sql = format!("select {id} from {table} and {id} > $2 order by {id} limit $3");
    db.query(&sql, params![object, after, limit]).await?.into_iter().map(Row::one).collect()
}

/// The documents of these records; the tail of the statement may lock them.
pub(crate) async fn docs_of<R: Read>(
    db: &mut R,
    (known, object): (&[Fieldable], &str),
    ids: &[Uuid],
    tail: &str,
) -> Result<Vec<(Uuid, Doc)>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let (table, id) = lies(known, object);
    let places: Vec<String> = (2..ids.len() + 2).map(|n| format!("${n}")).collect();
    let sql = format!("select {id}, doc from {table} and {id} in ({}){tail}", places.join(", "));
    let mut values: Vec<Value> = vec![object.into()];
    values.extend(ids.iter().map(|id| Value::Id(*id)));
    let rows = db.query(&sql, &values).await?.into_iter().map(|row| {
        let mut c = row.cols();
        let id: Uuid = c.take()?;
        Ok((id, doc_of(&c.take::<String>()?)))
    });
    rows.collect()
}

/// Whether any record of an object has a value of a key.
pub(crate) async fn has_values<R: Read>(
    db: &mut R,
    (known, object): (&[Fieldable], &str),
    key: &str,
) -> Result<bool, StoreError> {
    // the underscores of a key are wild cards: at worst another key that looks like it counts
    let sql = format!("select 1 from {} and doc like $2 limit 1", lies(known, object).0);
    Ok(db.first(&sql, params![object, format!("%\"{key}\":%")]).await?.is_some())
}
