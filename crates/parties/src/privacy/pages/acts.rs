//! The acts of erasure, and what a law still keeps of a person.

use axum::extract::Path;
use axum::response::Response;
use kernel::limits::PAGE_ROWS;
use kernel::{ClientId, Refusals, Timestamp};
use maud::{Markup, html};
use serde_json::{Map, Value as Json};
use spine::{Command, Error};
use uuid::Uuid;
use web::ui::{
    self, Cell, Column, Field, Form, Kv, PageHeader, Pager, Panel, Row, Table, Tone, stack,
};
use web::{Answer, Cx, FormData};

use super::HOME;
use super::give::table;
use crate::contacts::frame::{id as read_id, status, summary};
use crate::privacy::commands::OpenArchive;
use crate::privacy::model::ErasureState;
use crate::privacy::queries::{self, Act};
use crate::privacy::report::{Section, is_told_column};
use crate::privacy::words::name_key;

pub(super) async fn list(mut cx: Cx) -> Answer {
    let query = FormData::parse(cx.path.split_once('?').map_or("", |(_, query)| query));
    let mark = query.text("mark");
    let mark = mark.split_once('_').and_then(|(at, id)| {
        Some((Timestamp::from_micros(at.parse().ok()?), id.parse::<ClientId>().ok()?))
    });
    let newest = (Timestamp::from_micros(i64::MAX), ClientId::from(Uuid::max()));
    let limit = i64::try_from(PAGE_ROWS).unwrap_or(50) + 1;
    let mut rows = queries::acts(&mut cx.db, mark.unwrap_or(newest), limit).await?;
    let has_more = rows.len() > PAGE_ROWS;
    rows.truncate(PAGE_ROWS);
    let l = &cx.l;
    let none = ui::empty("eraser", &l.t("erasures-none"), &l.t("erasures-none-words"), None);
    let mut table = Table::new("erasures", l.t("erasures"))
        .column(Column::text(l.t("erasure-number")))
        .column(Column::text(l.t("erase-basis")).wide())
        .column(Column::text(l.t("erasure-at")))
        .column(Column::text(l.t("erasure-state")).wide())
        .empty(none);
    for act in &rows {
        table = table.row(
            Row::new(act.client_id)
                .href(format!("{HOME}/{}", act.client_id))
                .cell(Cell::text(&act.number))
                .cell(Cell::text(l.t(&format!("erase-basis-{}", act.basis.key()))))
                .cell(Cell::text(l.datetime(act.at)))
                .cell(Cell::markup(state_mark(&cx, act))),
        );
    }
    if let Some(last) = rows.last().filter(|_| has_more) {
        let mark = format!("{}_{}", last.at.micros(), last.client_id);
        let next = Some(format!("{HOME}{}", ui::query_string([("mark", mark.as_str())])));
        table = table.pager(Pager { previous: None, next, words: l.t("erasures-newest") });
    }
    let content = html! {
        (PageHeader::new(l.t("erasures")).lead(html! { (l.t("erasures-lead")) }).render(l))
        (table.render(l))
    };
    Ok(cx.page(&l.t("erasures"), &content))
}

fn state_mark(cx: &Cx, act: &Act) -> Markup {
    let l = &cx.l;
    match (act.state, act.kept_until) {
        (ErasureState::Kept, Some(until)) => ui::badge(
            Tone::Attention,
            &l.ta("erasure-kept-until", &[("until", l.date(until).into())]),
        ),
        _ => ui::dot(Tone::Neutral, &l.t("erasure-destroyed")),
    }
}

async fn act(cx: &Cx, id: &str) -> Result<Act, Error> {
    queries::act(&mut cx.db.clone(), read_id(id)?).await?.ok_or(Error::NotFound)
}

pub(super) async fn page(cx: Cx, Path(id): Path<String>) -> Answer {
    let act = act(&cx, &id).await?;
    Ok(shown(&cx, &act, Vec::new(), "", &Refusals::default()))
}

