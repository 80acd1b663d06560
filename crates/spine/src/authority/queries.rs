//! Limits, what was done under them, and pre-approvals, as they stand in the tables.

use jiff::tz::TimeZone;
use kernel::{BranchId, ClientId, Currency, Money, Timestamp, UserId};
use store::{Read, Row, StoreError, Value, params};
use uuid::Uuid;

use super::limit::{Before, Limit, fitting};
use super::{ANY, GRANT, PreApproval, SPLIT_MINUTES};
use crate::org::Loaded;
use crate::{Bus, Error, Principal};

/// Under which name a node keeps the secret its chance comes from.
pub(super) const SECRET: &str = "offline_chance";

/// A limit as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Identity.
    pub id: Uuid,
    /// The limit.
    pub limit: Limit,
}

/// All limits, by command, role and currency.
///
/// # Errors
/// The database's.
pub async fn limits<R: Read>(db: &mut R) -> Result<Vec<Kept>, StoreError> {
    let sql = "select id, command, role, currency, floor_minor, threshold_minor, pick_bp, pick_max_bp, lower_count, \
               upper_count, client_day_minor, person_day_minor, lift_minor from offline_limit \
               order by command, role, currency";
    db.query(sql, &[]).await?.into_iter().map(kept).collect()
}

fn kept(row: Row) -> Result<Kept, StoreError> {
    let mut c = row.cols();
    Ok(Kept {
        id: c.take()?,
        limit: Limit {
            command: c.take()?,
            role: c.take()?,
            currency: c.take()?,
            floor_minor: c.take()?,
            threshold_minor: c.take()?,
            pick_bp: c.take()?,
            pick_max_bp: c.take()?,
            lower_count: c.take()?,
            upper_count: c.take()?,
            client_day_minor: c.take()?,
            person_day_minor: c.take()?,
            lift_minor: c.take()?,
        },
    })
}

/// Whose operations count together.
pub(super) struct Whose {
    pub(super) actor: UserId,
    pub(super) client: Option<ClientId>,
    pub(super) currency: Currency,
}

/// When the day began at a branch; by UTC where there is none.
pub(super) fn day(loaded: &Loaded, branch: Option<BranchId>, now: Timestamp) -> Timestamp {
    let zone = branch.and_then(|id| loaded.branches.get(&id));
    let zone = zone.and_then(|branch| TimeZone::get(&branch.zone).ok()).unwrap_or(TimeZone::UTC);
    Timestamp::start_of(now.date_in(&zone), &zone)
}

/// What the centre has approved beforehand counts with nothing.
const APPROVED: &str = "and s.pre_approval_id is null";

/// What was done here that counts with an operation. Operations of no client count by the person.
pub(super) async fn before<R: Read>(
    db: &mut R,
    whose: &Whose,
    day: Timestamp,
    now: Timestamp,
) -> Result<Before, StoreError> {
    let (of, id) = match whose.client {
        Some(client) => ("s.client_id = $1", client.uuid()),
        None => ("s.actor_id = $1 and s.client_id is null", whose.actor.uuid()),
    };
    let sum = "cast(coalesce(sum(s.amount_minor), 0) as bigint)";
    let sql = format!(
        "select {sum} from offline_spent s where {of} and s.currency = $2 and s.at >= $3 {APPROVED}"
    );
    let of_client = async |db: &mut R, since: Timestamp| -> Result<i64, StoreError> {
        number(db.first(&sql, params![id, whose.currency, since]).await?)
    };
    let recent_minor = of_client(db, now.plus_minutes(-SPLIT_MINUTES)).await?;
    let client_minor = of_client(db, day).await?;
    // what the centre has answered it knows
    let sql = format!(
        "select count(distinct s.command_id) from offline_spent s \
         join pending_command p on p.id = s.command_id where {of} and p.answered_in is null {APPROVED}"
    );
    let count = number(db.first(&sql, params![id]).await?)?;
    let person_minor = of_person(db, whose.actor, (whose.currency, day)).await?;
    Ok(Before { recent_minor, count, client_minor, person_minor })
}

async fn of_person<R: Read>(
    db: &mut R,
    actor: UserId,
    (currency, day): (Currency, Timestamp),
) -> Result<i64, StoreError> {
    let sql = format!(
        "select cast(coalesce(sum(s.amount_minor), 0) as bigint) from offline_spent s \
         where s.actor_id = $1 and s.currency = $2 and s.at >= $3 {APPROVED}"
    );
    number(db.first(&sql, params![actor, currency, day]).await?)
}

fn number(row: Option<Row>) -> Result<i64, StoreError> {
    Ok(row.map(Row::one).transpose()?.unwrap_or(0))
}

/// The secret this node's chance comes from.
pub(super) async fn chance<R: Read>(db: &mut R) -> Result<Option<String>, StoreError> {
    let sql = "select value from node_setting where name = $1";
    db.first(sql, params![SECRET]).await?.map(Row::one).transpose()
}

/// What somebody may do today without the centre, and what remains of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Today {
    /// The command, or `*` for all others.
    pub command: String,
    /// One operation stays below this.
    pub floor: Money,
    /// The most for one client in a day.
    pub client_day: Money,
    /// The most by this person in a day.
    pub person_day: Money,
    /// What remains of that.
    pub left: Money,
    /// Up to which sum a supervisor may sign.
    pub lift: Option<Money>,
}

