//! Parts the pages of this room share.

use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Refusal, Refusals};
use maud::{Markup, html};
use web::ui::{self, Button};
use web::{Cx, FormData};

/// A page that is opened as a dialog.
pub(crate) fn dialog(cx: &Cx, title: &str, body: &Markup, is_refused: bool) -> Response {
    let status = if is_refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    cx.page_with_status(status, title, &ui::dialog_fragment(&cx.l, title, body))
}

/// What was refused of a form as a whole.
pub(crate) fn summary(cx: &Cx, refusals: &Refusals) -> Markup {
    ui::error_summary(&cx.l, &cx.refusal_words(refusals.general()))
}

/// A form of one button.
pub(crate) fn post_button(cx: &Cx, action: &str, button: Button) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name="_id" value=(cx.form_id());
            (button.submit())
        }
    }
}

/// The revision a form was drawn with; none for a new thing.
pub(crate) fn revision(sent: &FormData) -> Option<i64> {
    sent.opt("revision").and_then(|text| text.parse().ok())
}

/// A hundredth of a percent for each hundredth typed: `1,5` is 150.
pub(crate) fn basis_points(text: &str) -> Result<i64, Refusal> {
    let wrong = || Refusal::field("strategy-not-a-percent", "rate");
    let text = text.trim().trim_end_matches('%').trim_end().replace(',', ".");
    let (whole, part) = text.split_once('.').unwrap_or((text.as_str(), ""));
    let is_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 6
        || part.len() > 2
        || !is_digits(whole)
        || !is_digits(part)
    {
        return Err(wrong());
    }
    format!("{whole}{part:0<2}").parse().map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_read_to_the_hundredth() {
        for (typed, read) in [("1,5", 150), ("0.25", 25), ("12", 1_200), (" 3 % ", 300)] {
            assert_eq!(basis_points(typed).unwrap(), read, "{typed}");
        }
        for typed in ["", "x", "1,555", "-1", "1.2.3", ",5", "9999999"] {
            assert!(basis_points(typed).is_err(), "{typed}");
        }
    }
}
