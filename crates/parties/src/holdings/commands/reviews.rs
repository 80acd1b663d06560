//! The days on which interest is looked at anew, beside the accounts and loans they belong to.

use kernel::Date;
use spine::Work;
use store::{StoreError, Value};
use uuid::Uuid;

use super::super::queries::places;

/// Days forgotten by one statement.
const IDS_AT_ONCE: usize = 500;

/// What has such a day.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reviewed {
    /// Accounts.
    Account,
    /// Loans.
    Loan,
}

impl Reviewed {
    /// Table and its key.
    const fn place(self) -> (&'static str, &'static str) {
        match self {
            Reviewed::Account => ("account_review", "account_id"),
            Reviewed::Loan => ("loan_review", "loan_id"),
        }
    }
}

/// Writes the days that changed: which thing, the day before, the day now.
pub(super) async fn write(
    work: &mut Work<'_>,
    what: Reviewed,
    days: &[(Uuid, Option<Date>, Option<Date>)],
) -> Result<(), StoreError> {
    let (table, key) = what.place();
    let changed = days.iter().filter(|(_, before, after)| before != after);
    let (kept, gone): (Vec<_>, Vec<_>) = changed.partition(|(_, _, after)| after.is_some());
    let rows: Vec<Vec<Value>> =
        kept.iter().map(|(id, _, after)| vec![Value::Id(*id), (*after).into()]).collect();
    let head = format!("insert into {table} ({key}, review_on) values");
    let again = format!("on conflict ({key}) do update set review_on = excluded.review_on");
    work.insert_many(&head, &rows, &again).await?;
    let ids: Vec<Value> = gone.iter().map(|(id, ..)| Value::Id(*id)).collect();
    for chunk in ids.chunks(IDS_AT_ONCE) {
        let sql = format!("delete from {table} where {key} in ({})", places(1, chunk.len()));
        work.execute(&sql, chunk).await?;
    }
    Ok(())
}
