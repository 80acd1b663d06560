//! The visitor shows his card.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Refusal, Refusals, VisitId};
use maud::html;
use smartcard::hex;
use smartcard::terminal::CardFault;
use spine::Error;
use web::{Answer, Cx, FormData};

use super::forms::{ReaderForm, in_hand};
use super::reader::{Not, read, report, weigh};
use super::talk::{Heard, Talk, refusal};
use crate::card::commands::{CardRead, ReadCard};
use crate::card::model::{Reading, Understood};
use crate::desk::queries::{self as desk, VisitRow};
use crate::parts;

/// The visit, when the person serves where it is and it goes on.
pub(super) async fn visit(cx: &mut Cx, id: &str) -> Result<VisitRow, Error> {
    let id: VisitId = parts::id(id)?;
    let visit = desk::visit(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    cx.principal().require_over("desk.serve", visit.owner())?;
    if visit.state.is_open() { Ok(visit) } else { Err(Error::refused("visit-ended")) }
}

pub(super) async fn form(mut cx: Cx, Path(id): Path<String>) -> Answer {
    let visit = visit(&mut cx, &id).await?;
    Ok(show(&cx, StatusCode::OK, &visit, &FormData::default(), &Refusals::default()))
}

pub(super) async fn send(mut cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let visit = visit(&mut cx, &id).await?;
    match go_on(&cx, &visit, &sent).await {
        Ok(answer) => Ok(answer),
        Err(Error::Refused(refusals)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(show(&cx, status, &visit, &sent, &refusals))
        }
        Err(other) => Err(other.into()),
    }
}

async fn go_on(cx: &Cx, visit: &VisitRow, sent: &FormData) -> Result<Response, Error> {
    let talk = Talk::of(cx, sent).await?;
    let understood = match in_hand(talk.step(|t, chance| read(t, &talk.keys, chance).map(|r| r.1)))
    {
        Ok(Ok(understood)) => understood,
        Ok(Err(say)) => return Ok(say),
        Err(fault) => return Err(told(cx, &talk, visit, &fault).await?),
    };
    let weighed = weigh(cx, &talk.keys, &understood).await?;
    if let Err(Not::Honest(reason)) = weighed {
        let (number, atc) = (understood.number.to_string(), understood.counters.atc);
        report(cx, &talk, (visit.id, number, reason.code()), atc).await?;
        return Err(Refusal::new(reason.code()).into());
    }
    let is_fresh = weighed.is_ok();
    let Some(done) = tell(cx, &talk, visit, (&understood, is_fresh)).await? else {
        // nobody can sign it anew
        return Err(weighed
            .err()
            .map_or_else(|| Error::NotFound, |not| Refusal::new(not.reason().code()).into()));
    };
    if done.is_stopped {
        return Err(Error::refused("card-stopped"));
    }
    if let Some((counter, signed)) = done.renewed
        && let Some(say) = renew(&talk, counter, &signed)?
    {
        return Ok(say);
    }
    Ok(cx.done(&format!("/desk?visit={}", visit.id), "flash-card-read"))
}

/// Tells what was read, to the centre at once where there is a line; without one it stays here until there is. None when the card
/// is not fresh and nobody could be asked.
async fn tell(
    cx: &Cx,
    talk: &Talk,
    visit: &VisitRow,
    (understood, is_fresh): (&Understood, bool),
) -> Result<Option<CardRead>, Error> {
    let command = ReadCard { visit_id: visit.id, reading: Reading::of(understood) };
    let id = talk.command_id_of(&command)?;
    if talk.keys.are_whole() {
        return cx.execute(id, &command).await.map(Some);
    }
    match cx.app.services.bus.ask_centre(&cx.ctx, id, &command).await? {
        Some(read) => Ok(Some(read)),
        // under an id of its own: the centre may have done the other one, and nobody has heard of it
        None if is_fresh => cx.execute(talk.command_id_here(&command)?, &command).await.map(Some),
        None => Ok(None),
    }
}

/// Writes what the centre has signed onto the card; what is next to be said to the card while that is not done.
fn renew(talk: &Talk, counter: u32, signed: &str) -> Result<Option<Response>, Error> {
    let broken = || Error::refused("card-unwritable");
    let signed = hex::bytes(signed, smartcard::profile::SIGNED_MAX).ok_or_else(broken)?;
    let written = talk.step(|t, chance| {
        let (mut session, _) = read(t, &talk.keys, chance)?;
        match session.write_profile(counter, &signed, talk.keys.issuers()) {
            // it has it from the time before
            Err(CardFault::NotNewer) => Ok(()),
            other => other,
        }
    });
    match in_hand(written) {
        Ok(Ok(())) => Ok(None),
        Ok(Err(say)) => Ok(Some(say)),
        // the card keeps the one it had, whole; it is written the next time
        Err(fault) => Err(refusal(&fault).into()),
    }
}

/// What a person is told of a fault; a card that is not genuine is told to those who look after cards.
pub(super) async fn told(
    cx: &Cx,
    talk: &Talk,
    visit: &VisitRow,
    fault: &CardFault,
) -> Result<Error, Error> {
    if *fault == CardFault::NotGenuine
        && let Some(number) = said_number(talk)
    {
        report(cx, talk, (visit.id, number, fault.code()), 0).await?;
    }
    Ok(refusal(fault).into())
}

/// The number a card says it has, proved or not.
fn said_number(talk: &Talk) -> Option<String> {
    let said = talk.step(|t, _| Ok(smartcard::terminal::Card::select_ours(t)?.identity().number));
    match said {
        Heard::End(Ok(number)) => Some(number.to_string()),
        Heard::End(Err(_)) | Heard::Say(_) => None,
    }
}

fn show(
    cx: &Cx,
    status: StatusCode,
    visit: &VisitRow,
    sent: &FormData,
    refusals: &Refusals,
) -> Response {
    let l = &cx.l;
    let body = html! { p { (l.t("card-put-in")) } };
    ReaderForm {
        action: format!("/desk/visits/{}/card", visit.id),
        title: l.t("card-read-title"),
        submit: l.t("card-read-go"),
        back: (format!("/desk?visit={}", visit.id), l.t("nav-desk")),
    }
    .show(cx, (status, sent, refusals), &body)
}
