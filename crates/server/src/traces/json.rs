//! OTLP in its JSON encoding: ids are hexadecimal, 64-bit numbers are texts.

use serde_json::{Value as Json, json};

use super::{Attribute, Ended, Kind};

/// One request to the receiver.
pub(super) fn request(spans: &[Ended], node: &str) -> Json {
    let resource = [
        text("service.name", "tessera"),
        text("service.version", env!("CARGO_PKG_VERSION")),
        text("service.instance.id", node),
    ];
    let spans: Vec<Json> = spans.iter().map(span).collect();
    json!({ "resourceSpans": [{
        "resource": { "attributes": resource },
        "scopeSpans": [{ "scope": { "name": "tessera" }, "spans": spans }],
    }] })
}

fn span(span: &Ended) -> Json {
    let kind = match span.kind {
        Kind::Internal => 1,
        Kind::Server => 2,
        Kind::Client => 3,
    };
    let attributes: Vec<Json> = span.attributes.iter().map(|(k, v)| attribute(k, v)).collect();
    let nanos = |micros: i64| (i128::from(micros) * 1_000).to_string();
    json!({
        "traceId": format!("{:032x}", span.trace_id),
        "spanId": format!("{:016x}", span.span_id),
        "parentSpanId": span.parent_id.map_or_else(String::new, |id| format!("{id:016x}")),
        "name": span.name,
        "kind": kind,
        "startTimeUnixNano": nanos(span.begin),
        "endTimeUnixNano": nanos(span.end),
        "attributes": attributes,
        "status": if span.failed { json!({ "code": 2 }) } else { json!({}) },
    })
}

fn attribute(key: &str, value: &Attribute) -> Json {
    match value {
        Attribute::Text(value) => text(key, value),
        Attribute::Int(value) => json!({ "key": key, "value": { "intValue": value.to_string() } }),
    }
}

fn text(key: &str, value: &str) -> Json {
    json!({ "key": key, "value": { "stringValue": value } })
}
