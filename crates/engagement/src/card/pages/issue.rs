//! A client gets a card, and a new PIN. Both are written by the centre onto the card in the clerk's reader.

use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{ClientId, Refusal, Refusals};
use maud::html;
use smartcard::Pin;
use smartcard::files::{APPLICATION, Stage};
use smartcard::hex;
use smartcard::keys::Key;
use smartcard::terminal::{self, Card, CardFault};
use spine::Error;
use web::ui::form_row;
use web::{Answer, Cx, FormData};

use super::HOME;
use super::forms::{ReaderForm, in_hand, pin_field};
use super::one::{card, read_terms, terms_fields};
use super::talk::{Heard, Talk, refusal};
use crate::card::commands::{ActivateCard, ISSUE, IssueCard, MadeCard, SetCardPin};
use crate::card::model::{CardState, number};
use crate::card::queries::{self, CardRow};
use crate::parts;
use crate::queries::client_ref::{self, ClientRef};

async fn client(cx: &mut Cx, id: &str) -> Result<ClientRef, Error> {
    let id: ClientId = parts::id(id)?;
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let client = client_ref::visible(&mut cx.db, &principal, id).await?;
    principal.require_over(ISSUE, client.owner())?;
    Ok(client)
}

pub(super) async fn form(mut cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let sent = FormData::parse(&query.unwrap_or_default());
    let client = client(&mut cx, &sent.text("client")).await?;
    Ok(show(&cx, StatusCode::OK, &client, &sent, &Refusals::default()))
}

pub(super) async fn send(mut cx: Cx, sent: FormData) -> Answer {
    let client = client(&mut cx, &sent.text("client")).await?;
    match go_on(&cx, &client, &sent).await {
        Ok(answer) => Ok(answer),
        Err(Error::Refused(refusals)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(show(&cx, status, &client, &sent, &refusals))
        }
        Err(other) => Err(other.into()),
    }
}

/// A PIN that was typed twice.
fn new_pin(sent: &FormData, refusals: &mut Refusals) -> Option<Pin> {
    let pin = Pin::new(sent.raw("pin"));
    if pin.is_none() {
        refusals.push(Refusal::field("card-pin", "pin"));
    } else if sent.raw("pin") != sent.raw("pin_again") {
        refusals.push(Refusal::field("card-pin-again", "pin_again"));
    }
    pin
}

async fn go_on(cx: &Cx, client: &ClientRef, sent: &FormData) -> Result<Response, Error> {
    let mut refusals = Refusals::default();
    let pin = new_pin(sent, &mut refusals);
    let currency = cx.app.currency;
    let terms = read_terms(cx, sent, currency, &mut refusals);
    refusals.into_result()?;
    let pin = pin.ok_or(Error::NotFound)?;
    let talk = Talk::of(cx, sent).await?;
    if talk.keys.masters().is_none() {
        return Err(Error::refused("only-at-centre"));
    }
    let told = |fault: &CardFault| Error::from(refusal(fault));
    let identity = match in_hand(talk.step(|t, _| Ok(Card::select_ours(t)?.identity()))) {
        Ok(Ok(identity)) => identity,
        Ok(Err(say)) => return Ok(say),
        Err(fault) => return Err(told(&fault)),
    };
    let command = IssueCard { client_id: client.id, currency, terms };
    let made = cx.execute(talk.command_id(), &command).await?;
    let row = queries::by_id(&mut cx.db.clone(), made.card_id).await?.ok_or(Error::NotFound)?;
    let is_written =
        identity.stage == Stage::Active && number(&made.number) == Some(identity.number);
    if !is_written {
        // one card has these keys, and it was handed over
        if row.state != CardState::Made {
            return Err(Error::refused("card-issued-already"));
        }
        match in_hand(write(&talk, &made, &pin)?) {
            Ok(Ok(())) => {}
            Ok(Err(say)) => return Ok(say),
            Err(fault) => return Err(told(&fault)),
        }
    }
    let activate = ActivateCard { card_id: made.card_id };
    cx.execute(talk.command_id_of(&activate)?, &activate).await?;
    Ok(cx.done(&format!("{HOME}/{}", made.card_id), "flash-card-issued"))
}

