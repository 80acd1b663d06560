//! Cookies, all of one make: for this host only, out of reach of scripts, never sent along from other sites by
//! forms, and over TLS under the name prefix that browsers let nobody else set.

use axum::http::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use axum::response::Response;

use super::app::App;

/// What a cookie is called.
fn full_name(app: &App, name: &str) -> String {
    if app.secure_cookies { format!("__Host-{name}") } else { name.to_owned() }
}

/// Gives the browser a cookie, for some seconds or until it is closed.
pub(super) fn put(
    app: &App,
    response: &mut Response,
    (name, value): (&str, &str),
    life: Option<i64>,
) {
    let name = full_name(app, name);
    let life = life.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
    let secure = if app.secure_cookies { "; Secure" } else { "" };
    let line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{life}{secure}");
    if let Ok(line) = HeaderValue::from_str(&line) {
        response.headers_mut().append(SET_COOKIE, line);
    }
}

/// Takes a cookie away.
pub(super) fn take(app: &App, response: &mut Response, name: &str) {
    put(app, response, (name, ""), Some(0));
}

/// A cookie of ours that a request brings.
pub(super) fn get<'a>(app: &App, headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    find(headers, &full_name(app, name))
}

fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty())
        .map(|(_, value)| value)
}
