//! Reading stored pairs.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{ClientId, Timestamp, UserId};
use spine::secrecy::Group;
use spine::{Error, Principal};
use store::{Cols, Read, StoreError, Value, params};

use super::{AT_ONCE, padded};
use crate::client::queries::{ClientHead, HEAD, read_head};
use crate::identity::pair::{PairState, Reason, ordered};
use crate::merge::queries::NOT_MERGED;

/// What two records are compared by.
const COMPARED: [Group; 3] = [Group::Identity, Group::Contacts, Group::Documents];

/// One client of a pair, as far as the reader may see him.
#[derive(Clone, Debug)]
pub enum Side {
    /// A client he may see.
    Seen(Box<ClientHead>),
    /// One he may not; whom to ask is all he learns.
    Masked {
        /// The branch that keeps him.
        branch_id: Option<kernel::BranchId>,
        /// Who looks after him.
        manager_id: Option<UserId>,
    },
}

impl Side {
    /// A head, masked when the person may not see it.
    pub(crate) fn of(principal: &Principal, head: ClientHead) -> Self {
        // comparing tells of what is compared
        let is_compared = COMPARED.iter().all(|group| head.sees(*group));
        if is_compared && principal.reaches("client.read", head.owner()) {
            Side::Seen(Box::new(head))
        } else {
            Side::Masked { branch_id: head.branch_id, manager_id: head.manager_id }
        }
    }
    /// The head, when it may be seen.
    pub fn head(&self) -> Option<&ClientHead> {
        match self {
            Side::Seen(head) => Some(head),
            Side::Masked { .. } => None,
        }
    }
}

/// A stored pair.
#[derive(Clone, Debug)]
pub struct PairRow {
    /// The lesser id; for links only where that side is seen.
    pub a_id: ClientId,
    /// The greater one.
    pub b_id: ClientId,
    /// Chance that it is one client, in millionths.
    pub probability_ppm: i64,
    /// Whether the evidence would do without a person.
    pub is_certain: bool,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What people said.
    pub state: PairState,
    /// `register`, `import`, `job`.
    pub found_by: String,
    /// When.
    pub found_at: Timestamp,
    /// Who said so.
    pub decided_by: Option<UserId>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why.
    pub decided_why: String,
    /// Both clients, in the order of the ids.
    pub sides: [Side; 2],
}

impl PairRow {
    /// Whether the reader sees both.
    pub fn is_whole(&self) -> bool {
        self.sides.iter().all(|side| side.head().is_some())
    }
}

const PAIR: &str = "p.a_id, p.b_id, p.probability_ppm, p.decision, p.reasons, p.state, p.found_by, \
     p.found_at, p.decided_by, p.decided_at, p.decided_why";

fn read_pair(principal: &Principal, c: &mut Cols) -> Result<PairRow, StoreError> {
    let (a_id, b_id, probability_ppm) = (c.take()?, c.take()?, c.take()?);
    let is_certain = c.take::<String>()? == "auto_merge";
    let reasons: String = c.take()?;
    Ok(PairRow {
        a_id,
        b_id,
        probability_ppm,
        is_certain,
        // written by us; what a newer version wrote and this one cannot read is shown without reasons
        reasons: serde_json::from_str(&reasons).unwrap_or_default(),
        state: c.take()?,
        found_by: c.take()?,
        found_at: c.take()?,
        decided_by: c.take()?,
        decided_at: c.take()?,
        decided_why: c.take()?,
        sides: [
            Side::of(principal, read_head(c, principal)?),
            Side::of(principal, read_head(c, principal)?),
        ],
    })
}

/// Where a page of pairs begins: behind this one.
#[derive(Clone, Copy, Debug)]
pub struct PairMark {
    /// Its probability.
    pub probability_ppm: i64,
    /// Its ids.
    pub ids: (ClientId, ClientId),
}

/// Which pairs.
#[derive(Clone, Copy, Debug)]
pub struct PairWanted {
    /// What people said.
    pub state: PairState,
    /// From this probability on, in millionths.
    pub from_ppm: i64,
    /// Behind which.
    pub after: Option<PairMark>,
}

