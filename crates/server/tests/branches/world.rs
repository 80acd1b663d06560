//! A centre and some branches in one process, and the line between them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use server::wiring;
use spine::replica::branch::{self, Branch, Progress, Taken};
use spine::replica::centre::Centre;
use spine::replica::commands::{EnrolNode, InviteNode};
use spine::replica::message::{Down, Pushed, Up};
use spine::replica::{Pieces, Reach, code};
use spine::{Command, Error, How, Replicated, Services};
use store::dump::schema::{self, Table};
use store::{Read, Row, Value};
use testkit::{Database, Kind};
use uuid::Uuid;

use crate::desk::Desk;

/// What the rooms say of their tables.
pub(super) fn said() -> Vec<Replicated> {
    wiring::modules().iter().flat_map(|m| m.replicated.iter().copied()).collect()
}

/// Puts the people of the test bank in.
pub(super) async fn filled(services: &Services) {
    let system = services.system("setup");
    let seed = testkit::organisation();
    services.execute(&system, system.command_id(), &seed).await.unwrap();
}

/// Whether each node has rows of its own in a table.
fn is_own(table: &str) -> bool {
    said().iter().any(|r| r.table == table && matches!(r.how, How::Own(_) | How::Strategy(_)))
}

/// Every node has chance of its own.
static CHANCE: AtomicU64 = AtomicU64::new(1);

fn chance() -> u64 {
    CHANCE.fetch_add(1, Ordering::Relaxed)
}

/// A branch of the test.
pub(super) struct Place {
    pub(super) bank: Desk,
    pub(super) branch: Branch,
    pub(super) node: Uuid,
    pub(super) code: &'static str,
}

/// A centre and its branches.
pub(super) struct World {
    pub(super) centre_bank: Desk,
    pub(super) centre: Centre,
    /// The centre's public key of signatures.
    pub(super) trusted: Vec<u8>,
    pub(super) places: Vec<Place>,
    tables: Tables,
}

/// The tables in which a branch has what its centre has.
pub(super) struct Tables {
    all: Vec<Table>,
    reach: Reach,
}

