//! Below the visitor: what the clerk himself has to do today, and what waits for a second person.

use kernel::Timestamp;
use maud::{Markup, html};
use spine::Error;
use spine::approval::{Approval, queries as approvals};
use uuid::Uuid;
use web::icons::icon;
use web::ui::{Button, Panel};
use web::{Answer, Cx, format};

use crate::my_day::queries::tasks_until;
use crate::parts;
use crate::task::queries::Listed;

/// Tasks shown, and requests of each kind.
const TASKS: usize = 8;
const REQUESTS: usize = 5;
/// Where these panels are alone: any task of anybody that changes has them fetched, and not the desk.
const HOME: &str = "/desk/mine";

pub(super) async fn page(mut cx: Cx) -> Answer {
    let part = part(&mut cx).await?;
    Ok(cx.part(&part))
}

pub(super) async fn part(cx: &mut Cx) -> Result<Markup, Error> {
    let tasks = tasks(cx).await?;
    let waiting = waiting(cx).await?;
    Ok(html! { (waiting) (tasks) })
}

/// Tasks and meetings of today, and what is late: first what has an hour, in its order.
async fn tasks(cx: &mut Cx) -> Result<Markup, Error> {
    let Some(me) = cx.principal().user_id.filter(|_| cx.principal().has("task.read")) else {
        return Ok(html! {});
    };
    let today = cx.l.today;
    let limit = i64::try_from(TASKS).unwrap_or(8) + 1;
    let mut rows = tasks_until(&mut cx.db, &[me], today, limit).await?;
    let has_more = rows.len() > TASKS;
    rows.truncate(TASKS);
    rows.sort_by_key(|r| (r.task.due_at.is_none(), r.task.due_at, r.task.due_on, r.task.id));
    let l = &cx.l;
    let body = html! {
        @if rows.is_empty() { p.quiet { (l.t("desk-tasks-none")) } }
        ul.brief-list { @for listed in &rows { (task(cx, listed)) } }
        @if has_more { p.quiet { (l.ta("desk-tasks-first", &[("n", TASKS.into())])) } }
    };
    let all = Button::secondary(l.t("desk-tasks-all")).icon("square-check").href("/tasks");
    Ok(Panel::new(l.t("desk-tasks"))
        .id("desk-tasks")
        .icon("square-check")
        .live("kind:task", HOME)
        .actions(all.render())
        .render(&body))
}

fn task(cx: &Cx, listed: &Listed) -> Markup {
    let l = &cx.l;
    let task = &listed.task;
    let href = format!("/tasks/{}", task.id);
    let kind = l.t(&format!("task-kind-{}", task.kind.key()));
    html! {
        li {
            (icon(task.kind.icon())) span.hidden { (kind) } " "
            a href=(href) data-dialog-src=(href) { (task.title) }
            " " (parts::due(l, task.due_on, task.due_at))
            @if !listed.client_name.is_empty() { br; span.quiet { (listed.client_name) } }
        }
    }
}

/// What this person may decide, and what he has asked for that nobody has decided.
async fn waiting(cx: &mut Cx) -> Result<Markup, Error> {
    let Some(me) = cx.principal().user_id else { return Ok(html! {}) };
    let directory = cx.app.services.directory.get();
    let (principal, today) = (std::sync::Arc::clone(&cx.ctx.principal), cx.today_utc());
    let first = (Timestamp::from_micros(0), Uuid::nil());
    let limit = i64::try_from(REQUESTS).unwrap_or(5) + 1;
    let mut to_decide =
        approvals::to_decide(&mut cx.db, &directory, &principal, today, first, limit).await?;
    let now = cx.now();
    let mut own = approvals::waiting_of(&mut cx.db, me, now, limit).await?;
    let has_more = to_decide.len() > REQUESTS || own.len() > REQUESTS;
    to_decide.truncate(REQUESTS);
    own.truncate(REQUESTS);
    let l = &cx.l;
    let body = html! {
        ul.brief-list {
            @for one in &to_decide { (request(cx, one, "desk-waiting-you")) }
            @for one in &own { (request(cx, one, "desk-waiting-others")) }
        }
        @if to_decide.is_empty() && own.is_empty() { p.quiet { (l.t("desk-waiting-none")) } }
        @if has_more { p.quiet { (l.t("desk-waiting-more")) } }
    };
    let all = Button::secondary(l.t("desk-waiting-all")).icon("user-check").href("/approvals");
    Ok(Panel::new(l.t("desk-waiting"))
        .id("desk-waiting")
        .icon("user-check")
        .live("kind:approval", HOME)
        .actions(all.render())
        .render(&body))
}

fn request(cx: &Cx, one: &Approval, words: &str) -> Markup {
    let l = &cx.l;
    let since = format::relative(l, one.made_at);
    html! {
        li {
            a href={ "/approvals/" (one.id) } { (cx.command_words(&one.command)) }
            br; span.quiet { (l.ta(words, &[("who", cx.waits_for(one).into()), ("when", since.into())])) }
        }
    }
}
