//! The visitor pays with his card, or takes what was approved beforehand.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Entropy, Money, Refusal, Refusals};
use maud::{Markup, html};
use smartcard::Pin;
use smartcard::hex;
use smartcard::offline::{Decision, Line, Purchase, Reason, Verified, authorise, authorise_offer};
use smartcard::record::{Kind, SealedRecord};
use smartcard::terminal::talk::Chance;
use smartcard::terminal::{CardFault, Draft};
use spine::Error;
use spine::org::queries::is_known;
use spine::replica::{LineState, LineWord};
use web::ui::{Field, Input, Opt, form_row};
use web::{Answer, Cx, FormData};

use super::digest::{self, Shown};
use super::forms::{ReaderForm, in_hand, pin_field};
use super::identify::{told, visit};
use super::reader::{Not, read, report, weigh};
use super::talk::Talk;
use crate::card::commands::{AllowCardPayment, PayByCard, REFERENCE_CHARS_MAX};
use crate::card::model::{Reading, Understood, kind_key, rules};
use crate::desk::queries::VisitRow;

/// What is done with the card; texts under `card-kind-` + the word.
const WHAT: [&str; 2] = ["purchase", "offer"];
/// One of so many chances.
const CHANCES: u32 = kernel::offline::CHANCES;

pub(super) async fn form(mut cx: Cx, Path(id): Path<String>) -> Answer {
    let visit = visit(&mut cx, &id).await?;
    let card = of_visit(&cx, &visit).await?;
    let sent = FormData::default();
    Ok(show(&cx, StatusCode::OK, (&visit, &card), &sent, &Refusals::default()))
}

async fn of_visit(cx: &Cx, visit: &VisitRow) -> Result<Shown, Error> {
    digest::shown(cx, visit.id).await?.ok_or_else(|| Error::refused("card-not-read"))
}

pub(super) async fn send(mut cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let visit = visit(&mut cx, &id).await?;
    let card = of_visit(&cx, &visit).await?;
    match go_on(&cx, (&visit, &card), &sent).await {
        Ok(answer) => Ok(answer),
        Err(Error::Refused(refusals)) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(show(&cx, status, (&visit, &card), &sent, &refusals))
        }
        Err(other) => Err(other.into()),
    }
}

/// What was typed.
struct Wanted {
    kind: Kind,
    amount: Money,
    pin: Pin,
    reference: String,
}

impl Wanted {
    fn of(sent: &FormData, card: &Shown) -> Result<Self, Refusals> {
        let mut refusals = Refusals::default();
        let currency = card.profile().limit.currency;
        let amount = sent.money("amount", currency, &mut refusals);
        if amount.is_none() && refusals.of("amount").is_none() {
            refusals.push(Refusal::field("required", "amount"));
        }
        let pin = Pin::new(sent.raw("pin"));
        if pin.is_none() {
            refusals.push(Refusal::field("card-pin", "pin"));
        }
        if sent.text("reference").chars().count() > REFERENCE_CHARS_MAX {
            let refusal = Refusal::field("too-long", "reference");
            refusals.push(refusal.arg("max", REFERENCE_CHARS_MAX));
        }
        let kind = match sent.text("what").as_str() {
            "" | "purchase" => Some(Kind::Purchase),
            "offer" => Some(Kind::OfferTaken),
            _ => None,
        };
        if kind.is_none() {
            refusals.push(Refusal::field("not-a-choice", "what"));
        }
        match (kind, amount, pin) {
            (Some(kind), Some(amount), Some(pin)) if refusals.0.is_empty() => {
                Ok(Self { kind, amount, pin, reference: sent.text("reference") })
            }
            _ => Err(refusals),
        }
    }
}

