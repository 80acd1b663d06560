//! The list of tasks: mine or the team's, by what matters.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use kernel::limits;
use maud::{Markup, html};
use spine::{Error, Scope};
use web::ui::{self, Button, Cell, Column, PageHeader, Pager, Row, Tab, Table, Tone};
use web::{Answer, Cx, FormData, OwnList};

use crate::parts;
use crate::task::commands::TASK;
use crate::task::model::TaskState;
use crate::task::queries::{self, Cursor, Listed, Which, Whose};

pub(super) async fn page(mut cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let query = query.unwrap_or_default();
    let own = OwnList::read(&cx, (TASK.key, TASK.home), &query).await?;
    let sent = FormData::parse(&query);
    let which = Which::from_key(&sent.text("show"));
    let may_see_team = cx.principal().scope("task.read").is_some_and(|s| s > Scope::Own);
    // a task without an owner is nobody's own
    let is_team = may_see_team && (sent.text("who") == "team" || which == Which::WithoutOwner);
    let whose = if is_team { Whose::Scope } else { Whose::Of(parts::acting_for(&cx)) };
    let after = Cursor::from_word(&sent.text("after"));
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let limit = i64::try_from(limits::PAGE_ROWS).unwrap_or(50);
    // one more than shown tells whether there is a next page
    let page = queries::Page { today: cx.l.today, after, limit: limit + 1, own: &own.asked };
    let mut rows = match &own.unclear {
        None => queries::list(&mut cx.db, &principal, (&whose, which), page).await?,
        Some(_) => Vec::new(),
    };
    let has_more = rows.len() > limits::PAGE_ROWS;
    rows.truncate(limits::PAGE_ROWS);
    let next = rows.last().filter(|_| has_more).map(|row| {
        let place = Cursor { place: row.place.clone(), id: row.task.id };
        own.address(&[("after", &place.word())])
    });
    let content = html! {
        (header(&cx, is_team, may_see_team, which))
        (ui::tabs(&cx.l.t("task-which"), &tabs(&cx, &own, is_team, which)))
        (own.bar(&cx))
        @if let Some(refusals) = &own.unclear { (ui::error_summary(&cx.l, &cx.refusal_words(refusals.0.iter()))) }
        (table(&cx, &own, rows, next).await?)
    };
    let status = own.unclear.as_ref().map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    Ok(cx.page_with_status(status, &cx.l.t("nav-tasks"), &content))
}

fn address(is_team: bool, which: Which) -> String {
    let who = if is_team { "team" } else { "" };
    let show = if which == Which::Open { "" } else { which.key() };
    let pairs = [("who", who), ("show", show)];
    let query = ui::query_string(pairs.into_iter().filter(|(_, value)| !value.is_empty()));
    format!("/tasks{}", if query == "?" { "" } else { &query })
}

fn header(cx: &Cx, is_team: bool, may_see_team: bool, which: Which) -> Markup {
    let l = &cx.l;
    let switch = |label: String, team: bool| {
        let button = if team == is_team {
            Button::secondary(label).attribute("aria-current", "true")
        } else {
            Button::quiet(label)
        };
        button.href(address(team, which))
    };
    let mut header = PageHeader::new(l.t("nav-tasks"));
    if may_see_team {
        header = header.other(html! {
            (switch(l.t("task-mine"), false)) (switch(l.t("task-team"), true))
        });
    }
    if cx.principal().has("client.read") {
        let gaps = Button::quiet(l.t("task-gaps")).icon("flag").href("/no-next-step");
        header = header.other(html! { (gaps) });
    }
    if cx.principal().has("task.write") {
        let add = Button::primary(l.t("task-add")).icon("plus").dialog("/tasks/new?back=/tasks");
        header = header.primary(add);
    }
    header.render(l)
}

/// The tabs keep what is asked of the list in fields of the bank's own.
fn tabs(cx: &Cx, own: &OwnList, is_team: bool, which: Which) -> Vec<Tab> {
    let supervises = cx.principal().has("task.supervise");
    Which::ALL
        .into_iter()
        .filter(|w| *w != Which::WithoutOwner || supervises)
        .map(|w| {
            let label = cx.l.t(&format!("task-which-{}", w.key()));
            let who = if is_team { "team" } else { "" };
            let show = if w == Which::Open { "" } else { w.key() };
            Tab::new(own.address(&[("who", who), ("show", show)]), label, w == which)
        })
        .collect()
}

