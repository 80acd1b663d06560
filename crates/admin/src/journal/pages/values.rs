//! Changed fields in words: names of fields and things, values before and after.

use kernel::{Date, Timestamp};
use maud::{Markup, html};
use serde_json::Value as Json;
use spine::org::Directory;
use spine::secrecy::{Groups, is_told};
use uuid::Uuid;
use web::i18n::L;
use web::{AddedField, Cx};

use crate::pages::lookups;

/// Longest value shown in full (characters).
const VALUE_CHARS: usize = 120;
/// Fields shown at once; the rest folds.
const FIELDS: usize = 6;

/// The word for a kind of thing.
pub(crate) fn entity_word(l: &L, entity: &str) -> String {
    lookups(l, &["entity"], entity)
}

/// The word for a field: one the bank has added, of this kind of thing, of any thing, or of a permission.
fn field_word(l: &L, added: Option<&AddedField>, entity: &str, field: &str) -> String {
    if let Some(added) = added {
        return added.label.clone();
    }
    let own = format!("field-{}", entity.replace(['.', '_'], "-"));
    lookups(l, &[&own, "field", "permission"], field)
}

/// All changed fields of an entry; without their values for a person who may not see the client, and without
/// those of groups of fields that are hidden from him.
pub(crate) fn change_lines(
    cx: &Cx,
    added: &[AddedField],
    (entity, changes): (&str, &Json),
    groups: Option<Groups>,
) -> Markup {
    let l = &cx.l;
    let Json::Object(fields) = changes else {
        return html! {};
    };
    let of = |field: &str| AddedField::of(added, (entity, changes), field);
    let Some(groups) = groups else {
        let names: Vec<String> =
            fields.keys().map(|field| field_word(l, of(field), entity, field)).collect();
        return html! {
            span.quiet title=(l.t("admin-journal-hidden")) {
                (web::icons::icon("eye-off")) " " (names.join(", "))
            }
        };
    };
    let directory = &cx.app.services.directory;
    let one = |(field, change): (&String, &Json)| {
        if !is_told(groups, entity, field) {
            return html! {
                li { span.quiet { (web::icons::icon("eye-off")) " " (field_word(l, of(field), entity, field)) } }
            };
        }
        let side = |at: usize| {
            let value = change.get(at).unwrap_or(&Json::Null);
            let words = of(field).zip(value.as_str()).map(|(added, text)| added.value(text));
            words.or_else(|| shown(l, directory, field, value))
        };
        let is_seen = of(field).is_none_or(|f| f.is_seen);
        let hidden = || Some(l.t("admin-journal-hidden"));
        let (before, after) = if is_seen { (side(0), side(1)) } else { (None, hidden()) };
        let title = match (&before, &after) {
            (Some(before), Some(after)) => format!("{before} → {after}"),
            (one, other) => one.as_ref().or(other.as_ref()).cloned().unwrap_or_default(),
        };
        html! {
            li title=(title) {
                span.quiet { (field_word(l, of(field), entity, field)) ": " }
                @if let Some(before) = &before { del.quiet { (before) } " → " }
                @match &after {
                    Some(after) => span { (after) },
                    None => span.none { (l.t("ui-none")) },
                }
            }
        }
    };
    html! {
        ul.plain.changes {
            @for field in fields.iter().take(FIELDS) { (one(field)) }
            @if fields.len() > FIELDS {
                li {
                    details {
                        summary { (l.ta("admin-journal-more", &[("n", (fields.len() - FIELDS).into())])) }
                        ul.plain { @for field in fields.iter().skip(FIELDS) { (one(field)) } }
                    }
                }
            }
        }
    }
}

/// A value as people read it; `None` for none.
fn shown(l: &L, directory: &Directory, field: &str, value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) if text.is_empty() => None,
        Json::String(text) => Some(text_value(l, directory, field, text)),
        Json::Number(number) => Some(match number.as_i64() {
            Some(micros) if is_instant(field) => l.datetime(Timestamp::from_micros(micros)),
            Some(whole) => l.int(whole),
            None => number.to_string(),
        }),
        Json::Bool(true) => Some(l.t("admin-yes")),
        Json::Bool(false) => Some(l.t("admin-no")),
        Json::Array(items) => {
            let items: Vec<String> =
                items.iter().filter_map(|item| shown(l, directory, field, item)).collect();
            (!items.is_empty()).then(|| items.join(", "))
        }
        Json::Object(_) => Some(short(&value.to_string())),
    }
}

fn is_instant(field: &str) -> bool {
    field.ends_with("_at") || field == "locked_until"
}

/// Ids become names, dates and known words become those of the reader's language.
fn text_value(l: &L, directory: &Directory, field: &str, text: &str) -> String {
    let loaded = directory.get();
    if let Ok(id) = text.parse::<Uuid>() {
        let staff = loaded.staff.get(&id.into()).map(|s| s.shown_name(l.lang));
        let branch = loaded.branches.get(&id.into()).map(|b| b.shown_name(l.lang));
        let region = loaded.regions.get(&id.into()).map(|r| r.shown_name(l.lang));
        let team = loaded.teams.get(&id.into()).map(|t| t.shown_name(l.lang));
        let role = loaded.roles.get(&id.into()).map(|r| r.shown_name(l.lang));
        if let Some(name) = staff.or(branch).or(region).or(team).or(role) {
            return name.to_owned();
        }
    }
    if let (10, Ok(day)) = (text.len(), text.parse::<Date>()) {
        return l.date(day);
    }
    if matches!(field, "roles" | "role") {
        let role = loaded.roles.values().find(|r| r.key == text);
        return role.map_or(text, |r| r.shown_name(l.lang)).to_owned();
    }
    if field.contains('.') {
        return lookups(l, &["scope"], text);
    }
    let own = format!("value-{}", field.replace(['.', '_'], "-"));
    short(&lookups(l, &[&own, if field == "kind" { "job" } else { &own }], text))
}

fn short(text: &str) -> String {
    match text.char_indices().nth(VALUE_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}
