//! Pages of background work.

use axum::extract::Path;
use kernel::limits::PAGE_ROWS;
use kernel::{JobId, Timestamp, UserId};
use maud::{Markup, html};
use spine::Error;
use spine::org::edit::{RetryJob, RetryMessage};
use store::queue::{self, Job};
use uuid::Uuid;
use web::i18n::L;
use web::ui::{self, Button, Cell, Column, Kv, PageHeader, Pager, Panel, Row, Tab, Table, Tone};
use web::{Access, Answer, Cx, FormData, Routes};

use super::queries::{self, DeadMessage};
use crate::pages::{asked, lookups, post_button};

const JOBS: Access = Access::Needs("admin.jobs");
const HOME: &str = "/admin/jobs";
const STATES: [&str; 4] = ["dead", "running", "ready", "done"];
/// Dead letters are counted up to here; more is "many".
const COUNTED: i64 = 1_000;
/// Dead messages shown at once.
const MESSAGES: i64 = 50;

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/admin/jobs", JOBS, list)
        .post("/admin/jobs/{id}/retry", JOBS, retry)
        .post("/admin/messages/{id}/retry", JOBS, retry_message)
        .get("/jobs/{id}", Access::Needs("app.use"), one)
}

async fn list(mut cx: Cx) -> Answer {
    let l = cx.l.clone();
    let query = asked(&cx);
    let dead = queries::count(&mut cx.db, "dead", COUNTED).await?;
    // without a wish the dead letters come first, if there are any
    let wanted = query.text("state");
    let state = match STATES.iter().find(|s| **s == wanted) {
        Some(state) => Some(*state),
        None if wanted.is_empty() && dead > 0 => Some("dead"),
        None => None,
    };
    let before = query
        .text("before")
        .parse()
        .map_or(Timestamp::from_micros(i64::MAX), Timestamp::from_micros);
    let limit = i64::try_from(PAGE_ROWS).unwrap_or(50);
    let mut jobs = queue::list(&mut cx.db, state, before, limit + 1).await?;
    let has_more = jobs.len() > PAGE_ROWS;
    jobs.truncate(PAGE_ROWS);
    let messages = queries::dead_messages(&mut cx.db, MESSAGES).await?;
    let next = jobs.last().filter(|_| has_more).map(|j| {
        let micros = j.created_at.micros().to_string();
        let state = state.unwrap_or("all");
        format!("{HOME}{}", ui::query_string([("state", state), ("before", &micros)]))
    });
    let body = html! {
        (PageHeader::new(l.t("admin-jobs")).lead(html! { (l.t("admin-jobs-lead")) }).render(&l))
        (tabs(&l, state, dead))
        (table(&cx, &jobs, state, next))
        @if !messages.is_empty() { (messages_panel(&cx, &messages)) }
    };
    Ok(cx.page(&l.t("admin-jobs"), &body))
}

fn tabs(l: &L, current: Option<&str>, dead: i64) -> Markup {
    let tab = |state: &str, key: String| {
        let is_current = current.map_or(state == "all", |c| c == state);
        Tab::new(format!("{HOME}?state={state}"), l.t(&key), is_current)
    };
    let mut tabs: Vec<Tab> =
        STATES.iter().map(|s| tab(s, format!("admin-jobs-state-{s}"))).collect();
    if let (Some(first), true) = (tabs.first_mut(), dead > 0) {
        *first = first.clone().count(dead);
    }
    tabs.push(tab("all", "admin-jobs-state-all".to_owned()));
    ui::tabs(&l.t("admin-jobs-states"), &tabs)
}

