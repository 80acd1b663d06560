//! The centre's end: what a node says it holds is noted, and it is told what it should have.

use kernel::{BranchId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Read, Row, Tx, params};
use uuid::Uuid;

use super::node::{Holds, Offer};
use super::{Stage, queries};
use crate::Error;
use crate::replica::message::Pushed;

/// Releases looked at for one that is meant for a node.
const RELEASES_MAX: i64 = 100;
/// Days a version may have been in force at a node before the centre hears of it.
const SINCE_DAYS: i64 = 400;

/// What the centre tells a node about versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Down {
    /// Take this one.
    Offer(Offer),
    /// Do not take up the one that waits for its time: its release was halted.
    Halted(i64),
}

/// Notes what a node says it holds. Of a version that was never meant for it nothing is believed.
pub(crate) async fn hear(
    tx: &mut Tx,
    node: Uuid,
    holds: &Holds,
    now: Timestamp,
) -> Result<(), Error> {
    for held in [&holds.waiting, &holds.in_force].into_iter().flatten() {
        let sql = "update strategy_node set received_at = $3, refused = '' where node_id = $1 and version = $2 \
                   and received_at is null";
        tx.execute(sql, params![node, held.version, now]).await?;
    }
    if let Some(held) = &holds.in_force {
        let sql = "update strategy_node set in_force_at = $3 where node_id = $1 and version = $2 \
                   and in_force_at is null";
        // by its own clock, as far as that can be
        let since = held.since.min(now).max(now.plus_days(-SINCE_DAYS));
        tx.execute(sql, params![node, held.version, since]).await?;
    }
    if let Some(refused) = &holds.refused {
        let sql = "update strategy_node set refused = $3 where node_id = $1 and version = $2 \
                   and received_at is null and refused <> $3";
        tx.execute(sql, params![node, refused.version, refused.code.as_str()]).await?;
    }
    Ok(())
}

/// What a node is told: the newest version that is meant for it, when it has not got it.
pub(crate) async fn tell<R: Read>(
    db: &mut R,
    (node, branch): (Uuid, BranchId),
    holds: &Holds,
) -> Result<Option<Down>, Error> {
    if let Some(waiting) = &holds.waiting {
        let release = queries::release(db, waiting.version).await?;
        if release.is_some_and(|release| release.halted_at.is_some()) {
            return Ok(Some(Down::Halted(waiting.version)));
        }
    }
    let held = holds.newest();
    let Some(target) = target(db, (node, branch), held).await? else { return Ok(None) };
    if holds.refused.as_ref().is_some_and(|refused| refused.version == target) {
        return Ok(None);
    }
    let sql = "select manifest, signature from strategy_bundle where version = $1";
    let row = db.first(sql, params![target]).await?.ok_or(Error::NotFound)?;
    let mut c = row.cols();
    let (manifest, signature) = (c.take()?, c.take()?);
    let content = queries::content(db, target).await?.unwrap_or_default();
    let base = queries::content(db, held).await?;
    let delta = content.since(base.as_ref().unwrap_or(&super::Content::default()))?;
    let base = base.map(|_| held);
    Ok(Some(Down::Offer(Offer { version: target, manifest, signature, base, delta })))
}

/// The newest version after `held` that is meant for a node and was not halted.
async fn target<R: Read>(
    db: &mut R,
    (node, branch): (Uuid, BranchId),
    held: i64,
) -> Result<Option<i64>, Error> {
    let sql = "select version, percent, branches from strategy_bundle where version > $1 \
               and halted_at is null order by version desc limit $2";
    for row in db.query(sql, params![held, RELEASES_MAX]).await? {
        let mut c = row.cols();
        let (version, percent): (i64, i64) = (c.take()?, c.take()?);
        let branches = serde_json::from_str(&c.take::<String>()?)?;
        if (Stage { percent, branches }).covers(node, branch) {
            return Ok(Some(version));
        }
    }
    Ok(None)
}

/// Notes that a version is meant for a node that has enrolled since it was released, and under which version commands
/// were done.
pub(crate) async fn note(
    tx: &mut Tx,
    node: Uuid,
    (told, done): (Option<&Down>, &[Pushed]),
    now: Timestamp,
) -> Result<(), Error> {
    if let Some(Down::Offer(offer)) = told {
        let sql = "insert into strategy_node (node_id, version, released_at) values ($1, $2, $3) \
                   on conflict (node_id, version) do nothing";
        tx.execute(sql, params![node, offer.version, now]).await?;
    }
    if done.is_empty() {
        return Ok(());
    }
    let meant = meant(tx, node).await?;
    if meant.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = done
        .iter()
        .map(|done| {
            let due = meant.iter().filter(|m| m.is_due(done.at)).map(|m| m.version).max();
            let due = due.unwrap_or(0);
            // a version it was never given is none
            let version =
                done.bundle.filter(|v| meant.iter().any(|m| m.version == *v)).unwrap_or(0);
            let is_stale = i64::from(version < due);
            let name = done.name.as_str();
            params![done.id, node, name, done.actor, done.at, version, due, is_stale].to_vec()
        })
        .collect();
    let head = "insert into strategy_work (command_id, node_id, command, actor_id, done_at, version, due, is_stale) values";
    tx.insert_many(head, &rows, "on conflict (command_id) do nothing").await?;
    Ok(())
}

/// A version that is meant for a node.
struct Meant {
    version: i64,
    released_at: Timestamp,
    in_force_at: Timestamp,
    halted_at: Option<Timestamp>,
    is_there: bool,
}

impl Meant {
    /// Whether the node should have had it in force by then.
    fn is_due(&self, at: Timestamp) -> bool {
        let goes_on = self.is_there || self.halted_at.is_none_or(|halted| halted > at);
        self.released_at <= at && self.in_force_at <= at && goes_on
    }
}

async fn meant(tx: &mut Tx, node: Uuid) -> Result<Vec<Meant>, Error> {
    let sql = "select s.version, s.released_at, b.in_force_at, b.halted_at, \
               case when s.in_force_at is null then 0 else 1 end from strategy_node s \
               join strategy_bundle b on b.version = s.version where s.node_id = $1";
    let read = |row: Row| {
        let mut c = row.cols();
        Ok(Meant {
            version: c.take()?,
            released_at: c.take()?,
            in_force_at: c.take()?,
            halted_at: c.take()?,
            is_there: c.take()?,
        })
    };
    tx.query(sql, params![node]).await?.into_iter().map(read).collect()
}
