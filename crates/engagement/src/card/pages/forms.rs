//! Forms that speak with a card: a script of the page carries the talk, and says so when there is no reader.

use axum::http::StatusCode;
use axum::response::Response;
use kernel::Refusals;
use maud::{Markup, html};
use smartcard::terminal::CardFault;
use web::ui::{self, Field, Form, Input};
use web::{Cx, FormData};

use super::talk::Heard;
use crate::parts;

/// A form that speaks with a card.
pub(super) struct ReaderForm {
    pub(super) action: String,
    pub(super) title: String,
    pub(super) submit: String,
    /// Where it goes back to, and what that is called.
    pub(super) back: (String, String),
}

impl ReaderForm {
    /// As a dialog or a page.
    pub(super) fn show(
        &self,
        cx: &Cx,
        (status, sent, refusals): (StatusCode, &FormData, &Refusals),
        fields: &Markup,
    ) -> Response {
        let l = &cx.l;
        let body = html! {
            (ui::error_summary(l, &cx.refusal_words(refusals.general())))
            (fields)
            p.quiet data-reader-busy hidden role="status" { (l.t("card-busy")) }
            noscript { p { (l.t("card-needs-script-words")) } }
        };
        let id = if sent.is_set("_id") { sent.text("_id") } else { cx.form_id() };
        let form = Form::post(&self.action)
            .hidden("_id", id)
            .reader(cx.app.reader())
            .submit(&self.submit)
            .cancel(&self.back.0)
            .render(l, &body);
        parts::dialog(cx, status, &self.title, (&self.back.0, &self.back.1), &form)
    }
}

/// A PIN, which is never shown again.
pub(super) fn pin_field(cx: &Cx, name: &str, label: &str, refusals: &Refusals) -> Markup {
    Field::new(name, cx.l.t(label), Input::Password)
        .required()
        .error(cx.field_error(refusals, name))
        .attribute("autocomplete", "off")
        .attribute("inputmode", "numeric")
        .attribute("maxlength", "8")
        .render(&cx.l)
}

/// What a step has come to: its end, what is next to be said, or what went wrong.
pub(super) fn in_hand<T>(heard: Heard<T>) -> Result<Result<T, Response>, CardFault> {
    match heard {
        Heard::Say(response) => Ok(Err(response)),
        Heard::End(Ok(end)) => Ok(Ok(end)),
        Heard::End(Err(fault)) => Err(fault),
    }
}
