//! The demo bank's shell: `tessera demo` fills a folder once and serves it, `tessera generate` fills any
//! database. What the bank is made of belongs to the room `demo`.

mod plan;
mod progress;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Args;
use connect::http_client::Reach;
use connect::webhook::Sender;
use demo::load::{Depth, demo_logins, load, release};
use demo::model::DemoBank;
use spine::Services;
use tokio::sync::watch;
use web::DemoMode;

use self::plan::Plan;
use self::progress::Shown;
use crate::cli::Db;
use crate::config::{Config, LISTEN};
use crate::wiring::{self, Node};
use crate::{RunError, database, host, reader, root};

/// What `tessera demo` is asked for.
#[derive(Clone, Debug, Args)]
pub(crate) struct Asked {
    /// Where the bank is kept.
    #[arg(long, default_value = "./demo-data")]
    dir: PathBuf,
    /// Where to listen.
    #[arg(long, value_name = "ADDR", default_value_t = LISTEN)]
    listen: SocketAddr,
    /// How many clients (5000 in a new folder).
    #[arg(long)]
    clients: Option<u64>,
    /// The same seed makes the same bank.
    #[arg(long)]
    seed: Option<u64>,
    /// Do not open the browser.
    #[arg(long)]
    no_open: bool,
}

/// What `tessera generate` is asked for.
#[derive(Clone, Debug, Args)]
pub(crate) struct Generate {
    /// How many clients.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    clients: u64,
    /// How many contacts with them, about.
    #[arg(long)]
    interactions: u64,
    /// The same seed makes the same bank.
    #[arg(long)]
    seed: u64,
    #[command(flatten)]
    db: Db,
}

/// Who is signed in by which button.
pub(crate) fn demo_mode() -> DemoMode {
    DemoMode { logins: demo_logins() }
}

/// Refuses demo mode in front of a bank that nobody has made up: there everybody would be signed in as anybody.
///
/// # Errors
/// When people work here whose sign-in names no made-up bank has.
pub(crate) fn must_be_made_up(services: &Services) -> Result<(), RunError> {
    let directory = services.directory.get();
    let is_there = |login: &String| directory.staff.values().any(|s| s.login == *login);
    if directory.staff.is_empty() || demo_logins().iter().all(|(_, login)| is_there(login)) {
        return Ok(());
    }
    let words = "demo = true, but this is no made-up bank: everybody could sign in as anybody";
    Err(RunError::Asked(words.to_owned()))
}

/// Fills the folder if it has not been, and serves until told to stop.
///
/// # Errors
/// When the address is taken, the folder holds another bank, or the disk fails.
pub(crate) async fn run(asked: &Asked) -> Result<(), RunError> {
    let listener = host::listen(asked.listen).await?;
    std::fs::create_dir_all(&asked.dir).map_err(RunError::io(asked.dir.display().to_string()))?;
    let mut plan = Plan::of(&asked.dir, asked.clients, asked.seed, database::now())?;
    let config = Config::over(&format!("sqlite:{}", asked.dir.join("bank.db").display()));
    let (stop, stopping) = watch::channel(false);
    let root = root::named(&config.key_file, &config.key_command);
    let setting = database::setting(&config, Some(demo_mode()), Some(root), stopping)?;
    let node = Node::open(setting, wiring::modules(), wiring::pages()).await?;
    if !plan.complete {
        plan.write(&asked.dir)?;
        let bank = DemoBank::new(plan.seed, plan.clients, plan.today);
        fill(&node.services, &bank, plan.seed).await?;
        release(&node.services, &bank, plan.seed).await?;
        plan.complete = true;
        plan.write(&asked.dir)?;
    }
    let open = !asked.no_open;
    let ready = move |url: &str| {
        if open {
            open_browser(url);
        }
    };
    let address = listener.local_addr().map_err(RunError::io("the listening address"))?;
    let named = format!("http://localhost:{}", address.port());
    reader::beside(asked.dir.join("card"), &[format!("http://{address}"), named]).await;
    // whoever tries webhooks out listens on his own machine
    let sender = Sender::new(node.services, Reach::Anywhere);
    let at_once = std::time::Duration::ZERO;
    let keeping = host::keep(node.keepers, sender, &stop);
    host::serve(listener, node.router, keeping, (stop, at_once), ready).await
}

/// Fills a database whose schema is up to date with a made-up bank for measuring.
///
/// # Errors
/// When the database is not there, behind, or fails; the same call again goes on from there.
pub(crate) async fn generate(asked: &Generate) -> Result<(), RunError> {
    let core = database::core(&asked.db.url, Some(asked.db.root())).await?;
    let mean = u32::try_from(asked.interactions.div_ceil(asked.clients.max(1)))
        .map_err(|_| RunError::Asked("so many interactions per client cannot be".to_owned()))?;
    let today = plan::today(database::now());
    let bank = DemoBank::new(asked.seed, asked.clients, today).with_interactions_mean(mean);
    core.keepers.prepare_bulk_load().await?;
    fill(&core.services, &bank, asked.seed).await?;
    core.keepers.seal_and_read().await?;
    core.keepers.finish_bulk_load().await?;
    Ok(())
}

async fn fill(services: &Services, bank: &DemoBank, seed: u64) -> Result<(), RunError> {
    let shown = Shown::new("clients");
    let depth = Depth::for_clients(bank.clients());
    load(services, bank, seed, depth, None, |done, total| shown.tell(done, total)).await?;
    shown.end();
    services.directory.reload(&services.reader).await?;
    Ok(())
}

/// Opens the desktop's browser when there is one; a server without a desktop goes without.
fn open_browser(url: &str) {
    let opener = ["/usr/bin/xdg-open", "/usr/local/bin/xdg-open", "/usr/bin/open"];
    let Some(opener) = opener.into_iter().find(|path| Path::new(path).is_file()) else {
        return;
    };
    let mut command = Command::new(opener);
    command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.spawn() {
        // it ends by itself; whoever waits for it here would wait for the browser
        Ok(child) => drop(child),
        Err(error) => tracing::debug!(%error, "no browser was opened"),
    }
}
