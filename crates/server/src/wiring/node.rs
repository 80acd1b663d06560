//! A node: one database, the bus over it, the keepers, and the pages.

use std::sync::Arc;

use axum::Router;
use branch::Hub;
use jiff::tz::TimeZone;
use kernel::{Clock, Currency, Entropy};
use spine::SecretBox;
use spine::org::Directory;
use spine::org::passkey::Party;
use spine::replica::{Lease, Replicated};
use spine::{Bus, JobHandler, JournalReader, Keepers, Live, Module, Registry, Schedule, Services};
use store::keys::Root;
use store::{Store, StoreSetting};
use tokio::sync::watch;
use web::{App, DemoMode, Guards, Pages, Provider};

/// What a node is opened with.
pub struct Setting {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// How it is opened: a replica, and how long an outage is waited for.
    pub store: StoreSetting,
    /// The node's name in the journal.
    pub node: String,
    /// How long it may work, when it is at a branch.
    pub lease: Option<Lease>,
    /// Code of the jurisdiction pack in force (`ru`).
    pub jurisdiction: String,
    /// The bank's own currency.
    pub currency: Currency,
    /// Zone of a person without a branch.
    pub zone: TimeZone,
    /// Cookies only over TLS.
    pub secure_cookies: bool,
    /// Reverse proxies on other machines whose word on the asking address is believed.
    pub proxies: Vec<std::net::IpAddr>,
    /// What opens the keys; without it nothing that has to do with clients can be done.
    pub root: Option<Arc<dyn Root>>,
    /// Providers one may sign in through.
    pub oidc: Vec<Provider>,
    /// What the bank sets against misuse.
    pub guards: Guards,
    /// To whom people prove themselves with passkeys: the address as browsers see it.
    pub party: Option<Party>,
    /// Demo mode.
    pub demo: Option<DemoMode>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance and ids.
    pub entropy: Arc<dyn Entropy>,
    /// Turns true when the program stops.
    pub stopping: watch::Receiver<bool>,
}

impl Setting {
    /// The bank's currency and zone, as a node that enrols is told them.
    pub(crate) fn about(&self) -> (String, String) {
        let zone = self.zone.iana_name().unwrap_or("UTC").to_owned();
        (self.currency.code().to_owned(), zone)
    }
}

/// A node cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database cannot be opened or brought up to date.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// The roles cannot be set up.
    #[error("setting up: {0}")]
    SetUp(#[from] spine::Error),
    /// There is no such jurisdiction pack, or it is broken.
    #[error("jurisdiction: {0}")]
    Jurisdiction(#[from] jurisdiction::PackError),
    /// Pages cannot be served without the keys.
    #[error("no root of the keys was named")]
    NoRoot,
    /// The rooms' texts do not fit together.
    #[error("texts: {0}")]
    Texts(#[from] web::i18n::TextsError),
}

/// A node without pages: what the command line works with.
pub struct Core {
    /// Reads, writes, organisation, live bell.
    pub services: Services,
    /// Seals the journal, leads the readers, runs jobs.
    pub keepers: Keepers,
    /// Seals what only this bank may read; none without a root.
    pub bank_box: Option<SecretBox>,
}

/// A node with its pages.
pub struct Node {
    /// Reads, writes, organisation, live bell.
    pub services: Services,
    /// Seals the journal, leads the readers, runs jobs.
    pub keepers: Keepers,
    /// What the pages share.
    pub app: Arc<App>,
    /// The pages.
    pub router: Router,
}

impl Core {
    /// Opens the database, brings its schema up to date, sets up the built-in roles, and puts the
    /// modules' commands, jobs, schedules and readers to work.
    ///
    /// # Errors
    /// When the database does not answer or refuses a step of the schema.
    pub async fn open(setting: &Setting, modules: Vec<Module>) -> Result<Core, OpenError> {
        jurisdiction::Pack::load(&setting.jurisdiction)?;
        let is_part = setting.lease.is_some();
        let store = StoreSetting { is_part, ..setting.store.clone() };
        let Store { reader, writer } = Store::open_with(&setting.url, &store).await?;
        writer.migrate(&super::migrations(&modules)).await?;
        let bank_box = match &setting.root {
            Some(root) => {
                let (chance, now) = (setting.entropy.as_ref(), setting.clock.now());
                Some(writer.keys().unlock(&writer, Arc::clone(root), chance, now).await?)
            }
            None => None,
        };
        let mut registry = Registry::default();
        let mut grants = Vec::new();
        let mut jobs: Vec<Arc<dyn JobHandler>> = Vec::new();
        let mut readers: Vec<Arc<dyn JournalReader>> = Vec::new();
        let mut schedules: Vec<Schedule> = Vec::new();
        for module in modules {
            (module.commands)(&mut registry);
            registry.bind(module.client_bound);
            registry.strategy(module.replicated);
            grants.extend_from_slice(module.grants);
            jobs.extend(module.jobs);
            readers.extend(module.readers);
            schedules.extend_from_slice(module.schedules);
        }
        let live = Live::default();
        let directory = Directory::default();
        let bus = Bus::new(
            writer.clone(),
            registry,
            live.clone(),
            (&setting.node, directory.clone(), setting.lease.clone()),
        );
        let services = Services {
            reader,
            memory: bus.memory().clone(),
            bus,
            directory,
            live,
            behind: spine::Behind::default(),
            clock: Arc::clone(&setting.clock),
            entropy: Arc::clone(&setting.entropy),
            jurisdiction: Arc::from(setting.jurisdiction.as_str()),
        };
        if let Some(secret_box) = &bank_box {
            services.memory.put(spine::kept::Keeper(secret_box.clone()));
        }
        if is_part {
            // roles and rules come from the centre
            spine::replica::branch::set_up(&services).await?;
        } else {
            spine::org::set_up(&services, &grants).await?;
            spine::secrecy::set_up(&services).await?;
        }
        if is_part {
            // what happens by itself happens at the centre
            (jobs, readers, schedules) = Default::default();
        }
        let keepers = Keepers::new(services.clone(), writer, jobs, readers, schedules);
        Ok(Core { services, keepers, bank_box })
    }
}

impl Node {
    /// Opens a node with the given rooms.
    ///
    /// # Errors
    /// As [`Core::open`]; also when the rooms' texts do not fit together.
    pub async fn open(
        setting: Setting,
        modules: Vec<Module>,
        pages: Vec<Pages>,
    ) -> Result<Node, OpenError> {
        let how: Vec<Replicated> = modules.iter().flat_map(|m| m.replicated.to_vec()).collect();
        let Core { services, keepers, bank_box } = Box::pin(Core::open(&setting, modules)).await?;
        let secret_box = bank_box.ok_or(OpenError::NoRoot)?;
        if setting.lease.is_none() {
            // the centre answers branches
            let hub = Hub::open(&services, &how, &secret_box, Some(setting.about()));
            services.memory.put(Box::pin(hub).await?);
            engagement::CardKeys::at_centre(&services, &secret_box).await?;
        }
        let shown = web::Setting {
            services: services.clone(),
            demo: setting.demo,
            zone: setting.zone,
            currency: setting.currency,
            secure_cookies: setting.secure_cookies,
            proxies: setting.proxies,
            secret_box,
            oidc: setting.oidc,
            guards: setting.guards,
            party: setting.party,
            stopping: setting.stopping,
        };
        let (router, app) = web::build_router(shown, pages)?;
        Ok(Node { services, keepers, app, router })
    }
}
