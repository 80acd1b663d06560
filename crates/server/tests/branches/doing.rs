//! What people do in the simulation: chosen by chance, whether it can be done or not.

use std::sync::Mutex;

use engagement::card::commands::{PayByCard, ReadCard};
use engagement::desk::commands::{IdentifyVisitor, OpenVisit, RecordOperation};
use engagement::interaction::commands::{AddNote, LogInteraction};
use engagement::task::commands::{AddTask, CloseTask, NewTask, PostponeTask};
use engagement::task::model::TaskKind;
use jiff::tz::TimeZone;
use kernel::{
    ClientId, Clock, CommandId, ContactId, Currency, Date, Entropy, SeededEntropy, TaskId, VisitId,
};
use parties::client::commands::{AssignClients, EditClient, FieldEdit, RegisterClient};
use parties::client::queries as clients;
use parties::contacts::commands::{AddContact, ArchiveContact, ContactFields};
use parties::contacts::model::ContactKind;
use parties::links::commands::AddLink;
use parties::links::model::LinkKind;
use parties::merge::commands::MergeClients;
use spine::authority::Limit;
use spine::authority::commands::SaveLimit;
use spine::bundle::{Stage, queries};
use spine::{Command, Error};
use store::{FromValue, Read};

use crate::both_sides::{give, withdraw};
use crate::bundle::publish;
use crate::cards::{Wallet, paying};
use crate::desk::Desk;
use crate::disk::unless_full;
use crate::simulation::limit;

/// Chance that a seed repeats, and the cards that go from desk to desk in its history.
pub(super) struct Dice {
    chance: SeededEntropy,
    wallets: Mutex<Vec<Wallet>>,
}

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self::with(seed, Vec::new())
    }
    pub(super) fn with(seed: u64, wallets: Vec<Wallet>) -> Self {
        Self { chance: SeededEntropy::new(seed), wallets: Mutex::new(wallets) }
    }
    /// One of the cards, taken away until it is given back.
    fn wallet(&self) -> Option<Wallet> {
        let n = self.wallets.lock().unwrap().len();
        let n = if n == 0 { return None } else { self.below(n) };
        Some(self.wallets.lock().unwrap().swap_remove(n))
    }
    fn give_back(&self, wallet: Wallet) {
        self.wallets.lock().unwrap().push(wallet);
    }
    /// A number below another.
    pub(super) fn below(&self, n: usize) -> usize {
        let mut bytes = [0_u8; 4];
        self.chance.fill(&mut bytes);
        usize::try_from(u32::from_le_bytes(bytes)).unwrap() % n.max(1)
    }
    /// One of some.
    pub(super) fn one<T: Clone>(&self, of: &[T]) -> Option<T> {
        of.get(self.below(of.len())).cloned()
    }
    /// Happens so many times in a hundred.
    pub(super) fn happens(&self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// A command that was acknowledged.
#[derive(Clone, Debug)]
pub(super) struct Done {
    pub(super) id: CommandId,
    pub(super) name: &'static str,
}

/// Somebody at a node.
pub(super) struct Somebody<'a> {
    pub(super) bank: &'a Desk,
    pub(super) login: &'a str,
    pub(super) branch: &'a str,
    pub(super) dice: &'a Dice,
}

const EDITED: [&str; 3] = ["employer", "job_title", "segment"];