fn write(talk: &Talk, made: &MadeCard, pin: &Pin) -> Result<Heard<()>, Error> {
    let unwritable = || Error::refused("card-unwritable");
    let masters = talk.keys.masters().ok_or_else(unwritable)?;
    let signed = hex::bytes(&made.signed, smartcard::profile::SIGNED_MAX).ok_or_else(unwritable)?;
    let issue = terminal::Issue {
        application: APPLICATION,
        transport_key: &Key::of_trials(),
        number: number(&made.number).ok_or_else(unwritable)?,
        masters,
        pin,
        counter: made.profile,
        signed: &signed,
    };
    Ok(talk.step(|t, chance| terminal::issue(t, &issue, chance)))
}

fn show(
    cx: &Cx,
    status: StatusCode,
    client: &ClientRef,
    sent: &FormData,
    refusals: &Refusals,
) -> Response {
    let l = &cx.l;
    let body = html! {
        input type="hidden" name="client" value=(client.id);
        p { strong { (parts::client_name(l, client)) } " " span.quiet { (client.number) } }
        (terms_fields(cx, cx.app.currency, sent, refusals))
        (form_row(&[
            pin_field(cx, "pin", "card-pin-new", refusals),
            pin_field(cx, "pin_again", "card-pin-again", refusals),
        ]))
        p.quiet { (l.t("card-issue-words")) }
    };
    ReaderForm {
        action: format!("{HOME}/new"),
        title: l.t("card-issue-title"),
        submit: l.t("card-issue-go"),
        back: (format!("/clients/{}", client.id), parts::client_name(l, client)),
    }
    .show(cx, (status, sent, refusals), &body)
}

pub(super) async fn pin_form(mut cx: Cx, Path(id): Path<String>) -> Answer {
    let (card, _) = card(&mut cx, &id, ISSUE).await?;
    Ok(show_pin(&cx, StatusCode::OK, &card, &FormData::default(), &Refusals::default()))
}

pub(super) async fn set_pin(mut cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let (card, _) = card(&mut cx, &id, ISSUE).await?;
    match write_pin(&cx, &card, &sent).await {
        Ok(answer) => Ok(answer),
        Err(Error::Refused(refusals)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(show_pin(&cx, status, &card, &sent, &refusals))
        }
        Err(other) => Err(other.into()),
    }
}

async fn write_pin(cx: &Cx, card: &CardRow, sent: &FormData) -> Result<Response, Error> {
    let mut refusals = Refusals::default();
    let pin = new_pin(sent, &mut refusals);
    refusals.into_result()?;
    let pin = pin.ok_or(Error::NotFound)?;
    let talk = Talk::of(cx, sent).await?;
    let only_at_centre = || Error::refused("only-at-centre");
    let masters = talk.keys.masters().ok_or_else(only_at_centre)?;
    match in_hand(talk.step(|t, _| Ok(Card::select_ours(t)?.identity().number))) {
        Ok(Ok(found)) if Some(found) == card.card_number() => {}
        Ok(Ok(_)) => return Err(Error::refused("card-another-in-reader")),
        Ok(Err(say)) => return Ok(say),
        Err(fault) => return Err(refusal(&fault).into()),
    }
    // the journal knows before the card does
    cx.execute(talk.command_id(), &SetCardPin { card_id: card.id }).await?;
    let written = talk.step(|t, chance| terminal::set_pin(t, APPLICATION, masters, &pin, chance));
    match in_hand(written) {
        Ok(Ok(())) => Ok(cx.done(&format!("{HOME}/{}", card.id), "flash-card-pin")),
        Ok(Err(say)) => Ok(say),
        Err(fault) => Err(refusal(&fault).into()),
    }
}

fn show_pin(
    cx: &Cx,
    status: StatusCode,
    card: &CardRow,
    sent: &FormData,
    refusals: &Refusals,
) -> Response {
    let l = &cx.l;
    let body = html! {
        p.quiet { (l.t("card-pin-words")) }
        (form_row(&[
            pin_field(cx, "pin", "card-pin-new", refusals),
            pin_field(cx, "pin_again", "card-pin-again", refusals),
        ]))
    };
    ReaderForm {
        action: format!("{HOME}/{}/pin", card.id),
        title: l.t("card-pin-title"),
        submit: l.t("card-pin-go"),
        back: (format!("{HOME}/{}", card.id), card.number.clone()),
    }
    .show(cx, (status, sent, refusals), &body)
}
