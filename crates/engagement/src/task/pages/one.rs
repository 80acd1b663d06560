//! One task.

use axum::extract::Path;
use kernel::TaskId;
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::{Act, Group};
use uuid::Uuid;
use web::ui::{self, Button, Kv, PageHeader, Panel, Tone};
use web::{Answer, Cx, Drawing, OwnRecord};

use crate::parts;
use crate::queries::client_ref::{self, ClientRef};
use crate::task::commands::TASK;
use crate::task::model::TaskState;
use crate::task::queries::{self, TaskRow};

/// A task with its client.
pub(in crate::task) struct Shown {
    pub(in crate::task) task: TaskRow,
    pub(in crate::task) client: Option<ClientRef>,
}

impl Shown {
    pub(in crate::task) fn is_vip(&self) -> bool {
        self.task.vip || self.client.as_ref().is_some_and(ClientRef::is_vip)
    }
}

/// A task the person may see: it is his, he wished it, he stands in for its owner, his right reaches it,
/// or he may see its client.
pub(in crate::task) async fn visible(cx: &mut Cx, id: &str) -> Result<Shown, Error> {
    let id: TaskId = parts::id(id)?;
    let task = queries::task(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    let client = match task.client_id {
        Some(client) => Some(client_ref::get(&mut cx.db, client).await?),
        None => None,
    };
    let principal = cx.principal();
    let mine = parts::acting_for(cx).contains(&task.assignee_id)
        || (principal.user_id.is_some() && principal.user_id == task.created_by);
    // a task tells of the history of its client
    let may_know = |c: &ClientRef| principal.allows(Act::Read(Group::History), c.owner());
    let is_told = client.as_ref().is_none_or(may_know);
    let sees_client = client.as_ref().is_some_and(|c| principal.reaches("client.read", c.owner()));
    if mine || (is_told && (sees_client || principal.reaches("task.read", task.owner()))) {
        if let Some(client) = &client {
            cx.reads(client.owner(), Group::History);
        }
        Ok(Shown { task, client })
    } else {
        Err(Error::NotFound)
    }
}

pub(super) async fn page(mut cx: Cx, Path(id): Path<String>) -> Answer {
    let shown = visible(&mut cx, &id).await?;
    let l = cx.l.clone();
    let task = &shown.task;
    let waiting = cx.waiting_strip(task.id.uuid(), &format!("/tasks/{}", task.id)).await?;
    let may_edit = is_changeable(&cx, &shown);
    let own = cx.own(TASK.key).await?.card(&cx, task.id.uuid(), &task.custom, may_edit).await?;
    let body = html! {
        @if let Some(waiting) = &waiting { (waiting) }
        (facts(&cx, &shown)) (own) (actions(&cx, &shown))
    };
    let content = if cx.is_fragment {
        ui::dialog_fragment(&l, &task.title, &body)
    } else {
        html! {
            (PageHeader::new(&task.title).crumb("/tasks", l.t("nav-tasks")).render(&l))
            (Panel::new("").id("task").live("kind:task", format!("/tasks/{}", task.id)).render(&body))
        }
    };
    Ok(cx.page(&task.title, &content))
}

/// Whether the person may change it, as its commands ask.
fn is_changeable(cx: &Cx, shown: &Shown) -> bool {
    let (principal, task) = (cx.principal(), &shown.task);
    let is_told = |c: &ClientRef| principal.allows(Act::Read(Group::History), c.owner());
    let is_reached = shown.client.as_ref().is_none_or(is_told)
        && (principal.reaches("task.write", task.owner())
            || principal.reaches("task.supervise", task.owner()));
    let is_mine = parts::acting_for(cx).contains(&task.assignee_id)
        || (principal.user_id.is_some() && principal.user_id == task.created_by);
    principal.has("task.write") && (is_reached || is_mine)
}

/// A task as its own fields are shown and changed by themselves.
pub(crate) fn own_record<'a>(cx: &'a mut Cx, id: Uuid) -> Drawing<'a, OwnRecord> {
    Box::pin(async move {
        cx.principal().require("task.read")?;
        let shown = visible(cx, &id.to_string()).await?;
        let may_edit = is_changeable(cx, &shown);
        let (title, href) = (shown.task.title, format!("/tasks/{id}"));
        Ok(OwnRecord { title, href, values: shown.task.custom, may_edit })
    })
}

fn facts(cx: &Cx, shown: &Shown) -> Markup {
    let l = &cx.l;
    let task = &shown.task;
    let state = l.t(&format!("task-state-{}", task.state.key()));
    let tone = match task.state {
        TaskState::Open => Tone::Info,
        TaskState::Done => Tone::Good,
        TaskState::Cancelled => Tone::Neutral,
    };
    let is_open = task.state == TaskState::Open;
    let mut kv = Kv::new("task-facts").line(
        l.t("task-state"),
        html! {
            (ui::badge(tone, &state))
            @if shown.is_vip() { (parts::vip_mark(l)) }
            @if task.needs_owner { (ui::badge(Tone::Danger, &l.t("reason-needs-owner"))) }
            @if is_open && task.escalation_level > 0 { (ui::badge(Tone::Danger, &l.t("reason-escalated"))) }
        },
    );
    if let Some(client) = &shown.client {
        let link = parts::client_link(l, client.id, &client.name, &client.number);
        kv = kv.line(l.t("task-client"), link);
    }
    let due = if is_open {
        parts::due(l, task.due_on, task.due_at)
    } else {
        html! { (l.date(task.due_on)) }
    };
    kv = kv
        .text(l.t("task-kind"), &l.t(&format!("task-kind-{}", task.kind.key())))
        .line(l.t("task-due"), due)
        .text(l.t("task-assignee"), &parts::staff_name(cx, Some(task.assignee_id)))
        .text(l.t("task-priority"), &l.t(&format!("task-priority-{}", task.priority)))
        .line(
            l.t("task-created"),
            html! { (parts::staff_name(cx, task.created_by)) " · " (l.ago(task.created_at)) },
        );
    if task.postponed > 0 {
        kv = kv.text(
            l.t("task-postponed"),
            &l.ta("task-postponed-times", &[("n", task.postponed.into())]),
        );
    }
    if let Some(at) = task.closed_at {
        let who = parts::staff_name(cx, task.closed_by);
        kv = kv.line(l.t("task-closed"), html! { (who) " · " (l.ago(at)) });
        kv = kv.text(l.t("task-result"), &task.result);
    }
    kv.render(l)
}

fn actions(cx: &Cx, shown: &Shown) -> Markup {
    let l = &cx.l;
    if !cx.principal().has("task.write") {
        return html! {};
    }
    let task = &shown.task;
    let src = |what: &str| format!("/tasks/{}/{what}", task.id);
    html! {
        div.form-actions {
            @if task.state == TaskState::Open {
                (Button::quiet(l.t("task-cancel")).icon("ban").dialog(src("cancel")))
                (Button::secondary(l.t("task-reassign")).icon("user-check").dialog(src("reassign")))
                (Button::secondary(l.t("task-postpone")).icon("clock").dialog(src("postpone")))
                (Button::primary(l.t("task-done")).icon("check").dialog(src("done")))
            } @else {
                (Button::secondary(l.t("task-reopen")).icon("undo-2").dialog(src("reopen")))
            }
        }
    }
}
