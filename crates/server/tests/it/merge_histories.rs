//! Whatever happened to some clients, merging them and parting them again leaves everything as it would be
//! without the merge, where nobody has touched it since.

use std::collections::{BTreeMap, BTreeSet};

use engagement::interaction::commands::{CorrectInteraction, LogInteraction};
use engagement::task::commands::{AddTask, CloseTask};
use kernel::{ClientId, InteractionId, MergeId, TaskId};
use parties::client::commands::{EditClient, FieldEdit, RegisterClient};
use parties::client::queries as clients;
use parties::contacts::commands::{
    AddContact, AddIdentifier, ArchiveContact, ContactFields, IdentifierFields,
};
use parties::contacts::model::ContactKind;
use parties::links::commands::AddLink;
use parties::links::model::LinkKind;
use parties::merge::commands::{MergeClients, UnmergeClients};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use store::{Read, params};
use testkit::Bank;

use crate::engagement::task;
use crate::support::{both, force};

/// Histories tried on each database.
const CASES: u32 = 12;
/// Who acts: he reaches everybody.
const WHO: &str = "head_office";

/// One thing that happens to one of the clients; numbers choose among what there is.
#[derive(Clone, Debug)]
enum Step {
    Edit { who: usize, field: usize, value: u8, source: usize },
    Contact { who: usize, value: u8, main: bool },
    DropContact { which: usize },
    Identifier { who: usize, value: u8 },
    Link { from: usize, to: usize, kind: usize },
    Talk { who: usize, next: bool },
    Correct { which: usize },
    Task { who: usize },
    Close { which: usize },
    Account { who: usize, of: u8 },
    Wait,
}

#[derive(Clone, Debug)]
pub(crate) struct History {
    people: usize,
    before: Vec<Step>,
    /// Survivor and the one merged into him.
    merges: Vec<(usize, usize)>,
    after: Vec<Step>,
}

fn step() -> impl Strategy<Value = Step> {
    let n = 0..60_usize;
    prop_oneof![
        (n.clone(), n.clone(), 0..3_u8, n.clone())
            .prop_map(|(who, field, value, source)| Step::Edit { who, field, value, source }),
        (n.clone(), 0..4_u8, any::<bool>()).prop_map(|(who, value, main)| Step::Contact {
            who,
            value,
            main
        }),
        n.clone().prop_map(|which| Step::DropContact { which }),
        (n.clone(), 0..4_u8).prop_map(|(who, value)| Step::Identifier { who, value }),
        (n.clone(), n.clone(), n.clone()).prop_map(|(from, to, kind)| Step::Link {
            from,
            to,
            kind
        }),
        (n.clone(), any::<bool>()).prop_map(|(who, next)| Step::Talk { who, next }),
        n.clone().prop_map(|which| Step::Correct { which }),
        n.clone().prop_map(|who| Step::Task { who }),
        n.clone().prop_map(|which| Step::Close { which }),
        (n, 0..3_u8).prop_map(|(who, of)| Step::Account { who, of }),
        Just(Step::Wait),
    ]
}

pub(crate) fn history() -> impl Strategy<Value = History> {
    let pairs = proptest::collection::vec((0..60_usize, 0..60_usize), 1..4);
    let steps = |n: usize| proptest::collection::vec(step(), 0..n);
    (3..6_usize, steps(24), pairs, steps(8)).prop_map(|(people, before, merges, after)| History {
        people,
        before,
        merges,
        after,
    })
}

/// The clients of one case, and what happened to them so far.
struct World<'a> {
    bank: &'a Bank,
    people: Vec<ClientId>,
    contacts: Vec<kernel::ContactId>,
    talks: Vec<InteractionId>,
    tasks: Vec<TaskId>,
    /// With whom each was.
    owners: BTreeMap<InteractionId, ClientId>,
    /// Ids of rows that were changed, and fields that were edited, since it was emptied.
    touched: BTreeSet<String>,
    /// New rows and on whom they were written.
    made: BTreeMap<String, ClientId>,
}

const EDITED: [&str; 5] = ["employer", "job_title", "birth_place", "segment", "note"];
const SOURCES: [&str; 4] = ["document", "client", "partner", "clerk"];

fn words(field: &str, value: u8) -> String {
    match (field, value) {
        ("segment", 0) => "vip".to_owned(),
        ("segment", 1) => "premium".to_owned(),
        ("segment", _) => "mass".to_owned(),
        (_, 0) => String::new(),
        (_, n) => format!("значение {n}"),
    }
}

