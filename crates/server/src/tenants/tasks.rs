//! `tessera tenant …`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use tokio::sync::watch;

use super::Tenants;
use super::commands::{Directory, Tenant};
use super::export;
use super::places::root_of;
use crate::config::Config;
use crate::wiring::{self, Core};
use crate::{RunError, backup, database, first_start};

/// What is done with tenants.
#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Make a bank with a database and a key of its own, and print its first administrator.
    Create {
        #[command(flatten)]
        asked: Asked,
        /// What it is called.
        #[arg(long)]
        title: String,
        /// The host its people will ask for, such as alpha.crm.example.
        #[arg(long)]
        host: String,
    },
    /// All banks of the installation.
    List(Place),
    /// Serve a bank no more; its data stays.
    Suspend(Asked),
    /// Serve a suspended bank again.
    Resume(Asked),
    /// Bring the schema of every bank up to date.
    Migrate(Place),
    /// Write one bank into one file, as `tessera backup` does.
    Backup {
        #[command(flatten)]
        asked: Asked,
        /// The file to make.
        file: PathBuf,
    },
    /// Write all of a bank's data in open formats, what is sealed opened: what it takes along when it leaves.
    Export {
        #[command(flatten)]
        asked: Asked,
        /// The folder to make.
        dir: PathBuf,
    },
    /// Destroy a suspended bank: its database and its key. There is no way back but a backup with a copy of the key.
    Drop {
        #[command(flatten)]
        asked: Asked,
        /// The key once more.
        #[arg(long, value_name = "KEY")]
        confirm: String,
    },
}

/// The installation.
#[derive(Clone, Debug, Args)]
pub(crate) struct Place {
    /// The configuration file, with `[tenants]`.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

/// One tenant of an installation.
#[derive(Clone, Debug, Args)]
pub(crate) struct Asked {
    /// Small letters and digits.
    key: String,
    #[command(flatten)]
    place: Place,
}

struct Installation {
    config: Config,
    tenants: Tenants,
    directory: Directory,
}

impl Installation {
    async fn open(place: &Place) -> Result<Installation, RunError> {
        let config = Config::read(&place.config)?;
        let tenants = config.tenants.clone();
        let none = || RunError::Asked(format!("{}: no [tenants]", place.config.display()));
        let tenants = tenants.ok_or_else(none)?;
        let directory = Directory::open(&tenants.directory).await?;
        Ok(Installation { config, tenants, directory })
    }
}

/// Does it; answers the words to print.
///
/// # Errors
/// When the directory, the database or the disk refuses; what was begun is told.
pub(crate) async fn run(task: Task) -> Result<String, RunError> {
    match task {
        Task::Create { asked, title, host } => {
            create(&Installation::open(&asked.place).await?, &asked.key, title, host).await
        }
        Task::List(place) => list(&Installation::open(&place).await?).await,
        Task::Suspend(asked) => set_active(&asked, false).await,
        Task::Resume(asked) => set_active(&asked, true).await,
        Task::Migrate(place) => migrate(&Installation::open(&place).await?).await,
        Task::Backup { asked, file } => {
            let (url, _) = of(&asked).await?;
            let totals = backup::backup(&url, &file).await?;
            let name = file.display();
            Ok(format!("{} rows of {} tables in {name}", totals.rows, totals.tables))
        }
        Task::Export { asked, dir } => give_out(&asked, &dir).await,
        Task::Drop { asked, confirm } => destroy(&asked, &confirm).await,
    }
}

/// The address and configuration of a tenant that is there.
async fn of(asked: &Asked) -> Result<(String, Config), RunError> {
    let at = Installation::open(&asked.place).await?;
    at.directory.one(&asked.key).await?;
    let config = at.tenants.config_of(&asked.key, &at.config)?;
    Ok((config.db.clone(), config))
}

async fn create(
    at: &Installation,
    key: &str,
    title: String,
    host: String,
) -> Result<String, RunError> {
    let made_at = database::now();
    let host = host.to_ascii_lowercase();
    let tenant = Tenant { key: key.to_owned(), title, host, is_active: false, made_at };
    at.directory.enter(&tenant).await?;
    // what was there before us is not ours to remove
    if let Err(error) = at.tenants.make(key).await {
        at.directory.strike(key).await?;
        return Err(error);
    }
    match fill(at, key).await {
        Ok(words) => {
            at.directory.set_active(key, true).await?;
            Ok(words)
        }
        Err(error) => {
            // nothing half-made stays; what is in the way of that is told by the first error
            if at.tenants.remove(key).await.is_ok() {
                at.directory.strike(key).await?;
            }
            Err(error)
        }
    }
}

async fn fill(at: &Installation, key: &str) -> Result<String, RunError> {
    let config = at.tenants.config_of(key, &at.config)?;
    database::migrate(&config.db).await?;
    let (_stop, stopping) = watch::channel(false);
    let setting = database::setting(&config, None, Some(root_of(&config)), stopping)?;
    let core = Core::open(&setting, wiring::modules()).await?;
    let first = first_start::administrator(&core.services).await?;
    core.keepers.seal_and_read().await?;
    let (login, password) =
        first.ok_or_else(|| RunError::Asked("the database is not empty".to_owned()))?;
    Ok(format!("first administrator: {login}, password: {}", password.reveal()))
}

async fn list(at: &Installation) -> Result<String, RunError> {
    let lines = at.directory.all().await?.into_iter().map(|tenant| {
        let state = if tenant.is_active { "active" } else { "suspended" };
        let Tenant { key, title, host, made_at, .. } = tenant;
        format!("{key}\t{state}\t{host}\t{title}\tsince {made_at}")
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

async fn set_active(asked: &Asked, is_active: bool) -> Result<String, RunError> {
    let at = Installation::open(&asked.place).await?;
    at.directory.one(&asked.key).await?;
    at.directory.set_active(&asked.key, is_active).await?;
    Ok(format!("{} is {}", asked.key, if is_active { "active" } else { "suspended" }))
}

async fn migrate(at: &Installation) -> Result<String, RunError> {
    let mut lines = Vec::new();
    for tenant in at.directory.all().await? {
        let steps = database::migrate(&at.tenants.url_of(&tenant.key)?).await?;
        lines.push(format!("{}: {steps} steps applied", tenant.key));
    }
    Ok(lines.join("\n"))
}

async fn give_out(asked: &Asked, dir: &Path) -> Result<String, RunError> {
    let (url, config) = of(asked).await?;
    let store = database::existing(&url).await?;
    database::must_be_current(&store).await?;
    let (keys, now) = (store.writer.keys(), database::now());
    keys.unlock(&store.writer, root_of(&config), &kernel::RandomEntropy, now).await?;
    let totals = export::write(&store, dir).await?;
    Ok(format!("{} rows and {} files in {}", totals.0, totals.1, dir.display()))
}

async fn destroy(asked: &Asked, confirm: &str) -> Result<String, RunError> {
    let at = Installation::open(&asked.place).await?;
    let tenant = at.directory.one(&asked.key).await?;
    if confirm != asked.key {
        return Err(RunError::Asked("--confirm must be the key".to_owned()));
    }
    if tenant.is_active {
        return Err(RunError::Asked(format!("suspend {} first", asked.key)));
    }
    at.tenants.remove(&asked.key).await?;
    at.directory.strike(&asked.key).await?;
    Ok(format!("{} is destroyed", asked.key))
}
