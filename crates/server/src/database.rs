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
        store: config.store(),
        node: config.node.clone(),
        lease: None,
        jurisdiction: config.jurisdiction.clone(),
        currency: config.money()?,
        zone: config.time_zone()?,
        secure_cookies: config.secure_cookies,
        proxies: config.proxies.clone(),
        demo,
        root,
        oidc: config.providers()?,
        guards: config.guards()?,
        party: config.party(),
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
    Ok(core_of(&Config::over(url), root).await?.0)
}

/// The same over a configuration, and what it was opened with.
///
/// # Errors
/// As [`core`]; when zone or currency do not exist.
pub(crate) async fn core_of(
    config: &Config,
    root: Option<Arc<dyn Root>>,
) -> Result<(Core, Setting), RunError> {
    let store = existing(&config.db).await?;
    must_be_current(&store).await?;
    drop(store);
    let (_stop, stopping) = watch::channel(false);
    let setting = setting(config, None, root, stopping)?;
    let core = Core::open(&setting, wiring::modules()).await?;
    Ok((core, setting))
}

/// Whether this program can work with the schema. Steps of a newer program that only added something do not
/// matter: old and new work side by side.
///
/// # Errors
/// When steps are missing, or one was applied that took away what this program needs.
pub(crate) async fn must_be_current(store: &Store) -> Result<(), RunError> {
    let steps = wiring::migrations(&wiring::modules());
    let is_known = |number: i64| steps.iter().any(|s| i64::from(s.number) == number);
    let mut db = store.reader.clone();
    let applied = schema::applied(&mut db).await?;
    let missing = steps.iter().filter(|s| !applied.contains(&i64::from(s.number))).count();
    if missing > 0 {
        let words = format!("the schema is {missing} steps behind: run `tessera migrate` first");
        return Err(RunError::Asked(words));
    }
    let contractions = schema::contractions(&mut db).await?;
    if let Some((step, name)) = contractions.into_iter().find(|(step, _)| !is_known(*step)) {
        let words = format!(
            "the database was changed for newer versions of this program only (step {step}, {name})"
        );
        return Err(RunError::Asked(words));
    }
    let newer = applied.iter().filter(|number| !is_known(**number)).count();
    if newer > 0 {
        tracing::info!(steps = newer, "the schema has steps of a newer version; they only add");
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
