//! The pages of the centre while many branches ask it again and again whether there is anything new. They are simulated: keys,
//! envelopes and words are those of a branch, but they keep nothing of what they hear. `TESSERA_NODES` says how many.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use branch::code::Code;
use branch::envelope::{Head, Keys, Kind as Word, PublicKeys};
use branch::line::http_client::Line;
use engagement::interaction::commands::AddNote;
use kernel::{Clock, RandomEntropy, SystemClock};
use parties::client::commands::RegisterClient;
use spine::Services;
use spine::bundle::Holds;
use spine::org::{Seed, SeedBranch};
use spine::replica::code as words;
use spine::replica::commands::{EnrolNode, InviteNode};
use spine::replica::message::{Down, Next, Up, Want};
use store::dump::schema;
use testkit::{Database, Kind, kinds};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::{Reader, TURNS, Waits, compare, said};
use crate::desk::Desk;
use crate::doing::Dice;
use crate::programs::Centre;

/// Nodes, and how often each of them asks, when nothing else is said: several times as often as branches do, so that few do.
const NODES: (usize, Duration) = (10, Duration::from_secs(1));
/// How often a branch asks.
const POLL: Duration = Duration::from_secs(5);
/// Clients of each branch.
const CLIENTS: usize = 10;
/// Between two changes at the centre, each of which one of the nodes is told.
const CHANGES: Duration = Duration::from_millis(200);

fn nodes() -> (usize, Duration) {
    said("TESSERA_NODES").map_or(NODES, |nodes| (nodes, POLL))
}

fn place(n: usize) -> SeedBranch {
    let (code, name) = (format!("p{n:03}"), format!("Отделение {n}"));
    let (region, zone) = ("west".to_owned(), "Europe/Moscow".to_owned());
    SeedBranch { code, region, name_en: name.clone(), name, address: String::new(), zone }
}

/// People, and a branch for each node.
async fn organised(services: &Services) {
    let mut seed: Seed = testkit::organisation();
    seed.branches.extend((0..nodes().0).map(place));
    let system = services.system("setup");
    services.execute(&system, system.command_id(), &seed).await.unwrap();
}

async fn clients(bank: &Desk, code: &str) {
    for n in 0..CLIENTS {
        let of = [("last_name", format!("Соседова {code} {n}")), ("first_name", "Анна".to_owned())];
        let client = RegisterClient {
            kind: "person".to_owned(),
            fields: of.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<BTreeMap<_, _>>(),
            branch_id: Some(bank.branch(code)),
            source: "client".to_owned(),
            ..RegisterClient::default()
        };
        bank.execute("head_office", &client).await.unwrap();
    }
}

/// A node that says what a branch says.
struct Node {
    id: Uuid,
    keys: Keys,
    centre: PublicKeys,
    schema: i64,
    number: i64,
    want: Want,
    taken: Option<Uuid>,
}

impl Node {
    async fn enrol(bank: &Desk, code: &str, (centre, schema): (&PublicKeys, i64)) -> Node {
        let keys = Keys::new(&RandomEntropy);
        let code_hash = Code::hash(code.as_bytes());
        let invite = InviteNode {
            branch_id: bank.branch(code),
            name: format!("node-{code}"),
            code_hash: code_hash.clone(),
            lease_hours: None,
            code_days: None,
        };
        bank.execute("administrator", &invite).await.unwrap();
        let PublicKeys { sign: sign_key, seal: seal_key } = keys.public().unwrap();
        let who =
            bank.execute_system(&EnrolNode { code_hash, sign_key, seal_key, by_file: false }).await;
        let (centre, want) = (centre.clone(), Want::Base(None));
        Node { id: who.node, keys, centre, schema, number: 0, want, taken: None }
    }
    /// One word and its answer; whether there is more to hear at once.
    async fn ask(&mut self, line: &Line) -> (bool, usize) {
        self.number += 1;
        let up = Up {
            number: self.number,
            at: SystemClock.now(),
            schema: self.schema,
            program: "test".to_owned(),
            taken: self.taken,
            commands: Vec::new(),
            waiting: 0,
            oldest: None,
            replica_at: Some(SystemClock.now()),
            want: self.want.clone(),
            holds: Holds::default(),
            tables: Vec::new(),
            ask: None,
            keeps: Vec::new(),
        };
        let head = Head { kind: Word::Up, node: self.id, number: self.number };
        let word = self.keys.close(&self.centre, head, &words::encode(&up).unwrap()).unwrap();
        let answer = line.post("/branch/v1/exchange", word).await.unwrap();
        let (_, message) = self.keys.open(&answer, &self.centre).unwrap();
        let down: Down = words::decode(&message).unwrap();
        self.taken = Some(down.id);
        let (want, has_more) = match down.next {
            Next::Base(place) => (Want::Base(Some(place)), true),
            Next::More(cursor) => (Want::Changes(cursor), true),
            Next::Whole(cursor) => (Want::Changes(cursor), false),
            other => panic!("{other:?}"),
        };
        self.want = want;
        (has_more, down.tables.iter().map(|table| table.rows.len()).sum())
    }
}

