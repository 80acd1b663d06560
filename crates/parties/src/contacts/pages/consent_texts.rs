//! Texts of consents: the list, a new version, one version in full.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Refusals, parse_date};
use maud::{Markup, html};
use spine::Error;
use web::ui::{
    self, Button, Cell, Column, Field, Form, Input, Kv, Opt, PageHeader, Panel, Row, Table, Tone,
    form_row,
};
use web::{Answer, Cx, FormData};

use super::consents::purpose_name;
use super::frame;
use crate::client::pack;
use crate::contacts::commands::{AddConsentText, CloseConsentText, KEEP_TEXTS};
use crate::contacts::model::Purpose;
use crate::contacts::queries::{self, ConsentText};

/// Where the texts are kept.
const HOME: &str = "/admin/consent-texts";

/// The page of one version: everybody in the bank may read what clients agree to.
pub(super) fn text_href(purpose: Purpose, version: &str) -> String {
    format!("/consent-texts/{}:{version}", purpose.key())
}

/// `since 01.09.2025`, `01.09.2025 – 31.12.2026`.
pub(super) fn force_words(cx: &Cx, text: &ConsentText) -> String {
    let l = &cx.l;
    let from = l.date(text.from_on);
    match text.until_on {
        None => l.ta("consent-text-since", &[("from", from.into())]),
        Some(until) => {
            let until = l.date(until);
            l.ta("consent-text-between", &[("from", from.into()), ("until", until.into())])
        }
    }
}

/// The text in the reader's language; in Russian where there is no other.
pub(super) fn text_body(cx: &Cx, text: &ConsentText) -> Markup {
    let is_english = cx.l.lang == kernel::Lang::En && !text.text_en.is_empty();
    paragraphs(if is_english { &text.text_en } else { &text.text_ru })
}

fn paragraphs(text: &str) -> Markup {
    let text = text.replace("\r\n", "\n");
    let all = text.split("\n\n").map(|paragraph| {
        html! {
            p {
                @for (at, line) in paragraph.lines().enumerate() {
                    @if at > 0 { br; }
                    (line)
                }
            }
        }
    });
    ui::stack(&all.collect::<Vec<_>>())
}

fn state_mark(cx: &Cx, text: &ConsentText) -> Markup {
    let l = &cx.l;
    let today = l.today;
    html! {
        @if text.is_in_force(today) {
            (ui::badge(Tone::Good, &l.t("consent-text-in-force")))
        } @else if text.from_on > today {
            (ui::badge(Tone::Info, &l.t("consent-text-to-come")))
        } @else {
            (ui::badge(Tone::Neutral, &l.t("consent-text-closed")))
        }
        @if text.is_sample { " " (ui::badge(Tone::Attention, &l.t("consent-text-sample"))) }
    }
}

pub(super) async fn list(mut cx: Cx) -> Answer {
    let texts = queries::consent_texts(&mut cx.db, pack(&cx.ctx)?).await.map_err(Error::from)?;
    let l = &cx.l;
    let mut table = Table::new("consent-texts", l.t("consent-texts"))
        .column(Column::text(l.t("contacts-consent-purpose")).wide())
        .column(Column::text(l.t("contacts-consent-version")))
        .column(Column::text(l.t("consent-text-force")))
        .column(Column::text(l.t("consent-text-state")));
    for text in &texts {
        table = table.row(
            Row::new(format!("{}-{}", text.purpose.key(), text.version))
                .href(text_href(text.purpose, &text.version))
                .cell(Cell::text(purpose_name(&cx, text.purpose)))
                .cell(Cell::text(&text.version))
                .cell(Cell::text(force_words(&cx, text)))
                .cell(Cell::markup(state_mark(&cx, text))),
        );
    }
    let add = Button::primary(l.t("consent-text-add")).icon("plus").dialog(format!("{HOME}/new"));
    let content = html! {
        (PageHeader::new(l.t("consent-texts")).lead(html! { (l.t("consent-texts-lead")) }).primary(add).render(l))
        (table.render(l))
    };
    Ok(cx.page(&l.t("consent-texts"), &content))
}

pub(super) async fn new_form(cx: Cx) -> Answer {
    Ok(form(&cx, &FormData::default(), &Refusals::default()))
}

fn form(cx: &Cx, sent: &FormData, refusals: &Refusals) -> Response {
    let l = &cx.l;
    let error = |field: &str| cx.field_error(refusals, field);
    let purposes = Purpose::ALL.iter().map(|p| Opt::new(p.key(), purpose_name(cx, *p))).collect();
    let from = sent.opt("from_on").unwrap_or_else(|| l.date(l.today));
    let text = |name: &str, label: String| {
        Field::new(name, label, Input::Textarea { rows: 10 })
            .value(sent.text(name))
            .error(error(name))
            .full()
    };
    let body = html! {
        (frame::summary(cx, refusals, &["purpose", "version", "from_on", "text_ru", "text_en"]))
        (form_row(&[
            Field::select("purpose", l.t("contacts-consent-purpose"), purposes)
                .value(sent.text("purpose")).error(error("purpose")).render(l),
            Field::text("version", l.t("contacts-consent-version")).value(sent.text("version"))
                .hint(l.t("consent-text-version-hint")).required().error(error("version")).render(l),
        ]))
        (Field::new("from_on", l.t("consent-text-from"), Input::Date).value(from).required()
            .error(error("from_on")).render(l))
        (text("text_ru", l.t("consent-text-ru")).required().render(l))
        (text("text_en", l.t("consent-text-en")).render(l))
        p.quiet { (l.t("consent-text-never-changes")) }
    };
    let form = Form::post(format!("{HOME}/new"))
        .hidden("_id", cx.form_id())
        .submit(l.t("consent-text-save"))
        .cancel(HOME);
    let title = l.t("consent-text-add");
    let body = form.render(l, &body);
    let content = if cx.is_fragment {
        ui::dialog_fragment(l, &title, &body)
    } else {
        html! { (PageHeader::new(&title).crumb(HOME, l.t("consent-texts")).render(l)) (body) }
    };
    cx.page_with_status(frame::status(refusals), &title, &content)
}