async fn table(
    cx: &Cx,
    own: &OwnList,
    rows: Vec<Listed>,
    next: Option<String>,
) -> Result<Markup, Error> {
    let l = &cx.l;
    let cells = own.cells(cx, rows.iter().map(|listed| &listed.task.custom).collect()).await?;
    let words = l.ta("task-rows", &[("n", rows.len().into())]);
    let mut table = Table::new("tasks", l.t("nav-tasks"))
        .column(Column::text(l.t("task-title")).wide())
        .column(Column::text(l.t("task-client")))
        .column(own.standard(Column::text(l.t("task-due"))))
        .column(Column::text(l.t("task-kind")))
        .column(Column::text(l.t("task-assignee")))
        .live("kind:task", own.address(&[]))
        .empty(ui::empty(
            "list-checks",
            &l.t("task-list-empty"),
            &l.t("task-list-empty-words"),
            cx.principal().has("task.write").then(|| {
                Button::secondary(l.t("task-add")).icon("plus").dialog("/tasks/new?back=/tasks")
            }),
        ));
    table = own.heads(table);
    table = table.rows(rows.iter().zip(cells).map(|(listed, own)| row(cx, listed, own)));
    Ok(table.pager(Pager { previous: None, next, words }).render(l))
}

fn row(cx: &Cx, listed: &Listed, own: Vec<Cell>) -> Row {
    let l = &cx.l;
    let task = &listed.task;
    let is_open = task.state == TaskState::Open;
    let title = html! {
        // before the title: a long one is cut at its end
        @if task.vip { (parts::vip_mark(l)) " " }
        @if task.needs_owner { (ui::badge(Tone::Danger, &l.t("reason-needs-owner"))) " " }
        @if is_open && task.escalation_level > 0 { (ui::badge(Tone::Danger, &l.t("reason-escalated"))) " " }
        (task.title)
        @if task.priority == 1 { span.quiet { " · " (l.t("reason-urgent")) } }
    };
    let client = match task.client_id {
        Some(id) => {
            Cell::markup(parts::client_link(l, id, &listed.client_name, &listed.client_number))
        }
        None => Cell::none(l),
    };
    let due = if is_open {
        Cell::markup(parts::due(l, task.due_on, task.due_at))
    } else {
        Cell::text(format!(
            "{} · {}",
            l.date(task.due_on),
            l.t(&format!("task-state-{}", task.state.key()))
        ))
    };
    let mut row = Row::new(task.id)
        .href(format!("/tasks/{}", task.id))
        .cell(Cell::markup(title).title(&task.title))
        .cell(client)
        .cell(due)
        .cell(Cell::quiet(l.t(&format!("task-kind-{}", task.kind.key()))))
        .cell(Cell::quiet(parts::staff_name(cx, Some(task.assignee_id))));
    row = own.into_iter().fold(row, Row::cell);
    if is_open && task.vip && task.due_on < l.today {
        row = row.tone(Tone::Danger);
    }
    if is_open && cx.principal().has("task.write") {
        row = row.actions(row_actions(cx, listed, "/tasks"));
    }
    row
}

/// What can be done with an open task from a list: done, another day, and for those who supervise
/// another person.
pub(crate) fn row_actions(cx: &Cx, listed: &Listed, back: &str) -> Markup {
    let l = &cx.l;
    let id = listed.task.id;
    let src = |what: &str| format!("/tasks/{id}/{what}?back={back}");
    let supervises = cx.principal().reaches("task.supervise", listed.task.owner());
    html! {
        (parts::icon_link("check", &l.t("task-done"), &src("done")))
        (parts::icon_link("clock", &l.t("task-postpone"), &src("postpone")))
        @if supervises { (parts::icon_link("user-check", &l.t("task-reassign"), &src("reassign"))) }
    }
}