/// What the nodes have asked and heard.
#[derive(Default)]
struct Heard {
    polls: AtomicUsize,
    rows: AtomicUsize,
}

/// All nodes ask until told to stop, one behind the other.
async fn poll(
    all: Vec<Node>,
    address: &str,
    goes_on: &Arc<AtomicBool>,
    heard: &Arc<Heard>,
) -> Vec<Node> {
    let (mut asking, (count, pause)) = (JoinSet::new(), nodes());
    let line = Arc::new(Line::new(&format!("http://{address}"), None).unwrap());
    for (n, mut node) in (0_u32..).zip(all) {
        let (line, goes_on, heard) = (Arc::clone(&line), Arc::clone(goes_on), Arc::clone(heard));
        let first = tokio::time::Instant::now() + pause * n / u32::try_from(count).unwrap();
        asking.spawn(async move {
            let mut tick = tokio::time::interval_at(first, pause);
            loop {
                tick.tick().await;
                if !goes_on.load(Ordering::Relaxed) {
                    return node;
                }
                let (_, rows) = node.ask(&line).await;
                heard.polls.fetch_add(1, Ordering::Relaxed);
                heard.rows.fetch_add(rows, Ordering::Relaxed);
            }
        });
    }
    asking.join_all().await
}

/// Something happens at the centre now and then, whether anybody asks or not.
async fn work(centre: &Desk, reader: &Reader, goes_on: &AtomicBool) {
    let (mut tick, dice) = (tokio::time::interval(CHANGES), Dice::new(9));
    while goes_on.load(Ordering::Relaxed) {
        tick.tick().await;
        let client_id = dice.one(&reader.clients).unwrap();
        let note = AddNote { client_id, body: "из центра".to_owned() };
        centre.execute("head_office", &note).await.unwrap();
    }
}

/// A centre with branches, and a node with a whole copy at each of them.
async fn begin(kind: Kind, folder: &std::path::Path) -> (Centre, Vec<Node>) {
    let desk = Desk::over(Database::new(kind).await, (false, 1), organised).await;
    let public = desk.hub().await.public().clone();
    let schema = schema::applied(&mut desk.services.reader.clone()).await.unwrap();
    let schema = schema.into_iter().max().unwrap();
    let mut all = Vec::new();
    for n in 0..nodes().0 {
        let code = place(n).code;
        clients(&desk, &code).await;
        all.push(Node::enrol(&desk, &code, (&public, schema)).await);
    }
    // its program sees to it that changes are noted, before the first asks
    let centre = Centre::over(desk, folder);
    let line = Line::new(&format!("http://{}", centre.address()), None).unwrap();
    for node in &mut all {
        while node.ask(&line).await.0 {}
    }
    (centre, all)
}

async fn measure(kind: Kind) {
    let folder = tempfile::tempdir().unwrap();
    let (mut centre, mut all) = Box::pin(begin(kind, folder.path())).await;
    let address = centre.address();
    let search = ("search", "/search?q=%D0%A1%D0%BE%D1%81%D0%B5");
    let reader = Reader::new(&centre.desk, ("head_office", &address), search).await;
    let (count, pause) = nodes();
    println!("-- centre on {kind:?}: {count} nodes, each asks every {pause:?}");
    let (mut alone, mut beside, heard) = (Waits::default(), Waits::default(), Arc::default());
    // once for the caches
    reader.read(&mut Waits::default()).await;
    for _ in 0..TURNS {
        for is_polled in [false, true] {
            let goes_on = Arc::new(AtomicBool::new(true));
            let asked = async {
                reader.read(if is_polled { &mut beside } else { &mut alone }).await;
                goes_on.store(false, Ordering::Relaxed);
            };
            let polled = if is_polled { std::mem::take(&mut all) } else { Vec::new() };
            let polls = poll(polled, &address, &goes_on, &heard);
            let (back, (), ()) = tokio::join!(polls, work(&centre.desk, &reader, &goes_on), asked);
            all.extend(back);
        }
    }
    let [polls, rows] = [&heard.polls, &heard.rows].map(|n| n.load(Ordering::Relaxed));
    println!("   {polls} polls have heard {rows} rows");
    assert!(polls > 0 && rows > 0, "nobody has asked beside the pages");
    compare(("alone", alone), ("polled", beside));
    centre.program.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn branches_that_ask_again_and_again_do_not_slow_the_centres_pages() {
    for kind in kinds() {
        Box::pin(measure(kind)).await;
    }
}
