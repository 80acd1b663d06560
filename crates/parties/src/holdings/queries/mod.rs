//! Reading what a client holds: accounts, cards, loans, standing orders, and who has a say in them.

mod money;
mod movements;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use kernel::{AccountId, ClientId, Date};
use spine::{OwnValues, Owner, Principal};
use store::{Cols, Read, StoreError, Value, params};

use super::average::{average, months_before};
use super::indicators::{AVERAGE_MONTHS, Activity};
use super::model::{Account, AccountRole, Card, Loan, StandingOrder, month_key};
use crate::merge::queries::NOT_MERGED;

pub use money::money_rows;
pub use movements::{MonthTurnover, TURNOVER_MONTHS, TransactionKey, transactions, turnover};
use rows::each;
pub(crate) use rows::places;
pub(super) use rows::{
    ACCOUNT, CARD, LOAN, ORDER, TRANSACTION, account, card, loan, order, transaction,
};

/// Holdings of one kind shown at most.
pub const HOLDINGS_MAX: i64 = 200;

/// A client named beside a holding, with what the policy needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Identity.
    pub id: ClientId,
    /// The number people read to each other.
    pub number: String,
    /// Name; empty for a client without one.
    pub display_name: String,
    /// To whom the client belongs.
    pub owner: Owner,
}

/// An account as one client sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldAccount {
    /// The account.
    pub account: Account,
    /// What the client is to it.
    pub role: AccountRole,
    /// What its turnovers tell.
    pub activity: Activity,
    /// Fields the bank has added.
    pub custom: OwnValues,
}

fn held(c: &mut Cols) -> Result<HeldAccount, StoreError> {
    let account = account(c)?;
    let role = c.take()?;
    let last: Option<String> = c.take()?;
    let last_month = last.and_then(|month| format!("{month}-01").parse().ok());
    let activity = Activity { last_month, average_minor: None };
    Ok(HeldAccount { account, role, activity, custom: c.take()? })
}

const LAST_MONTH: &str =
    "(select max(m.month) from account_month m where m.account_id = a.id and m.operations > 0)";

/// The accounts a client owns or may dispose of, open ones first. An account he has several roles on
/// stands once, with the strongest.
///
/// # Errors
/// The database's.
pub async fn accounts<R: Read>(
    db: &mut R,
    client: ClientId,
    today: Date,
) -> Result<Vec<HeldAccount>, StoreError> {
    let sql = format!(
        "select {ACCOUNT}, r.role, {LAST_MONTH}, coalesce((select v.doc from own_values v where v.record_id = a.id), '{{}}') \
         from account_role r join account a on a.id = r.account_id where r.client_id = $1 \
         order by case when a.closed_on is null then 0 else 1 end, a.opened_on desc, a.id limit $2"
    );
    let mut all = each(db.query(&sql, params![client, HOLDINGS_MAX]).await?, held)?;
    all.sort_by_key(|h| h.role);
    let mut seen = BTreeSet::new();
    all.retain(|h| seen.insert(h.account.id));
    all.sort_by_key(|h| (h.account.closed_on.is_some(), h.role));
    averages(db, &mut all, today).await?;
    Ok(all)
}

/// One account of a client; none when he has no role on it.
///
/// # Errors
/// The database's.
pub async fn account_of<R: Read>(
    db: &mut R,
    client: ClientId,
    id: AccountId,
    today: Date,
) -> Result<Option<HeldAccount>, StoreError> {
    let sql = format!(
        "select {ACCOUNT}, r.role, {LAST_MONTH}, coalesce((select v.doc from own_values v where v.record_id = a.id), '{{}}') \
         from account_role r join account a on a.id = r.account_id \
         where r.account_id = $2 and r.client_id = $1"
    );
    let mut all = each(db.query(&sql, params![client, id]).await?, held)?;
    all.sort_by_key(|h| h.role);
    all.truncate(1);
    averages(db, &mut all, today).await?;
    Ok(all.into_iter().next())
}

/// Fills in the average balances, from the turnovers of the months they are made of and after.
async fn averages<R: Read>(
    db: &mut R,
    all: &mut [HeldAccount],
    today: Date,
) -> Result<(), StoreError> {
    if all.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "select account_id, month, in_minor - out_minor from account_month \
         where month >= $1 and account_id in ({})",
        places(2, all.len())
    );
    let first = month_key(months_before(today, AVERAGE_MONTHS));
    let ids = all.iter().map(|held| Value::from(held.account.id));
    let values: Vec<Value> = std::iter::once(first.into()).chain(ids).collect();
    let mut nets: BTreeMap<AccountId, BTreeMap<Date, i64>> = BTreeMap::new();
    for row in db.query(&sql, &values).await? {
        let mut c = row.cols();
        let (id, month): (AccountId, String) = (c.take()?, c.take()?);
        if let Ok(month) = format!("{month}-01").parse() {
            nets.entry(id).or_default().insert(month, c.take()?);
        }
    }
    let none = BTreeMap::new();
    for held in all {
        let a = &held.account;
        let nets = nets.get(&a.id).unwrap_or(&none);
        held.activity.average_minor = average(a.balance_minor, a.opened_on, nets, today);
    }
    Ok(())
}

