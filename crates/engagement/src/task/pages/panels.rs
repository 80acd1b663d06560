//! What this slice shows on the client card: the next step in the header, tasks and promises in the rail.

use std::sync::Arc;

use kernel::ClientId;
use maud::{Markup, html};
use spine::secrecy::Group;
use web::icons::icon;
use web::ui::{self, Button, Panel, Tone};
use web::{CardClient, CardPanel, Cx, PanelMarkup, PanelSlot, i18n::L};

use crate::parts;
use crate::task::queries::{self, NextStep, TaskRow};

/// Tasks shown in the rail.
const ROWS: i64 = 12;

pub(crate) fn panels() -> Vec<Arc<dyn CardPanel>> {
    vec![Arc::new(Step), Arc::new(Tasks)]
}

struct Step;

impl CardPanel for Step {
    fn key(&self) -> &'static str {
        "next-step"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Header
    }
    fn order(&self) -> u32 {
        20
    }
    fn render<'a>(
        &'a self,
        cx: &'a Cx,
        CardClient { id: client, owner }: CardClient,
    ) -> PanelMarkup<'a> {
        Box::pin(async move {
            if !cx.reads(owner, Group::History) {
                return Ok(None);
            }
            let step = queries::step_of(&mut cx.db.clone(), client).await?;
            let may_plan = cx.principal().reaches("task.write", owner);
            Ok(Some(step_markup(&cx.l, (client, may_plan), &step)))
        })
    }
}

fn step_markup(l: &L, (client, may_plan): (ClientId, bool), step: &NextStep) -> Markup {
    let none = ui::badge(Tone::Attention, &l.t("task-no-next-step"));
    html! {
        span #panel-next-step data-live={ "client:" (client) } data-live-src={ "/clients/" (client) "/panel/next-step" } {
            @match &step.task {
                Some((id, title, kind, due_on, _)) => {
                    span.next-step {
                        (icon(kind.icon()))
                        span.next-step-label { (l.t("task-next-step")) }
                        a href={ "/tasks/" (id) } data-dialog-src={ "/tasks/" (id) } { (title) }
                        (parts::due(l, *due_on, None))
                    }
                }
                None if may_plan => a href={ "/tasks/new?client=" (client) } data-dialog-src={ "/tasks/new?client=" (client) } {
                    (none)
                },
                None => (none),
            }
            @if let Some(at) = step.last_contact_at {
                span.quiet { " " (l.t("task-last-contact")) " " (l.ago(at)) }
            }
        }
    }
}

struct Tasks;

impl CardPanel for Tasks {
    fn key(&self) -> &'static str {
        "tasks"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Rail
    }
    fn order(&self) -> u32 {
        20
    }
    fn render<'a>(
        &'a self,
        cx: &'a Cx,
        CardClient { id: client, owner }: CardClient,
    ) -> PanelMarkup<'a> {
        Box::pin(async move {
            let mut db = cx.db.clone();
            let mut rows = queries::of_client(&mut db, client, ROWS).await?;
            let is_hidden = !cx.reads(owner, Group::History);
            if is_hidden {
                // of a closed card one sees what one is to do oneself
                rows.retain(|task| cx.principal().user_id == Some(task.assignee_id));
            }
            let may_write = cx.principal().reaches("task.write", owner);
            if rows.is_empty() && !may_write {
                return Ok(None);
            }
            let l = &cx.l;
            let src = format!("/tasks/new?client={client}");
            let mut panel = Panel::new(l.t("task-panel"))
                .id("panel-tasks")
                .icon("list-checks")
                .live(format!("client:{client}"), format!("/clients/{client}/panel/tasks"));
            if may_write {
                panel = panel.actions(parts::icon_link("plus", &l.t("task-add"), &src));
            }
            let body = if rows.is_empty() && is_hidden {
                ui::hidden(l, Group::History, client)
            } else if rows.is_empty() {
                let add = Button::secondary(l.t("task-add")).dialog(src);
                ui::empty(
                    "list-checks",
                    &l.t("task-panel-empty"),
                    &l.t("task-panel-empty-words"),
                    Some(add),
                )
            } else {
                let lines: Vec<parts::Line> =
                    rows.iter().map(|task| line(cx, task, may_write)).collect();
                parts::lines(&lines)
            };
            Ok(Some(panel.render(&body)))
        })
    }
}

fn line(cx: &Cx, task: &TaskRow, may_write: bool) -> parts::Line {
    let l = &cx.l;
    let done = format!("/tasks/{}/done", task.id);
    parts::Line {
        icon: task.kind.icon(),
        label: l.t(&format!("task-kind-{}", task.kind.key())),
        title: task.title.clone(),
        href: format!("/tasks/{}", task.id),
        is_dialog: true,
        under: html! {
            (parts::due(l, task.due_on, task.due_at))
            @if cx.principal().user_id != Some(task.assignee_id) {
                " · " (parts::staff_name(cx, Some(task.assignee_id)))
            }
        },
        action: may_write.then(|| parts::icon_link("check", &l.t("task-done"), &done)),
    }
}