async fn go_on(
    cx: &Cx,
    (visit, card): (&VisitRow, &Shown),
    sent: &FormData,
) -> Result<Response, Error> {
    let wanted = Wanted::of(sent, card)?;
    let talk = Talk::of(cx, sent).await?;
    let done = || Ok(cx.done(&format!("/desk?visit={}", visit.id), "flash-card-paid"));
    let understood = match in_hand(talk.step(|t, chance| read(t, &talk.keys, chance).map(|r| r.1)))
    {
        Ok(Ok(understood)) => understood,
        Ok(Err(say)) => return Ok(say),
        Err(fault) => return Err(told(cx, &talk, visit, &fault).await?),
    };
    if understood.number.to_string() != card.number() {
        return Err(Error::refused("card-other-than-read"));
    }
    if is_known(&mut cx.db.clone(), talk.command_id()).await? {
        // it was written and told; only the page had not heard of it
        return done();
    }
    let before = understood.log.iter().find(|sealed| sealed.record.operation == talk.operation());
    let sealed = match before {
        Some(sealed) if is_wanted(sealed, &wanted) => *sealed,
        Some(sealed) => {
            // the card has written it, and somebody has typed another sum since
            let sum = sealed.record.amount.plain();
            return Err(Refusal::field("card-written-other", "amount").arg("sum", sum).into());
        }
        None => {
            let verified = verified(cx, &talk, visit, &understood).await?;
            allowed(cx, &talk, visit, (&verified, &understood, &wanted)).await?;
            match in_hand(write(&talk, visit, (&verified, &wanted))) {
                Ok(Ok(sealed)) => sealed,
                Ok(Err(say)) => return Ok(say),
                Err(fault) => return Err(told(cx, &talk, visit, &fault).await?),
            }
        }
    };
    let command = PayByCard {
        visit_id: visit.id,
        reading: Reading::of(&understood),
        operation_id: talk.operation(),
        record: hex::text(&sealed.encode()),
        reference: wanted.reference,
    };
    cx.execute(talk.command_id(), &command).await?;
    done()
}

/// Whether what the card has written is what was typed.
fn is_wanted(sealed: &SealedRecord, wanted: &Wanted) -> bool {
    sealed.record.amount == wanted.amount && sealed.record.kind == wanted.kind
}

async fn verified(
    cx: &Cx,
    talk: &Talk,
    visit: &VisitRow,
    understood: &Understood,
) -> Result<Verified, Error> {
    match weigh(cx, &talk.keys, understood).await? {
        Ok(verified) => Ok(verified),
        Err(not) => {
            let code = not.reason().code();
            if let Not::Honest(_) = not {
                let (number, atc) = (understood.number.to_string(), understood.counters.atc);
                report(cx, talk, (visit.id, number, code), atc).await?;
            }
            Err(Refusal::new(code).into())
        }
    }
}

/// Whether there seems to be a line; the centre has itself.
fn line(cx: &Cx, talk: &Talk) -> Line {
    let state = cx.app.services.memory.get::<LineState>();
    let is_up = state.is_some_and(|s| matches!(s.word, LineWord::Online | LineWord::Syncing));
    if is_up || talk.keys.are_whole() { Line::Up } else { Line::Down }
}

