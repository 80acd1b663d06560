//! Reading what a client holds: the money row, holdings, turnovers, the movements of one account.

use kernel::{AccountId, ClientId, Currency, Date};
use spine::Owner;
use store::{Cols, Read, Row, StoreError, Value, params};
use uuid::Uuid;

use super::model::{
    Account, AccountRole, AccountSums, Card, Loan, LoanSums, MoneyRow, StandingOrder, Transaction,
    month_key,
};

/// Holdings of one kind shown at most.
pub const HOLDINGS_MAX: i64 = 200;
/// Months a turnover chart shows at most.
pub const TURNOVER_MONTHS: i64 = 24;

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
    /// First day of the last month money moved.
    pub last_month: Option<Date>,
}

pub(super) const ACCOUNT: &str = "a.id, a.number, a.kind, a.currency, a.branch_id, a.opened_on, \
     a.closed_on, a.matures_on, a.rate_bp, a.limit_minor, a.balance_minor, a.balance_on, \
     a.statement_frequency";

pub(super) fn account(c: &mut Cols) -> Result<Account, StoreError> {
    Ok(Account {
        id: c.take()?,
        number: c.take()?,
        kind: c.take()?,
        currency: c.take()?,
        branch_id: c.take()?,
        opened_on: c.take()?,
        closed_on: c.take()?,
        matures_on: c.take()?,
        rate_bp: c.take()?,
        limit_minor: c.take()?,
        balance_minor: c.take()?,
        balance_on: c.take()?,
        statement_frequency: c.take()?,
    })
}

pub(super) const CARD: &str = "k.id, k.account_id, k.client_id, k.kind, k.pan_masked, k.issued_on, \
     k.expires_on, k.state";

pub(super) fn card(c: &mut Cols) -> Result<Card, StoreError> {
    Ok(Card {
        id: c.take()?,
        account_id: c.take()?,
        client_id: c.take()?,
        kind: c.take()?,
        pan_masked: c.take()?,
        issued_on: c.take()?,
        expires_on: c.take()?,
        state: c.take()?,
    })
}

pub(super) const LOAN: &str = "l.id, l.number, l.account_id, l.client_id, l.kind, l.currency, \
     l.amount_minor, l.term_months, l.payment_minor, l.rate_bp, l.opened_on, l.ends_on, l.state, \
     l.owed_minor, l.overdue_minor, l.days_past_due, l.next_payment_on";

pub(super) fn loan(c: &mut Cols) -> Result<Loan, StoreError> {
    Ok(Loan {
        id: c.take()?,
        number: c.take()?,
        account_id: c.take()?,
        client_id: c.take()?,
        kind: c.take()?,
        currency: c.take()?,
        amount_minor: c.take()?,
        term_months: c.take()?,
        payment_minor: c.take()?,
        rate_bp: c.take()?,
        opened_on: c.take()?,
        ends_on: c.take()?,
        state: c.take()?,
        owed_minor: c.take()?,
        overdue_minor: c.take()?,
        days_past_due: c.take()?,
        next_payment_on: c.take()?,
    })
}

pub(super) const ORDER: &str = "s.id, s.account_id, s.to_bank, s.to_account, s.amount_minor, \
     s.currency, s.purpose, s.state";

pub(super) fn order(c: &mut Cols) -> Result<StandingOrder, StoreError> {
    Ok(StandingOrder {
        id: c.take()?,
        account_id: c.take()?,
        to_bank: c.take()?,
        to_account: c.take()?,
        amount_minor: c.take()?,
        currency: c.take()?,
        purpose: c.take()?,
        state: c.take()?,
    })
}

pub(super) const TRANSACTION: &str = "t.id, t.account_id, t.on_date, t.ordinal, t.amount_minor, \
     t.balance_minor, t.kind, t.purpose, t.partner_bank, t.partner_account";

pub(super) fn transaction(c: &mut Cols) -> Result<Transaction, StoreError> {
    Ok(Transaction {
        id: c.take()?,
        account_id: c.take()?,
        on_date: c.take()?,
        ordinal: c.take()?,
        amount_minor: c.take()?,
        balance_minor: c.take()?,
        kind: c.take()?,
        purpose: c.take()?,
        partner_bank: c.take()?,
        partner_account: c.take()?,
    })
}

