//! What was published, what would be, which node has what, and what was done under an old version.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{BranchId, Timestamp, UserId};
use serde::Serialize;
use store::dump::schema;
use store::{Read, Row, Value, params};
use uuid::Uuid;

use super::manifest::{Manifest, print};
use super::{Content, PartTable, Stage};
use crate::replica::code;
use crate::replica::message::Wire;
use crate::{Error, Services};

/// Releases looked at for what a new node should have.
const RELEASES_MAX: i64 = 100;

/// A version that was published.
#[derive(Clone, Debug)]
pub struct Release {
    /// Its number.
    pub version: i64,
    /// What was signed.
    pub manifest: Manifest,
    /// What it is about.
    pub note: String,
    /// When it was published.
    pub made_at: Timestamp,
    /// By whom.
    pub made_by: Option<UserId>,
    /// The version it brings back.
    pub brings_back: Option<i64>,
    /// Who gets it.
    pub stage: Stage,
    /// Since when it goes no further.
    pub halted_at: Option<Timestamp>,
}

impl Release {
    /// Whether publishing what has this print is anything else than publishing this version again.
    pub(super) fn is_other(&self, print: &str) -> bool {
        self.halted_at.is_some() || self.manifest.print() != print
    }
}

const COLUMNS: &str =
    "version, manifest, note, made_at, made_by, brings_back, percent, branches, halted_at";

fn read(row: Row) -> Result<Release, Error> {
    let mut c = row.cols();
    Ok(Release {
        version: c.take()?,
        manifest: Manifest::decode(&c.take::<Vec<u8>>()?)?,
        note: c.take()?,
        made_at: c.take()?,
        made_by: c.take()?,
        brings_back: c.take()?,
        stage: Stage {
            percent: c.take()?,
            branches: serde_json::from_str::<Vec<BranchId>>(&c.take::<String>()?)?,
        },
        halted_at: c.take()?,
    })
}

/// The newest first, at most so many.
///
/// # Errors
/// The database's.
pub async fn releases<R: Read>(db: &mut R, limit: i64) -> Result<Vec<Release>, Error> {
    let sql = format!("select {COLUMNS} from strategy_bundle order by version desc limit $1");
    db.query(&sql, params![limit]).await?.into_iter().map(read).collect()
}

/// One version.
///
/// # Errors
/// The database's.
pub async fn release<R: Read>(db: &mut R, version: i64) -> Result<Option<Release>, Error> {
    let sql = format!("select {COLUMNS} from strategy_bundle where version = $1");
    db.first(&sql, params![version]).await?.map(read).transpose()
}

/// The newest.
///
/// # Errors
/// The database's.
pub async fn newest<R: Read>(db: &mut R) -> Result<Option<Release>, Error> {
    Ok(releases(db, 1).await?.into_iter().next())
}

/// All rows of a version.
///
/// # Errors
/// The database's.
pub async fn content<R: Read>(db: &mut R, version: i64) -> Result<Option<Content>, Error> {
    let sql = "select body from strategy_bundle where version = $1";
    let body = db.first(sql, params![version]).await?.map(Row::one::<Vec<u8>>).transpose()?;
    body.map(|body| code::decode(&body)).transpose()
}

/// What publishing now would publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Draft {
    /// The number it would get.
    pub version: i64,
    /// The print of all of it, which publishing asks for.
    pub print: String,
    /// What has changed since the newest version.
    pub changes: Vec<Changed>,
    /// Facts that are not those of the newest version: names and values of now.
    pub facts: BTreeMap<String, String>,
    /// Whether there is anything to publish: something has changed, or the newest version was stopped.
    pub is_new: bool,
}

/// A row that is not as in the newest version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Changed {
    /// The part.
    pub part: String,
    /// `new`, `edited` or `gone`.
    pub how: &'static str,
    /// Its key, as people know it; all its words where it has none.
    pub key: String,
}

/// Whether publishing now would publish anything new.
///
/// # Errors
/// The database's; refusal `bundle-too-large`.
pub async fn has_news<R: Read>(db: &mut R, services: &Services) -> Result<bool, Error> {
    let parts = services.bus.registry().parts();
    let content = Content::read(db, &parts.tables).await?;
    let print = print(&content.parts()?, &parts.facts(&services.jurisdiction));
    Ok(newest(db).await?.is_none_or(|newest| newest.is_other(&print)))
}