pub(super) async fn add(cx: Cx, sent: FormData) -> Answer {
    let choice = |field: &str| Error::refused_field("not-a-choice", field);
    let read = || -> Result<AddConsentText, Error> {
        let from = parse_date(&sent.text("from_on"), cx.l.today);
        Ok(AddConsentText {
            purpose: Purpose::from_key(&sent.text("purpose")).ok_or_else(|| choice("purpose"))?,
            version: sent.text("version"),
            text_ru: sent.text("text_ru"),
            text_en: sent.text("text_en"),
            from_on: from.ok_or_else(|| Error::refused_field("not-a-date", "from_on"))?,
        })
    };
    let outcome = match read() {
        Ok(command) => cx.execute(sent.command_id()?, &command).await.map(|_| command),
        Err(error) => Err(error),
    };
    match outcome {
        Ok(text) => {
            Ok(cx.done(&text_href(text.purpose, text.version.trim()), "flash-consent-text-saved"))
        }
        Err(Error::Refused(refusals)) => Ok(form(&cx, &sent, &refusals)),
        Err(error) => Err(error.into()),
    }
}

/// The version an address names.
async fn named(cx: &mut Cx, what: &str) -> Result<ConsentText, Error> {
    let (purpose, version) = what.split_once(':').ok_or(Error::NotFound)?;
    let purpose = Purpose::from_key(purpose).ok_or(Error::NotFound)?;
    let pack = pack(&cx.ctx)?;
    queries::consent_text(&mut cx.db, pack, purpose, version).await?.ok_or(Error::NotFound)
}

pub(super) async fn show(mut cx: Cx, Path(what): Path<String>) -> Answer {
    let text = named(&mut cx, &what).await?;
    Ok(shown(&cx, &text, "", &Refusals::default()))
}

fn shown(cx: &Cx, text: &ConsentText, until: &str, refusals: &Refusals) -> Response {
    let l = &cx.l;
    let name = purpose_name(cx, text.purpose);
    let values = [("purpose", name.into()), ("version", (&text.version).into())];
    let title = l.ta("consent-text-title", &values);
    let may_keep = cx.principal().has(KEEP_TEXTS);
    let author =
        text.author_id.map(|id| cx.app.services.directory.get().staff_name(id, l.lang).to_owned());
    let mut kv = Kv::new("consent-text")
        .line(l.t("consent-text-force"), html! { (force_words(cx, text)) })
        .line(l.t("consent-text-state"), state_mark(cx, text));
    if let (Some(author), Some(at)) = (author, text.at) {
        kv = kv.line(l.t("consent-text-by"), html! { (author) ", " (l.datetime(at)) });
    }
    let mut head = PageHeader::new(&title);
    if may_keep {
        head = head.crumb(HOME, l.t("consent-texts"));
    }
    let is_closed = text.until_on.is_some_and(|until| until < l.today);
    let content = html! {
        (head.render(l))
        (ui::stack(&[
            kv.render(l),
            Panel::new(l.t("consent-text-ru")).render(&html! { div lang="ru" { (paragraphs(&text.text_ru)) } }),
            html! {
                @if !text.text_en.is_empty() {
                    (Panel::new(l.t("consent-text-en")).render(&html! { div lang="en" { (paragraphs(&text.text_en)) } }))
                }
            },
            html! { @if may_keep && !is_closed { (close_form(cx, text, until, refusals)) } },
        ]))
    };
    let status =
        if refusals.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    cx.page_with_status(status, &title, &content)
}

fn close_form(cx: &Cx, text: &ConsentText, until: &str, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let stored = text.until_on.map(|day| l.date(day));
    let until = if until.is_empty() { stored.unwrap_or_default() } else { until.to_owned() };
    let body = html! {
        (frame::summary(cx, refusals, &["until_on"]))
        (Field::new("until_on", l.t("consent-text-until"), Input::Date).value(until).required()
            .hint(l.t("consent-text-close-hint")).error(cx.field_error(refusals, "until_on")).render(l))
    };
    let form = Form::post(format!("{}/close", text_href(text.purpose, &text.version)))
        .hidden("_id", cx.form_id())
        .submit(l.t("consent-text-close"))
        .destructive();
    html! { h2 { (l.t("consent-text-close-title")) } (form.render(l, &body)) }
}

pub(super) async fn close(mut cx: Cx, Path(what): Path<String>, sent: FormData) -> Answer {
    let text = named(&mut cx, &what).await?;
    let typed = sent.text("until_on");
    let outcome = match parse_date(&typed, cx.l.today) {
        None => Err(Error::refused_field("not-a-date", "until_on")),
        Some(until_on) => {
            let version = text.version.clone();
            let command = CloseConsentText { purpose: text.purpose, version, until_on };
            cx.execute(sent.command_id()?, &command).await
        }
    };
    match outcome {
        Ok(()) => Ok(cx.done(HOME, "flash-consent-text-closed")),
        Err(Error::Refused(refusals)) => Ok(shown(&cx, &text, &typed, &refusals)),
        Err(error) => Err(error.into()),
    }
}
