//! Recording an operation, and taking one back.

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Currency, DeskOperationId, Refusals, VisitId};
use maud::{Markup, html};
use spine::secrecy::Group;
use spine::{Command, Error};
use web::ui::{self, Field, Form, Opt, form_row};
use web::{Answer, Cx, FormData, approved_part, supervisor_part};

use super::HOME;
use crate::desk::commands::{RecordOperation, ReverseOperation};
use crate::desk::model::{KINDS, has_sum};
use crate::desk::queries::{self, OperationRow};
use crate::parts;
use crate::queries::client_ref;

/// Currencies of the bank's country, its own first.
pub(super) fn currencies(cx: &Cx) -> Result<&'static [Currency], Error> {
    let pack = jurisdiction::Pack::load(&cx.ctx.jurisdiction).map_err(Error::failure)?;
    Ok(&pack.currencies)
}

pub(super) async fn form(cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let sent = FormData::parse(&query.unwrap_or_default());
    Ok(show(&cx, StatusCode::OK, &sent, &Refusals::default()).await?)
}

/// What was typed as a command; what cannot be read goes to `refusals`.
fn read(cx: &Cx, sent: &FormData, refusals: &mut Refusals) -> Result<RecordOperation, Error> {
    let own = currencies(cx)?.first().copied().unwrap_or(Currency::RUB);
    let currency = sent.text("currency").parse().unwrap_or(own);
    let kind = sent.text("kind");
    let amount = sent.money("amount", currency, refusals);
    let visit_id: Option<VisitId> = sent.id("visit", refusals);
    let amount_minor = amount.map_or(0, |amount| amount.minor);
    Ok(RecordOperation {
        visit_id,
        client_id: None,
        kind,
        currency,
        amount_minor,
        reference: sent.text("reference"),
        note: sent.text("note"),
    })
}

