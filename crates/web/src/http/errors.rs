//! How an error becomes a page: refusals and conflicts are the form's own matter, the rest is here.

use axum::extract::rejection::{FormRejection, PathRejection, QueryRejection};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use maud::{Markup, html};
use spine::{Error, Trouble};

use super::access::AFTER_HOURS;
use super::cx::Cx;
use super::resend::Resend;
use crate::{api, ui};

/// What a page handler answers.
pub type Answer = Result<Response, Failure>;

/// An error on its way to a page.
#[derive(Debug)]
pub struct Failure(pub Error);

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure(error.into())
    }
}

/// A request that was not even of the right shape.
#[derive(Debug, thiserror::Error)]
#[error("bad request: {0}")]
pub struct BadRequest(pub String);

macro_rules! bad_request {
    ($($kind:ty),+) => {$(
        impl From<$kind> for BadRequest {
            fn from(rejection: $kind) -> Self {
                BadRequest(rejection.body_text())
            }
        }
    )+};
}
bad_request!(FormRejection, PathRejection, QueryRejection);

/// Travels in the response's extensions up to [`render`].
#[derive(Clone)]
struct Shown {
    permission: Option<String>,
    words: Vec<kernel::Refusal>,
    trouble: Option<Trouble>,
}

/// Travels the same way: the request that waits for a second person.
#[derive(Clone)]
struct Sent(uuid::Uuid);

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        if let Error::Waiting(waiting) = &self.0 {
            let mut response = StatusCode::ACCEPTED.into_response();
            response.extensions_mut().insert(Sent(waiting.approval_id));
            return response;
        }
        let mut shown = Shown { permission: None, words: Vec::new(), trouble: None };
        let status = match self.0 {
            Error::Refused(refusals) => {
                shown.words = refusals.0;
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Error::Forbidden(permission) => {
                shown.permission = Some(permission);
                StatusCode::FORBIDDEN
            }
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Conflict(_) => StatusCode::CONFLICT,
            Error::Waiting(_) => StatusCode::ACCEPTED, // answered above
            Error::Failure(source) if source.downcast_ref::<BadRequest>().is_some() => {
                shown.words.push(kernel::Refusal::new("bad-request"));
                StatusCode::BAD_REQUEST
            }
            ref error @ Error::Failure(ref source) => {
                log_chain(source.as_ref());
                shown.trouble = error.trouble();
                match shown.trouble {
                    Some(_) => StatusCode::SERVICE_UNAVAILABLE,
                    None => StatusCode::INTERNAL_SERVER_ERROR,
                }
            }
        };
        let mut response = status.into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, RETRY_SECONDS);
        }
        response.extensions_mut().insert(shown);
        response
    }
}

/// When it is worth asking again after the database went away, was full or too slow (seconds).
pub(crate) const RETRY_SECONDS: HeaderValue = HeaderValue::from_static("5");

pub(crate) fn log_chain(error: &dyn std::error::Error) {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        source = inner.source();
    }
    tracing::error!(error = %text, "request failed");
}

/// Fills an error response with a page (or a fragment) in the person's language.
/// `sent` is the form that was sent, if one was.
pub(super) fn render(
    cx: &Cx,
    only_reads: bool,
    sent: Option<&Resend>,
    response: Response,
) -> Response {
    if api::is_api(cx.path.split('?').next().unwrap_or_default()) && is_unsaid(&response) {
        let shown = shown(&response);
        let (permission, words, trouble) =
            shown.map(|s| (s.permission, s.words, s.trouble)).unwrap_or_default();
        return match trouble {
            Some(trouble) => api::troubled(cx, trouble),
            None => api::of_response(cx, response, permission, words),
        };
    }
    if let Some(Sent(id)) = response.extensions().get::<Sent>() {
        return cx.done(&format!("/approvals/{id}"), "flash-approval-sent");
    }
    let Some(shown) = shown(&response) else { return response };
    let status = response.status();
    note(cx, status, shown.permission.as_deref());
    let operation = cx.ctx.operation_id.to_string();
    if status.is_server_error() {
        tracing::error!(operation = %operation, path = %path_only(&cx.path), "failure page shown");
    }
    // an address that cannot be read leads nowhere
    let is_nowhere = only_reads && status == StatusCode::BAD_REQUEST;
    let about = if is_nowhere { StatusCode::NOT_FOUND } else { status };
    let body = body(cx, about, &shown, (&operation, sent));
    let page = if cx.is_fragment { body } else { cx.page_markup(&cx.l.t("ui-failure"), &body) };
    let mut page = (status, Html(page.into_string())).into_response();
    if let Some(seconds) = response.headers().get(RETRY_AFTER) {
        page.headers_mut().insert(RETRY_AFTER, seconds.clone());
    }
    page
}

