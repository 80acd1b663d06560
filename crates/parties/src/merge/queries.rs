//! Reading merges: who became whom, what stands, and what a merge would do.

use std::collections::BTreeMap;

use kernel::{ClientId, Currency, MergeId, Timestamp, UserId};
use spine::{ClientBound, Error, Principal};
use store::{Read, StoreError, Value, params};

use super::model::{Candidate, Side, default_side};
use crate::client::ClientField;
use crate::client::model::ClientKind;
use crate::client::queries::{self as clients, ClientHead, FieldTexts, HEAD, Origin, read_head};
use crate::fields::model::Definitions;

/// Merges shown on a card at once.
const STANDING_MAX: i64 = 3;

/// Leaves out the clients who were merged into others, and those whose data was erased; the client's table is called `c`.
pub(crate) const NOT_MERGED: &str = "not exists (select 1 from client_merge g where g.loser_id = c.id and g.undone_at is null) \
     and not exists (select 1 from client_erasure e where e.client_id = c.id)";

/// Into whom a client was merged; none when he stands for himself, or is not there.
///
/// # Errors
/// The database's.
pub async fn merged_into<R: Read>(
    db: &mut R,
    client: ClientId,
) -> Result<Option<ClientId>, StoreError> {
    let sql = "select survivor_id from client_merge where loser_id = $1 and undone_at is null";
    db.first(sql, params![client]).await?.map(store::Row::one).transpose()
}

/// Who a merged client is today, through all merges; none when he was not merged.
///
/// # Errors
/// The database's.
pub async fn survivor<R: Read>(
    db: &mut R,
    client: ClientId,
) -> Result<Option<ClientId>, StoreError> {
    let sql = "with recursive up (id, step) as ( \
               select survivor_id, 1 from client_merge where loser_id = $1 and undone_at is null \
               union all select g.survivor_id, up.step + 1 from client_merge g \
               join up on g.loser_id = up.id where g.undone_at is null and up.step < 100) \
               select id from up order by step desc limit 1";
    db.first(sql, params![client]).await?.map(store::Row::one).transpose()
}

/// Whom a client (`$1`) has taken in, directly or through others; the spine asks it for every room.
pub(crate) const ABSORBED: &str = "with recursive down (id, step) as ( \
     select loser_id, 1 from client_merge where survivor_id = $1 and undone_at is null \
     union all select g.loser_id, down.step + 1 from client_merge g \
     join down on g.survivor_id = down.id where g.undone_at is null and down.step < 100) \
     select id from down order by step, id limit 200";

/// A client, merged or not, whom the person may merge, and whether he was merged.
///
/// # Errors
/// [`Error::NotFound`] when there is none or he is out of reach.
pub(crate) async fn mergeable<R: Read>(
    db: &mut R,
    principal: &Principal,
    client: ClientId,
) -> Result<(ClientHead, bool), Error> {
    let sql = format!("select {HEAD} from client c where c.id = $1");
    let row = db.first(&sql, params![client]).await?.ok_or(Error::NotFound)?;
    let head = read_head(&mut row.cols(), principal)?;
    principal.require_over("client.read", head.owner())?;
    principal.require_over("client.merge", head.owner())?;
    Ok((head, merged_into(db, client).await?.is_some()))
}

/// Whether the merge of two clients needs a second person: one of them has credit that is not paid back.
///
/// # Errors
/// The database's.
pub async fn merge_needs_second_person<R: Read>(
    db: &mut R,
    survivor: ClientId,
    loser: ClientId,
) -> Result<bool, StoreError> {
    let sql = "select 1 from loan where client_id in ($1, $2) and state <> 'closed' limit 1";
    Ok(db.first(sql, params![survivor, loser]).await?.is_some())
}

/// A field of two clients.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Which.
    pub def: ClientField,
    /// The survivor's value and where it came from.
    pub survivor: (Option<String>, Option<Origin>),
    /// The other one's.
    pub loser: (Option<String>, Option<Origin>),
    /// Whose value it gets when nobody says otherwise.
    pub default: Side,
}

impl Choice {
    /// Whether there is anything to choose.
    pub fn differs(&self) -> bool {
        self.survivor.0 != self.loser.0
    }
}

