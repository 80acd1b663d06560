//! The walk over the whole bank: every client's keys are brought in step, the common names are counted,
//! then the keys are read in order and whoever shares one is compared.
//!
//! Memory holds one stretch at a time. After each stretch its pairs and the place behind it are written in
//! one transaction, so that a walk that was cut off goes on where it stopped.

use std::collections::{BTreeMap, BTreeSet};

use jurisdiction::Pack;
use jurisdiction::fellegi_sunter::{Decision, Field};
use kernel::ClientId;
use serde_json::{Value as Json, json};
use spine::{Ctx, JobContext, JobError, JobHandler, Run};
use store::Reader;
use uuid::Uuid;

use super::commands::{FindDuplicates, RefreshMatchKeys, RefreshNameShares, StorePairs, WalkPlace};
use super::compare::{NameShares, compare};
use super::keys::keys;
use super::pair::{FoundPair, ordered};
use super::queries::{
    self, KeyRow, Walk, clients_after, common_names, comparable_clients, count_keys, key_page,
    load_records, shares_of, stored_keys,
};
use super::record::Record;

/// Clients whose keys are looked through in one go.
const CLIENTS: i64 = 2_000;
/// Keys of one stretch.
const KEYS: i64 = 8_000;
/// Clients of one key that are all compared with one another.
const BLOCK_MAX: usize = 50;
/// In a larger block each is compared with so many that stand next to him by name.
const NEIGHBOURS: usize = 10;

/// Runs the walk.
pub(crate) struct FindDuplicatesJob;

impl JobHandler for FindDuplicatesJob {
    fn kind(&self) -> &'static str {
        FindDuplicates::JOB
    }
    fn run<'a>(&'a self, job: &'a JobContext) -> Run<'a> {
        Box::pin(async move {
            let ctx = job.services.system("job");
            let pack = crate::client::pack(&ctx)?;
            let mut db = job.services.reader.long();
            let walk = match queries::walk(&mut db, job.id).await? {
                Some(walk) => walk,
                None => start(&mut db).await?,
            };
            Stretches { job, ctx, pack, db, walk }.run().await
        })
    }
}

async fn start(db: &mut Reader) -> Result<Walk, JobError> {
    let total = comparable_clients(db).await?.saturating_add(count_keys(db).await?);
    let cursor = Uuid::nil().to_string();
    Ok(Walk { phase: "keys".to_owned(), cursor, done: 0, total, found: 0 })
}

struct Stretches<'a> {
    job: &'a JobContext,
    ctx: Ctx,
    pack: &'static Pack,
    db: Reader,
    walk: Walk,
}

