//! The command line.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use connect::http_client::Reach;
use connect::webhook::Sender;
use kernel::{Entropy, Secret};
use spine::Scope;
use store::keys::Root;
use tokio::sync::watch;

use crate::config::Config;
use crate::host::say;
use crate::operation::Watch;
use crate::tenants::serving::Banks;
use crate::tenants::{self, Tenants};
use crate::traces::{Exporter, Spans};
use crate::wiring::{self, Node};
use crate::{
    RunError, backup, branch, database, demo_bank, doctor, first_start, host, import, journal,
    keys, load, reader, root, traces,
};

/// A CRM for banks: the client's card, the bank's work with him, and a journal of every change.
#[derive(Debug, Parser)]
#[command(name = "tessera", version, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Make a believable bank in a folder and serve it: sign in as any role with one click.
    Demo(demo_bank::Asked),
    /// Serve a bank.
    Serve {
        /// TOML file: db (must), listen, secure_cookies, proxies, zone, currency, jurisdiction,
        /// node, key_file, key_command, operation, replica, replica_lag_seconds, patience_seconds, drain_seconds,
        /// traces, public_url, oidc, breached_passwords, scan_command, webhooks_inside, demo; see docs/operation.md.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
    /// Carry smart cards at a clerk's machine: the bank's pages speak with the card in its reader.
    Reader(reader::Asked),
    /// Bring the schema of a database up to date.
    Migrate(Db),
    /// Write the whole bank into one file; works while it is in use.
    Backup {
        /// The file to make.
        file: PathBuf,
        #[command(flatten)]
        db: Db,
    },
    /// Fill an empty database from a backup of either kind of database.
    Restore {
        /// The backup.
        file: PathBuf,
        #[command(flatten)]
        db: Db,
    },
    /// Tell whether a node is well; exit code 1 when it is not.
    Doctor(Db),
    /// The journal of all changes.
    Journal {
        #[command(subcommand)]
        task: JournalTask,
    },
    /// Bring a feed in: a mapping file (or the name of one that comes with the program) and a folder.
    /// Exit code 0: all rows taken, 1: some rejected, 2: failed.
    Import(import::Asked),
    /// Fill a database with a made-up bank for measuring.
    Generate(demo_bank::Generate),
    /// Measure a running demo bank with many clerks at once.
    Load(load::Asked),
    /// Write through several nodes at once and prove that nothing acknowledged is lost, whatever happens to
    /// nodes and database meanwhile; exit code 1 when something is.
    Witness(load::witness::Asked),
    /// Give a member of staff a new password, and print it: the way back in when no administrator can sign
    /// in. It must be changed at the next sign-in.
    Password {
        /// Sign-in name.
        login: String,
        #[command(flatten)]
        db: Db,
    },
    /// Many banks in one installation.
    Tenant {
        #[command(subcommand)]
        task: tenants::tasks::Task,
    },
    /// This program at a branch, on a copy of what is the branch's.
    Branch {
        #[command(subcommand)]
        task: branch::Task,
    },
    /// The keys under which clients' data is sealed.
    Keys {
        #[command(subcommand)]
        task: KeysTask,
    },
    /// API tokens.
    Token {
        #[command(subcommand)]
        task: TokenTask,
    },
}

#[derive(Debug, Subcommand)]
enum JournalTask {
    /// Prove that no entry was changed, removed or slipped in; exit code 1 names the first that was.
    Verify(Db),
}

#[derive(Debug, Subcommand)]
enum KeysTask {
    /// Tell whether the root opens the database, and whether a change of keys is on its way.
    Status(Db),
    /// Make a new master key and seal every client's key anew, while the bank works. Run it again if it stops.
    Rotate(Db),
    /// Seal the master keys anew under the root's present key: after the key management service changed it.
    Reseal(Db),
    /// Put a new key into the key file, and take the old one away when nothing needs it any more.
    NewRoot(Db),
}

#[derive(Debug, Subcommand)]
enum TokenTask {
    /// Make a token that acts in a role over the whole bank, and print it.
    Create {
        /// The role's key.
        #[arg(long)]
        role: String,
        /// How many days it works; 0: until it is revoked.
        #[arg(long, default_value_t = 365)]
        days: u32,
        /// A right it shall have, such as client.read; named once or more, it has no other of the role's.
        #[arg(long = "permission", value_name = "KEY")]
        permissions: Vec<String>,
        /// The widest scope of these rights: own, team, branch, region or bank.
        #[arg(long, default_value = "bank", value_parser = scope, requires = "permissions")]
        scope: Scope,
        #[command(flatten)]
        db: Db,
    },
}

