//! The dialog that erases a client's personal data.

use axum::extract::Path;
use axum::response::Response;
use kernel::{Date, Refusal, Refusals};
use maud::html;
use spine::Error;
use web::icons::icon;
use web::ui::{Field, Form, Input, Opt, form_row};
use web::{Answer, Cx, FormData};

use crate::client::queries::{self as clients, ClientHead};
use crate::contacts::frame::{self, card, dialog, name_of, status, summary};
use crate::privacy::commands::EraseClient;
use crate::privacy::model::{Basis, kept_until};
use crate::privacy::queries;

async fn head(cx: &Cx, id: &str) -> Result<ClientHead, Error> {
    let head = clients::head(&mut cx.db.clone(), cx.principal(), frame::id(id)?).await?;
    cx.principal().require_over("privacy.erase", head.owner())?;
    Ok(head)
}

pub(super) async fn page(cx: Cx, Path(id): Path<String>) -> Answer {
    let head = head(&cx, &id).await?;
    let today = cx.l.date(cx.today_utc());
    let sent = FormData::from_pairs([("asked_on".to_owned(), today)]);
    Ok(form(&cx, &head, &sent, &Refusals::default()).await?)
}

/// What will stay, said before anything is done.
async fn words(cx: &Cx, head: &ClientHead) -> Result<String, Error> {
    let mut db = cx.db.clone();
    let today = cx.today_utc();
    let all = cx.app.services.bus.absorbed(&mut db, head.id).await?;
    if let Some(number) = queries::open_contract(&mut db, head.id).await? {
        let number = queries::told_number(cx.principal(), head, number);
        return Ok(cx.l.ta("refusal-erase-open-contract", &[("number", number.into())]));
    }
    let ends = queries::ends(&mut db, &all, today).await?;
    let retention = &crate::client::pack(&cx.ctx)?.retention;
    let kept = [spine::Ground::Relations, spine::Ground::Consent]
        .into_iter()
        .filter_map(|ground| kept_until(retention, ends, ground, today))
        .max();
    Ok(match kept {
        Some((until, law)) => {
            cx.l.ta("erase-keeps", &[("until", cx.l.date(until).into()), ("law", law.into())])
        }
        None => cx.l.t("erase-keeps-nothing"),
    })
}

async fn form(
    cx: &Cx,
    head: &ClientHead,
    sent: &FormData,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let l = &cx.l;
    let options = [Basis::Request, Basis::Withdrawal, Basis::PurposeOver];
    let options: Vec<Opt> = options
        .iter()
        .map(|b| Opt::new(b.key(), l.t(&format!("erase-basis-{}", b.key()))))
        .collect();
    let error = |field: &str| cx.field_error(refusals, field);
    let days = crate::client::pack(&cx.ctx)?.retention.destroy_days;
    let body = html! {
        (summary(cx, refusals, &["basis", "asked_on", "note"]))
        p { (l.ta("erase-lead", &[("name", name_of(l, head).into())])) }
        div.summary { (icon("info")) span { (words(cx, head).await?) } }
        (form_row(&[
            Field::select("basis", l.t("erase-basis"), options)
                .value(sent.opt("basis").unwrap_or_else(|| "request".to_owned()))
                .error(error("basis")).render(l),
            Field::new("asked_on", l.t("erase-asked-on"), Input::Date).value(sent.text("asked_on")).required()
                .hint(l.ta("erase-asked-on-hint", &[("days", days.into())])).error(error("asked_on")).render(l),
        ]))
        (Field::text("note", l.t("erase-note")).value(sent.text("note")).full().required()
            .error(error("note")).render(l))
    };
    let form = Form::post(format!("{}/erase", card(head.id)))
        .hidden("_id", cx.form_id())
        .submit(l.t("erase-submit"))
        .destructive()
        .cancel(card(head.id))
        .render(l, &body);
    Ok(dialog(cx, status(refusals), head, &l.t("erase-title"), &form))
}

pub(super) async fn send(cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let head = head(&cx, &id).await?;
    let mut refusals = Refusals::default();
    let Some(asked_on) = sent.date("asked_on", cx.today_utc(), &mut refusals) else {
        if refusals.0.is_empty() {
            refusals.push(Refusal::field("required", "asked_on"));
        }
        return Ok(form(&cx, &head, &sent, &refusals).await?);
    };
    match command(&head, asked_on, &sent) {
        Ok(command) => match cx.execute(sent.command_id()?, &command).await {
            Ok(_) => Ok(cx.done("/clients", "flash-client-erased")),
            Err(Error::Refused(refusals)) => Ok(form(&cx, &head, &sent, &refusals).await?),
            Err(error) => Err(error.into()),
        },
        Err(refusals) => Ok(form(&cx, &head, &sent, &refusals).await?),
    }
}

fn command(head: &ClientHead, asked_on: Date, sent: &FormData) -> Result<EraseClient, Refusals> {
    let basis = Basis::from_key(&sent.text("basis"));
    let basis = basis.ok_or_else(|| Refusals::from(Refusal::field("not-a-choice", "basis")))?;
    Ok(EraseClient { client_id: head.id, basis, asked_on, note: sent.text("note") })
}
