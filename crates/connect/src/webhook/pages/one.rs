//! One subscription: what it says, its deliveries, sending again.

use axum::extract::Path;
use axum::response::Response;
use kernel::limits::PAGE_ROWS;
use kernel::{DeliveryId, Refusals, Timestamp, WebhookId};
use maud::{Markup, html};
use spine::Error;
use web::ui::{
    self, Button, Cell, Column, Field, Input, Kv, PageHeader, Pager, Panel, Row, Table, Tone,
};
use web::{Answer, Cx, FormData};

use super::{HOME, button, href};
use crate::webhook::commands::{ReplayWebhook, ResendDelivery, SetWebhookActive};
use crate::webhook::queries::{self, Delivery, Webhook};

pub(super) async fn page(cx: Cx, Path(id): Path<WebhookId>) -> Answer {
    show(cx, id, &FormData::default(), &Refusals::default()).await
}

async fn show(
    mut cx: Cx,
    id: WebhookId,
    sent: &FormData,
    refusals: &Refusals,
) -> Result<Response, web::Failure> {
    let webhook = queries::get(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    let query = FormData::parse(cx.path.split_once('?').map_or("", |(_, query)| query));
    let limit = i64::try_from(PAGE_ROWS).unwrap_or(50);
    let below = place(&query.text("below"));
    let mut rows = queries::deliveries(&mut cx.db, id, below, limit + 1).await?;
    let has_more = rows.len() > PAGE_ROWS;
    rows.truncate(PAGE_ROWS);
    let l = &cx.l;
    let next = rows
        .last()
        .filter(|_| has_more)
        .map(|last| format!("{}?below={}_{}", href(id), last.created_at.micros(), last.id));
    let content = html! {
        (header(&cx, &webhook))
        (ui::stack(&[
            Panel::new("").render(&facts(&cx, &webhook)),
            replay_panel(&cx, id, sent, refusals),
            table(&cx, id, &rows, next),
        ]))
    };
    let status = if refusals.0.is_empty() { 200 } else { 422 };
    let status = axum::http::StatusCode::from_u16(status).unwrap_or_default();
    Ok(cx.page_with_status(status, &format!("{} · {}", webhook.title, l.t("webhooks")), &content))
}

/// A place in the order of deliveries, as it stands in an address.
fn place(word: &str) -> Option<(Timestamp, DeliveryId)> {
    let (at, id) = word.split_once('_')?;
    Some((Timestamp::from_micros(at.parse().ok()?), id.parse().ok()?))
}

fn header(cx: &Cx, webhook: &Webhook) -> Markup {
    let l = &cx.l;
    let (value, label, icon) = if webhook.active {
        ("0", l.t("webhook-turn-off"), "ban")
    } else {
        ("1", l.t("webhook-turn-on"), "play")
    };
    let action = format!("{}/active", href(webhook.id));
    let switch = button(cx, &action, &[("active", value)], Button::secondary(label).icon(icon));
    let mark = if webhook.active {
        ui::badge(Tone::Good, &l.t("webhook-on"))
    } else {
        ui::badge(Tone::Neutral, &l.t("webhook-off"))
    };
    let edit = Button::secondary(l.t("webhook-edit")).icon("pencil");
    PageHeader::new(&webhook.title)
        .crumb(HOME, l.t("webhooks"))
        .marks(mark)
        .other(switch)
        .other(html! { (edit.dialog(format!("{}/edit", href(webhook.id)))) })
        .render(l)
}

fn facts(cx: &Cx, webhook: &Webhook) -> Markup {
    let l = &cx.l;
    let events = if webhook.events.is_empty() {
        l.t("webhook-events-all")
    } else {
        webhook.events.join(", ")
    };
    Kv::new("webhook-facts")
        .text(l.t("webhook-url"), &webhook.url)
        .text(l.t("webhook-events"), &events)
        .line(l.t("webhook-created"), html! { (l.ago(webhook.created_at)) })
        .render(l)
}

fn replay_panel(cx: &Cx, id: WebhookId, sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let today = l.date(l.today);
    let since = sent.opt("since").unwrap_or(today);
    let body = html! {
        p.quiet { (l.t("webhook-replay-words")) }
        form.inline-actions method="post" action={ (href(id)) "/replay" } {
            input type="hidden" name="_id" value=(cx.form_id());
            (Field::new("since", l.t("webhook-since"), Input::Date).value(since)
                .error(cx.field_error(refusals, "since")).render(l))
            (Button::secondary(l.t("webhook-replay")).icon("send").submit())
        }
    };
    Panel::new(l.t("webhook-replay-title")).render(&body)
}

fn table(cx: &Cx, id: WebhookId, rows: &[Delivery], next: Option<String>) -> Markup {
    let l = &cx.l;
    let none =
        ui::empty("send", &l.t("webhook-no-deliveries"), &l.t("webhook-no-deliveries-words"), None);
    let mut table = Table::new("deliveries", l.t("webhook-deliveries"))
        .column(Column::text(l.t("webhook-event")).wide())
        .column(Column::text(l.t("webhook-state")))
        .column(Column::number(l.t("webhook-attempts")))
        .column(Column::text(l.t("webhook-last")))
        .column(Column::text(l.t("webhook-at")))
        .empty(none)
        .rows(rows.iter().map(|one| row(cx, id, one)));
    if next.is_some() {
        table = table.pager(Pager { previous: None, next, words: l.t("webhook-newest-first") });
    }
    Panel::new(l.t("webhook-deliveries")).flush().render(&table.render(l))
}

fn row(cx: &Cx, id: WebhookId, one: &Delivery) -> Row {
    let l = &cx.l;
    let tone = match one.state.as_str() {
        "sent" => Tone::Good,
        "dead" => Tone::Danger,
        _ if one.attempts > 0 => Tone::Attention,
        _ => Tone::Info,
    };
    let state = ui::dot(tone, &l.t(&format!("webhook-state-{}", one.state)));
    let last = match (one.last_status, one.last_error.as_deref()) {
        (Some(status), _) => Cell::text(status.to_string()),
        (None, Some(word)) => Cell::text(l.t(&format!("webhook-error-{word}"))),
        (None, None) => Cell::none(l),
    };
    let action = format!("{}/deliveries/{}/resend", href(id), one.id);
    let again = Button::quiet(l.t("webhook-resend")).icon("send");
    Row::new(one.id)
        .cell(Cell::text(&one.event))
        .cell(Cell::markup(state))
        .cell(Cell::number(l, one.attempts))
        .cell(last)
        .cell(Cell::ago(l, one.created_at))
        .actions(button(cx, &action, &[], again))
}

pub(super) async fn set_active(cx: Cx, Path(id): Path<WebhookId>, sent: FormData) -> Answer {
    let command = SetWebhookActive { webhook_id: id, active: sent.text("active") == "1" };
    cx.execute(sent.command_id()?, &command).await?;
    Ok(cx.done(&href(id), "flash-webhook-saved"))
}

pub(super) async fn replay(cx: Cx, Path(id): Path<WebhookId>, sent: FormData) -> Answer {
    let mut refusals = Refusals::default();
    let day = sent.date("since", cx.l.today, &mut refusals);
    if day.is_none() && refusals.0.is_empty() {
        refusals.push(kernel::Refusal::field("required", "since"));
    }
    let outcome = match (day, refusals.into_result()) {
        (Some(day), Ok(())) => {
            let since = Timestamp::start_of(day, &cx.l.zone);
            let command = ReplayWebhook { webhook_id: id, since };
            cx.execute(sent.command_id()?, &command).await.map(drop)
        }
        (None, Ok(())) => Err(Error::refused_field("required", "since")),
        (_, Err(refusals)) => Err(Error::Refused(refusals)),
    };
    match outcome {
        Ok(()) => Ok(cx.done(&href(id), "flash-webhook-resent")),
        Err(Error::Refused(refusals)) => show(cx, id, &sent, &refusals).await,
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn resend(
    cx: Cx,
    Path((id, delivery)): Path<(WebhookId, DeliveryId)>,
    sent: FormData,
) -> Answer {
    cx.execute(sent.command_id()?, &ResendDelivery { delivery_id: delivery }).await?;
    Ok(cx.done(&href(id), "flash-webhook-resent"))
}
