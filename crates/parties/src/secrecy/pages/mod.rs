//! What of secrecy stands on the card, the page that says why, and writing readings down.

mod why;

use maud::{Markup, html};
use spine::secrecy::{Group, Level};
use web::i18n::L;
use web::icons::icon;
use web::ui::{self, Button, Tone};
use web::{Access, CardRead, Cx, Logging, Routes};

use super::commands::{NoteReads, ReadLine};
use crate::client::queries::ClientHead;
use crate::contacts::frame::card;

pub(crate) fn routes(routes: Routes) -> Routes {
    let read = Access::Needs("client.read");
    let glass = Access::Needs("secrecy.break_glass");
    routes
        .get("/clients/{id}/secrecy", read, why::page)
        .post("/clients/{id}/secrecy/level", Access::Needs("client.secrecy"), why::set_level)
        .post("/clients/{id}/secrecy/open", glass, why::open)
        .post("/clients/{id}/secrecy/shut", glass, why::shut)
}

/// The mark of a card that is not open.
pub(crate) fn mark(l: &L, head: &ClientHead) -> Markup {
    match head.secrecy {
        Level::Open => html! {},
        level => {
            let tone = if level == Level::Secret { Tone::Danger } else { Tone::Attention };
            ui::badge_with_icon(tone, "lock", &l.t(&format!("secrecy-level-{}", level.key())))
        }
    }
}

/// The way to the page of secrecy: for cards that are not open, and for whoever may close one.
pub(crate) fn button(cx: &Cx, head: &ClientHead) -> Markup {
    let may_set = cx.principal().reaches("client.secrecy", head.owner());
    html! {
        @if head.secrecy != Level::Open || !head.hidden.is_empty() || may_set {
            (Button::quiet(cx.l.t("secrecy-title")).icon("lock").href(format!("{}/secrecy", card(head.id))).render())
        }
    }
}

/// What is hidden on this card and how it is opened, or until when it is open.
pub(crate) fn strip(cx: &Cx, head: &ClientHead) -> Markup {
    let l = &cx.l;
    if let Some(opened) = cx.principal().opened_card(head.id) {
        let until = l.datetime(opened.until);
        return html! {
            div.summary.danger.merge-strip role="status" {
                (icon("lock"))
                span { (l.ta("secrecy-opened-until", &[("time", until.into())])) }
                form method="post" action={ (card(head.id)) "/secrecy/shut" } {
                    input type="hidden" name="_id" value=(cx.form_id());
                    (Button::quiet(l.t("secrecy-shut")).icon("lock").submit().render())
                }
            }
        };
    }
    if head.hidden.is_empty() {
        return html! {};
    }
    let hidden: Vec<String> = head.hidden.iter().map(|group| group_words(l, *group)).collect();
    html! {
        div.summary.merge-strip role="status" {
            (icon("eye-off"))
            span { (l.ta("secrecy-hidden-here", &[("what", hidden.join(", ").into())])) }
            (ui::why_hidden(l, head.id).render())
        }
    }
}

pub(super) fn group_words(l: &L, group: Group) -> String {
    l.t(&format!("secrecy-group-{}", group.key()))
}

/// Writes readings down: of secret cards, and of people found who are out of reach, before the answer leaves; of restricted cards
/// behind it.
pub(crate) fn read_log<'a>(cx: &'a Cx, reads: Vec<CardRead>) -> Logging<'a> {
    Box::pin(async move {
        let waits = |read: &CardRead| read.level == Level::Secret || read.place.is_some();
        let is_waited_for = reads.iter().any(waits);
        let place = cx.path.split('?').next().unwrap_or_default().to_owned();
        let line = |read: CardRead| ReadLine {
            client_id: read.client_id,
            level: read.level,
            groups: read.groups.list(),
            place: read.place.unwrap_or_else(|| place.clone()),
            operation_id: cx.ctx.operation_id.uuid(),
            glass_id: read.glass_id,
        };
        let note = NoteReads { lines: reads.into_iter().map(line).collect() };
        if is_waited_for {
            let ctx = &cx.ctx;
            return cx.app.services.bus.execute(ctx, ctx.command_id(), &note).await;
        }
        cx.app.services.leave_behind(&cx.ctx, note);
        Ok(())
    })
}
