//! The bank itself: database, clock, randomness, organisation and the node over them.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use jiff::tz::TimeZone;
use kernel::{BranchId, Clock, Entropy, FixedClock, SeededEntropy, Timestamp, UserId};
use spine::org::Seeded;
use spine::{Command, Ctx, Error, Keepers, Services};
use store::{Read, Writer};
use tokio::sync::watch;
use web::{App, DemoMode};

use crate::{Browser, Database, Kind, staff};

/// The instant a test bank starts at: 2026-11-23, 09:00 UTC, a Monday.
pub const START: Timestamp = Timestamp::from_micros(1_795_424_400_000_000);

/// What a test bank wants opened.
pub struct Asked {
    /// The database.
    pub url: String,
    /// The test's clock.
    pub clock: Arc<dyn Clock>,
    /// The test's randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Demo mode.
    pub demo: Option<DemoMode>,
    /// Turns true when the bank closes.
    pub stopping: watch::Receiver<bool>,
}

/// An opened node: migrated, with its built-in roles.
pub struct Parts {
    /// Reads, writes, organisation, live bell.
    pub services: Services,
    /// Seals, reads, runs jobs; a test moves them by hand.
    pub keepers: Keepers,
    /// What the pages share.
    pub app: Arc<App>,
    /// The pages.
    pub router: Router,
}

/// The future of an opened node.
pub type Opening = Pin<Box<dyn Future<Output = Parts>>>;
/// Opens a node with the rooms under test.
pub type Open = fn(Asked) -> Opening;

/// A bank in a test.
pub struct Bank {
    /// Reads, writes, organisation, live bell.
    pub services: Services,
    /// Seals, reads, runs jobs; see [`Bank::settle`].
    pub keepers: Keepers,
    /// What the pages share.
    pub app: Arc<App>,
    /// The pages.
    pub router: Router,
    /// Stands still until it is moved.
    pub clock: Arc<FixedClock>,
    /// A second door to the database, for what no command does: tampering, holding transactions open.
    pub writer: Writer,
    /// Ids of the organisation, see [`crate::PASSWORD`] for signing in.
    pub org: Seeded,
    /// Which database.
    pub kind: Kind,
    stop: watch::Sender<bool>,
    database: Database,
}

impl Bank {
    /// A new bank with staff in every role, see the module `staff` for who sits where.
    ///
    /// # Panics
    /// When the database or the node cannot be opened.
    pub async fn open(kind: Kind, open: Open) -> Bank {
        Self::new(kind, open, None, put_organisation).await
    }
    /// The same in demo mode: every role's button opens the login of the same name.
    ///
    /// # Panics
    /// As [`Bank::open`].
    pub async fn open_demo(kind: Kind, open: Open) -> Bank {
        let logins = spine::org::ROLES.iter().map(|r| (r.key.to_owned(), r.key.to_owned()));
        let demo = DemoMode { logins: logins.collect() };
        Self::new(kind, open, Some(demo), put_organisation).await
    }
    /// A bank in demo mode whose organisation and content somebody else puts in. Its logins are `demo`'s.
    ///
    /// # Panics
    /// As [`Bank::open`].
    pub async fn filled(
        kind: Kind,
        open: Open,
        demo: DemoMode,
        fill: impl AsyncFnOnce(&Services),
    ) -> Bank {
        Self::new(kind, open, Some(demo), fill).await
    }

    async fn new(
        kind: Kind,
        open: Open,
        demo: Option<DemoMode>,
        fill: impl AsyncFnOnce(&Services),
    ) -> Bank {
        let database = Database::new(kind).await;
        let clock = Arc::new(FixedClock::new(START));
        let hands: Arc<dyn Clock> = Arc::<FixedClock>::clone(&clock);
        let (stop, stopping) = watch::channel(false);
        let asked = Asked {
            url: database.url().to_owned(),
            clock: hands,
            entropy: Arc::new(SeededEntropy::new(7)),
            demo,
            stopping,
        };
        let parts = open(asked).await;
        fill(&parts.services).await;
        parts.services.directory.reload(&parts.services.reader).await.expect("the organisation");
        let org = ids_of(&parts.services);
        let writer = store::Store::open(database.url()).await.expect("the second door").writer;
        Bank {
            services: parts.services,
            keepers: parts.keepers,
            app: parts.app,
            router: parts.router,
            clock,
            writer,
            org,
            kind,
            stop,
            database,
        }
    }

