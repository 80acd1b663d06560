//! What a form sends, read without losing anything: texts, repeated values, files.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{FromRequest, Multipart, Request};
use kernel::{CommandId, Currency, Date, Money, Refusal, Refusals};
use spine::Error;

use super::app::App;
use super::errors::{BadRequest, Failure};

/// The fields of a sent form.
#[derive(Clone, Debug, Default)]
pub struct FormData {
    fields: BTreeMap<String, Vec<String>>,
}

impl FormData {
    /// From pairs, in order (also a parsed query string).
    pub fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, value) in pairs {
            fields.entry(key).or_default().push(value);
        }
        Self { fields }
    }
    /// Reads a query string or a urlencoded body.
    pub fn parse(encoded: &str) -> Self {
        Self::from_pairs(encoded.split('&').filter(|p| !p.is_empty()).map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key), decode(value))
        }))
    }
    /// The trimmed text of a field; empty when absent.
    pub fn text(&self, name: &str) -> String {
        self.raw(name).trim().to_owned()
    }
    /// The trimmed text, `None` when empty.
    pub fn opt(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|t| !t.is_empty())
    }
    /// The text as sent.
    pub fn raw(&self, name: &str) -> &str {
        self.fields.get(name).and_then(|v| v.first()).map_or("", String::as_str)
    }
    /// All values of a repeated field.
    pub fn all(&self, name: &str) -> &[String] {
        self.fields.get(name).map_or(&[], Vec::as_slice)
    }
    /// Whether a checkbox was ticked.
    pub fn is_set(&self, name: &str) -> bool {
        !matches!(self.raw(name), "" | "0" | "off" | "false")
    }
    /// All fields with their first value.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(k, v)| (k.as_str(), v.first().map_or("", String::as_str)))
    }
    /// The id the form was made with (hidden field `_id`), so that a second press of the button is
    /// the same command.
    ///
    /// # Errors
    /// Refused when the form carries none.
    pub fn command_id(&self) -> Result<CommandId, Error> {
        self.raw("_id").parse().map_err(|_| Error::refused("form-without-id"))
    }
    /// A typed id in a field; refused with `not-a-choice` when it is not one.
    ///
    /// # Errors
    /// Never; the refusal goes to `refusals`.
    pub fn id<T: std::str::FromStr>(&self, name: &str, refusals: &mut Refusals) -> Option<T> {
        let text = self.opt(name)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            refusals.push(Refusal::field("not-a-choice", name));
        }
        parsed
    }
    /// A required text of at most `chars_max` characters.
    pub fn required(&self, name: &str, chars_max: usize, refusals: &mut Refusals) -> String {
        let text = self.text(name);
        if text.is_empty() {
            refusals.push(Refusal::field("required", name));
        } else if text.chars().count() > chars_max {
            refusals.push(Refusal::field("too-long", name).arg("max", chars_max));
        }
        text
    }
    /// A date in any of the forms people type.
    pub fn date(&self, name: &str, today: Date, refusals: &mut Refusals) -> Option<Date> {
        let text = self.opt(name)?;
        let parsed = kernel::parse_date(&text, today);
        if parsed.is_none() {
            refusals.push(Refusal::field("not-a-date", name));
        }
        parsed
    }
    /// An amount in any of the forms people type.
    pub fn money(&self, name: &str, currency: Currency, refusals: &mut Refusals) -> Option<Money> {
        let text = self.opt(name)?;
        match Money::parse(&text, currency) {
            Ok(money) => Some(money),
            Err(_) => {
                refusals.push(Refusal::field("not-an-amount", name));
                None
            }
        }
    }
}

impl FromRequest<Arc<App>> for FormData {
    type Rejection = Failure;
    async fn from_request(request: Request, state: &Arc<App>) -> Result<Self, Failure> {
        let body = String::from_request(request, state)
            .await
            .map_err(|e| Failure(Error::failure(BadRequest(e.to_string()))))?;
        Ok(Self::parse(&body))
    }
}

/// The decoded pairs of a query string, in order.
pub(crate) fn pairs(encoded: &str) -> impl Iterator<Item = (String, String)> {
    encoded.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    })
}

/// Decodes `application/x-www-form-urlencoded`; broken escapes stay as they are.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, tail)) = rest.split_first() {
        let hex = |b: &u8| char::from(*b).to_digit(16).and_then(|d| u8::try_from(d).ok());
        match (first, tail) {
            (b'+', _) => out.push(b' '),
            (b'%', [a, b, after @ ..]) => {
                if let (Some(high), Some(low)) = (hex(a), hex(b)) {
                    out.push(high * 16 + low);
                    rest = after;
                    continue;
                }
                out.push(b'%');
            }
            _ => out.push(*first),
        }
        rest = tail;
    }
    // no text of ours holds a zero character, and PostgreSQL cannot store one
    String::from_utf8_lossy(&out).replace('\0', "")
}

/// A file as it was sent.
#[derive(Clone, Debug)]
pub struct Upload {
    /// Name on the sender's machine, without its folder.
    pub name: String,
    /// Type the browser gave it.
    pub mime: String,
    /// Content.
    pub content: Vec<u8>,
}

/// A form with files.
#[derive(Clone, Debug, Default)]
pub struct UploadForm {
    /// The other fields.
    pub form: FormData,
    /// The files, in order; fields left empty are not in it.
    pub files: Vec<Upload>,
}

/// Reads a multipart form.
///
/// # Errors
/// A broken or too large body.
pub async fn read_upload(mut multipart: Multipart) -> Result<UploadForm, Error> {
    let broken = |e: axum::extract::multipart::MultipartError| {
        if e.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
            let max = kernel::limits::UPLOAD_BYTES_MAX / 1024 / 1024;
            Error::from(Refusal::field("file-too-large", "file").arg("max", max))
        } else {
            Error::failure(BadRequest(e.body_text()))
        }
    };
    let mut pairs = Vec::new();
    let mut files = Vec::new();
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        let name = field.name().unwrap_or("").to_owned();
        let file = field.file_name().map(str::to_owned);
        let mime = field.content_type().unwrap_or("application/octet-stream").to_owned();
        let content = field.bytes().await.map_err(broken)?;
        match file {
            Some(file) if !file.is_empty() => {
                let short = file.rsplit(['/', '\\']).next().unwrap_or(&file);
                let name = short.chars().filter(|c| !c.is_control()).take(200).collect();
                files.push(Upload { name, mime, content: content.to_vec() });
            }
            Some(_) => {}
            None => pairs.push((name, String::from_utf8_lossy(&content).into_owned())),
        }
    }
    Ok(UploadForm { form: FormData::from_pairs(pairs), files })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_decode_and_broken_escapes_stay() {
        let f = FormData::parse("a=%D0%98+%D0%B2&a=2&b=%zz%4&c");
        assert_eq!(f.text("a"), "И в");
        assert_eq!(f.all("a").len(), 2);
        assert_eq!(f.text("b"), "%zz%4");
        assert_eq!(f.opt("c"), None);
        assert!(f.command_id().is_err());
    }
}
