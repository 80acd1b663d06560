//! Why one may see of a client what one sees: level, groups, the rules that decided; how to ask; who looked.

use axum::extract::Path;
use axum::http::StatusCode;
use kernel::{ClientId, Refusals};
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::commands::{OPEN_MINUTES, REASONS};
use spine::secrecy::{Act, Group, Level};
use web::i18n::L;
use web::icons::icon;
use web::ui::{self, Cell, Column, Field, Form, Input, Opt, PageHeader, Panel, Row, Table, Tone};
use web::{Answer, Cx, FormData};

use super::group_words;
use crate::client::queries::{self as clients, ClientHead};
use crate::contacts::frame::{card, id, name_of, summary};
use crate::secrecy::commands::{OpenCard, SetSecrecy, ShutCard};
use crate::secrecy::queries::{self, Reading};

/// Readings shown on the page of one client.
const READINGS: i64 = 50;

pub(super) async fn page(cx: Cx, Path(client): Path<String>) -> Answer {
    let head = found(&cx, &client).await?;
    show(&cx, &head, &FormData::default(), &Refusals::default()).await
}

async fn found(cx: &Cx, client: &str) -> Result<ClientHead, Error> {
    let client: ClientId = id(client)?;
    clients::head(&mut cx.db.clone(), cx.principal(), client).await
}

async fn show(cx: &Cx, head: &ClientHead, sent: &FormData, refusals: &Refusals) -> Answer {
    let l = &cx.l;
    let mut parts = vec![why(cx, head)];
    if let Some(ask) = glass(cx, head, sent, refusals) {
        parts.push(ask);
    }
    if cx.principal().reaches("client.secrecy", head.owner()) {
        parts.push(level_form(cx, head, sent, refusals));
    }
    if may_see_readings(cx, head) {
        let lines = queries::readings(&mut cx.db.clone(), head.id, READINGS).await?;
        parts.push(readings(cx, &lines));
    }
    let title = l.t("secrecy-title");
    let content = html! {
        (PageHeader::new(title.clone()).crumb("/clients", l.t("nav-clients"))
            .crumb(card(head.id), name_of(l, head)).marks(super::mark(l, head)).render(l))
        (ui::stack(&parts))
    };
    let status =
        if refusals.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(cx.page_with_status(status, &title, &content))
}

/// The client's manager and the officers see who looked.
fn may_see_readings(cx: &Cx, head: &ClientHead) -> bool {
    let is_manager = head.manager_id.is_some() && head.manager_id == cx.principal().user_id;
    cx.principal().has("secrecy.read") || is_manager
}

/// Each group: seen or not, and the rules that say so.
fn why(cx: &Cx, head: &ClientHead) -> Markup {
    let l = &cx.l;
    let principal = cx.principal();
    let mut table = Table::new("secrecy-why", l.t("secrecy-why"))
        .column(Column::text(l.t("secrecy-what")))
        .column(Column::text(l.t("secrecy-answer")))
        .column(Column::text(l.t("secrecy-because")).wide());
    for group in Group::ALL.iter().copied() {
        let sees = head.sees(group);
        let (tone, word) = if sees {
            (Tone::Good, "secrecy-seen")
        } else {
            (Tone::Neutral, "secrecy-hidden-cell")
        };
        table = table.row(
            Row::new(group.key())
                .cell(Cell::text(group_words(l, group)))
                .cell(Cell::markup(ui::dot(tone, &l.t(word))))
                .cell(Cell::markup(because(cx, head, group))),
        );
    }
    let relation = principal.relation(head.owner());
    let level = l.t(&format!("secrecy-level-{}", head.secrecy.key()));
    let relation = l.t(&format!("secrecy-relation-{}", relation.key()));
    let words =
        l.ta("secrecy-why-words", &[("level", level.into()), ("relation", relation.into())]);
    Panel::new(l.t("secrecy-why"))
        .icon("lock")
        .flush()
        .footer(html! { p.quiet { (words) } })
        .render(&table.render(l))
}

fn because(cx: &Cx, head: &ClientHead, group: Group) -> Markup {
    let l = &cx.l;
    let principal = cx.principal();
    let Some(what) = principal.what(head.owner()) else { return html! {} };
    let decider = principal.decider();
    let decision = decider.explain(Act::Read(group), what);
    if group == Group::Holdings
        && decision.is_allowed
        && !principal.reaches("holding.read", head.owner())
    {
        return html! { (l.t("secrecy-no-right")) };
    }
    html! {
        div.cell-lines.wrap {
        @if decision.rules.is_empty() { span.quiet { (l.t("secrecy-nothing-allows")) } }
        @for id in &decision.rules {
            @if let Some(rule) = decider.rules().rule(id) {
                div { (rule_words(l, &rule.ru, &rule.en)) " " span.quiet { "#" (id) } }
            }
        }
        }
    }
}

fn rule_words<'a>(l: &L, ru: &'a str, en: &'a str) -> &'a str {
    match l.lang {
        kernel::Lang::Ru => ru,
        kernel::Lang::En => en,
    }
}

