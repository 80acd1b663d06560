//! Webhooks against a real receiver on the loopback: signed, tried again, given up, sent again, never lost.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use connect::http_client::Reach;
use connect::webhook::commands::{AddWebhook, ClaimDeliveries};
use connect::webhook::{Sender, sign};
use kernel::limits::{
    WEBHOOK_ATTEMPTS_MAX, WEBHOOK_KEPT_DAYS, WEBHOOK_LEASE_SECONDS, WEBHOOK_PAUSE_SECONDS_MAX,
};
use kernel::{Clock, WebhookId};
use serde_json::{Value as Json, json};
use testkit::Bank;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Notify;

use super::{call, get, person, program};
use crate::support::{both, number};

/// The secret of the tests.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A message as it came.
#[derive(Clone, Debug)]
struct Message {
    id: String,
    seconds: i64,
    signature: String,
    content: String,
}

impl Message {
    fn json(&self) -> Json {
        serde_json::from_str(&self.content).unwrap()
    }
}

/// Another system: answers what it is told to, and keeps what came.
#[derive(Clone)]
struct Receiver {
    url: String,
    answers: Arc<Mutex<u16>>,
    got: Arc<Mutex<Vec<Message>>>,
    arrived: Arc<Notify>,
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let Receiver { answers, got, arrived, .. } = receiver;
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    got.lock().unwrap().push(Message {
        id: header("webhook-id"),
        seconds: header("webhook-timestamp").parse().unwrap(),
        signature: header("webhook-signature"),
        content: String::from_utf8(body.to_vec()).unwrap(),
    });
    arrived.notify_one();
    StatusCode::from_u16(*answers.lock().unwrap()).unwrap()
}

