//! Monthly turnovers of a client and the movements of one account.

use kernel::{AccountId, ClientId, Currency, Date};
use store::{Read, StoreError, params};
use uuid::Uuid;

use super::super::average::months_before;
use super::super::model::{Transaction, month_key};
use super::rows::{TRANSACTION, each, transaction};

/// Months a turnover chart shows at most.
pub const TURNOVER_MONTHS: i64 = 24;
/// Currencies a client has turnovers in at most.
const CURRENCIES_MAX: i64 = 50;

/// Turnover of all own accounts of one currency in one month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MonthTurnover {
    /// First day of the month.
    pub month: Date,
    /// Currency.
    pub currency: Currency,
    /// Money in, minor units.
    pub in_minor: i64,
    /// Money out, minor units, positive.
    pub out_minor: i64,
}

/// Turnovers of a client's own accounts in the [`TURNOVER_MONTHS`] up to the newest month with
/// movement (at most `today`'s), oldest first; months without movement are absent.
///
/// # Errors
/// The database's.
pub async fn turnover<R: Read>(
    db: &mut R,
    client: ClientId,
    today: Date,
) -> Result<Vec<MonthTurnover>, StoreError> {
    let sql = "select m.month, a.currency, cast(sum(m.in_minor) as bigint), \
               cast(sum(m.out_minor) as bigint) \
               from account_role r join account a on a.id = r.account_id \
               join account_month m on m.account_id = r.account_id \
               where r.client_id = $1 and r.role = 'owner' and m.month <= $2 and m.operations > 0 \
               group by m.month, a.currency order by m.month desc, a.currency desc limit $3";
    let most = TURNOVER_MONTHS * CURRENCIES_MAX;
    let rows = db.query(sql, params![client, month_key(today), most]).await?;
    let mut all = each(rows, |c| {
        let month: String = c.take()?;
        let month = format!("{month}-01")
            .parse()
            .map_err(|e: jiff::Error| StoreError::Column { index: 0, problem: e.to_string() })?;
        let currency = c.take()?;
        Ok(MonthTurnover { month, currency, in_minor: c.take()?, out_minor: c.take()? })
    })?;
    let first = all.first().map(|newest| months_before(newest.month, TURNOVER_MONTHS - 1));
    all.retain(|turnover| Some(turnover.month) >= first);
    all.reverse();
    Ok(all)
}

/// Place of a movement in the order of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransactionKey {
    /// Booked on.
    pub on_date: Date,
    /// Order within the day.
    pub ordinal: i64,
    /// Tells equals apart.
    pub id: Uuid,
}

impl TransactionKey {
    /// The key of a movement.
    pub fn of(transaction: &Transaction) -> Self {
        Self { on_date: transaction.on_date, ordinal: transaction.ordinal, id: transaction.id }
    }
    /// As it stands in an address.
    pub fn to_text(self) -> String {
        format!("{}_{}_{}", self.on_date, self.ordinal, self.id)
    }
    /// From an address; `None` when it is no key.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '_');
        Some(Self {
            on_date: parts.next()?.parse().ok()?,
            ordinal: parts.next()?.parse().ok()?,
            id: parts.next()?.parse().ok()?,
        })
    }
}

/// The movements of an account before a key, newest first.
///
/// # Errors
/// The database's.
pub async fn transactions<R: Read>(
    db: &mut R,
    account: AccountId,
    before: Option<TransactionKey>,
    limit: i64,
) -> Result<Vec<Transaction>, StoreError> {
    let order = "order by t.on_date desc, t.ordinal desc, t.id desc limit $2";
    let rows = match before {
        None => {
            let sql = format!(
                "select {TRANSACTION} from account_transaction t where t.account_id = $1 {order}"
            );
            db.query(&sql, params![account, limit]).await?
        }
        Some(key) => {
            let sql = format!(
                "select {TRANSACTION} from account_transaction t where t.account_id = $1 \
                 and (t.on_date, t.ordinal, t.id) < ($3, $4, $5) {order}"
            );
            let params = params![account, limit, key.on_date, key.ordinal, key.id];
            db.query(&sql, params).await?
        }
    };
    each(rows, transaction)
}
