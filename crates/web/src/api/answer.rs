//! What an operation answers when it went well.

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, ETAG, LINK, LOCATION};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::{Digest, Sha256};
use spine::Error;

/// A good answer: status, body and the headers that belong to it.
#[derive(Debug)]
pub struct Answer {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) etag: Option<String>,
}

#[derive(Debug)]
pub(super) enum Bytes {
    None,
    Json(serde_json::Value),
    Raw { mime: String, content: Vec<u8> },
    Ready(Box<Response>),
}

impl Answer {
    fn new(status: StatusCode, body: Bytes) -> Self {
        Self { status, body, headers: Vec::new(), etag: None }
    }
    /// 200 with a body.
    ///
    /// # Errors
    /// A body that cannot be written as JSON.
    pub fn json<T: Serialize>(body: &T) -> Result<Self, Error> {
        Ok(Self::new(StatusCode::OK, Bytes::Json(serde_json::to_value(body)?)))
    }
    /// 200 with a body and the strong entity tag of it.
    ///
    /// # Errors
    /// A body that cannot be written as JSON.
    pub fn tagged<T: Serialize>(body: &T) -> Result<Self, Error> {
        let mut answer = Self::json(body)?;
        answer.etag = Some(etag_of(body)?);
        Ok(answer)
    }
    /// 201 with `{"id": …}` and, if the thing has an address of its own, where it is.
    ///
    /// # Errors
    /// An id that cannot be written as JSON.
    pub fn created<T: Serialize>(id: &T, location: Option<&str>) -> Result<Self, Error> {
        let id = serde_json::to_value(id)?;
        let mut answer =
            Self::new(StatusCode::CREATED, Bytes::Json(serde_json::json!({ "id": id })));
        if let (Some(path), Some(id)) = (location, id.as_str()) {
            answer.headers.push((LOCATION, format!("{}{}", super::BASE, path.replace("{id}", id))));
        }
        Ok(answer)
    }
    /// 204.
    pub fn done() -> Self {
        Self::new(StatusCode::NO_CONTENT, Bytes::None)
    }
    /// 200 with a file.
    pub fn file(mime: &str, name: &str, content: Vec<u8>) -> Self {
        let mut answer = Self::new(StatusCode::OK, Bytes::Raw { mime: mime.to_owned(), content });
        let plain: String =
            name.chars().filter(|c| c.is_ascii_alphanumeric() || ".-_".contains(*c)).collect();
        let disposition = format!("attachment; filename=\"{plain}\"");
        answer.headers.push((axum::http::header::CONTENT_DISPOSITION, disposition));
        answer
    }
    /// An answer that a page made, a stream for one.
    pub fn response(response: Response) -> Self {
        Self::new(response.status(), Bytes::Ready(Box::new(response)))
    }
    pub(super) fn link_next(&mut self, address: &str) {
        self.headers.push((LINK, format!("<{address}>; rel=\"next\"")));
    }
    /// The body for an entry of a bulk answer.
    pub(super) fn into_json(self) -> (StatusCode, Option<serde_json::Value>) {
        let body = match self.body {
            Bytes::Json(body) => Some(body),
            Bytes::None | Bytes::Raw { .. } | Bytes::Ready(_) => None,
        };
        (self.status, body)
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = match self.body {
            Bytes::None => self.status.into_response(),
            Bytes::Json(body) => {
                let json = [(CONTENT_TYPE, "application/json")];
                (self.status, json, body.to_string()).into_response()
            }
            Bytes::Ready(response) => *response,
            Bytes::Raw { mime, content } => {
                let mut response = (self.status, Body::from(content)).into_response();
                if let Ok(value) = HeaderValue::from_str(&mime) {
                    response.headers_mut().insert(CONTENT_TYPE, value);
                }
                response
            }
        };
        let etag = self.etag.map(|tag| (ETAG, tag));
        for (name, value) in self.headers.into_iter().chain(etag) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().append(name, value);
            }
        }
        response.headers_mut().insert("cache-control", HeaderValue::from_static("no-store"));
        response
    }
}

/// The strong entity tag of what an operation shows of a thing: two answers with one tag are equal to
/// the byte.
///
/// # Errors
/// What cannot be written as JSON.
pub(super) fn etag_of<T: Serialize>(body: &T) -> Result<String, Error> {
    let digest = Sha256::digest(serde_json::to_vec(body)?);
    Ok(format!("\"{}\"", hex(digest.get(..16).unwrap_or_default())))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.push_str(&format!("{byte:02x}"));
        text
    })
}

pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}
