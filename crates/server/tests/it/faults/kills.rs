//! The program, and the database under it, killed at random moments of a write load.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use kernel::{Entropy, RandomEntropy};
use serde_json::{Value as Json, json};
use testkit::Kind;
use tokio::sync::watch;

use super::proof::{files_read_back, is_settled, let_time_pass, once};
use super::rig::{Dice, Process, Request, Rig, ask, moment};
use super::writers::{Seen, Shared, Thing, Writer};
use crate::cluster::until;

/// Kills of each database in a run of all tests.
const KILLS: u64 = 12;
const WRITERS: u64 = 6;
/// Load before a kill at most: a program that has just started may be slow.
const LOAD_MAX: Duration = Duration::from_secs(10);

/// What a long run is asked for by.
#[allow(clippy::disallowed_methods)] // the edge of the test
fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|e| panic!("{name}: {e}")))
}

/// Another system, which outlives all kills: ids of messages by what they tell of.
#[derive(Clone, Default)]
struct Receiver {
    got: Arc<Mutex<BTreeMap<String, Vec<String>>>>,
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: String) -> StatusCode {
    let told: Json = serde_json::from_str(&body).unwrap();
    let id = headers["webhook-id"].to_str().unwrap().to_owned();
    let about = told["data"]["entity_id"].as_str().unwrap().to_owned();
    if told["type"] == "parties.register_client" {
        receiver.got.lock().unwrap().entry(about).or_default().push(id);
    }
    StatusCode::NO_CONTENT
}

impl Receiver {
    async fn start() -> (Receiver, String) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/in", listener.local_addr().unwrap());
        let receiver = Receiver::default();
        let router = Router::new().route("/in", post(take)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (receiver, url)
    }
    /// Each client was told of, by one message (which may have come more than once).
    fn heard_of_all(&self, seen: &Seen) -> usize {
        let got = self.got.lock().unwrap();
        let mut again = 0;
        for (name, (thing, id)) in &seen.acknowledged {
            if *thing == Thing::Client {
                let messages = got.get(id).unwrap_or_else(|| panic!("{name} was not told of"));
                assert!(messages.iter().all(|m| *m == messages[0]), "{name}: {messages:?}");
                again += messages.len() - 1;
            }
        }
        again
    }
}

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
    Program,
    Database,
    Both,
    /// The program while it starts.
    Starting,
}

fn victim(dice: &Dice, kind: Kind) -> Victim {
    match (dice.below(8), kind) {
        (0, _) => Victim::Starting,
        (1..=3, Kind::Postgres) => Victim::Database,
        (4, Kind::Postgres) => Victim::Both,
        _ => Victim::Program,
    }
}

/// Starts the program and tells the writers where it answers.
fn serve(rig: &Rig, place: &watch::Sender<Option<String>>) -> Process {
    let mut process = rig.start();
    let address = process.ready().unwrap_or_else(|| {
        panic!("it did not start: {}", std::fs::read_to_string(rig.log()).unwrap())
    });
    place.send_replace(Some(address));
    process
}

/// Lets the writers write: some commands, and a part of the next ones.
async fn load(seen: &Shared, dice: &Dice) {
    let count = || u64::try_from(seen.lock().unwrap().acknowledged.len()).unwrap();
    let (enough, begin) = (count() + dice.below(12), Instant::now());
    while count() < enough && begin.elapsed() < LOAD_MAX {
        moment(Duration::from_millis(1)).await;
    }
    moment(Duration::from_micros(dice.below(40_000))).await;
}

