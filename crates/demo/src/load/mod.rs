//! Puts the demo bank into a database: through the command bus like everybody else, in batches whose
//! command ids follow from the seed, so that a start that was cut off goes on where it stopped and a
//! second start changes nothing.

mod history;
mod holdings;
mod ids;
mod organisation;
mod people;

use std::collections::BTreeMap;

use kernel::{BranchId, UserId};
use spine::{Error, Services};

use crate::model::{BLOCK, DemoBank, DemoClient};
use ids::Ids;

pub use organisation::demo_logins;

/// Clients of one batch: whole blocks, because links stay inside a block or point backwards.
const BATCH: u64 = BLOCK * 4;

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
    let places = organisation::places(bank, ids, &seeded, depth);
    let total = bank.clients();
    let mut first = 0;
    while first < total {
        let last = (first + BATCH).min(total);
        let clients: Vec<DemoClient> = (first..last).map(|n| bank.client(n)).collect();
        batch(services, &places, first, &clients).await?;
        progress(last, total);
        first = last;
    }
    Ok(())
}

async fn batch(
    services: &Services,
    places: &Places,
    first: u64,
    clients: &[DemoClient],
) -> Result<(), Error> {
    let ctx = services.system("demo");
    let ids = &places.ids;
    let command = parties::client::commands::LoadClients {
        clients: clients.iter().map(|c| people::loaded(places, c)).collect(),
        source: "demo".to_owned(),
    };
    services.bus.execute(&ctx, ids.command("clients", first), &command).await?;
    let command = holdings::loaded(places, clients);
    services.bus.execute(&ctx, ids.command("holdings", first), &command).await?;
    let command = history::loaded(places, clients);
    services.bus.execute(&ctx, ids.command("history", first), &command).await?;
    Ok(())
}
