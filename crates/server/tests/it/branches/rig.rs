//! A node of a branch over a centre's bank, and its word by hand.

use ::branch::Hub;
use kernel::{CommandId, Timestamp};
use server::wiring;
use spine::bundle::commands::PublishBundle;
use spine::bundle::{Holds, Stage, queries};
use spine::replica::branch::{self, Branch, Taken};
use spine::replica::centre::Centre;
use spine::replica::commands::{EnrolNode, Enrolled, InviteNode};
use spine::replica::message::{Answer, Pushed, Up, Want};
use spine::{Command, Replicated, Services};
use testkit::{Asked, Bank, Kind, Opening};
use web::DemoMode;

use crate::support::open_with;

/// What the rooms say of their tables.
fn said() -> Vec<Replicated> {
    wiring::modules().iter().flat_map(|m| m.replicated.iter().copied()).collect()
}

/// A node that has enrolled at a branch, and the centre that answers it.
pub(crate) struct Rig {
    pub(crate) centre: Centre,
    pub(crate) who: Enrolled,
    /// The centre's public key of signatures, where it has one.
    trusted: Vec<u8>,
    number: std::sync::atomic::AtomicI64,
}

impl Rig {
    /// A node at a branch, by its code.
    pub(crate) async fn new(bank: &Bank, branch: &str) -> Rig {
        Self::over(&bank.services, bank.branch(branch), branch).await
    }
    /// The same over any centre, under a name.
    pub(crate) async fn over(services: &Services, branch_id: kernel::BranchId, name: &str) -> Rig {
        Self::with_keys(services, (branch_id, name), (vec![1; 32], vec![2; 32])).await
    }
    /// The same with keys, of signatures and of what is sealed for it.
    pub(crate) async fn with_keys(
        services: &Services,
        (branch_id, name): (kernel::BranchId, &str),
        (sign_key, seal_key): (Vec<u8>, Vec<u8>),
    ) -> Rig {
        let centre = Centre::new(services, &said()).await.unwrap();
        let ctx = services.system("test");
        let code_hash = name.as_bytes().to_vec();
        let name = name.to_owned();
        let invite = InviteNode {
            branch_id,
            name,
            code_hash: code_hash.clone(),
            lease_hours: None,
            code_days: None,
        };
        services.execute(&ctx, ctx.command_id(), &invite).await.unwrap();
        let enrol = EnrolNode { code_hash, sign_key, seal_key, by_file: false };
        let who = services.execute(&ctx, ctx.command_id(), &enrol).await.unwrap();
        centre.watch().await.unwrap();
        let hub = services.memory.get::<Hub>();
        let trusted = hub.map(|hub| hub.public().sign.clone()).unwrap_or_default();
        Rig { centre, who, trusted, number: 0.into() }
    }
    /// Says that a person has done a command at the branch; answers its id and what the centre makes of it.
    pub(crate) async fn push<C: Command>(
        &self,
        bank: &Bank,
        login: &str,
        command: &C,
    ) -> (CommandId, Answer) {
        let id: CommandId = bank.as_system().command_id();
        let payload = serde_json::to_string(command).unwrap();
        let (name, actor, at) = (C::NAME.to_owned(), bank.user(login), bank.services.clock.now());
        let (channel, bundle) = ("web".to_owned(), None);
        let (supervisor, pre_approval) = (None, None);
        let pushed =
            Pushed { id, name, payload, actor, at, channel, bundle, supervisor, pre_approval };
        (id, self.say(at, vec![pushed]).await.remove(0))
    }
    /// A word of the node.
    pub(crate) async fn say(&self, at: Timestamp, commands: Vec<Pushed>) -> Vec<Answer> {
        self.say_holding(at, commands, Holds::default()).await
    }
    /// A word of the node, and what it holds of the strategy bundle.
    pub(crate) async fn say_holding(
        &self,
        at: Timestamp,
        commands: Vec<Pushed>,
        holds: Holds,
    ) -> Vec<Answer> {
        let number = self.number.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        let up = Up {
            number,
            at,
            schema: 0,
            program: "0.3.0".to_owned(),
            taken: None,
            commands,
            waiting: 0,
            oldest: None,
            replica_at: Some(at),
            want: Want::Nothing,
            holds,
            tables: Vec::new(),
            ask: None,
            keeps: Vec::new(),
        };
        self.centre.answer(self.who.node, &up).await.unwrap().answers
    }
}

/// Publishes what stands in the tables to all branches.
pub(crate) async fn publish(bank: &Bank) -> i64 {
    let services = &bank.services;
    let draft = queries::draft(&mut services.reader.clone(), services).await.unwrap();
    let (version, print) = (draft.version, draft.print);
    let (note, in_force_at, stage) = (String::new(), None, Stage::all());
    let publish = PublishBundle { version, print, note, in_force_at, stage };
    bank.execute("head_office", &publish).await.unwrap()
}

/// Opens a node at a branch.
fn open_branch(asked: Asked) -> Opening {
    open_with(asked, "branch", Some(spine::replica::Lease::default()))
}

/// A bank at a branch with a copy of what the centre has for it.
pub(crate) async fn at_branch(rig: &Rig) -> (Bank, Branch) {
    at_branch_with(rig, open_branch).await
}

/// The same, opened so.
pub(crate) async fn at_branch_with(rig: &Rig, open: testkit::Open) -> (Bank, Branch) {
    let copy = async |services: &Services| {
        branch::begin(services, rig.who.clone(), services.clock.now()).await.unwrap();
        let branch = Branch::open(services, &said(), "test").await.unwrap().trusting(&rig.trusted);
        while exchange(&branch, rig).await == Taken::More {}
    };
    let demo = DemoMode { logins: Vec::new() };
    let bank = Bank::filled(Kind::Sqlite, open, demo, copy).await;
    let branch =
        Branch::open(&bank.services, &said(), "test").await.unwrap().trusting(&rig.trusted);
    // every bank of the tests begins with the same chance; what a branch makes has ids of its own
    bank.services.entropy.fill(&mut [0; 4_096]);
    (bank, branch)
}

/// One word and its answer.
pub(crate) async fn exchange(branch: &Branch, rig: &Rig) -> Taken {
    let up = branch.say().await.unwrap();
    let down = rig.centre.answer(rig.who.node, &up).await.unwrap();
    branch.take(down).await.unwrap()
}
