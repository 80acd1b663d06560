//! The timeline of a client: on the card as a panel, and as a page of its own for older parts and
//! searches without scripts.

use std::collections::BTreeMap;

use axum::extract::{Path, RawQuery};
use kernel::{ClientId, InteractionId, TaskId, Timestamp};
use maud::{Markup, html};
use serde_json::Value as Json;
use spine::secrecy::{Group, Groups, is_told};
use spine::{Error, Owner};
use store::journal::Entry;
use web::icons::icon;
use web::ui::{self, Button, Moment, PageHeader, Panel, TimelineEntry, Tone};
use web::{AddedField, Answer, Cx, FormData, i18n::L};

use super::history::{self, Asked, Item, Page};
use crate::interaction::commands::INTERACTION;
use crate::interaction::model::TimelineFilter;
use crate::interaction::queries::{Contact, Place, TaskMark};
use crate::parts;
use crate::queries::client_ref;
use crate::task::model::{TaskKind, TaskState};
use crate::task::queries as tasks;

/// The id of the panel, also where searches put their answer.
const PANEL: &str = "panel-timeline";
/// Longest value of a changed field that is shown (characters).
const VALUE_CHARS_MAX: usize = 80;

/// `GET /clients/{id}/timeline?before=…&type=…&q=…`
pub(super) async fn page(mut cx: Cx, Path(id): Path<String>, RawQuery(query): RawQuery) -> Answer {
    let id: ClientId = parts::id(&id)?;
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let client = client_ref::visible(&mut cx.db, &principal, id).await?;
    principal.require_over("interaction.read", client.owner())?;
    cx.reads(client.owner(), Group::History);
    let sent = FormData::parse(&query.unwrap_or_default());
    let asked = Asked {
        filter: TimelineFilter::from_key(&sent.text("type")),
        query: sent.text("q"),
        below: Place::from_word(&sent.text("before")),
    };
    let panel = panel(&cx, (id, client.owner()), &asked).await?;
    let name = parts::client_name(&cx.l, &client);
    let title = cx.l.ta("timeline-of", &[("name", (&name).into())]);
    let content = html! {
        @if !cx.is_fragment {
            (PageHeader::new(cx.l.t("timeline-title")).crumb(format!("/clients/{id}"), name).render(&cx.l))
        }
        (panel)
    };
    Ok(cx.page(&title, &content))
}

/// The panel: search, chips and one part of the timeline.
pub(super) async fn panel(
    cx: &Cx,
    (id, owner): (ClientId, Owner),
    asked: &Asked,
) -> Result<Markup, Error> {
    let l = &cx.l;
    let page = history::read(cx, (id, owner), asked).await?;
    let ids = history::named_tasks(&page.items);
    let titles = tasks::titles(&mut cx.db.clone(), &ids).await?;
    let added = cx.added_fields().await?;
    let own = own_words(cx, &page.items).await?;
    let names = Names { titles: &titles, added: &added, own: &own };
    let entries: Vec<TimelineEntry> =
        page.items.iter().map(|item| entry(cx, item, (&page, &names))).collect();
    let more = page.next.map(|place| address(id, asked.filter, &asked.query, Some(place)));
    let body = html! {
        (search_bar(l, id, asked))
        @if entries.is_empty() && more.is_none() { (nothing(l, id, asked)) }
        @else { (ui::timeline(l, &entries, more.as_deref())) }
    };
    let src = format!("/clients/{id}/panel/timeline");
    let mut panel = Panel::new(l.t("timeline-title")).id(PANEL).icon("history");
    // a searched or older part stays as it is while the person reads it
    if asked.filter == TimelineFilter::All && asked.query.is_empty() && asked.below == Place::TOP {
        panel = panel.live(format!("client:{id}"), src);
    }
    Ok(panel.render(&body))
}

fn address(id: ClientId, filter: TimelineFilter, query: &str, below: Option<Place>) -> String {
    let before = below.map(Place::word).unwrap_or_default();
    let kind = if filter == TimelineFilter::All { "" } else { filter.key() };
    let pairs = [("type", kind), ("q", query), ("before", before.as_str())];
    let query = ui::query_string(pairs.into_iter().filter(|(_, value)| !value.is_empty()));
    format!("/clients/{id}/timeline{}", if query == "?" { "" } else { &query })
}