/// The act to print, and below it what was opened.
fn shown(cx: &Cx, act: &Act, opened: Vec<Markup>, reason: &str, refusals: &Refusals) -> Response {
    let l = &cx.l;
    let title = l.ta("erasure-title", &[("number", (&act.number).into())]);
    let author =
        act.author_id.map(|id| cx.app.services.directory.get().staff_name(id, l.lang).to_owned());
    let mut kv = Kv::new("erasure")
        .line(l.t("erase-basis"), html! { (l.t(&format!("erase-basis-{}", act.basis.key()))) })
        .line(l.t("erase-asked-on"), html! { (l.date(act.asked_on)) })
        .line(l.t("erase-note"), html! { (act.note) })
        .line(l.t("erasure-at"), html! { (l.datetime(act.at)) })
        .line(l.t("erasure-by"), html! { (author.unwrap_or_default()) })
        .line(l.t("erasure-state"), state_mark(cx, act));
    if !act.law.is_empty() {
        kv = kv.line(l.t("erasure-law"), html! { (act.law) });
    }
    if let Some(at) = act.destroyed_at {
        kv = kv.line(l.t("erasure-destroyed-at"), html! { (l.datetime(at)) });
    }
    let how = html! { (l.t("erasure-how")) };
    let mut parts = vec![Panel::new(l.t("erasure-act")).footer(how).render(&kv.render(l))];
    parts.extend(counts(cx, act));
    if act.state == ErasureState::Kept {
        let opening = opening(cx, act, reason, refusals);
        parts.push(Panel::new(l.t("erasure-archive")).icon("lock").render(&opening));
    }
    parts.extend(opened);
    let header = PageHeader::new(&title).crumb(HOME, l.t("erasures")).render(l);
    let content = html! { (header) (stack(&parts)) };
    let status = status(refusals);
    cx.page_with_status(status, &title, &content)
}

fn counts(cx: &Cx, act: &Act) -> Option<Markup> {
    let l = &cx.l;
    let counts = act.counts.as_object()?;
    let mut table = Table::new("erasure-counts", l.t("erasure-counts"))
        .column(Column::text(l.t("erasure-what")).wide())
        .column(Column::number(l.t("erasure-rows")));
    for (at, (name, rows)) in counts.iter().enumerate() {
        table = table.row(
            Row::new(at)
                .cell(Cell::text(l.t(&name_key("table", name))))
                .cell(Cell::number(l, rows.as_i64().unwrap_or(0))),
        );
    }
    Some(Panel::new(l.t("erasure-counts")).flush().render(&table.render(l)))
}

fn opening(cx: &Cx, act: &Act, reason: &str, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let body = html! {
        (summary(cx, refusals, &["reason"]))
        (Field::text("reason", l.t("erasure-open-reason")).value(reason).full().required()
            .error(cx.field_error(refusals, "reason")).render(l))
    };
    Form::post(format!("{HOME}/{}/open", act.client_id))
        .hidden("_id", cx.form_id())
        .submit(l.t("erasure-open"))
        .render(l, &body)
}

pub(super) async fn open(cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let act = act(&cx, &id).await?;
    let command = OpenArchive { client_id: act.client_id, reason: sent.text("reason") };
    let note = sent.command_id()?;
    match cx.execute(note, &command).await {
        Ok(()) => {
            let place = format!("{HOME}/{}/archive/{note}", act.client_id);
            Ok(cx.done(&place, "flash-archive-noted"))
        }
        Err(Error::Refused(refusals)) => {
            Ok(shown(&cx, &act, Vec::new(), &command.reason, &refusals))
        }
        Err(error) => Err(error.into()),
    }
}

/// What is kept, for an hour after the reason was written down.
pub(super) async fn archive(cx: Cx, Path((id, note)): Path<(String, String)>) -> Answer {
    let act = act(&cx, &id).await?;
    let mut db = cx.db.clone();
    let asked = (OpenArchive::NAME, cx.principal().user_id);
    if !queries::was_noted(&mut db, read_id(&note)?, asked, cx.now()).await? {
        return Ok(cx.done(&format!("{HOME}/{}", act.client_id), "flash-note-over"));
    }
    let archive = queries::archive(&mut db, act.client_id).await?.ok_or(Error::NotFound)?;
    let sections = sections(&archive);
    let opened = sections.iter().map(|section| table(&cx, section)).collect();
    Ok(shown(&cx, &act, opened, "", &Refusals::default()))
}

fn sections(archive: &Json) -> Vec<Section> {
    let tables = archive.get("rows").and_then(Json::as_object);
    let row = |row: &Json| {
        let fields = row.as_object()?.iter().filter(|(name, _)| is_told_column(name));
        Some(fields.map(|(name, value)| (name.clone(), value.clone())).collect::<Map<_, _>>())
    };
    let section = |(table, rows): (&String, &Json)| Section {
        table: table.clone(),
        rows: rows.as_array().into_iter().flatten().filter_map(row).collect(),
    };
    tables.into_iter().flatten().map(section).collect()
}