/// Whether it may be done: by the card's own limits, or the centre's word where it can be asked.
async fn allowed(
    cx: &Cx,
    talk: &Talk,
    visit: &VisitRow,
    (verified, understood, wanted): (&Verified, &Understood, &Wanted),
) -> Result<(), Error> {
    let ask = AllowCardPayment {
        visit_id: visit.id,
        reading: Reading::of(understood),
        operation_id: talk.operation(),
        kind: kind_key(wanted.kind).to_owned(),
        amount_minor: wanted.amount.minor,
    };
    let id = talk.command_id_of(&ask)?;
    let decide = |line| match wanted.kind {
        Kind::OfferTaken => authorise_offer(verified, &understood.log, wanted.amount),
        Kind::Purchase | Kind::Served => {
            let luck = luck(talk, understood, wanted.amount);
            let purchase = Purchase { amount: wanted.amount, line, luck };
            authorise(verified, &understood.log, &rules(wanted.amount.currency), &purchase)
        }
    };
    let refused = |reason: Reason| Err(Error::refused_field(reason.code(), "amount"));
    if is_known(&mut cx.db.clone(), id).await? {
        // the centre has said yes to this in this talk, whatever the line does since
        return match decide(Line::Up) {
            Decision::Declined(reason) => refused(reason),
            Decision::Approved { .. } | Decision::AskCentre(_) => Ok(()),
        };
    }
    let line = line(cx, talk);
    let first = decide(line);
    let asks = match (first, line) {
        (Decision::AskCentre(_), _) => true,
        // the centre asks itself always, and knows whether an offer is there still
        (Decision::Approved { .. }, Line::Up) => {
            talk.keys.are_whole() || wanted.kind == Kind::OfferTaken
        }
        (Decision::Approved { .. }, Line::Down) | (Decision::Declined(_), _) => false,
    };
    if asks {
        if talk.keys.are_whole() {
            return cx.execute(id, &ask).await;
        }
        if cx.app.services.bus.ask_centre(&cx.ctx, id, &ask).await?.is_some() {
            return Ok(());
        }
    }
    // nobody has answered: what fits without a line may still be done
    match if asks { decide(Line::Down) } else { first } {
        Decision::Approved { .. } => Ok(()),
        Decision::AskCentre(reason) | Decision::Declined(reason) => refused(reason),
    }
}

/// The chance of this sum on this card as it stands: trying again does not change it.
fn luck(talk: &Talk, read: &Understood, amount: Money) -> u32 {
    let parts: [&[u8]; 4] =
        [b"luck", &read.number.0, &read.counters.encode(), &amount.minor.to_be_bytes()];
    let mut drawn = [0; 4];
    Chance::of(talk.keys.desks(), &parts).fill(&mut drawn);
    u32::from_be_bytes(drawn) % CHANCES
}

/// Has the card write it.
fn write(
    talk: &Talk,
    visit: &VisitRow,
    (verified, wanted): (&Verified, &Wanted),
) -> super::talk::Heard<SealedRecord> {
    talk.step(|t, chance| {
        let (mut session, _) = read(t, &talk.keys, chance)?;
        session.verify_pin(&wanted.pin)?;
        let draft = Draft {
            operation: talk.operation(),
            kind: wanted.kind,
            amount: wanted.amount,
            desk: visit.branch_id.uuid(),
            at: talk.began,
            profile: verified.profile().counter,
        };
        let pending = session.prepare(&draft)?;
        session.append(&pending).map_err(|fault: CardFault| fault)
    })
}

fn show(
    cx: &Cx,
    status: StatusCode,
    (visit, card): (&VisitRow, &Shown),
    sent: &FormData,
    refusals: &Refusals,
) -> Response {
    let l = &cx.l;
    let error = |name: &str| cx.field_error(refusals, name);
    let offer = card.offer(cx.now()).is_some();
    let what: Vec<Opt> =
        WHAT.iter().map(|word| Opt::new(*word, l.t(&format!("card-kind-{word}")))).collect();
    let chosen = sent.opt("what").unwrap_or_else(|| "purchase".to_owned());
    let body: Markup = html! {
        (digest::part(cx, card))
        @if offer {
            (Field::new("what", l.t("card-what"), Input::Radio(what)).value(chosen).error(error("what")).render(l))
        }
        (form_row(&[
            Field::text("amount", l.t("operation-amount")).value(sent.raw("amount")).required()
                .hint(card.profile().limit.currency.code()).attribute("inputmode", "decimal")
                .attribute("autocomplete", "off").error(error("amount")).render(l),
            Field::text("reference", l.t("operation-reference")).value(sent.raw("reference"))
                .attribute("autocomplete", "off").error(error("reference")).render(l),
        ]))
        (pin_field(cx, "pin", "card-pin-of-client", refusals))
    };
    ReaderForm {
        action: format!("/desk/visits/{}/card/pay", visit.id),
        title: l.t("card-pay-title"),
        submit: l.t("card-pay-go"),
        back: (format!("/desk?visit={}", visit.id), l.t("nav-desk")),
    }
    .show(cx, (status, sent, refusals), &body)
}