fn table(cx: &Cx, jobs: &[Job], state: Option<&str>, next: Option<String>) -> Markup {
    let l = &cx.l;
    let none = match state {
        Some("dead") => ui::empty(
            "circle-check",
            &l.t("admin-jobs-no-dead"),
            &l.t("admin-jobs-no-dead-words"),
            None,
        ),
        _ => ui::empty("activity", &l.t("admin-jobs-none"), &l.t("admin-jobs-none-words"), None),
    };
    let mut table = Table::new("jobs", l.t("admin-jobs"))
        .column(Column::text(l.t("admin-job-kind")))
        .column(Column::text(l.t("admin-job-state")))
        .column(Column::text(l.t("admin-job-progress")))
        .column(Column::number(l.t("admin-job-attempts")))
        .column(Column::text(l.t("admin-job-error")).wide())
        .column(Column::text(l.t("admin-job-by")))
        .column(Column::text(l.t("admin-job-created")))
        .live("kind:job", cx.path.clone())
        .empty(none);
    for job in jobs {
        table = table.row(row(cx, job));
    }
    if let Some(next) = next {
        let words = l.t("admin-newest-first");
        table = table.pager(Pager { previous: None, next: Some(next), words });
    }
    table.render(l)
}

fn row(cx: &Cx, job: &Job) -> Row {
    let l = &cx.l;
    let error = match &job.last_error {
        Some(error) => Cell::text(error),
        None => Cell::none(l),
    };
    let progress = match (job.progress_done, job.progress_total) {
        (0, 0) => Cell::none(l),
        (done, 0) => Cell::number(l, done),
        (done, total) => Cell::text(format!("{} / {}", l.int(done), l.int(total))),
    };
    let row = Row::new(job.id)
        .href(format!("/jobs/{}", job.id))
        .cell(Cell::text(kind_word(l, &job.kind)))
        .cell(Cell::markup(state_mark(l, job)))
        .cell(progress)
        .cell(Cell::number(l, job.attempts))
        .cell(error)
        .cell(Cell::text(by_word(cx, job.created_by)))
        .cell(Cell::ago(l, job.created_at));
    if job.state == "dead" { row.actions(retry_button(cx, job)) } else { row }
}

fn retry_button(cx: &Cx, job: &Job) -> Markup {
    let button = Button::quiet(cx.l.t("admin-job-retry")).icon("rotate-ccw");
    post_button(cx, &format!("/admin/jobs/{}/retry", job.id), &[], button)
}

fn kind_word(l: &L, kind: &str) -> String {
    lookups(l, &["job"], kind)
}

fn by_word(cx: &Cx, by: Option<UserId>) -> String {
    let directory = cx.app.services.directory.get();
    by.map_or_else(
        || cx.l.t("admin-system"),
        |user| directory.staff_name(user, cx.l.lang).to_owned(),
    )
}

fn state_mark(l: &L, job: &Job) -> Markup {
    let words = l.t(&format!("admin-job-is-{}", job.state));
    match job.state.as_str() {
        "dead" => ui::badge(Tone::Danger, &words),
        "running" => ui::badge(Tone::Info, &words),
        "done" => ui::dot(Tone::Good, &words),
        _ if job.attempts > 0 => ui::dot(Tone::Attention, &l.t("admin-job-is-waiting")),
        _ => ui::dot(Tone::Neutral, &words),
    }
}

fn messages_panel(cx: &Cx, messages: &[DeadMessage]) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let mut table = Table::new("dead-messages", l.t("admin-messages"))
        .column(Column::text(l.t("admin-message-channel")))
        .column(Column::text(l.t("admin-message-recipient")))
        .column(Column::number(l.t("admin-job-attempts")))
        .column(Column::text(l.t("admin-job-error")).wide())
        .column(Column::text(l.t("admin-job-created")));
    for message in messages {
        let named = message.recipient.parse::<UserId>().ok();
        let named = named.map(|u| directory.staff_name(u, l.lang)).filter(|n| !n.is_empty());
        let button = Button::quiet(l.t("admin-message-retry")).icon("send");
        let action = format!("/admin/messages/{}/retry", message.id);
        table = table.row(
            Row::new(message.id)
                .cell(Cell::text(lookups(l, &["admin-channel"], &message.channel)))
                .cell(Cell::text(named.unwrap_or(&message.recipient)))
                .cell(Cell::number(l, message.attempts))
                .cell(message.last_error.as_ref().map_or_else(|| Cell::none(l), Cell::text))
                .cell(Cell::ago(l, message.created_at))
                .actions(post_button(cx, &action, &[], button)),
        );
    }
    Panel::new(l.t("admin-messages")).icon("send").flush().render(&table.render(l))
}

