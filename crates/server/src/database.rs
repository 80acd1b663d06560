//! Opening databases for the command line.

use std::path::Path;
use std::sync::Arc;

use kernel::{Clock, RandomEntropy, SystemClock};
use store::Store;
use store::dump::schema;
use store::keys::Root;
use tokio::sync::watch;

use crate::RunError;
use crate::config::Config;
use crate::wiring::{self, Core, Setting};

/// What a node over this configuration is opened with, on the machine's clock and randomness.
///
/// # Errors
/// When zone or currency do not exist.
pub(crate) fn setting(
    config: &Config,
    demo: Option<web::DemoMode>,
    root: Option<Arc<dyn Root>>,
    stopping: watch::Receiver<bool>,
) -> Result<Setting, RunError> {
    Ok(Setting {
        url: config.db.clone(),
        node: config.node.clone(),
        jurisdiction: config.jurisdiction.clone(),
        currency: config.money()?,
        zone: config.time_zone()?,
        secure_cookies: config.secure_cookies,
        proxies: config.proxies.clone(),
        demo,
        root,
        oidc: config.providers()?,
        clock: Arc::new(SystemClock),
        entropy: Arc::new(RandomEntropy),
        stopping,
    })
}

/// The machine's time, once, at the edge.
pub(crate) fn now() -> kernel::Timestamp {
    SystemClock.now()
}

/// Opens a database that must be there: a wrong path must not bring forth an empty bank.
///
/// # Errors
/// When it is not there or does not answer.
pub(crate) async fn existing(url: &str) -> Result<Store, RunError> {
    must_exist(url)?;
    Ok(Store::open(url).await?)
}

fn must_exist(url: &str) -> Result<(), RunError> {
    match url.strip_prefix("sqlite:") {
        Some(path) if !Path::new(path).is_file() => {
            Err(RunError::Asked(format!("there is no database {path}")))
        }
        _ => Ok(()),
    }
}

/// Opens a node without pages over a database whose schema is up to date; without a root it can do nothing
/// that has to do with clients.
///
/// # Errors
/// When the database is not there, behind, or does not answer.
pub(crate) async fn core(url: &str, root: Option<Arc<dyn Root>>) -> Result<Core, RunError> {
    let store = existing(url).await?;
    must_be_current(&store).await?;
    drop(store);
    let (_stop, stopping) = watch::channel(false);
    let setting = setting(&Config::over(url), None, root, stopping)?;
    Ok(Core::open(&setting, wiring::modules()).await?)
}

/// # Errors
/// When steps of the schema are missing, or are there that this program does not know.
pub(crate) async fn must_be_current(store: &Store) -> Result<(), RunError> {
    let steps = wiring::migrations(&wiring::modules());
    let applied = schema::applied(&mut store.reader.clone()).await?;
    let missing = steps.iter().filter(|s| !applied.contains(&i64::from(s.number))).count();
    if missing > 0 {
        let words = format!("the schema is {missing} steps behind: run `tessera migrate` first");
        return Err(RunError::Asked(words));
    }
    if applied.len() > steps.len() {
        let words = "the database was used by a newer version of this program";
        return Err(RunError::Asked(words.to_owned()));
    }
    Ok(())
}

/// `tessera migrate`: brings the schema up to date; answers how many steps were applied.
///
/// # Errors
/// When the database does not answer or refuses a step.
pub(crate) async fn migrate(url: &str) -> Result<usize, RunError> {
    let store = Store::open(url).await?;
    Ok(store.writer.migrate(&wiring::migrations(&wiring::modules())).await?)
}
