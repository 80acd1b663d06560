//! What is in the tills of clerks.

use kernel::{BranchId, Currency, Money, Timestamp, UserId};
use spine::Principal;
use store::{Cols, Read, StoreError, params};

use super::OperationsOf;

/// What a clerk's till got and gave in one currency, within the instants asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Till {
    /// Branch.
    pub branch_id: BranchId,
    /// Whose till.
    pub clerk_id: UserId,
    /// Currency.
    pub currency: Currency,
    /// Given to the clerk from the safe (minor units).
    pub allocated_minor: i64,
    /// Taken from clients in cash; what takes operations back counts below zero (minor units).
    pub cash_in_minor: i64,
    /// Given to clients in cash (minor units).
    pub cash_out_minor: i64,
    /// Handed back to the safe (minor units).
    pub settled_minor: i64,
}

impl Till {
    /// What is left in it. Below zero when more went out than is known to have come in.
    pub const fn net(&self) -> Money {
        let got = self.allocated_minor.saturating_add(self.cash_in_minor);
        let gave = self.cash_out_minor.saturating_add(self.settled_minor);
        Money::new(got.saturating_sub(gave), self.currency)
    }
    /// Each column as a sum, in the order they are shown; what is left is not among them.
    pub const fn sums(&self) -> [Money; 4] {
        [
            Money::new(self.allocated_minor, self.currency),
            Money::new(self.cash_in_minor, self.currency),
            Money::new(self.cash_out_minor, self.currency),
            Money::new(self.settled_minor, self.currency),
        ]
    }
    fn from_cols(c: &mut Cols) -> Result<Self, StoreError> {
        Ok(Self {
            branch_id: c.take()?,
            clerk_id: c.take()?,
            currency: c.take()?,
            allocated_minor: c.take()?,
            cash_in_minor: c.take()?,
            cash_out_minor: c.take()?,
            settled_minor: c.take()?,
        })
    }
}

/// The sums of tills over what fits the conditions, which speak of `o.branch_id`, `o.clerk_id`, `o.currency`, `o.at` and, as the
/// policy looks at rows, `o.manager_id`. What takes an operation back counts in the till it was recorded at, whoever takes it back:
/// there the cash is.
fn tills_sql(conditions: &str, limit: i64) -> String {
    let arm = |rows: &str, more: &str| {
        format!(
            "select o.branch_id, o.clerk_id, o.currency, o.kind, o.amount_minor \
             from ({rows}) o where {conditions}{more}"
        )
    };
    let moved = arm("select c.*, c.clerk_id as manager_id from till_cash c", "");
    let operations = arm(
        "select d.branch_id, d.currency, d.kind, d.amount_minor, d.at, coalesce(r.clerk_id, d.clerk_id) as clerk_id, \
         coalesce(r.clerk_id, d.clerk_id) as manager_id from desk_operation d \
         left join desk_operation r on r.id = d.reverses_id",
        " and o.kind in ('cash_in', 'cash_out')",
    );
    let sum = |kind: &str| {
        format!("cast(sum(case when m.kind = '{kind}' then m.amount_minor else 0 end) as bigint)")
    };
    let sums = ["allocation", "cash_in", "cash_out", "settlement"].map(sum).join(", ");
    format!(
        "select m.branch_id, m.clerk_id, m.currency, {sums} from ({moved} union all {operations}) m \
         group by m.branch_id, m.clerk_id, m.currency \
         order by m.branch_id, m.clerk_id, m.currency limit {limit}"
    )
}

/// Tills within the person's `desk.report` by branch, clerk and currency; those in which nothing was moved are left out.
///
/// # Errors
/// The database's.
pub async fn tills<R: Read>(
    db: &mut R,
    principal: &Principal,
    of: &OperationsOf,
    limit: i64,
) -> Result<Vec<Till>, StoreError> {
    // cash is moved outside visits, and there is one page of it
    let of = OperationsOf { visit: None, below: None, ..of.clone() };
    let mut values = Vec::new();
    let conditions = of.conditions(principal, &mut values);
    let rows = db.query(&tills_sql(&conditions, limit), &values).await?;
    let tills = rows.into_iter().map(|row| Till::from_cols(&mut row.cols()));
    let mut tills = tills.collect::<Result<Vec<_>, _>>()?;
    tills.retain(|till| till.sums().iter().any(|sum| sum.minor != 0));
    Ok(tills)
}

/// What is in a clerk's till at a branch by what was done from an instant on.
///
/// # Errors
/// The database's.
pub async fn in_till<R: Read>(
    db: &mut R,
    (branch, clerk): (BranchId, UserId),
    currency: Currency,
    from: Timestamp,
) -> Result<Money, StoreError> {
    let conditions = "o.branch_id = $1 and o.clerk_id = $2 and o.currency = $3 and o.at >= $4";
    let values = params![branch, clerk, currency, from];
    let row = db.first(&tills_sql(conditions, 1), values).await?;
    let till = row.map(|row| Till::from_cols(&mut row.cols())).transpose()?;
    Ok(till.map_or(Money::zero(currency), |till| till.net()))
}
