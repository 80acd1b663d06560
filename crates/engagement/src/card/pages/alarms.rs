//! What somebody should look at, and his word on it.

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Refusals, Timestamp};
use maud::{Markup, html};
use spine::Error;
use uuid::Uuid;
use web::ui::{
    self, Button, Cell, Column, Field, Form, Input, PageHeader, Panel, Row, Table, Tone,
};
use web::{Answer, Cx, FormData};

use crate::card::commands::DecideCardAlarm;
use crate::card::queries::{self, AlarmRow};
use crate::parts;

const ALARMS: &str = "/smart-cards/alarms";
/// Alarms on a page.
const PAGE: i64 = 50;

pub(super) async fn list(mut cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let asked = FormData::parse(&query.unwrap_or_default());
    let below = place(&asked.text("below"));
    let mut rows = queries::alarms(&mut cx.db, (None, true), (below, PAGE + 1)).await?;
    let has_more = rows.len() > usize::try_from(PAGE).unwrap_or(50);
    rows.truncate(usize::try_from(PAGE).unwrap_or(50));
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    queries::cut_alarms(&mut cx.db, &principal, &mut rows).await?;
    let l = &cx.l;
    let body = html! {
        (PageHeader::new(l.t("nav-card-alarms")).lead(html! { (l.t("card-alarms-lead")) }).render(l))
        (table(&cx, &rows))
        @if let (true, Some(last)) = (has_more, rows.last()) {
            (Button::secondary(l.t("card-alarms-more"))
                .href(format!("{ALARMS}?below={}~{}", last.at.micros(), last.id)).render())
        }
    };
    Ok(cx.page(&l.t("nav-card-alarms"), &body))
}

/// Where a page begins.
fn place(text: &str) -> Option<(Timestamp, Uuid)> {
    let (at, id) = text.split_once('~')?;
    Some((Timestamp::from_micros(at.parse().ok()?), id.parse().ok()?))
}

/// Alarms as a table; the page of a card shows its own.
pub(super) fn table(cx: &Cx, rows: &[AlarmRow]) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let may = cx.principal().has("card.watch");
    let shown = rows.iter().map(|alarm| {
        let client = match alarm.client_id {
            Some(id) => Cell::markup(html! { a href={ "/clients/" (id) } { (alarm.number) } }),
            None => Cell::text(&alarm.number),
        };
        let row = Row::new(alarm.id)
            .cell(Cell::ago(l, alarm.at))
            .cell(Cell::text(l.t(&format!("refusal-{}", alarm.reason))))
            .cell(client)
            .cell(Cell::text(directory.branch_name(alarm.branch_id, l.lang)))
            .cell(Cell::markup(word(cx, alarm)));
        match alarm.closed_at {
            None if may => row.actions(
                Button::secondary(l.t("card-alarm-decide"))
                    .dialog(format!("{ALARMS}/{}", alarm.id))
                    .render(),
            ),
            _ => row,
        }
    });
    let table = Table::new("card-alarms", l.t("nav-card-alarms"))
        .column(Column::text(l.t("card-when")))
        .column(Column::text(l.t("card-alarm-reason")).wide())
        .column(Column::text(l.t("card-number")))
        .column(Column::text(l.t("card-where")))
        .column(Column::text(l.t("card-alarm-word")))
        .live("kind:smart_card_alarm", cx.path.clone())
        .rows(shown)
        .empty(ui::empty(
            "circle-check",
            &l.t("card-alarms-none"),
            &l.t("card-alarms-none-words"),
            None,
        ));
    Panel::new(l.t("card-alarms")).flush().render(&table.render(l))
}

fn word(cx: &Cx, alarm: &AlarmRow) -> Markup {
    let l = &cx.l;
    match alarm.closed_at {
        None => ui::badge(Tone::Danger, &l.t("card-alarm-open")),
        Some(at) => html! {
            (alarm.word) " "
            span.quiet { (parts::staff_name(cx, alarm.closed_by)) " · " (l.ago(at)) }
        },
    }
}

async fn one(cx: &mut Cx, id: &str) -> Result<AlarmRow, Error> {
    let id: Uuid = parts::id(id)?;
    queries::alarm(&mut cx.db, id).await?.ok_or(Error::NotFound)
}

pub(super) async fn form(mut cx: Cx, Path(id): Path<String>) -> Answer {
    let alarm = one(&mut cx, &id).await?;
    Ok(show(&cx, StatusCode::OK, &alarm, &FormData::default(), &Refusals::default()))
}

pub(super) async fn decide(mut cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let alarm = one(&mut cx, &id).await?;
    let command = DecideCardAlarm { alarm_id: alarm.id, word: sent.text("word") };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(()) => Ok(cx.done(ALARMS, "flash-card-alarm")),
        Err(Error::Refused(refusals)) => {
            Ok(show(&cx, StatusCode::UNPROCESSABLE_ENTITY, &alarm, &sent, &refusals))
        }
        Err(other) => Err(other.into()),
    }
}

fn show(
    cx: &Cx,
    status: StatusCode,
    alarm: &AlarmRow,
    sent: &FormData,
    refusals: &Refusals,
) -> Response {
    let l = &cx.l;
    let body = html! {
        (ui::error_summary(l, &cx.refusal_words(refusals.general())))
        p { strong { (alarm.number) } " " (l.t(&format!("refusal-{}", alarm.reason))) }
        p.quiet { (l.datetime(alarm.at)) }
        (Field::new("word", l.t("card-alarm-word"), Input::Textarea { rows: 3 }).value(sent.raw("word")).required()
            .error(cx.field_error(refusals, "word")).render(l))
    };
    let form = Form::post(format!("{ALARMS}/{}", alarm.id))
        .hidden("_id", cx.form_id())
        .submit(l.t("card-alarm-close"))
        .cancel(ALARMS)
        .render(l, &body);
    let title = l.t("card-alarm-decide");
    parts::dialog(cx, status, &title, (ALARMS, &l.t("nav-card-alarms")), &form)
}