/// How a row's id looks in a dump.
fn mark(id: impl Into<uuid::Uuid>) -> String {
    let id: uuid::Uuid = id.into();
    id.simple().to_string()
}

impl World<'_> {
    fn pick<T: Copy>(all: &[T], n: usize) -> Option<T> {
        all.get(n.checked_rem(all.len())?).copied()
    }

    /// Does one thing. What a rule refuses does not happen: histories need not be wise.
    async fn act(&mut self, step: &Step) {
        let (bank, people) = (self.bank, self.people.clone());
        let of = |n: usize| Self::pick(&people, n).unwrap();
        match *step {
            Step::Edit { who, field, value, source } => {
                self.edit(of(who), field, value, source).await
            }
            Step::Contact { who, value, main } => {
                self.contact(of(who), format!("+7916111000{value}"), main).await;
            }
            Step::DropContact { which } => {
                let Some(id) = Self::pick(&self.contacts, which) else { return };
                if bank.execute(WHO, &ArchiveContact { contact_id: id }).await.is_ok() {
                    self.touched.extend(self.contacts.iter().map(|id| mark(*id)));
                }
            }
            Step::Identifier { who, value } => self.identifier(of(who), value).await,
            Step::Link { from, to, kind } => {
                let kinds = [LinkKind::Sibling, LinkKind::Guarantor, LinkKind::Spouse];
                let kind = Self::pick(&kinds, kind).unwrap();
                let (from, to) = (of(from), of(to));
                let note = String::new();
                let link = AddLink {
                    from,
                    to,
                    kind,
                    share_bp: None,
                    since: None,
                    until: None,
                    note,
                    custom: Default::default(),
                };
                if let Ok(id) = bank.execute(WHO, &link).await {
                    self.touched.insert(mark(id));
                }
            }
            Step::Talk { who, next } => self.talk(of(who), next).await,
            Step::Correct { which } => self.correct(which).await,
            Step::Task { who } => {
                let new = task("Позвонить", bank.today());
                let add =
                    AddTask { client_id: Some(of(who)), task: new, custom: Default::default() };
                let id = bank.execute(WHO, &add).await.unwrap();
                self.made.insert(mark(id), of(who));
                self.tasks.push(id);
            }
            Step::Close { which } => {
                let Some(task_id) = Self::pick(&self.tasks, which) else { return };
                let close = CloseTask { task_id, result: "сделано".into() };
                if bank.execute(WHO, &close).await.is_ok() {
                    self.touched.insert(mark(task_id));
                }
            }
            Step::Account { who, of: n } => self.account(of(who), n).await,
            Step::Wait => {
                bank.clock.advance_seconds(60);
            }
        }
    }

    async fn contact(&mut self, client_id: ClientId, value: String, is_main: bool) {
        let fields =
            ContactFields { value, label: String::new(), is_main, source: "client".into() };
        let add = AddContact { client_id, kind: ContactKind::Phone, fields };
        if let Ok(id) = self.bank.execute(WHO, &add).await {
            self.made.insert(mark(id), client_id);
            if is_main {
                // it takes the place of another
                self.touched.extend(self.contacts.iter().map(|id| mark(*id)));
            }
            self.contacts.push(id);
        }
    }

    async fn identifier(&mut self, client_id: ClientId, value: u8) {
        let fields = IdentifierFields {
            value: format!("4509 12345{value}"),
            source: "document".into(),
            ..IdentifierFields::default()
        };
        let add = AddIdentifier { client_id, kind: "passport_rf".into(), fields };
        if let Ok(id) = self.bank.execute(WHO, &add).await {
            self.made.insert(mark(id), client_id);
        }
    }

    /// A correction belongs to whomever the corrected one belongs to.
    async fn correct(&mut self, which: usize) {
        let Some(id) = Self::pick(&self.talks, which) else { return };
        let correct = CorrectInteraction {
            interaction_id: id,
            topic: String::new(),
            subject: "исправлено".into(),
            body: String::new(),
            result: String::new(),
            custom: Default::default(),
        };
        if let Ok(new) = self.bank.execute(WHO, &correct).await {
            let owner = self.owners.get(&id).copied();
            self.made.insert(mark(new), owner.unwrap_or_else(|| panic!("whose is {id}")));
        }
    }

    async fn edit(&mut self, client: ClientId, field: usize, value: u8, source: usize) {
        let field = Self::pick(&EDITED, field).unwrap();
        let currency = kernel::Currency::RUB;
        let mut db = self.bank.services.reader.clone();
        let stored = clients::fields(&mut db, client, currency).await.unwrap();
        let one = FieldEdit {
            field: field.to_owned(),
            original: stored.get(field).cloned().unwrap_or_default(),
            value: words(field, value),
        };
        let source = Self::pick(&SOURCES, source).unwrap().to_owned();
        let edit = EditClient { client_id: client, edits: vec![one], source };
        self.bank.execute(WHO, &edit).await.unwrap();
        self.touched.insert(format!("{}.{field}", mark(client)));
    }

    async fn talk(&mut self, client: ClientId, next: bool) {
        let talk = LogInteraction {
            client_id: client,
            channel: "phone".into(),
            direction: "out".into(),
            topic: String::new(),
            subject: "разговор".into(),
            body: String::new(),
            result: String::new(),
            at: None,
            waiting_seconds: None,
            handling_seconds: None,
            next: next.then(|| task("Перезвонить", self.bank.today())),
            source: String::new(),
            external_id: String::new(),
            custom: Default::default(),
        };
        let logged = self.bank.execute(WHO, &talk).await.unwrap();
        self.made.insert(mark(logged.id), client);
        self.owners.insert(logged.id, client);
        self.talks.push(logged.id);
        if let Some(task) = logged.task_id {
            self.made.insert(mark(task), client);
            self.tasks.push(task);
        }
    }

    /// Several clients may hold one account, as feeds tell it.
    async fn account(&mut self, client: ClientId, n: u8) {
        let first = *self.people.first().unwrap();
        let account = uuid::Uuid::from_u128(first.uuid().as_u128() ^ (u128::from(n) + 1));
        let sql = "insert into account (id, number, kind, currency, opened_on, updated_at) \
                   values ($1, $2, 'current', 'RUB', '2020-01-01', 0) on conflict (id) do nothing";
        force(self.bank, sql, params![account, format!("4081781{n}")]).await;
        let sql = "insert into account_role (account_id, client_id, role) values ($1, $2, 'owner') \
                   on conflict do nothing";
        force(self.bank, sql, params![account, client]).await;
        self.touched.insert(mark(account));
        // feeds write the search tables with it; here the next edit of the client does
        let number = format!("+79990000{:03}", self.contacts.len() % 1000);
        self.contact(client, number, false).await;
    }

    /// Every row bound to each of the clients, and his own fields: client → table → rows.
    async fn dump(&self) -> BTreeMap<ClientId, BTreeMap<String, BTreeSet<String>>> {
        let mut db = self.bank.services.reader.clone();
        let mut all = BTreeMap::new();
        for client in &self.people {
            let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for bound in self.bank.services.bus.client_bound() {
                if bound.table == "client_merge" {
                    continue; // it says what was done, not what is
                }
                let sql = format!("select * from {} where {} = $1", bound.table, bound.column);
                let rows = db.query(&sql, params![*client]).await.unwrap();
                tables.insert(bound.key(), rows.into_iter().map(line).collect());
            }
            // a client without tasks and contacts has no step, or an empty one
            if let Some(steps) = tables.get_mut("client_step.client_id") {
                steps.retain(|row| !row.ends_with("Null, Null, Null, Int(0)"));
            }
            let fields = clients::fields(&mut db, *client, kernel::Currency::RUB).await.unwrap();
            let fields = fields.into_iter().map(|(key, value)| format!("{key}={value}"));
            tables.insert("fields".to_owned(), fields.collect());
            let sql = "select kind, number, display_name, sort_name, branch_id, manager_id, birth_day, \
                       created_at from client where id = $1";
            let rows = db.query(sql, params![*client]).await.unwrap();
            tables.insert("client".to_owned(), rows.into_iter().map(line).collect());
            all.insert(*client, tables);
        }
        all
    }
}

