//! The form where a word about a consent is written down: one purpose at a time.

use axum::extract::Path;
use kernel::{Date, Refusals, Timestamp};
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::Group;
use web::ui::{Button, Field, Form, Input, Opt, form_row};
use web::{Answer, Cx, FormData};

use super::consent_texts::{force_words, text_body};
use super::consents::{channel_name, page, purpose_name};
use super::frame::{self, card, id};
use crate::client::queries::ClientHead;
use crate::contacts::commands::{GiveConsent, WithdrawConsent};
use crate::contacts::model::{ConsentChannel, EvidenceKind, FileKind, Purpose};
use crate::contacts::queries::{ClientFile, ConsentText};

/// A text that was closed may still be chosen for what was said before, as long as that may be written down.
const CLOSED_DAYS: i64 = 30;
const FIELDS: [&str; 8] = [
    "purpose",
    "channel",
    "text_version",
    "evidence_kind",
    "evidence",
    "file_id",
    "said_at",
    "said_on",
];

/// The form for the purpose that was sent or stands in the address.
pub(super) fn form(
    cx: &Cx,
    head: &ClientHead,
    (texts, files): (&[ConsentText], &[ClientFile]),
    sent: &FormData,
    refusals: &Refusals,
) -> Markup {
    let l = &cx.l;
    let purpose = Purpose::from_key(&sent.text("purpose")).unwrap_or(Purpose::PersonalData);
    let offered: Vec<&ConsentText> =
        texts.iter().filter(|t| t.purpose == purpose && is_offered(t, l.today)).collect();
    let error = |field: &str| cx.field_error(refusals, field);
    let body = html! {
        (purposes(cx, head, purpose))
        (frame::summary(cx, refusals, &FIELDS))
        (form_row(&[channel(cx, purpose, sent, refusals), version(cx, &offered, sent, refusals)]))
        (form_row(&[
            Field::select("evidence_kind", l.t("contacts-consent-evidence-kind"), kinds(cx))
                .value(sent.text("evidence_kind")).error(error("evidence_kind")).render(l),
            Field::new("evidence", l.t("contacts-consent-evidence-words"), Input::Text)
                .value(sent.text("evidence")).hint(l.t("contacts-consent-evidence-hint"))
                .error(error("evidence")).render(l),
        ]))
        (form_row(&[
            Field::new("said_on", l.t("contacts-consent-said-on"), Input::Date)
                .value(sent.opt("said_on").unwrap_or_else(|| l.date(l.today)))
                .error(error("said_at").or_else(|| error("said_on"))).render(l),
            file(cx, files, sent, refusals),
        ]))
        p.quiet { (l.t("contacts-consent-how")) }
        div.form-actions {
            (Button::danger(l.t("contacts-consent-withdraw")).sends("state", "withdrawn"))
            (Button::primary(l.t("contacts-consent-give")).sends("state", "given"))
        }
    };
    Form::post(format!("{}/consents", card(head.id)))
        .hidden("_id", cx.form_id())
        .hidden("purpose", purpose.key())
        .render(l, &body)
}

fn is_offered(text: &ConsentText, today: Date) -> bool {
    let back = jiff::Span::new().try_days(CLOSED_DAYS).ok();
    let earliest = back.and_then(|span| today.checked_sub(span).ok()).unwrap_or(today);
    text.from_on <= today && text.until_on.is_none_or(|until| until >= earliest)
}

/// The purposes, as links: each has texts and channels of its own.
fn purposes(cx: &Cx, head: &ClientHead, chosen: Purpose) -> Markup {
    html! {
        nav.tabs aria-label=(cx.l.t("contacts-consent-purpose")) {
            @for purpose in Purpose::ALL {
                @let src = format!("{}/consents?purpose={}", card(head.id), purpose.key());
                a href=(src) data-dialog-src=(src) aria-current=[(*purpose == chosen).then_some("true")] {
                    (purpose_name(cx, *purpose))
                }
            }
        }
    }
}

fn channel(cx: &Cx, purpose: Purpose, sent: &FormData, refusals: &Refusals) -> Markup {
    if purpose.channels().len() == 1 {
        return html! { input type="hidden" name="channel" value=(ConsentChannel::Any.key()); };
    }
    let options =
        purpose.channels().iter().map(|c| Opt::new(c.key(), channel_name(cx, *c))).collect();
    let value = sent.opt("channel").unwrap_or_else(|| ConsentChannel::Any.key().to_owned());
    Field::select("channel", cx.l.t("contacts-consent-channel"), options)
        .value(value)
        .error(cx.field_error(refusals, "channel"))
        .render(&cx.l)
}

