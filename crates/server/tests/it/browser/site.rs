//! A small demo bank that really listens: what the browsers of a test talk to.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use axum::Router;
use demo::load::{Depth, demo_logins};
use demo::model::DemoBank;
use jiff::tz::TimeZone;
use kernel::{Clock, Currency, Lang, RandomEntropy, Secret, Timestamp};
use server::reader::{self, Slot, Soft};
use server::wiring::{self, Node, Setting};
use spine::Services;
use spine::org::passkey::Party;
use spine::replica::Lease;
use store::{FromValue, Read, Store, StoreSetting, Value};
use tempfile::TempDir;
use testkit::{Database, Kind};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;
use web::{App, DemoMode};

/// Clients of the bank: its stories and enough others to fill lists.
pub(crate) const CLIENTS: u64 = 200;
/// Contacts of an ordinary client: a few, because debug builds load them.
const INTERACTIONS_MEAN: u32 = 5;
/// The password of everybody in the bank.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// A clock that begins at [`testkit::START`], a Monday noon in Moscow, and goes on like any other:
/// dates on pages and pictures are the same every day, and waiting still ends. All banks of a test have one: what is in
/// force at the centre is so at a branch.
struct BankClock {
    started: Instant,
}

static STARTED: OnceLock<Instant> = OnceLock::new();

impl Clock for BankClock {
    fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.started.elapsed().as_micros()).expect("a short test");
        Timestamp::from_micros(testkit::START.micros() + passed)
    }
}

/// A bank that serves.
pub(crate) struct Site {
    /// `http://localhost:PORT`.
    pub(crate) url: String,
    /// Reads and writes past the pages, to compare.
    pub(crate) services: Services,
    /// Its pages without a network.
    pub(crate) router: Router,
    app: Arc<App>,
    serving: JoinHandle<()>,
    keeping: JoinHandle<()>,
    reading: JoinHandle<()>,
    /// Where the card in the reader of this place is kept; nothing is there before it was written.
    pub(crate) card: PathBuf,
    _room: TempDir,
    _stop: watch::Sender<bool>,
    database: Database,
}

