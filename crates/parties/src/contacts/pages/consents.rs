//! Consents: the line under the contacts, and the dialog with what holds now and everything that was said.

use axum::extract::Path;
use axum::response::Response;
use kernel::{Refusals, Timestamp};
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::Group;
use web::ui::{self, Cell, Column, Kv, Row, Table, Tone};
use web::{Answer, Cx, FormData};

use super::consent_form;
use super::consent_texts::text_href;
use super::frame::{self, Seen, card, dialog, id};
use crate::client::pack;
use crate::client::queries::ClientHead;
use crate::contacts::consent::{self, ConsentState, ConsentWord, Lack};
use crate::contacts::model::{ConsentChannel, Purpose};
use crate::contacts::queries::{self, ClientFile, ConsentText};

/// The end of a consent is announced so many days ahead.
const SOON_DAYS: i64 = 30;

pub(super) fn purpose_name(cx: &Cx, purpose: Purpose) -> String {
    cx.l.t(&format!("contacts-purpose-{}", purpose.key()))
}

pub(super) fn channel_name(cx: &Cx, channel: ConsentChannel) -> String {
    cx.l.t(&format!("contacts-channel-{}", channel.key()))
}

/// What the client allows, in one line that opens the dialog.
pub(super) fn line(cx: &Cx, head: &ClientHead, words: &[ConsentWord]) -> Markup {
    let l = &cx.l;
    let states = consent::states(words, cx.now());
    let src = format!("{}/consents", card(head.id));
    html! {
        @for purpose in Purpose::ALL {
            @if words.iter().any(|word| word.purpose == *purpose) {
                @let (tone, what) = in_short(cx, &states, *purpose);
                (ui::badge(tone, &format!("{}: {what}", purpose_name(cx, *purpose)))) " "
            }
        }
        div {
            a href=(src) data-dialog-src=(src) {
                @if words.is_empty() { (l.t("contacts-consents-none")) } @else { (l.t("contacts-consents")) }
            }
        }
    }
}

/// `calls, e-mail`, `any channel`, `given until 12.01.2027`, `refused` or `over`.
fn in_short(cx: &Cx, states: &[ConsentState], purpose: Purpose) -> (Tone, String) {
    let l = &cx.l;
    let mine: Vec<&ConsentState> = states.iter().filter(|s| s.purpose == purpose).collect();
    let mut allowed = mine.iter().filter(|s| s.is_allowed).peekable();
    let Some(first) = allowed.peek() else {
        let is_over = mine.iter().any(|s| s.lack == Some(Lack::Expired));
        let (tone, key) = if is_over {
            (Tone::Neutral, "contacts-consent-over")
        } else {
            (Tone::Danger, "contacts-consent-refused")
        };
        return (tone, l.t(key));
    };
    let tone = if is_soon(first.until, cx.now()) { Tone::Attention } else { Tone::Good };
    if let Some(until) = first.until {
        return (tone, until_words(cx, until));
    }
    if purpose.channels().len() == 1 {
        return (tone, l.t("contacts-consent-held"));
    }
    if first.channel == ConsentChannel::Any {
        return (tone, channel_name(cx, ConsentChannel::Any));
    }
    let names: Vec<String> = allowed.map(|s| channel_name(cx, s.channel)).collect();
    (tone, names.join(", "))
}

fn is_soon(until: Option<Timestamp>, now: Timestamp) -> bool {
    until.is_some_and(|until| until > now && until < now.plus_days(SOON_DAYS))
}

fn until_words(cx: &Cx, until: Timestamp) -> String {
    let day = cx.l.date(until.date_in(&cx.l.zone));
    cx.l.ta("contacts-consent-until", &[("day", day.into())])
}

pub(super) async fn show(cx: Cx, Path(client): Path<String>) -> Answer {
    let seen = frame::shown(&cx, id(&client)?, Group::Contacts).await?;
    let query = FormData::parse(cx.path.split_once('?').map_or("", |(_, query)| query));
    Ok(page(&cx, seen, &query, &Refusals::default()).await?)
}

