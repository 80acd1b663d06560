//! Gallery: fields of every kind, with errors.

use maud::{Markup, html};

use super::part;
use crate::i18n::L;
use crate::ui::{Button, Field, Form, Input, Opt, error_summary, form_row, split};

pub(super) fn section(l: &L) -> Markup {
    split(&part(l.t("ui-g-form"), &form(l)), &part(l.t("ui-g-buttons"), &buttons(l)))
}

/// The form of the gallery's dialog.
pub(super) fn form(l: &L) -> Markup {
    let segments = || {
        vec![
            Opt::new("1", l.t("ui-g-seg-1")),
            Opt::new("2", l.t("ui-g-seg-2")).hint(l.t("ui-g-seg-2-hint")),
        ]
    };
    let field = |name: &str, key: &str, input| Field::new(name, l.t(key), input);
    let body = html! {
        (error_summary(l, &[l.t("ui-g-error-general")]))
        (form_row(&[
            field("name", "ui-g-c-name", Input::Text).value(l.t("ui-g-name-1")).required().render(l),
            field("phone", "ui-g-phone", Input::Phone).value("+7 916 12").required()
                .error(Some(l.t("ui-g-error-phone"))).render(l),
        ]))
        (form_row(&[
            field("due", "ui-g-f-due", Input::Date).hint(l.t("ui-g-f-due-hint")).render(l),
            field("sum", "ui-g-f-sum", Input::Money { currency: "₽".into() }).value(l.t("ui-g-f-sum-typed")).render(l),
            Field::select("segment", l.t("ui-g-c-segment"), segments()).value("2").render(l),
        ]))
        (form_row(&[
            field("city", "ui-g-f-city", Input::Combobox(segments())).render(l),
            field("code", "ui-g-document", Input::Digits).value("4510 123456").disabled().render(l),
        ]))
        (field("result", "ui-g-f-result", Input::Radio(segments())).value("1").render(l))
        (field("note", "ui-g-f-note", Input::Textarea { rows: 3 }).hint(l.t("ui-g-f-note-hint")).render(l))
        (field("file", "ui-g-f-file", Input::File { accept: ".pdf,image/*".into() }).render(l))
        (Field::checkbox("vip", l.t("ui-g-f-check"), true).hint(l.t("ui-g-f-check-hint")).render(l))
    };
    Form::post("/ui/dialog")
        .draft("gallery")
        .submit(l.t("ui-g-save"))
        .cancel("/ui")
        .render(l, &body)
}

fn buttons(l: &L) -> Markup {
    html! {
        div.gallery-line {
            (Button::primary(l.t("ui-g-save")).icon("check"))
            (Button::secondary(l.t("ui-g-edit")).icon("pencil"))
            (Button::quiet(l.t("ui-cancel")))
            (Button::danger(l.t("ui-g-delete")).icon("trash-2"))
            (Button::secondary(l.t("ui-g-approve")).disabled(l.t("ui-g-approve-why")))
        }
    }
}
