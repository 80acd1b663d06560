//! The list of subscriptions.

use kernel::Timestamp;
use kernel::limits::PAGE_ROWS;
use maud::html;
use web::ui::{self, Button, Cell, Column, PageHeader, Pager, Row, Table, Tone};
use web::{Answer, Cx, FormData};

use super::{HOME, href};
use crate::webhook::queries::{self, Webhook};

pub(super) async fn page(mut cx: Cx) -> Answer {
    let query = FormData::parse(cx.path.split_once('?').map_or("", |(_, query)| query));
    let before = query.text("before").parse();
    let before = before.map_or(Timestamp::from_micros(i64::MAX), Timestamp::from_micros);
    let limit = i64::try_from(PAGE_ROWS).unwrap_or(50);
    let mut rows = queries::list(&mut cx.db, before, limit + 1).await?;
    let has_more = rows.len() > PAGE_ROWS;
    rows.truncate(PAGE_ROWS);
    let l = &cx.l;
    let add = Button::primary(l.t("webhook-new")).icon("plus").dialog("/admin/webhooks/new");
    let none =
        ui::empty("send", &l.t("webhooks-none"), &l.t("webhooks-none-words"), Some(add.clone()));
    let mut table = Table::new("webhooks", l.t("webhooks"))
        .column(Column::text(l.t("webhook-title")).wide())
        .column(Column::text(l.t("webhook-url")).wide())
        .column(Column::text(l.t("webhook-events")))
        .column(Column::text(l.t("webhook-state")))
        .column(Column::text(l.t("webhook-created")))
        .live("kind:webhook", cx.path.clone())
        .empty(none)
        .rows(rows.iter().map(|webhook| row(&cx, webhook)));
    if let Some(last) = rows.last().filter(|_| has_more) {
        let next = Some(format!("{HOME}?before={}", last.created_at.micros()));
        table = table.pager(Pager { previous: None, next, words: l.t("webhook-newest-first") });
    }
    let content = html! {
        (PageHeader::new(l.t("webhooks")).lead(html! { (l.t("webhooks-lead")) }).primary(add).render(l))
        (table.render(l))
    };
    Ok(cx.page(&l.t("webhooks"), &content))
}

fn row(cx: &Cx, webhook: &Webhook) -> Row {
    let l = &cx.l;
    let events = if webhook.events.is_empty() {
        l.t("webhook-events-all")
    } else {
        webhook.events.join(", ")
    };
    let state = if webhook.active {
        ui::dot(Tone::Good, &l.t("webhook-on"))
    } else {
        ui::dot(Tone::Neutral, &l.t("webhook-off"))
    };
    Row::new(webhook.id)
        .href(href(webhook.id))
        .cell(Cell::text(&webhook.title))
        .cell(Cell::text(&webhook.url))
        .cell(Cell::text(events))
        .cell(Cell::markup(state))
        .cell(Cell::ago(l, webhook.created_at))
}
