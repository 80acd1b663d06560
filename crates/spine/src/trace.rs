//! Traces across systems (W3C Trace Context): where this program stands in a trace, and spans for commands.
//! Spans carry names and ids of operations, never values. Whether and where they are sent is the program's
//! matter; while nobody wants them they cost next to nothing.

use std::fmt;
use std::future::Future;

use tracing::Instrument;
use tracing_subscriber::Registry;
use tracing_subscriber::registry::LookupSpan;

use crate::{Ctx, Error};

/// Spans for traces have this target; logs leave them out.
pub const TARGET: &str = "trace";

/// A place in a trace: what a `traceparent` header carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The trace; never 0.
    pub trace_id: u128,
    /// The span; never 0.
    pub span_id: u64,
    /// Whether the trace is recorded.
    pub sampled: bool,
}

impl Place {
    /// Reads a `traceparent` header; none when it is not one of version 00 (or, as the standard asks, a later
    /// one that begins in the same way).
    pub fn parse(header: &str) -> Option<Place> {
        let mut parts = header.trim().split('-');
        let (version, trace, span, flags) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_hex = |text: &str, length: usize| {
            text.len() == length && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        };
        let fits = is_hex(version, 2) && is_hex(trace, 32) && is_hex(span, 16) && is_hex(flags, 2);
        if !fits || version == "ff" || (version == "00" && parts.next().is_some()) {
            return None;
        }
        let place = Place {
            trace_id: u128::from_str_radix(trace, 16).ok()?,
            span_id: u64::from_str_radix(span, 16).ok()?,
            sampled: u8::from_str_radix(flags, 16).ok()? & 1 == 1,
        };
        (place.trace_id != 0 && place.span_id != 0).then_some(place)
    }
    /// Where the running code stands; none while nobody traces.
    pub fn current() -> Option<Place> {
        tracing::dispatcher::get_default(|dispatch| {
            let registry = dispatch.downcast_ref::<Registry>()?;
            let id = dispatch.current_span().id().cloned()?;
            let span = registry.span(&id)?;
            span.scope().find_map(|span| span.extensions().get::<Place>().copied())
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { trace_id, span_id, sampled } = self;
        write!(f, "00-{trace_id:032x}-{span_id:016x}-{:02x}", u8::from(*sampled))
    }
}

/// Runs a command inside its span.
pub(crate) async fn command<T>(
    ctx: &Ctx,
    name: &'static str,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let operation = ctx.operation_id;
    let span = tracing::trace_span!(
        target: TARGET, "command", otel.name = name, tessera.operation_id = %operation,
        tessera.channel = ctx.channel, tessera.outcome = tracing::field::Empty
    );
    let answer = work.instrument(span.clone()).await;
    span.record("tessera.outcome", answer.as_ref().err().map_or("done", Error::kind));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read_and_written() {
        let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let place = Place::parse(header).unwrap();
        assert!(place.sampled);
        assert_eq!(place.to_string(), header);
        assert!(Place::parse(&header.replace("00-4", "01-4")).is_some());
        for wrong in [
            "",
            "00-0-0-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        ] {
            assert_eq!(Place::parse(wrong), None, "{wrong}");
        }
    }
}