/// Names the database.
#[derive(Clone, Debug, Args)]
pub(crate) struct Db {
    /// The database: sqlite:PATH or postgres://…
    #[arg(long = "db", value_name = "URL")]
    pub(crate) url: String,
    /// The key file; by default PATH.key of an SQLite database, or tessera.key here.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// The program that speaks to the key management service, in the place of a key file; once for the
    /// program and for each of its arguments.
    #[arg(long, value_name = "WORD", conflicts_with = "key_file", allow_hyphen_values = true)]
    pub(crate) key_command: Vec<String>,
}

impl Db {
    /// The key file.
    pub(crate) fn key_file(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| Config::over(&self.url).key_file)
    }
    /// What opens the master keys.
    pub(crate) fn root(&self) -> Arc<dyn Root> {
        root::named(&self.key_file(), &self.key_command)
    }
}

impl Cli {
    /// What listens to spans and what sends them, when the configuration of what is asked for wants traces.
    ///
    /// # Errors
    /// When the configuration cannot be read.
    pub fn traces(&self) -> Result<Option<(Spans, Exporter)>, RunError> {
        let Task::Serve { config } = &self.task else { return Ok(None) };
        let config = Config::read(config)?;
        config.traces.as_ref().map(|asked| traces::open(asked, &config.node)).transpose()
    }
}

/// Does what the command line asks. Answers the exit code: 0 well, 1 a finding, 2 not done.
pub async fn run(cli: Cli, exporter: Option<Exporter>) -> ExitCode {
    match Box::pin(dispatch(cli.task, exporter)).await {
        Ok(has_findings) => ExitCode::from(u8::from(has_findings)),
        Err(error) => {
            eprintln!("tessera: {}", error.chain());
            ExitCode::from(2)
        }
    }
}

/// Answers whether something was found that somebody must look at.
async fn dispatch(task: Task, exporter: Option<Exporter>) -> Result<bool, RunError> {
    match task {
        Task::Demo(asked) => demo_bank::run(&asked).await?,
        Task::Reader(asked) => reader::run(asked).await?,
        Task::Generate(asked) => demo_bank::generate(&asked).await?,
        Task::Serve { config } => Box::pin(serve(&Config::read(&config)?, exporter)).await?,
        Task::Migrate(db) => migrate(&db.url).await?,
        Task::Backup { file, db } => back_up(&db.url, &file).await?,
        Task::Restore { file, db } => restore(&db.url, &file).await?,
        Task::Token { task: TokenTask::Create { role, days, permissions, scope, db } } => {
            let limit = permissions.into_iter().map(|key| (key, scope)).collect();
            say(&create_token(&db.url, role, days, limit).await?);
        }
        Task::Password { login, db } => say(&set_password(&db.url, &login).await?),
        Task::Keys { task } => say(&match task {
            KeysTask::Status(db) => keys::status(&db).await?,
            KeysTask::Rotate(db) => keys::rotate(&db).await?,
            KeysTask::Reseal(db) => keys::reseal(&db).await?,
            KeysTask::NewRoot(db) => keys::new_root(&db).await?,
        }),
        Task::Branch { task } => Box::pin(branch::run(task)).await?,
        Task::Tenant { task } => say(&Box::pin(tenants::tasks::run(task)).await?),
        Task::Doctor(db) => return examine(&db).await,
        Task::Journal { task: JournalTask::Verify(db) } => return verify(&db.url).await,
        Task::Import(asked) => {
            let summary = import::run(&asked).await?;
            say(&import::table(&summary, asked.dry_run));
            return Ok(summary.rejected() > 0);
        }
        Task::Witness(asked) => {
            let (words, is_bad) = load::witness::run(&asked).await?;
            say(&words);
            return Ok(is_bad);
        }
        Task::Load(asked) => {
            let report = load::run(&asked).await?;
            say(&report.table());
            asked.json.map_or(Ok(()), |file| report.write(&file))?;
            return Ok(report.has_errors());
        }
    }
    Ok(false)
}

async fn migrate(url: &str) -> Result<(), RunError> {
    match database::migrate(url).await? {
        0 => say("the schema is up to date"),
        steps => say(&format!("{steps} steps applied")),
    }
    Ok(())
}

async fn back_up(url: &str, file: &Path) -> Result<(), RunError> {
    let totals = backup::backup(url, file).await?;
    say(&format!("{} rows of {} tables in {}", totals.rows, totals.tables, file.display()));
    Ok(())
}

async fn restore(url: &str, file: &Path) -> Result<(), RunError> {
    let (header, totals) = backup::restore(url, file).await?;
    say(&format!("{} rows as of {} restored", totals.rows, header.made_at));
    say("what is sealed opens with the key file of the bank the backup was made of");
    Ok(())
}

async fn examine(db: &Db) -> Result<bool, RunError> {
    let found = doctor::examine(&db.url, db.root(), database::now()).await?;
    say(&doctor::table(&found));
    Ok(found.iter().any(|f| f.state == doctor::State::Problem))
}

