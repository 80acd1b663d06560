//! What a branch does on its own authority: limits of sums, a supervisor's signature, the centre asked, pre-approvals.

mod asking;
mod floor;
mod pre_approvals;
mod supervisor;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

use kernel::{ClientId, CommandId, Currency, Money, Refusal};
use parties::client::commands::RegisterClient;
use serde::{Deserialize, Serialize};
use spine::authority::commands::SaveLimit;
use spine::authority::{AskCentre, Limit, Reply};
use spine::bundle::Stage;
use spine::replica::branch::Branch;
use spine::replica::centre::Centre;
use spine::replica::message::{Pushed, Way};
use spine::{Change, Command, Error, Module, Offline, Registry, Work};
use store::{Read, params};
use testkit::Kind;
use uuid::Uuid;

use crate::bundle::publish;
use crate::desk::Desk;
use crate::world::{Place, World};

/// A room with commands over money, of which the product has none yet.
pub(super) fn module() -> Module {
    fn register(registry: &mut Registry) {
        registry.add::<Pay>();
        registry.add::<Release>();
    }
    Module::of("test", register)
}

/// Pays a sum out.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Pay {
    client_id: Option<ClientId>,
    minor: i64,
}

impl Command for Pay {
    const NAME: &'static str = "test.pay";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: Offline = Offline::Floor;
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        pay(w, self).await
    }
}

/// Does the same on a pre-approval.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
struct Release(Pay);

impl Command for Release {
    const NAME: &'static str = "test.release";
    const PERMISSION: &'static str = "client.edit";
    const OFFLINE: Offline = Offline::PreApproved;
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        pay(w, &self.0).await
    }
}

async fn pay(w: &mut Work<'_>, pay: &Pay) -> Result<Uuid, Error> {
    // a node that pays nothing
    let shut = w.first("select 1 from node_setting where name = 'shut'", &[]).await?;
    if shut.is_some() {
        return Err(Error::refused_field("not-an-amount", "minor"));
    }
    let id: Uuid = w.new_id();
    w.at_stake(Money::new(pay.minor, Currency::RUB));
    // a row of its own, that both ends keep
    let (name, value) = (format!("pay {id}"), pay.minor.to_string());
    w.execute("insert into node_setting (name, value) values ($1, $2)", params![name, value])
        .await?;
    w.record("payment", id, pay.client_id, Change::new().set("amount", pay.minor));
    Ok(id)
}

/// What the research proposes where a bank has said nothing else; chance picks nothing out.
fn usual() -> Limit {
    Limit {
        command: Pay::NAME.to_owned(),
        role: String::new(),
        currency: Currency::RUB,
        floor_minor: 300_000,
        threshold_minor: 100_000,
        pick_bp: 0,
        pick_max_bp: 0,
        lower_count: 3,
        upper_count: 5,
        client_day_minor: 1_000_000,
        person_day_minor: 1_200_000,
        lift_minor: Some(900_000),
    }
}

/// A branch under a limit, with two clients it knows.
struct Scene {
    world: World,
    clients: [ClientId; 2],
}