/// `$2, $3`: places for `count` values from `first`.
pub(super) fn places(first: usize, count: usize) -> String {
    let all: Vec<String> = (first..first + count).map(|n| format!("${n}")).collect();
    all.join(", ")
}

fn each<T>(
    rows: Vec<Row>,
    read: impl Fn(&mut Cols) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    rows.into_iter().map(|row| read(&mut row.cols())).collect()
}

/// What a client has and owes, one row per currency, by currency code. Empty: no product at all.
///
/// # Errors
/// The database's.
pub async fn money_rows<R: Read>(
    db: &mut R,
    client: ClientId,
) -> Result<Vec<MoneyRow>, StoreError> {
    let accounts = account_sums(db, client).await?;
    let loans = loan_sums(db, client).await?;
    let mut currencies: Vec<Currency> =
        accounts.iter().map(|a| a.0).chain(loans.iter().map(|l| l.0)).collect();
    currencies.sort_unstable();
    currencies.dedup();
    let rows = currencies.into_iter().map(|currency| {
        let account = accounts.iter().find(|a| a.0 == currency).map_or_else(Default::default, |a| a.1);
        let loan = loans.iter().find(|l| l.0 == currency).map_or_else(Default::default, |l| l.1);
        MoneyRow::new(currency, account, loan)
    });
    Ok(rows.filter(|row| !row.is_empty()).collect())
}

async fn account_sums<R: Read>(
    db: &mut R,
    client: ClientId,
) -> Result<Vec<(Currency, AccountSums)>, StoreError> {
    let sql = "select a.currency, count(*), \
        cast(sum(case when a.balance_minor > 0 then a.balance_minor else 0 end) as bigint), \
        cast(sum(case when a.balance_minor < 0 then 1 else 0 end) as bigint), \
        cast(sum(case when a.balance_minor < 0 then -a.balance_minor else 0 end) as bigint), \
        cast(sum(case when a.limit_minor > 0 then 1 else 0 end) as bigint), \
        cast(sum(case when a.limit_minor <= 0 then 0 when a.balance_minor >= 0 then a.limit_minor \
          when a.limit_minor + a.balance_minor > 0 then a.limit_minor + a.balance_minor \
          else 0 end) as bigint) \
        from account_role r join account a on a.id = r.account_id \
        where r.client_id = $1 and r.role = 'owner' and a.closed_on is null and a.kind <> 'loan' \
        group by a.currency";
    each(db.query(sql, params![client]).await?, |c| {
        Ok((
            c.take()?,
            AccountSums {
                accounts: c.take()?,
                positive_minor: c.take()?,
                overdrawn: c.take()?,
                overdrawn_minor: c.take()?,
                limits: c.take()?,
                available_minor: c.take()?,
            },
        ))
    })
}

async fn loan_sums<R: Read>(
    db: &mut R,
    client: ClientId,
) -> Result<Vec<(Currency, LoanSums)>, StoreError> {
    let sql = "select l.currency, count(*), \
        cast(sum(case when l.owed_minor is null then 1 else 0 end) as bigint), \
        cast(sum(coalesce(l.owed_minor, 0)) as bigint), \
        cast(sum(l.overdue_minor) as bigint), \
        cast(sum(case when l.kind in ('credit_card', 'overdraft') then 1 else 0 end) as bigint), \
        cast(sum(case when l.kind in ('credit_card', 'overdraft') \
          and l.amount_minor > coalesce(l.owed_minor, 0) \
          then l.amount_minor - coalesce(l.owed_minor, 0) else 0 end) as bigint) \
        from loan l where l.client_id = $1 and l.state <> 'closed' group by l.currency";
    each(db.query(sql, params![client]).await?, |c| {
        Ok((
            c.take()?,
            LoanSums {
                loans: c.take()?,
                unknown: c.take()?,
                owed_minor: c.take()?,
                overdue_minor: c.take()?,
                revolving: c.take()?,
                available_minor: c.take()?,
            },
        ))
    })
}