fn search_bar(l: &L, id: ClientId, asked: &Asked) -> Markup {
    let action = format!("/clients/{id}/timeline");
    let target = format!("#{PANEL}");
    html! {
        div.filter {
            form.filter-search method="get" action=(action) role="search" hx-get=(action) hx-target=(target)
                hx-select=(target) hx-swap="outerHTML" {
                (icon("search"))
                input type="search" name="q" value=(asked.query) aria-label=(l.t("timeline-search"))
                    placeholder=(l.t("timeline-search-example"));
                @if asked.filter != TimelineFilter::All { input type="hidden" name="type" value=(asked.filter.key()); }
            }
            @for filter in TimelineFilter::ALL { (chip(l, id, asked, filter)) }
        }
    }
}

fn chip(l: &L, id: ClientId, asked: &Asked, filter: TimelineFilter) -> Markup {
    let href = address(id, filter, &asked.query, None);
    let target = format!("#{PANEL}");
    let label = l.t(&format!("timeline-filter-{}", filter.key()));
    let button = if filter == asked.filter {
        Button::secondary(label).attribute("aria-current", "true")
    } else {
        Button::quiet(label)
    };
    button
        .href(href.as_str())
        .attribute("hx-get", href.as_str())
        .attribute("hx-target", target.as_str())
        .attribute("hx-select", target.as_str())
        .attribute("hx-swap", "outerHTML")
        .render()
}

fn nothing(l: &L, id: ClientId, asked: &Asked) -> Markup {
    if asked.query.is_empty() && asked.filter == TimelineFilter::All {
        let log = Button::secondary(l.t("interaction-log-phone"))
            .icon("phone")
            .dialog(format!("/clients/{id}/log?channel=phone"));
        ui::empty("history", &l.t("timeline-empty"), &l.t("timeline-empty-words"), Some(log))
    } else {
        let all =
            Button::secondary(l.t("timeline-show-all")).href(format!("/clients/{id}/timeline"));
        ui::empty("search", &l.t("timeline-none"), &l.t("timeline-none-words"), Some(all))
    }
}

/// What things and fields that changed are called.
struct Names<'a> {
    titles: &'a BTreeMap<TaskId, String>,
    added: &'a [AddedField],
    own: &'a BTreeMap<InteractionId, Vec<(String, String)>>,
}

/// What stands in the bank's own fields of contacts, in words.
async fn own_words(
    cx: &Cx,
    items: &[Item],
) -> Result<BTreeMap<InteractionId, Vec<(String, String)>>, Error> {
    let contacts = items.iter().filter_map(|item| match item {
        Item::Contact(contact) if !contact.row.custom.0.is_empty() => Some(&contact.row),
        Item::Contact(_) | Item::Made(_) | Item::Closed(_) | Item::Changed(_) => None,
    });
    let rows: Vec<_> = contacts.collect();
    if rows.is_empty() {
        return Ok(BTreeMap::new());
    }
    let own = cx.own(INTERACTION.key).await?;
    let words = own.words(cx, rows.iter().map(|row| &row.custom).collect()).await?;
    Ok(rows.iter().map(|row| row.id).zip(words).collect())
}