/// A row as a line; ids and bytes alike on both databases.
fn line(row: store::Row) -> String {
    let shown = row.into_values().into_iter().map(|value| match value {
        store::Value::Id(id) => id.simple().to_string(),
        store::Value::Bytes(bytes) if bytes.len() == 16 => {
            uuid::Uuid::from_slice(&bytes).unwrap().simple().to_string()
        }
        other => format!("{other:?}"),
    });
    shown.collect::<Vec<_>>().join(", ")
}

async fn people(bank: &Bank, count: usize) -> Vec<ClientId> {
    let mut all = Vec::new();
    for n in 0..count {
        let fields = [("last_name", format!("Вихрева{n}")), ("first_name", "Анна".to_owned())];
        let register = RegisterClient {
            kind: "person".to_owned(),
            fields: fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
            branch_id: Some(bank.branch("01")),
            manager_id: Some(bank.user("manager")),
            source: ["client", "document"].into_iter().cycle().nth(n).unwrap().to_owned(),
            ..RegisterClient::default()
        };
        all.push(bank.execute("head_office", &register).await.unwrap());
    }
    all
}

/// Merges those that can be merged; answers the merges with who is left standing.
async fn merge_all(world: &World<'_>, pairs: &[(usize, usize)]) -> (Vec<MergeId>, Vec<ClientId>) {
    let mut standing = world.people.clone();
    let mut merges = Vec::new();
    for (survivor, loser) in pairs {
        let survivor_id = World::pick(&standing, *survivor).unwrap();
        let loser_id = World::pick(&standing, *loser).unwrap();
        if survivor_id == loser_id {
            continue;
        }
        let picks = BTreeMap::new();
        let merge = MergeClients { survivor_id, loser_id, picks, reason: "один".into() };
        merges.push(world.bank.execute(WHO, &merge).await.unwrap());
        standing.retain(|id| *id != loser_id);
    }
    (merges, standing)
}

