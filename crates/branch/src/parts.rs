//! Parts the pages of this room share: dialogs, what a command says in words, why it was refused.

use axum::extract::Multipart;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::{Date, Refusal, Refusals};
use maud::{Markup, html};
use serde_json::{Map, Value as Json};
use spine::{Conflict, Error};
use uuid::Uuid;
use web::i18n::L;
use web::ui::{self, ConflictField, Field, Form, Input, Kv};
use web::{AddedField, Cx, FormData};

use crate::carry::FILE_BYTES_MAX;

/// Longest value shown in full (characters).
const VALUE_CHARS: usize = 200;

/// The query of the asked address.
pub(crate) fn asked(cx: &Cx) -> FormData {
    FormData::parse(cx.path.split_once('?').map_or("", |(_, query)| query))
}

/// A page that is opened as a dialog.
pub(crate) fn dialog(cx: &Cx, status: StatusCode, title: &str, body: &Markup) -> Response {
    cx.page_with_status(status, title, &ui::dialog_fragment(&cx.l, title, body))
}

/// Answers with a carried file: a download of which nothing on the way keeps a copy.
pub(crate) fn carried(name: &str, content: Vec<u8>) -> Result<Response, Error> {
    let named = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream")),
        (header::CONTENT_DISPOSITION, named.map_err(Error::failure)?),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    Ok((headers, content).into_response())
}

/// The form that takes a carried file.
pub(crate) fn file_form(cx: &Cx, action: String, submit: &str, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let accept = ".tessera,application/octet-stream".to_owned();
    let max = FILE_BYTES_MAX / 1024 / 1024;
    let body = html! {
        (summary(cx, refusals))
        (Field::new("file", l.t("branch-file"), Input::File { accept }).required()
            .hint(l.ta("branch-file-hint", &[("max", max.into())]))
            .error(cx.field_error(refusals, "file")).full().render(l))
    };
    let form = Form::post(action).hidden("_id", cx.form_id()).multipart().unguarded();
    form.submit(l.t(submit)).render(l, &body)
}

/// The one file that was sent.
pub(crate) async fn file_of(multipart: Multipart) -> Result<Vec<u8>, Error> {
    let sent = web::read_upload(multipart).await.map_err(|error| match error {
        // the limit of other uploads is another one
        Error::Refused(_) => Error::refused_field("branch-file-large", "file"),
        other => other,
    })?;
    let mut files = sent.files.into_iter();
    files.next().map(|file| file.content).ok_or_else(|| Error::refused_field("required", "file"))
}

/// What was refused of a form as a whole.
pub(crate) fn summary(cx: &Cx, refusals: &Refusals) -> Markup {
    ui::error_summary(&cx.l, &cx.refusal_words(refusals.general()))
}

/// The words of a stored key; the key itself when no room has words for it.
pub(crate) fn lookups(l: &L, prefixes: &[&str], key: &str) -> String {
    let text_key = |prefix: &&str| format!("{prefix}-{}", key.replace(['.', '_'], "-"));
    let found = prefixes.iter().map(text_key).find(|k| l.texts.has(l.lang, k));
    found.map_or_else(|| key.to_owned(), |k| l.t(&k))
}

/// What a command does, where it has not been done yet: in lists to choose from and in limits.
pub(crate) fn deed_words(cx: &Cx, command: &str) -> String {
    lookups(&cx.l, &["deed", "command"], command)
}

/// Why the centre has refused a command, in the reader's language.
pub(crate) fn why(cx: &Cx, code: &str, answer: &str) -> Vec<String> {
    let l = &cx.l;
    if code == "forbidden" {
        let right = lookups(l, &["permission"], answer);
        return vec![l.ta("branch-why-forbidden", &[("right", right.into())])];
    }
    let known = |refusal: &&Refusal| l.texts.has(l.lang, &refusal.message_key());
    let refusals: Refusals = serde_json::from_str(answer).unwrap_or_default();
    let told: Vec<&Refusal> = refusals.0.iter().filter(known).collect();
    if !told.is_empty() {
        return cx.refusal_words(told.into_iter());
    }
    let own = format!("branch-why-{code}");
    let general = Refusal::new(code).message_key();
    if l.texts.has(l.lang, &own) {
        vec![l.t(&own)]
    } else if l.texts.has(l.lang, &general) {
        vec![l.t(&general)]
    } else {
        vec![l.ta("branch-why-other", &[("code", code.into())])]
    }
}

/// The sides of a conflict; none when the answer is of another kind.
pub(crate) fn conflict_of(code: &str, answer: &str) -> Option<Conflict> {
    (code == "conflict").then(|| serde_json::from_str(answer).ok()).flatten()
}

/// What a command works on, by which its fields are named: `parties.edit_contact` on `contact`.
fn entity_of(command: &str) -> &str {
    let name = command.split_once('.').map_or(command, |(_, name)| name);
    name.split_once('_').map_or(name, |(_, noun)| noun)
}

/// The word for a field of a command.
pub(crate) fn field_words(l: &L, added: &[AddedField], command: &str, field: &str) -> String {
    if let Some(added) = added.iter().find(|f| f.key == field) {
        return added.label.clone();
    }
    let own = format!("field-{}", entity_of(command).replace('_', "-"));
    lookups(l, &[&own, "field", "field-client", "field-task", "field-interaction"], field)
}

