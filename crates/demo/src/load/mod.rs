//! Puts the demo bank into a database: through the command bus like everybody else, in batches whose
//! command ids follow from the seed, so that a start that was cut off goes on where it stopped and a
//! second start changes nothing.

mod desk;
mod history;
mod holdings;
mod ids;
mod organisation;
mod people;
mod projects;
mod strategy;

use std::collections::BTreeMap;
use std::sync::Arc;

use engagement::interaction::commands::LoadHistory;
use engagement::project::commands::LoadProjects;
use kernel::{BranchId, UserId};
use parties::client::commands::LoadClients;
use parties::holdings::commands::LoadHoldings;
use parties::identity::NotePairs;
use spine::{Error, Services};
use tokio::task::JoinHandle;

use crate::model::stories::TWIN_SECOND;
use crate::model::{DemoBank, DemoClient, STRETCH, first_card};
use ids::Ids;

pub use organisation::demo_logins;
pub use strategy::release;

/// Clients of one batch: whole blocks, because links stay inside a block or point backwards, and one
/// stretch, because projects stay inside it.
const BATCH: u64 = STRETCH;

/// How much of the past is loaded, by the size of the bank: a bank for measuring needs many clients
/// and contacts, not every movement of every account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Depth {
    /// Months of account turnover.
    pub turnover_months: u32,
    /// Months of single movements.
    pub movement_months: u32,
}

impl Depth {
    /// All of it up to 20 thousand clients, turnover only up to 100 thousand, six months beyond.
    pub const fn for_clients(clients: u64) -> Self {
        match clients {
            0..=20_000 => Self { turnover_months: 24, movement_months: 3 },
            20_001..=100_000 => Self { turnover_months: 24, movement_months: 0 },
            _ => Self { turnover_months: 6, movement_months: 0 },
        }
    }
}

/// Who and what the batches refer to.
struct Places {
    ids: Ids,
    branches: BTreeMap<u16, BranchId>,
    staff: BTreeMap<u16, UserId>,
    depth: Depth,
    today: kernel::Date,
    /// What clients agree to.
    texts: &'static [jurisdiction::ConsentText],
}

/// Loads the organisation and all clients; `progress(done, total)` is told after each batch.
///
/// # Errors
/// The database's; what was loaded stays and is not loaded again by the next call.
pub async fn load(
    services: &Services,
    bank: &DemoBank,
    seed: u64,
    depth: Depth,
    password_hash: Option<String>,
    progress: impl Fn(u64, u64),
) -> Result<(), Error> {
    let ids = Ids::new(seed, bank.today());
    let seeded = organisation::load(services, bank, &ids, password_hash).await?;
    let places = Arc::new(organisation::places(bank, ids, &seeded, depth, &services.jurisdiction));
    let bank = Arc::new(bank.clone());
    let total = bank.clients();
    let mut first = 0;
    let mut next = draw(&bank, &places, first);
    while first < total {
        let batch = next.await.map_err(Error::failure)?;
        let last = (first + BATCH).min(total);
        // the next batch is drawn while this one is written
        next = draw(&bank, &places, last);
        write(services, &places.ids, first, &batch).await?;
        progress(last, total);
        first = last;
    }
    strategy::load(services, &places).await?;
    desk::load(services, &bank, &places).await
}

/// The commands of one batch.
struct Batch {
    clients: LoadClients,
    holdings: LoadHoldings,
    history: LoadHistory,
    projects: LoadProjects,
    twins: NotePairs,
}

/// Draws the batch that begins with a client, beside whoever waits for it.
fn draw(bank: &Arc<DemoBank>, places: &Arc<Places>, first: u64) -> JoinHandle<Batch> {
    let (bank, places) = (Arc::clone(bank), Arc::clone(places));
    tokio::task::spawn_blocking(move || {
        let last = (first + BATCH).min(bank.clients());
        let drawn: Vec<DemoClient> = (first..last).map(|n| bank.client(n)).collect();
        Batch {
            clients: LoadClients {
                clients: drawn.iter().map(|c| people::loaded(&places, c)).collect(),
                source: "demo".to_owned(),
            },
            holdings: holdings::loaded(&places, &drawn),
            history: history::loaded(&places, &drawn),
            projects: projects::loaded(&places, first, &bank.projects(&drawn)),
            twins: NotePairs {
                client_ids: (first..last)
                    .filter(|n| *n == TWIN_SECOND || first_card(*n).is_some())
                    .map(|n| places.ids.client(n))
                    .collect(),
                found_by: "register".to_owned(),
            },
        }
    })
}

async fn write(services: &Services, ids: &Ids, first: u64, batch: &Batch) -> Result<(), Error> {
    let ctx = services.system("demo");
    let bus = &services.bus;
    bus.execute(&ctx, ids.command("clients", first), &batch.clients).await?;
    bus.execute(&ctx, ids.command("holdings", first), &batch.holdings).await?;
    bus.execute(&ctx, ids.command("history", first), &batch.history).await?;
    bus.execute(&ctx, ids.command("projects", first), &batch.projects).await?;
    bus.execute(&ctx, ids.command("twins", first), &batch.twins).await?;
    Ok(())
}
