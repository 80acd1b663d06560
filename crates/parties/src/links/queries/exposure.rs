//! What connected clients owe and hold.

use std::collections::BTreeMap;

use kernel::{ClientId, Currency, Money};
use store::{Read, StoreError, Value};

use super::places;

/// What clients owe and hold together, in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Exposure {
    /// Loans and overdrawn accounts.
    pub owed: Money,
    /// Missed payments within it.
    pub overdue: Money,
    /// Positive balances.
    pub deposits: Money,
    /// Loans whose debt the source does not say.
    pub unknown_loans: i64,
}

/// The exposure of a set of clients, by currency. An account two of them own together counts once.
///
/// # Errors
/// The database's.
pub async fn exposure<R: Read>(db: &mut R, ids: &[ClientId]) -> Result<Vec<Exposure>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let list = places(1, ids.len());
    let values: Vec<Value> = ids.iter().map(|id| (*id).into()).collect();
    let mut sums: BTreeMap<Currency, (i64, i64, i64, i64)> = BTreeMap::new();
    let sql = format!(
        "select currency, cast(sum(coalesce(owed_minor, 0)) as bigint), \
         cast(sum(overdue_minor) as bigint), 0, \
         cast(sum(case when owed_minor is null then 1 else 0 end) as bigint) \
         from loan where client_id in ({list}) and state <> 'closed' group by currency \
         union all select a.currency, \
         cast(sum(case when a.balance_minor < 0 then -a.balance_minor else 0 end) as bigint), 0, \
         cast(sum(case when a.balance_minor > 0 then a.balance_minor else 0 end) as bigint), 0 \
         from account a where a.closed_on is null and a.kind <> 'loan' and a.id in \
         (select r.account_id from account_role r where r.role = 'owner' and r.client_id in ({list})) \
         group by a.currency"
    );
    for row in db.query(&sql, &values).await? {
        let mut c = row.cols();
        let sum = sums.entry(c.take()?).or_default();
        for part in [&mut sum.0, &mut sum.1, &mut sum.2, &mut sum.3] {
            *part = part.saturating_add(c.take()?);
        }
    }
    let exposure = |(currency, (owed, overdue, deposits, unknown_loans))| Exposure {
        owed: Money::new(owed, currency),
        overdue: Money::new(overdue, currency),
        deposits: Money::new(deposits, currency),
        unknown_loans,
    };
    Ok(sums.into_iter().map(exposure).collect())
}

/// What one client owes and holds in one currency.
pub type Share = (Money, Money);

/// What each of some clients owes and holds, by currency: owed first. An account of two owners stands at
/// both.
///
/// # Errors
/// The database's.
pub async fn each<R: Read>(
    db: &mut R,
    ids: &[ClientId],
) -> Result<BTreeMap<ClientId, Vec<Share>>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let list = places(1, ids.len());
    let values: Vec<Value> = ids.iter().map(|id| (*id).into()).collect();
    let mut sums: BTreeMap<(ClientId, Currency), (i64, i64)> = BTreeMap::new();
    let sql = format!(
        "select client_id, currency, cast(sum(coalesce(owed_minor, 0)) as bigint) from loan \
         where client_id in ({list}) and state <> 'closed' group by client_id, currency"
    );
    for row in db.query(&sql, &values).await? {
        let mut c = row.cols();
        // in two steps: an assignment reads its right side first
        let sum = sums.entry((c.take()?, c.take()?)).or_default();
        sum.0 = c.take()?;
    }
    let sql = format!(
        "select r.client_id, a.currency, \
         cast(sum(case when a.balance_minor < 0 then -a.balance_minor else 0 end) as bigint), \
         cast(sum(case when a.balance_minor > 0 then a.balance_minor else 0 end) as bigint) \
         from account_role r join account a on a.id = r.account_id \
         where r.client_id in ({list}) and r.role = 'owner' and a.closed_on is null \
         and a.kind <> 'loan' group by r.client_id, a.currency"
    );
    for row in db.query(&sql, &values).await? {
        let mut c = row.cols();
        let sum = sums.entry((c.take()?, c.take()?)).or_default();
        let overdrawn: i64 = c.take()?;
        sum.0 = sum.0.saturating_add(overdrawn);
        sum.1 = c.take()?;
    }
    let mut out: BTreeMap<ClientId, Vec<Share>> = BTreeMap::new();
    for ((client, currency), (owed, held)) in sums {
        let share = (Money::new(owed, currency), Money::new(held, currency));
        out.entry(client).or_default().push(share);
    }
    Ok(out)
}