/// The versions one may agree to, with their texts to be read out.
fn version(cx: &Cx, offered: &[&ConsentText], sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let error = cx.field_error(refusals, "text_version");
    let options: Vec<Opt> = offered
        .iter()
        .map(|t| Opt::new(&t.version, format!("{} · {}", t.version, force_words(cx, t))))
        .collect();
    let typed = sent.text("text_version");
    let first = offered.iter().find(|t| t.is_in_force(l.today)).or(offered.first());
    let value =
        if typed.is_empty() { first.map_or("", |t| t.version.as_str()) } else { typed.as_str() };
    html! {
        div {
            (Field::select("text_version", l.t("contacts-consent-version"), options)
                .value(value).error(error).render(l))
            @if offered.is_empty() { p.quiet { (l.t("contacts-consent-no-text")) } }
            @for text in offered {
                details {
                    summary { (l.ta("contacts-consent-text-of", &[("version", (&text.version).into())])) }
                    (text_body(cx, text))
                }
            }
        }
    }
}

fn kinds(cx: &Cx) -> Vec<Opt> {
    let name = |k: &EvidenceKind| cx.l.t(&format!("contacts-evidence-{}", k.key()));
    let none = Opt::new("", cx.l.t("contacts-evidence-none"));
    let all = EvidenceKind::ALL.iter().map(|k| Opt::new(k.key(), name(k)));
    std::iter::once(none).chain(all).collect()
}

/// The client's files, signed consents first.
fn file(cx: &Cx, files: &[ClientFile], sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let mut files: Vec<&ClientFile> = files.iter().collect();
    files.sort_by_key(|f| f.kind != FileKind::Consent);
    let none = Opt::new("", l.t("contacts-consent-file-none"));
    let all = files.iter().map(|f| Opt::new(f.id.to_string(), f.name.as_str()));
    Field::select(
        "file_id",
        l.t("contacts-consent-file"),
        std::iter::once(none).chain(all).collect(),
    )
    .value(sent.text("file_id"))
    .error(cx.field_error(refusals, "file_id"))
    .render(l)
}

/// The moment of a day that was typed. Today is now. Of an earlier day a consent counts from its beginning and a
/// withdrawal to its end: of two words of one day the withdrawal is the later one.
fn moment(cx: &Cx, day: Date, is_given: bool) -> Option<Timestamp> {
    let l = &cx.l;
    if day == l.today {
        return None;
    }
    let start = |day: Date| Timestamp::start_of(day, &l.zone);
    match day.tomorrow() {
        Ok(next) if !is_given && day < l.today => {
            Some(Timestamp::from_micros(start(next).micros() - 1))
        }
        _ => Some(start(day)),
    }
}

/// The day that was typed; today when the field is empty.
fn said_on(cx: &Cx, sent: &FormData) -> Result<Date, Error> {
    let typed = sent.text("said_on");
    if typed.is_empty() {
        return Ok(cx.l.today);
    }
    let day = kernel::parse_date(&typed, cx.l.today);
    day.ok_or_else(|| Error::refused_field("not-a-date", "said_on"))
}

pub(super) async fn say(cx: Cx, Path(client): Path<String>, sent: FormData) -> Answer {
    let seen = frame::editable(&cx, id(&client)?, Group::Contacts).await?;
    let client_id = seen.head.id;
    let outcome = match read(&cx, &sent) {
        Ok(word) => execute(&cx, client_id, word, &sent).await,
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => Ok(cx.done(&card(client_id), "flash-consent-saved")),
        Err(Error::Refused(refusals)) => Ok(page(&cx, seen, &sent, &refusals).await?),
        Err(error) => Err(error.into()),
    }
}

/// What a form says.
struct Typed {
    purpose: Purpose,
    channel: ConsentChannel,
    evidence_kind: Option<EvidenceKind>,
    file_id: Option<kernel::FileId>,
    day: Date,
}

fn read(cx: &Cx, sent: &FormData) -> Result<Typed, Error> {
    let choice = |field: &str| Error::refused_field("not-a-choice", field);
    let purpose = Purpose::from_key(&sent.text("purpose")).ok_or_else(|| choice("purpose"))?;
    let channel =
        ConsentChannel::from_key(&sent.text("channel")).ok_or_else(|| choice("channel"))?;
    let file_id = sent.opt("file_id").map(|text| text.parse()).transpose();
    Ok(Typed {
        purpose,
        channel,
        evidence_kind: EvidenceKind::from_key(&sent.text("evidence_kind")),
        file_id: file_id.map_err(|_| choice("file_id"))?,
        day: said_on(cx, sent)?,
    })
}

async fn execute(
    cx: &Cx,
    client_id: kernel::ClientId,
    typed: Typed,
    sent: &FormData,
) -> Result<(), Error> {
    let Typed { purpose, channel, evidence_kind, file_id, day } = typed;
    let (evidence, form_id) = (sent.text("evidence"), sent.command_id()?);
    let is_given = sent.text("state") == "given";
    let said_at = moment(cx, day, is_given);
    if !is_given {
        let command = WithdrawConsent {
            client_id,
            purpose,
            channel,
            evidence_kind,
            evidence,
            file_id,
            said_at,
        };
        return cx.execute(form_id, &command).await.map(drop);
    }
    let command = GiveConsent {
        client_id,
        purpose,
        channel,
        text_version: sent.text("text_version"),
        evidence_kind,
        evidence,
        file_id,
        said_at,
        said_on: Some(day),
    };
    cx.execute(form_id, &command).await.map(drop)
}
