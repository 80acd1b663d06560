//! The sums of the money row, added up by the database.

use kernel::{ClientId, Currency};
use store::{Cols, Read, StoreError, params};

use super::super::model::{AccountSums, LoanSums, MoneyRow};

/// What a client has and owes, one row per currency, by currency code. Empty: no product at all.
///
/// # Errors
/// The database's.
pub async fn money_rows<R: Read>(
    db: &mut R,
    client: ClientId,
) -> Result<Vec<MoneyRow>, StoreError> {
    let (mut accounts, mut loans) = (Vec::new(), Vec::new());
    for row in db.query(SUMS, params![client]).await? {
        let mut c = row.cols();
        let (is_loan, currency): (bool, Currency) = (c.take()?, c.take()?);
        if is_loan {
            loans.push((currency, loan_sums(&mut c)?));
        } else {
            accounts.push((currency, account_sums(&mut c)?));
        }
    }
    let mut currencies: Vec<Currency> =
        accounts.iter().map(|a| a.0).chain(loans.iter().map(|l| l.0)).collect();
    currencies.sort_unstable();
    currencies.dedup();
    let rows = currencies.into_iter().map(|currency| {
        let account =
            accounts.iter().find(|a| a.0 == currency).map_or_else(Default::default, |a| a.1);
        let loan = loans.iter().find(|l| l.0 == currency).map_or_else(Default::default, |l| l.1);
        MoneyRow::new(currency, account, loan)
    });
    Ok(rows.filter(|row| !row.is_empty()).collect())
}

/// Of accounts (0) and of loans (1), each by currency.
const SUMS: &str = "select 0, a.currency, count(*), \
    cast(sum(case when a.balance_minor > 0 then a.balance_minor else 0 end) as bigint), \
    cast(sum(case when a.balance_minor < 0 then 1 else 0 end) as bigint), \
    cast(sum(case when a.balance_minor < 0 then -a.balance_minor else 0 end) as bigint), \
    cast(sum(case when a.limit_minor > 0 then 1 else 0 end) as bigint), \
    cast(sum(case when a.limit_minor <= 0 then 0 when a.balance_minor >= 0 then a.limit_minor \
      when a.limit_minor + a.balance_minor > 0 then a.limit_minor + a.balance_minor \
      else 0 end) as bigint) \
    from account_role r join account a on a.id = r.account_id \
    where r.client_id = $1 and r.role = 'owner' and a.closed_on is null and a.kind <> 'loan' \
    group by a.currency \
    union all select 1, l.currency, count(*), \
    cast(sum(case when l.owed_minor is null then 1 else 0 end) as bigint), \
    cast(sum(coalesce(l.owed_minor, 0)) as bigint), \
    cast(sum(l.overdue_minor) as bigint), \
    cast(sum(case when l.kind in ('credit_card', 'overdraft') then 1 else 0 end) as bigint), \
    cast(sum(case when l.kind in ('credit_card', 'overdraft') \
      and l.amount_minor > coalesce(l.owed_minor, 0) \
      then l.amount_minor - coalesce(l.owed_minor, 0) else 0 end) as bigint) \
    from loan l where l.client_id = $1 and l.state <> 'closed' group by l.currency";

fn account_sums(c: &mut Cols) -> Result<AccountSums, StoreError> {
    Ok(AccountSums {
        accounts: c.take()?,
        positive_minor: c.take()?,
        overdrawn: c.take()?,
        overdrawn_minor: c.take()?,
        limits: c.take()?,
        available_minor: c.take()?,
    })
}

fn loan_sums(c: &mut Cols) -> Result<LoanSums, StoreError> {
    Ok(LoanSums {
        loans: c.take()?,
        unknown: c.take()?,
        owed_minor: c.take()?,
        overdue_minor: c.take()?,
        revolving: c.take()?,
        available_minor: c.take()?,
    })
}