/// Pairs of which the person sees at least one client, the likeliest first.
///
/// # Errors
/// The database's.
pub async fn pairs<R: Read>(
    db: &mut R,
    principal: &Principal,
    wanted: PairWanted,
    limit: i64,
) -> Result<Vec<PairRow>, StoreError> {
    let mut values: Vec<Value> = params![wanted.state, wanted.from_ppm].to_vec();
    let mut conditions = vec!["p.state = $1".to_owned(), "p.probability_ppm >= $2".to_owned()];
    conditions.extend([NOT_MERGED.to_owned(), NOT_MERGED.replace("c.id", "d.id")]);
    if let Some(mark) = wanted.after {
        values.extend(params![mark.probability_ppm, mark.ids.0, mark.ids.1].to_vec());
        conditions.push(
            "(p.probability_ppm < $3 or (p.probability_ppm = $3 and \
             (p.a_id < $4 or (p.a_id = $4 and p.b_id < $5))))"
                .to_owned(),
        );
    }
    let a = principal.filter_seeing("client.read", &COMPARED, "c", values.len() + 1);
    values.extend(a.params);
    let b = principal.filter_seeing("client.read", &COMPARED, "d", values.len() + 1);
    values.extend(b.params);
    conditions.push(format!("({} or {})", a.sql, b.sql));
    let sql = format!(
        "select {PAIR}, {HEAD}, {} from client_pair p join client c on c.id = p.a_id \
         join client d on d.id = p.b_id where {} \
         order by p.probability_ppm desc, p.a_id desc, p.b_id desc limit {limit}",
        HEAD.replace("c.", "d."),
        conditions.join(" and ")
    );
    let rows = db.query(&sql, &values).await?;
    rows.into_iter().map(|row| read_pair(principal, &mut row.cols())).collect()
}

/// One pair, when the person sees at least one of the clients.
///
/// # Errors
/// [`Error::NotFound`] when there is none or both are out of his reach.
pub async fn pair<R: Read>(
    db: &mut R,
    principal: &Principal,
    one: ClientId,
    other: ClientId,
) -> Result<PairRow, Error> {
    let (a, b) = ordered(one, other);
    let sql = format!(
        "select {PAIR}, {HEAD}, {} from client_pair p join client c on c.id = p.a_id \
         join client d on d.id = p.b_id where p.a_id = $1 and p.b_id = $2 and {NOT_MERGED} and {}",
        HEAD.replace("c.", "d."),
        NOT_MERGED.replace("c.id", "d.id")
    );
    let row = db.first(&sql, params![a, b]).await?.ok_or(Error::NotFound)?;
    let pair = read_pair(principal, &mut row.cols())?;
    if pair.sides.iter().any(|side| side.head().is_some()) {
        Ok(pair)
    } else {
        Err(Error::NotFound)
    }
}

/// Clients as far as a person may see them.
///
/// # Errors
/// The database's.
pub(crate) async fn sides<R: Read>(
    db: &mut R,
    principal: &Principal,
    ids: &[ClientId],
) -> Result<BTreeMap<ClientId, Side>, StoreError> {
    let mut out = BTreeMap::new();
    for chunk in ids.chunks(AT_ONCE) {
        let (places, values) = padded(chunk.iter().map(|id| (*id).into()).collect());
        let sql = format!("select {HEAD} from client c where c.id in ({places})");
        for row in db.query(&sql, &values).await? {
            let head = read_head(&mut row.cols(), principal)?;
            out.insert(head.id, Side::of(principal, head));
        }
    }
    Ok(out)
}

/// Whether a pair is kept, in whatever state.
pub(crate) async fn is_known<R: Read>(
    db: &mut R,
    (a, b): (ClientId, ClientId),
) -> Result<Option<PairState>, StoreError> {
    let sql = "select state from client_pair where a_id = $1 and b_id = $2";
    db.first(sql, params![a, b]).await?.map(store::Row::one).transpose()
}

/// The pairs that are kept whose lesser id is one of these.
pub(crate) async fn stored_pairs<R: Read>(
    db: &mut R,
    of: &BTreeSet<ClientId>,
) -> Result<BTreeMap<(ClientId, ClientId), PairState>, StoreError> {
    let ids: Vec<ClientId> = of.iter().copied().collect();
    let mut out = BTreeMap::new();
    for chunk in ids.chunks(AT_ONCE) {
        let (places, values) = padded(chunk.iter().map(|id| (*id).into()).collect());
        let sql = format!("select a_id, b_id, state from client_pair where a_id in ({places})");
        for row in db.query(&sql, &values).await? {
            let mut c = row.cols();
            out.insert((c.take()?, c.take()?), c.take()?);
        }
    }
    Ok(out)
}