/// Notes that somebody wanted what he has no right to.
fn note(cx: &Cx, status: StatusCode, permission: Option<&str>) {
    if let (StatusCode::FORBIDDEN, Some(right)) = (status, permission) {
        cx.alarm_of("no-right", right);
    }
}

/// An error of the router or of the guard, which nobody has put into words yet.
fn is_unsaid(response: &Response) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let status = response.status();
    (status.is_client_error() || status.is_server_error())
        && kind != Some("application/problem+json")
}

/// What an error response is to show; nothing when it is none, or has a page of its own.
fn shown(response: &Response) -> Option<Shown> {
    // an address or a form the router could not even read: its own words are for programmers
    let unread = || {
        let kind = response.headers().get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
        let is_bare = kind.is_some_and(|kind| kind.starts_with("text/plain"));
        let words = vec![kernel::Refusal::new("bad-request")];
        (response.status().is_client_error() && is_bare).then_some(Shown {
            permission: None,
            words,
            trouble: None,
        })
    };
    response.extensions().get::<Shown>().cloned().or_else(unread)
}

fn body(
    cx: &Cx,
    status: StatusCode,
    shown: &Shown,
    (operation, sent): (&str, Option<&Resend>),
) -> Markup {
    match (status, &shown.permission) {
        (StatusCode::NOT_FOUND, _) => ui::not_found(&cx.l),
        (StatusCode::FORBIDDEN, Some(permission)) => {
            let key = format!("permission-{}", permission.replace('.', "-"));
            let what = cx.l.ta("web-right-needed", &[("right", cx.l.t(&key).into())]);
            ui::no_right(&cx.l, &what, &cx.l.t("web-administrator"))
        }
        (status, _) if status.is_client_error() && !shown.words.is_empty() => {
            // no form was asked what to do with what was typed: it is kept, to be sent again
            let is_shut = shown.words.iter().any(|word| word.code == AFTER_HOURS);
            let again = sent.filter(|_| is_shut).and_then(|sent| sent.form(&cx.l));
            html! {
                (ui::error_summary(&cx.l, &cx.refusal_words(shown.words.iter())))
                @if let Some(form) = again { (form) }
            }
        }
        (StatusCode::SERVICE_UNAVAILABLE, _) => {
            let key = match shown.trouble {
                Some(Trouble::Full) => "web-full",
                Some(Trouble::Slow) => "web-slow",
                Some(Trouble::Away) | None => "web-away",
            };
            let again = sent.and_then(|sent| sent.form(&cx.l));
            let retry = again.is_none().then_some(cx.path.as_str());
            html! {
                (ui::failure(&cx.l, &cx.l.t(key), operation, retry))
                @if let Some(form) = again { (form) }
            }
        }
        _ => ui::failure(&cx.l, &cx.l.t("web-failure"), operation, Some(&cx.path)),
    }
}

fn path_only(path: &str) -> &str {
    path.split('?').next().unwrap_or(path)
}

/// The page for an address nobody serves.
pub(super) async fn no_such_page() -> Failure {
    Failure(Error::NotFound)
}

/// When not even the context could be made (the database is away): no texts, no names.
pub(super) fn bare_failure(path: &str, sent: Option<&Resend>) -> Response {
    let mut response = if api::is_api(path_only(path)) {
        let body = "{\"type\":\"urn:tessera:problem:away\",\"title\":\"The database does not answer\",\
                    \"status\":503,\"code\":\"away\",\"detail\":\"Nothing was changed. Send the same \
                    request again in a few seconds.\",\"operation_id\":\"\",\"errors\":[]}";
        ([(CONTENT_TYPE, "application/problem+json")], body).into_response()
    } else {
        let words = "Сервис временно недоступен. Повторите через минуту. · \
                     The service is unavailable at the moment. Try again in a minute.";
        match sent.and_then(|sent| sent.bare_form("Отправить ещё раз · Send again"))
        {
            Some(form) => Html(html! { p { (words) } (form) }.into_string()).into_response(),
            None => words.into_response(),
        }
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response.headers_mut().insert(RETRY_AFTER, RETRY_SECONDS);
    response
}