impl Scene {
    async fn new(kind: Kind, limit: Limit) -> Scene {
        let world = World::new(kind, &["01"]).await;
        world.centre_bank.execute("head_office", &SaveLimit { limit }).await.unwrap();
        publish(&world.centre_bank, Stage::all(), None).await;
        let mut clients = Vec::new();
        for name in ["Гусева", "Уткина"] {
            let bank = &world.centre_bank;
            clients.push(bank.execute("manager", &person(bank, name)).await.unwrap());
        }
        let scene = Scene { world, clients: clients.try_into().unwrap() };
        scene.settle().await;
        scene
    }
    fn place(&self) -> &Place {
        &self.world.places[0]
    }
    fn centre(&self) -> &Desk {
        &self.world.centre_bank
    }
    async fn settle(&self) {
        self.place().settle(&self.world.centre).await;
    }
    /// Head office says another limit, and publishes it.
    async fn limit(&self, limit: Limit) {
        self.centre().execute("head_office", &SaveLimit { limit }).await.unwrap();
        publish(self.centre(), Stage::all(), None).await;
    }
    fn pay(&self, client: usize, roubles: i64) -> Pay {
        Pay { client_id: Some(self.clients[client]), minor: roubles * 100 }
    }
    /// A clerk pays at the branch.
    async fn paid(&self, client: usize, roubles: i64) -> Result<Uuid, Error> {
        self.place().bank.execute("clerk", &self.pay(client, roubles)).await
    }
    /// The same under an id.
    async fn paid_as(&self, id: CommandId, pay: &Pay) -> Result<Uuid, Error> {
        let bank = &self.place().bank;
        bank.services.execute(&bank.ctx("clerk"), id, pay).await
    }
    /// Gives the branch a line.
    fn line(&self) -> Arc<Link> {
        let link = Arc::new(Link {
            branch: self.place().branch.clone(),
            centre: self.world.centre.clone(),
            node: self.place().node,
            how: AtomicU8::new(Link::UP),
            asked: AtomicI64::new(0),
        });
        let asks: Arc<dyn AskCentre> = Arc::<Link>::clone(&link);
        self.place().bank.services.bus.set_asks(asks);
        link
    }
}

fn person(bank: &Desk, name: &str) -> RegisterClient {
    let fields = [("last_name", name), ("first_name", "Анна")];
    RegisterClient {
        kind: "person".to_owned(),
        fields: fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        branch_id: Some(bank.branch("01")),
        source: "client".to_owned(),
        ..RegisterClient::default()
    }
}

/// The refusal of what was refused.
fn no<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Refusal {
    match outcome {
        Err(Error::Refused(refusals)) => refusals.0[0].clone(),
        other => panic!("{other:?}"),
    }
}

/// Its code, and why, where it says so.
fn why<T: std::fmt::Debug>(outcome: Result<T, Error>) -> String {
    let refusal = no(outcome);
    let why = refusal.args.iter().find(|(name, _)| name == "why").map(|(_, why)| why.as_str());
    format!("{} {}", refusal.code, why.unwrap_or_default()).trim().to_owned()
}

fn arg<'a>(refusal: &'a Refusal, name: &str) -> &'a str {
    &refusal.args.iter().find(|(known, _)| known == name).unwrap().1
}

/// A line by hand.
struct Link {
    branch: Branch,
    centre: Centre,
    node: Uuid,
    how: AtomicU8,
    asked: AtomicI64,
}

impl Link {
    const UP: u8 = 0;
    const DOWN: u8 = 1;
    /// The question does not arrive.
    const DEAF: u8 = 2;
    /// The answer does not arrive.
    const MUTE: u8 = 3;

    fn set(&self, how: u8) {
        self.how.store(how, Ordering::Relaxed);
    }
    /// How often it was asked.
    fn asked(&self) -> i64 {
        self.asked.load(Ordering::Relaxed)
    }
    fn is(&self, how: u8) -> bool {
        self.how.load(Ordering::Relaxed) == how
    }
}

impl AskCentre for Link {
    fn is_up(&self) -> bool {
        !self.is(Link::DOWN)
    }
    fn ask(&self, command: Pushed) -> Pin<Box<dyn Future<Output = Reply> + Send + '_>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let up = self.branch.say_asking(Way::Line, Some(command)).await.unwrap();
            if self.is(Link::DEAF) {
                return Reply::Silent;
            }
            let mut down = self.centre.answer(self.node, &up).await.unwrap();
            if self.is(Link::MUTE) {
                return Reply::Silent;
            }
            let asked = down.asked.take();
            self.branch.take(down).await.unwrap();
            asked.map_or(Reply::NotAsked, Reply::Answered)
        })
    }
}
