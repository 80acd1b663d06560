//! The glue between the test bank and the program's wiring.

use jiff::tz::TimeZone;
use kernel::Currency;
use serde::{Deserialize, Serialize};
use server::wiring::{self, Node, Setting};
use spine::org::passkey::Party;
use spine::replica::Lease;
use spine::{Change, Command, Error, Module, Work};
use store::{Read, params};
use testkit::{Asked, Bank, Opening, Parts};
use uuid::Uuid;
use web::Pages;

/// Opens a node with all rooms.
pub(crate) fn open(asked: Asked) -> Opening {
    open_with(asked, "test", None)
}

/// The same under a name, at a branch when it has a lease.
pub(crate) fn open_with(asked: Asked, node: &'static str, lease: Option<Lease>) -> Opening {
    open_rooms(asked, (node, lease), (wiring::modules(), wiring::pages()))
}

/// The same with these rooms.
pub(crate) fn open_rooms(
    asked: Asked,
    (node, lease): (&'static str, Option<Lease>),
    (modules, pages): (Vec<Module>, Vec<Pages>),
) -> Opening {
    Box::pin(async move {
        let setting = Setting {
            url: asked.url,
            store: store::StoreSetting { is_durable: false, ..store::StoreSetting::default() },
            node: node.to_owned(),
            lease,
            jurisdiction: "ru".to_owned(),
            currency: Currency::RUB,
            zone: TimeZone::get("Europe/Moscow").unwrap(),
            secure_cookies: false,
            proxies: Vec::new(),
            root: Some(testkit::root()),
            oidc: Vec::new(),
            guards: web::Guards::default(),
            party: Party::of("https://bank.test"),
            demo: asked.demo,
            clock: asked.clock,
            entropy: asked.entropy,
            stopping: asked.stopping,
        };
        let node = Node::open(setting, modules, pages).await.unwrap();
        Parts { services: node.services, keepers: node.keepers, app: node.app, router: node.router }
    })
}

/// Runs a test on a bank with all rooms: on SQLite always, on PostgreSQL when there is one.
pub(crate) async fn both(test: impl AsyncFn(&Bank)) {
    testkit::both(open, test).await;
}

/// A command for tests of the spine itself: puts a value under a name, then ends as told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) end: End,
}

/// How a [`Note`] ends after it has written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum End {
    Well,
    Refused,
    Failed,
}

impl Note {
    pub(crate) fn new(name: &str, value: &str) -> Note {
        Note { name: name.to_owned(), value: value.to_owned(), end: End::Well }
    }
}

impl Command for Note {
    const NAME: &'static str = "test.note";
    const PERMISSION: &'static str = "app.use";
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        let id: Uuid = w.new_id();
        w.execute(
            "insert into node_setting (name, value) values ($1, $2)",
            params![&self.name, &self.value],
        )
        .await?;
        w.record("note", id, None, Change::new().set("value", self.value.as_str()));
        match self.end {
            End::Well => Ok(id),
            End::Refused => Err(Error::refused("test")),
            End::Failed => Err(Error::failure("test")),
        }
    }
}

/// One number out of the database.
pub(crate) async fn number(bank: &Bank, sql: &str) -> i64 {
    let mut db = bank.services.reader.clone();
    db.first(sql, &[]).await.unwrap().unwrap().one().unwrap()
}

/// Writes past the bus: what only a thief or a test does.
pub(crate) async fn force(bank: &Bank, sql: &str, params: &[store::Value]) -> u64 {
    let mut tx = bank.writer.begin().await.unwrap();
    let rows = tx.execute(sql, params).await.unwrap();
    tx.commit().await.unwrap();
    rows
}

/// What the journal tells of things of a kind (`%`: of everything), opened, oldest first.
pub(crate) async fn changes(bank: &Bank, entity: &str) -> Vec<String> {
    let mut db = bank.services.reader.clone();
    let sql = "select client_id, command_id, entity_id, changes from journal_entry \
               where entity like $1 order by seq";
    let mut items = Vec::new();
    for row in db.query(sql, params![entity]).await.unwrap() {
        let mut c = row.cols();
        let (client, command, thing) = (c.take().unwrap(), c.take().unwrap(), c.take().unwrap());
        items.push(store::journal::item(client, command, thing, c.take().unwrap()));
    }
    let opened = store::keys::open_texts(&mut db, items).await.unwrap();
    opened.into_iter().map(|text| text.or("destroyed")).collect()
}
