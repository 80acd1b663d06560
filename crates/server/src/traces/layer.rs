//! Listens to the program's spans and hands those of recorded traces on when they end.

use std::fmt::Debug;
use std::sync::Arc;

use kernel::{Clock, Entropy};
use spine::trace::Place;
use tokio::sync::mpsc::Sender;
use tracing::Subscriber;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::{Attribute, Ended, Kind};

/// A field with this name is the span's name.
const NAME: &str = "otel.name";
/// A field with this name is where a trace comes from.
const PARENT: &str = "traceparent";
/// A status from here on is a failure of ours.
const FAILURES: i64 = 500;

/// The listener.
pub struct Spans {
    sender: Sender<Ended>,
    sampled_percent: u8,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Spans {
    pub(crate) fn new(
        sender: Sender<Ended>,
        sampled_percent: u8,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { sender, sampled_percent, clock, entropy }
    }

    fn id(&self) -> u64 {
        let mut bytes = [0; 8];
        self.entropy.fill(&mut bytes);
        u64::from_be_bytes(bytes).max(1)
    }

    /// Where a span stands that begins under `parent`. Who began the trace has decided whether it is
    /// recorded; a trace that begins here is by chance.
    fn place(&self, parent: Option<Place>, is_root_worthy: bool) -> Place {
        let span_id = self.id();
        if let Some(parent) = parent {
            return Place { span_id, ..parent };
        }
        let (high, low) = (self.id(), self.id());
        let sampled = is_root_worthy && low % 100 < u64::from(self.sampled_percent);
        Place { trace_id: u128::from(high) << 64 | u128::from(low), span_id, sampled }
    }
}

/// A recorded span until it ends.
struct Open(Ended);

#[derive(Default)]
struct Fields {
    name: Option<String>,
    parent: Option<Place>,
    attributes: Vec<(&'static str, Attribute)>,
}

impl Fields {
    fn text(&mut self, field: &Field, text: String) {
        match field.name() {
            NAME => self.name = Some(text),
            PARENT => self.parent = Place::parse(&text),
            name => self.attributes.push((name, Attribute::Text(text))),
        }
    }
}

impl Visit for Fields {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.attributes.push((field.name(), Attribute::Int(value)));
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.record_i64(field, i64::try_from(value).unwrap_or(i64::MAX));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value.to_owned());
    }
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field, format!("{value:?}"));
    }
}

impl<S> Layer<S> for Spans
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let above = span.parent().and_then(|p| p.extensions().get::<Place>().copied());
        let parent = above.or(fields.parent);
        let (kind, is_root_worthy) = match span.name() {
            "request" => (Kind::Server, true),
            // the keepers ask the database all day long: of no interest by itself
            "statement" => (Kind::Client, false),
            "delivery" => (Kind::Client, true),
            _ => (Kind::Internal, true),
        };
        let place = self.place(parent, is_root_worthy);
        let mut extensions = span.extensions_mut();
        extensions.insert(place);
        if place.sampled {
            extensions.insert(Open(Ended {
                trace_id: place.trace_id,
                span_id: place.span_id,
                parent_id: parent.map(|p| p.span_id),
                name: fields.name.unwrap_or_else(|| span.name().to_owned()),
                kind,
                begin: self.clock.now().micros(),
                end: 0,
                attributes: fields.attributes,
                failed: false,
            }));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(Open(ended)) = span.extensions_mut().get_mut::<Open>() {
            let mut fields = Fields::default();
            values.record(&mut fields);
            if let Some(name) = fields.name {
                ended.name = name;
            }
            ended.attributes.extend(fields.attributes);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let Some(Open(mut ended)) = span.extensions_mut().remove::<Open>() else { return };
        ended.end = self.clock.now().micros();
        ended.failed = ended.attributes.iter().any(|(name, value)| match value {
            Attribute::Int(status) => *name == "http.response.status_code" && *status >= FAILURES,
            Attribute::Text(word) => *name == "tessera.outcome" && word == "failed",
        });
        if self.sender.try_send(ended).is_err() {
            metrics::counter!("tessera_spans_dropped_total").increment(1);
        }
    }
}