impl World {
    /// A centre on this database, and a node at each of these branches, with its first copy.
    pub(super) async fn new(kind: Kind, codes: &[&'static str]) -> World {
        let database = Database::new(kind).await;
        let centre_bank = Desk::over(database, (false, chance()), filled).await;
        let centre = Centre::new(&centre_bank.services, &said()).await.unwrap();
        centre.watch().await.unwrap();
        centre_bank.card_keys().await;
        let trusted = Box::pin(centre_bank.hub()).await.public().sign.clone();
        let tables = Tables::of(&centre_bank).await;
        let places = Vec::new();
        let mut world = World { centre_bank, centre, trusted, places, tables };
        for code in codes {
            world.add(code).await;
        }
        world
    }
    /// One more node at a branch, with its first copy.
    pub(super) async fn add(&mut self, code: &'static str) {
        let place = self.enrol(code, self.places.len()).await;
        self.places.push(place);
    }
    /// Keeps how everything is, for [`World::reset`].
    pub(super) async fn keep(&self) {
        for desk in self.desks() {
            desk.keep().await;
        }
    }
    /// Everything is again as it was kept, with other chance.
    pub(super) fn reset(&self, seed: u64) {
        self.centre.begin_again();
        for (n, desk) in (0..).zip(self.desks()) {
            desk.reset((seed + 1) * 1_000 + n);
        }
    }
    /// All nodes.
    pub(super) fn desks(&self) -> impl Iterator<Item = &Desk> {
        self.places.iter().map(|p| &p.bank).chain([&self.centre_bank])
    }
    /// A new node at a branch.
    async fn enrol(&self, code: &'static str, n: usize) -> Place {
        let bank = &self.centre_bank;
        let code_hash = vec![u8::try_from(n).unwrap(); 32];
        let name = format!("{code}-{n}");
        let branch_id = bank.branch(code);
        let invite = InviteNode {
            branch_id,
            name,
            code_hash: code_hash.clone(),
            lease_hours: None,
            code_days: None,
        };
        bank.execute("administrator", &invite).await.unwrap();
        let enrol =
            EnrolNode { code_hash, sign_key: vec![1; 32], seal_key: vec![2; 32], by_file: false };
        let who = bank.execute_system(&enrol).await;
        let node = who.node;
        let copy = async |services: &Services| {
            branch::begin(services, who.clone(), services.clock.now()).await.unwrap();
            // the program is begun anew before each part: a copy goes on from where it was broken off
            loop {
                let branch = Branch::open(services, &said(), "test").await.unwrap();
                let branch = branch.trusting(&self.trusted);
                if exchange(&branch, &self.centre, node).await.unwrap() != Taken::More {
                    break;
                }
            }
        };
        let bank = Desk::over(Database::new(Kind::Sqlite).await, (true, chance()), copy).await;
        let branch = Branch::open(&bank.services, &said(), "test").await.unwrap();
        let branch = branch.trusting(&self.trusted);
        assert!(matches!(branch.state().await.unwrap().copy, Progress::Whole(_)));
        Place { bank, branch, node, code }
    }
    /// Until neither side has anything to say: first all tell, then all hear what the others have told.
    pub(super) async fn heal(&self) {
        for _ in 0..2 {
            for place in &self.places {
                place.settle(&self.centre).await;
            }
        }
    }
    /// What the centre would give a branch is what the branch has.
    pub(super) async fn check_equal(&self, place: &Place) {
        self.tables.check_equal(&self.centre_bank, (&place.bank, place.code)).await;
    }
}

impl Tables {
    pub(super) async fn of(centre: &Desk) -> Tables {
        let all = schema::tables(&mut centre.services.reader.clone()).await.unwrap();
        let reach = Reach::new(&all, &said());
        let all = all.into_iter().filter(|t| !is_own(&t.name)).collect();
        Tables { all, reach }
    }
    /// What the centre would give a branch is what the branch has.
    pub(super) async fn check_equal(&self, centre: &Desk, (bank, code): (&Desk, &str)) {
        let mut db = centre.services.reader.snapshot().await.unwrap();
        let mut pieces = Pieces::new(centre.branch(code), &self.reach, 5_000);
        let mut wanted: BTreeMap<String, BTreeSet<Vec<u8>>> = BTreeMap::new();
        while let Some(piece) = pieces.next(&mut db).await.unwrap() {
            wanted.entry(piece.table).or_default().extend(piece.rows.into_iter().map(line));
        }
        let mut db = bank.services.reader.clone();
        for table in &self.all {
            let columns: Vec<String> =
                table.columns.iter().map(|c| format!("\"{}\"", c.name)).collect();
            let sql = format!("select {} from \"{}\"", columns.join(", "), table.name);
            let rows = db.query(&sql, &[]).await.unwrap();
            let here: BTreeSet<Vec<u8>> =
                rows.into_iter().map(Row::into_values).map(line).collect();
            let there = wanted.remove(&table.name).unwrap_or_default();
            let shown = |one: &BTreeSet<Vec<u8>>, other: &BTreeSet<Vec<u8>>| -> Vec<String> {
                one.difference(other).map(|r| String::from_utf8_lossy(r).into_owned()).collect()
            };
            assert!(
                here == there,
                "{} of {}: lacks {:#?}, has besides {:#?}",
                table.name,
                code,
                shown(&there, &here),
                shown(&here, &there)
            );
        }
    }
}

impl Place {
    /// A command as this node tells of it, without its having been done here.
    pub(super) fn telling<C: Command>(&self, login: &str, command: &C) -> Pushed {
        let ctx = self.bank.ctx(login);
        Pushed {
            id: ctx.command_id(),
            name: C::NAME.to_owned(),
            payload: serde_json::to_string(command).unwrap(),
            actor: ctx.principal.user_id.unwrap(),
            at: ctx.now,
            channel: "web".to_owned(),
            bundle: None,
            supervisor: None,
            pre_approval: None,
        }
    }
    /// Exchanges until all is said and heard.
    pub(super) async fn settle(&self, centre: &Centre) {
        for _ in 0..200 {
            if exchange(&self.branch, centre, self.node).await.unwrap() != Taken::More {
                return;
            }
        }
        panic!("it never ends");
    }
}

/// One word and its answer over a good line, as bytes.
pub(super) async fn exchange(branch: &Branch, centre: &Centre, node: Uuid) -> Result<Taken, Error> {
    let up: Up = code::decode(&code::encode(&branch.say().await?)?)?;
    let down: Down = code::decode(&code::encode(&centre.answer(node, &up).await?)?)?;
    branch.take(down).await
}

/// A row as bytes that both databases give alike, contents of files left out.
fn line(row: Vec<Value>) -> Vec<u8> {
    let mut out = Vec::new();
    for value in row {
        match value {
            Value::Null => out.extend_from_slice(b"null"),
            Value::Int(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Value::Text(text) => out.extend_from_slice(text.as_bytes()),
            Value::Id(id) => out.extend_from_slice(&hex(id.as_bytes())),
            Value::Bytes(bytes) if bytes.len() > 64 => out.extend_from_slice(b"content"),
            Value::Bytes(bytes) => out.extend_from_slice(&hex(&bytes)),
        }
        out.extend_from_slice(b" | ");
    }
    out
}

fn hex(bytes: &[u8]) -> Vec<u8> {
    let digit = |n: u8| b"0123456789abcdef"[usize::from(n)];
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}
