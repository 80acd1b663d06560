//! A centre and some branches in one process, and the line between them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kernel::SeededEntropy;
use server::wiring;
use spine::replica::branch::{self, Branch, Progress, Taken};
use spine::replica::centre::Centre;
use spine::replica::commands::{EnrolNode, InviteNode};
use spine::replica::message::{Down, Up};
use spine::replica::{Lease, Pieces, Reach, code};
use spine::{Error, Replicated};
use store::dump::schema;
use store::{Read, Value};
use testkit::{Asked, Bank, Kind, Opening};
use uuid::Uuid;

use crate::support::{open, open_with};

/// What the rooms say of their tables.
pub(super) fn said() -> Vec<Replicated> {
    wiring::modules().iter().flat_map(|m| m.replicated.iter().copied()).collect()
}

/// Every node has chance of its own.
static CHANCE: AtomicU64 = AtomicU64::new(1);

fn open_branch(asked: Asked) -> Opening {
    let chance = CHANCE.fetch_add(1, Ordering::Relaxed);
    let asked = Asked { entropy: Arc::new(SeededEntropy::new(chance)), ..asked };
    open_with(asked, "branch", Some(Lease::default()))
}

/// A branch of the test.
pub(super) struct Place {
    pub(super) bank: Bank,
    pub(super) branch: Branch,
    pub(super) node: Uuid,
    pub(super) code: &'static str,
}

/// A centre and its branches.
pub(super) struct World {
    pub(super) centre_bank: Bank,
    pub(super) centre: Centre,
    pub(super) places: Vec<Place>,
}

impl World {
    /// A centre on this database, and a node at each of these branches, with its first copy.
    pub(super) async fn new(kind: Kind, codes: &[&'static str]) -> World {
        CHANCE.store(100, Ordering::Relaxed);
        let centre_bank = Bank::open(kind, open).await;
        let centre = Centre::new(&centre_bank.services, &said()).await.unwrap();
        centre.watch().await.unwrap();
        let mut world = World { centre_bank, centre, places: Vec::new() };
        for (n, code) in codes.iter().enumerate() {
            let place = world.enrol(code, n).await;
            world.places.push(place);
        }
        world
    }
    /// A new node at a branch.
    async fn enrol(&self, code: &'static str, n: usize) -> Place {
        let bank = &self.centre_bank;
        let code_hash = vec![u8::try_from(n).unwrap(); 32];
        let name = format!("{code}-{n}");
        let branch_id = bank.branch(code);
        let invite =
            InviteNode { branch_id, name, code_hash: code_hash.clone(), lease_hours: None };
        bank.execute("administrator", &invite).await.unwrap();
        let enrol = EnrolNode { code_hash, sign_key: vec![1; 32], seal_key: vec![2; 32] };
        let who = bank.execute_system(&enrol).await.unwrap();
        let node = who.node;
        let demo = web::DemoMode { logins: Vec::new() };
        let copy = async |services: &spine::Services| {
            branch::begin(services, who.clone(), services.clock.now()).await.unwrap();
            let branch = Branch::open(services, &said(), "test").await.unwrap();
            while exchange(&branch, &self.centre, node).await.unwrap() == Taken::More {}
        };
        let bank = Bank::filled(Kind::Sqlite, open_branch, demo, copy).await;
        let branch = Branch::open(&bank.services, &said(), "test").await.unwrap();
        assert!(matches!(branch.state().await.unwrap().copy, Progress::Whole(_)));
        Place { bank, branch, node, code }
    }
    /// Until neither side has anything to say.
    pub(super) async fn heal(&self) {
        for _ in 0..3 {
            for place in &self.places {
                place.settle(&self.centre).await;
            }
        }
    }
    /// What the centre would give a branch is what the branch has.
    pub(super) async fn check_equal(&self, place: &Place) {
        let mut db = self.centre_bank.services.reader.snapshot().await.unwrap();
        let tables = schema::tables(&mut db).await.unwrap();
        let reach = Reach::new(&tables, &said()).unwrap();
        let mut pieces = Pieces::new(self.centre_bank.branch(place.code), &reach, 5_000);
        let mut wanted: BTreeMap<String, Vec<String>> = BTreeMap::new();
        while let Some(piece) = pieces.next(&mut db).await.unwrap() {
            wanted.entry(piece.table).or_default().extend(piece.rows.into_iter().map(line));
        }
        let mut db = place.bank.services.reader.clone();
        for table in &tables {
            if said().iter().any(|r| r.table == table.name && matches!(r.how, spine::How::Own(_))) {
                continue;
            }
            let columns: Vec<String> =
                table.columns.iter().map(|c| format!("\"{}\"", c.name)).collect();
            let sql = format!("select {} from \"{}\"", columns.join(", "), table.name);
            let rows = db.query(&sql, &[]).await.unwrap();
            let mut here: Vec<String> = rows.into_iter().map(|r| line(r.into_values())).collect();
            let mut there = wanted.remove(&table.name).unwrap_or_default();
            here.sort();
            there.sort();
            let lacks: Vec<_> = there.iter().filter(|row| !here.contains(row)).collect();
            let more: Vec<_> = here.iter().filter(|row| !there.contains(row)).collect();
            assert!(
                lacks.is_empty() && more.is_empty(),
                "{} of {}: lacks {lacks:#?}, has besides {more:#?}",
                table.name,
                place.code
            );
        }
    }
}

impl Place {
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

/// A row as a line; ids and bytes alike on both databases, contents of files left out.
fn line(row: Vec<Value>) -> String {
    let shown = row.into_iter().map(|value| match value {
        Value::Id(id) => format!("{:02x?}", id.as_bytes()),
        Value::Bytes(bytes) if bytes.len() > 64 => "content".to_owned(),
        Value::Bytes(bytes) => format!("{bytes:02x?}"),
        other => format!("{other:?}"),
    });
    shown.collect::<Vec<_>>().join(", ")
}
