//! Records of the bank's own kinds, and the kinds themselves, in the API.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{ClientId, ObjectId, RecordId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use spine::secrecy::{Group, Groups};
use spine::{Command, Error};
use uuid::Uuid;
use web::api::{
    Answer, Api, Call, ListQuery, Listing, Method, NoQuery, Operation, Problem, condition_pairs,
};

use super::commands::{ArchiveRecord, ArchiveRecords, EditRecords, NoteRecordExport, SaveRecord};
use super::list::Asked;
use super::pages::export as export_rows;
use super::queries::{self, Record};
use crate::client::commands::FieldEdit;
use crate::fields::commands::{AddObject, ArchiveObject, EditObject};
use crate::fields::definitions;
use crate::fields::model::{Field, Object, ObjectSpec};
use crate::list::SheetKind;

const READ: &str = "record.read";
const EDIT: &str = "record.edit";

pub(crate) fn api(api: Api) -> Api {
    records(
        api.tag("objects")
            .with(
                Operation::list("/objects", "list_objects", READ, objects).about(
                    "Kinds of record the bank has made, as far as the caller works with them",
                ),
            )
            .with(
                Operation::create::<AddObject>("/objects", "add_object", None)
                    .about("Adds a kind of record; it is in force at once")
                    .example(json!({ "spec": {
                        "name_one": "Осмотр залога", "name_many": "Осмотры залога",
                        "name_one_en": "Collateral visit", "name_many_en": "Collateral visits",
                        "client_link": "required" } })),
            )
            .with(
                Operation::one("/objects/{object_id}", "get_object", READ, object)
                    .about("One kind of record the bank has made"),
            )
            .with(
                Operation::write(
                    Method::Put,
                    "/objects/{object_id}",
                    "edit_object",
                    EditObject::PERMISSION,
                    edit_object,
                )
                .about("Changes what is said of a kind of record")
                .runs(&[EditObject::NAME])
                .matching(),
            )
            .with(
                Operation::command::<ArchiveObject>(
                    Method::Post,
                    "/objects/{object_id}/archive",
                    "archive_object",
                )
                .about("Puts a kind of record away with its records, or brings it back"),
            ),
    )
}

fn records(api: Api) -> Api {
    api.tag("records")
        .with(
            Operation::list("/records/{object}", "list_records", READ, list_records)
                .about("Records of a kind one may see, filtered and sorted as on the page"),
        )
        .with(
            Operation::export(
                "/records/{object}/export",
                "export_records",
                "record.export",
                export,
            )
            .about("Records of a kind that fit a filter, as a file; every export is journalled")
            .media(&[
                "text/csv",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ])
            .runs(&[NoteRecordExport::NAME]),
        )
        .with(
            Operation::one("/records/{object}/{record_id}", "get_record", READ, get)
                .about("One record"),
        )
        .with(
            Operation::write(Method::Post, "/records/{object}", "add_record", EDIT, add)
                .about("Writes a new record")
                .runs(&[SaveRecord::NAME])
                .creates::<RecordId>()
                .example(json!({ "client_id": "01900000-0000-7000-8000-000000000000",
                    "custom": { "x_result": "ok" } })),
        )
        .with(
            Operation::write(
                Method::Patch,
                "/records/{object}/{record_id}",
                "edit_record",
                EDIT,
                edit,
            )
            .about("Changes the named fields of a record")
            .runs(&[SaveRecord::NAME])
            .matching(),
        )
        .with(
            Operation::command::<ArchiveRecord>(
                Method::Post,
                "/records/{object}/{record_id}/archive",
                "archive_record",
            )
            .about("Puts a record away or brings it back"),
        )
        .with(
            Operation::answer::<EditRecords>("/records/{object}/edit", "edit_records")
                .about("Writes the same values into several records"),
        )
        .with(
            Operation::answer::<ArchiveRecords>("/records/{object}/archive", "archive_records")
                .about("Puts several records away or brings them back"),
        )
}

async fn objects(call: Call, query: ListQuery) -> Result<Listing<Object>, Problem> {
    let definitions = definitions(&call.cx.app.services, call.cx.now()).await?;
    let after = query.place::<ObjectId>()?;
    let mut rows: Vec<Object> = definitions
        .objects_of(call.cx.principal())
        .filter(|o| after.is_none_or(|after| o.id > after))
        .map(|o| Object::clone(o))
        .collect();
    rows.sort_by_key(|o| o.id);
    rows.truncate(query.limit() + 1);
    Ok(Listing::cut(rows, query.limit(), |o| o.id)?)
}

