//! Reading links, the circle around a client and what it owes and holds.

mod circle;
mod exposure;

pub use circle::{
    CircleCard, MEMBERS_MAX, Member, Together, circle_card, circles_of, is_member, main_member,
};
pub use exposure::{Exposure, Share, each, exposure};

use std::collections::{BTreeMap, BTreeSet};

use kernel::{ClientId, Date, LinkId, Timestamp, UserId, limits};
use spine::secrecy::Group;
use spine::{Error, OwnValues, Principal};
use store::{Cols, Read, StoreError, Value, params};

use crate::client::queries::{ClientHead, HEAD, read_head};
use crate::links::model::{Circle, Known, LinkKind, Reach, Relation, Tie};
use crate::merge::queries::NOT_MERGED;

/// Links of one client shown.
pub const LINKS_MAX: i64 = 200;
/// Links followed from one level of a circle to the next.
const TIES_MAX: i64 = 5_000;
/// Clients summed in one group.
const GROUP_CLIENTS_MAX: usize = 1_000;

/// `$a, $b, …` for so many values, the first numbered `first`.
fn places(first: usize, count: usize) -> String {
    let all: Vec<String> = (first..first + count).map(|n| format!("${n}")).collect();
    all.join(", ")
}

fn known(c: &mut Cols) -> Result<Known, StoreError> {
    Ok(Known {
        id: c.take()?,
        from: c.take()?,
        to: c.take()?,
        kind: LinkKind::from_key(&c.take::<String>()?).unwrap_or(LinkKind::Other),
        share_bp: c.take()?,
        since: c.take()?,
        until: c.take()?,
    })
}

const KNOWN: &str = "id, from_id, to_id, kind, share_bp, since, until";

/// One link that is not archived.
///
/// # Errors
/// The database's.
pub async fn one<R: Read>(db: &mut R, id: LinkId) -> Result<Option<Known>, StoreError> {
    let sql = format!("select {KNOWN} from client_link where id = $1 and archived_at is null");
    db.first(&sql, params![id]).await?.map(|row| known(&mut row.cols())).transpose()
}

/// The links that can speak against a new one from `from` to `to`, ended ones too.
///
/// # Errors
/// The database's.
pub async fn known_of<R: Read>(
    db: &mut R,
    from: ClientId,
    to: ClientId,
) -> Result<Vec<Known>, StoreError> {
    let sql = format!(
        "select {KNOWN} from client_link where archived_at is null and (from_id = $1 \
         or (to_id = $1 and (from_id = $2 or kind = 'spouse')) \
         or (to_id = $2 and kind in ('owner', 'spouse')) \
         or (from_id = $2 and kind = 'spouse')) order by id limit $3"
    );
    let rows = db.query(&sql, params![from, to, TIES_MAX]).await?;
    rows.into_iter().map(|row| known(&mut row.cols())).collect()
}

/// The groups a group belongs to, directly or through other groups, itself included.
///
/// # Errors
/// The database's.
pub async fn groups_above<R: Read>(
    db: &mut R,
    group: ClientId,
) -> Result<Vec<ClientId>, StoreError> {
    let mut all = BTreeSet::from([group]);
    let mut level = vec![group];
    while !level.is_empty() {
        let sql = format!(
            "select distinct to_id from client_link where archived_at is null \
             and kind = 'group_member' and from_id in ({})",
            places(1, level.len())
        );
        let values: Vec<Value> = level.iter().map(|id| (*id).into()).collect();
        level = Vec::new();
        for row in db.query(&sql, &values).await? {
            let above: ClientId = row.one()?;
            if all.insert(above) {
                level.push(above);
            }
        }
    }
    Ok(all.into_iter().collect())
}

/// A link as one client sees it.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct Linked {
    /// Identity.
    pub id: LinkId,
    /// What the other one is to him.
    pub relation: Relation,
    /// The other one.
    pub other: ClientHead,
    /// Share in basis points.
    pub share_bp: Option<i64>,
    /// First day.
    pub since: Option<Date>,
    /// Last day.
    pub until: Option<Date>,
    /// In words.
    pub note: String,
    /// Who wrote it down.
    pub author_id: Option<UserId>,
    /// When.
    pub at: Timestamp,
    /// Fields the bank has added.
    pub custom: OwnValues,
}

/// The links of a client, as far as the person may see the other side.
#[derive(Clone, Debug, Default, serde::Serialize, schemars::JsonSchema)]
pub struct Links {
    /// Those he may see, by relation and name.
    pub seen: Vec<Linked>,
    /// Clients linked on the asked day whom he may not see.
    pub hidden: usize,
    /// There are more than were read.
    pub has_more: bool,
}

/// The links of a client, those that are over too.
///
/// # Errors
/// The database's.
pub async fn links_of<R: Read>(
    db: &mut R,
    principal: &Principal,
    client: ClientId,
    today: Date,
) -> Result<Links, StoreError> {
    let mut links = Links::default();
    let mut hidden: BTreeSet<ClientId> = BTreeSet::new();
    let sql = format!(
        "select case when l.to_id = $1 then 1 else 0 end, l.id, l.kind, l.share_bp, l.since, l.until, l.note, \
         l.author_id, l.at, coalesce((select v.doc from own_values v where v.record_id = l.id), '{{}}'), {HEAD} \
         from client_link l join client c on c.id = case when l.to_id = $1 then l.from_id else l.to_id end \
         where (l.from_id = $1 or l.to_id = $1) and l.archived_at is null and {NOT_MERGED} \
         order by l.at desc, l.id limit $2"
    );
    let rows = db.query(&sql, params![client, LINKS_MAX]).await?;
    links.has_more = i64::try_from(rows.len()).is_ok_and(|n| n >= LINKS_MAX);
    for row in rows {
        let linked = linked(&mut row.cols(), principal)?;
        if is_seen(principal, &linked.other) {
            links.seen.push(linked);
        } else if linked.until.is_none_or(|last| last >= today) {
            hidden.insert(linked.other.id);
        }
    }
    links.hidden = hidden.len();
    links.seen.sort_by(|a, b| {
        a.relation.cmp(&b.relation).then_with(|| a.other.display_name.cmp(&b.other.display_name))
    });
    Ok(links)
}

