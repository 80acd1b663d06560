//! Old and new side by side: a schema that has grown serves both, one that was contracted refuses the old; an
//! older database is brought up to date; nodes are replaced one by one under load and nobody notices.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use server::wiring;
use store::{Migration, Read, Store, params};
use testkit::{Database, Kind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

use crate::cluster::{filled, key, until, witness};
use crate::command_line::{Serving, path, sign_in, tessera};
use crate::operation::get;

/// A step of a version to come: it only adds.
const GROWN: Migration = Migration {
    number: 9_001,
    name: "grown",
    sql: "create table if not exists of_tomorrow (id @id primary key, note text not null) @strict;\n\
          --@postgres\nalter table staff add column if not exists nickname text;\n--@end\n\
          --@sqlite\ncreate index if not exists staff_name_tomorrow on staff (name);\n--@end",
};
/// And one that takes away.
const CONTRACTED: Migration =
    Migration { number: 9_002, name: "contracted", sql: "--@contracts\ndrop table of_tomorrow;" };

/// The schema as it stood before nodes could be many.
const LAST: [u32; 22] = [
    1, 2, 101, 102, 103, 104, 105, 115, 201, 202, 203, 204, 205, 206, 207, 210, 211, 301, 302, 303,
    401, 402,
];

async fn apply(url: &str, further: &[Migration]) {
    let mut steps = wiring::migrations(&wiring::modules());
    steps.extend_from_slice(further);
    Store::open(url).await.unwrap().writer.migrate(&steps).await.unwrap();
}

fn config(folder: &Path, name: &str, url: &str) -> String {
    let file = path(folder, &format!("{name}.toml"));
    let text = format!(
        "db = '{url}'\nlisten = '127.0.0.1:0'\nsecure_cookies = false\nnode = '{name}'\ndrain_seconds = 1\n\
         key_file = '{}'",
        key(folder)
    );
    std::fs::write(&file, text).unwrap();
    file
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grown_schema_serves_the_version_before_and_a_contracted_one_refuses_it() {
    for kind in testkit::kinds() {
        let database = Database::new(kind).await;
        let folder = tempfile::tempdir().unwrap();
        let url = database.url();
        assert_eq!(tessera(&["migrate", "--db", url]).0, 0);
        let file = config(folder.path(), "old", url);
        let mut old = Serving::start(&["serve", "--config", &file]);
        let password = old.says("first administrator: admin, password: ");
        let address = old.says("ready http://");
        apply(url, &[GROWN]).await;
        assert_eq!(sign_in(&address, &password).await.0, 303, "commands go on");
        assert_eq!(get(&address, "/ready").await.0, 200);
        let (_, said, _) = tessera(&["doctor", "--db", url, "--key-file", &key(folder.path())]);
        assert!(said.contains("1 steps of a newer version, which only add"), "{said}");
        let (well, complaint) = old.stop();
        assert!(well, "{complaint}");
        let mut again = Serving::start(&["serve", "--config", &file]);
        let address = again.says("ready http://");
        assert_eq!(sign_in(&address, &password).await.0, 303, "and begin anew");
        apply(url, &[GROWN, CONTRACTED]).await;
        let refuses = async || get(&address, "/ready").await.0 == 503;
        until(Duration::from_secs(10), "telling that it is outdated", refuses).await;
        assert!(get(&address, "/ready").await.1.contains("newer versions"));
        again.stop();
        let (code, _, complaint) = tessera(&["serve", "--config", &file]);
        assert_eq!((code, complaint.contains("step 9002, contracted")), (2, true), "{complaint}");
        let (_, said, _) = tessera(&["doctor", "--db", url, "--key-file", &key(folder.path())]);
        assert!(said.contains("newer versions of this program only"), "{said}");
    }
}

/// What an older program would trip over: a thing that is gone, renamed or of another type, or a column it does
/// not know and must not leave empty.
fn takes_away(sql: &str) -> bool {
    let sql = sql.to_lowercase();
    let words = ["drop table", "drop column", "rename ", "alter column", "drop view"];
    let demands = |line: &str| {
        line.contains("add column") && line.contains("not null") && !line.contains("default")
    };
    words.iter().any(|word| sql.contains(word)) || sql.lines().any(demands)
}

#[test]
fn a_step_that_takes_something_away_says_so() {
    for step in wiring::migrations(&wiring::modules()) {
        let says_so = step.sql.lines().any(|line| line.trim() == "--@contracts");
        assert!(
            says_so || !takes_away(step.sql),
            "step {} ({}) breaks programs of the version before: let it only add, or mark it --@contracts",
            step.number,
            step.name
        );
    }
    assert!(takes_away("alter table t add column a text not null;"));
    assert!(!takes_away("alter table t add column a text not null default '';"));
    assert!(!takes_away("drop index if exists i; create index i on t (a);"));
}

/// What a bank of the last version had: people who work there and a journal.
async fn fill_as_before(store: &Store) {
    let id = |n: u128| Uuid::from_u128(n);
    let mut tx = store.writer.begin().await.unwrap();
    let staff = "insert into staff (id, login, name, name_en, state, created_at) \
                 values ($1, 'admin', 'Управляющий', 'Head', 'active', 1)";
    tx.execute(staff, params![id(1)]).await.unwrap();
    let role = "insert into role (id, key, name, name_en, built_in) \
                values ($1, 'administrator', 'Администратор', 'Administrator', 1)";
    tx.execute(role, params![id(2)]).await.unwrap();
    let held = "insert into staff_role (staff_id, role_id) values ($1, $2)";
    tx.execute(held, params![id(1), id(2)]).await.unwrap();
    for n in 10..20 {
        let entry = format!(
            "insert into journal_entry (txid, at, operation_id, command_id, actor_id, node, channel, \
             command, entity, entity_id, client_id, changes) \
             values ({}, 1, $1, $1, $2, 'centre', 'web', 'org.seed', 'staff', $2, null, '{{}}')",
            tx.dialect().transaction_id()
        );
        tx.execute(&entry, params![id(n), id(1)]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_the_last_version_is_brought_up_to_date_and_goes_on() {
    for kind in testkit::kinds() {
        let database = Database::new(kind).await;
        let folder = tempfile::tempdir().unwrap();
        let url = database.url();
        let mut steps = wiring::migrations(&wiring::modules());
        steps.retain(|step| LAST.contains(&step.number));
        let store = Store::open(url).await.unwrap();
        assert!(store.writer.migrate(&steps).await.unwrap() > 15);
        fill_as_before(&store).await;
        drop(store);
        let file = config(folder.path(), "new", url);
        let (code, _, complaint) = tessera(&["serve", "--config", &file]);
        assert_eq!((code, complaint.contains("run `tessera migrate` first")), (2, true));
        assert_eq!(tessera(&["migrate", "--db", url]).0, 0);
        let (code, password, complaint) = tessera(&["password", "admin", "--db", url]);
        assert_eq!(code, 0, "{complaint}");
        let mut serving = Serving::start(&["serve", "--config", &file]);
        let address = serving.says("ready http://");
        assert_eq!(sign_in(&address, &password).await.0, 303);
        let (well, complaint) = serving.stop();
        assert!(well, "{complaint}");
        let (code, said, _) = tessera(&["journal", "verify", "--db", url]);
        assert_eq!((code, said.starts_with("whole")), (0, true), "{said}");
    }
}

/// A load balancer: it asks nodes whether they are ready, and tries another one when a connection is refused.
#[derive(Clone, Default)]
struct Balancer {
    nodes: Arc<Mutex<Vec<(String, bool)>>>,
}

impl Balancer {
    async fn start(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let watching = self.clone();
        tokio::spawn(async move {
            let mut tick = tokio::time::interval(Duration::from_millis(100));
            loop {
                tick.tick().await;
                watching.look().await;
            }
        });
        tokio::spawn(async move {
            let mut turn = 0;
            while let Ok((socket, _)) = listener.accept().await {
                turn += 1;
                tokio::spawn(self.clone().pass(socket, turn));
            }
        });
        address
    }
    /// Puts a node in the place of another one, or beside it.
    fn put(&self, place: usize, address: &str) {
        let mut nodes = self.nodes.lock().unwrap();
        let node = (address.to_owned(), true);
        if place < nodes.len() { nodes[place] = node } else { nodes.push(node) }
    }
    async fn look(&self) {
        let all = self.nodes.lock().unwrap().clone();
        for (address, _) in all {
            let is_ready = ready(&address).await.unwrap_or(false);
            let mut nodes = self.nodes.lock().unwrap();
            nodes.iter_mut().filter(|n| n.0 == address).for_each(|n| n.1 = is_ready);
        }
    }
    async fn pass(self, mut socket: TcpStream, turn: usize) {
        let nodes = self.nodes.lock().unwrap().clone();
        let count = nodes.len();
        let order = (0..count).map(|n| nodes[(turn + n) % count].clone());
        for (address, _) in order.filter(|(_, is_ready)| *is_ready) {
            if let Ok(mut node) = TcpStream::connect(&address).await {
                // either side may hang up when it is done
                let _ = tokio::io::copy_bidirectional(&mut socket, &mut node).await;
                return;
            }
        }
    }
}

async fn ready(address: &str) -> std::io::Result<bool> {
    let mut socket = TcpStream::connect(address).await?;
    let request = format!("GET /ready HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await?;
    let mut reply = String::new();
    socket.read_to_string(&mut reply).await?;
    Ok(reply.starts_with("HTTP/1.1 200"))
}

fn start(file: &str) -> (Serving, String) {
    let mut serving = Serving::start(&["serve", "--config", file]);
    let address = serving.says("ready http://");
    (serving, address)
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_are_replaced_one_by_one_under_load_and_nobody_notices() {
    if !testkit::kinds().contains(&Kind::Postgres) {
        return; // nodes on several machines need a server
    }
    let database = Database::new(Kind::Postgres).await;
    let folder = tempfile::tempdir().unwrap();
    let token = filled(database.url(), folder.path());
    let files = ["a", "b"].map(|name| config(folder.path(), name, database.url()));
    let balancer = Balancer::default();
    let mut nodes = Vec::new();
    for (place, file) in files.iter().enumerate() {
        let (serving, address) = start(file);
        balancer.put(place, &address);
        nodes.push(serving);
    }
    let front = balancer.clone().start().await;
    let writing = witness(&[front], &token, 15, folder.path());
    let store = Store::open(database.url()).await.unwrap();
    let notes = async || {
        let sql = "select count(*) from interaction where body like 'witness %'";
        store.reader.clone().first(sql, &[]).await.unwrap().unwrap().one::<i64>().unwrap()
    };
    // the new version brings its schema while the old one works
    until(Duration::from_secs(20), "writing", async || notes().await >= 50).await;
    apply(database.url(), &[GROWN]).await;
    for (place, file) in files.iter().enumerate() {
        let (fresh, address) = start(file);
        let old = std::mem::replace(&mut nodes[place], fresh);
        // the old one says that it is not ready, and goes on answering until everybody has noticed
        let (well, complaint) = tokio::task::spawn_blocking(|| old.stop()).await.unwrap();
        assert!(well, "{complaint}");
        balancer.put(place, &address);
        let before = notes().await;
        let going_on = async || notes().await >= before + 20;
        until(Duration::from_secs(20), "writing through the new one", going_on).await;
    }
    let report = writing.join().unwrap();
    for nothing in ["lost", "doubled", "missed_own"] {
        assert_eq!(report[nothing], 0, "{report}");
    }
    assert!(report["acknowledged"].as_u64().unwrap() > 150, "{report}");
    assert_eq!(report["repeated"].as_object().unwrap().len(), 0, "nobody had to repeat: {report}");
    for node in nodes {
        let (well, complaint) = node.stop();
        assert!(well, "{complaint}");
    }
}