impl Somebody<'_> {
    pub(super) async fn execute<C: Command>(&self, command: &C) -> Option<Done> {
        let ctx = self.bank.ctx(self.login);
        let id = ctx.command_id();
        let outcome = self.bank.services.execute(&ctx, id, command).await.map(|_| ());
        self.came_of(id, outcome).await.then_some(Done { id, name: C::NAME })
    }
    /// Whether a command was acknowledged. Only a full disk lets one fail, and then nothing of it is here.
    async fn came_of(&self, id: CommandId, outcome: Result<(), Error>) -> bool {
        let Err(error) = outcome else { return true };
        if matches!(error, Error::Failure(_)) {
            assert!(unless_full::<()>(Err(error)).is_none());
            assert!(!self.bank.has_done(id).await && !self.bank.waits(id).await, "{id:?}");
        }
        false
    }
    /// Some rows there are here.
    pub(super) async fn some<T: FromValue + Clone>(&self, sql: &str) -> Option<T> {
        let rows = self.bank.services.reader.clone().query(sql, &[]).await.unwrap();
        let all: Vec<T> = rows.into_iter().map(|row| row.one().unwrap()).collect();
        self.dice.one(&all)
    }
    async fn client(&self) -> Option<ClientId> {
        self.some("select id from client order by number limit 12").await
    }
    /// One thing; what was acknowledged of it.
    pub(super) async fn act(&self, n: usize) -> Option<Done> {
        match self.dice.below(35) {
            0 | 1 => self.register(n).await,
            2..=6 => self.edit(n).await,
            7..=9 => self.contact(n).await,
            10 => self.archive_contact().await,
            11..=14 => self.talk(n).await,
            15 => self.task().await,
            16 => self.close().await,
            17 => self.postpone().await,
            18 | 19 => self.link().await,
            20 => self.visit(n).await,
            21 => self.know().await,
            22 | 23 => self.operation(n).await,
            24..=27 => self.card(n).await,
            28 | 29 => self.consent().await,
            30..=32 => self.tick().await,
            33 => self.choose().await,
            _ => self.finish().await,
        }
    }
    /// What only the centre does.
    pub(super) async fn act_at_centre(&self) -> Option<Done> {
        match self.dice.below(10) {
            0..=4 => self.assign().await,
            5..=7 => self.merge().await,
            _ => self.release().await,
        }
    }
    /// Other limits, now and then another script, for some or for all.
    async fn release(&self) -> Option<Done> {
        let floor_minor = 1_000 * i64::try_from(2 + self.dice.below(4)).unwrap();
        let save = SaveLimit { limit: Limit { floor_minor, ..limit() } };
        self.execute(&save).await;
        if self.dice.happens(50) {
            self.write_script().await;
        }
        let bank = self.bank;
        let mut db = bank.services.reader.clone();
        let is_new = queries::has_news(&mut db, &bank.services).await.unwrap();
        let branch = bank.branch(self.dice.one(&["01", "02", "03"]).unwrap());
        let some = Stage { percent: 50, branches: vec![branch] };
        let stage = if self.dice.happens(50) { Stage::all() } else { some };
        if is_new {
            publish(bank, stage, None).await;
        }
        None
    }

    /// A word about every client there is here.
    pub(super) async fn greet_all(&self) {
        let rows =
            self.bank.services.reader.clone().query("select id from client", &[]).await.unwrap();
        for client_id in rows.into_iter().map(|row| row.one().unwrap()) {
            let greet = AddNote { client_id, body: "здравствуйте".to_owned() };
            self.execute(&greet).await.unwrap();
        }
    }
    fn today(&self) -> Date {
        self.bank.clock.now().date_in(&TimeZone::UTC)
    }
    fn new_task(&self, title: &str) -> NewTask {
        NewTask {
            title: title.to_owned(),
            kind: TaskKind::Task,
            due_on: self.today(),
            due_at: None,
            assignee_id: None,
            priority: None,
        }
    }

    /// A new client.
    pub(super) async fn register(&self, n: usize) -> Option<Done> {
        let surname = self.dice.one(&["Иванова", "Петрова", "Сидорова", "Ёлкина"])?;
        let fields = [("last_name", surname.to_owned()), ("first_name", format!("Анна{n}"))];
        let register = RegisterClient {
            kind: "person".to_owned(),
            fields: fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
            branch_id: Some(self.bank.branch(self.branch)),
            phone: self.dice.happens(50).then(|| format!("+791600000{:02}", self.dice.below(30))),
            identifiers: if self.dice.happens(30) {
                vec![("passport_rf".to_owned(), format!("4509 1234{:02}", self.dice.below(12)))]
            } else {
                Vec::new()
            },
            source: "client".to_owned(),
            ..RegisterClient::default()
        };
        self.execute(&register).await
    }
    /// Somebody comes: he waits, or is served at once.
    async fn visit(&self, n: usize) -> Option<Done> {
        let themes = "select id from desk_theme order by name";
        let theme_id = if self.dice.happens(70) { self.some(themes).await } else { None };
        let open = OpenVisit {
            ticket: format!("A{:03}", self.dice.below(9) + 1),
            person: format!("посетитель {n}"),
            theme_id,
            serve: self.dice.happens(70),
        };
        self.execute(&open).await
    }
    pub(super) async fn open_visit(&self) -> Option<VisitId> {
        self.some("select id from visit where state = 'serving' order by arrived_at desc limit 4")
            .await
    }
    async fn know(&self) -> Option<Done> {
        let (visit_id, client_id) = (self.open_visit().await?, self.client().await?);
        let with = String::new();
        self.execute(&IdentifyVisitor { visit_id, client_id, by: "document".to_owned(), with })
            .await
    }
    async fn operation(&self, n: usize) -> Option<Done> {
        let of_visit = self.dice.happens(60);
        let visit_id = if of_visit { self.open_visit().await } else { None };
        let client_id = if of_visit { None } else { self.client().await };
        let record = RecordOperation {
            visit_id,
            client_id,
            kind: self.dice.one(&["cash_in", "cash_out", "payment"])?.to_owned(),
            currency: Currency::RUB,
            amount_minor: i64::try_from(n).unwrap() * 100 + 100,
            reference: n.to_string(),
            note: String::new(),
        };
        self.execute(&record).await
    }
    /// A visitor shows his card, or pays with it.
    async fn card(&self, n: usize) -> Option<Done> {
        let Some(visit_id) = self.open_visit().await else { return self.visit(n).await };
        let mut wallet = self.dice.wallet()?;
        let ctx = self.bank.ctx(self.login);
        let id = ctx.command_id();
        let done = if self.dice.happens(50) {
            let reading = wallet.reading(self.bank).await;
            let read = ReadCard { visit_id, reading };
            self.execute(&read).await
        } else {
            let minor = i64::try_from(self.dice.below(9_000)).unwrap() + 1;
            let (reading, sealed) = wallet.write(self.bank, (self.branch, id, minor)).await;
            let pay = paying(visit_id, reading, &sealed);
            let outcome = self.bank.services.execute(&ctx, id, &pay).await.map(|_| ());
            // when it was not, the card has written it all the same; the next who reads it tells of it
            self.came_of(id, outcome).await.then_some(Done { id, name: PayByCard::NAME })
        };
        self.dice.give_back(wallet);
        done
    }
    /// A client says yes to letters, or no any more.
    async fn consent(&self) -> Option<Done> {
        let client = self.client().await?;
        match self.dice.happens(50) {
            true => self.execute(&give(client)).await,
            false => self.execute(&withdraw(client)).await,
        }
    }
    async fn edit(&self, n: usize) -> Option<Done> {
        let client_id = self.client().await?;
        let mut db = self.bank.services.reader.clone();
        let stored = clients::fields(&mut db, client_id, Currency::RUB).await.unwrap();
        let field = self.dice.one(&EDITED)?;
        let value = match field {
            "segment" => self.dice.one(&["vip", "premium", "mass"])?.to_owned(),
            _ => format!("значение {}", n % 7),
        };
        let original = stored.get(field).cloned().unwrap_or_default();
        let one = FieldEdit { field: field.to_owned(), original, value };
        let edit = EditClient { client_id, edits: vec![one], source: "client".to_owned() };
        self.execute(&edit).await
    }
    async fn contact(&self, n: usize) -> Option<Done> {
        let fields = ContactFields {
            value: format!("+791611100{:02}", n % 25),
            label: String::new(),
            is_main: self.dice.happens(40),
            source: "client".into(),
        };
        let client_id = self.client().await?;
        self.execute(&AddContact { client_id, kind: ContactKind::Phone, fields }).await
    }
    async fn archive_contact(&self) -> Option<Done> {
        let sql = "select id from client_contact where archived_at is null order by id limit 30";
        let contact_id: ContactId = self.some(sql).await?;
        self.execute(&ArchiveContact { contact_id }).await
    }
    async fn talk(&self, n: usize) -> Option<Done> {
        let talk = LogInteraction {
            client_id: self.client().await?,
            channel: "phone".into(),
            direction: "out".into(),
            topic: String::new(),
            subject: format!("разговор {n}"),
            body: String::new(),
            result: String::new(),
            at: None,
            waiting_seconds: None,
            handling_seconds: None,
            next: self.dice.happens(40).then(|| self.new_task("Перезвонить")),
            source: String::new(),
            external_id: String::new(),
            custom: Default::default(),
        };
        self.execute(&talk).await
    }
    async fn task(&self) -> Option<Done> {
        let client_id = if self.dice.happens(70) { self.client().await } else { None };
        let new = self.new_task("Позвонить");
        self.execute(&AddTask { client_id, task: new, custom: Default::default() }).await
    }
    async fn open_task(&self) -> Option<TaskId> {
        self.some("select id from task where closed_at is null order by id limit 30").await
    }
    async fn close(&self) -> Option<Done> {
        let task_id = self.open_task().await?;
        self.execute(&CloseTask { task_id, result: "сделано".into() }).await
    }
    async fn postpone(&self) -> Option<Done> {
        let task_id = self.open_task().await?;
        let due_on = self.today();
        let reason = "занят".to_owned();
        self.execute(&PostponeTask { task_id, due_on, due_at: None, reason }).await
    }
    async fn link(&self) -> Option<Done> {
        let link = AddLink {
            from: self.client().await?,
            to: self.client().await?,
            kind: self.dice.one(&[LinkKind::Sibling, LinkKind::Guarantor, LinkKind::Spouse])?,
            share_bp: None,
            since: None,
            until: None,
            note: String::new(),
            custom: Default::default(),
        };
        self.execute(&link).await
    }
    async fn assign(&self) -> Option<Done> {
        let code = self.dice.one(&["01", "02", "03"])?;
        let assign = AssignClients {
            client_ids: vec![self.client().await?],
            manager_id: None,
            branch_id: Some(self.bank.branch(code)),
        };
        self.execute(&assign).await
    }
    async fn merge(&self) -> Option<Done> {
        let merge = MergeClients {
            survivor_id: self.client().await?,
            loser_id: self.client().await?,
            picks: Default::default(),
            reason: "один".into(),
        };
        self.execute(&merge).await
    }
}
