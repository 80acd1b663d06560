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

/// `GET /ready`: 200 when the database answers and the node is not stopping, else 503 with the reason.
async fn ready(State(app): State<Arc<App>>) -> Answer {
    if *app.stopping.borrow() {
        return Ok(not_ready("stopping\n"));
    }
    let mut db = app.services.reader.clone();
    Ok(match tokio::time::timeout(PATIENCE, queries::ping(&mut db)).await {
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

/// Counts each request by route, method and class of answer; never by what stands in the address.
pub(super) async fn measured(request: Request, next: Next) -> Response {
    let begin = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str);
    let (route, method) = (route.to_owned(), method_word(request.method()));
    let response = next.run(request).await;
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

/// Only known methods become labels: the number of labels must stay bounded.
fn method_word(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "POST" => "POST",
        "HEAD" => "HEAD",
        _ => "other",
    }
}
