//! What those who run a node watch it by: is it alive, is it ready, and its numbers. It listens apart
//! from the pages (`operation` in the configuration), because numbers are nobody's business outside.

mod numbers;
pub(crate) mod queries;

use std::net::SocketAddr;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use spine::Services;
use tokio::sync::watch;

use crate::{RunError, host};

/// Upper ends of the classes that times are counted in, in seconds: around the budgets of pages and commands.
const SECONDS: [f64; 12] =
    [0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];
/// The media type of Prometheus' text format.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The address on which a node is watched, taken but not yet answering.
pub(crate) struct Watch {
    listener: tokio::net::TcpListener,
    recorder: PrometheusHandle,
}

#[derive(Clone)]
struct Shown {
    services: Services,
    recorder: PrometheusHandle,
}

impl Watch {
    /// Takes the address and begins to count.
    ///
    /// # Errors
    /// When the address is taken or something else counts in this process already.
    pub(crate) async fn on(address: SocketAddr) -> Result<Watch, RunError> {
        let recorder = recorder().map_err(|e| RunError::Asked(format!("metrics: {e}")))?;
        let listener = host::listen(address).await?;
        let address = listener.local_addr().map_err(RunError::io("the address for monitoring"))?;
        host::say(&format!("watched http://{address}/metrics"));
        Ok(Watch { listener, recorder })
    }

    /// Answers until told to stop.
    pub(crate) async fn serve(self, services: Services, mut stopping: watch::Receiver<bool>) {
        let shown = Shown { services, recorder: self.recorder };
        let router = Router::new().route("/metrics", get(numbers)).with_state(shown);
        let served = axum::serve(self.listener, router).with_graceful_shutdown(async move {
            // an error means that the sender is gone: time to stop as well
            let _ = stopping.wait_for(|s| *s).await;
        });
        if let Err(error) = served.await {
            tracing::error!(%error, "the address for monitoring is lost");
        }
    }
}

fn recorder() -> Result<PrometheusHandle, BuildError> {
    PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
        .install_recorder()
}

/// `GET /metrics`: what was counted, and the state of the journal, jobs and messages at this moment.
async fn numbers(State(shown): State<Shown>) -> Response {
    if let Err(error) = numbers::measure(&shown.services).await {
        tracing::warn!(%error, "the node could not be measured");
        return (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n").into_response();
    }
    shown.recorder.run_upkeep();
    ([(CONTENT_TYPE, TEXT_FORMAT)], shown.recorder.render()).into_response()
}
