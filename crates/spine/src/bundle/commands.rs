//! Publishing a version, releasing it further, halting it, and bringing an earlier one back; at the centre.

use kernel::{BranchId, Refusal, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Read, params};
use uuid::Uuid;

use super::manifest::{Manifest, print};
use super::{Content, Stage, queries, signed};
use crate::replica::code;
use crate::{Change, Command, Error, Registry, Work};

/// The permission of whoever publishes.
pub const PUBLISH: &str = "strategy.publish";
/// Characters of a note at most.
const NOTE_CHARS_MAX: usize = 500;
/// Days ahead a version may come into force at most.
const AHEAD_DAYS: i64 = 400;
/// Bytes of a version at most, packed: it travels in one answer.
const BODY_BYTES_MAX: usize = 32 << 20;

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<PublishBundle>();
    registry.add::<StageBundle>();
    registry.add::<HaltBundle>();
    registry.add::<RollBackBundle>();
}

/// Under which id the journal tells of a version.
pub fn record_id(version: i64) -> Uuid {
    Uuid::from_u128(u128::from(version.unsigned_abs()))
}

/// Publishes what stands in the tables now, as it was shown to who publishes.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PublishBundle {
    /// The number it gets, as it was shown.
    pub version: i64,
    /// The print of what was shown.
    pub print: String,
    /// What it is about.
    #[serde(default)]
    pub note: String,
    /// From when on it is in force; at once when nothing is said.
    #[serde(default)]
    pub in_force_at: Option<Timestamp>,
    /// Who gets it first.
    pub stage: Stage,
}

impl Command for PublishBundle {
    const NAME: &'static str = "strategy.publish";
    const PERMISSION: &'static str = PUBLISH;
    type Output = i64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<i64, Error> {
        let newest = queries::newest(w).await?;
        let parts = w.registry.parts();
        let content = Content::read(w, &parts.tables).await?;
        let shown = print(&content.parts()?, &parts.facts(&w.ctx.jurisdiction));
        let is_next = newest.as_ref().map_or(0, |n| n.version) + 1 == self.version;
        if !is_next || shown != self.print {
            return Err(Error::refused("bundle-changed-since"));
        }
        if newest.is_some_and(|newest| !newest.is_other(&shown)) {
            return Err(Error::refused("bundle-nothing-new"));
        }
        let release = (self.note.as_str(), self.in_force_at, &self.stage, None);
        release_content(w, self.version, &content, release).await?;
        Ok(self.version)
    }
}

/// Brings an earlier version back, as a new one; what was published since goes no further.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RollBackBundle {
    /// The version that comes back.
    pub version: i64,
    /// Why.
    pub note: String,
    /// From when on it is in force; at once when nothing is said.
    #[serde(default)]
    pub in_force_at: Option<Timestamp>,
    /// Who gets it.
    pub stage: Stage,
}

impl Command for RollBackBundle {
    const NAME: &'static str = "strategy.roll_back";
    const PERMISSION: &'static str = PUBLISH;
    type Output = i64;

    async fn handle(&self, w: &mut Work<'_>) -> Result<i64, Error> {
        if self.note.trim().is_empty() {
            return Err(Error::refused_field("required", "note"));
        }
        let content = queries::content(w, self.version).await?.ok_or(Error::NotFound)?;
        let newest = queries::newest(w).await?.map_or(0, |n| n.version);
        if newest == self.version {
            return Err(Error::refused("bundle-is-newest"));
        }
        let sql =
            "update strategy_bundle set halted_at = $2 where version > $1 and halted_at is null";
        w.execute(sql, params![self.version, w.ctx.now]).await?;
        let back = Some(self.version);
        let release = (self.note.as_str(), self.in_force_at, &self.stage, back);
        release_content(w, newest + 1, &content, release).await?;
        Ok(newest + 1)
    }
}

