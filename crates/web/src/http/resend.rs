//! A form that could not be saved because something was the matter with the database is given back whole: its
//! fields stand hidden on the page that says so, and one button sends them again under the same id, so that
//! nothing typed is lost and nothing happens twice. Never passwords and other secrets, and no files.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use kernel::limits::FORM_BYTES_MAX;
use maud::{Markup, html};
use spine::Error;

use super::errors::BadRequest;
use super::form_data::pairs;
use crate::api::is_api;
use crate::i18n::L;
use crate::ui::Form;

/// Parts of names under which secrets are sent.
const SECRETS: [&str; 5] = ["password", "secret", "supervisor_pin", "token", "totp"];
/// The name of a code of a second step; other codes (of who issued a document, of a branch) are no secrets.
const SECRET_CODE: &str = "code";

/// What a form sent.
#[derive(Clone, Debug)]
pub(super) struct Resend {
    path: String,
    body: Bytes,
}

/// Reads the body of a form beforehand and keeps it.
///
/// # Errors
/// A body that is too large or broke off, as any handler would answer it.
pub(super) async fn keep(request: Request) -> Result<(Request, Option<Resend>), Error> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_form = kind.is_some_and(|k| k.starts_with("application/x-www-form-urlencoded"));
    if request.method() != Method::POST || !is_form || is_api(request.uri().path()) {
        return Ok((request, None));
    }
    let path = request.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned();
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, FORM_BYTES_MAX).await;
    let body = body.map_err(|error| Error::failure(BadRequest(error.to_string())))?;
    let request = Request::from_parts(parts, Body::from(body.clone()));
    Ok((request, Some(Resend { path, body })))
}

impl Resend {
    /// Its fields; none when a secret is among them.
    fn fields(&self) -> Option<Vec<(String, String)>> {
        let text = std::str::from_utf8(&self.body).ok()?;
        let fields: Vec<_> = pairs(text).collect();
        let is_secret =
            |name: &str| name == SECRET_CODE || SECRETS.iter().any(|word| name.contains(word));
        (!fields.iter().any(|(name, _)| is_secret(name))).then_some(fields)
    }
    /// The button that sends it again.
    pub(super) fn form(&self, l: &L) -> Option<Markup> {
        self.form_to(l, &self.path, "ui-send-again")
    }
    /// The same to another address, with other words on the button.
    pub(super) fn form_to(&self, l: &L, path: &str, words: &str) -> Option<Markup> {
        let form = Form::post(path).unguarded().submit(l.t(words));
        let fields = self.fields()?;
        let form = fields.into_iter().fold(form, |form, (name, value)| form.hidden(name, value));
        Some(form.render(l, &html! {}))
    }
    /// The same where no texts could be found out.
    pub(super) fn bare_form(&self, words: &str) -> Option<Markup> {
        let fields = self.fields()?;
        Some(html! {
            form method="post" action=(self.path) {
                @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
                button type="submit" { (words) }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(body: &'static str) -> Option<usize> {
        let resend = Resend { path: "/x".to_owned(), body: Bytes::from_static(body.as_bytes()) };
        resend.fields().map(|fields| fields.len())
    }

    #[test]
    fn everything_typed_is_kept_but_secrets_never_are() {
        assert_eq!(fields("_id=1&note=%D0%90&tag=a&tag=b"), Some(4));
        assert_eq!(fields("login=a&password=b"), None);
        assert_eq!(fields("totp_code=123456"), None);
        assert_eq!(fields("code=123456"), None);
        assert_eq!(fields("kind=passport_rf&issuer_code=770-040"), Some(2));
    }
}
