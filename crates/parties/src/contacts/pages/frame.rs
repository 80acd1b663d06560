//! What all dialogs and panels of this slice share.

use std::str::FromStr;

use axum::http::StatusCode;
use axum::response::Response;
use kernel::{ClientId, Date, Refusals};
use maud::{Markup, html};
use spine::secrecy::{Group, hidden};
use spine::{Conflict, Error};
use store::Reader;
use web::i18n::L;
use web::ui::{self, ConflictBy, ConflictField, Field, Opt, PageHeader};
use web::{Answer, Cx, FormData};

use crate::client::queries::{self, ClientHead};
use crate::contacts::model::{SOURCES, is_stale};
use crate::contacts::queries::Origin;

/// A client as the person who asks may deal with him.
pub(crate) struct Seen {
    pub(crate) head: ClientHead,
    /// He may change the client, and sees what is asked for.
    pub(crate) may_edit: bool,
    /// What is asked for is hidden from him.
    pub(crate) is_hidden: bool,
    pub(crate) db: Reader,
}

/// The client of a panel that shows a group of fields; what is shown of a secret card is noted.
///
/// # Errors
/// Not found when out of scope.
pub(crate) async fn seen(cx: &Cx, client: ClientId, group: Group) -> Result<Seen, Error> {
    let mut db = cx.db.clone();
    let head = queries::head(&mut db, cx.principal(), client).await?;
    let is_hidden = !cx.reads(head.owner(), group);
    let may_edit = !is_hidden && cx.principal().reaches("client.edit", head.owner());
    Ok(Seen { head, may_edit, is_hidden, db })
}

/// As [`seen`], for a page of nothing but this group.
///
/// # Errors
/// Also forbidden, when it is hidden.
pub(crate) async fn shown(cx: &Cx, client: ClientId, group: Group) -> Result<Seen, Error> {
    let seen = seen(cx, client, group).await?;
    if seen.is_hidden { Err(hidden(group)) } else { Ok(seen) }
}

/// As [`seen`], for a dialog that changes something.
///
/// # Errors
/// Not found when the client is out of reach for editing.
pub(crate) async fn editable(cx: &Cx, client: ClientId, group: Group) -> Result<Seen, Error> {
    let seen = seen(cx, client, group).await?;
    if seen.may_edit { Ok(seen) } else { Err(Error::NotFound) }
}

/// An id in an address; a text that is none leads nowhere.
///
/// # Errors
/// Not found.
pub(crate) fn id<T: FromStr>(text: &str) -> Result<T, Error> {
    text.parse().map_err(|_| Error::NotFound)
}

/// The card of a client.
pub(crate) fn card(client: ClientId) -> String {
    format!("/clients/{client}")
}

/// What a client is called; one without a name by his number.
pub(crate) fn name_of(l: &L, head: &ClientHead) -> String {
    if head.display_name.is_empty() {
        l.ta("client-nameless", &[("number", (&head.number).into())])
    } else {
        head.display_name.clone()
    }
}

/// A dialog, or the same as a page where no script asks.
pub(crate) fn dialog(
    cx: &Cx,
    status: StatusCode,
    head: &ClientHead,
    title: &str,
    body: &Markup,
) -> Response {
    let content = if cx.is_fragment {
        ui::dialog_fragment(&cx.l, title, body)
    } else {
        html! {
            (PageHeader::new(title).crumb(card(head.id), name_of(&cx.l, head)).render(&cx.l))
            (body)
        }
    };
    cx.page_with_status(status, title, &content)
}

/// The status of a form that is shown for the first time or with refusals.
pub(crate) fn status(refusals: &Refusals) -> StatusCode {
    if refusals.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY }
}

/// The refusals that stand at none of the shown fields.
pub(crate) fn summary(cx: &Cx, refusals: &Refusals, fields: &[&str]) -> Markup {
    let at_field = |r: &&kernel::Refusal| r.field.as_deref().is_some_and(|f| fields.contains(&f));
    let rest = refusals.0.iter().filter(|r| !at_field(r));
    ui::error_summary(&cx.l, &cx.refusal_words(rest))
}

