//! A household or group as a card: its members, who stands for it, and what they have together.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{ClientId, Currency, Date, Money};
use spine::Principal;
use spine::secrecy::Group;
use store::{Read, StoreError, Value, params};

use super::{Exposure, exposure, is_seen, places, ties_of};
use crate::client::model::ClientKind;
use crate::client::queries::{ClientHead, HEAD, read_head};
use crate::links::model::{CircleWarning, MainMember, MemberRole};
use crate::merge::queries::NOT_MERGED;

/// Members read of one household or group.
pub const MEMBERS_MAX: i64 = 200;
/// Households and groups of one client shown.
const CIRCLES_MAX: i64 = 4;
/// Months an income of a month is multiplied by.
const YEAR_MONTHS: i64 = 12;

/// A membership that holds on the day `$2`.
const HOLDS: &str = "l.kind in ('household_member', 'group_member') and l.archived_at is null \
     and (l.since is null or l.since <= $2) and (l.until is null or l.until >= $2)";

/// A member, with what he is to the main one.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct Member {
    /// He.
    pub head: ClientHead,
    /// What he is.
    pub role: MemberRole,
}

/// What the members over whose holdings the person may look have together.
#[derive(Clone, Debug, Default)]
pub struct Together {
    /// Income of a year by currency, from what the members told of a month.
    pub income: Vec<Money>,
    /// Natural persons among them who told no income.
    pub income_unknown: usize,
    /// What they owe and hold, by currency.
    pub sums: Vec<Exposure>,
    /// Members not counted: hidden, or their accounts are.
    pub uncounted: usize,
}

/// A household or group as far as the person may see it.
#[derive(Clone, Debug)]
pub struct CircleCard {
    /// The household or group.
    pub head: ClientHead,
    /// Who stands for it.
    pub main: MainMember,
    /// Members he may see, the main one first.
    pub members: Vec<Member>,
    /// Members he may not see.
    pub hidden: usize,
    /// There are more than [`MEMBERS_MAX`]: the others stand nowhere here.
    pub has_more: bool,
    /// The sums; none: he may see nobody's holdings here.
    pub together: Option<Together>,
    /// What is amiss.
    pub warnings: Vec<CircleWarning>,
}

/// The main member of a household or group, as long as he is a member.
///
/// # Errors
/// The database's.
pub async fn main_member<R: Read>(
    db: &mut R,
    circle: ClientId,
    today: Date,
) -> Result<Option<ClientId>, StoreError> {
    let sql = format!(
        "select m.member_id from circle_main m where m.circle_id = $1 and exists \
         (select 1 from client_link l where l.from_id = m.member_id and l.to_id = $1 and {HOLDS})"
    );
    db.first(&sql, params![circle, today]).await?.map(store::Row::one).transpose()
}

/// Whether a client is a member of a household or group on a day.
///
/// # Errors
/// The database's.
pub async fn is_member<R: Read>(
    db: &mut R,
    circle: ClientId,
    client: ClientId,
    today: Date,
) -> Result<bool, StoreError> {
    let sql = format!(
        "select 1 from client_link l where l.to_id = $1 and l.from_id = $3 and {HOLDS} limit 1"
    );
    Ok(db.first(&sql, params![circle, today, client]).await?.is_some())
}

/// The households and groups a client belongs to; a household or group is its own first one.
///
/// # Errors
/// The database's.
pub async fn circles_of<R: Read>(
    db: &mut R,
    principal: &Principal,
    client: &ClientHead,
    today: Date,
) -> Result<Vec<ClientHead>, StoreError> {
    let is_circle = matches!(client.kind, ClientKind::Household | ClientKind::Group);
    let mut all: Vec<ClientHead> = is_circle.then(|| client.clone()).into_iter().collect();
    let sql = format!(
        "select {HEAD} from client_link l join client c on c.id = l.to_id \
         where l.from_id = $1 and {HOLDS} and {NOT_MERGED} order by l.at, l.id limit $3"
    );
    for row in db.query(&sql, params![client.id, today, CIRCLES_MAX]).await? {
        let head = read_head(&mut row.cols(), principal)?;
        let is_known = all.iter().any(|one| one.id == head.id);
        if !is_known && is_seen(principal, &head) {
            all.push(head);
        }
    }
    Ok(all)
}

/// A member as he is read, with his income of a month.
struct Listed {
    head: ClientHead,
    income: Option<Money>,
}