fn held(c: &mut Cols) -> Result<HeldAccount, StoreError> {
    let account = account(c)?;
    let role = c.take()?;
    let last: Option<String> = c.take()?;
    let last_month = last.and_then(|month| format!("{month}-01").parse().ok());
    Ok(HeldAccount { account, role, last_month })
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
) -> Result<Vec<HeldAccount>, StoreError> {
    let sql = format!(
        "select {ACCOUNT}, r.role, {LAST_MONTH} \
         from account_role r join account a on a.id = r.account_id where r.client_id = $1 \
         order by case when a.closed_on is null then 0 else 1 end, a.opened_on desc, a.id limit $2"
    );
    let mut all = each(db.query(&sql, params![client, HOLDINGS_MAX]).await?, held)?;
    all.sort_by_key(|h| h.role);
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|h| seen.insert(h.account.id));
    all.sort_by_key(|h| (h.account.closed_on.is_some(), h.role));
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
) -> Result<Option<HeldAccount>, StoreError> {
    let sql = format!(
        "select {ACCOUNT}, r.role, {LAST_MONTH} \
         from account_role r join account a on a.id = r.account_id \
         where r.account_id = $2 and r.client_id = $1"
    );
    let mut all = each(db.query(&sql, params![client, id]).await?, held)?;
    all.sort_by_key(|h| h.role);
    Ok(all.into_iter().next())
}

const HOLDER: &str = "c.id, c.number, c.display_name, c.branch_id, c.manager_id";

fn holder(c: &mut Cols) -> Result<Holder, StoreError> {
    Ok(Holder {
        id: c.take()?,
        number: c.take()?,
        display_name: c.take()?,
        owner: Owner { branch_id: c.take()?, manager_id: c.take()? },
    })
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
         where r.account_id in ({}) order by r.account_id, c.id limit 500",
        places(1, accounts.len())
    );
    let ids: Vec<Value> = accounts.iter().map(|id| (*id).into()).collect();
    let mut all = each(db.query(&sql, &ids).await?, |c| Ok((c.take()?, c.take()?, holder(c)?)))?;
    all.sort_by_key(|(_, role, _)| *role);
    Ok(all)
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
         and (g.until is null or g.until >= $2) and l.state <> 'closed' \
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
    let newest = "select max(m.month) from account_role r join account_month m \
                  on m.account_id = r.account_id \
                  where r.client_id = $1 and r.role = 'owner' and m.operations > 0 and m.month <= $2";
    let row = db.first(newest, params![client, month_key(today)]).await?;
    let newest: Option<String> = row.map_or(Ok(None), Row::one)?;
    let Some(last) = newest.and_then(|m| format!("{m}-01").parse::<Date>().ok()) else {
        return Ok(Vec::new());
    };
    let first = months_before(last, TURNOVER_MONTHS - 1);
    let sql = "select m.month, a.currency, cast(sum(m.in_minor) as bigint), \
               cast(sum(m.out_minor) as bigint) \
               from account_role r join account a on a.id = r.account_id \
               join account_month m on m.account_id = r.account_id \
               where r.client_id = $1 and r.role = 'owner' and m.month >= $2 and m.month <= $3 \
               and m.operations > 0 group by m.month, a.currency order by m.month, a.currency";
    let rows = db.query(sql, params![client, month_key(first), month_key(last)]).await?;
    each(rows, |c| {
        let month: String = c.take()?;
        let month = format!("{month}-01").parse().map_err(|e: jiff::Error| StoreError::Column {
            index: 0,
            problem: e.to_string(),
        })?;
        let currency = c.take()?;
        Ok(MonthTurnover { month, currency, in_minor: c.take()?, out_minor: c.take()? })
    })
}

/// The first day of the month `count` months before; the first day there is when that is too far.
pub(super) fn months_before(day: Date, count: i64) -> Date {
    let span = jiff::Span::new().try_months(count).ok();
    let first = day.first_of_month();
    span.and_then(|span| first.checked_sub(span).ok()).unwrap_or(first)
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
        Self {
            on_date: transaction.on_date,
            ordinal: transaction.ordinal,
            id: transaction.id,
        }
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
