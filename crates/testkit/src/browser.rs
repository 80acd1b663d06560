//! A browser without a network: it keeps cookies, sends forms, and calls the router directly.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{HeaderMap, Method, Request};
use http_body_util::BodyExt;
use tower::ServiceExt;

/// What a page answered.
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Body as text (bytes that are no UTF-8 are replaced).
    pub body: String,
    /// Body as it came.
    pub bytes: Vec<u8>,
    /// Headers.
    pub headers: HeaderMap,
}

impl Reply {
    /// The body of a page that went well.
    ///
    /// # Panics
    /// When the status is not 200; the body is in the message.
    pub fn ok(self) -> String {
        assert_eq!(self.status, 200, "{}", self.gist());
        self.body
    }
    /// The words of the page's main part, without markup, for messages.
    pub fn gist(&self) -> String {
        let main = self.body.split_once("<main").map_or(self.body.as_str(), |(_, rest)| rest);
        let words = main.split('<').filter_map(|part| part.split_once('>').map(|(_, text)| text));
        let words: Vec<&str> = words.map(str::trim).filter(|text| !text.is_empty()).collect();
        let words = if words.is_empty() { self.body.clone() } else { words.join(" · ") };
        words.chars().take(1_500).collect()
    }
    /// Where a redirect (or, for a script, `X-Location`) leads.
    ///
    /// # Panics
    /// When it leads nowhere; the body is in the message.
    pub fn location(&self) -> &str {
        let place = self.headers.get(LOCATION).or_else(|| self.headers.get("x-location"));
        place
            .and_then(|v| v.to_str().ok())
            .unwrap_or_else(|| panic!("status {} leads nowhere: {}", self.status, self.gist()))
    }
    /// A header as text; empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("")
    }
}

/// A browser.
#[derive(Clone)]
pub struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    token: Option<String>,
    language: &'static str,
}

impl Browser {
    /// A browser in front of a node's pages.
    pub fn new(router: Router) -> Self {
        Self { router, cookies: BTreeMap::new(), token: None, language: "en" }
    }
    /// Sets a cookie.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }
    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }
    /// Sends an API token from now on.
    pub fn set_token(&mut self, token: &str) {
        self.token = Some(token.to_owned());
    }
    /// Asks for this language when nobody is signed in (`en` at first).
    pub fn set_language(&mut self, code: &'static str) {
        self.language = code;
    }
    /// Opens a page.
    pub async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, Body::empty(), &[]).await
    }
    /// Fetches a part of a page, as our scripts do.
    pub async fn get_part(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, Body::empty(), &[("x-requested-with", "ui")]).await
    }
    /// Sends a form. Give it `_id` yourself to send the same one twice; a form without gets none.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.send(Method::POST, path, Body::from(encode(fields)), &[kind]).await
    }
    /// Sends a form as our scripts do.
    pub async fn post_part(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let script = ("x-requested-with", "ui");
        self.send(Method::POST, path, Body::from(encode(fields)), &[kind, script]).await
    }
    /// Sends a form with one file.
    pub async fn upload(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        (field, file_name, content): (&str, &str, &[u8]),
    ) -> Reply {
        const EDGE: &str = "----tessera-testkit";
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!(
                    "--{EDGE}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .bytes(),
            );
        }
        body.extend(
            format!(
                "--{EDGE}\r\nContent-Disposition: form-data; name=\"{field}\"; \
                 filename=\"{file_name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            )
            .bytes(),
        );
        body.extend_from_slice(content);
        body.extend(format!("\r\n--{EDGE}--\r\n").bytes());
        let kind = format!("multipart/form-data; boundary={EDGE}");
        self.send(Method::POST, path, Body::from(body), &[("content-type", &kind)]).await
    }
    /// Sends JSON, as programs do.
    pub async fn post_json(&mut self, path: &str, json: &str) -> Reply {
        let kind = (CONTENT_TYPE.as_str(), "application/json");
        self.send(Method::POST, path, Body::from(json.to_owned()), &[kind]).await
    }

    /// Sends any request.
    ///
    /// # Panics
    /// When path or headers are malformed.
    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Body,
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "bank.test")
            .header("sec-fetch-site", "same-origin")
            .header("accept-language", self.language);
        if !self.cookies.is_empty() {
            let all: Vec<String> = self.cookies.iter().map(|(k, v)| format!("{k}={v}")).collect();
            request = request.header(COOKIE, all.join("; "));
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("the router");
        let (parts, body) = response.into_parts();
        self.keep_cookies(&parts.headers);
        let bytes = body.collect().await.expect("the body").to_bytes().to_vec();
        Reply {
            status: parts.status.as_u16(),
            body: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
            headers: parts.headers,
        }
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(SET_COOKIE).iter().filter_map(|v| v.to_str().ok()) {
            let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
            let Some((name, value)) = pair.split_once('=') else {
                continue;
            };
            if value.is_empty() || attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.set_cookie(name, value);
            }
        }
    }
}

fn encode(fields: &[(&str, &str)]) -> String {
    let part = |text: &str| {
        text.bytes().fold(String::new(), |mut out, byte| {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {
                    out.push(char::from(byte));
                }
                other => out.push_str(&format!("%{other:02X}")),
            }
            out
        })
    };
    let pairs: Vec<String> =
        fields.iter().map(|(k, v)| format!("{}={}", part(k), part(v))).collect();
    pairs.join("&")
}
