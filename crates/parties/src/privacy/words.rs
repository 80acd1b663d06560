//! The rows of a report as a person reads them: stored words in those of his language, dates, sums, yes and no.
//! What no room has words for stays as it is kept.

use jiff::civil::Date;
use kernel::{Currency, Money, Timestamp};
use serde_json::{Map, Value as Json};
use web::i18n::L;

use crate::contacts::frame::source_words;

/// Where the words of a column stand, by table and column; an empty table is any.
const WORDS: [(&str, &str, &str); 30] = [
    ("client", "kind", "client-kind"),
    ("client", "status", "choice-status"),
    ("client", "segment", "choice-segment"),
    ("client", "preferred_channel", "choice-preferred-channel"),
    ("client", "sex", "choice-sex"),
    ("client", "marital", "choice-marital"),
    ("client_role", "role", "client-role"),
    ("client_role", "role", "data-value-role"),
    ("client_contact", "kind", "contacts-kind"),
    ("client_identifier", "kind", "id-kind"),
    ("client_identifier", "certainty", "data-value-certainty"),
    ("client_address", "kind", "contacts-address"),
    ("client_date", "kind", "contacts-date"),
    ("client_consent", "purpose", "contacts-purpose"),
    ("client_consent", "channel", "contacts-channel"),
    ("client_consent", "state", "contacts-consent"),
    ("consent_proof", "evidence_kind", "contacts-evidence"),
    ("client_file", "kind", "contacts-file"),
    ("client_link", "kind", "links-kind"),
    ("account_role", "role", "holdings-role"),
    ("card", "state", "data-value-state"),
    ("loan", "state", "data-value-state"),
    ("interaction", "channel", "interaction-channel"),
    ("interaction", "direction", "interaction-direction"),
    ("task", "kind", "task-kind"),
    ("task", "state", "task-state"),
    ("task", "priority", "task-priority"),
    ("project_client", "role", "project-role"),
    ("project_client", "status", "project-participation"),
    ("visit_step", "outcome", "data-value-outcome"),
];

/// Columns that say yes or no.
const FLAGS: [&str; 3] = ["is_main", "public_person", "yearly"];

/// The message key of a table's or column's name.
pub(crate) fn name_key(what: &str, name: &str) -> String {
    format!("data-{what}-{}", name.replace('_', "-"))
}

/// A value of a row of a table.
pub(crate) fn value_words(
    l: &L,
    table: &str,
    row: &Map<String, Json>,
    (name, value): (&str, &Json),
) -> String {
    match (value.as_i64(), value) {
        (Some(number @ (0 | 1)), _) if FLAGS.contains(&name) => {
            l.t(if number == 1 { "client-yes" } else { "client-no" })
        }
        (Some(minor), _) if name.ends_with("_minor") => {
            let currency = ["currency", "income_currency"].iter().find_map(|key| row.get(*key));
            let currency =
                currency.and_then(Json::as_str).and_then(|code| code.parse::<Currency>().ok());
            let currency = currency.unwrap_or(Currency::RUB);
            l.money(Money::new(minor, currency))
        }
        (Some(micros), _) if name == "at" || name.ends_with("_at") => {
            l.datetime(Timestamp::from_micros(micros))
        }
        (Some(number), _) => known(l, (table, name), &number.to_string()),
        (None, Json::String(text)) => text_words(l, (table, name), text),
        (None, other) => other.to_string(),
    }
}

fn text_words(l: &L, (table, name): (&str, &str), text: &str) -> String {
    if name == "source" {
        return source_words(l, text);
    }
    if let (10, Ok(day)) = (text.len(), text.parse::<Date>()) {
        return l.date(day);
    }
    known(l, (table, name), text)
}

/// The word of a stored key, whose dashes and underscores may be the one or the other in the key of its message.
fn known(l: &L, (table, name): (&str, &str), key: &str) -> String {
    let of = WORDS.iter().filter(|(t, column, _)| *t == table && *column == name);
    let keys = of.flat_map(|(_, _, words)| {
        [format!("{words}-{key}"), format!("{words}-{}", key.replace('_', "-"))]
    });
    keys.into_iter()
        .find(|key| l.texts.has(l.lang, key))
        .map_or_else(|| key.to_owned(), |k| l.t(&k))
}
