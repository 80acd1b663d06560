//! A node with the administration room, and a stand-in for the rooms beside it.

use std::sync::Arc;

use jiff::tz::TimeZone;
use kernel::{BranchId, ClientId, Currency, JobId};
use serde::{Deserialize, Serialize};
use spine::org::Directory;
use spine::{
    Bus, Change, Command, Error, JobContext, JobError, JobHandler, Keepers, Live, Module,
    Permission, Registry, Run, Scope, Services, Work,
};
use store::{Migration, Store, params};
use testkit::{Asked, Bank, Browser, Opening, Parts, Reply};

/// Puts a client of a branch in, with his name in the journal.
#[derive(Serialize, Deserialize)]
pub(crate) struct AddClient {
    pub(crate) branch_id: BranchId,
    pub(crate) name: String,
}

impl Command for AddClient {
    const NAME: &'static str = "beside.add_client";
    const PERMISSION: &'static str = "client.read";
    type Output = ClientId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<ClientId, Error> {
        let id: ClientId = w.new_id();
        w.execute(
            "insert into client (id, branch_id) values ($1, $2)",
            params![id, self.branch_id],
        )
        .await?;
        w.record("client", id, Some(id), Change::new().set("last_name", self.name.as_str()));
        Ok(id)
    }
}

/// Asks for a job that never succeeds.
#[derive(Serialize, Deserialize)]
pub(crate) struct AskInVain {}

impl Command for AskInVain {
    const NAME: &'static str = "beside.ask_in_vain";
    const PERMISSION: &'static str = "app.use";
    type Output = Option<JobId>;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Option<JobId>, Error> {
        w.job("beside.vain", Some("one"), &serde_json::json!({})).await
    }
}

struct Vain;

impl JobHandler for Vain {
    fn kind(&self) -> &'static str {
        "beside.vain"
    }
    fn run<'a>(&'a self, _: &'a JobContext) -> Run<'a> {
        Box::pin(async { Err(JobError::Fatal("the line to the moon is cut".to_owned())) })
    }
}

const TABLE: Migration = Migration {
    number: 901,
    name: "client",
    sql: "create table if not exists client (id @id primary key, branch_id @id, manager_id @id, \
          kind text not null default 'person') @strict;
create table if not exists client_secrecy (client_id @id primary key, level text not null) @strict;
create table if not exists client_merge (survivor_id @id not null, loser_id @id primary key, undone_at @int) @strict;",
};

fn beside() -> Module {
    Module {
        name: "beside",
        migrations: &[TABLE],
        permissions: &[Permission { key: "client.read", scoped: true }],
        grants: &[
            ("manager", "client.read", Scope::Branch),
            ("auditor", "client.read", Scope::Bank),
        ],
        commands: |registry: &mut Registry| {
            registry.add::<AddClient>();
            registry.add::<AskInVain>();
        },
        jobs: vec![Arc::new(Vain)],
        schedules: &[],
        readers: Vec::new(),
        client_bound: &[],
        replicated: &[],
        import_targets: Vec::new(),
    }
}

fn open(asked: Asked) -> Opening {
    Box::pin(async move {
        let modules = vec![spine::org::module(), admin::module(), beside()];
        let Store { reader, writer } = Store::open(&asked.url).await.unwrap();
        let mut steps = store::MIGRATIONS.to_vec();
        steps.extend(modules.iter().flat_map(|m| m.migrations.iter().copied()));
        writer.migrate(&steps).await.unwrap();
        let (chance, now) = (asked.entropy.as_ref(), asked.clock.now());
        let unlocked = writer.keys().unlock(&writer, testkit::root(), chance, now).await;
        let mut registry = Registry::default();
        let (mut grants, mut jobs) = (Vec::new(), Vec::new());
        for module in modules {
            (module.commands)(&mut registry);
            grants.extend_from_slice(module.grants);
            jobs.extend(module.jobs);
        }
        let (live, directory) = (Live::default(), Directory::default());
        let services = Services {
            reader,
            bus: Bus::new(
                writer.clone(),
                registry,
                live.clone(),
                ("test", directory.clone(), None),
            ),
            directory,
            live,
            behind: spine::Behind::default(),
            memory: spine::Memory::default(),
            clock: asked.clock,
            entropy: asked.entropy,
            jurisdiction: Arc::from("ru"),
        };
        spine::org::set_up(&services, &grants).await.unwrap();
        let keepers = Keepers::new(services.clone(), writer, jobs, Vec::new(), Vec::new());
        let setting = web::Setting {
            services: services.clone(),
            demo: None,
            zone: TimeZone::get("Europe/Moscow").unwrap(),
            currency: Currency::RUB,
            secure_cookies: false,
            proxies: Vec::new(),
            secret_box: unlocked.unwrap(),
            oidc: Vec::new(),
            party: None,
            guards: web::Guards::default(),
            stopping: asked.stopping,
        };
        let (router, app) = web::build_router(setting, vec![admin::pages()]).unwrap();
        Parts { services, keepers, app, router }
    })
}

/// Runs a test on SQLite always, and on PostgreSQL when there is one.
pub(crate) async fn both(test: impl AsyncFn(&Bank)) {
    testkit::both(open, test).await;
}

/// Sends a form with an id of its own.
pub(crate) async fn send(
    bank: &Bank,
    browser: &mut Browser,
    path: &str,
    fields: &[(&str, &str)],
) -> Reply {
    let id = bank.form_id();
    let mut all = vec![("_id", id.as_str())];
    all.extend_from_slice(fields);
    browser.post(path, &all).await
}

/// The codes of a refused command.
pub(crate) fn codes<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<String> {
    match outcome {
        Err(Error::Refused(refusals)) => refusals.0.into_iter().map(|r| r.code).collect(),
        other => panic!("not refused: {other:?}"),
    }
}

/// The id of a role by its key.
pub(crate) fn role(bank: &Bank, key: &str) -> kernel::RoleId {
    bank.services.directory.get().roles.values().find(|r| r.key == key).unwrap().id
}
