//! A node without pages, in a test.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use branch::Hub;
use jiff::tz::TimeZone;
use kernel::{
    BranchId, Clock, CommandId, Currency, Entropy, FixedClock, RandomEntropy, Secret,
    SeededEntropy, SystemClock, UserId,
};
use rusqlite::Connection;
use server::wiring::{self, Core, Setting};
use spine::replica::Lease;
use spine::replica::branch::Branch;
use spine::{Command, Ctx, Error, Keepers, Module, SecretBox, Services};
use store::keys::Root;
use store::{CipherKey, Read, Store, StoreSetting, Writer, params};
use testkit::{Database, START};
use tokio::sync::watch;

/// Chance that can begin anew.
pub(super) struct Chance(Mutex<SeededEntropy>);

impl Chance {
    fn begin(&self, seed: u64) {
        *self.0.lock().unwrap() = SeededEntropy::new(seed);
    }
}

impl Entropy for Chance {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap().fill(bytes);
    }
}

/// The rooms of the program, and one of the tests' own.
fn rooms() -> Vec<Module> {
    wiring::modules().into_iter().chain([crate::authority::module()]).collect()
}

fn quick() -> StoreSetting {
    StoreSetting { is_durable: false, ..StoreSetting::default() }
}

/// A node, its clock, and a second door to its database.
pub(super) struct Desk {
    pub(super) services: Services,
    #[expect(dead_code, reason = "what the program does beside requests is led by hand")]
    keepers: Keepers,
    pub(super) clock: Arc<FixedClock>,
    pub(super) writer: Writer,
    chance: Arc<Chance>,
    /// For putting everything back.
    door: Mutex<Option<Connection>>,
    branches: BTreeMap<String, BranchId>,
    bank_box: SecretBox,
    url: String,
    database: Option<Database>,
}

