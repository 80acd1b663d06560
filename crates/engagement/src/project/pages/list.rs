//! The list of projects and events.

use axum::extract::RawQuery;
use kernel::{Date, ProjectId, limits};
use maud::html;
use web::ui::{self, Button, Cell, Column, PageHeader, Pager, Row, Tab, Table, Tone};
use web::{Answer, Cx, FormData, i18n::L};

use crate::parts;
use crate::project::model::{KINDS, ProjectStatus};
use crate::project::queries::{self, ProjectRow};

pub(super) async fn page(mut cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let l = cx.l.clone();
    let sent = FormData::parse(&query.unwrap_or_default());
    let kind = KINDS.into_iter().find(|k| *k == sent.text("kind"));
    let below = place(&sent.text("below"));
    let limit = i64::try_from(limits::PAGE_ROWS).unwrap_or(50);
    let mut rows = queries::list(&mut cx.db, kind, below, limit + 1).await?;
    let has_more = rows.len() > limits::PAGE_ROWS;
    rows.truncate(limits::PAGE_ROWS);
    let next = rows.last().filter(|_| has_more).map(|last| {
        let place = format!("{}_{}", last.starts_on, last.id);
        address(kind, Some(&place))
    });
    let tabs: Vec<Tab> = std::iter::once(None)
        .chain(KINDS.into_iter().map(Some))
        .map(|k| {
            let label =
                k.map_or_else(|| l.t("project-all"), |k| l.t(&format!("project-kinds-{k}")));
            Tab::new(address(k, None), label, k == kind)
        })
        .collect();
    let may_write = cx.principal().has("project.write");
    let add = || Button::primary(l.t("project-new")).icon("plus").dialog("/projects/new");
    let mut header = PageHeader::new(l.t("nav-projects"));
    if may_write {
        header = header.primary(add());
    }
    let words = l.ta("task-rows", &[("n", rows.len().into())]);
    let table = Table::new("projects", l.t("nav-projects"))
        .column(Column::text(l.t("project-title")).wide())
        .column(Column::text(l.t("project-kind")))
        .column(Column::text(l.t("project-when")))
        .column(Column::text(l.t("project-place")))
        .column(Column::text(l.t("project-status")))
        .column(Column::text(l.t("project-owner")))
        .rows(rows.iter().map(|p| row(&cx, p)))
        .empty(ui::empty(
            "calendar-days",
            &l.t("project-empty"),
            &l.t("project-empty-words"),
            may_write.then(add),
        ))
        .live("kind:project", address(kind, None))
        .pager(Pager { previous: None, next, words });
    let content = html! {
        (header.render(&l))
        (ui::tabs(&l.t("project-kind"), &tabs))
        (table.render(&l))
    };
    Ok(cx.page(&l.t("nav-projects"), &content))
}

fn place(word: &str) -> Option<(Date, ProjectId)> {
    let (day, id) = word.split_once('_')?;
    Some((day.parse().ok()?, id.parse().ok()?))
}

fn address(kind: Option<&str>, below: Option<&str>) -> String {
    let pairs = [("kind", kind), ("below", below)];
    let given = pairs.into_iter().filter_map(|(name, value)| Some((name, value?)));
    let query = ui::query_string(given);
    format!("/projects{}", if query == "?" { "" } else { &query })
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