/// A conflict: the chooser, and everything else that was typed kept beside it.
pub(crate) fn conflict(
    cx: &Cx,
    head: &ClientHead,
    title: &str,
    action: &str,
    sent: &FormData,
    conflict: &Conflict,
) -> Response {
    let form_id = cx.form_id();
    let is_about = |name: &str| conflict.fields.iter().any(|f| f.field == name);
    let mut hidden: Vec<(String, String)> = sent
        .pairs()
        .filter(|(name, _)| {
            *name != "_id" && !is_about(name) && !name.strip_prefix("o_").is_some_and(is_about)
        })
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    hidden.push(("_id".to_owned(), form_id));
    let mut fields = Vec::new();
    for field in &conflict.fields {
        hidden.push((format!("o_{}", field.field), field.theirs.clone()));
        fields.push(ConflictField {
            name: field.field.clone(),
            label: field_name(&cx.l, &field.field),
            mine: field.mine.clone(),
            theirs: field.theirs.clone(),
            original: field.original.clone(),
            words: None,
        });
    }
    let directory = cx.app.services.directory.get();
    let who = conflict.fields.iter().find_map(|f| f.theirs_by);
    let by = ConflictBy {
        who: who.map_or_else(
            || cx.l.t("contacts-somebody"),
            |user| directory.staff_name(user, cx.l.lang).to_owned(),
        ),
        at: conflict.fields.iter().find_map(|f| f.theirs_at).unwrap_or(cx.now()),
    };
    let hidden: Vec<(&str, &str)> =
        hidden.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let body = ui::conflict_chooser(&cx.l, action, &hidden, &by, &fields);
    dialog(cx, StatusCode::CONFLICT, head, title, &body)
}

/// What a command answered, as the end of a request: done, the form again, or a failure.
pub(crate) fn finish<T>(
    cx: &Cx,
    outcome: Result<T, Error>,
    to: &str,
    flash: &str,
    again: impl FnOnce(Result<Refusals, Conflict>) -> Response,
) -> Answer {
    match outcome {
        Ok(_) => Ok(cx.done(to, flash)),
        Err(Error::Refused(refusals)) => Ok(again(Ok(refusals))),
        Err(Error::Conflict(conflict)) => Ok(again(Err(conflict))),
        Err(error) => Err(error.into()),
    }
}

/// Where a value came from, in words; a feed is called by its name.
pub(crate) fn source_words(l: &L, source: &str) -> String {
    if let Some(("import", feed)) = source.split_once(':') {
        return l.ta("source-import", &[("feed", feed.into())]);
    }
    let key = format!("source-{source}");
    if l.texts.has(l.lang, &key) { l.t(&key) } else { source.to_owned() }
}

/// The name of a field, as in the journal.
pub(crate) fn field_name(l: &L, field: &str) -> String {
    l.t(&format!("field-{}", field.replace('_', "-")))
}

/// The mark that tells source, author and age of a value.
pub(crate) fn source_mark(cx: &Cx, origin: &Origin) -> ui::Source {
    let directory = cx.app.services.directory.get();
    ui::Source {
        origin: source_words(&cx.l, &origin.source),
        author: origin.author_id.map(|user| directory.staff_name(user, cx.l.lang).to_owned()),
        at: origin.at,
        is_stale: is_stale(origin.at, cx.now()),
    }
}

/// The field that asks where a value comes from.
pub(crate) fn source_field(cx: &Cx, value: &str) -> Markup {
    let l = &cx.l;
    let mut options: Vec<Opt> = SOURCES.iter().map(|s| Opt::new(*s, source_words(l, s))).collect();
    if !value.is_empty() && !SOURCES.contains(&value) {
        options.push(Opt::new(value, source_words(l, value)));
    }
    let value = if value.is_empty() { "client" } else { value };
    Field::select("source", l.t("contacts-source"), options).value(value).render(l)
}

/// A date as people type it in both languages.
pub(crate) fn date_input(day: Option<Date>) -> String {
    day.map(|d| format!("{:02}.{:02}.{:04}", d.day(), d.month(), d.year())).unwrap_or_default()
}

/// A typed date as ISO text; a text that is no date stays as it is, for the command to refuse.
pub(crate) fn iso_date(cx: &Cx, sent: &FormData, name: &str) -> String {
    let typed = sent.text(name);
    kernel::parse_date(&typed, cx.l.today).map_or(typed, |d| d.to_string())
}

/// A quiet line with a button, where a panel of the rail has nothing to show.
pub(crate) fn nothing(words: &str, action: Option<ui::Button>) -> Markup {
    html! {
        p.quiet { (words) }
        @if let Some(button) = action { (button) }
    }
}

/// The quiet plus at the head of a panel.
pub(crate) fn plus(label: &str, src: &str) -> Markup {
    html! {
        a.btn.quiet.square href=(src) data-dialog-src=(src) aria-label=(label) title=(label) {
            (web::icons::icon("plus"))
        }
    }
}

/// The button at the left end of a form that puts the thing away.
pub(crate) fn archive_button(cx: &Cx, action: &str) -> Markup {
    ui::Button::quiet(cx.l.t("contacts-archive"))
        .icon("trash-2")
        .submit()
        .attribute("formaction", format!("{action}/archive"))
        .attribute("formnovalidate", "")
        .render()
}