/// What a person may do today at this branch, by operation and currency.
///
/// # Errors
/// The database's.
pub async fn today<R: Read>(
    db: &mut R,
    loaded: &Loaded,
    principal: &Principal,
    now: Timestamp,
) -> Result<Vec<Today>, StoreError> {
    let Some(actor) = principal.user_id else { return Ok(Vec::new()) };
    let kept = limits(db).await?;
    let mut pairs: Vec<(&str, Currency)> =
        kept.iter().map(|kept| (kept.limit.command.as_str(), kept.limit.currency)).collect();
    pairs.dedup();
    let day = day(loaded, principal.branch_id, now);
    let mut all = Vec::new();
    for (command, currency) in pairs {
        let asked = (command, principal.roles.as_slice(), currency);
        let of = kept.iter().map(|kept| &kept.limit);
        let Some(limit) = fitting(of, asked).filter(|limit| limit.command == command) else {
            continue;
        };
        let spent = of_person(db, actor, (currency, day)).await?;
        let money = |minor| Money::new(minor, currency);
        all.push(Today {
            command: command.to_owned(),
            floor: money(limit.floor_minor),
            client_day: money(limit.client_day_minor),
            person_day: money(limit.person_day_minor),
            left: money(limit.person_day_minor.saturating_sub(spent).max(0)),
            lift: limit.lift_minor.map(money),
        });
    }
    // the one for all others last
    all.sort_by_key(|today| today.command == ANY);
    Ok(all)
}

/// A pre-approval's columns, in the order [`pre_approval`] takes them. What this node has used is used, whether the centre knows
/// of it or not.
const PRE_APPROVAL: &str = "p.id, p.client_id, p.command, p.amount_minor, p.currency, p.until, p.granted_by, p.granted_at, \
     p.signature, coalesce(p.used_by, (select s.command_id from offline_spent s where s.pre_approval_id = p.id limit 1)), \
     w.withdrawn_at from pre_approval p left join pre_approval_withdrawn w on w.pre_approval_id = p.id";

fn pre_approval(row: Row) -> Result<PreApproval, StoreError> {
    let mut c = row.cols();
    Ok(PreApproval {
        id: c.take()?,
        client_id: c.take()?,
        command: c.take()?,
        amount: Money::new(c.take()?, c.take()?),
        until: c.take()?,
        granted_by: c.take()?,
        granted_at: c.take()?,
        signature: c.take()?,
        used_by: c.take()?,
        withdrawn_at: c.take()?,
    })
}

/// The pre-approvals of a client, the one that ends first before others.
///
/// # Errors
/// The database's.
pub async fn pre_approvals<R: Read>(
    db: &mut R,
    client: ClientId,
) -> Result<Vec<PreApproval>, StoreError> {
    let sql = format!("select {PRE_APPROVAL} where p.client_id = $1 order by p.until, p.id");
    db.query(&sql, params![client]).await?.into_iter().map(pre_approval).collect()
}

/// One pre-approval.
///
/// # Errors
/// The database's.
pub async fn one_pre_approval<R: Read>(
    db: &mut R,
    id: Uuid,
) -> Result<Option<PreApproval>, StoreError> {
    let sql = format!("select {PRE_APPROVAL} where p.id = $1");
    db.first(&sql, params![id]).await?.map(pre_approval).transpose()
}

/// Looks whether a client is one this person may approve for, by his scope and by the rules of secrecy; `owners` is how the
/// clients' room says to whom they belong.
pub(super) async fn reached<R: Read>(
    db: &mut R,
    (owners, principal): (Option<&str>, &Principal),
    client: ClientId,
) -> Result<(), Error> {
    let owners = owners.ok_or(Error::NotFound)?;
    let reach = principal.filter(GRANT, "c", 2);
    let sql = format!("{owners} ($1) and {}", reach.sql);
    let values: Vec<Value> = std::iter::once(client.into()).chain(reach.params).collect();
    db.first(&sql, &values).await?.map(|_| ()).ok_or(Error::NotFound)
}

impl Bus {
    /// Whether a person may approve something beforehand for a client.
    ///
    /// # Errors
    /// [`Error::NotFound`] when he may not; the database's.
    pub async fn may_grant<R: Read>(
        &self,
        db: &mut R,
        principal: &Principal,
        client: ClientId,
    ) -> Result<(), Error> {
        reached(db, (self.registry().owners(), principal), client).await
    }
}

/// Whether somebody has a PIN, and since when.
///
/// # Errors
/// The database's.
pub async fn pin_since<R: Read>(
    db: &mut R,
    staff: UserId,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "select set_at from staff_pin where staff_id = $1";
    db.first(sql, params![staff]).await?.map(Row::one).transpose()
}

/// The hash of somebody's PIN.
pub(super) async fn pin_hash<R: Read>(
    db: &mut R,
    staff: UserId,
) -> Result<Option<String>, StoreError> {
    let sql = "select pin_hash from staff_pin where staff_id = $1";
    db.first(sql, params![staff]).await?.map(Row::one).transpose()
}
