//! Sealed cookies for what lasts a few minutes between two steps of a sign-in. The browser carries them and
//! can neither read nor change them, so that nothing is written for somebody who has proved nothing yet.

use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use spine::Error;

use super::app::App;
use super::cookies;
use super::cx::Cx;

/// A kind of ticket: its cookie, and how long it is good (minutes).
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) minutes: i64,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Sealed<T> {
    until: i64,
    what: T,
}

/// Seals bytes into a text for a form or a cookie.
pub(super) fn seal(cx: &Cx, plain: &[u8], purpose: &str) -> Result<String, Error> {
    let sealed = cx.app.secret_box.seal(cx.ctx.entropy.as_ref(), plain, purpose);
    Ok(URL_SAFE_NO_PAD.encode(sealed.map_err(Error::failure)?))
}

/// Opens such a text; none when it is not one of ours for this purpose.
pub(super) fn open(app: &App, text: &str, purpose: &str) -> Option<kernel::Secret<Vec<u8>>> {
    app.secret_box.open(&URL_SAFE_NO_PAD.decode(text).ok()?, purpose).ok()
}

/// Gives the browser a ticket.
pub(super) fn give<T: Serialize>(
    cx: &Cx,
    mut response: Response,
    kind: &Kind,
    what: T,
) -> Result<Response, Error> {
    let until = cx.now().plus_minutes(kind.minutes).micros();
    let plain = serde_json::to_vec(&Sealed { until, what })?;
    let value = seal(cx, &plain, kind.name)?;
    cookies::put(&cx.app, &mut response, (kind.name, &value), Some(kind.minutes * 60));
    Ok(response)
}

/// The ticket the browser brings, if it is still good.
pub(super) fn read<T: DeserializeOwned>(
    app: &App,
    headers: &HeaderMap,
    kind: &Kind,
    now: Timestamp,
) -> Option<T> {
    let plain = open(app, cookies::get(app, headers, kind.name)?, kind.name)?;
    let sealed: Sealed<T> = serde_json::from_slice(plain.reveal()).ok()?;
    (sealed.until > now.micros()).then_some(sealed.what)
}

/// Takes the ticket away.
pub(super) fn take(app: &App, response: &mut Response, kind: &Kind) {
    cookies::take(app, response, kind.name);
}