/// The dialog; `sent` holds what was typed, or the purpose of the address.
pub(super) async fn page(
    cx: &Cx,
    seen: Seen,
    sent: &FormData,
    refusals: &Refusals,
) -> Result<Response, Error> {
    let l = &cx.l;
    let Seen { head, may_edit, mut db, .. } = seen;
    let deciding = consent::words(&mut db, &cx.ctx, head.id).await?;
    let history = queries::consent_words(&mut db, pack(&cx.ctx)?, head.id).await?;
    let texts = queries::consent_texts(&mut db, pack(&cx.ctx)?).await?;
    let files = queries::files(&mut db, head.id).await?;
    let states = consent::states(&deciding, cx.now());
    let said = if history.is_empty() {
        let (title, about) = (l.t("contacts-consents-none"), l.t("contacts-consents-none-words"));
        ui::empty("shield-check", &title, &about, None)
    } else {
        html! {
            (now(cx, &states, &deciding))
            details {
                summary { (l.t("contacts-consents-history")) }
                (table(cx, &head, &History { words: &history, states: &states, texts: &texts, files: &files }))
            }
        }
    };
    let mut parts = vec![said];
    if may_edit {
        parts.push(consent_form::form(cx, &head, (&texts, &files), sent, refusals));
    }
    let body = ui::stack(&parts);
    Ok(dialog(cx, frame::status(refusals), &head, &l.t("contacts-consents"), &body))
}

/// What holds now, by purpose.
fn now(cx: &Cx, states: &[ConsentState], words: &[ConsentWord]) -> Markup {
    let mut list = Kv::new("consents-now");
    for purpose in Purpose::ALL {
        let name = purpose_name(cx, *purpose);
        if !words.iter().any(|word| word.purpose == *purpose) {
            list = list.missing(name);
            continue;
        }
        let mine: Vec<&ConsentState> = states.iter().filter(|s| s.purpose == *purpose).collect();
        let is_whole = |s: &&&ConsentState| s.channel == ConsentChannel::Any && s.is_allowed;
        let shown: Vec<&ConsentState> = match mine.iter().find(is_whole) {
            Some(whole) => vec![whole],
            None if mine.len() > 1 => {
                mine.into_iter().filter(|s| s.channel != ConsentChannel::Any).collect()
            }
            None => mine,
        };
        let marks = html! { @for state in shown { (mark(cx, state)) " " } };
        list = list.line(name, marks);
    }
    list.render(&cx.l)
}

/// One channel: allowed, until when; or why not. Nothing where nothing was said.
fn mark(cx: &Cx, state: &ConsentState) -> Markup {
    let l = &cx.l;
    let is_only = state.purpose.channels().len() == 1;
    let channel = channel_name(cx, state.channel);
    let name = if is_only { l.t("contacts-consent-held") } else { channel.clone() };
    let no = |key: &str| {
        if is_only {
            l.t(&format!("contacts-consent-{key}"))
        } else {
            l.ta(&format!("contacts-consent-channel-{key}"), &[("channel", (&channel).into())])
        }
    };
    match (state.lack, state.until) {
        (None, None) => ui::badge(Tone::Good, &name),
        (None, Some(until)) => {
            let words = until_words(cx, until);
            let words = if is_only { words } else { format!("{name}, {words}") };
            let tone = if is_soon(state.until, cx.now()) { Tone::Attention } else { Tone::Good };
            html! {
                (ui::badge(tone, &words))
                @if tone == Tone::Attention { " " span.quiet { (l.t("contacts-consent-soon")) } }
            }
        }
        (Some(Lack::Withdrawn), _) => ui::badge(Tone::Danger, &no("refused")),
        (Some(Lack::Expired), _) => ui::badge(Tone::Neutral, &no("over")),
        (Some(Lack::NeverGiven), _) => html! {},
    }
}

/// What the history is drawn from.
struct History<'a> {
    words: &'a [ConsentWord],
    states: &'a [ConsentState],
    texts: &'a [ConsentText],
    files: &'a [ClientFile],
}