impl Stretches<'_> {
    async fn run(mut self) -> Result<Json, JobError> {
        self.job.progress(self.walk.done, self.walk.total).await?;
        if self.walk.phase == "keys" {
            while self.next_clients().await? {}
            self.name_shares().await?;
            self.walk.phase = "pairs".to_owned();
            self.walk.cursor = String::new();
            self.walk.total = self.walk.done.saturating_add(count_keys(&mut self.db).await?);
            self.store(Vec::new()).await?;
        }
        while self.next_keys().await? {}
        Ok(json!({ "found": self.walk.found }))
    }

    /// Brings the keys of the next clients in step; answers whether there were any.
    async fn next_clients(&mut self) -> Result<bool, JobError> {
        let after: Uuid = self.walk.cursor.parse().unwrap_or_default();
        let ids = clients_after(&mut self.db, after.into(), CLIENTS).await?;
        let Some(last) = ids.last() else { return Ok(false) };
        let records = load_records(&mut self.db, self.pack, &ids).await?;
        let stored = stored_keys(&mut self.db, &ids).await?;
        let nothing = BTreeSet::new();
        let stale: Vec<ClientId> = ids
            .iter()
            .copied()
            .filter(|id| {
                let now = records.get(id).map(|r| keys(self.pack, r)).unwrap_or_default();
                now != *stored.get(id).unwrap_or(&nothing)
            })
            .collect();
        if !stale.is_empty() {
            let command = RefreshMatchKeys { ids: stale };
            self.job.services.execute(&self.ctx, self.ctx.command_id(), &command).await?;
        }
        self.walk.cursor = last.to_string();
        self.walk.done = self.walk.done.saturating_add(i64::try_from(records.len()).unwrap_or(0));
        self.store(Vec::new()).await?;
        Ok(true)
    }

    /// Counts anew which names are common.
    async fn name_shares(&mut self) -> Result<(), JobError> {
        let total = comparable_clients(&mut self.db).await?;
        let model = &self.pack.matching;
        let shares_ppm = if total < i64::from(model.shares_from_clients) {
            Vec::new()
        } else {
            common_names(&mut self.db, total, model.chance_ppm(Field::Surname)).await?
        };
        let command = RefreshNameShares { shares_ppm };
        self.job.services.execute(&self.ctx, self.ctx.command_id(), &command).await?;
        Ok(())
    }

    /// Compares whoever shares one of the next keys; answers whether there were any.
    async fn next_keys(&mut self) -> Result<bool, JobError> {
        let rows = key_page(&mut self.db, &self.walk.cursor, KEYS).await?;
        let is_last = i64::try_from(rows.len()).unwrap_or(i64::MAX) < KEYS;
        let (blocks, read) = whole_blocks(rows, is_last);
        let Some(last) = blocks.keys().next_back() else { return Ok(false) };
        self.walk.cursor = last.clone();
        self.walk.done = self.walk.done.saturating_add(read).min(self.walk.total);
        let shared: Vec<Vec<ClientId>> = blocks.into_values().filter(|ids| ids.len() > 1).collect();
        let ids: BTreeSet<ClientId> = shared.iter().flatten().copied().collect();
        let ids: Vec<ClientId> = ids.into_iter().collect();
        let records = load_records(&mut self.db, self.pack, &ids).await?;
        let shares = shares_of(&mut self.db, records.values()).await?;
        let mut found = BTreeMap::new();
        for block in &shared {
            compare_block(self.pack, block, &records, &shares, &mut found);
            // a stretch may take long; others on this thread get their turn
            tokio::task::yield_now().await;
        }
        self.store(found.into_values().flatten().collect()).await?;
        Ok(!is_last)
    }

    /// Keeps what a stretch found and where the walk stands, and tells how far it is.
    async fn store(&mut self, pairs: Vec<FoundPair>) -> Result<(), JobError> {
        let place = WalkPlace {
            job_id: self.job.id,
            phase: self.walk.phase.clone(),
            cursor: self.walk.cursor.clone(),
            done: self.walk.done,
            total: self.walk.total,
        };
        self.job.progress(self.walk.done, self.walk.total).await?;
        let ctx = self.job.services.system("job");
        let command = StorePairs { pairs, place };
        let fresh = self.job.services.execute(&ctx, ctx.command_id(), &command).await?;
        self.walk.found = self.walk.found.saturating_add(i64::try_from(fresh).unwrap_or(0));
        Ok(())
    }
}

/// The rows by key, with how many they are. The last key of a full page may go on behind it and is left
/// for the next, unless it fills the page alone: then it is cut.
fn whole_blocks(rows: Vec<KeyRow>, is_last: bool) -> (BTreeMap<String, Vec<ClientId>>, i64) {
    let mut blocks: BTreeMap<String, Vec<ClientId>> = BTreeMap::new();
    for (key, id) in rows {
        blocks.entry(key).or_default().push(id);
    }
    if !is_last && blocks.len() > 1 {
        blocks.pop_last();
    }
    let read = blocks.values().map(Vec::len).sum::<usize>();
    (blocks, i64::try_from(read).unwrap_or(i64::MAX))
}

/// Pairs already compared in a stretch, with what came of it.
type Compared = BTreeMap<(ClientId, ClientId), Option<FoundPair>>;

fn compare_block(
    pack: &Pack,
    block: &[ClientId],
    records: &BTreeMap<ClientId, Record>,
    shares: &NameShares,
    found: &mut Compared,
) {
    let mut of: Vec<&Record> = block.iter().filter_map(|id| records.get(id)).collect();
    let reach = if of.len() > BLOCK_MAX { NEIGHBOURS } else { BLOCK_MAX };
    if of.len() > BLOCK_MAX {
        of.sort_by_key(|r| (&r.last_name.token, &r.first_name.token, &r.patronymic.token, r.id));
    }
    for (place, one) in of.iter().enumerate() {
        for other in of.iter().skip(place + 1).take(reach) {
            let (Some(a), Some(b)) = (one.id, other.id) else { continue };
            if !one.is_comparable(other) {
                continue;
            }
            found.entry(ordered(a, b)).or_insert_with(|| {
                let likeness = compare(pack, one, other, shares);
                let is_likely = likeness.decision != Decision::Distinct;
                is_likely.then(|| FoundPair::new(a, b, likeness))
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> ClientId {
        Uuid::from_u128(n).into()
    }

    #[test]
    fn a_key_cut_by_the_page_is_read_again() {
        let rows = vec![("a".to_owned(), id(1)), ("b".to_owned(), id(1)), ("b".to_owned(), id(2))];
        let (blocks, read) = whole_blocks(rows.clone(), false);
        assert_eq!((blocks.len(), read), (1, 1));
        let (blocks, read) = whole_blocks(rows, true);
        assert_eq!((blocks.len(), read), (2, 3));
        let (blocks, read) = whole_blocks(vec![("a".to_owned(), id(1)); 3], false);
        assert_eq!((blocks.len(), read), (1, 3));
    }
}
