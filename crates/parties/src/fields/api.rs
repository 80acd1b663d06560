//! Definitions of fields in the API. Values are read and written with the records that have them.

use std::collections::BTreeMap;

use kernel::FieldId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use spine::{Command, Error, FieldEdit, OwnValues};
use uuid::Uuid;
use web::api::{Answer, Api, Call, ListQuery, Listing, Method, NoQuery, Operation, Problem};

use super::commands::{AddField, ArchiveField, EditField, EditOwn};
use super::definitions;
use super::model::{Field, FieldSpec};
use super::pages::load_own;

const ADMIN: &str = "admin.fields";

pub(crate) fn api(api: Api) -> Api {
    own(api)
        .tag("fields")
        .with(
            Operation::list("/fields", "list_fields", "app.use", list)
                .about("Fields the bank has added, as far as the caller may know of them"),
        )
        .with(
            Operation::create::<AddField>("/fields", "add_field", Some("/fields/{id}"))
                .about("Adds a field; it is in force at once")
                .example(json!({ "object": "client", "spec": {
                    "label": "Питомец", "label_en": "Pet", "kind": "choice", "listed": true,
                    "indexed": true,
                    "options": [{ "label": "Кошка", "label_en": "Cat" },
                                { "label": "Собака", "label_en": "Dog" }] } })),
        )
        .with(
            Operation::one("/fields/{field_id}", "get_field", "app.use", get)
                .about("One field the bank has added"),
        )
        .with(
            Operation::write(Method::Put, "/fields/{field_id}", "edit_field", ADMIN, edit)
                .about("Changes what is said of a field")
                .runs(&[EditField::NAME])
                .matching(),
        )
        .with(
            Operation::command::<ArchiveField>(
                Method::Post,
                "/fields/{field_id}/archive",
                "archive_field",
            )
            .about("Puts a field away or brings it back; values stay"),
        )
}

fn own(api: Api) -> Api {
    api.tag("own_fields")
    .with(
        Operation::one("/own-fields/{object}/{record_id}", "get_own_fields", "app.use", get_own)
            .about("The fields the bank has added to a record of the product, as far as one may see it"),
    )
    .with(
        Operation::write(
            Method::Patch,
            "/own-fields/{object}/{record_id}",
            "edit_own_fields",
            "app.use",
            edit_own,
        )
        .about("Changes the named fields the bank has added to a record of the product")
        .runs(&[EditOwn::NAME])
        .matching(),
    )
}

/// The fields the bank has added to a record.
#[derive(Debug, Serialize, JsonSchema)]
struct OwnView {
    /// Of which object.
    object: String,
    /// Which record.
    record_id: Uuid,
    /// Values by field key, as canonical texts.
    custom: OwnValues,
}

async fn own_view(call: &mut Call) -> Result<OwnView, Problem> {
    let object = call.part("object").unwrap_or_default().to_owned();
    let record_id: Uuid = call.id("record_id")?;
    let mut custom = load_own(&mut call.cx, &object, record_id).await?.values;
    call.cx.cut_own(&object, [&mut custom]).await?;
    Ok(OwnView { object, record_id, custom })
}

async fn get_own(mut call: Call, _: NoQuery) -> Result<OwnView, Problem> {
    own_view(&mut call).await
}

/// Fields to change.
#[derive(Debug, Deserialize, JsonSchema)]
struct OwnPatch {
    /// New values by field key; null or an empty text empties the field.
    custom: BTreeMap<String, Option<String>>,
}

async fn edit_own(mut call: Call, patch: OwnPatch) -> Result<Answer, Problem> {
    let seen = own_view(&mut call).await?;
    call.must_match(&seen).await?;
    let named = patch.custom.into_iter().map(|(key, text)| (key, text.unwrap_or_default()));
    let edits = FieldEdit::over(&seen.custom, &named.collect());
    let command = EditOwn { object: seen.object, record_id: seen.record_id, edits };
    call.run(&command).await?;
    Ok(Answer::done())
}

/// Which fields.
#[derive(Debug, Deserialize, JsonSchema)]
struct FieldsQuery {
    /// Also those put away.
    #[serde(default)]
    archived: bool,
    /// Which page.
    #[serde(flatten)]
    page: ListQuery,
}

async fn list(call: Call, query: FieldsQuery) -> Result<Listing<Field>, Problem> {
    let definitions = definitions(&call.cx.app.services, call.cx.now()).await?;
    let after = query.page.place::<FieldId>()?;
    let mut rows: Vec<Field> = definitions
        .all()
        .filter(|f| query.archived || f.is_active())
        .filter(|f| may_know(&call, f))
        .filter(|f| after.is_none_or(|after| f.id > after))
        .map(|f| Field::clone(f))
        .collect();
    rows.sort_by_key(|f| f.id);
    rows.truncate(query.page.limit() + 1);
    Ok(Listing::cut(rows, query.page.limit(), |f| f.id)?)
}

/// Who looks after fields knows of all.
fn may_know(call: &Call, field: &Field) -> bool {
    call.cx.principal().has(ADMIN) || field.is_seen_by(call.cx.principal())
}

async fn find(call: &Call) -> Result<Field, Problem> {
    let id: FieldId = call.id("field_id")?;
    let definitions = definitions(&call.cx.app.services, call.cx.now()).await?;
    let found = definitions.all().find(|f| f.id == id && may_know(call, f));
    Ok(found.map(|f| Field::clone(f)).ok_or(Error::NotFound)?)
}

async fn get(call: Call, _: NoQuery) -> Result<Field, Problem> {
    find(&call).await
}

/// What is to be said of a field.
#[derive(Debug, Deserialize, JsonSchema)]
struct NewSpec {
    /// All of it.
    spec: FieldSpec,
    /// Its place among the others; left out: where it stands.
    #[serde(default)]
    position: Option<i64>,
}

async fn edit(mut call: Call, new: NewSpec) -> Result<Answer, Problem> {
    let field = find(&call).await?;
    call.must_match(&field).await?;
    let command = EditField {
        field_id: field.id,
        original: Some(field.spec),
        spec: new.spec,
        position: new.position,
    };
    call.run(&command).await?;
    Ok(Answer::done())
}
