//! The report of cards that were opened for an urgent reason, and its review.

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use kernel::Refusals;
use kernel::limits::PAGE_ROWS;
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::commands::ReviewGlass;
use spine::secrecy::queries::{self, Glass};
use spine::secrecy::{Level, queries as secrecy};
use uuid::Uuid;
use web::ui::{
    self, Button, Cell, Column, Field, Input, Kv, PageHeader, Pager, Panel, Row, Tab, Table, Tone,
};
use web::{Answer, Cx, FormData};

use super::{GLASS, level_words, place};
use crate::pages::summary;
use crate::secrecy::queries::client;

pub(super) async fn list(mut cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let l = cx.l.clone();
    let asked = FormData::parse(&query.unwrap_or_default());
    let only_open = asked.raw("show") != "all";
    let limit = i64::try_from(PAGE_ROWS).unwrap_or(50) + 1;
    let mut rows = queries::glasses(&mut cx.db, only_open, place(&asked), limit).await?;
    let has_more = rows.len() > PAGE_ROWS;
    rows.truncate(PAGE_ROWS);
    let next = rows.last().filter(|_| has_more).map(|last| {
        let before = format!("{}.{}", last.at.micros(), last.id);
        let show = if only_open { "open" } else { "all" };
        format!("{GLASS}{}", ui::query_string([("show", show), ("before", before.as_str())]))
    });
    let body = html! {
        (PageHeader::new(l.t("admin-glass")).lead(html! { (l.t("admin-glass-lead")) }).render(&l))
        (ui::tabs(&l.t("admin-glass"), &[
            Tab::new(GLASS, l.t("admin-glass-to-review"), only_open),
            Tab::new(format!("{GLASS}?show=all"), l.t("admin-glass-all"), !only_open),
        ]))
        (table(&cx, &rows, next))
    };
    Ok(cx.page(&l.t("admin-glass"), &body))
}

fn review_mark(cx: &Cx, review: &str) -> Markup {
    let tone = match review {
        "justified" => Tone::Good,
        "unjustified" => Tone::Danger,
        _ => Tone::Attention,
    };
    ui::badge(tone, &cx.l.t(&format!("admin-glass-review-{review}")))
}

fn reason_words(cx: &Cx, glass: &Glass) -> String {
    cx.l.t(&format!("secrecy-reason-{}", glass.reason_code.replace('_', "-")))
}

fn table(cx: &Cx, rows: &[Glass], next: Option<String>) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let none =
        ui::empty("shield-check", &l.t("admin-glass-none"), &l.t("admin-glass-none-words"), None);
    let mut table = Table::new("break-glass", l.t("admin-glass"))
        .column(Column::text(l.t("admin-reads-when")))
        .column(Column::text(l.t("admin-reads-who")))
        .column(Column::text(l.t("admin-secrecy-level")))
        .column(Column::text(l.t("admin-glass-reason")).wide())
        .column(Column::text(l.t("admin-glass-review")))
        .empty(none);
    for one in rows {
        let why = html! { div { (reason_words(cx, one)) br; span.quiet { (one.reason) } } };
        let level = Level::from_key(&one.level).map_or_else(String::new, |x| level_words(l, x));
        table = table.row(
            Row::new(one.id)
                .href(format!("{GLASS}/{}", one.id))
                .cell(Cell::text(l.datetime(one.at)))
                .cell(Cell::text(directory.staff_name(one.staff_id, l.lang)))
                .cell(Cell::text(level))
                .cell(Cell::markup(why))
                .cell(Cell::markup(review_mark(cx, &one.review))),
        );
    }
    if let Some(next) = next {
        let words = l.t("admin-newest-first");
        table = table.pager(Pager { previous: None, next: Some(next), words });
    }
    Panel::new("").flush().render(&table.render(l))
}

pub(super) async fn one(cx: Cx, Path(id): Path<Uuid>) -> Answer {
    let glass = found(&cx, id).await?;
    show(&cx, &glass, &FormData::default(), &Refusals::default()).await
}

async fn found(cx: &Cx, id: Uuid) -> Result<Glass, Error> {
    secrecy::one_glass(&mut cx.db.clone(), id).await?.ok_or(Error::NotFound)
}

async fn show(cx: &Cx, glass: &Glass, sent: &FormData, refusals: &Refusals) -> Answer {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let named = client(&mut cx.db.clone(), &glass.client_id.to_string()).await?;
    let known = named.filter(|c| cx.principal().reaches("client.read", c.owner));
    let who =
        known.map_or_else(|| l.t("secrecy-hidden-cell"), |c| format!("{} · {}", c.name, c.number));
    let mut kv = Kv::new("glass")
        .text(l.t("admin-reads-who"), directory.staff_name(glass.staff_id, l.lang))
        .line(
            l.t("admin-reads-client"),
            html! { a href={ "/clients/" (glass.client_id) "/secrecy" } { (who) } },
        )
        .text(l.t("admin-reads-when"), &l.datetime(glass.at))
        .text(l.t("admin-glass-until"), &l.datetime(glass.ended_at.unwrap_or(glass.until)))
        .text(l.t("admin-glass-reason"), &format!("{}: {}", reason_words(cx, glass), glass.reason));
    if let (Some(by), Some(at)) = (glass.reviewed_by, glass.reviewed_at) {
        let reviewed = format!("{} · {}", directory.staff_name(by, l.lang), l.datetime(at));
        kv = kv.text(l.t("admin-glass-reviewed"), &reviewed);
        kv = kv.text(l.t("admin-glass-note"), &glass.review_note);
    }
    let mut parts =
        vec![Panel::new(l.t("admin-glass-one")).icon("shield-alert").render(&kv.render(l))];
    let is_own = cx.principal().user_id == Some(glass.staff_id);
    if glass.review == "open" && cx.principal().has("secrecy.change") && !is_own {
        parts.push(form(cx, glass, sent, refusals));
    }
    let title = l.t("admin-glass-one");
    let body = html! {
        (PageHeader::new(title.clone()).crumb(GLASS, l.t("admin-glass"))
            .marks(review_mark(cx, &glass.review)).render(l))
        (summary(cx, refusals))
        (ui::stack(&parts))
    };
    let status =
        if refusals.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(cx.page_with_status(status, &title, &body))
}

fn form(cx: &Cx, glass: &Glass, sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let body = html! {
        form.form method="post" action={ (GLASS) "/" (glass.id) "/review" } {
            input type="hidden" name="_id" value=(cx.form_id());
            div.form-body {
                (Field::new("note", l.t("admin-glass-note"), Input::Textarea { rows: 2 })
                    .value(sent.raw("note")).required().full()
                    .error(cx.field_error(refusals, "note")).render(l))
            }
            div.form-actions {
                (Button::danger(l.t("admin-glass-unjustified")).icon("ban").sends("verdict", "unjustified"))
                (Button::primary(l.t("admin-glass-justified")).icon("check").sends("verdict", "justified"))
            }
        }
    };
    Panel::new(l.t("admin-glass-review")).icon("scale").render(&body)
}

pub(super) async fn review(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    let command = ReviewGlass {
        glass_id: id,
        is_justified: sent.text("verdict") == "justified",
        note: sent.text("note"),
    };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(()) => Ok(cx.done(GLASS, "flash-glass-reviewed")),
        Err(Error::Refused(refusals)) => {
            let glass = found(&cx, id).await?;
            show(&cx, &glass, &sent, &refusals).await
        }
        Err(error) => Err(error.into()),
    }
}