pub(super) async fn record(cx: Cx, sent: FormData) -> Answer {
    let mut refusals = Refusals::default();
    let command = read(&cx, &sent, &mut refusals)?;
    if refusals.of("amount").is_none() {
        command.check(&mut refusals);
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if !refusals.0.is_empty() {
        return Ok(show(&cx, status, &sent, &refusals).await?);
    }
    let back = match command.visit_id {
        Some(visit) => format!("{HOME}?visit={visit}"),
        None => HOME.to_owned(),
    };
    let cx = cx.supervised(&sent);
    match cx.execute(sent.command_id()?, &command).await {
        Ok(_) => Ok(cx.done(&back, "flash-operation-recorded")),
        Err(Error::Refused(refusals)) => Ok(show(&cx, status, &sent, &refusals).await?),
        Err(other) => Err(other.into()),
    }
}

/// What the centre has approved beforehand for the client of the visit.
async fn approved(cx: &Cx, visit: &str) -> Result<Markup, Error> {
    let Ok(visit) = visit.parse::<VisitId>() else { return Ok(html! {}) };
    let mut db = cx.db.clone();
    let visit = queries::visit(&mut db, visit).await?;
    let Some(client) = visit.and_then(|visit| visit.client_id) else { return Ok(html! {}) };
    let client = match client_ref::get(&mut db, client).await {
        Ok(client) => client,
        // he is here, and no copy of him
        Err(Error::NotFound) => return Ok(html! {}),
        Err(other) => return Err(other),
    };
    let may_know = cx.principal().reaches("client.read", client.owner())
        && cx.reads(client.owner(), Group::Holdings);
    if !may_know {
        return Ok(html! {});
    }
    approved_part(cx, client.id, RecordOperation::NAME).await
}

async fn show(
    cx: &Cx,
    status: StatusCode,
    sent: &FormData,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let l = &cx.l;
    let error = |name: &str| cx.field_error(refusals, name);
    let kinds = parts::word_options(l, "operation-kind-", &KINDS, None);
    let visit = sent.text("visit");
    let approved = approved(cx, &visit).await?;
    let money = currencies(cx)?.iter().map(|c| Opt::new(c.code(), c.code())).collect();
    let body = html! {
        (ui::error_summary(l, &cx.refusal_words(refusals.general())))
        (Field::select("kind", l.t("operation-kind"), kinds).value(sent.text("kind")).error(error("kind")).render(l))
        (form_row(&[
            Field::text("amount", l.t("operation-amount")).value(sent.raw("amount"))
                .hint(l.t("operation-amount-hint")).attribute("inputmode", "decimal")
                .attribute("autocomplete", "off").error(error("amount")).render(l),
            Field::select("currency", l.t("operation-currency"), money).value(sent.text("currency")).render(l),
        ]))
        (form_row(&[
            Field::text("reference", l.t("operation-reference")).value(sent.raw("reference"))
                .attribute("autocomplete", "off").error(error("reference")).render(l),
            Field::text("note", l.t("operation-note")).value(sent.raw("note")).error(error("note")).render(l),
        ]))
        (approved)
        (supervisor_part(cx, sent, refusals))
    };
    let back = match visit.parse::<VisitId>() {
        Ok(visit) => format!("{HOME}?visit={visit}"),
        Err(_) => HOME.to_owned(),
    };
    let form = Form::post("/desk/operations/new")
        .hidden("_id", if sent.is_set("_id") { sent.text("_id") } else { cx.form_id() })
        .hidden("visit", visit)
        .submit(l.t("operation-save"))
        .cancel(&back);
    let title = l.t("operation-record");
    Ok(parts::dialog(cx, status, &title, (&back, &l.t("nav-desk")), &form.render(l, &body)))
}

/// One that the person may take back.
async fn wrong(cx: &mut Cx, id: &str) -> Result<OperationRow, Error> {
    let id: DeskOperationId = parts::id(id)?;
    let operation = queries::operation(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    cx.principal().require_over("desk.reverse", operation.owner())?;
    Ok(operation)
}

pub(super) async fn ask(mut cx: Cx, Path(id): Path<String>) -> Answer {
    let operation = wrong(&mut cx, &id).await?;
    let sent = FormData::default();
    Ok(show_reverse(&cx, StatusCode::OK, &operation, &sent, &Refusals::default()))
}

pub(super) async fn reverse(mut cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let operation = wrong(&mut cx, &id).await?;
    let command = ReverseOperation { operation_id: operation.id, reason: sent.text("reason") };
    let cx = cx.supervised(&sent);
    match cx.execute(sent.command_id()?, &command).await {
        Ok(_) => Ok(cx.done("/desk/day", "flash-operation-reversed")),
        Err(Error::Refused(refusals)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(show_reverse(&cx, status, &operation, &sent, &refusals))
        }
        Err(other) => Err(other.into()),
    }
}

fn show_reverse(
    cx: &Cx,
    status: StatusCode,
    operation: &OperationRow,
    sent: &FormData,
    refusals: &Refusals,
) -> Response {
    let l = &cx.l;
    let kind = l.t(&format!("operation-kind-{}", operation.kind));
    let body = html! {
        (ui::error_summary(l, &cx.refusal_words(refusals.general())))
        p {
            (kind)
            @if has_sum(&operation.kind) { " · " (l.money(operation.sum())) }
            " · " span.quiet { (l.datetime(operation.at)) }
        }
        (Field::text("reason", l.t("operation-reason")).value(sent.raw("reason")).required()
            .error(cx.field_error(refusals, "reason")).render(l))
        (supervisor_part(cx, sent, refusals))
    };
    let form = Form::post(format!("/desk/operations/{}/reverse", operation.id))
        .hidden("_id", cx.form_id())
        .submit(l.t("operation-reverse"))
        .destructive()
        .cancel("/desk/day");
    let title = l.t("operation-reverse-title");
    let back = l.t("nav-desk-day");
    parts::dialog(cx, status, &title, ("/desk/day", &back), &form.render(l, &body))
}
