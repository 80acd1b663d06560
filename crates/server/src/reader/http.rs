//! What pages may ask: take the card up, carry one command, let it go. A page says where it comes from, which no script can change;
//! and who was led here under another name is not answered.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use smartcard::hex;
use smartcard::terminal::TransportFault;

use super::slot::Slot;

/// Bytes of a command at most: header, 255 bytes, lengths.
const COMMAND_MAX: usize = 4 + 1 + 255 + 1;
/// A browser asks with it whether a page may speak to this machine.
const PRIVATE: HeaderName = HeaderName::from_static("access-control-allow-private-network");

/// The one card there is, for one talk at a time.
pub(super) type Card = Arc<Mutex<Box<dyn Slot>>>;

#[derive(Clone)]
struct Door {
    origins: Arc<[String]>,
    hosts: Arc<[String]>,
}

/// The pages of these origins are answered, at this address.
pub fn router(card: Card, origins: &[String], address: SocketAddr) -> Router {
    let trimmed = |origin: &String| origin.trim_end_matches('/').to_ascii_lowercase();
    let port = address.port();
    let door = Door {
        origins: origins.iter().map(trimmed).collect(),
        hosts: Arc::from([format!("127.0.0.1:{port}"), format!("localhost:{port}")]),
    };
    Router::new()
        .route("/v1/open", post(open))
        .route("/v1/transmit", post(transmit))
        .route("/v1/close", post(close))
        .with_state(card)
        .layer(axum::extract::DefaultBodyLimit::max(2 * COMMAND_MAX))
        .layer(from_fn_with_state(door, answered))
}

impl Door {
    /// Where the page comes from, when it may ask.
    fn origin(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let text = |name| headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
        let is_here = text(header::HOST).is_some_and(|host| self.hosts.iter().any(|h| h == host));
        let origin = text(header::ORIGIN).filter(|origin| self.origins.iter().any(|o| o == origin));
        if is_here { HeaderValue::from_str(origin?).ok() } else { None }
    }
}

async fn answered(State(door): State<Door>, request: Request, next: Next) -> Response {
    let Some(origin) = door.origin(request.headers()) else {
        return (StatusCode::FORBIDDEN, "this page may not").into_response();
    };
    let mut response = match request.method() {
        &Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    headers.insert(PRIVATE, HeaderValue::from_static("true"));
    response
}

fn told(outcome: Result<String, TransportFault>) -> Response {
    match outcome {
        Ok(text) => text.into_response(),
        Err(fault) => (StatusCode::CONFLICT, fault.to_string()).into_response(),
    }
}

/// A reader takes its time, and nobody else's.
async fn with(
    card: Card,
    what: impl FnOnce(&mut dyn Slot) -> Result<String, TransportFault> + Send + 'static,
) -> Response {
    let done = tokio::task::spawn_blocking(move || {
        let mut slot = card.lock().unwrap_or_else(PoisonError::into_inner);
        what(slot.as_mut())
    });
    let gone = |e: tokio::task::JoinError| TransportFault::Reader(e.to_string());
    told(done.await.map_err(gone).flatten())
}

async fn open(State(card): State<Card>) -> Response {
    with(card, |slot| slot.open().map(|()| String::new())).await
}

async fn transmit(State(card): State<Card>, body: String) -> Response {
    let command = hex::bytes(body.trim(), COMMAND_MAX).filter(|command| !command.is_empty());
    let Some(command) = command else {
        return (StatusCode::BAD_REQUEST, "no command").into_response();
    };
    with(card, move |slot| slot.transmit(&command).map(|answer| hex::text(&answer))).await
}

async fn close(State(card): State<Card>) -> Response {
    with(card, |slot| {
        slot.close();
        Ok(String::new())
    })
    .await
}
