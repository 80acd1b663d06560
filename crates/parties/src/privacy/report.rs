//! Everything the bank keeps of a client, gathered by the list of what is bound to him.

use std::sync::Arc;

use kernel::ClientId;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use spine::{Bus, ClientBound, Error, Fieldable, OwnValues};
use store::Read;

use super::commands::read as read_rows;
use crate::fields;
use crate::fields::model::{Definitions, Field};

/// Tables that are worked out of others, or tell of the bank's own doings with the record.
const DERIVED: [&str; 25] = [
    "approval",
    "branch_node_client",
    "branch_refusal",
    "break_glass",
    "circle_main",
    "client_erasure",
    "client_key",
    "client_merge",
    "client_pair",
    "client_regard",
    "client_secrecy",
    "client_seen",
    "client_step",
    "client_token",
    "field_origin",
    "known_person",
    "known_person_print",
    "match_key",
    "offline_spent",
    "pre_approval",
    "pre_approval_withdrawn",
    "read_log",
    "smart_card_alarm",
    "smart_card_reading",
    "visit_known",
];
/// Columns that only tie rows together or keep the program's books.
const TECHNICAL: [&str; 45] = [
    "account_id",
    "assignee_id",
    "atc",
    "birth_day",
    "branch_id",
    "client_id",
    "closed_by",
    "corrects_id",
    "counted_atc",
    "created_by",
    "digest",
    "display_name",
    "entity_id",
    "escalated_at",
    "escalation_level",
    "from_id",
    "hash",
    "id",
    "interaction_id",
    "link",
    "needs_owner",
    "object_id",
    "offer_id",
    "operation_id",
    "postponed",
    "profile",
    "profile_at",
    "raw",
    "reverses_id",
    "revision",
    "risks",
    "sealed",
    "sort_name",
    "sort_title",
    "source_interaction_id",
    "standing",
    "text_norm",
    "theme_id",
    "title_norm",
    "to_id",
    "told_at",
    "until_at",
    "updated_at",
    "version",
    "visit_id",
];
/// Columns that name a member of staff or another record, not the person.
const OTHERS: [&str; 7] =
    ["author_id", "clerk_id", "manager_id", "member_id", "project_id", "staff_id", "updated_by"];

/// The rows of one table.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub(crate) struct Section {
    /// The table.
    pub(crate) table: String,
    /// Its rows, without what only ties them together.
    pub(crate) rows: Vec<Map<String, Json>>,
}

/// Everything that is kept of a client and of those he was merged with, his own row first.
///
/// # Errors
/// The database's.
pub(crate) async fn gather<R: Read>(
    db: &mut R,
    bus: &Bus,
    client: ClientId,
) -> Result<Vec<Section>, Error> {
    let all = bus.absorbed(db, client).await?;
    let own = ("client", "id");
    let bound = bus.client_bound().iter().filter(|b| is_told(b)).map(|b| (b.table, b.column));
    let definitions = fields::queries::read(db).await?;
    let mut sections: Vec<Section> = Vec::new();
    for (table, column) in std::iter::once(own).chain(bound) {
        let mut rows = Vec::new();
        for id in &all {
            let read = read_rows(db, table, column, *id).await?.into_iter().filter_map(told);
            rows.extend(read.map(|row| named(&definitions, bus.fieldable(), table, row)));
        }
        match sections.iter_mut().find(|section| section.table == table) {
            Some(section) => section.rows.extend(rows),
            None if rows.is_empty() => {}
            None => sections.push(Section { table: table.to_owned(), rows }),
        }
    }
    Ok(sections)
}

/// The tables and columns that a report tells of.
///
/// # Errors
/// The database's.
pub async fn told_columns<R: Read>(
    db: &mut R,
    bus: &Bus,
) -> Result<Vec<(&'static str, Vec<String>)>, Error> {
    let bound = bus.client_bound().iter().filter(|b| is_told(b)).map(|b| b.table);
    let mut out = Vec::new();
    for table in std::iter::once("client").chain(bound) {
        let names = store::dump::schema::column_names(db, table).await?;
        out.push((table, names.into_iter().filter(|name| is_told_column(name)).collect()));
    }
    Ok(out)
}

/// Whether a table is part of a report.
pub(crate) fn is_told(bound: &ClientBound) -> bool {
    !DERIVED.contains(&bound.table)
}

/// Whether a column is part of a report.
pub(crate) fn is_told_column(column: &str) -> bool {
    !TECHNICAL.contains(&column) && !OTHERS.contains(&column)
}

fn told(row: Json) -> Option<Map<String, Json>> {
    let Json::Object(fields) = row else { return None };
    let empty = |value: &Json| value.as_str().is_some_and(str::is_empty);
    Some(fields.into_iter().filter(|(name, v)| is_told_column(name) && !empty(v)).collect())
}

/// Columns with a document of values of the bank's own fields.
const DOCUMENTS: [&str; 2] = ["custom", "doc"];

/// A row whose documents say each field by its name; empty ones are left out.
fn named(
    definitions: &Definitions,
    known: &[Fieldable],
    table: &str,
    mut row: Map<String, Json>,
) -> Map<String, Json> {
    let object = known.iter().find(|one| one.table == table).map(|one| one.key);
    for column in DOCUMENTS {
        let Some(Json::String(text)) = row.remove(column) else { continue };
        let of = |key: &str| {
            let is_of =
                |f: &&Arc<Field>| f.key == key && object.is_none_or(|object| f.object == object);
            definitions.all().find(is_of)
        };
        let words = OwnValues::of(&text).0.into_iter().map(|(key, value)| match of(&key) {
            Some(field) => format!("{}: {}", field.spec.label, listed(field, &value)),
            None => format!("{key}: {value}"),
        });
        let words: Vec<String> = words.collect();
        if !words.is_empty() {
            row.insert(column.to_owned(), Json::String(words.join("; ")));
        }
    }
    row
}

/// A value with the words of a list in place of their keys.
fn listed(field: &Field, value: &str) -> String {
    if !field.kind().has_options() {
        return value.to_owned();
    }
    let label = |key: &str| field.spec.options.iter().find(|o| o.key == key).map(|o| &o.label);
    let words = value.split(',').map(|key| label(key).map_or(key, String::as_str));
    words.collect::<Vec<_>>().join(", ")
}