/// A [`Holder`]: the columns of his owner come last, as [`Owner::COLUMNS`] has them.
const HOLDER: &str = "c.id, c.number, c.display_name, c.branch_id, c.manager_id, c.id, \
     coalesce((select y.level from client_secrecy y where y.client_id = c.id), 'open'), c.kind";

fn holder(c: &mut Cols) -> Result<Holder, StoreError> {
    Ok(Holder { id: c.take()?, number: c.take()?, display_name: c.take()?, owner: Owner::read(c)? })
}

/// Everybody with a role on any of these accounts, owners first.
///
/// # Errors
/// The database's.
pub async fn holders<R: Read>(
    db: &mut R,
    accounts: &[AccountId],
) -> Result<Vec<(AccountId, AccountRole, Holder)>, StoreError> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select r.account_id, r.role, {HOLDER} from account_role r join client c on c.id = r.client_id \
         where r.account_id in ({}) and {NOT_MERGED} order by r.account_id, c.id limit 500",
        places(1, accounts.len())
    );
    let ids: Vec<Value> = accounts.iter().map(|id| (*id).into()).collect();
    let mut all = each(db.query(&sql, &ids).await?, |c| Ok((c.take()?, c.take()?, holder(c)?)))?;
    all.sort_by_key(|(_, role, _)| *role);
    Ok(all)
}

/// Whether somebody may write into the bank's own fields of an account of this owner.
pub(super) fn may_fill(principal: &Principal, owner: Owner) -> bool {
    principal.reaches("holding.read", owner) && principal.reaches("client.edit", owner)
}

/// The cards a client carries, working ones first.
///
/// # Errors
/// The database's.
pub async fn cards<R: Read>(db: &mut R, client: ClientId) -> Result<Vec<Card>, StoreError> {
    let sql = format!(
        "select {CARD} from card k where k.client_id = $1 \
         order by case when k.state = 'closed' then 1 else 0 end, k.issued_on desc, k.id limit $2"
    );
    each(db.query(&sql, params![client, HOLDINGS_MAX]).await?, card)
}

/// The loans of a client, running ones first.
///
/// # Errors
/// The database's.
pub async fn loans<R: Read>(db: &mut R, client: ClientId) -> Result<Vec<Loan>, StoreError> {
    let sql = format!(
        "select {LOAN} from loan l where l.client_id = $1 \
         order by case when l.state = 'closed' then 1 else 0 end, l.opened_on desc, l.id limit $2"
    );
    each(db.query(&sql, params![client, HOLDINGS_MAX]).await?, loan)
}

/// The loans of others a client answers for on a day, with who owes.
///
/// # Errors
/// The database's.
pub async fn guaranteed<R: Read>(
    db: &mut R,
    client: ClientId,
    today: Date,
) -> Result<Vec<(Loan, Holder)>, StoreError> {
    let sql = format!(
        "select {LOAN}, {HOLDER} from client_link g join loan l on l.client_id = g.to_id \
         join client c on c.id = l.client_id \
         where g.from_id = $1 and g.kind = 'guarantor' and g.archived_at is null \
         and (g.until is null or g.until >= $2) and l.state <> 'closed' and {NOT_MERGED} \
         order by l.opened_on desc, l.id limit $3"
    );
    let rows = db.query(&sql, params![client, today, HOLDINGS_MAX]).await?;
    each(rows, |c| Ok((loan(c)?, holder(c)?)))
}

/// The standing orders on a client's own accounts, failing ones first.
///
/// # Errors
/// The database's.
pub async fn orders<R: Read>(
    db: &mut R,
    client: ClientId,
) -> Result<Vec<StandingOrder>, StoreError> {
    let sql = format!(
        "select {ORDER} from account_role r join standing_order s on s.account_id = r.account_id \
         where r.client_id = $1 and r.role = 'owner' and s.state <> 'closed' \
         order by case when s.state = 'failing' then 0 else 1 end, s.amount_minor desc, s.id limit $2"
    );
    each(db.query(&sql, params![client, HOLDINGS_MAX]).await?, order)
}

/// The standing orders of one account, failing ones first.
///
/// # Errors
/// The database's.
pub async fn orders_of<R: Read>(
    db: &mut R,
    account: AccountId,
) -> Result<Vec<StandingOrder>, StoreError> {
    let sql = format!(
        "select {ORDER} from standing_order s where s.account_id = $1 and s.state <> 'closed' \
         order by case when s.state = 'failing' then 0 else 1 end, s.amount_minor desc, s.id limit $2"
    );
    each(db.query(&sql, params![account, HOLDINGS_MAX]).await?, order)
}
