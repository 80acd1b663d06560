//! Addresses of clients who became others lead to those.

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{Html, IntoResponse, Response};
use kernel::ClientId;
use maud::html;

use super::cx::Cx;
use super::resend::Resend;
use crate::ui;

/// The segment of an address after which a client's id stands.
const CLIENTS: &str = "clients";

/// What is asked about a record itself is not asked about another one unseen.
const NOT_OFFERED: [&str; 4] = ["/merge", "/unmerge", "/erase", "/secrecy"];

/// The way to the client somebody became, when a request found nobody under his old id. Who only reads is led there; who
/// has typed something chooses himself whether it goes there, and loses nothing.
pub(super) async fn elsewhere(
    cx: &Cx,
    only_reads: bool,
    sent: Option<&Resend>,
    status: StatusCode,
) -> Option<Response> {
    if status != StatusCode::NOT_FOUND || (!only_reads && sent.is_none()) {
        return None;
    }
    let moved = cx.app.moved?;
    let (old, before, after) = client_in(&cx.path)?;
    match moved(cx, old).await {
        Ok(Some(new)) => {
            let there = format!("{before}{new}{after}");
            if let Some(sent) = sent {
                return Some(offer(cx, new, (&there, after), sent));
            }
            Some((StatusCode::SEE_OTHER, [(LOCATION, there)]).into_response())
        }
        Ok(None) => None,
        Err(error) => {
            tracing::warn!(%error, "whom a client became could not be read");
            None
        }
    }
}

fn offer(cx: &Cx, new: ClientId, (there, after): (&str, &str), sent: &Resend) -> Response {
    let is_offered = !NOT_OFFERED.iter().any(|part| after.starts_with(part));
    let form = sent.form_to(&cx.l, there, "web-moved-send").filter(|_| is_offered);
    let body = html! {
        (ui::moved(&cx.l, &format!("/clients/{new}"), form.is_some()))
        @if let Some(form) = form { (form) }
    };
    let page = if cx.is_fragment { body } else { cx.page_markup(&cx.l.t("web-moved"), &body) };
    (StatusCode::CONFLICT, Html(page.into_string())).into_response()
}

/// The first client in an address, with what stands before and after his id.
fn client_in(path: &str) -> Option<(ClientId, &str, &str)> {
    let end = path.find('?').unwrap_or(path.len());
    let mut from = 0;
    let mut is_next = false;
    for part in path.get(..end)?.split('/') {
        let to = from + part.len();
        if is_next {
            let id = part.parse().ok()?;
            return Some((id, path.get(..from)?, path.get(to..)?));
        }
        is_next = part == CLIENTS;
        from = to + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_is_found_in_addresses_of_pages_and_programs() {
        let id = "00000000-0000-7000-8000-000000000001";
        for (before, after) in
            [("/clients/", "/details?x=1"), ("/api/v1/clients/", ""), ("/clients/", "")]
        {
            let path = format!("{before}{id}{after}");
            let (found, head, tail) = client_in(&path).expect("a client");
            assert_eq!((found.to_string().as_str(), head, tail), (id, before, after));
        }
        for path in ["/clients", "/clients/new", "/tasks", "/search?q=/clients/x", ""] {
            assert!(client_in(path).is_none(), "{path}");
        }
    }
}