async fn part_all(world: &World<'_>, merges: Vec<MergeId>) {
    for merge_id in merges.into_iter().rev() {
        let undo = UnmergeClients { merge_id, reason: "разные".into() };
        world.bank.execute(WHO, &undo).await.unwrap();
    }
}

pub(crate) async fn lives_through(bank: &Bank, history: &History) {
    let mut world = World {
        bank,
        people: people(bank, history.people).await,
        contacts: Vec::new(),
        talks: Vec::new(),
        tasks: Vec::new(),
        owners: BTreeMap::new(),
        touched: BTreeSet::new(),
        made: BTreeMap::new(),
    };
    for step in &history.before {
        world.act(step).await;
    }
    bank.clock.advance_seconds(60);
    let everybody = world.people.clone();
    let before = world.dump().await;
    world.touched.clear();
    world.made.clear();

    // nobody touches anything meanwhile: all is exactly as it was
    let (merges, _) = merge_all(&world, &history.merges).await;
    part_all(&world, merges).await;
    assert_eq!(before, world.dump().await);

    let (merges, standing) = merge_all(&world, &history.merges).await;
    let merged = world.dump().await;
    for client in everybody.iter().filter(|c| !standing.contains(c)) {
        let tables = &merged[client];
        for derived in [
            "client_token.client_id",
            "client_key.client_id",
            "client_step.client_id",
            "match_key.client_id",
        ] {
            assert!(tables[derived].is_empty(), "{derived} of a merged client");
        }
    }
    let rows = "select count(*) from client_link where from_id = to_id";
    assert_eq!(crate::support::number(bank, rows).await, 0);

    world.people = standing;
    for step in &history.after {
        world.act(step).await;
    }
    world.people = everybody;
    part_all(&world, merges).await;
    compare(&world, &before, &world.dump().await);
}

type Dump = BTreeMap<ClientId, BTreeMap<String, BTreeSet<String>>>;

/// Every untouched row is where it was and as it was; every new one is where it was written.
fn compare(world: &World<'_>, before: &Dump, after: &Dump) {
    for (client, tables) in before {
        for (table, rows) in tables {
            let now = &after[client][table];
            let own = format!("{}.", mark(*client));
            let was_touched = |row: &&String| match table.as_str() {
                "fields" => {
                    let field = row.split('=').next().unwrap();
                    world.touched.iter().any(|t| t.ends_with(&format!(".{field}")))
                }
                "field_origin.client_id" => world
                    .touched
                    .iter()
                    .any(|t| EDITED.iter().any(|f| t.ends_with(f) && row.contains(f))),
                "client_token.client_id"
                | "client_key.client_id"
                | "client_step.client_id"
                | "match_key.client_id"
                | "client_role.client_id" => true,
                _ => world.touched.iter().any(|t| !t.contains('.') && row.contains(t.as_str())),
            };
            for row in rows.iter().filter(|row| !was_touched(row)) {
                assert!(now.contains(row), "{table} of {own} lost {row}; it has {now:#?}");
            }
            for row in now.difference(rows).filter(|row| !was_touched(row)) {
                let whose = world.made.iter().find(|(id, _)| row.starts_with(id.as_str()));
                let (_, whose) = whose.unwrap_or_else(|| panic!("{table} of {own} got {row}"));
                assert_eq!(whose, client, "{row}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parting_leaves_what_would_be_without_the_merge() {
    both(async |bank: &Bank| {
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new(config);
        let outcome = runner.run(&history(), |history| {
            let run = lives_through(bank, &history);
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(run));
            Ok(())
        });
        if let Err(error) = outcome {
            panic!("{error}");
        }
    })
    .await;
}