    /// The program's key file for this bank.
    pub fn key_file(&self) -> String {
        self.database.key_file()
    }
    /// The database's address.
    pub fn url(&self) -> &str {
        self.database.url()
    }
    /// A member of staff by login (a role's key, or one of the namesakes).
    ///
    /// # Panics
    /// When there is nobody of that login.
    pub fn user(&self, login: &str) -> UserId {
        *self.org.staff.get(login).expect(login)
    }
    /// A branch by code.
    ///
    /// # Panics
    /// When there is none of that code.
    pub fn branch(&self, code: &str) -> BranchId {
        *self.org.branches.get(code).expect(code)
    }
    /// The context in which a member of staff acts, now.
    ///
    /// # Panics
    /// When there is nobody of that login.
    pub fn as_role(&self, login: &str) -> Ctx {
        let principal = self.services.directory.principal(self.user(login)).expect(login);
        self.services.ctx(principal, "web")
    }
    /// The context in which the system itself acts, now.
    pub fn as_system(&self) -> Ctx {
        self.services.system("test")
    }
    /// Executes a command as a member of staff, under a new id.
    ///
    /// # Errors
    /// As the bus.
    pub async fn execute<C: Command>(&self, login: &str, command: &C) -> Result<C::Output, Error> {
        let ctx = self.as_role(login);
        self.services.execute(&ctx, ctx.command_id(), command).await
    }
    /// Executes a command as the system itself, under a new id.
    ///
    /// # Errors
    /// As the bus.
    pub async fn execute_system<C: Command>(&self, command: &C) -> Result<C::Output, Error> {
        let ctx = self.as_system();
        self.services.execute(&ctx, ctx.command_id(), command).await
    }
    /// A browser in which a member of staff has signed in.
    ///
    /// # Panics
    /// When the session cannot be opened.
    pub async fn client(&self, login: &str) -> Browser {
        let token = web::new_token(self.services.entropy.as_ref());
        let session = spine::org::commands::OpenSession {
            user_id: self.user(login),
            token_hash: web::hash_token(&token),
            address: "127.0.0.1".to_owned(),
            agent: "testkit".to_owned(),
            device: String::new(),
            must_change_password: false,
        };
        self.execute_system(&session).await.expect("a session");
        let mut browser = self.stranger();
        browser.set_cookie("sid", &token);
        browser
    }
    /// A browser nobody has signed in with.
    pub fn stranger(&self) -> Browser {
        Browser::new(self.router.clone())
    }
    /// Lets the keepers work until nothing is left to do: seals, leads the readers, runs due jobs.
    ///
    /// # Panics
    /// When the database refuses, or jobs bring forth jobs without end.
    pub async fn settle(&self) {
        for _ in 0..1_000 {
            self.seal().await;
            if !self.keepers.work_once().await.expect("the job keeper") {
                self.seal().await;
                return;
            }
        }
        panic!("a thousand jobs, and still more");
    }

    /// Seals everything there is. On PostgreSQL the sealer waits for every older transaction of the whole server, also those of
    /// other tests: ask again until they have ended.
    ///
    /// # Panics
    /// When the database refuses, or others never end.
    pub async fn seal(&self) {
        let sql = "select count(*) from journal_entry e \
                   where not exists (select 1 from journal_seal s where s.seq = e.seq)";
        let mut db = self.services.reader.clone();
        for _ in 0..2_000 {
            self.keepers.seal_and_read().await.expect("the journal keeper");
            let row = db.first(sql, &[]).await.expect("the journal").expect("a count");
            if row.one::<i64>().expect("a count") == 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("the journal could not be sealed");
    }
    /// A new command id as a form carries it.
    pub fn form_id(&self) -> String {
        self.as_system().command_id().to_string()
    }
    /// Tells live streams that the bank closes.
    pub fn close(&self) {
        self.stop.send_replace(true);
    }
    /// Today in the bank's zone.
    pub fn today(&self) -> kernel::Date {
        let zone = TimeZone::get("Europe/Moscow").unwrap_or(TimeZone::UTC);
        self.clock.now().date_in(&zone)
    }
}

async fn put_organisation(services: &Services) {
    let system = services.system("setup");
    let done = services.execute(&system, system.command_id(), &staff::organisation()).await;
    done.expect("the organisation");
}

/// Everybody and every place by login and code; teams by their English name.
fn ids_of(services: &Services) -> Seeded {
    let loaded = services.directory.get();
    Seeded {
        regions: loaded.regions.values().map(|r| (r.code.clone(), r.id)).collect(),
        branches: loaded.branches.values().map(|b| (b.code.clone(), b.id)).collect(),
        teams: loaded.teams.values().map(|t| (t.name_en.clone(), t.id)).collect(),
        staff: loaded.staff.values().map(|s| (s.login.clone(), s.id)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_start_is_what_its_words_say() {
        let zoned = START.to_jiff().to_zoned(TimeZone::UTC);
        assert_eq!(zoned.date(), date(2026, 11, 23));
        assert_eq!(zoned.hour(), 9);
    }
}