/// The sides of a conflict with their words.
pub(crate) fn conflict_fields(
    cx: &Cx,
    added: &[AddedField],
    command: &str,
    conflict: &Conflict,
) -> Vec<ConflictField> {
    let side = |field: &str, text: &str| text_words(cx, added, field, text);
    let one = |f: &spine::FieldConflict| ConflictField {
        name: f.field.clone(),
        label: field_words(&cx.l, added, command, &f.field),
        mine: f.mine.clone(),
        theirs: f.theirs.clone(),
        original: f.original.clone(),
        words: Some([&f.mine, &f.theirs, &f.original].map(|text| side(&f.field, text))),
    };
    conflict.fields.iter().map(one).collect()
}

/// What a command says, field by field, as far as people can read it.
pub(crate) fn payload_part(
    cx: &Cx,
    added: &[AddedField],
    (command, payload): (&str, &str),
) -> Markup {
    let l = &cx.l;
    let mut lines = Vec::new();
    if let Ok(Json::Object(fields)) = serde_json::from_str(payload) {
        gather(cx, added, &fields, &mut lines);
    }
    if lines.is_empty() {
        return html! { p.quiet { (l.t("branch-payload-none")) } };
    }
    let mut kv = Kv::new("payload");
    for (field, before, after) in lines {
        let label = field_words(l, added, command, &field);
        kv = kv.line(
            label,
            html! {
                @if let Some(before) = before.filter(|b| *b != after) { del.quiet { (before) } " → " }
                (after)
            },
        );
    }
    kv.render(l)
}

/// A field with its value before, where the command says so, and after.
type Line = (String, Option<String>, String);

fn gather(cx: &Cx, added: &[AddedField], fields: &Map<String, Json>, lines: &mut Vec<Line>) {
    let original = fields.get("original").and_then(Json::as_object);
    for (field, value) in fields.iter().filter(|(field, _)| *field != "original") {
        match value {
            Json::Object(inner) => {
                for (field, value) in inner {
                    let before = original.map(|o| o.get(field).unwrap_or(&Json::Null));
                    if before == Some(value) {
                        continue;
                    }
                    let before = before.and_then(|b| shown(cx, added, field, b));
                    if let Some(after) = shown(cx, added, field, value) {
                        lines.push((field.clone(), before, after));
                    }
                }
            }
            Json::Array(items) if items.iter().any(|item| item.get("field").is_some()) => {
                for item in items {
                    lines.extend(edit(cx, added, item));
                }
            }
            value => {
                lines.extend(shown(cx, added, field, value).map(|v| (field.clone(), None, v)));
            }
        }
    }
}

/// One edit of a field: its name, what the form showed, what was typed.
fn edit(cx: &Cx, added: &[AddedField], item: &Json) -> Option<Line> {
    let field = item.get("field")?.as_str()?;
    let before = shown(cx, added, field, item.get("original")?);
    let none = || cx.l.t("ui-not-given");
    let after = shown(cx, added, field, item.get("value")?).unwrap_or_else(none);
    (before.as_ref() != Some(&after)).then(|| (field.to_owned(), before, after))
}

/// A value as people read it; none for nothing, and for ids of things without a name here.
fn shown(cx: &Cx, added: &[AddedField], field: &str, value: &Json) -> Option<String> {
    let l = &cx.l;
    match value {
        Json::Null | Json::Object(_) => None,
        Json::Bool(yes) => Some(l.t(if *yes { "branch-yes" } else { "branch-no" })),
        Json::Number(number) => {
            Some(number.as_i64().map_or_else(|| number.to_string(), |whole| l.int(whole)))
        }
        Json::String(text) if text.is_empty() => None,
        Json::String(text) => {
            let words = text_words(cx, added, field, text);
            (words != *text || text.parse::<Uuid>().is_err()).then_some(words)
        }
        Json::Array(items) => {
            let words: Vec<String> =
                items.iter().filter_map(|item| shown(cx, added, field, item)).collect();
            (!words.is_empty()).then(|| words.join(", "))
        }
    }
}

/// Ids become names, dates and known words become those of the reader's language.
fn text_words(cx: &Cx, added: &[AddedField], field: &str, text: &str) -> String {
    let l = &cx.l;
    if let Some(added) = added.iter().find(|f| f.key == field) {
        return added.value(text);
    }
    if let Ok(id) = text.parse::<Uuid>() {
        let loaded = cx.app.services.directory.get();
        let staff = loaded.staff.get(&id.into()).map(|s| s.shown_name(l.lang));
        let branch = loaded.branches.get(&id.into()).map(|b| b.shown_name(l.lang));
        let team = loaded.teams.get(&id.into()).map(|t| t.shown_name(l.lang));
        return staff.or(branch).or(team).map_or_else(|| text.to_owned(), str::to_owned);
    }
    if let (10, Ok(day)) = (text.len(), text.parse::<Date>()) {
        return l.date(day);
    }
    let value = format!("value-{}", field.replace(['.', '_'], "-"));
    let words = lookups(l, &[&value, &field.replace('_', "-")], text);
    match words.char_indices().nth(VALUE_CHARS) {
        Some((end, _)) => format!("{}…", words.get(..end).unwrap_or(&words)),
        None => words,
    }
}