/// A kind of record as far as the caller works with it, or looks after it.
async fn object_of(call: &Call) -> Result<Object, Problem> {
    let id: ObjectId = call.id("object_id")?;
    let definitions = definitions(&call.cx.app.services, call.cx.now()).await?;
    let principal = call.cx.principal();
    let is_known = |o: &Object| principal.has(EditObject::PERMISSION) || o.is_seen_by(principal);
    let found = definitions.objects().find(|o| o.id == id && is_known(o));
    Ok(found.map(|o| Object::clone(o)).ok_or(Error::NotFound)?)
}

async fn object(call: Call, _: NoQuery) -> Result<Object, Problem> {
    object_of(&call).await
}

/// What is to be said of a kind of record.
#[derive(Debug, Deserialize, JsonSchema)]
struct NewObjectSpec {
    /// All of it.
    spec: ObjectSpec,
}

async fn edit_object(mut call: Call, new: NewObjectSpec) -> Result<Answer, Problem> {
    let object = object_of(&call).await?;
    call.must_match(&object).await?;
    let command = EditObject { object_id: object.id, original: Some(object.spec), spec: new.spec };
    call.run(&command).await?;
    Ok(Answer::done())
}

/// The kind of the path and its fields, as far as the caller works with them.
async fn kind(call: &Call) -> Result<(Arc<Object>, Vec<Arc<Field>>), Problem> {
    let key = call.part("object").unwrap_or_default();
    let definitions = definitions(&call.cx.app.services, call.cx.now()).await?;
    let found = definitions.object(key).filter(|o| o.is_seen_by(call.cx.principal()));
    let object = Arc::clone(found.ok_or(Error::NotFound)?);
    let fields = definitions.seen(key, call.cx.principal()).map(Arc::clone).collect();
    Ok((object, fields))
}

/// Which records.
#[derive(Debug, Deserialize, JsonSchema)]
struct RecordsQuery {
    /// Words or a number.
    #[serde(default)]
    #[schemars(length(max = 400))]
    q: Option<String>,
    /// A condition, `FIELD:OPERATOR:VALUE`; several are joined by "and".
    #[serde(default)]
    #[schemars(length(max = 20))]
    filter: Vec<String>,
    /// Order: `updated`, `title`, or the key of a field that can be sorted by; a minus begins with the largest.
    #[serde(default)]
    #[schemars(length(max = 41))]
    sort: Option<String>,
    /// Only those about a client.
    #[serde(default)]
    client_id: Option<ClientId>,
    /// Those put away instead.
    #[serde(default)]
    archived: bool,
    /// Which page.
    #[serde(flatten)]
    page: ListQuery,
}

/// What is asked of a list, as an address of the page would say it; an order nothing stands behind is refused here.
async fn asked(call: &Call, query: &RecordsQuery) -> Result<Asked, Problem> {
    let kind = kind(call).await?;
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut pairs = Vec::new();
    pairs.extend(query.q.as_deref().map(|q| pair("q", q)));
    pairs.extend(query.sort.as_deref().map(|sort| pair("sort", sort)));
    pairs.extend(query.client_id.map(|id| pair("client", &id.to_string())));
    pairs.extend(query.archived.then(|| pair("show", "archived")));
    pairs.extend(condition_pairs(&query.filter)?);
    let asked = Asked::read(&call.cx, kind, &pairs)?;
    let wanted = query.sort.as_deref().map(|sort| sort.trim_start_matches('-'));
    if wanted.is_some_and(|word| asked.sort_text().trim_start_matches('-') != word) {
        return Err(Problem::bad_request("not-a-choice", "sort"));
    }
    Ok(asked)
}