/// Every field of two clients of a kind.
///
/// # Errors
/// The database's; not found when one is not there.
pub async fn choices<R: Read>(
    db: &mut R,
    kind: ClientKind,
    (survivor, loser): (ClientId, ClientId),
    (currency, definitions): (Currency, &Definitions),
) -> Result<Vec<Choice>, Error> {
    let ours =
        (clients::fields(db, survivor, currency).await?, clients::origins(db, survivor).await?);
    let theirs = (clients::fields(db, loser, currency).await?, clients::origins(db, loser).await?);
    let side = |of: &(FieldTexts, BTreeMap<String, Origin>), key: &str| {
        (of.0.get(key).cloned(), of.1.get(key).cloned())
    };
    // what the one who merges may not know of is chosen all the same: by source and age
    let nobody_in_particular = Principal::system();
    Ok(ClientField::all(definitions, kind, &nobody_in_particular)
        .map(|def| {
            let (survivor, loser) = (side(&ours, def.key()), side(&theirs, def.key()));
            let default = default_side(candidate(&survivor), candidate(&loser));
            Choice { def, survivor, loser, default }
        })
        .collect())
}

fn candidate((value, origin): &(Option<String>, Option<Origin>)) -> Candidate<'_> {
    Candidate {
        value: value.as_deref(),
        source: origin.as_ref().map_or("", |o| o.source.as_str()),
        at: origin.as_ref().map(|o| o.at),
    }
}

/// How many rows of each table would move from a client, tables without any left out.
///
/// # Errors
/// The database's.
pub async fn counts<R: Read>(
    db: &mut R,
    bound: &[ClientBound],
    loser: ClientId,
) -> Result<BTreeMap<&'static str, i64>, StoreError> {
    let moving: Vec<&ClientBound> = bound.iter().filter(|b| b.moved().is_some()).collect();
    let parts: Vec<String> = moving
        .iter()
        .enumerate()
        .map(|(n, b)| {
            format!("select cast({n} as bigint), count(*) from {} where {} = $1", b.table, b.column)
        })
        .collect();
    let mut all = BTreeMap::new();
    if parts.is_empty() {
        return Ok(all);
    }
    for row in db.query(&parts.join(" union all "), params![loser]).await? {
        let mut c = row.cols();
        let (place, count): (i64, i64) = (c.take()?, c.take()?);
        let found = usize::try_from(place).ok().and_then(|n| moving.get(n));
        if let Some(found) = found.filter(|_| count > 0) {
            *all.entry(found.table).or_default() += count;
        }
    }
    Ok(all)
}

/// A merge that stands.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Identity.
    pub id: MergeId,
    /// What the merged client was called; empty for one without a name.
    pub name: String,
    /// His number.
    pub number: String,
    /// Who merged.
    pub author_id: Option<UserId>,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// The merges into a client that stand, newest first: only the first can be undone.
///
/// # Errors
/// The database's.
pub async fn standing<R: Read>(
    db: &mut R,
    survivor: ClientId,
) -> Result<Vec<Standing>, StoreError> {
    let sql = "select g.id, c.display_name, c.number, g.author_id, g.at, g.reason from client_merge g \
               join client c on c.id = g.loser_id where g.survivor_id = $1 and g.undone_at is null \
               order by g.ordinal desc limit $2";
    let mut all = Vec::new();
    for row in db.query(sql, params![survivor, STANDING_MAX]).await? {
        let mut c = row.cols();
        all.push(Standing {
            id: c.take()?,
            name: c.take()?,
            number: c.take()?,
            author_id: c.take()?,
            at: c.take()?,
            reason: c.take()?,
        });
    }
    Ok(all)
}

/// A field a merge has changed.
#[derive(Clone, Debug)]
pub(super) struct ChangedField {
    pub(super) field: String,
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
    pub(super) origin: Option<Origin>,
}

/// The fields a merge has changed.
pub(super) async fn changed_fields<R: Read>(
    db: &mut R,
    merge: MergeId,
) -> Result<Vec<ChangedField>, StoreError> {
    let sql = "select field, before, after, before_source, before_author_id, before_at \
               from client_merge_field where merge_id = $1 order by field";
    let mut all = Vec::new();
    for row in db.query(sql, params![merge]).await? {
        let mut c = row.cols();
        let (field, before, after) = (c.take()?, c.take()?, c.take()?);
        let (source, author_id): (Option<String>, Option<UserId>) = (c.take()?, c.take()?);
        let at: Option<Timestamp> = c.take()?;
        let origin = source.zip(at).map(|(source, at)| Origin { source, author_id, at });
        all.push(ChangedField { field, before, after, origin });
    }
    Ok(all)
}

/// A row of a list of values for an `in`, numbered from `first`.
pub(crate) fn places(first: usize, ids: &[ClientId]) -> (String, Vec<Value>) {
    let marks: Vec<String> = (first..first + ids.len()).map(|n| format!("${n}")).collect();
    (marks.join(", "), ids.iter().map(|id| (*id).into()).collect())
}