fn entry(cx: &Cx, item: &Item, (page, names): (&Page, &Names<'_>)) -> TimelineEntry {
    let seen_at = page.seen_at;
    let entry = match item {
        Item::Contact(contact) => contact_entry(cx, contact, names),
        Item::Made(mark) => made_entry(cx, mark),
        Item::Closed(mark) => closed_entry(cx, mark),
        Item::Changed(entries) => changed_entry(cx, entries, page.groups, names),
    };
    // what one did oneself is not news
    let me = cx.principal().user_id;
    let (written, by) = match item {
        Item::Contact(c) => (c.row.created_at, c.row.author_id),
        Item::Made(m) | Item::Closed(m) => (m.at, m.by),
        Item::Changed(list) => list
            .first()
            .map_or((Timestamp::from_micros(0), None), |e| (e.draft.at, e.draft.actor_id)),
    };
    entry.new_since(by != me && seen_at.is_some_and(|seen| written > seen))
}

fn contact_entry(cx: &Cx, contact: &Contact, names: &Names<'_>) -> TimelineEntry {
    let l = &cx.l;
    let row = &contact.row;
    let mut what = l.t(&format!("interaction-head-{}-{}", row.channel.key(), row.direction.key()));
    if !row.topic.is_empty() {
        what = format!("{what} · {}", l.t(&format!("interaction-topic-{}", row.topic)));
    }
    let title = html! {
        @if contact.is_corrected { del { (what) @if !row.subject.is_empty() { ": " (row.subject) } } }
        @else { (what) @if !row.subject.is_empty() { ": " (row.subject) } }
        @if contact.is_corrected { " " (ui::badge(Tone::Neutral, &l.t("interaction-was-corrected"))) }
        @if row.corrects_id.is_some() { " " (ui::badge(Tone::Neutral, &l.t("interaction-is-correction"))) }
    };
    let mark = row.channel.icon(row.direction);
    let who = parts::staff_name(cx, row.author_id);
    let mut entry = TimelineEntry::new(row.id, mark, Moment::At(row.at), who, title);
    let own = names.own.get(&row.id).map_or(&[][..], Vec::as_slice);
    if !row.body.is_empty() || !own.is_empty() {
        entry = entry.body(html! {
            @if contact.is_corrected { del { (row.body) } } @else { (row.body) }
            @if !own.is_empty() && !contact.is_corrected {
                dl.kv { @for (label, text) in own { div.kv-line { dt { (label) } dd { (text) } } } }
            }
        });
    }
    if !row.result.is_empty() && !contact.is_corrected {
        let words = l.t(&format!("interaction-result-{}", row.result));
        entry = entry.result(ui::badge(result_tone(&row.result), &words));
    }
    if let Some(next) = &contact.next {
        let state = l.t(&format!("task-state-{}", next.state.key()));
        entry = entry.next_step(html! {
            a href={ "/tasks/" (next.id) } data-dialog-src={ "/tasks/" (next.id) } { (next.title) }
            " · "
            @match next.state {
                TaskState::Open => (parts::due(l, next.due_on, None)),
                TaskState::Done => (ui::badge(Tone::Good, &state)),
                TaskState::Cancelled => (ui::badge(Tone::Neutral, &state)),
            }
            " · " (parts::staff_name(cx, Some(next.assignee_id)))
        });
    }
    if !contact.is_corrected && cx.principal().has("interaction.log") {
        let label = l.t("interaction-correct");
        let src = format!("/interactions/{}/correct", row.id);
        entry = entry.actions(html! {
            a.btn.quiet.square href=(src) data-dialog-src=(src) aria-label=(label) title=(label) { (icon("pencil")) }
        });
    }
    entry
}

fn result_tone(result: &str) -> Tone {
    match result {
        "resolved" | "agreed" => Tone::Good,
        "refused" => Tone::Danger,
        "callback" | "no_answer" => Tone::Attention,
        _ => Tone::Neutral,
    }
}

fn task_title(mark: &TaskMark, words: &str) -> Markup {
    html! {
        (words) ": "
        a href={ "/tasks/" (mark.id) } data-dialog-src={ "/tasks/" (mark.id) } { (mark.title) }
    }
}

fn made_entry(cx: &Cx, mark: &TaskMark) -> TimelineEntry {
    let l = &cx.l;
    let words = l.t(&format!("timeline-made-{}", mark.kind.key()));
    let who = parts::staff_name(cx, mark.by);
    let id = format!("made-{}", mark.id);
    let entry = TimelineEntry::new(
        id,
        mark.kind.icon(),
        Moment::At(mark.at),
        who,
        task_title(mark, &words),
    );
    match mark.state {
        TaskState::Open => entry.next_step(html! {
            (parts::due(l, mark.due_on, None)) " · " (parts::staff_name(cx, Some(mark.assignee_id)))
        }),
        TaskState::Done | TaskState::Cancelled => entry,
    }
}

fn closed_entry(cx: &Cx, mark: &TaskMark) -> TimelineEntry {
    let l = &cx.l;
    let done = mark.state == TaskState::Done;
    let words = match (done, mark.kind) {
        (true, TaskKind::Promise) => l.t("timeline-promise-kept"),
        (true, TaskKind::Task | TaskKind::Call | TaskKind::Meeting) => l.t("timeline-task-done"),
        (false, _) => l.t("timeline-task-cancelled"),
    };
    let (icon, tone) = if done { ("circle-check", Tone::Good) } else { ("ban", Tone::Neutral) };
    let who = parts::staff_name(cx, mark.by);
    let id = format!("closed-{}", mark.id);
    let entry =
        TimelineEntry::new(id, icon, Moment::At(mark.at), who, task_title(mark, &words)).tone(tone);
    if mark.result.is_empty() { entry } else { entry.body(html! { (mark.result) }) }
}

/// One quiet line for what one command changed; the values fold out of it.
fn changed_entry(cx: &Cx, entries: &[Entry], groups: Groups, names: &Names<'_>) -> TimelineEntry {
    let l = &cx.l;
    let at = entries.first().map_or(Timestamp::from_micros(0), |e| e.draft.at);
    let by = entries.first().and_then(|e| e.draft.actor_id);
    let id = entries.first().map_or_else(String::new, |e| format!("change-{}", e.draft.command_id));
    let mut things: Vec<String> = Vec::new();
    let mut lines: Vec<(String, String, String)> = Vec::new();
    for entry in entries {
        let thing = thing_name(l, entry, names.titles);
        if !things.contains(&thing) {
            things.push(thing);
        }
        lines.extend(changed_fields(cx, entry, (groups, names.added)));
    }
    let fields = l.ta("timeline-fields", &[("n", lines.len().into())]);
    let title = html! { span.quiet { (l.t("timeline-changed")) ": " (things.join(", ")) } };
    let entry = TimelineEntry::new(id, "pencil", Moment::At(at), parts::staff_name(cx, by), title);
    if lines.is_empty() {
        return entry;
    }
    entry.body(html! {
        details {
            summary { span.fold-mark { (icon("chevron-right")) } (fields) }
            dl.kv {
                @for (name, before, after) in &lines {
                    div.kv-line {
                        dt { (name) }
                        dd { @if !before.is_empty() { del { (before) } " → " } (after) }
                    }
                }
            }
        }
    })
}

fn thing_name(l: &L, entry: &Entry, titles: &BTreeMap<TaskId, String>) -> String {
    if let Some(title) = titles.get(&TaskId::from_uuid(entry.draft.entity_id)) {
        return title.clone();
    }
    let key = format!("entity-{}", entry.draft.entity.replace('_', "-"));
    if l.texts.has(l.lang, &key) { l.t(&key) } else { l.t("entity-client") }
}

fn changed_fields(
    cx: &Cx,
    entry: &Entry,
    (groups, added): (Groups, &[AddedField]),
) -> Vec<(String, String, String)> {
    if entry.draft.entity == "identifier" {
        // numbers of documents: the documents panel knows who may see them
        return Vec::new();
    }
    let changes: Json = serde_json::from_str(&entry.draft.changes).unwrap_or_default();
    let Some(fields) = changes.as_object() else {
        return Vec::new();
    };
    let of = |field: &str| AddedField::of(added, (&entry.draft.entity, &changes), field);
    let name = |field: &str| {
        if let Some(added) = of(field) {
            return added.label.clone();
        }
        // both spellings are in use: a column's and a text key's
        let keys = [format!("field-{field}"), format!("field-{}", field.replace('_', "-"))];
        let known = keys.iter().find(|key| cx.l.texts.has(cx.l.lang, key));
        known.map_or_else(|| field.replace('_', " "), |key| cx.l.t(key))
    };
    let value = |field: &str, values: &Json, at: usize| {
        let value = values.get(at).unwrap_or(&Json::Null);
        let words = of(field).zip(value.as_str()).filter(|(added, _)| !added.words.is_empty());
        words.map_or_else(|| shown(cx, value), |(added, text)| added.value(text))
    };
    let told = fields.iter().filter(|(field, _)| is_told(groups, &entry.draft.entity, field));
    told.map(|(field, v)| (name(field), value(field, v, 0), value(field, v, 1))).collect()
}

/// A value as people read it: dates, names of staff and branches; other ids say nothing to anybody.
fn shown(cx: &Cx, value: &Json) -> String {
    let text = match value {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        Json::Bool(yes) => cx.l.t(if *yes { "engagement-yes" } else { "engagement-no" }),
        Json::Null | Json::Array(_) | Json::Object(_) => String::new(),
    };
    if let Ok(id) = text.parse::<uuid::Uuid>() {
        let directory = cx.app.services.directory.get();
        let staff = directory.staff_name(id.into(), cx.l.lang);
        let known =
            if staff.is_empty() { directory.branch_name(id.into(), cx.l.lang) } else { staff };
        return known.to_owned();
    }
    if let Some(day) = text.parse().ok().filter(|_| text.len() == 10) {
        return cx.l.date(day);
    }
    text.chars().take(VALUE_CHARS_MAX).collect()
}