fn linked(c: &mut Cols, principal: &Principal) -> Result<Linked, StoreError> {
    let (other_holds, id): (bool, _) = (c.take()?, c.take()?);
    let kind = LinkKind::from_key(&c.take::<String>()?).unwrap_or(LinkKind::Other);
    Ok(Linked {
        id,
        relation: Relation { kind, other_holds: other_holds || kind.is_mutual() },
        share_bp: c.take()?,
        since: c.take()?,
        until: c.take()?,
        note: c.take()?,
        author_id: c.take()?,
        at: c.take()?,
        custom: c.take()?,
        other: read_head(c, principal)?,
    })
}

/// The clients around one, with the links among them.
#[derive(Clone, Debug)]
pub struct Around {
    /// Who was reached, how far away, who was hidden or left out.
    pub circle: Circle,
    /// The clients of the circle.
    pub heads: BTreeMap<ClientId, ClientHead>,
    /// The links among them that hold on the day.
    pub ties: Vec<Tie>,
}

/// The clients within `depth` links of one that the person may see. Each level costs two queries.
///
/// # Errors
/// The database's; not found when the person may not see the centre.
pub async fn around<R: Read>(
    db: &mut R,
    principal: &Principal,
    centre: ClientId,
    depth: usize,
    today: Date,
) -> Result<Around, Error> {
    let any = |_: &Tie| true;
    grow(db, principal, centre, depth, limits::GRAPH_NODES_MAX, today, any).await
}

/// The household or group of a client: everybody reached through membership and control.
///
/// # Errors
/// As [`around`].
pub async fn group<R: Read>(
    db: &mut R,
    principal: &Principal,
    centre: ClientId,
    today: Date,
) -> Result<Around, Error> {
    let depth = limits::GROUP_DEPTH_MAX;
    grow(db, principal, centre, depth, GROUP_CLIENTS_MAX, today, Tie::is_control).await
}

async fn grow<R: Read>(
    db: &mut R,
    principal: &Principal,
    centre: ClientId,
    depth: usize,
    clients_max: usize,
    today: Date,
    follows: impl Fn(&Tie) -> bool,
) -> Result<Around, Error> {
    let head = crate::client::queries::head(db, principal, centre).await?;
    let mut heads = BTreeMap::from([(centre, head)]);
    let mut circle = Circle::new(centre, clients_max);
    let mut ties: Vec<Tie> = Vec::new();
    for _ in 0..depth {
        if circle.frontier().is_empty() {
            break;
        }
        let level: Vec<Tie> = ties_of(db, circle.frontier(), today).await?;
        let level: Vec<Tie> = level.into_iter().filter(|t| follows(t)).collect();
        let unknown = circle.unknown(&level);
        let mut found = Vec::with_capacity(unknown.len());
        for head in heads_of(db, principal, &unknown).await? {
            let is_seen = is_seen(principal, &head);
            found.push((head.id, if is_seen { Reach::Seen } else { Reach::Hidden }));
            if is_seen {
                heads.insert(head.id, head);
            }
        }
        ties.extend(level);
        circle.grow(&found);
    }
    // links among the outermost level were not asked for yet
    ties.extend(ties_of(db, circle.frontier(), today).await?.into_iter().filter(|t| follows(t)));
    ties.retain(|t| circle.holds(t.from) && circle.holds(t.to));
    ties.sort_by_key(|t| (t.from, t.to, t.kind));
    ties.dedup();
    heads.retain(|id, _| circle.holds(*id));
    Ok(Around { circle, heads, ties })
}

/// The links at either end of these clients that hold on a day.
async fn ties_of<R: Read>(
    db: &mut R,
    ids: &[ClientId],
    today: Date,
) -> Result<Vec<Tie>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let list = places(3, ids.len());
    let sql = format!(
        "select from_id, to_id, kind, share_bp from client_link where archived_at is null \
         and (until is null or until >= $1) and (from_id in ({list}) or to_id in ({list})) limit $2"
    );
    let mut values: Vec<Value> = vec![today.into(), TIES_MAX.into()];
    values.extend(ids.iter().map(|id| Value::from(*id)));
    let mut out = Vec::new();
    for row in db.query(&sql, &values).await? {
        let mut c = row.cols();
        let (from, to): (ClientId, ClientId) = (c.take()?, c.take()?);
        let kind = LinkKind::from_key(&c.take::<String>()?).unwrap_or(LinkKind::Other);
        out.push(Tie { from, to, kind, share_bp: c.take()? });
    }
    Ok(out)
}

/// Whether somebody may see a client and to whom he is linked: a link tells of both its ends.
pub(super) fn is_seen(principal: &Principal, head: &ClientHead) -> bool {
    principal.reaches("client.read", head.owner()) && head.sees(Group::Links)
}

async fn heads_of<R: Read>(
    db: &mut R,
    principal: &Principal,
    ids: &[ClientId],
) -> Result<Vec<ClientHead>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select {HEAD} from client c where c.id in ({}) and {NOT_MERGED}",
        places(1, ids.len())
    );
    let values: Vec<Value> = ids.iter().map(|id| (*id).into()).collect();
    let rows = db.query(&sql, &values).await?;
    rows.into_iter().map(|row| read_head(&mut row.cols(), principal)).collect()
}