/// Every word, what was said last first; those that decide are marked.
fn table(cx: &Cx, head: &ClientHead, history: &History<'_>) -> Markup {
    let l = &cx.l;
    let mut table = Table::new("consents", l.t("contacts-consents"))
        .column(Column::text(l.t("contacts-consent-purpose")))
        .column(Column::text(l.t("contacts-consent-state")))
        .column(Column::text(l.t("contacts-consent-when")))
        .column(Column::text(l.t("contacts-consent-evidence")).wide())
        .column(Column::text(l.t("contacts-consent-version")));
    for word in history.words {
        let name = purpose_name(cx, word.purpose);
        let channel = (word.purpose.channels().len() > 1).then(|| channel_name(cx, word.channel));
        table = table.row(
            Row::new(word.id)
                .cell(Cell::markup(html! {
                    (name) @if let Some(channel) = channel { br; span.quiet { (channel) } }
                }))
                .cell(Cell::markup(decision(cx, history, word)))
                .cell(Cell::markup(when(cx, word)))
                .cell(evidence(cx, head, history, word))
                .cell(text(cx, history, word)),
        );
    }
    table.render(l)
}

fn decision(cx: &Cx, history: &History<'_>, word: &ConsentWord) -> Markup {
    let l = &cx.l;
    let decides = history.states.iter().any(|s| s.word_id == Some(word.id));
    let key = if word.is_given { "contacts-consent-given" } else { "contacts-consent-withdrawn" };
    let is_over = word.is_given && word.is_over(cx.now());
    let tone = match (word.is_given, is_over) {
        (true, false) => Tone::Good,
        (true, true) => Tone::Neutral,
        (false, _) => Tone::Danger,
    };
    html! {
        @if decides { (ui::badge(tone, &l.t(key))) } @else { span.quiet { (l.t(key)) } }
        @if let Some(until) = word.until { br; span.quiet { (until_words(cx, until)) } }
    }
}

/// The day it was said, and beneath it when it was written down and by whom.
fn when(cx: &Cx, word: &ConsentWord) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let author = word.author_id.map(|u| directory.staff_name(u, l.lang).to_owned());
    html! {
        (l.date(word.said_at.date_in(&l.zone)))
        br;
        span.quiet {
            (l.ta("contacts-consent-recorded", &[("at", l.datetime(word.at).into())]))
            @if let Some(author) = author { ", " (author) }
        }
    }
}

fn evidence(cx: &Cx, head: &ClientHead, history: &History<'_>, word: &ConsentWord) -> Cell {
    let l = &cx.l;
    let kind = word.evidence_kind.map(|k| l.t(&format!("contacts-evidence-{}", k.key())));
    if kind.is_none() && word.evidence.is_empty() && word.file_id.is_none() {
        return Cell::none(l);
    }
    Cell::markup(html! {
        @if let Some(kind) = kind { span.quiet { (kind) } " " }
        (word.evidence)
        @if let Some(file) = word.file_id {
            @match history.files.iter().find(|f| f.id == file) {
                Some(file) => {
                    " " a href=(format!("{}/files/{}", card(head.id), file.id)) download=(file.name) { (file.name) }
                },
                None => { " " span.quiet { (l.t("contacts-consent-file-gone")) } },
            }
        }
    })
}

/// The version, with the text itself behind it; one that nobody knows is marked.
fn text(cx: &Cx, history: &History<'_>, word: &ConsentWord) -> Cell {
    let l = &cx.l;
    if word.text_version.is_empty() {
        return Cell::none(l);
    }
    let is_known = |t: &&ConsentText| t.purpose == word.purpose && t.version == word.text_version;
    Cell::markup(match history.texts.iter().find(is_known) {
        Some(text) => html! {
            a href=(text_href(text.purpose, &text.version)) { (text.version) }
        },
        None => html! {
            (word.text_version) " " (ui::badge(Tone::Attention, &l.t("contacts-consent-text-unknown")))
        },
    })
}
