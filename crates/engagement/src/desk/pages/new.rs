//! Somebody has come: a ticket, or served at once.

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{DeskThemeId, Refusals, Timestamp, limits};
use maud::html;
use spine::Error;
use web::ui::{self, Field, Form};
use web::{Answer, Cx, FormData};

use super::HOME;
use super::desk::branch;
use super::serve::theme_options;
use crate::desk::commands::OpenVisit;
use crate::desk::model::Ticket;
use crate::desk::queries::{self, ThemeRow};
use crate::parts;

/// The letter of a ticket when nothing is said of the theme.
const LETTER: char = 'A';

pub(super) async fn form(mut cx: Cx, RawQuery(query): RawQuery) -> Answer {
    branch(&cx)?;
    let sent = FormData::parse(&query.unwrap_or_default());
    let themes = queries::themes(&mut cx.db).await?;
    Ok(show(&cx, StatusCode::OK, &themes, &sent, &Refusals::default()))
}

pub(super) async fn open(mut cx: Cx, sent: FormData) -> Answer {
    let branch = branch(&cx)?;
    let themes = queries::themes(&mut cx.db).await?;
    let mut refusals = Refusals::default();
    let theme_id: Option<DeskThemeId> = sent.id("theme_id", &mut refusals);
    if sent.text("person").chars().count() > limits::TEXT_CHARS_MAX {
        refusals
            .push(kernel::Refusal::field("too-long", "person").arg("max", limits::TEXT_CHARS_MAX));
    }
    if !refusals.0.is_empty() {
        return Ok(show(&cx, StatusCode::UNPROCESSABLE_ENTITY, &themes, &sent, &refusals));
    }
    let theme = theme_id.and_then(|id| themes.iter().find(|t| t.id == id));
    let letter = theme.and_then(|t| t.letter.chars().next()).unwrap_or(LETTER);
    let since = Timestamp::start_of(cx.l.today, &cx.l.zone);
    let given = queries::tickets(&mut cx.db, branch, since).await?;
    let last = given.iter().filter_map(|text| Ticket::parse(text)).find(|t| t.letter == letter);
    let ticket = last.map_or(Ticket::first(letter), Ticket::next);
    let serve = sent.is_set("serve");
    let command =
        OpenVisit { ticket: ticket.to_string(), person: sent.text("person"), theme_id, serve };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(opened) if serve => {
            Ok(cx.done(&format!("{HOME}?visit={}", opened.visit_id), "flash-visit-serving"))
        }
        Ok(_) => Ok(cx.done(HOME, "flash-visit-opened")),
        Err(Error::Refused(refusals)) => {
            Ok(show(&cx, StatusCode::UNPROCESSABLE_ENTITY, &themes, &sent, &refusals))
        }
        Err(other) => Err(other.into()),
    }
}

fn show(
    cx: &Cx,
    status: StatusCode,
    themes: &[ThemeRow],
    sent: &FormData,
    refusals: &Refusals,
) -> Response {
    let l = &cx.l;
    let serve = sent.is_set("serve");
    let error = |name: &str| cx.field_error(refusals, name);
    let body = html! {
        (ui::error_summary(l, &cx.refusal_words(refusals.general())))
        (Field::select("theme_id", l.t("visit-theme"), theme_options(cx, themes))
            .value(sent.text("theme_id")).error(error("theme_id")).render(l))
        (Field::text("person", l.t("visit-person")).value(sent.raw("person")).hint(l.t("visit-person-hint"))
            .attribute("autocomplete", "off").error(error("person")).render(l))
    };
    let (title, save) = match serve {
        true => (l.t("visit-serve"), l.t("visit-serve-go")),
        false => (l.t("visit-ticket-give"), l.t("visit-ticket-go")),
    };
    let mut form = Form::post("/desk/new").hidden("_id", cx.form_id()).submit(save).cancel(HOME);
    if serve {
        form = form.hidden("serve", "on");
    }
    let back = l.t("nav-desk");
    parts::dialog(cx, status, &title, (HOME, &back), &form.render(l, &body))
}