impl Receiver {
    async fn start() -> Receiver {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/in", listener.local_addr().unwrap());
        let answers = Arc::new(Mutex::new(204));
        let receiver = Receiver { url, answers, got: Arc::default(), arrived: Arc::default() };
        let router = Router::new().route("/in", post(take)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }
    fn answer(&self, status: u16) {
        *self.answers.lock().unwrap() = status;
    }
    fn got(&self) -> Vec<Message> {
        std::mem::take(&mut self.got.lock().unwrap())
    }
}

async fn subscribe(bank: &Bank, url: &str, events: &[&str]) -> WebhookId {
    let command = AddWebhook {
        title: "ERP".to_owned(),
        url: url.to_owned(),
        events: events.iter().map(|e| (*e).to_owned()).collect(),
        secret: SECRET.to_owned(),
    };
    bank.execute("administrator", &command).await.unwrap()
}

/// Sends until nothing is due.
async fn send_all(sender: &Sender) -> usize {
    let mut sum = 0;
    loop {
        match sender.send_due().await.unwrap() {
            0 => return sum,
            count => sum += count,
        }
    }
}

fn sender(bank: &Bank, reach: Reach) -> Sender {
    Sender::new(bank.services.clone(), reach)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_told_once_signed_and_without_values() {
    both(async |bank: &Bank| {
        let receiver = Receiver::start().await;
        subscribe(bank, &receiver.url, &["client"]).await;
        let mut program = program(bank).await;
        let (_, made, _) =
            call(&mut program, "POST", "/clients", Some(person("Zimina")), &[]).await;
        bank.settle().await;
        bank.settle().await;
        let sender = sender(bank, Reach::Anywhere);
        assert_eq!(send_all(&sender).await, 1, "the role and the token were no business of it");
        assert_eq!(send_all(&sender).await, 0);
        let got = receiver.got();
        let [message] = got.as_slice() else { panic!("{got:?}") };
        let signed = sign(SECRET, &message.id, message.seconds, &message.content);
        assert_eq!(signed.as_deref(), Some(message.signature.as_str()));
        assert_eq!(message.seconds, bank.clock.now().micros() / 1_000_000);
        let told = message.json();
        assert_eq!(told["type"], "parties.register_client");
        assert_eq!(told["data"]["entity_id"], made["id"]);
        assert!(told["data"]["fields"].as_array().unwrap().contains(&json!("last_name")), "{told}");
        assert!(!message.content.contains("Zimina"), "names of fields, no values");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_message_is_tried_again_and_in_the_end_given_up() {
    both(async |bank: &Bank| {
        let receiver = Receiver::start().await;
        let webhook = subscribe(bank, &receiver.url, &["client"]).await;
        let mut program = program(bank).await;
        call(&mut program, "POST", "/clients", Some(person("Zimina")), &[]).await;
        bank.settle().await;
        let sender = sender(bank, Reach::Anywhere);
        receiver.answer(500);
        assert_eq!(send_all(&sender).await, 1, "not again at once");
        let first = receiver.got().remove(0);
        let path = format!("/webhooks/{webhook}/deliveries");
        let (_, list, _) = get(&mut program, &path).await;
        let one = &list["items"][0];
        let seen = (&one["state"], &one["attempts"], &one["last_status"], &one["last_error"]);
        assert_eq!(seen, (&json!("ready"), &json!(1), &json!(500), &json!("status")));
        // a redirect is no success and is not followed
        receiver.answer(302);
        for attempt in 2..=WEBHOOK_ATTEMPTS_MAX {
            bank.clock.set(bank.clock.now().plus_seconds(WEBHOOK_PAUSE_SECONDS_MAX * 2));
            assert_eq!(send_all(&sender).await, 1, "try {attempt}");
        }
        bank.clock.set(bank.clock.now().plus_seconds(WEBHOOK_PAUSE_SECONDS_MAX * 2));
        assert_eq!(send_all(&sender).await, 0, "given up");
        let repeated = receiver.got();
        assert!(
            repeated.iter().all(|m| m.id == first.id && m.content == first.content),
            "one message"
        );
        let (_, list, _) = get(&mut program, &path).await;
        assert_eq!(list["items"][0]["state"], "dead");
        // sent again by hand
        receiver.answer(204);
        let resend = format!("/deliveries/{}/resend", first.id);
        assert_eq!(call(&mut program, "POST", &resend, None, &[]).await.0, 204);
        assert_eq!(send_all(&sender).await, 1);
        assert_eq!(receiver.got()[0].id, first.id);
        let (_, list, _) = get(&mut program, &path).await;
        assert_eq!(list["items"][0]["state"], "sent");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_since_an_instant_is_told_once_more() {
    both(async |bank: &Bank| {
        let receiver = Receiver::start().await;
        let webhook = subscribe(bank, &receiver.url, &["client"]).await;
        let mut program = program(bank).await;
        let sender = sender(bank, Reach::Anywhere);
        for name in ["Anina", "Borina", "Vorina"] {
            bank.clock.set(bank.clock.now().plus_hours(1));
            call(&mut program, "POST", "/clients", Some(person(name)), &[]).await;
            bank.settle().await;
        }
        assert_eq!(send_all(&sender).await, 3);
        // ids are in the order of time; messages need not be
        let mut before: Vec<String> = receiver.got().into_iter().map(|m| m.id).collect();
        before.sort();
        let since = bank.clock.now().plus_hours(-1);
        let path = format!("/webhooks/{webhook}/replay");
        let body = Some(json!({ "since": since.to_string() }));
        let (status, reply, _) = call(&mut program, "POST", &path, body, &[]).await;
        assert_eq!((status, &reply["result"]), (200, &json!(2)), "{reply}");
        assert_eq!(send_all(&sender).await, 2);
        let mut again: Vec<String> = receiver.got().into_iter().map(|m| m.id).collect();
        again.sort();
        assert_eq!(again, before[1..], "the same messages; their order is not promised");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_between_commit_and_sending_loses_nothing() {
    both(async |bank: &Bank| {
        let receiver = Receiver::start().await;
        subscribe(bank, &receiver.url, &["client"]).await;
        let mut program = program(bank).await;
        call(&mut program, "POST", "/clients", Some(person("Zimina")), &[]).await;
        // the program ended here: nothing was even put in; the next start reads on from its cursor
        assert_eq!(number(bank, "select count(*) from webhook_delivery").await, 0);
        bank.settle().await;
        // and here: it was taken, and the program ended before it was sent
        let taken = bank.execute_system(&ClaimDeliveries {}).await.unwrap();
        assert_eq!(taken.len(), 1);
        let sender = sender(bank, Reach::Anywhere);
        assert_eq!(send_all(&sender).await, 0, "somebody has it");
        bank.clock.set(bank.clock.now().plus_seconds(WEBHOOK_LEASE_SECONDS + 1));
        assert_eq!(send_all(&sender).await, 1);
        assert_eq!(receiver.got().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_off_or_inside_the_house_gets_nothing() {
    both(async |bank: &Bank| {
        let receiver = Receiver::start().await;
        let webhook = subscribe(bank, &receiver.url, &[]).await;
        let mut program = program(bank).await;
        call(&mut program, "POST", "/clients", Some(person("Zimina")), &[]).await;
        bank.settle().await;
        assert!(send_all(&sender(bank, Reach::Public)).await > 0);
        assert!(receiver.got().is_empty(), "the loopback is inside the house");
        let forbidden = "select count(*) from webhook_delivery where last_error = 'forbidden'";
        assert!(number(bank, forbidden).await > 0);
        let path = format!("/webhooks/{webhook}/active");
        let off = Some(json!({ "active": false }));
        assert_eq!(call(&mut program, "POST", &path, off, &[]).await.0, 204);
        let before = number(bank, "select count(*) from webhook_delivery").await;
        call(&mut program, "POST", "/clients", Some(person("Letova")), &[]).await;
        bank.settle().await;
        assert_eq!(number(bank, "select count(*) from webhook_delivery").await, before);
        bank.clock.set(bank.clock.now().plus_hours(24));
        assert_eq!(send_all(&sender(bank, Reach::Anywhere)).await, 0, "what waits waits on");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_secret_is_shown_once_and_the_page_sends_again() {
    both(async |bank: &Bank| {
        let mut program = program(bank).await;
        let new =
            json!({ "title": "ERP", "url": "https://erp.bank.example/in", "events": ["task"] });
        let key = [("idempotency-key", "hook")];
        let (status, made, _) =
            call(&mut program, "POST", "/webhooks", Some(new.clone()), &key).await;
        assert_eq!(status, 200, "{made}");
        assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
        let (_, again, _) = call(&mut program, "POST", "/webhooks", Some(new), &key).await;
        assert_eq!((&again["id"], &again["secret"]), (&made["id"], &Json::Null));
        let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
        let (_, one, _) = get(&mut program, &path).await;
        assert!(one.get("secret").is_none());
        let journal = "select count(*) from journal_entry where changes like '%whsec_%'";
        assert_eq!(number(bank, journal).await, 0);
        let mut browser = bank.client("administrator").await;
        let id = bank.form_id();
        let form = [
            ("_id", id.as_str()),
            ("title", "Warehouse"),
            ("url", "ftp://x"),
            ("events", "Client!"),
        ];
        let refused = browser.post("/admin/webhooks/new", &form).await;
        assert_eq!(refused.status, 422);
        assert!(
            refused.body.contains("ftp://x") && refused.body.contains("Client!"),
            "nothing is lost"
        );
        let receiver = Receiver::start().await;
        let form = [
            ("_id", id.as_str()),
            ("title", "Warehouse"),
            ("url", &receiver.url),
            ("events", "client"),
        ];
        let page = browser.post("/admin/webhooks/new", &form).await.ok();
        assert!(page.contains("whsec_"), "{page}");
        let (_, list, _) = get(&mut program, "/webhooks").await;
        let webhook = list["items"].as_array().unwrap().iter().find(|w| w["title"] == "Warehouse");
        let home = format!("/admin/webhooks/{}", webhook.unwrap()["id"].as_str().unwrap());
        call(&mut program, "POST", "/clients", Some(person("Zimina")), &[]).await;
        bank.settle().await;
        receiver.answer(503);
        assert_eq!(send_all(&sender(bank, Reach::Anywhere)).await, 1);
        let page = browser.get(&home).await.ok();
        assert!(page.contains("503") && !page.contains("whsec_"), "{page}");
        let delivery = receiver.got().remove(0).id;
        let id = bank.form_id();
        let resend = format!("{home}/deliveries/{delivery}/resend");
        assert_eq!(browser.post(&resend, &[("_id", &id)]).await.status, 303);
        receiver.answer(200);
        assert_eq!(send_all(&sender(bank, Reach::Anywhere)).await, 1);
        assert!(browser.get(&home).await.ok().contains("Received"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_long_ago_is_forgotten_and_what_waits_is_not() {
    both(async |bank: &Bank| {
        let receiver = Receiver::start().await;
        subscribe(bank, &receiver.url, &["client"]).await;
        let mut program = program(bank).await;
        call(&mut program, "POST", "/clients", Some(person("Zimina")), &[]).await;
        bank.settle().await;
        let sender = sender(bank, Reach::Anywhere);
        assert_eq!(send_all(&sender).await, 1);
        receiver.answer(500);
        call(&mut program, "POST", "/clients", Some(person("Letova")), &[]).await;
        bank.settle().await;
        assert_eq!(send_all(&sender).await, 1);
        let all = "select count(*) from webhook_delivery";
        bank.clock.set(bank.clock.now().plus_days(WEBHOOK_KEPT_DAYS - 1));
        bank.settle().await;
        assert_eq!(number(bank, all).await, 2);
        bank.clock.set(bank.clock.now().plus_days(2));
        bank.settle().await;
        assert_eq!(number(bank, all).await, 1);
        let waiting = "select count(*) from webhook_delivery where state = 'ready'";
        assert_eq!(number(bank, waiting).await, 1);
    })
    .await;
}

/// Posts JSON over a real socket; answers the body.
async fn post_json(address: &str, token: &str, path: &str, json: &Json) -> Json {
    let host = address.strip_prefix("http://").unwrap();
    let body = json.to_string();
    let request = format!(
        "POST /api/v1{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\nauthorization: Bearer \
         {token}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut socket = tokio::net::TcpStream::connect(host).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 20"), "{answer}");
    serde_json::from_str(body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_program_loses_no_message() {
    let mut served = super::tools::serve("webhooks_inside = true").await;
    let receiver = Receiver::start().await;
    let token = served.tokens[0].clone();
    let hook = json!({ "title": "ERP", "url": receiver.url, "events": ["client"] });
    let made = post_json(&served.address, &token, "/webhooks", &hook).await;
    let secret = made["secret"].as_str().unwrap();
    let client = post_json(&served.address, &token, "/clients", &person("Zimina")).await;
    served.kill_and_start();
    receiver.arrived.notified().await;
    let got = receiver.got();
    let message = got.first().unwrap();
    let signed = sign(secret, &message.id, message.seconds, &message.content);
    assert_eq!(signed.as_deref(), Some(message.signature.as_str()));
    assert_eq!(message.json()["data"]["entity_id"], client["id"]);
}
