//! Definitions of fields in the API. Values are read and written with the records that have them.

use kernel::FieldId;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use spine::{Command, Error};
use web::api::{Answer, Api, Call, ListQuery, Listing, Method, NoQuery, Operation, Problem};

use super::commands::{AddField, ArchiveField, EditField};
use super::definitions;
use super::model::{Field, FieldSpec};

const ADMIN: &str = "admin.fields";

pub(crate) fn api(api: Api) -> Api {
    api.tag("fields")
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
