//! The list of projects and events.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use kernel::{ProjectId, limits};
use maud::{Markup, html};
use spine::Error;
use web::ui::{self, Button, Cell, Column, PageHeader, Pager, Row, Tab, Table, Tone};
use web::{Answer, Cx, FormData, OwnList, i18n::L};

use crate::parts;
use crate::project::commands::PROJECT;
use crate::project::model::{KINDS, ProjectStatus};
use crate::project::queries::{self, ProjectRow};

pub(super) async fn page(mut cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let l = cx.l.clone();
    let query = query.unwrap_or_default();
    let own = OwnList::read(&cx, (PROJECT.key, PROJECT.home), &query).await?;
    let sent = FormData::parse(&query);
    let kind = KINDS.into_iter().find(|k| *k == sent.text("kind"));
    let below = place(&sent.text("below"));
    let limit = i64::try_from(limits::PAGE_ROWS).unwrap_or(50);
    let page = queries::Page { kind, below, limit: limit + 1, own: &own.asked };
    let mut rows = match &own.unclear {
        None => queries::list(&mut cx.db, page).await?,
        Some(_) => Vec::new(),
    };
    let has_more = rows.len() > limits::PAGE_ROWS;
    rows.truncate(limits::PAGE_ROWS);
    let next = rows.last().filter(|_| has_more).map(|(last, place)| {
        let place = format!("{place}_{}", last.id);
        own.address(&[("below", &place)])
    });
    let tabs: Vec<Tab> = std::iter::once(None)
        .chain(KINDS.into_iter().map(Some))
        .map(|k| {
            let label =
                k.map_or_else(|| l.t("project-all"), |k| l.t(&format!("project-kinds-{k}")));
            Tab::new(own.address(&[("kind", k.unwrap_or_default())]), label, k == kind)
        })
        .collect();
    let may_write = cx.principal().has("project.write");
    let add = || Button::primary(l.t("project-new")).icon("plus").dialog("/projects/new");
    let mut header = PageHeader::new(l.t("nav-projects"));
    if may_write {
        header = header.primary(add());
    }
    let table = table(&cx, &own, &rows, next).await?;
    let status = own.unclear.as_ref().map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    let content = html! {
        (header.render(&l))
        (ui::tabs(&l.t("project-kind"), &tabs))
        (own.bar(&cx))
        @if let Some(refusals) = &own.unclear { (ui::error_summary(&l, &cx.refusal_words(refusals.0.iter()))) }
        (table)
    };
    Ok(cx.page_with_status(status, &l.t("nav-projects"), &content))
}

async fn table(
    cx: &Cx,
    own: &OwnList,
    rows: &[(ProjectRow, String)],
    next: Option<String>,
) -> Result<Markup, Error> {
    let l = &cx.l;
    let cells = own.cells(cx, rows.iter().map(|(project, _)| &project.custom).collect()).await?;
    let add = Button::primary(l.t("project-new")).icon("plus").dialog("/projects/new");
    let words = l.ta("task-rows", &[("n", rows.len().into())]);
    let table = Table::new("projects", l.t("nav-projects"))
        .column(Column::text(l.t("project-title")).wide())
        .column(Column::text(l.t("project-kind")))
        .column(own.standard(Column::text(l.t("project-when"))))
        .column(Column::text(l.t("project-place")))
        .column(Column::text(l.t("project-status")))
        .column(Column::text(l.t("project-owner")));
    let table = own
        .heads(table)
        .rows(
            rows.iter().zip(cells).map(|((p, _), own)| own.into_iter().fold(row(cx, p), Row::cell)),
        )
        .empty(ui::empty(
            "calendar-days",
            &l.t("project-empty"),
            &l.t("project-empty-words"),
            cx.principal().has("project.write").then_some(add),
        ))
        .live("kind:project", own.address(&[]))
        .pager(Pager { previous: None, next, words });
    Ok(table.render(l))
}

fn place(word: &str) -> Option<(String, ProjectId)> {
    let (place, id) = word.rsplit_once('_')?;
    (!place.contains('\0')).then_some(())?;
    Some((place.to_owned(), id.parse().ok()?))
}

/// The days of a project in words.
pub(super) fn days(l: &L, project: &ProjectRow) -> String {
    match project.ends_on.filter(|end| *end != project.starts_on) {
        Some(end) => format!("{} – {}", l.date(project.starts_on), l.date(end)),
        None => l.date(project.starts_on),
    }
}

/// Its status as a mark.
pub(super) const fn tone(status: ProjectStatus) -> Tone {
    match status {
        ProjectStatus::Planned => Tone::Info,
        ProjectStatus::Running => Tone::Good,
        ProjectStatus::Finished | ProjectStatus::Cancelled => Tone::Neutral,
    }
}

fn row(cx: &Cx, project: &ProjectRow) -> Row {
    let l = &cx.l;
    let status = l.t(&format!("project-status-{}", project.status.key()));
    Row::new(project.id)
        .href(format!("/projects/{}", project.id))
        .cell(Cell::text(&project.title))
        .cell(Cell::quiet(l.t(&format!("project-kind-{}", project.kind))))
        .cell(Cell::text(days(l, project)))
        .cell(Cell::text(&project.place))
        .cell(Cell::markup(ui::dot(tone(project.status), &status)))
        .cell(Cell::quiet(parts::staff_name(cx, project.owner_id)))
}
