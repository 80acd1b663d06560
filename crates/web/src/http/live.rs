//! Server-sent events: tells open pages which topics changed; they fetch their parts again. A stream lasts no
//! longer than the session it was opened in, and one person has only so many.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;
use kernel::limits::{LIVE_CHECK_SECONDS, LIVE_STREAMS_MAX, LIVE_TOPICS_MAX};
use kernel::{Timestamp, UserId};
use spine::LiveEvent;
use spine::org::queries;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use super::access::{Access, Routes};
use super::cx::Cx;
use super::errors::Answer;
use super::form_data::FormData;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.get("/live", Access::Needs("app.use"), listen)
}

/// How many streams everybody has open on this node.
#[derive(Clone, Debug, Default)]
pub(super) struct Streams(Arc<Mutex<BTreeMap<Option<UserId>, usize>>>);

impl Streams {
    /// A place for one more stream; none when the person has as many as one may have.
    fn enter(&self, user: Option<UserId>) -> Option<Place> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(user).or_insert(0);
        if *count >= LIVE_STREAMS_MAX {
            return None;
        }
        *count += 1;
        Some(Place { streams: self.clone(), user })
    }
}

/// One open stream; its place is free again when it is gone.
struct Place {
    streams: Streams,
    user: Option<UserId>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.user) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.remove(&self.user);
            }
        }
    }
}

/// A stream and who listens to it.
struct Listener {
    cx: Cx,
    topics: Vec<String>,
    bell: Receiver<LiveEvent>,
    stopping: watch::Receiver<bool>,
    checked_at: Timestamp,
    is_over: bool,
    _place: Place,
}

/// `GET /live?topic=client:ID&topic=…`: one event per change of a topic that was named, its data the topic. It
/// says only that something changed, never what.
async fn listen(cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let mut topics = FormData::parse(&query.unwrap_or_default()).all("topic").to_vec();
    topics.truncate(LIVE_TOPICS_MAX);
    let Some(place) = cx.app.streams.enter(cx.principal().user_id) else {
        return Ok(StatusCode::TOO_MANY_REQUESTS.into_response());
    };
    let listener = Listener {
        topics,
        bell: cx.app.services.live.subscribe(),
        stopping: cx.app.stopping.clone(),
        checked_at: cx.now(),
        is_over: false,
        _place: place,
        cx,
    };
    let events = stream::unfold(listener, |mut listener| async {
        let topic = listener.next().await?;
        Some((Ok::<Event, Infallible>(Event::default().data(topic)), listener))
    });
    let alive = KeepAlive::new().interval(Duration::from_secs(15));
    Ok(Sse::new(events).keep_alive(alive).into_response())
}

impl Listener {
    /// The next topic to tell; none at the end. The last one of a session that is over is `all`: the page then
    /// finds out that nobody is signed in.
    async fn next(&mut self) -> Option<String> {
        if self.is_over {
            return None;
        }
        loop {
            let topic = tokio::select! {
                received = self.bell.recv() => match received {
                    Ok(event) if self.topics.contains(&event.topic) => Some(event.topic),
                    Ok(_) => None,
                    // fell behind: everything may have changed
                    Err(RecvError::Lagged(_)) => Some("all".to_owned()),
                    Err(RecvError::Closed) => return None,
                },
                _ = self.stopping.wait_for(|s| *s) => return None,
                () = tokio::time::sleep(Duration::from_secs(LIVE_CHECK_SECONDS.unsigned_abs())) => None,
            };
            if !self.may_go_on().await {
                self.is_over = true;
                return Some("all".to_owned());
            }
            if topic.is_some() {
                return topic;
            }
        }
    }

    /// Whether who listens is still signed in at a node whose hours last, looked up now and then. A program asks anew each time.
    async fn may_go_on(&mut self) -> bool {
        let now = self.cx.app.services.clock.now();
        if now.seconds_since(self.checked_at) < LIVE_CHECK_SECONDS {
            return true;
        }
        self.checked_at = now;
        if self.cx.app.services.bus.is_after_hours(now) {
            return false;
        }
        let Some(session) = &self.cx.session else { return false };
        let mut db = self.cx.app.services.reader.clone();
        match queries::sessions_of(&mut db, session.user_id, now).await {
            Ok(open) => open.iter().any(|one| one.id == session.id),
            Err(error) => {
                // the page's own requests wait for the database, and are told
                tracing::debug!(%error, "a session could not be looked up");
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_stream_is_gone() {
        let streams = Streams::default();
        let (me, you) = (Some(uuid::Uuid::from_u128(1).into()), None);
        let mut mine: Vec<Place> =
            (0..LIVE_STREAMS_MAX).filter_map(|_| streams.enter(me)).collect();
        assert_eq!(mine.len(), LIVE_STREAMS_MAX);
        assert!(streams.enter(me).is_none());
        assert!(streams.enter(you).is_some(), "others are not concerned");
        mine.pop();
        assert!(streams.enter(me).is_some());
        drop(mine);
        assert!(streams.0.lock().unwrap().is_empty());
    }
}
