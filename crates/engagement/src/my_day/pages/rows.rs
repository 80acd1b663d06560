//! The rows of the queue: what to do, for whom, why now, and what can be done at once.

use kernel::{ClientId, Date, Timestamp, UserId};
use maud::{Markup, html};
use web::icons::icon;
use web::ui::{self, Cell, Row, Tone};
use web::{Cx, format, i18n::L};

use super::day::{Item, What, later};
use super::until;
use crate::my_day::model::Reason;
use crate::my_day::queries::Occasion;
use crate::parts;
use crate::task::model::TaskKind;
use crate::task::pages::list::row_actions;
use crate::task::queries::Listed;

pub(super) fn row(cx: &Cx, item: &Item) -> Row {
    match &item.what {
        What::Task(listed) => task_row(cx, item, listed),
        What::Birthday(occasion, days) => birthday_row(cx, item, occasion, *days),
        What::NoStep(occasion) => no_step_row(cx, item, occasion),
    }
}

fn task_row(cx: &Cx, item: &Item, listed: &Listed) -> Row {
    let l = &cx.l;
    let task = &listed.task;
    let label = l.t(&format!("task-kind-{}", task.kind.key()));
    let what = html! { (icon(task.kind.icon())) span.hidden { (label) } " " (task.title) };
    let client = match task.client_id {
        Some(id) => {
            Cell::markup(parts::client_link(l, id, &listed.client_name, &listed.client_number))
        }
        None => Cell::none(l),
    };
    let owner = (Some(task.assignee_id) != cx.principal().user_id).then_some(task.assignee_id);
    let mut row = Row::new(task.id)
        .href(format!("/tasks/{}", task.id))
        .cell(Cell::markup(what).title(&task.title))
        .cell(client)
        .cell(Cell::markup(reasons(cx, &item.reasons, owner)))
        .cell(Cell::quiet(day_words(l, task.due_on, task.due_at)));
    if task.vip && item.reasons.iter().any(|r| matches!(r, Reason::Overdue(_))) {
        row = row.tone(Tone::Danger);
    }
    if !cx.principal().has("task.write") {
        return row;
    }
    let call = task.client_id.filter(|_| cx.principal().has("interaction.log"));
    row.actions(html! {
        @if let Some(client) = call { (call_link(l, client, task.kind)) }
        (row_actions(cx, listed, "/"))
    })
}

/// The day of a task without a judgement: how late it is stands among the reasons.
fn day_words(l: &L, due_on: Date, due_at: Option<Timestamp>) -> String {
    let day = if due_on == l.today { format::relative_day(l, due_on) } else { l.date(due_on) };
    due_at.map_or(day.clone(), |at| format!("{day} {}", format::time(l, at)))
}

fn call_link(l: &L, client: ClientId, kind: TaskKind) -> Markup {
    let (icon, channel) = match kind {
        TaskKind::Meeting => ("handshake", "meeting"),
        TaskKind::Call | TaskKind::Promise | TaskKind::Task => ("phone", "phone"),
    };
    let label = l.t(&format!("interaction-log-{channel}"));
    parts::icon_link(icon, &label, &format!("/clients/{client}/log?channel={channel}"))
}

fn birthday_row(cx: &Cx, item: &Item, occasion: &Occasion, days: i64) -> Row {
    let l = &cx.l;
    let day = later(l.today, days);
    let what = html! { (icon("cake")) " " (l.t("my-day-congratulate")) };
    let src = format!("/clients/{}/log?channel=phone&topic=greeting", occasion.client.id);
    let actions = cx.principal().reaches("interaction.log", occasion.client.owner());
    let row = client_row(cx, item, occasion, what).cell(Cell::text(format::relative_day(l, day)));
    if actions {
        row.actions(html! { (parts::icon_link("phone", &l.t("my-day-congratulate"), &src)) })
    } else {
        row
    }
}

fn no_step_row(cx: &Cx, item: &Item, occasion: &Occasion) -> Row {
    let l = &cx.l;
    let what = html! { (icon("flag")) " " (l.t("my-day-plan-step")) };
    let last = occasion.last_contact_at.map_or_else(
        || Cell::quiet(l.t("my-day-never-spoken")),
        |at: Timestamp| {
            Cell::markup(html! { span.quiet { (l.t("task-last-contact")) " " (l.ago(at)) } })
        },
    );
    let row = client_row(cx, item, occasion, what).cell(last);
    if !cx.principal().reaches("task.write", occasion.client.owner()) {
        return row;
    }
    let id = occasion.client.id;
    row.actions(html! {
        (parts::icon_link("phone", &l.t("interaction-log-phone"), &format!("/clients/{id}/log?channel=phone")))
        (parts::icon_link("plus", &l.t("task-add"), &format!("/tasks/new?client={id}&back=/")))
    })
}

fn client_row(cx: &Cx, item: &Item, occasion: &Occasion, what: Markup) -> Row {
    let l = &cx.l;
    let client = &occasion.client;
    Row::new(format!("client-{}", client.id))
        .href(format!("/clients/{}", client.id))
        .cell(Cell::markup(what))
        .cell(Cell::markup(parts::client_link(l, client.id, &client.name, &client.number)))
        .cell(Cell::markup(reasons(cx, &item.reasons, None)))
}

/// Why the row stands where it stands.
fn reasons(cx: &Cx, reasons: &[Reason], owner: Option<UserId>) -> Markup {
    let l = &cx.l;
    let mut who = owner.map(|o| parts::staff_name(cx, Some(o))).unwrap_or_default();
    if let Some(day) = owner.and_then(|o| until(cx, o)) {
        let pair = [("who", who.as_str().into()), ("day", l.date(day).into())];
        who = l.ta("my-day-until", &pair);
    }
    let mut quiet: Vec<String> = Vec::new();
    let mut marks: Vec<Markup> = Vec::new();
    for reason in reasons {
        let args = [("n", reason.days().into()), ("who", who.as_str().into())];
        let words = l.ta(&format!("reason-{}", reason.key()), &args);
        match reason {
            Reason::Vip => marks.push(parts::vip_mark(l)),
            Reason::Overdue(_) | Reason::Escalated | Reason::NeedsOwner => {
                marks.push(ui::badge(Tone::Danger, &words));
            }
            Reason::Promise => marks.push(ui::badge_with_icon(Tone::Attention, "bookmark", &words)),
            Reason::Today
            | Reason::Urgent
            | Reason::Soon(_)
            | Reason::Birthday(_)
            | Reason::NoStep
            | Reason::StandIn => quiet.push(words),
        }
    }
    html! {
        @for mark in &marks { (mark) " " }
        span.quiet { (quiet.join(" · ")) }
    }
}
