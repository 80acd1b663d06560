//! Server-sent events: tells open pages which topics changed; they fetch their parts again.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;
use tokio::sync::broadcast::error::RecvError;

use super::access::{Access, Routes};
use super::app::App;
use super::cx::Cx;
use super::errors::Answer;
use super::form_data::FormData;

pub(super) fn routes(routes: Routes) -> Routes {
    routes.get("/live", Access::Needs("app.use"), listen)
}

/// `GET /live?topic=client:ID&topic=…`: one event per change, its data the topic. Without topics all
/// are sent; a topic says only that something changed, never what.
async fn listen(State(app): State<Arc<App>>, _cx: Cx, RawQuery(query): RawQuery) -> Answer {
    let topics: Vec<String> = FormData::parse(&query.unwrap_or_default()).all("topic").to_vec();
    let bell = app.services.live.subscribe();
    let stopping = app.stopping.clone();
    let events =
        stream::unfold((bell, topics, stopping), |(mut bell, topics, mut stopping)| async {
            loop {
                let received = tokio::select! {
                    received = bell.recv() => received,
                    _ = stopping.wait_for(|s| *s) => return None,
                };
                let topic = match received {
                    Ok(event) if topics.is_empty() || topics.contains(&event.topic) => event.topic,
                    Ok(_) => continue,
                    // fell behind: everything may have changed
                    Err(RecvError::Lagged(_)) => "all".to_owned(),
                    Err(RecvError::Closed) => return None,
                };
                let event = Ok::<Event, Infallible>(Event::default().data(topic));
                return Some((event, (bell, topics, stopping)));
            }
        });
    let alive = KeepAlive::new().interval(Duration::from_secs(15));
    Ok(Sse::new(events).keep_alive(alive).into_response())
}
