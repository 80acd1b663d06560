//! The branch's end: a version that comes is proved and put together, waits for its time, and is put into the tables.

use kernel::Timestamp;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::{Deserialize, Serialize};
use store::dump::schema;
use store::{Read, Row, Tx, params};

use super::centre::Down;
use super::content::{Content, Delta};
use super::manifest::Manifest;
use super::{Parts, signed};
use crate::Error;
use crate::replica::code;

/// Under which name a node keeps what it must not forget of versions.
const SETTING: &str = "strategy";
/// Minutes after which a version that was refused is asked for again.
const AGAIN_MINUTES: i64 = 60;

/// What a node holds, as it says in each word: the receipt.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holds {
    /// The version in force.
    pub in_force: Option<Held>,
    /// The one that waits for its time.
    pub waiting: Option<Held>,
    /// The one it has refused last.
    pub refused: Option<Refused>,
}

impl Holds {
    /// The newest version it has; 0 for none.
    pub fn newest(&self) -> i64 {
        let all = [&self.in_force, &self.waiting];
        all.into_iter().flatten().map(|held| held.version).max().unwrap_or(0)
    }
}

/// A version a node holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Its number.
    pub version: i64,
    /// Since when it is in force, or was received.
    pub since: Timestamp,
}

/// A version a node has refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Its number, as the centre has said it.
    pub version: i64,
    /// Why.
    pub code: String,
}

/// A version on its way to a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Its number, for the receipt; the manifest says it for certain.
    pub version: i64,
    /// What is signed.
    pub manifest: Vec<u8>,
    /// The centre's signature.
    pub signature: Vec<u8>,
    /// The version the rest is told from; none for nothing.
    pub base: Option<i64>,
    /// What differs from it.
    pub delta: Delta,
}

/// What a node must not forget.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Kept {
    /// The newest version it has ever taken.
    newest: i64,
    /// What it has refused, when, and with which program.
    refused: Option<(Refused, Timestamp, String)>,
}

/// A node's own measure: what it checks a version against.
pub(crate) struct Measure<'a> {
    /// The centre's public key of signatures.
    pub(crate) key: &'a [u8],
    /// What the rooms of this program have.
    pub(crate) parts: &'a Parts,
    /// Code of the jurisdiction pack.
    pub(crate) jurisdiction: &'a str,
    /// The version of the program.
    pub(crate) program: &'a str,
}

/// Whether the time of a version that waits for it has come.
pub(crate) async fn is_due<R: Read>(db: &mut R, now: Timestamp) -> Result<bool, Error> {
    let sql = "select 1 from strategy_held where state = 'waiting' and in_force_at <= $1 limit 1";
    Ok(db.first(sql, params![now]).await?.is_some())
}

/// Takes up the version whose time has come; answers its tables.
pub(crate) async fn switch(tx: &mut Tx, now: Timestamp) -> Result<Vec<String>, Error> {
    let sql = "select version, body from strategy_held where state = 'waiting' and in_force_at <= $1 \
               order by version desc limit 1";
    let Some(row) = tx.first(sql, params![now]).await? else { return Ok(Vec::new()) };
    let mut c = row.cols();
    let version: i64 = c.take()?;
    let content: Content = code::decode(&c.take::<Vec<u8>>()?)?;
    for table in &content.tables {
        tx.execute(&format!("delete from \"{}\"", table.table), &[]).await?;
        let columns: Vec<String> = table.columns.iter().map(|c| format!("\"{c}\"")).collect();
        let head = format!("insert into \"{}\" ({}) values", table.table, columns.join(", "));
        let rows: Vec<_> =
            table.rows.iter().map(|row| row.iter().map(|v| v.0.clone()).collect()).collect();
        tx.insert_many(&head, &rows, "").await?;
    }
    tx.execute("delete from strategy_held where version < $1", params![version]).await?;
    let sql = "update strategy_held set state = 'in_force', switched_at = $2 where version = $1";
    tx.execute(sql, params![version, now]).await?;
    Ok(content.tables.into_iter().map(|table| table.table).collect())
}

/// What this node holds.
pub(crate) async fn holds<R: Read>(
    db: &mut R,
    program: &str,
    now: Timestamp,
) -> Result<Holds, Error> {
    let sql = "select version, state, coalesce(switched_at, received_at) from strategy_held";
    let mut holds = Holds::default();
    for row in db.query(sql, &[]).await? {
        let mut c = row.cols();
        let (version, state): (i64, String) = (c.take()?, c.take()?);
        let held = Some(Held { version, since: c.take()? });
        match state.as_str() {
            "in_force" => holds.in_force = held,
            _ => holds.waiting = held,
        }
    }
    // another program may take what this one could not, and a line that spoilt it once may not the next time
    let again = |at: &Timestamp| at.plus_minutes(AGAIN_MINUTES) <= now;
    let refused = kept(db).await?.refused.filter(|(_, at, by)| !again(at) && by == program);
    holds.refused = refused.map(|(refused, _, _)| refused);
    Ok(holds)
}

