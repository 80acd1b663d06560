//! Who is before the clerk: who he is, what was done. What he came for: `theme`; by what steps he is served, and the end: `guide`.

use axum::extract::Path;
use axum::http::StatusCode;
use kernel::{ClientId, Refusals, VisitId};
use maud::{Markup, html};
use spine::{Command, Error};
use web::ui::{
    self, Button, Cell, Column, Field, Form, Kv, Opt, Panel, Row, Table, Tone, form_row,
};
use web::{Answer, Cx, FormData, SearchHit};

use super::desk::{Current, Desk, show, theme_words};
use super::{HOME, guide, known, theme};
use crate::card::pages as card_pages;
use crate::desk::commands::{CallVisitor, IdentifyVisitor, LeaveVisit, RejectVisitor};
use crate::desk::model::{IDENTIFIED_BY, VisitState};
use crate::desk::queries::{ThemeRow, VisitRow};
use crate::parts;

pub(super) fn home(visit: VisitId) -> String {
    format!("{HOME}?visit={visit}")
}

/// Executes what a form of the desk asks; what is refused comes back with everything that was typed.
pub(super) async fn run<C: Command>(
    mut cx: Cx,
    (visit, sent): (VisitId, FormData),
    command: Result<C, Refusals>,
    (to, flash): (String, &str),
) -> Answer {
    let outcome = match command {
        Ok(command) => cx.execute(sent.command_id()?, &command).await.map(|_| ()),
        Err(refusals) => Err(Error::Refused(refusals)),
    };
    match outcome {
        Ok(()) => Ok(cx.done(&to, flash)),
        Err(Error::Refused(refusals)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            // what is shown is the desk; its live parts are fetched from there
            cx.path = home(visit);
            Ok(show(&mut cx, status, Some(visit), &sent, &refusals).await?)
        }
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn call(cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let visit_id: VisitId = parts::id(&id)?;
    run(cx, (visit_id, sent), Ok(CallVisitor { visit_id }), (home(visit_id), "flash-visit-called"))
        .await
}

pub(super) async fn leave(cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let visit_id: VisitId = parts::id(&id)?;
    run(cx, (visit_id, sent), Ok(LeaveVisit { visit_id }), (HOME.to_owned(), "flash-visit-left"))
        .await
}

pub(super) async fn identify(cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let visit_id: VisitId = parts::id(&id)?;
    let client_id = parts::id(&sent.text("client"))?;
    let command =
        IdentifyVisitor { visit_id, client_id, by: sent.text("by"), with: sent.text("with") };
    run(cx, (visit_id, sent), Ok(command), (home(visit_id), "flash-visit-identified")).await
}

pub(super) async fn reject(cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let visit_id: VisitId = parts::id(&id)?;
    let client_id = parts::id(&sent.text("client"))?;
    let command = RejectVisitor { visit_id, client_id, reason: sent.text("reason") };
    run(cx, (visit_id, sent), Ok(command), (home(visit_id), "flash-visit-rejected")).await
}

/// The middle of the desk.
pub(super) fn part(cx: &Cx, desk: &Desk, sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let Some(current) = &desk.current else {
        let serve =
            Button::primary(l.t("visit-serve")).icon("user-plus").dialog("/desk/new?serve=on");
        let none =
            ui::empty("door-open", &l.t("desk-nobody"), &l.t("desk-nobody-words"), Some(serve));
        return Panel::new("").render(&none);
    };
    let is_served = current.visit.state == VisitState::Serving;
    html! {
        (head(cx, desk, current))
        @if is_served {
            (who(cx, desk, current, sent, refusals))
            (theme::form(cx, &desk.themes, current, sent, refusals))
        }
        @if is_served && !current.scripts.is_empty() { (guide::part(cx, current)) }
        (operations(cx, current))
        @if is_served { (guide::finish_form(cx, current, sent, refusals)) }
    }
}

const fn tone(state: VisitState) -> Tone {
    match state {
        VisitState::Waiting => Tone::Attention,
        VisitState::Serving => Tone::Info,
        VisitState::Done => Tone::Good,
        VisitState::Left => Tone::Neutral,
    }
}

fn head(cx: &Cx, desk: &Desk, current: &Current) -> Markup {
    let l = &cx.l;
    let visit = &current.visit;
    let state = l.t(&format!("visit-state-{}", visit.state.key()));
    let mut kv = Kv::new("visit-facts")
        .two_columns()
        .line(l.t("visit-arrived"), html! { (l.ago(visit.arrived_at)) })
        .text(l.t("visit-person"), &visit.person)
        .text(l.t("visit-theme"), &theme_words(cx, &desk.themes, visit));
    if let Some(called) = visit.called_at {
        let waited = called.seconds_since(visit.arrived_at).max(0);
        kv = kv.text(l.t("visit-waited"), &minutes(cx, waited));
    }
    if !visit.note.is_empty() {
        kv = kv.text(l.t("visit-note"), &visit.note);
    }
    let title = l.ta("visit-title", &[("ticket", visit.ticket.as_str().into())]);
    Panel::new(title)
        .icon("door-open")
        .actions(ui::badge(tone(visit.state), &state))
        .render(&kv.render(l))
}

/// A length of time as people say it.
pub(super) fn minutes(cx: &Cx, seconds: i64) -> String {
    cx.l.ta("visit-minutes", &[("n", (seconds.saturating_add(30) / 60).into())])
}

fn who(cx: &Cx, desk: &Desk, current: &Current, sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let body = match &current.client {
        Some(client) => html! {
            p {
                (parts::client_link(l, client.id, &client.name, &client.number))
                " " span.quiet { (by_words(cx, &current.visit)) }
            }
            @if let Some(card) = &current.card { (card_pages::digest_part(cx, card)) }
            (not_him(cx, (&current.visit, client.id), sent, refusals))
        },
        None if current.known.is_some() => known::shown(cx, current, sent, refusals),
        None => html! {
            @if let Some(card) = &current.card {
                p.quiet { (l.t("card-stranger")) }
                (card_pages::digest_part(cx, card))
            }
            (search_form(cx, &current.visit, sent))
            @if sent.is_set("q") || sent.is_set("client") {
                @if desk.hits.is_empty() && desk.known.is_empty() {
                    p.quiet { (l.t("visit-nobody-found")) " " a href="/clients/new" { (l.t("visit-register")) } }
                }
                @for hit in &desk.hits { (hit_form(cx, &current.visit, hit, sent, refusals)) }
                @for one in &desk.known { (known::hit_form(cx, &current.visit, one, sent, refusals)) }
            }
        },
    };
    let mut panel = Panel::new(l.t("visit-who")).icon("user").id("visit-who");
    if current.client.is_none() || current.card.is_some() {
        let card = Button::secondary(l.t("card-by-card")).icon("credit-card");
        panel =
            panel.actions(card.dialog(format!("{HOME}/visits/{}/card", current.visit.id)).render());
    }
    panel.render(&body)
}

pub(super) fn by_words(cx: &Cx, visit: &VisitRow) -> String {
    let by = cx.l.t(&format!("visit-by-{}", visit.identified_by));
    match visit.identified_with.is_empty() {
        true => by,
        false => format!("{by} · {}", visit.identified_with),
    }
}

pub(super) fn not_him(
    cx: &Cx,
    (visit, client): (&VisitRow, ClientId),
    sent: &FormData,
    refusals: &Refusals,
) -> Markup {
    let l = &cx.l;
    let body = Field::text("reason", l.t("visit-reason"))
        .value(sent.raw("reason"))
        .required()
        .error(cx.field_error(refusals, "reason"))
        .render(l);
    let form = Form::post(format!("{HOME}/visits/{}/reject", visit.id))
        .hidden("_id", cx.form_id())
        .hidden("client", client.to_string())
        .submit(l.t("visit-reject"))
        .destructive()
        .render(l, &body);
    html! { details open[refusals.of("reason").is_some()] { summary { (l.t("visit-not-him")) } (form) } }
}

fn search_form(cx: &Cx, visit: &VisitRow, sent: &FormData) -> Markup {
    let l = &cx.l;
    html! {
        form.form.desk-search method="get" action=(HOME) role="search" {
            input type="hidden" name="visit" value=(visit.id);
            (Field::text("q", l.t("visit-find")).value(sent.raw("q")).hint(l.t("visit-find-hint"))
                .attribute("autocomplete", "off").render(l))
            div.form-actions { (Button::secondary(l.t("visit-find-go")).icon("search").submit()) }
        }
    }
}

/// By what the clerk sees who it is.
pub(super) fn by_fields(
    cx: &Cx,
    (words, sent): (&[&str], &FormData),
    with: Field,
    error: Option<String>,
) -> Markup {
    let l = &cx.l;
    let by = parts::word_options(l, "visit-by-", words, None);
    form_row(&[
        Field::select("by", l.t("visit-by"), by).value(sent.text("by")).error(error).render(l),
        with.attribute("autocomplete", "off").render(l),
    ])
}

/// A client who may be the visitor: by what the clerk sees that it is he.
fn hit_form(
    cx: &Cx,
    visit: &VisitRow,
    hit: &SearchHit,
    sent: &FormData,
    refusals: &Refusals,
) -> Markup {
    let l = &cx.l;
    let Some(client) = hit.client else { return html! {} };
    let is_asked = sent.text("client") == client.to_string();
    let error = |name: &str| cx.field_error(refusals, name).filter(|_| is_asked);
    let typed = if is_asked { sent.raw("with") } else { "" };
    let with = Field::text("with", l.t("visit-with")).value(typed).error(error("with"));
    let body = by_fields(cx, (&IDENTIFIED_BY, sent), with, error("by"));
    let form = Form::post(format!("{HOME}/visits/{}/identify", visit.id))
        .id(format!("identify-{client}"))
        .hidden("_id", cx.form_id())
        .hidden("client", client.to_string())
        .hidden("q", sent.raw("q"))
        .submit(l.t("visit-confirm"))
        .render(l, &body);
    html! {
        div.desk-hit {
            p { strong { (hit.title) } " " span.quiet { (hit.detail) } }
            (form)
        }
    }
}

/// Themes as a choice reads: those under another one stand under it.
pub(super) fn theme_options(cx: &Cx, themes: &[ThemeRow]) -> Vec<Opt> {
    let offered = themes.iter().filter(|t| !t.archived).map(|t| {
        let under = if t.parent_id.is_some() { "— " } else { "" };
        Opt::new(t.id.to_string(), format!("{under}{}", t.shown_name(cx.l.lang)))
    });
    std::iter::once(Opt::new("", cx.l.t("visit-theme-none"))).chain(offered).collect()
}

fn operations(cx: &Cx, current: &Current) -> Markup {
    let l = &cx.l;
    let record = Button::secondary(l.t("operation-record"))
        .icon("plus")
        .dialog(format!("/desk/operations/new?visit={}", current.visit.id));
    let rows = current.operations.iter().map(|o| {
        Row::new(o.id)
            .cell(Cell::text(l.t(&format!("operation-kind-{}", o.kind))))
            .cell(if o.amount_minor == 0 { Cell::none(l) } else { Cell::money(l, o.sum()) })
            .cell(Cell::text(&o.reference))
            .cell(Cell::markup(super::day::marks(cx, o)))
    });
    let table = Table::new("visit-operations", l.t("visit-operations"))
        .column(Column::text(l.t("operation-kind")).wide())
        .column(Column::number(l.t("operation-amount")))
        .column(Column::text(l.t("operation-reference")))
        .column(Column::text(l.t("operation-state")))
        .rows(rows)
        .empty(ui::empty("clipboard-check", &l.t("visit-operations-none"), "", None));
    let pay = Button::secondary(l.t("card-pay"))
        .icon("credit-card")
        .dialog(format!("{HOME}/visits/{}/card/pay", current.visit.id));
    let mut panel = Panel::new(l.t("visit-operations")).flush();
    if current.visit.state.is_open() {
        panel = panel.actions(html! { @if current.card.is_some() { (pay) " " } (record) });
    }
    panel.render(&table.render(l))
}