async fn members<R: Read>(
    db: &mut R,
    principal: &Principal,
    circle: ClientId,
    today: Date,
) -> Result<Vec<Listed>, StoreError> {
    let sql = format!(
        "select c.income_minor, c.income_currency, {HEAD} from client_link l \
         join client c on c.id = l.from_id where l.to_id = $1 and {HOLDS} and {NOT_MERGED} \
         order by case when c.id = (select m.member_id from circle_main m where m.circle_id = $1) \
         then 0 else 1 end, c.sort_name, c.id limit $3"
    );
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for row in db.query(&sql, params![circle, today, MEMBERS_MAX]).await? {
        let mut c = row.cols();
        let (minor, currency): (Option<i64>, Option<Currency>) = (c.take()?, c.take()?);
        let head = read_head(&mut c, principal)?;
        if seen.insert(head.id) {
            let income = minor.zip(currency).map(|(minor, currency)| Money::new(minor, currency));
            all.push(Listed { head, income });
        }
    }
    Ok(all)
}

/// The card of a household or group.
///
/// # Errors
/// The database's.
pub async fn circle_card<R: Read>(
    db: &mut R,
    principal: &Principal,
    circle: &ClientHead,
    today: Date,
) -> Result<CircleCard, StoreError> {
    let all = members(db, principal, circle.id, today).await?;
    let main = main_member(db, circle.id, today).await?;
    let count = all.len();
    let has_more = i64::try_from(count).is_ok_and(|n| n >= MEMBERS_MAX);
    let seen: Vec<Listed> = all.into_iter().filter(|m| is_seen(principal, &m.head)).collect();
    let hidden = count - seen.len();
    let main = match main {
        None => MainMember::None,
        Some(id) if seen.iter().any(|m| m.head.id == id) => MainMember::Seen(id),
        Some(_) => MainMember::Hidden,
    };
    let ties = match main.seen() {
        Some(id) => ties_of(db, &[id], today).await?,
        None => Vec::new(),
    };
    let counted: Vec<&Listed> =
        seen.iter().filter(|m| principal.reaches("holding.read", m.head.owner())).collect();
    let sees_circle = principal.reaches("holding.read", circle.owner());
    let mut ids: Vec<ClientId> = counted.iter().map(|m| m.head.id).collect();
    ids.extend(sees_circle.then_some(circle.id));
    let holding = holding_of(db, &ids).await?;
    let uncounted = count - counted.len();
    let any = if !holding.is_empty() {
        Some(true)
    } else {
        (uncounted == 0 && sees_circle && !has_more).then_some(false)
    };
    let main_holds = main
        .seen()
        .filter(|id| counted.iter().any(|m| m.head.id == *id))
        .map(|id| holding.contains(&id));
    let together = match ids.is_empty() {
        true => None,
        false => Some(Together { sums: exposure(db, &ids).await?, ..income(&counted, uncounted) }),
    };
    let mut members: Vec<Member> = seen
        .into_iter()
        .map(|m| Member { role: MemberRole::of(m.head.id, main, &ties), head: m.head })
        .collect();
    members.sort_by_key(|m| m.role);
    let warnings = CircleWarning::of(main, main_holds, any);
    Ok(CircleCard { head: circle.clone(), main, members, hidden, has_more, together, warnings })
}

/// The income of a year, by currency.
fn income(counted: &[&Listed], uncounted: usize) -> Together {
    let mut by_currency: BTreeMap<Currency, i64> = BTreeMap::new();
    let told = counted.iter().filter(|m| m.head.sees(Group::Identity));
    for month in told.filter_map(|m| m.income) {
        let sum = by_currency.entry(month.currency).or_default();
        *sum = sum.saturating_add(month.minor.saturating_mul(YEAR_MONTHS));
    }
    let natural = counted.iter().filter(|m| m.head.kind.is_natural());
    Together {
        income: by_currency.into_iter().map(|(c, minor)| Money::new(minor, c)).collect(),
        income_unknown: natural.filter(|m| m.income.is_none()).count(),
        sums: Vec::new(),
        uncounted,
    }
}

/// Who of these clients holds anything that is not closed.
async fn holding_of<R: Read>(
    db: &mut R,
    ids: &[ClientId],
) -> Result<BTreeSet<ClientId>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let list = places(1, ids.len());
    let sql = format!(
        "select r.client_id from account_role r join account a on a.id = r.account_id \
         where r.client_id in ({list}) and r.role = 'owner' and a.closed_on is null \
         union select client_id from loan where client_id in ({list}) and state <> 'closed' \
         union select client_id from card where client_id in ({list}) and state <> 'closed'"
    );
    let values: Vec<Value> = ids.iter().map(|id| (*id).into()).collect();
    db.query(&sql, &values).await?.into_iter().map(store::Row::one).collect()
}
