//! A client's cards, on his page.

use maud::html;
use spine::secrecy::Group;
use web::ui::{Button, Panel};
use web::{CardClient, CardPanel, Cx, PanelMarkup, PanelSlot};

use super::one::state_badge;
use crate::card::queries;
use crate::parts;

/// Cards shown.
const ROWS: i64 = 6;

pub(super) struct Cards;

impl CardPanel for Cards {
    fn key(&self) -> &'static str {
        "smart-cards"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Rail
    }
    fn order(&self) -> u32 {
        70
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
            // cards are issued where their keys are
            let is_here = !cx.app.services.bus.is_at_branch();
            let may_issue = is_here && cx.principal().reaches("card.issue", owner);
            let cards = queries::of_client(&mut cx.db.clone(), client, ROWS).await?;
            if cards.is_empty() && !may_issue {
                return Ok(None);
            }
            let l = &cx.l;
            let lines: Vec<parts::Line> = cards
                .iter()
                .map(|card| parts::Line {
                    icon: "credit-card",
                    label: l.t("card-panel"),
                    title: card.number.clone(),
                    href: format!("/smart-cards/{}", card.id),
                    is_dialog: false,
                    under: html! { (l.t("card-limit")) " " (l.money(card.limit())) },
                    action: Some(state_badge(cx, card.state)),
                })
                .collect();
            let body = match lines.is_empty() {
                true => html! { p.quiet { (l.t("card-none")) } },
                false => parts::lines(&lines),
            };
            let mut panel = Panel::new(l.t("card-panel"))
                .id("panel-smart-cards")
                .icon("credit-card")
                .live(format!("client:{client}"), format!("/clients/{client}/panel/smart-cards"));
            if may_issue {
                let issue = Button::quiet(l.t("card-issue-title")).icon("plus");
                let issue = issue.dialog(format!("/smart-cards/new?client={client}"));
                panel = panel.actions(html! { (issue) });
            }
            Ok(Some(panel.render(&body)))
        })
    }
}
