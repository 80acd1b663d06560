//! Approving an operation beforehand, and taking that back; at the centre.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{ClientId, Currency, Money, Refusal, Refusals, Timestamp};
use maud::html;
use spine::Error;
use spine::authority::commands::{DAYS_MAX, GrantPreApproval, WithdrawPreApproval};
use spine::authority::{PreApproval, State, queries};
use uuid::Uuid;
use web::ui::{Field, Form, Input, Opt, form_row};
use web::{Answer, Cx, FormData};

use crate::parts::{deed_words, dialog, summary};

/// Hours for which one is good when nothing else is said: till tomorrow at this time.
const HOURS: i64 = 24;

/// The client must be one the person may approve for; a branch has no such pages.
async fn reached(cx: &mut Cx, client: ClientId) -> Result<(), Error> {
    let bus = &cx.app.services.bus;
    if bus.is_at_branch() {
        return Err(Error::NotFound);
    }
    bus.may_grant(&mut cx.db, &cx.ctx.principal, client).await
}

pub(super) async fn new(mut cx: Cx, Path(id): Path<ClientId>) -> Answer {
    reached(&mut cx, id).await?;
    let until = cx.now().plus_hours(HOURS).to_jiff().to_zoned(cx.l.zone.clone());
    let given = FormData::from_pairs([
        ("currency".to_owned(), cx.app.currency.to_string()),
        ("until".to_owned(), until.strftime("%Y-%m-%dT%H:%M").to_string()),
    ]);
    Ok(form(&cx, id, &given, None))
}

pub(super) async fn grant(mut cx: Cx, Path(id): Path<ClientId>, sent: FormData) -> Answer {
    reached(&mut cx, id).await?;
    let outcome = match wanted(&cx, id, &sent) {
        Ok(command) => cx.execute(sent.command_id()?, &command).await.map(|_| ()),
        Err(refusals) => Err(Error::Refused(refusals)),
    };
    match outcome {
        Ok(()) => Ok(cx.done(&format!("/clients/{id}"), "flash-pre-approval-granted")),
        Err(Error::Refused(refusals)) => Ok(form(&cx, id, &sent, Some(&refusals))),
        Err(other) => Err(other.into()),
    }
}

fn wanted(cx: &Cx, client_id: ClientId, sent: &FormData) -> Result<GrantPreApproval, Refusals> {
    let mut refusals = Refusals::default();
    let currency: Option<Currency> = sent.text("currency").to_uppercase().parse().ok();
    let currency = currency.unwrap_or_else(|| {
        refusals.push(Refusal::field("not-a-choice", "currency"));
        cx.app.currency
    });
    let amount = sent.money("amount", currency, &mut refusals);
    if amount.is_none() && sent.opt("amount").is_none() {
        refusals.push(Refusal::field("required", "amount"));
    }
    let until = instant(cx, sent, &mut refusals);
    let command = sent.text("command");
    refusals.into_result()?;
    let amount = amount.unwrap_or(Money::new(0, currency));
    Ok(GrantPreApproval { client_id, command, amount, until: until.unwrap_or(cx.now()) })
}

/// The browser's date and time, in the person's own zone.
fn instant(cx: &Cx, sent: &FormData, refusals: &mut Refusals) -> Option<Timestamp> {
    let civil: Option<jiff::civil::DateTime> = sent.text("until").parse().ok();
    let zoned = civil.and_then(|civil| civil.to_zoned(cx.l.zone.clone()).ok());
    if zoned.is_none() {
        refusals.push(Refusal::field("not-a-date", "until"));
    }
    zoned.map(|zoned| Timestamp::from_jiff(zoned.timestamp()))
}

fn form(cx: &Cx, client: ClientId, given: &FormData, refused: Option<&Refusals>) -> Response {
    let l = &cx.l;
    let none = Refusals::default();
    let refusals = refused.unwrap_or(&none);
    let with = |field: Field, name: &str| {
        field.value(given.raw(name)).error(cx.field_error(refusals, name)).required().render(l)
    };
    let sum = Input::Money { currency: given.text("currency") };
    let hint = l.ta("pre-approval-until-hint", &[("days", DAYS_MAX.into())]);
    let fields = html! {
        p.quiet { (l.t("pre-approvals-lead")) }
        (summary(cx, refusals))
        (with(Field::select("command", l.t("pre-approval-command"), commands(cx)), "command"))
        (form_row(&[
            with(Field::new("amount", l.t("pre-approval-amount"), sum), "amount"),
            with(Field::text("currency", l.t("pre-approval-currency")), "currency"),
        ]))
        (with(Field::new("until", l.t("pre-approval-until"), Input::DateTime).hint(hint), "until"))
    };
    let body = Form::post(format!("/clients/{client}/pre-approvals/new"))
        .hidden("_id", cx.form_id())
        .submit(l.t("pre-approval-grant"))
        .cancel(format!("/clients/{client}"))
        .render(l, &fields);
    let status = refused.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    dialog(cx, status, &l.t("pre-approval-new"), &body)
}

/// Commands that can be approved beforehand.
fn commands(cx: &Cx) -> Vec<Opt> {
    let all = cx.app.services.bus.commands().filter(|c| c.offline.is_approvable());
    let mut named: Vec<(String, &str)> = all.map(|c| (deed_words(cx, c.name), c.name)).collect();
    named.sort();
    named.into_iter().map(|(words, name)| Opt::new(name, words)).collect()
}

/// One of this client's that may still be taken back.
async fn open(cx: &mut Cx, client: ClientId, id: Uuid) -> Result<PreApproval, Error> {
    reached(cx, client).await?;
    let one = queries::one_pre_approval(&mut cx.db, id).await?;
    let now = cx.now();
    let is_open = |one: &PreApproval| one.client_id == client && one.state(now) == State::Open;
    one.filter(is_open).ok_or(Error::NotFound)
}

pub(super) async fn ask(mut cx: Cx, Path((client, id)): Path<(ClientId, Uuid)>) -> Answer {
    let one = open(&mut cx, client, id).await?;
    let l = &cx.l;
    let body = html! {
        p { (deed_words(&cx, &one.command)) ", " (l.money(one.amount)) }
        p.quiet { (l.t("pre-approval-withdraw-words")) }
    };
    let form = Form::post(format!("/clients/{client}/pre-approvals/{id}/withdraw"))
        .hidden("_id", cx.form_id())
        .submit(l.t("pre-approval-withdraw"))
        .destructive()
        .cancel(format!("/clients/{client}"))
        .render(l, &body);
    Ok(dialog(&cx, StatusCode::OK, &l.t("pre-approval-withdraw-title"), &form))
}

pub(super) async fn withdraw(
    mut cx: Cx,
    Path((client, id)): Path<(ClientId, Uuid)>,
    sent: FormData,
) -> Answer {
    reached(&mut cx, client).await?;
    cx.execute(sent.command_id()?, &WithdrawPreApproval { pre_approval_id: id }).await?;
    Ok(cx.done(&format!("/clients/{client}"), "flash-pre-approval-withdrawn"))
}