async fn verify(url: &str) -> Result<bool, RunError> {
    let (words, is_whole) = journal::check(url).await?;
    say(&words);
    Ok(!is_whole)
}

/// Serves every bank of an installation.
async fn serve_tenants(
    config: &Config,
    tenants: &Tenants,
    exporter: Option<Exporter>,
) -> Result<(), RunError> {
    let listener = host::listen(config.listen).await?;
    let (stop, _) = watch::channel(false);
    let banks = Box::pin(Banks::open(config, tenants)).await?;
    let router = tenants::serving::router(Arc::clone(&banks));
    let keeping = tokio::spawn(banks.follow(stop.subscribe()));
    let sending = exporter.map(|exporter| tokio::spawn(exporter.run(stop.subscribe())));
    let drain = std::time::Duration::from_secs(config.drain_seconds);
    let served = host::serve(listener, router, keeping, (stop, drain), |_| {}).await;
    last_traces(sending).await;
    served
}

async fn last_traces(sending: Option<tokio::task::JoinHandle<()>>) {
    if let Some(sending) = sending
        && let Err(error) = sending.await
    {
        tracing::warn!(%error, "the last traces were not sent");
    }
}

async fn serve(config: &Config, exporter: Option<Exporter>) -> Result<(), RunError> {
    if let Some(tenants) = &config.tenants {
        return Box::pin(serve_tenants(config, tenants, exporter)).await;
    }
    let listener = host::listen(config.listen).await?;
    let watched = match config.operation {
        Some(address) => Some(Watch::on(address).await?),
        None => None,
    };
    let (stop, stopping) = watch::channel(false);
    let store = store::Store::open(&config.db).await?;
    database::must_be_current(&store).await?;
    drop(store);
    if config.demo {
        tracing::warn!("demo mode: everybody may sign in as anybody");
    }
    let demo = config.demo.then(demo_bank::demo_mode);
    let root = root::named(&config.key_file, &config.key_command);
    let setting = database::setting(config, demo, Some(root), stopping)?;
    let node = Node::open(setting, wiring::modules(), wiring::pages()).await?;
    if config.demo {
        demo_bank::must_be_made_up(&node.services)?;
    }
    if let Some((login, password)) = first_start::administrator(&node.services).await? {
        say(&format!("first administrator: {login}, password: {}", password.reveal()));
    }
    if let Some(watched) = watched {
        tokio::spawn(watched.serve(node.services.clone(), stop.subscribe()));
    }
    let reach = if config.webhooks_inside { Reach::Anywhere } else { Reach::Public };
    let sender = Sender::new(node.services, reach);
    let sending = exporter.map(|exporter| tokio::spawn(exporter.run(stop.subscribe())));
    let drain = std::time::Duration::from_secs(config.drain_seconds);
    let keeping = host::keep(node.keepers, sender, &stop);
    let served = host::serve(listener, node.router, keeping, (stop, drain), |_| {}).await;
    last_traces(sending).await;
    served
}

fn scope(word: &str) -> Result<Scope, String> {
    Scope::from_key(word).ok_or_else(|| "own, team, branch, region or bank".to_owned())
}

/// Sets a random password; only its hash is kept.
async fn set_password(url: &str, login: &str) -> Result<String, RunError> {
    let core = database::core(url, None).await?;
    let row = spine::org::queries::sign_in_row(&mut core.services.reader.clone(), login).await?;
    let found = row.filter(|r| r.active);
    let row = found.ok_or_else(|| RunError::Asked(format!("nobody here has the login {login}")))?;
    let password = Secret::new(first_start::random_password(core.services.entropy.as_ref()));
    let password_hash = spine::org::hash_password(&password).map_err(spine::Error::failure)?;
    let command = spine::org::edit::SetPassword { staff_id: row.user_id, password_hash };
    let system = core.services.system("cli");
    core.services.execute(&system, system.command_id(), &command).await?;
    Ok(password.reveal().clone())
}

/// Makes a token; only its hash is kept.
async fn create_token(
    url: &str,
    role_key: String,
    days: u32,
    limit: BTreeMap<String, Scope>,
) -> Result<String, RunError> {
    let core = database::core(url, None).await?;
    let entropy: &dyn Entropy = core.services.entropy.as_ref();
    let token = web::new_token(entropy);
    let command = spine::org::commands::CreateToken {
        token_hash: web::hash_token(&token),
        name: "tessera token create".to_owned(),
        role_key,
        user_id: None,
        expires_at: (days > 0).then(|| database::now().plus_hours(i64::from(days) * 24)),
        limit: (!limit.is_empty()).then_some(limit),
    };
    let system = core.services.system("cli");
    core.services.execute(&system, system.command_id(), &command).await?;
    Ok(token)
}
