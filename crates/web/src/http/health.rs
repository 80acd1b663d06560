//! For load balancers and supervisors: is the process alive, may requests be sent to it. And how long
//! each request took.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use metrics::histogram;
use spine::org::queries;
use tracing::Instrument;

use super::access::{Access, Routes};
use super::app::App;
use super::errors::Answer;

/// How long the database may take before the node counts as not ready.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) fn routes(routes: Routes) -> Routes {
    routes.get("/health", Access::Public, alive).get("/ready", Access::Public, ready)
}

/// `GET /health`: the process answers; nothing else is asked.
async fn alive() -> Answer {
    Ok("ok\n".into_response())
}

/// `GET /ready`: 200 when the database answers and the node is not stopping, else 503 with the reason. While an
/// outage of the database is so young that requests wait for its end, the node goes on taking them; and so it
/// does while the database's disk is full, because people can read, and no other node could do more.
async fn ready(State(app): State<Arc<App>>) -> Answer {
    if *app.stopping.borrow() {
        return Ok(not_ready("stopping\n"));
    }
    if app.services.is_outdated() {
        return Ok(not_ready("the schema is for newer versions\n"));
    }
    let mut db = app.services.reader.clone();
    let answer = tokio::time::timeout(PATIENCE, queries::ping(&mut db)).await;
    Ok(match answer {
        Ok(Err(_)) | Err(_) if app.services.reader.is_waiting() => {
            "waiting for the database\n".into_response()
        }
        Ok(Ok(())) if app.services.reader.is_full() => {
            "reads only: the database takes no writes\n".into_response()
        }
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the database refuses");
            not_ready("the database does not answer\n")
        }
        Err(_) => not_ready("the database does not answer in time\n"),
    })
}

fn not_ready(words: &'static str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, words).into_response()
}

/// Counts and traces each request by route, method and class of answer; never by what stands in the address.
pub(super) async fn measured(request: Request, next: Next) -> Response {
    let begin = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str);
    let (route, method) = (route.to_owned(), method_word(request.method()));
    let span = span(&request, &route, method);
    let response = next.run(request).instrument(span.clone()).await;
    span.record("http.response.status_code", i64::from(response.status().as_u16()));
    let status = match response.status().as_u16() {
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    };
    let took = histogram!("tessera_request_seconds", "route" => route, "method" => method, "status" => status);
    took.record(begin.elapsed());
    response
}

/// The request's span: its route, never what stands in the address.
fn span(request: &Request, route: &str, method: &str) -> tracing::Span {
    let parent = request.headers().get("traceparent").and_then(|v| v.to_str().ok()).unwrap_or("");
    tracing::trace_span!(
        target: "trace", "request", otel.name = format!("{method} {route}"), traceparent = parent,
        http.request.method = method, http.route = route,
        http.response.status_code = tracing::field::Empty,
        tessera.operation_id = tracing::field::Empty
    )
}

/// Only known methods become labels: the number of labels must stay bounded.
fn method_word(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "HEAD" => "HEAD",
        _ => "other",
    }
}