async fn list_records(call: Call, query: RecordsQuery) -> Result<Listing<Record>, Problem> {
    let mut asked = asked(&call, &query).await?;
    asked.size = query.page.limit();
    asked.after = query.page.place::<(String, Uuid)>()?;
    let mut db = if asked.asks_for_all() { call.cx.db.clone() } else { call.cx.db.long() };
    let page = queries::page(&mut db, &call.cx, &asked, READ).await?;
    let next = page.next;
    for record in &page.rows {
        call.cx.note_read(record.owner, Groups::NONE.with(Group::History));
    }
    let items: Vec<Record> = page.rows.into_iter().map(|r| cut(r, &asked.fields)).collect();
    Ok(Listing::before(items, next)?)
}

/// The form of the file.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum FileForm {
    /// For programs.
    #[default]
    Csv,
    /// For people.
    Xlsx,
}

/// Which records, in which form.
#[derive(Debug, Deserialize, JsonSchema)]
struct ExportQuery {
    /// The form of the file.
    #[serde(default)]
    format: FileForm,
    /// As in `list_records`.
    #[serde(default)]
    #[schemars(length(max = 400))]
    q: Option<String>,
    /// As in `list_records`.
    #[serde(default)]
    #[schemars(length(max = 20))]
    filter: Vec<String>,
    /// As in `list_records`.
    #[serde(default)]
    #[schemars(length(max = 41))]
    sort: Option<String>,
    /// As in `list_records`.
    #[serde(default)]
    client_id: Option<ClientId>,
    /// As in `list_records`.
    #[serde(default)]
    archived: bool,
}

async fn export(call: Call, query: ExportQuery) -> Result<Answer, Problem> {
    let form = match query.format {
        FileForm::Csv => SheetKind::Csv,
        FileForm::Xlsx => SheetKind::Xlsx,
    };
    let list = RecordsQuery {
        q: query.q,
        filter: query.filter,
        sort: query.sort,
        client_id: query.client_id,
        archived: query.archived,
        page: ListQuery::default(),
    };
    let asked = asked(&call, &list).await?;
    let filter = asked.filter_text();
    Ok(Answer::response(Box::pin(export_rows(call.cx, asked, form, filter)).await?))
}

/// A record without the fields the caller may not know of.
fn cut(mut record: Record, fields: &[Arc<Field>]) -> Record {
    record.custom.retain(|key, _| fields.iter().any(|f| f.key == *key));
    record
}

async fn find(call: &Call) -> Result<Record, Problem> {
    let (object, fields) = kind(call).await?;
    let id: RecordId = call.id("record_id")?;
    let mut db = call.cx.db.clone();
    let record = queries::seen(&mut db, call.cx.principal(), id).await?;
    if record.object_id != object.id {
        return Err(Error::NotFound.into());
    }
    call.cx.note_read(record.owner, Groups::NONE.with(Group::History));
    Ok(cut(record, &fields))
}

async fn get(call: Call, _: NoQuery) -> Result<Record, Problem> {
    find(&call).await
}

/// A new record.
#[derive(Debug, Deserialize, JsonSchema)]
struct NewRecord {
    /// About whom.
    #[serde(default)]
    client_id: Option<ClientId>,
    /// Values by field key.
    custom: BTreeMap<String, String>,
}

async fn add(call: Call, new: NewRecord) -> Result<Answer, Problem> {
    let (object, _) = kind(&call).await?;
    let edits = new.custom.into_iter().map(|(field, value)| FieldEdit {
        field,
        original: String::new(),
        value,
    });
    let command = SaveRecord {
        object: object.key.clone(),
        record_id: None,
        client_id: new.client_id,
        edits: edits.collect(),
    };
    let id = call.run(&command).await?;
    Ok(Answer::created(&id, None)?)
}

/// Fields to change.
#[derive(Debug, Deserialize, JsonSchema)]
struct RecordPatch {
    /// New values by field key; null or an empty text empties the field.
    custom: BTreeMap<String, Option<String>>,
}

async fn edit(mut call: Call, patch: RecordPatch) -> Result<Answer, Problem> {
    let record = find(&call).await?;
    let (object, _) = kind(&call).await?;
    call.must_match(&record).await?;
    let edits = patch.custom.into_iter().map(|(field, value)| FieldEdit {
        original: record.custom.get(&field).cloned().unwrap_or_default(),
        field,
        value: value.unwrap_or_default(),
    });
    let command = SaveRecord {
        object: object.key.clone(),
        record_id: Some(record.id),
        client_id: None,
        edits: edits.collect(),
    };
    call.run(&command).await?;
    Ok(Answer::done())
}
