//! Everything the bank keeps of a client, gathered by the list of what is bound to him.

use kernel::{ClientId, Currency, Money, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use spine::{Bus, ClientBound, Error};
use store::Read;
use web::i18n::L;

use super::commands::read as read_rows;

/// Tables that are worked out of others, or tell of the bank's own doings with the record.
const DERIVED: [&str; 14] = [
    "approval",
    "break_glass",
    "circle_main",
    "client_erasure",
    "client_key",
    "client_merge",
    "client_pair",
    "client_secrecy",
    "client_seen",
    "client_step",
    "client_token",
    "field_origin",
    "match_key",
    "read_log",
];
/// Columns that only tie rows together or keep the program's books.
const TECHNICAL: [&str; 28] = [
    "account_id",
    "assignee_id",
    "birth_day",
    "branch_id",
    "client_id",
    "closed_by",
    "corrects_id",
    "created_by",
    "digest",
    "display_name",
    "entity_id",
    "escalated_at",
    "escalation_level",
    "from_id",
    "hash",
    "id",
    "needs_owner",
    "object_id",
    "postponed",
    "raw",
    "sort_name",
    "sort_title",
    "source_interaction_id",
    "text_norm",
    "title_norm",
    "to_id",
    "updated_at",
    "version",
];
/// Columns that name a member of staff or another record, not the person.
const OTHERS: [&str; 6] =
    ["author_id", "manager_id", "member_id", "project_id", "staff_id", "updated_by"];

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
    let mut sections: Vec<Section> = Vec::new();
    for (table, column) in std::iter::once(own).chain(bound) {
        let mut rows = Vec::new();
        for id in &all {
            rows.extend(read_rows(db, table, column, *id).await?.into_iter().filter_map(told));
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

/// The message key of a table's or column's name.
pub(crate) fn name_key(what: &str, name: &str) -> String {
    format!("data-{what}-{}", name.replace('_', "-"))
}

/// A value as a person reads it.
pub(crate) fn value_words(l: &L, row: &Map<String, Json>, name: &str, value: &Json) -> String {
    let number = value.as_i64();
    match number {
        Some(minor) if name.ends_with("_minor") => {
            let currency = ["currency", "income_currency"].iter().find_map(|key| row.get(*key));
            let currency =
                currency.and_then(Json::as_str).and_then(|code| code.parse::<Currency>().ok());
            let currency = currency.unwrap_or(Currency::RUB);
            l.money(Money::new(minor, currency))
        }
        Some(micros) if name == "at" || name.ends_with("_at") => {
            l.datetime(Timestamp::from_micros(micros))
        }
        Some(number) => number.to_string(),
        None => value.as_str().map_or_else(|| value.to_string(), str::to_owned),
    }
}
