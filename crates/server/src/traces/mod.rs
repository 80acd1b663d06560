//! Traces for OpenTelemetry: spans of requests, commands and statements, sent as OTLP over HTTP in its JSON
//! encoding. Off unless the configuration says where to. Whatever the receiver does, nobody waits for it: a
//! bounded number of spans waits, the rest is counted and dropped.

mod export;
mod json;
mod layer;

pub use export::Exporter;
pub use layer::Spans;

use std::sync::Arc;

use connect::http_client::Target;
use kernel::{RandomEntropy, SystemClock};
use tokio::sync::mpsc;

use crate::RunError;
use crate::config::Traces;

/// Spans that wait to be sent, at most.
const WAITING_MAX: usize = 4_096;

/// A span that has ended, as OTLP knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) trace_id: u128,
    pub(crate) span_id: u64,
    pub(crate) parent_id: Option<u64>,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// Microseconds since 1970.
    pub(crate) begin: i64,
    pub(crate) end: i64,
    pub(crate) attributes: Vec<(&'static str, Attribute)>,
    pub(crate) failed: bool,
}

/// What a span is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Internal,
    Server,
    Client,
}

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Attribute {
    Text(String),
    Int(i64),
}

/// The two ends: what listens to spans, and what sends them once the program runs.
///
/// # Errors
/// When the address is none.
pub(crate) fn open(asked: &Traces, node: &str) -> Result<(Spans, Exporter), RunError> {
    let url = format!("{}/v1/traces", asked.endpoint.trim_end_matches('/'));
    let target = Target::parse(&url)
        .ok_or_else(|| RunError::Asked(format!("traces: {} is no address", asked.endpoint)))?;
    let (sender, waiting) = mpsc::channel(WAITING_MAX);
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(RandomEntropy));
    let spans = Spans::new(sender, asked.sampled_percent, clock, entropy);
    Ok((spans, Exporter::new(waiting, target, node)))
}