/// Takes in what the centre tells. What cannot be taken is refused with a word, and the node goes on with what it has.
pub(crate) async fn take(
    tx: &mut Tx,
    measure: &Measure<'_>,
    down: Down,
    now: Timestamp,
) -> Result<(), Error> {
    let offer = match down {
        Down::Halted(version) => {
            let sql = "delete from strategy_held where version = $1 and state = 'waiting'";
            tx.execute(sql, params![version]).await?;
            return Ok(());
        }
        Down::Offer(offer) => offer,
    };
    let mut kept = kept(tx).await?;
    let version = offer.version;
    match check(tx, measure, offer, kept.newest).await {
        Ok(taken) => {
            keep(tx, taken, now).await?;
            (kept.newest, kept.refused) = (version, None);
        }
        Err(Error::Refused(refusals)) => {
            let code = refusals.0.first().map_or("refused", |r| r.code.as_str()).to_owned();
            tracing::warn!(version, %code, "a strategy bundle is refused");
            kept.refused = Some((Refused { version, code }, now, measure.program.to_owned()));
        }
        Err(other) => return Err(other),
    }
    let sql = "insert into node_setting (name, value) values ($1, $2) \
               on conflict (name) do update set value = excluded.value";
    tx.execute(sql, params![SETTING, serde_json::to_string(&kept)?]).await?;
    Ok(())
}

/// A version that was proved.
struct Proved {
    manifest: Manifest,
    text: Vec<u8>,
    signature: Vec<u8>,
    content: Content,
}

async fn check(
    tx: &mut Tx,
    measure: &Measure<'_>,
    offer: Offer,
    newest: i64,
) -> Result<Proved, Error> {
    let Offer { version, manifest: text, signature, base, delta } = offer;
    let key = UnparsedPublicKey::new(&ED25519, measure.key);
    let proof = key.verify(&signed(&text), &signature);
    proof.map_err(|_| Error::refused("bundle-signature-wrong"))?;
    let manifest = Manifest::decode(&text)?;
    // the newest may come again after it was halted and goes on
    let held = newest_held(tx).await?;
    if manifest.version != version || version < newest || version <= held {
        return Err(Error::refused("bundle-old"));
    }
    let facts = measure.parts.facts(measure.jurisdiction);
    if manifest.facts != facts {
        return Err(Error::refused("bundle-program-other"));
    }
    let base = match base {
        None => Content::default(),
        Some(base) => {
            content_held(tx, base).await?.ok_or_else(|| Error::refused("bundle-base-missing"))?
        }
    };
    let content = base.with(delta)?;
    if content.parts()? != manifest.parts {
        return Err(Error::refused("bundle-parts-wrong"));
    }
    fits(tx, measure.parts, &content).await?;
    Ok(Proved { manifest, text, signature, content })
}

/// Whether the rows go into the tables of this program: each of its strategy tables and no other, column by column.
async fn fits(tx: &mut Tx, parts: &Parts, content: &Content) -> Result<(), Error> {
    let tables = schema::tables(tx).await?;
    let fits = |name: &str, part: &str| {
        let here = tables.iter().find(|t| t.name == name);
        let there = content.table(name).filter(|t| t.part == part);
        here.zip(there).is_some_and(|(here, there)| {
            here.columns.iter().map(|c| &c.name).eq(there.columns.iter())
                && there.rows.iter().all(|row| row.len() == there.columns.len())
        })
    };
    let all = parts.tables.iter().all(|(name, part)| fits(name, part));
    if all && content.tables.len() == parts.tables.len() {
        Ok(())
    } else {
        Err(Error::refused("bundle-program-other"))
    }
}

async fn keep(tx: &mut Tx, proved: Proved, now: Timestamp) -> Result<(), Error> {
    let Proved { manifest, text, signature, content } = proved;
    tx.execute("delete from strategy_held where state = 'waiting'", &[]).await?;
    let sql = "insert into strategy_held (version, state, manifest, signature, body, received_at, in_force_at) \
               values ($1, 'waiting', $2, $3, $4, $5, $6)";
    let body = code::encode(&content)?;
    let row = params![manifest.version, text, signature, body, now, manifest.in_force_at];
    tx.execute(sql, row).await?;
    Ok(())
}

async fn newest_held<R: Read>(db: &mut R) -> Result<i64, Error> {
    let row = db.first("select coalesce(max(version), 0) from strategy_held", &[]).await?;
    Ok(row.map(Row::one).transpose()?.unwrap_or(0))
}

async fn content_held<R: Read>(db: &mut R, version: i64) -> Result<Option<Content>, Error> {
    let sql = "select body from strategy_held where version = $1";
    let body = db.first(sql, params![version]).await?.map(Row::one::<Vec<u8>>).transpose()?;
    body.map(|body| code::decode(&body)).transpose()
}

async fn kept<R: Read>(db: &mut R) -> Result<Kept, Error> {
    let row = db.first("select value from node_setting where name = $1", params![SETTING]).await?;
    let Some(text) = row.map(Row::one::<String>).transpose()? else { return Ok(Kept::default()) };
    Ok(serde_json::from_str(&text)?)
}
