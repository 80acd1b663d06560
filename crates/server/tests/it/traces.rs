//! Traces against a real receiver of OTLP on the loopback: requests, commands and statements under the caller's
//! trace, without a word about anybody; and a receiver that is away.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use serde_json::{Value as Json, json};
use testkit::Database;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::cluster::{filled, key};
use crate::command_line::{Serving, path, sign_in, tessera};
use crate::operation::get;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const ABOVE: &str = "00f067aa0ba902b7";

/// A span as the standard's JSON has it, read strictly.
#[derive(Clone, Debug)]
struct Span {
    trace: String,
    id: String,
    parent: String,
    name: String,
    kind: i64,
    begin: u128,
    end: u128,
    attributes: Vec<(String, String)>,
}

impl Span {
    fn read(json: &Json) -> Span {
        let text = |name: &str| json[name].as_str().unwrap_or_else(|| panic!("{name}: {json}"));
        let hex = |name: &str, length: usize| {
            let id = text(name);
            assert!(id.len() == length && id.bytes().all(|b| b.is_ascii_hexdigit()), "{json}");
            id.to_owned()
        };
        let attributes = json["attributes"].as_array().unwrap().iter().map(|pair| {
            let value = &pair["value"];
            let value = value["stringValue"].as_str().or_else(|| value["intValue"].as_str());
            (pair["key"].as_str().unwrap().to_owned(), value.unwrap().to_owned())
        });
        Span {
            trace: hex("traceId", 32),
            id: hex("spanId", 16),
            parent: text("parentSpanId").to_owned(),
            name: text("name").to_owned(),
            kind: json["kind"].as_i64().unwrap(),
            begin: text("startTimeUnixNano").parse().unwrap(),
            end: text("endTimeUnixNano").parse().unwrap(),
            attributes: attributes.collect(),
        }
    }
    fn attribute(&self, key: &str) -> &str {
        self.attributes.iter().find(|(k, _)| k == key).map_or("", |(_, v)| v)
    }
}

#[derive(Clone, Default)]
struct Receiver {
    raw: Arc<Mutex<String>>,
    spans: Arc<Mutex<Vec<Span>>>,
    came: Arc<tokio::sync::Notify>,
}