/// Signs a version and releases it.
async fn release_content(
    w: &mut Work<'_>,
    version: i64,
    content: &Content,
    (note, in_force_at, stage, brings_back): (&str, Option<Timestamp>, &Stage, Option<i64>),
) -> Result<(), Error> {
    stage.check()?;
    let note = note.trim();
    if note.chars().count() > NOTE_CHARS_MAX {
        return Err(Refusal::field("too-long", "note").arg("max", NOTE_CHARS_MAX).into());
    }
    let now = w.ctx.now;
    let in_force_at = in_force_at.unwrap_or(now).max(now);
    if in_force_at > now.plus_days(AHEAD_DAYS) {
        let refusal = Refusal::field("bundle-too-far-ahead", "in_force_at").arg("days", AHEAD_DAYS);
        return Err(refusal.into());
    }
    let facts = w.registry.parts().facts(&w.ctx.jurisdiction);
    let manifest = Manifest { version, in_force_at, parts: content.parts()?, facts }.encode()?;
    let signature = w.registry.sign(&signed(&manifest))?;
    let body = code::encode(content)?;
    if body.len() > BODY_BYTES_MAX {
        return Err(Refusal::new("bundle-too-large").arg("max", BODY_BYTES_MAX).into());
    }
    let sql = "insert into strategy_bundle (version, manifest, signature, body, note, made_at, made_by, in_force_at, \
               brings_back, percent, branches) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
               on conflict (version) do nothing";
    let branches = serde_json::to_string(&stage.branches)?;
    let row = params![
        version,
        manifest,
        signature,
        body,
        note,
        now,
        w.actor(),
        in_force_at,
        brings_back,
        stage.percent,
        branches.as_str()
    ];
    if w.execute(sql, row).await? == 0 {
        return Err(Error::refused("bundle-changed-since"));
    }
    let nodes = reach(w, version, stage).await?;
    let mut change = Change::new()
        .set("version", version)
        .set("in_force_at", in_force_at.to_string())
        .set("percent", stage.percent)
        .set("nodes", nodes);
    if !stage.branches.is_empty() {
        change = change.set("branches", branches);
    }
    if let Some(back) = brings_back {
        change = change.set("brings_back", back);
    }
    w.record("strategy_bundle", record_id(version), None, change);
    Ok(())
}

/// Notes which nodes should have the version from now on; answers how many are new.
async fn reach(w: &mut Work<'_>, version: i64, stage: &Stage) -> Result<u64, Error> {
    let sql = "select id, branch_id from branch_node where state = 'active'";
    let mut rows = Vec::new();
    for row in w.query(sql, &[]).await? {
        let mut c = row.cols();
        let (node, branch): (Uuid, BranchId) = (c.take()?, c.take()?);
        if stage.covers(node, branch) {
            rows.push(params![node, version, w.ctx.now].to_vec());
        }
    }
    let head = "insert into strategy_node (node_id, version, released_at) values";
    Ok(w.insert_many(head, &rows, "on conflict (node_id, version) do nothing").await?)
}

/// Releases a version to more nodes; one that was halted goes on.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StageBundle {
    /// Which.
    pub version: i64,
    /// Who gets it now; nobody may be left out who had it before.
    pub stage: Stage,
}

impl Command for StageBundle {
    const NAME: &'static str = "strategy.stage";
    const PERMISSION: &'static str = PUBLISH;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        self.stage.check()?;
        let release = queries::release(w, self.version).await?.ok_or(Error::NotFound)?;
        if !self.stage.is_as_wide_as(&release.stage) {
            return Err(Error::refused_field("bundle-stage-narrower", "percent"));
        }
        let sql = "update strategy_bundle set percent = $2, branches = $3, halted_at = null where version = $1";
        let branches = serde_json::to_string(&self.stage.branches)?;
        w.execute(sql, params![self.version, self.stage.percent, branches.as_str()]).await?;
        reach(w, self.version, &self.stage).await?;
        let was = serde_json::to_string(&release.stage.branches)?;
        let change = Change::new()
            .field("percent", release.stage.percent, self.stage.percent)
            .field("branches", was, branches)
            .field("halted", release.halted_at.is_some(), false);
        w.record("strategy_bundle", record_id(self.version), None, change);
        Ok(())
    }
}

/// Stops a release: no further node gets it, and who waits for its time does not take it up.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct HaltBundle {
    /// Which.
    pub version: i64,
}

impl Command for HaltBundle {
    const NAME: &'static str = "strategy.halt";
    const PERMISSION: &'static str = PUBLISH;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        queries::release(w, self.version).await?.ok_or(Error::NotFound)?;
        let sql =
            "update strategy_bundle set halted_at = $2 where version = $1 and halted_at is null";
        if w.execute(sql, params![self.version, w.ctx.now]).await? == 1 {
            let change = Change::new().field("halted", false, true);
            w.record("strategy_bundle", record_id(self.version), None, change);
        }
        Ok(())
    }
}