/// The form that opens the card for a reason, where something is hidden.
fn glass(cx: &Cx, head: &ClientHead, sent: &FormData, refusals: &Refusals) -> Option<Markup> {
    let l = &cx.l;
    if head.hidden.is_empty() {
        return None;
    }
    let panel = Panel::new(l.t("secrecy-glass")).icon("shield-alert");
    let principal = cx.principal();
    if principal.is_program || !principal.reaches("secrecy.break_glass", head.owner()) {
        return Some(panel.render(&html! { p.quiet { (l.t("secrecy-glass-not")) } }));
    }
    let reasons = REASONS
        .iter()
        .map(|code| Opt::new(*code, l.t(&format!("secrecy-reason-{}", code.replace('_', "-")))))
        .collect();
    let body = html! {
        (summary(cx, refusals, &["reason_code", "reason"]))
        p { (icon("info")) " " (l.ta("secrecy-glass-words", &[("minutes", OPEN_MINUTES.into())])) }
        (Field::select("reason_code", l.t("secrecy-reason-code"), reasons)
            .value(sent.raw("reason_code")).required()
            .error(cx.field_error(refusals, "reason_code")).render(l))
        (Field::new("reason", l.t("secrecy-reason"), Input::Textarea { rows: 2 })
            .value(sent.raw("reason")).required().full()
            .error(cx.field_error(refusals, "reason")).render(l))
    };
    let form = Form::post(format!("{}/secrecy/open", card(head.id)))
        .hidden("_id", cx.form_id())
        .submit(l.t("secrecy-glass-open"))
        .cancel(card(head.id));
    Some(panel.render(&form.render(l, &body)))
}

fn level_form(cx: &Cx, head: &ClientHead, sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let levels = Level::ALL
        .iter()
        .map(|level| Opt::new(level.key(), l.t(&format!("secrecy-level-{}", level.key()))))
        .collect();
    let value = sent.opt("level").unwrap_or_else(|| head.secrecy.key().to_owned());
    let body = html! {
        (summary(cx, refusals, &["level", "why"]))
        (Field::select("level", l.t("field-secrecy"), levels).value(value)
            .hint(l.t("secrecy-level-hint")).error(cx.field_error(refusals, "level")).render(l))
        (Field::text("why", l.t("secrecy-level-why")).value(sent.raw("why")).required()
            .error(cx.field_error(refusals, "why")).render(l))
    };
    let form = Form::post(format!("{}/secrecy/level", card(head.id)))
        .hidden("_id", cx.form_id())
        .submit(l.t("secrecy-level-save"));
    Panel::new(l.t("field-secrecy")).icon("shield").render(&form.render(l, &body))
}

fn readings(cx: &Cx, lines: &[Reading]) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let none = ui::empty("eye", &l.t("secrecy-readings-none"), "", None);
    let mut table = Table::new("readings", l.t("secrecy-readings"))
        .column(Column::text(l.t("secrecy-when")))
        .column(Column::text(l.t("secrecy-who")).wide())
        .column(Column::text(l.t("secrecy-what")))
        .column(Column::text(l.t("secrecy-channel")))
        .empty(none);
    for line in lines {
        let who = line.staff_id.map_or_else(
            || l.t("client-changes-system"),
            |id| directory.staff_name(id, l.lang).to_owned(),
        );
        let groups = line.groups.split(' ').filter_map(Group::from_key);
        let groups: Vec<String> = groups.map(|group| group_words(l, group)).collect();
        let what = html! {
            (groups.join(", "))
            @if line.glass_id.is_some() { " " (ui::badge(Tone::Attention, &l.t("secrecy-by-glass"))) }
        };
        table = table.row(
            Row::new(line.id)
                .cell(Cell::text(l.datetime(line.at)))
                .cell(Cell::text(who))
                .cell(Cell::markup(what))
                .cell(Cell::quiet(l.t(&format!("secrecy-channel-{}", line.channel)))),
        );
    }
    Panel::new(l.t("secrecy-readings")).icon("eye").flush().render(&table.render(l))
}

pub(super) async fn set_level(cx: Cx, Path(client): Path<String>, sent: FormData) -> Answer {
    let head = found(&cx, &client).await?;
    let Some(level) = Level::from_key(&sent.text("level")) else {
        let refusals = kernel::Refusal::field("not-a-choice", "level").into();
        return show(&cx, &head, &sent, &refusals).await;
    };
    let command = SetSecrecy { client_id: head.id, level, reason: sent.text("why") };
    let outcome = cx.execute(sent.command_id()?, &command).await;
    finish(&cx, &head, &sent, outcome, "flash-secrecy-set").await
}

pub(super) async fn open(cx: Cx, Path(client): Path<String>, sent: FormData) -> Answer {
    let head = found(&cx, &client).await?;
    let (reason_code, reason) = (sent.text("reason_code"), sent.text("reason"));
    let command = OpenCard { client_id: head.id, reason_code, reason };
    let outcome = cx.execute(sent.command_id()?, &command).await.map(drop);
    finish(&cx, &head, &sent, outcome, "flash-secrecy-opened").await
}

pub(super) async fn shut(cx: Cx, Path(client): Path<String>, sent: FormData) -> Answer {
    let head = found(&cx, &client).await?;
    let outcome = cx.execute(sent.command_id()?, &ShutCard { client_id: head.id }).await;
    finish(&cx, &head, &sent, outcome, "flash-secrecy-shut").await
}

async fn finish(
    cx: &Cx,
    head: &ClientHead,
    sent: &FormData,
    outcome: Result<(), Error>,
    flash: &str,
) -> Answer {
    match outcome {
        Ok(()) => Ok(cx.done(&card(head.id), flash)),
        Err(Error::Refused(mut refusals)) => {
            for refusal in &mut refusals.0 {
                // both forms have a reason; that of the level stands at a field of another name
                let of_level = sent.opt("level").is_some();
                if of_level && refusal.field.as_deref() == Some("reason") {
                    refusal.field = Some("why".to_owned());
                }
            }
            show(cx, head, sent, &refusals).await
        }
        Err(error) => Err(error.into()),
    }
}