impl Receiver {
    /// Waits until a span of this name has come.
    async fn until(&self, name: &str) {
        loop {
            let came = self.came.notified();
            if self.spans.lock().unwrap().iter().any(|span| span.name == name) {
                return;
            }
            tokio::time::timeout(Duration::from_secs(20), came).await.expect(name);
        }
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> StatusCode {
    assert_eq!(headers["content-type"], "application/json");
    let json: Json = serde_json::from_str(&body).unwrap();
    for resource in json["resourceSpans"].as_array().unwrap() {
        let attributes = resource["resource"]["attributes"].to_string();
        assert!(attributes.contains("service.name") && attributes.contains("tessera"));
        for scope in resource["scopeSpans"].as_array().unwrap() {
            let spans = scope["spans"].as_array().unwrap().iter().map(Span::read);
            receiver.spans.lock().unwrap().extend(spans);
            receiver.came.notify_waiters();
        }
    }
    receiver.raw.lock().unwrap().push_str(&body);
    StatusCode::OK
}

/// A node that sends its traces somewhere; answers it with the printed password and its address.
async fn node(database: &Database, endpoint: &str) -> (Serving, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let config = path(folder.path(), "tessera.toml");
    let text = format!(
        "db = '{}'\nlisten = '127.0.0.1:0'\nsecure_cookies = false\nkey_file = '{}'\n\
         [traces]\nendpoint = '{endpoint}'",
        database.url(),
        database.key_file()
    );
    std::fs::write(&config, text).unwrap();
    assert_eq!(tessera(&["migrate", "--db", database.url()]).0, 0);
    let mut serving = Serving::start(&["serve", "--config", &config]);
    let password = serving.says("first administrator: admin, password: ");
    let address = serving.says("ready http://");
    (serving, password, address)
}

/// Signs in as somebody whose trace began elsewhere.
async fn sign_in_traced(address: &str, password: &str) -> String {
    let form = format!("login=admin&password={password}");
    let request = format!(
        "POST /sign-in?next=%2Fsecret-place HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         traceparent: 00-{TRACE}-{ABOVE}-01\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{form}",
        form.len()
    );
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut reply = String::new();
    socket.read_to_string(&mut reply).await.unwrap();
    reply
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_commands_and_statements_stand_in_the_callers_trace() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let receiver = Receiver::default();
    let router = Router::new().route("/v1/traces", post(take)).with_state(receiver.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    for kind in testkit::kinds() {
        let database = Database::new(kind).await;
        receiver.spans.lock().unwrap().clear();
        let (serving, password, address) = node(&database, &endpoint).await;
        let reply = sign_in_traced(&address, &password).await;
        assert!(reply.starts_with("HTTP/1.1 303"), "{reply}");
        assert_eq!(get(&address, "/sign-in").await.0, 200);
        let (well, complaint) = serving.stop();
        assert!(well, "{complaint}");
        let spans = receiver.spans.lock().unwrap().clone();
        let request = spans.iter().find(|s| s.parent == ABOVE).expect("the caller's child");
        assert_eq!((request.name.as_str(), request.kind), ("POST /sign-in", 2));
        assert_eq!((request.trace.as_str(), request.attribute("http.route")), (TRACE, "/sign-in"));
        assert_eq!(request.attribute("http.response.status_code"), "303");
        assert_eq!(request.attribute("tessera.operation_id").len(), 36);
        let named = |name: &str, parent: &str| {
            spans.iter().find(|s| s.name == name && s.parent == parent).unwrap_or_else(|| {
                let names: Vec<&str> = spans.iter().map(|s| s.name.as_str()).collect();
                panic!("no {name} in {names:?}")
            })
        };
        let command = named("org.open_session", &request.id);
        assert_eq!((command.kind, command.attribute("tessera.outcome")), (1, "done"));
        assert!(command.begin >= request.begin && command.end <= request.end);
        let statement = named("insert command_log", &command.id);
        assert_eq!((statement.kind, statement.trace.as_str()), (3, TRACE));
        named("select staff", &request.id);
        let other = spans.iter().find(|s| s.name == "GET /sign-in").unwrap();
        assert!(other.parent.is_empty() && other.trace != TRACE, "a trace of its own");
        let raw = std::mem::take(&mut *receiver.raw.lock().unwrap());
        for private in ["admin", password.as_str(), "secret-place", "127.0.0.1"] {
            assert!(!raw.contains(private), "{private}");
        }
        // the keepers ask all day long: that is nobody's trace
        assert!(spans.iter().all(|s| s.kind != 3 || !s.parent.is_empty()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_away_costs_nobody_anything() {
    let database = Database::new(testkit::Kind::Sqlite).await;
    // takes connections and never answers
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let (serving, password, address) = node(&database, &endpoint).await;
    let begin = std::time::Instant::now();
    assert_eq!(sign_in(&address, &password).await.0, 303);
    for _ in 0..500 {
        assert_eq!(get(&address, "/sign-in").await.0, 200);
    }
    assert!(begin.elapsed() < std::time::Duration::from_secs(30), "{:?}", begin.elapsed());
    let (well, complaint) = serving.stop();
    assert!(well, "{complaint}");
}

/// Another system: takes webhooks and tells where their traces say they come from.
async fn hook(
    State(sender): State<mpsc::UnboundedSender<String>>,
    headers: HeaderMap,
) -> StatusCode {
    let place = headers.get("traceparent").and_then(|v| v.to_str().ok()).unwrap_or_default();
    sender.send(place.to_owned()).unwrap();
    StatusCode::NO_CONTENT
}

/// Calls the API.
async fn api(address: &str, token: &str, path: &str, body: &Json) {
    let body = body.to_string();
    let request = format!(
        "POST /api/v1{path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nauthorization: Bearer {token}\
         \r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut reply = String::new();
    socket.read_to_string(&mut reply).await.unwrap();
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_carries_the_trace_on() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let there = format!("http://{}", listener.local_addr().unwrap());
    let receiver = Receiver::default();
    let (sender, mut hooks) = mpsc::unbounded_channel();
    let router = Router::new()
        .route("/v1/traces", post(take))
        .with_state(receiver.clone())
        .merge(Router::new().route("/in", post(hook)).with_state(sender));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let database = Database::new(testkit::Kind::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let config = path(folder.path(), "tessera.toml");
    let text = format!(
        "db = '{}'\nlisten = '127.0.0.1:0'\nwebhooks_inside = true\nkey_file = '{}'\n\
         [traces]\nendpoint = '{there}'",
        database.url(),
        key(folder.path())
    );
    std::fs::write(&config, text).unwrap();
    filled(database.url(), folder.path());
    let (code, token, complaint) =
        tessera(&["token", "create", "--role", "administrator", "--db", database.url()]);
    assert_eq!(code, 0, "{complaint}");
    let mut serving = Serving::start(&["serve", "--config", &config]);
    let address = serving.says("ready http://");
    let webhook = json!({
        "title": "ERP", "url": format!("{there}/in"), "events": ["webhook"],
    });
    api(&address, &token, "/webhooks", &webhook).await;
    // the second one is an event for the first
    api(&address, &token, "/webhooks", &webhook).await;
    let place = tokio::time::timeout(Duration::from_secs(20), hooks.recv()).await.unwrap().unwrap();
    // the answer is noted a moment after it was given
    receiver.until("webhook delivery").await;
    let (well, complaint) = serving.stop();
    assert!(well, "{complaint}");
    let spans = receiver.spans.lock().unwrap().clone();
    let of_span = |span: &Span| format!("00-{}-{}-01", span.trace, span.id);
    let delivery = spans.iter().find(|span| of_span(span) == place).expect("its span");
    assert_eq!(delivery.name, "webhook delivery");
    assert_eq!((delivery.kind, delivery.attribute("tessera.outcome")), (3, "sent"));
}

#[test]
fn a_wrong_address_for_traces_is_named_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let config = path(folder.path(), "tessera.toml");
    std::fs::write(&config, "db = 'sqlite:x.db'\n[traces]\nendpoint = 'nowhere'").unwrap();
    let (code, _, complaint) = tessera(&["serve", "--config", &config]);
    assert_eq!((code, complaint.contains("nowhere")), (2, true), "{complaint}");
}