impl Site {
    /// Opens a bank on SQLite.
    pub(crate) async fn open() -> Site {
        Self::open_on(Kind::Sqlite).await
    }
    /// Opens a bank with everything in it and serves it.
    pub(crate) async fn open_on(kind: Kind) -> Site {
        Self::open_with(kind, CLIENTS).await
    }
    /// Opens a bank on SQLite that tells at once when nothing can be written.
    pub(crate) async fn open_impatient() -> Site {
        let store = StoreSetting { patience: Duration::from_secs(1), ..quick_store() };
        Self::open_stored(Kind::Sqlite, CLIENTS, store).await
    }
    /// Opens a bank of so many clients.
    pub(crate) async fn open_with(kind: Kind, clients: u64) -> Site {
        Self::open_stored(kind, clients, quick_store()).await
    }
    async fn open_stored(kind: Kind, clients: u64, store: StoreSetting) -> Site {
        Self::serve(kind, store, None, async |services| load(services, clients).await).await
    }
    /// Opens a node on SQLite at a branch; `fill` copies what is its.
    pub(crate) async fn open_branch(fill: impl AsyncFnOnce(&Services)) -> Site {
        Self::serve(Kind::Sqlite, quick_store(), Some(Lease::default()), fill).await
    }
    async fn serve(
        kind: Kind,
        store: StoreSetting,
        lease: Option<Lease>,
        fill: impl AsyncFnOnce(&Services),
    ) -> Site {
        let database = Database::new(kind).await;
        let (stop, stopping) = watch::channel(false);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        // by name, for passkeys are not bound to numbers
        let port = listener.local_addr().expect("its address").port();
        let url = format!("http://localhost:{port}");
        // a reader of its own, with a card in software in it
        let reader = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = reader.local_addr().expect("its address");
        let room = tempfile::tempdir().expect("a folder");
        let card = room.path().join("card");
        let slot: Box<dyn Slot> = Box::new(Soft::kept_in(card.clone()));
        let carries =
            reader::router(Arc::new(Mutex::new(slot)), std::slice::from_ref(&url), address);
        let guards = web::Guards { reader_port: Some(address.port()), ..web::Guards::default() };
        let setting = Setting {
            url: database.url().to_owned(),
            store,
            node: "test".to_owned(),
            lease,
            jurisdiction: "ru".to_owned(),
            currency: Currency::RUB,
            zone: TimeZone::get("Europe/Moscow").expect("a zone"),
            secure_cookies: false,
            proxies: Vec::new(),
            root: Some(testkit::root()),
            oidc: Vec::new(),
            guards,
            party: Party::of(&url),
            demo: Some(DemoMode { logins: demo_logins() }),
            clock: Arc::new(BankClock { started: *STARTED.get_or_init(Instant::now) }),
            entropy: Arc::new(RandomEntropy),
            stopping,
        };
        let node =
            Node::open(setting, wiring::modules(), wiring::pages()).await.expect("an open node");
        fill(&node.services).await;
        node.services.directory.reload(&node.services.reader).await.expect("the organisation");
        while node.keepers.work_once().await.expect("the job keeper") {}
        node.keepers.seal_and_read().await.expect("the journal keeper");
        let (router, pages) = (node.router.clone(), node.router);
        let serving = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("serving");
        });
        let keeping = tokio::spawn(node.keepers.run(stop.subscribe()));
        let reading = tokio::spawn(async move {
            axum::serve(reader, carries).await.expect("reading");
        });
        Site {
            url,
            services: node.services,
            router: pages,
            app: node.app,
            serving,
            keeping,
            reading,
            card,
            _room: room,
            _stop: stop,
            database,
        }
    }
    /// The bank's database, opened once more: who holds it stops every command.
    pub(crate) async fn store(&self) -> Store {
        Store::open(self.database.url()).await.expect("the database")
    }
    /// The words of a text key.
    pub(crate) fn words(&self, lang: Lang, key: &str) -> String {
        assert!(self.app.texts.has(lang, key), "no text {key} in {lang:?}");
        self.app.texts.message(lang, key, &[])
    }
    /// The id of the first client of whom a condition holds; `$1` stands for `of`.
    pub(crate) async fn client(&self, condition: &str, of: &str) -> Uuid {
        let sql = format!("select id from client where {condition} order by id limit 1");
        self.value(&sql, of).await
    }
    /// The id of the client with this last name.
    pub(crate) async fn person(&self, last_name: &str) -> Uuid {
        self.client("last_name = $1", last_name).await
    }
    /// The first value the query finds; `$1` stands for `of`.
    pub(crate) async fn value<T: FromValue>(&self, sql: &str, of: impl Into<Value>) -> T {
        self.found(sql, of).await.unwrap_or_else(|| panic!("nothing found: {sql}"))
    }
    /// The first value the query finds, if any.
    pub(crate) async fn found<T: FromValue>(&self, sql: &str, of: impl Into<Value>) -> Option<T> {
        let mut db = self.services.reader.clone();
        let row = db.first(sql, &[of.into()]).await.expect(sql);
        row.map(|row| row.one().expect(sql))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
        self.keeping.abort();
        self.reading.abort();
    }
}

/// A power cut may lose what a test has written.
fn quick_store() -> StoreSetting {
    StoreSetting { is_durable: false, ..StoreSetting::default() }
}

async fn load(services: &Services, clients: u64) {
    let password = Secret::new(PASSWORD.to_owned());
    let hash = spine::org::hash_password(&password).expect("a hash");
    let today = jiff::civil::date(2026, 11, 23);
    let bank = DemoBank::new(1, clients, today).with_interactions_mean(INTERACTIONS_MEAN);
    let depth = Depth::for_clients(clients);
    demo::load::load(services, &bank, 1, depth, Some(hash), |_, _| {})
        .await
        .expect("the demo bank");
    demo::load::release(services, &bank, 1).await.expect("its first version");
}
