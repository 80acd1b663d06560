//! Reading one's own writes from a replica: after a command the answer tells how far a database must be to show
//! it, and the caller brings that along. A browser keeps it in a cookie; an API client repeats the header
//! `tessera-seen`, and one that does not send it reads from the primary. It goes with the caller, whichever node
//! he reaches next.

use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use spine::{Mark, Reader};

use super::app::App;
use super::cookies;
use super::cx::Cx;

/// The cookie of browsers.
const COOKIE: &str = "seen";
/// The header of API clients, both ways.
const HEADER: &str = "tessera-seen";
/// For how long a browser remembers (seconds): a replica that is further behind is not read from anyway.
const REMEMBERED: i64 = 600;

/// What one caller has seen, and whether he wants lag at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    mark: Mark,
    may_lag: bool,
}

impl Seen {
    /// What a request brings along.
    pub(super) fn of(app: &App, headers: &HeaderMap, is_api: bool) -> Seen {
        Self::read(headers, cookies::get(app, headers, COOKIE), is_api)
    }
    fn read(headers: &HeaderMap, cookie: Option<&str>, is_api: bool) -> Seen {
        let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
        if is_api {
            let mark = text(HEADER).and_then(|number| number.parse().ok());
            return Seen { mark: mark.unwrap_or_default(), may_lag: mark.is_some() };
        }
        // a part that is fetched because something has just changed must show the change
        let is_live = is_by_itself(headers);
        let mark = cookie.and_then(|number| number.parse().ok());
        Seen { mark: mark.unwrap_or_default(), may_lag: !is_live }
    }
    /// The reader for a page that tolerates lag.
    pub(super) async fn reader(self, db: &Reader) -> Reader {
        if self.may_lag { db.lagging(self.mark).await } else { db.clone() }
    }
}

/// Whether a page fetches a part anew because something has changed, not because somebody did something.
pub(super) fn is_by_itself(headers: &HeaderMap) -> bool {
    headers.get("x-requested-with").is_some_and(|v| v == "live") || headers.contains_key("x-fresh")
}

/// Tells the caller what he has written, if he has.
pub(super) fn tell(cx: &Cx, response: &mut Response) {
    let mark = cx.ctx.written();
    if mark == Mark::NONE {
        return;
    }
    let mark = mark.max(cx.seen.mark);
    let value = mark.to_string();
    if !cx.has_token {
        cookies::put(&cx.app, response, (COOKIE, &value), Some(REMEMBERED));
    } else if let Ok(value) = HeaderValue::from_str(&value) {
        response.headers_mut().append(HEADER, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(pairs: &[(&'static str, &'static str)], is_api: bool) -> (i64, bool) {
        let headers = pairs.iter().map(|(name, value)| {
            (axum::http::HeaderName::from_static(name), HeaderValue::from_static(value))
        });
        let cookie = pairs.iter().find(|(name, _)| *name == "cookie").map(|(_, value)| *value);
        let seen = Seen::read(&headers.collect(), cookie, is_api);
        (seen.mark.number(), seen.may_lag)
    }

    #[test]
    fn browsers_may_lag_up_to_what_they_wrote_and_live_parts_may_not() {
        assert_eq!(seen(&[], false), (0, true));
        assert_eq!(seen(&[("cookie", "17")], false), (17, true));
        assert_eq!(seen(&[("cookie", "nonsense")], false), (0, true));
        assert_eq!(seen(&[("x-requested-with", "live")], false), (0, false));
        assert_eq!(seen(&[("x-fresh", "1")], false), (0, false));
    }

    #[test]
    fn programs_lag_only_when_they_say_what_they_have_seen() {
        assert_eq!(seen(&[("cookie", "17")], true), (0, false));
        assert_eq!(seen(&[("tessera-seen", "0")], true), (0, true));
        assert_eq!(seen(&[("tessera-seen", "17")], true), (17, true));
    }
}