/// One kill at a moment the dice choose, and what brings the rest up again.
async fn round(
    rig: &Rig,
    dice: &Dice,
    (kind, seen): (Kind, &Shared),
    place: &watch::Sender<Option<String>>,
    mut process: Process,
) -> (Process, Victim) {
    let victim = victim(dice, kind);
    load(seen, dice).await;
    match victim {
        Victim::Program => process.kill(),
        Victim::Database => {
            let cluster = rig.cluster.as_ref().unwrap();
            cluster.kill();
            cluster.again();
            return (process, victim);
        }
        Victim::Both => {
            let cluster = rig.cluster.as_ref().unwrap();
            cluster.kill();
            process.kill();
            place.send_replace(None);
            cluster.again();
        }
        Victim::Starting => {
            process.kill();
            place.send_replace(None);
            let mut early = rig.start();
            moment(Duration::from_millis(dice.below(400))).await;
            early.kill();
        }
    }
    place.send_replace(None);
    (serve(rig, place), victim)
}

async fn subscribe(address: &str, token: &str, url: &str) {
    let hook = json!({ "title": "ERP", "url": url, "events": ["client"] });
    let made =
        ask(address, &Request::post("/api/v1/webhooks", token, "hook", &hook)).await.unwrap();
    assert_eq!(made.status, 200, "{}", made.text());
}

async fn killed(kind: Kind) {
    let kills = asked("TESSERA_FAULTS").unwrap_or(KILLS);
    let mut bytes = [0; 4];
    RandomEntropy.fill(&mut bytes);
    let seed = asked("TESSERA_FAULTS_SEED").unwrap_or_else(|| u32::from_be_bytes(bytes).into());
    println!("{kind:?}: {kills} kills; TESSERA_FAULTS_SEED={seed} repeats their moments");
    let begin = Instant::now();
    let rig = Rig::new(kind, "").await;
    let (receiver, hook) = Receiver::start().await;
    let (place, at) = watch::channel(None);
    let mut process = serve(&rig, &place);
    let address = at.borrow().clone().unwrap();
    subscribe(&address, &rig.token, &hook).await;
    let seen = Shared::default();
    let (token, colleague) = (rig.token.clone(), rig.colleague);
    let writer = Writer { token, colleague, place: at.clone(), seen: Arc::clone(&seen) };
    let mut clients = Vec::new();
    for name in ["Alpha", "Beta", "Gamma", "Delta"] {
        clients.push(writer.wish(Thing::Client, name, "").await);
    }
    let (stop, stopped) = watch::channel(false);
    let writers: Vec<_> = (0..WRITERS)
        .map(|n| writer.clone().spawn(n, seed, clients.clone(), stopped.clone()))
        .collect();
    let dice = Dice::new(seed);
    let mut victims: BTreeMap<String, u64> = BTreeMap::new();
    for number in 1..=kills {
        let (next, victim) = round(&rig, &dice, (kind, &seen), &place, process).await;
        process = next;
        *victims.entry(format!("{victim:?}")).or_default() += 1;
        if number % 50 == 0 {
            let done = seen.lock().unwrap().acknowledged.len();
            println!("{kind:?}: {number} kills, {done} acknowledged, {:?}", begin.elapsed());
        }
    }
    stop.send_replace(true);
    for writer in writers {
        writer.await.unwrap();
    }
    let address = at.borrow().clone().unwrap();
    let store = rig.store().await;
    until(Duration::from_secs(120), "settling", async || {
        let_time_pass(&store).await;
        is_settled(&store).await
    })
    .await;
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    files_read_back(&rig, &address, &seen).await;
    process.stop();
    once(&store, &rig, &seen).await;
    let again = receiver.heard_of_all(&seen);
    println!(
        "{kind:?}: {victims:?}; {} acknowledged and there once, {} of them after repeats; tries without \
         an answer or with an error {:?}; {again} messages came again; {:?}",
        seen.acknowledged.len(),
        seen.repeated,
        seen.tries,
        begin.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_on_sqlite_lose_nothing_and_double_nothing() {
    killed(Kind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_on_postgresql_lose_nothing_and_double_nothing() {
    if testkit::kinds().contains(&Kind::Postgres) {
        killed(Kind::Postgres).await;
    }
}
