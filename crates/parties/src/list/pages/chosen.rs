//! Dialogs over the chosen rows of a list, whatever it lists.

use std::str::FromStr;

use axum::http::{HeaderMap, Uri, header};
use axum::response::Response;
use kernel::{Refusal, Refusals, limits};
use maud::{Markup, html};
use spine::Error;
use web::ui::{self, Form};
use web::{Cx, FormData};

use super::viewed::Viewed;

/// The chosen rows.
///
/// # Errors
/// Refused when none or too many are chosen, or an id is none.
pub(crate) fn chosen<T: FromStr + Ord>(sent: &FormData) -> Result<Vec<T>, Error> {
    let texts = sent.all("id");
    if texts.is_empty() {
        return Err(Error::refused("nothing-selected"));
    }
    if texts.len() > limits::BULK_CLIENTS_MAX {
        return Err(Refusal::new("too-many-selected").arg("max", limits::BULK_CLIENTS_MAX).into());
    }
    let mut ids: Vec<T> = texts
        .iter()
        .map(|text| text.parse().map_err(|_| Error::NotFound))
        .collect::<Result<_, _>>()?;
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// A way back into the list at `home`: its own addresses only.
pub(crate) fn safe_back<'a>(back: &'a str, home: &'a str) -> &'a str {
    let is_list =
        back.strip_prefix(home).is_some_and(|rest| rest.is_empty() || rest.starts_with('?'));
    if is_list && back.bytes().all(|b| b.is_ascii_graphic()) { back } else { home }
}

/// The list the dialog was opened from.
pub(crate) fn back(headers: &HeaderMap, home: &str) -> String {
    let referer = headers.get(header::REFERER).and_then(|v| v.to_str().ok());
    let uri = referer.and_then(|text| text.parse::<Uri>().ok());
    let place = uri.as_ref().and_then(Uri::path_and_query).map_or("", |p| p.as_str());
    safe_back(place, home).to_owned()
}

/// The dialog was opened without a choice; `said` are an icon, a title and words.
pub(crate) fn nobody(
    cx: &Cx,
    list: &Viewed,
    title: &str,
    (icon, head, words): (&'static str, &str, &str),
) -> Response {
    let l = &cx.l;
    let button = ui::Button::secondary(list.title.clone()).href(list.home.clone());
    let state = ui::empty(icon, &l.t(head), &l.t(words), Some(button));
    let content = if cx.is_fragment { ui::dialog_fragment(l, title, &state) } else { state };
    cx.page(title, &content)
}

/// What a dialog over chosen rows asks.
pub(crate) struct Dialog<'a> {
    pub(crate) list: &'a Viewed,
    pub(crate) title: String,
    pub(crate) action: String,
    pub(crate) submit: String,
    pub(crate) sent: &'a FormData,
    pub(crate) back: &'a str,
    pub(crate) refusals: &'a Refusals,
    /// How many are chosen, in words.
    pub(crate) count: String,
}

/// The dialog, or the same as a page of its own.
pub(crate) fn dialog(cx: &Cx, dialog: &Dialog<'_>, fields: &Markup) -> Markup {
    let l = &cx.l;
    let general = cx.refusal_words(dialog.refusals.general());
    let body = html! {
        (ui::error_summary(l, &general))
        p { (dialog.count) }
        (fields)
    };
    let mut form = Form::post(dialog.action.as_str())
        .hidden("_id", cx.form_id())
        .hidden("back", dialog.back)
        .submit(dialog.submit.clone())
        .cancel(dialog.back);
    for id in dialog.sent.all("id") {
        form = form.hidden("id", id);
    }
    let form = form.render(l, &body);
    if cx.is_fragment {
        return ui::dialog_fragment(l, &dialog.title, &form);
    }
    let (home, title) = (dialog.list.home.clone(), dialog.list.title.clone());
    html! {
        (ui::PageHeader::new(dialog.title.as_str()).crumb(home, title).render(l))
        (form)
    }
}