impl Desk {
    /// Over a database; at a branch when `is_branch`. `chance` is the seed of its chance. `fill` puts in what is wanted.
    pub(super) async fn over(
        database: Database,
        (is_branch, chance): (bool, u64),
        fill: impl AsyncFnOnce(&Services),
    ) -> Desk {
        let url = database.url().to_owned();
        let desk =
            Box::pin(Self::opened((url, testkit::root(), quick()), (is_branch, chance), fill))
                .await;
        Desk { database: Some(database), ..desk }
    }
    /// The same branch after its program was stopped and begun again.
    pub(super) async fn again(before: &Desk) -> Desk {
        let setting = (before.url.clone(), testkit::root(), quick());
        let desk = Box::pin(Self::opened(setting, (true, 7), async |_| {})).await;
        desk.clock.set(before.clock.now());
        let branch = Branch::open(&desk.services, &crate::world::said(), "test").await;
        branch.unwrap();
        desk
    }
    /// A second door to the database of a branch's program, whose clock shows the time.
    pub(super) async fn at(folder: &str) -> Desk {
        let file = std::path::Path::new(folder).join("branch.db.key");
        let url = format!("sqlite:{folder}/branch.db");
        let mut chance = [0; 8];
        RandomEntropy.fill(&mut chance);
        let (root, chance) = (server::root::named(&file, &[]), u64::from_le_bytes(chance));
        let sealed = std::fs::read(format!("{folder}/branch.db.cipher")).unwrap();
        let key = root.open(&sealed).unwrap().reveal().clone();
        let cipher = CipherKey::new(&Secret::new(key.try_into().unwrap()));
        let store = StoreSetting { cipher: Some(cipher), ..quick() };
        let desk = Box::pin(Self::opened((url, root, store), (true, chance), async |_| {})).await;
        desk.clock.set(SystemClock.now());
        desk
    }
    async fn opened(
        (url, root, store): (String, Arc<dyn Root>, StoreSetting),
        (is_branch, chance): (bool, u64),
        fill: impl AsyncFnOnce(&Services),
    ) -> Desk {
        let clock = Arc::new(FixedClock::new(START));
        let hands: Arc<dyn Clock> = Arc::<FixedClock>::clone(&clock);
        let chance = Arc::new(Chance(Mutex::new(SeededEntropy::new(chance))));
        let entropy: Arc<dyn Entropy> = Arc::<Chance>::clone(&chance);
        let (_, stopping) = watch::channel(false);
        let setting = Setting {
            url: url.clone(),
            store: store.clone(),
            node: if is_branch { "branch" } else { "centre" }.to_owned(),
            lease: is_branch.then(Lease::default),
            jurisdiction: "ru".to_owned(),
            currency: Currency::RUB,
            zone: TimeZone::get("Europe/Moscow").unwrap(),
            secure_cookies: false,
            proxies: Vec::new(),
            root: Some(root),
            oidc: Vec::new(),
            guards: web::Guards::default(),
            party: None,
            demo: None,
            clock: hands,
            entropy,
            stopping,
        };
        let Core { services, keepers, bank_box } = Core::open(&setting, rooms()).await.unwrap();
        fill(&services).await;
        services.directory.reload(&services.reader).await.unwrap();
        let loaded = services.directory.get();
        let branches = loaded.branches.values().map(|b| (b.code.clone(), b.id)).collect();
        let writer = Store::open_with(&url, &store).await.unwrap().writer;
        let (door, bank_box) = (Mutex::default(), bank_box.unwrap());
        let database = None;
        Desk { services, keepers, clock, writer, chance, door, branches, bank_box, url, database }
    }
    /// Keeps how everything is, for [`Desk::reset`]. On SQLite.
    pub(super) async fn keep(&self) {
        self.writer.scrub().await.unwrap();
        std::fs::copy(self.path(), self.kept()).unwrap();
    }
    /// How long its log is; nothing on PostgreSQL.
    pub(super) fn log_bytes(&self) -> usize {
        let Some(path) = self.url.strip_prefix("sqlite:") else { return 0 };
        let log = std::fs::metadata(format!("{path}-wal"));
        log.map_or(0, |log| log.len().try_into().unwrap())
    }
    /// Everything is again as it was kept, with other chance: connections stay, only rows go and come.
    pub(super) fn reset(&self, chance: u64) {
        let mut door = self.door.lock().unwrap();
        let connection = door.get_or_insert_with(|| {
            let connection = Connection::open(self.path()).unwrap();
            let quick = "pragma foreign_keys = off; pragma synchronous = off";
            connection
                .execute_batch(&format!("attach '{}' as kept; {quick}", self.kept()))
                .unwrap();
            connection
        });
        connection.execute_batch("begin immediate").unwrap();
        // what triggers write is put right last
        let sql = "select name from main.sqlite_master where type = 'table' and name not like 'sqlite_stat%' \
                   order by name in ('row_change', 'row_before'), name = 'sqlite_sequence', name";
        let mut all = connection.prepare(sql).unwrap();
        let names = all.query_map([], |row| row.get::<_, String>(0)).unwrap();
        for name in names.map(Result::unwrap) {
            let again = format!(
                "delete from main.\"{name}\"; insert into main.\"{name}\" select * from kept.\"{name}\""
            );
            connection.execute_batch(&again).unwrap();
        }
        // the log begins at its beginning: where a disk is full does not depend on the histories before
        connection.execute_batch("commit; pragma wal_checkpoint(truncate)").unwrap();
        self.chance.begin(chance);
        self.clock.set(START);
    }
    /// The database's address.
    pub(super) fn url(&self) -> &str {
        &self.url
    }
    /// The key file of the program over this database.
    pub(super) fn key_file(&self) -> String {
        self.database.as_ref().unwrap().key_file()
    }
    /// The centre's end of the lines.
    pub(super) async fn hub(&self) -> Hub {
        let about = ("RUB".to_owned(), "Europe/Moscow".to_owned());
        Hub::open(&self.services, &crate::world::said(), &self.bank_box, Some(about)).await.unwrap()
    }
    /// The centre's keys of cards, and what it entrusts to nodes.
    pub(super) async fn card_keys(&self) {
        engagement::CardKeys::at_centre(&self.services, &self.bank_box).await.unwrap();
    }
    /// The time its clock shows.
    pub(super) fn clock_now(&self) -> kernel::Timestamp {
        self.clock.now()
    }
    /// What is done by the hour for cards.
    pub(super) async fn settle_cards(&self) {
        engagement::card::settle_waiting(&self.services).await.unwrap();
    }
    /// The secret keys of this node.
    pub(super) async fn keys(&self) -> branch::envelope::Keys {
        branch::hub::kept_keys(&self.services, &self.bank_box).await.unwrap()
    }
    fn path(&self) -> String {
        self.url.strip_prefix("sqlite:").unwrap().to_owned()
    }
    fn kept(&self) -> String {
        format!("{}.kept", self.path())
    }
    pub(super) fn branch(&self, code: &str) -> BranchId {
        self.branches[code]
    }
    pub(super) fn user(&self, login: &str) -> UserId {
        let loaded = self.services.directory.get();
        loaded.staff.values().find(|s| s.login == login).unwrap().id
    }
    /// The context in which somebody acts now.
    pub(super) fn ctx(&self, login: &str) -> Ctx {
        let principal = self.services.directory.principal(self.user(login)).unwrap();
        self.services.ctx(principal, "web")
    }
    /// Executes a command as somebody, under a new id.
    pub(super) async fn execute<C: Command>(
        &self,
        login: &str,
        command: &C,
    ) -> Result<C::Output, Error> {
        let ctx = self.ctx(login);
        self.services.execute(&ctx, ctx.command_id(), command).await
    }
    /// Executes a command as the system.
    pub(super) async fn execute_system<C: Command>(&self, command: &C) -> C::Output {
        let ctx = self.services.system("test");
        self.services.execute(&ctx, ctx.command_id(), command).await.unwrap()
    }
    /// One number out of the database.
    pub(super) async fn number(&self, sql: &str) -> i64 {
        let mut db = self.services.reader.clone();
        db.first(sql, &[]).await.unwrap().unwrap().one().unwrap()
    }
    /// Whether a command was done here.
    pub(super) async fn has_done(&self, id: CommandId) -> bool {
        self.has("select 1 from command_log where id = $1", id).await
    }
    /// Whether a command stands in the list of what was refused.
    pub(super) async fn has_refused(&self, id: CommandId) -> bool {
        self.has("select 1 from branch_refusal where id = $1", id).await
    }
    /// Whether a command waits to be told to the centre.
    pub(super) async fn waits(&self, id: CommandId) -> bool {
        self.has("select 1 from pending_command where id = $1", id).await
    }
    /// Records of cards that were written in the operation of a command.
    pub(super) async fn records_of(&self, id: CommandId) -> i64 {
        let sql = "select count(*) from smart_card_record where operation_id = $1";
        let row = self.services.reader.clone().first(sql, params![id]).await;
        row.unwrap().unwrap().one().unwrap()
    }
    async fn has(&self, sql: &str, id: CommandId) -> bool {
        self.services.reader.clone().first(sql, params![id]).await.unwrap().is_some()
    }
}