/// What publishing now would publish, and what of it is new.
///
/// # Errors
/// The database's; refusal `bundle-too-large`.
pub async fn draft<R: Read>(db: &mut R, services: &Services) -> Result<Draft, Error> {
    let parts = services.bus.registry().parts();
    let content = Content::read(db, &parts.tables).await?;
    let newest = newest(db).await?;
    let version = newest.as_ref().map_or(0, |n| n.version);
    let base = self::content(db, version).await?.unwrap_or_default();
    let mut facts = parts.facts(&services.jurisdiction);
    let print = print(&content.parts()?, &facts);
    let is_new = newest.as_ref().is_none_or(|newest| newest.is_other(&print));
    if let Some(newest) = &newest {
        facts.retain(|name, value| newest.manifest.facts.get(name) != Some(value));
    }
    let tables = schema::tables(db).await?;
    let mut changes = Vec::new();
    for table in &content.tables {
        let known = tables.iter().find(|t| t.name == table.table);
        let key: Vec<String> = known.map(|t| t.key.clone()).unwrap_or_default();
        changes.extend(compared(table, base.table(&table.table), &key));
    }
    Ok(Draft { version: version + 1, print, changes, facts, is_new })
}

/// Rows of a table that are not as they were.
fn compared(table: &PartTable, base: Option<&PartTable>, key: &[String]) -> Vec<Changed> {
    let (now, was) = (by_key(table, key), base.map(|b| by_key(b, key)).unwrap_or_default());
    let keys: BTreeSet<&String> = now.keys().chain(was.keys()).collect();
    let how = |key: &String| match (was.get(key), now.get(key)) {
        (None, _) => Some("new"),
        (_, None) => Some("gone"),
        (was, now) => (was != now).then_some("edited"),
    };
    let shown = |key: &String| shown(table, now.get(key).or(was.get(key)).copied());
    let changed = |key| {
        let part = table.part.clone();
        how(key).map(|how| Changed { part, how, key: shown(key) })
    };
    keys.into_iter().filter_map(changed).collect()
}

/// A row as people know it: its key, or all its words where it has none.
fn shown(table: &PartTable, row: Option<&Vec<Wire>>) -> String {
    let columns = table.columns.iter().zip(row.into_iter().flatten());
    let texts = columns.filter_map(|(column, value)| match &value.0 {
        Value::Text(text) if !text.is_empty() => Some((column.as_str(), text.as_str())),
        _ => None,
    });
    let texts: Vec<(&str, &str)> = texts.collect();
    let key = texts.iter().find(|(column, _)| *column == "key");
    key.map_or_else(
        || texts.iter().map(|(_, text)| *text).collect::<Vec<_>>().join(" · "),
        |(_, key)| (*key).to_owned(),
    )
}

fn by_key<'a>(table: &'a PartTable, key: &[String]) -> BTreeMap<String, &'a Vec<Wire>> {
    let places: Vec<usize> =
        key.iter().filter_map(|name| table.columns.iter().position(|c| c == name)).collect();
    let of = |row: &Vec<Wire>| {
        let values: Vec<_> = places.iter().filter_map(|place| row.get(*place)).collect();
        format!("{values:?}")
    };
    table.rows.iter().map(|row| (of(row), row)).collect()
}

/// How a node stands with the version it should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It has refused it.
    Refused,
    /// It should have it in force, and has not.
    Late,
    /// It was never heard to have any version.
    Never,
    /// It has not got it yet, and it is not in force yet either.
    OnItsWay,
    /// It has it and waits for its time.
    Waiting,
    /// It is in force there.
    InForce,
    /// No version is meant for it.
    None,
}

impl Standing {
    /// The end of its text key.
    pub const fn key(self) -> &'static str {
        match self {
            Standing::Refused => "refused",
            Standing::Late => "late",
            Standing::Never => "never",
            Standing::OnItsWay => "on-its-way",
            Standing::Waiting => "waiting",
            Standing::InForce => "in-force",
            Standing::None => "none",
        }
    }
}

/// What a node has and should have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct OnMap {
    /// The node.
    pub node_id: Uuid,
    /// Its name.
    pub name: String,
    /// Its branch.
    pub branch_id: BranchId,
    /// The version it should have; none when none is meant for it.
    pub due: Option<i64>,
    /// The version in force there, as far as it has told.
    pub in_force: Option<i64>,
    /// Since when.
    pub since: Option<Timestamp>,
    /// The version it has got last.
    pub received: Option<i64>,
    /// How it stands with the one it should have.
    pub standing: Standing,
    /// Why it has refused it; or empty.
    pub refused: String,
}

