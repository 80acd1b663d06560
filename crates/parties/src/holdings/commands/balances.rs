//! What movements do to monthly turnovers and to the balance of their accounts.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{AccountId, Date};
use spine::Work;
use store::{Read, StoreError, Value};

use super::super::model::{Transaction, month_key};
use super::super::queries::places;
use super::transactions::Movement;

/// Accounts updated by one statement.
const ACCOUNTS_AT_ONCE: usize = 200;

/// Money in, money out, operations: what a month gains (or loses, when a record changed).
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Gain(i64, i64, i64);

/// Adds new movements to the months of their accounts; of a changed one the difference.
pub(super) async fn months(work: &mut Work<'_>, movements: &[Movement]) -> Result<(), StoreError> {
    let mut gains: BTreeMap<(AccountId, String), Gain> = BTreeMap::new();
    for movement in movements {
        if let Some(old) = &movement.old {
            add(&mut gains, old, -1);
        }
        add(&mut gains, &movement.new, 1);
    }
    let rows: Vec<Vec<Value>> = gains
        .into_iter()
        .filter(|(_, gain)| *gain != Gain::default())
        .map(|((account, month), Gain(incoming, outgoing, operations))| {
            vec![account.into(), month.into(), incoming.into(), outgoing.into(), operations.into()]
        })
        .collect();
    work.insert_many(
        "insert into account_month (account_id, month, in_minor, out_minor, operations) values",
        &rows,
        "on conflict (account_id, month) do update set \
         in_minor = account_month.in_minor + excluded.in_minor, \
         out_minor = account_month.out_minor + excluded.out_minor, \
         operations = account_month.operations + excluded.operations",
    )
    .await?;
    Ok(())
}

fn add(gains: &mut BTreeMap<(AccountId, String), Gain>, t: &Transaction, sign: i64) {
    let gain = gains.entry((t.account_id, month_key(t.on_date))).or_default();
    gain.0 = gain.0.saturating_add(sign * t.amount_minor.max(0));
    gain.1 = gain.1.saturating_add(sign * t.amount_minor.min(0).saturating_neg());
    gain.2 += sign;
}

/// An account before its movements.
struct Before {
    balance_minor: i64,
    balance_on: Option<Date>,
}

/// Brings the balances of the accounts up to date. Where the newest movement tells the balance after it,
/// that is the balance, unless the account itself came with a later one. Where it does not, movements
/// after the account's own balance day (all, when it has none) are added up.
pub(super) async fn balances(
    work: &mut Work<'_>,
    movements: &[Movement],
) -> Result<(), StoreError> {
    let touched: BTreeSet<AccountId> = movements
        .iter()
        .flat_map(|m| m.old.iter().map(|old| old.account_id).chain([m.new.account_id]))
        .collect();
    let touched: Vec<AccountId> = touched.into_iter().collect();
    for chunk in touched.chunks(ACCOUNTS_AT_ONCE) {
        let before = before(work, chunk).await?;
        let newest = newest(work, chunk).await?;
        let mut after = Vec::new();
        for (id, was) in &before {
            let told = newest.get(id).and_then(|(on, balance)| balance.map(|b| (*on, b)));
            match told {
                Some((on, balance)) if was.balance_on.is_none_or(|day| day <= on) => {
                    if (balance, Some(on)) != (was.balance_minor, was.balance_on) {
                        after.push((*id, balance, Some(on)));
                    }
                }
                Some(_) => {}
                None => {
                    let gain = gain(movements, *id, was.balance_on);
                    if gain != 0 {
                        after.push((*id, was.balance_minor.saturating_add(gain), was.balance_on));
                    }
                }
            }
        }
        write(work, &after).await?;
    }
    Ok(())
}

fn gain(movements: &[Movement], account: AccountId, since: Option<Date>) -> i64 {
    let counts =
        |t: &&Transaction| t.account_id == account && since.is_none_or(|day| t.on_date > day);
    let sum = |all: &mut dyn Iterator<Item = &Transaction>| {
        all.fold(0_i64, |sum, t| sum.saturating_add(t.amount_minor))
    };
    let new = sum(&mut movements.iter().map(|m| &m.new).filter(counts));
    let old = sum(&mut movements.iter().filter_map(|m| m.old.as_ref()).filter(counts));
    new.saturating_sub(old)
}

async fn before(
    work: &mut Work<'_>,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, Before>, StoreError> {
    let sql = format!(
        "select id, balance_minor, balance_on from account where id in ({})",
        places(1, accounts.len())
    );
    let ids: Vec<Value> = accounts.iter().map(|id| (*id).into()).collect();
    let mut all = BTreeMap::new();
    for row in work.query(&sql, &ids).await? {
        let mut c = row.cols();
        let id = c.take()?;
        all.insert(id, Before { balance_minor: c.take()?, balance_on: c.take()? });
    }
    Ok(all)
}

/// The newest movement of each account: its day and the balance after it.
async fn newest(
    work: &mut Work<'_>,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, (Date, Option<i64>)>, StoreError> {
    let sql = format!(
        "select t.account_id, t.on_date, t.balance_minor from account_transaction t where t.id in \
         (select (select n.id from account_transaction n where n.account_id = a.id \
         order by n.on_date desc, n.ordinal desc, n.id desc limit 1) \
         from account a where a.id in ({}))",
        places(1, accounts.len())
    );
    let ids: Vec<Value> = accounts.iter().map(|id| (*id).into()).collect();
    let mut all = BTreeMap::new();
    for row in work.query(&sql, &ids).await? {
        let mut c = row.cols();
        all.insert(c.take()?, (c.take()?, c.take()?));
    }
    Ok(all)
}

async fn write(
    work: &mut Work<'_>,
    after: &[(AccountId, i64, Option<Date>)],
) -> Result<(), StoreError> {
    if after.is_empty() {
        return Ok(());
    }
    let (mut ids, mut balances, mut days) = (Vec::new(), Vec::new(), Vec::new());
    let mut params = vec![Value::from(work.ctx.now)];
    for (id, balance, on) in after {
        let at = params.len();
        ids.push(format!("${}", at + 1));
        balances.push(format!("when ${} then cast(${} as bigint)", at + 1, at + 2));
        days.push(format!("when ${} then cast(${} as text)", at + 1, at + 3));
        params.extend::<[Value; 3]>([(*id).into(), (*balance).into(), (*on).into()]);
    }
    let sql = format!(
        "update account set updated_at = $1, balance_minor = case id {} end, \
         balance_on = case id {} end where id in ({})",
        balances.join(" "),
        days.join(" "),
        ids.join(", ")
    );
    work.execute(&sql, &params).await?;
    Ok(())
}
