//! What this slice shows on the client card: the buttons that log a contact, and the timeline.

use std::sync::Arc;

use maud::html;
use spine::Error;
use spine::secrecy::Group;
use web::ui::{self, Button, Menu, MenuItem, Panel};
use web::{CardClient, CardPanel, Cx, PanelMarkup, PanelSlot};

use super::history::Asked;
use super::timeline;
use crate::interaction::model::{Channel, TimelineFilter};
use crate::interaction::queries::Place;

pub(crate) fn panels() -> Vec<Arc<dyn CardPanel>> {
    vec![Arc::new(Actions), Arc::new(Timeline)]
}

struct Actions;

impl CardPanel for Actions {
    fn key(&self) -> &'static str {
        "contact-actions"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Header
    }
    fn order(&self) -> u32 {
        10
    }
    fn render<'a>(
        &'a self,
        cx: &'a Cx,
        CardClient { id: client, owner }: CardClient,
    ) -> PanelMarkup<'a> {
        Box::pin(async move {
            let l = &cx.l;
            let may_log = cx.principal().reaches("interaction.log", owner);
            let may_plan = cx.principal().reaches("task.write", owner);
            if !may_log && !may_plan {
                return Ok(None);
            }
            let src = |channel: Channel| format!("/clients/{client}/log?channel={}", channel.key());
            let item = |channel: Channel, icon: &'static str| MenuItem::Dialog {
                src: src(channel),
                icon,
                label: l.t(&format!("interaction-log-{}", channel.key())),
            };
            let menu = Menu::new("log-menu", l.t("interaction-log-more"))
                .item(item(Channel::Branch, "door-open"))
                .item(item(Channel::Meeting, "handshake"))
                .item(item(Channel::Email, "mail"))
                .item(item(Channel::Sms, "smartphone"))
                .item(item(Channel::Letter, "file-text"))
                .item(item(Channel::Chat, "message-circle"));
            Ok(Some(html! {
                div.card-actions {
                    @if may_log {
                        (Button::primary(l.t("interaction-log-phone")).icon("phone").dialog(src(Channel::Phone)))
                        (Button::secondary(l.t("interaction-log-note")).icon("sticky-note").dialog(src(Channel::Note)))
                    }
                    @if may_plan {
                        (Button::secondary(l.t("task-add")).icon("square-check")
                            .dialog(format!("/tasks/new?client={client}")))
                    }
                    @if may_log { (menu.render()) }
                }
            }))
        })
    }
}

struct Timeline;

impl CardPanel for Timeline {
    fn key(&self) -> &'static str {
        "timeline"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Main
    }
    fn order(&self) -> u32 {
        60
    }
    fn render<'a>(
        &'a self,
        cx: &'a Cx,
        CardClient { id: client, owner }: CardClient,
    ) -> PanelMarkup<'a> {
        Box::pin(async move {
            if !cx.principal().sees(owner).has(Group::History) {
                let panel =
                    Panel::new(cx.l.t("timeline-title")).id("panel-timeline").icon("history");
                let words = ui::hidden(&cx.l, Group::History, client);
                return Ok(Some(panel.render(&words)));
            }
            if !cx.principal().reaches("interaction.read", owner) {
                return Ok::<_, Error>(None);
            }
            cx.reads(owner, Group::History);
            let asked =
                Asked { filter: TimelineFilter::All, query: String::new(), below: Place::TOP };
            timeline::panel(cx, (client, owner), &asked).await.map(Some)
        })
    }
}