async fn retry(cx: Cx, Path(id): Path<JobId>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &RetryJob { job_id: id }).await?;
    Ok(cx.done(&format!("/jobs/{id}"), "flash-admin-retried"))
}

async fn retry_message(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &RetryMessage { message_id: id }).await?;
    Ok(cx.done(HOME, "flash-admin-retried"))
}

/// One job for whoever asked for it or looks after jobs. As a fragment only the panel `job-{id}`, which
/// refreshes itself; other pages put it in with
/// `<div hx-get="/jobs/{id}" hx-trigger="load" hx-swap="outerHTML">`.
async fn one(mut cx: Cx, Path(id): Path<JobId>) -> Answer {
    let l = cx.l.clone();
    let job = queue::get(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    let is_mine = job.created_by.is_some() && job.created_by == cx.principal().user_id;
    if !is_mine && !cx.principal().has("admin.jobs") {
        return Err(Error::NotFound.into());
    }
    let panel = job_panel(&cx, &job);
    if cx.is_fragment {
        return Ok(cx.part(&panel));
    }
    let mut header = PageHeader::new(kind_word(&l, &job.kind));
    if cx.principal().has("admin.jobs") {
        header = header.crumb(HOME, l.t("admin-jobs"));
    }
    Ok(cx.page(&kind_word(&l, &job.kind), &html! { (header.render(&l)) (panel) }))
}

fn job_panel(cx: &Cx, job: &Job) -> Markup {
    let l = &cx.l;
    let address = format!("/jobs/{}", job.id);
    let label = l.t(&format!("admin-job-is-{}", job.state));
    let total = (job.progress_total > 0).then_some(job.progress_total);
    let mut kv = Kv::new("job")
        .line(l.t("admin-job-state"), state_mark(l, job))
        .text(l.t("admin-job-by"), &by_word(cx, job.created_by))
        .line(l.t("admin-job-created"), html! { (l.datetime(job.created_at)) })
        .line(l.t("admin-job-attempts"), html! { (l.int(job.attempts)) });
    if job.state == "ready" && job.attempts > 0 {
        kv = kv.line(l.t("admin-job-next"), html! { (l.datetime(job.run_at)) });
    }
    if let Some(at) = job.finished_at {
        kv = kv.line(l.t("admin-job-finished"), html! { (l.datetime(at)) });
    }
    if let Some(error) = &job.last_error {
        kv = kv.line(l.t("admin-job-error"), html! { code { (error) } });
    }
    for (key, value) in result_lines(job) {
        kv = kv.text(lookups(l, &["job-result"], &key), &value);
    }
    let body = html! {
        @if job.state == "running" { (ui::progress(l, &label, job.progress_done, total)) }
        (kv.render(l))
        @if job.state == "dead" && cx.principal().has("admin.jobs") { (retry_button(cx, job)) }
    };
    Panel::new(kind_word(l, &job.kind))
        .icon("activity")
        .id(format!("job-{}", job.id))
        .live(format!("job:{}", job.id), address)
        .render(&body)
}

/// The plain values of what a job left, in order.
fn result_lines(job: &Job) -> Vec<(String, String)> {
    let result = job.result.as_deref().and_then(|r| serde_json::from_str(r).ok());
    let Some(serde_json::Value::Object(object)) = result else {
        return Vec::new();
    };
    object
        .into_iter()
        .filter_map(|(key, value)| match value {
            serde_json::Value::String(text) => Some((key, text)),
            serde_json::Value::Number(number) => Some((key, number.to_string())),
            serde_json::Value::Null
            | serde_json::Value::Bool(_)
            | serde_json::Value::Array(_)
            | serde_json::Value::Object(_) => None,
        })
        .collect()
}