/// Every node that exchanges, by name.
///
/// # Errors
/// The database's.
pub async fn map<R: Read>(db: &mut R, now: Timestamp) -> Result<Vec<OnMap>, Error> {
    let sql = "select n.id, n.name, n.branch_id, s.version, s.received_at, s.in_force_at, s.refused, b.in_force_at, \
               b.halted_at from branch_node n left join strategy_node s on s.node_id = n.id \
               left join strategy_bundle b on b.version = s.version where n.state = 'active' \
               order by n.name, n.id, s.version";
    let mut all: Vec<OnMap> = Vec::new();
    for row in db.query(sql, &[]).await? {
        let mut c = row.cols();
        let (node_id, name, branch_id): (Uuid, String, BranchId) =
            (c.take()?, c.take()?, c.take()?);
        if all.last().is_none_or(|last| last.node_id != node_id) {
            let (due, in_force, since, received) = (None, None, None, None);
            let (standing, refused) = (Standing::None, String::new());
            all.push(OnMap {
                node_id,
                name,
                branch_id,
                due,
                in_force,
                since,
                received,
                standing,
                refused,
            });
        }
        let version: Option<i64> = c.take()?;
        let (Some(version), Some(node)) = (version, all.last_mut()) else { continue };
        let (received, since): (Option<Timestamp>, Option<Timestamp>) = (c.take()?, c.take()?);
        let (refused, at): (String, Timestamp) = (c.take()?, c.take()?);
        let is_halted = c.take::<Option<Timestamp>>()?.is_some();
        if received.is_some() {
            node.received = Some(version);
        }
        if since.is_some() {
            (node.in_force, node.since) = (Some(version), since);
        }
        if is_halted && since.is_none() {
            continue;
        }
        // versions come in their order: the last that is meant for it is the one it should have
        node.due = Some(version);
        node.standing = match (since, received) {
            (Some(_), _) => Standing::InForce,
            _ if !refused.is_empty() => Standing::Refused,
            (None, Some(_)) if at > now => Standing::Waiting,
            (None, None) if node.received.is_none() => Standing::Never,
            (None, None) if at > now => Standing::OnItsWay,
            (None, _) => Standing::Late,
        };
        node.refused = refused;
    }
    let releases = releases(db, RELEASES_MAX).await?;
    all.iter_mut().filter(|node| node.due.is_none()).for_each(|node| expect(node, &releases));
    Ok(all)
}

/// What a node that has enrolled since is told with the next answer.
fn expect(node: &mut OnMap, releases: &[Release]) {
    let is_meant = |release: &&Release| {
        release.halted_at.is_none() && release.stage.covers(node.node_id, node.branch_id)
    };
    if let Some(release) = releases.iter().find(is_meant) {
        node.due = Some(release.version);
        let is_new = node.received.is_none();
        node.standing = if is_new { Standing::Never } else { Standing::OnItsWay };
    }
}

/// A command that was done under another version than the node should have had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct StaleWork {
    /// The command.
    pub command_id: Uuid,
    /// Its name.
    pub command: String,
    /// The node.
    pub node_id: Uuid,
    /// Its name.
    pub node: String,
    /// Its branch.
    pub branch_id: BranchId,
    /// Who did it.
    pub actor_id: UserId,
    /// When, by the branch's clock.
    pub done_at: Timestamp,
    /// The version it was done under; 0 for none.
    pub version: i64,
    /// The version the node should have had.
    pub due: i64,
}

/// The latest of them, at most so many.
///
/// # Errors
/// The database's.
pub async fn stale_work<R: Read>(db: &mut R, limit: i64) -> Result<Vec<StaleWork>, Error> {
    let sql = "select w.command_id, w.command, w.node_id, n.name, n.branch_id, w.actor_id, w.done_at, w.version, w.due \
               from strategy_work w join branch_node n on n.id = w.node_id where w.is_stale = 1 \
               order by w.done_at desc, w.command_id limit $1";
    let read = |row: Row| {
        let mut c = row.cols();
        Ok(StaleWork {
            command_id: c.take()?,
            command: c.take()?,
            node_id: c.take()?,
            node: c.take()?,
            branch_id: c.take()?,
            actor_id: c.take()?,
            done_at: c.take()?,
            version: c.take()?,
            due: c.take()?,
        })
    };
    db.query(sql, params![limit]).await?.into_iter().map(read).collect()
}
