//! Operations at desks.

use kernel::{BranchId, ClientId, Currency, DeskOperationId, Money, Timestamp, UserId, VisitId};
use spine::{Owner, Principal};
use store::{Cols, Read, StoreError, Value, params};

use super::known::recognised_of_ended;
use crate::queries::client_ref;

/// An operation.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct OperationRow {
    /// Identity.
    pub id: DeskOperationId,
    /// Where.
    pub branch_id: BranchId,
    /// The visit it was done in.
    pub visit_id: Option<VisitId>,
    /// For whom.
    pub client_id: Option<ClientId>,
    /// Kind word.
    pub kind: String,
    /// Currency.
    pub currency: Currency,
    /// The sum in minor units; below zero when it takes another one back.
    pub amount_minor: i64,
    /// The number of the document.
    pub reference: String,
    /// Words.
    pub note: String,
    /// Who did it.
    pub clerk_id: UserId,
    /// When.
    pub at: Timestamp,
    /// The one it takes back.
    pub reverses_id: Option<DeskOperationId>,
    /// Another one takes it back.
    pub reversed: bool,
}

const COLUMNS: &str = "o.id, o.branch_id, o.visit_id, o.client_id, o.kind, o.currency, o.amount_minor, o.reference, \
     o.note, o.clerk_id, o.at, o.reverses_id, \
     case when exists (select 1 from desk_operation r where r.reverses_id = o.id) then 1 else 0 end";
/// Operations as the policy looks at rows.
const SCOPED: &str =
    "(select desk_operation.*, desk_operation.clerk_id as manager_id from desk_operation) o";

impl OperationRow {
    /// To whom it belongs, for the policy.
    pub const fn owner(&self) -> Owner {
        Owner::row(Some(self.branch_id), Some(self.clerk_id))
    }
    /// The sum.
    pub const fn sum(&self) -> Money {
        Money::new(self.amount_minor, self.currency)
    }
    fn from_cols(c: &mut Cols) -> Result<Self, StoreError> {
        Ok(Self {
            id: c.take()?,
            branch_id: c.take()?,
            visit_id: c.take()?,
            client_id: c.take()?,
            kind: c.take()?,
            currency: c.take()?,
            amount_minor: c.take()?,
            reference: c.take()?,
            note: c.take()?,
            clerk_id: c.take()?,
            at: c.take()?,
            reverses_id: c.take()?,
            reversed: c.take::<i64>()? != 0,
        })
    }
}

/// One operation.
///
/// # Errors
/// The database's.
pub async fn operation<R: Read>(
    db: &mut R,
    id: DeskOperationId,
) -> Result<Option<OperationRow>, StoreError> {
    let sql = format!("select {COLUMNS} from desk_operation o where o.id = $1");
    let row = db.first(&sql, params![id]).await?;
    row.map(|r| OperationRow::from_cols(&mut r.cols())).transpose()
}

/// Which operations.
#[derive(Clone, Debug, Default)]
pub struct OperationsOf {
    /// Of this branch only.
    pub branch: Option<BranchId>,
    /// Of this clerk only.
    pub clerk: Option<UserId>,
    /// Of this visit only.
    pub visit: Option<VisitId>,
    /// Done within these instants.
    pub within: Option<(Timestamp, Timestamp)>,
    /// Behind this place.
    pub below: Option<(Timestamp, DeskOperationId)>,
}

impl OperationsOf {
    pub(super) fn conditions(&self, principal: &Principal, values: &mut Vec<Value>) -> String {
        let filter = principal.filter_rows("desk.report", "o", values.len() + 1);
        values.extend(filter.params);
        let mut all = vec![filter.sql];
        let mut with = |condition: &str, value: Value| {
            values.push(value);
            all.push(format!("{condition} ${}", values.len()));
        };
        if let Some(branch) = self.branch {
            with("o.branch_id =", branch.into());
        }
        if let Some(clerk) = self.clerk {
            with("o.clerk_id =", clerk.into());
        }
        if let Some(visit) = self.visit {
            with("o.visit_id =", visit.into());
        }
        if let Some((from, until)) = self.within {
            with("o.at >=", from.into());
            with("o.at <", until.into());
        }
        if let Some((at, id)) = self.below {
            values.push(at.into());
            values.push(id.into());
            let n = values.len();
            all.push(format!("(o.at, o.id) < (${}, ${n})", n - 1));
        }
        all.join(" and ")
    }
}

/// Operations within the person's `desk.report`, the latest first.
///
/// # Errors
/// The database's.
pub async fn operations<R: Read>(
    db: &mut R,
    principal: &Principal,
    of: &OperationsOf,
    limit: i64,
) -> Result<Vec<OperationRow>, StoreError> {
    let mut values = params![limit].to_vec();
    let conditions = of.conditions(principal, &mut values);
    let sql = format!(
        "select {COLUMNS} from {SCOPED} where {conditions} order by o.at desc, o.id desc limit $1"
    );
    let rows = db.query(&sql, &values).await?;
    rows.into_iter().map(|r| OperationRow::from_cols(&mut r.cols())).collect()
}

/// Takes out of operations what tells of clients the person may not see.
///
/// # Errors
/// The database's.
pub async fn cut_operations<R: Read>(
    db: &mut R,
    principal: &Principal,
    rows: &mut [OperationRow],
) -> Result<(), StoreError> {
    // where there is no copy of him the client is whom the visitor was recognised as
    let visits = rows.iter().filter_map(|row| row.visit_id).collect();
    let gone = recognised_of_ended(db, &visits).await?;
    let whose = |row: &OperationRow| row.client_id.or_else(|| gone.get(&row.visit_id?).copied());
    let ids = rows.iter().filter_map(whose).collect();
    let seen = client_ref::seen_of(db, principal, &ids).await?;
    for row in rows.iter_mut().filter(|row| whose(row).is_some_and(|id| !seen.contains(&id))) {
        row.client_id = None;
        row.reference.clear();
        row.note.clear();
    }
    Ok(())
}

/// What was done of one kind by one clerk of one branch in one currency.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Total {
    /// Branch.
    pub branch_id: BranchId,
    /// Clerk.
    pub clerk_id: UserId,
    /// Kind word.
    pub kind: String,
    /// Currency.
    pub currency: Currency,
    /// How many, those that take others back among them.
    pub count: i64,
    /// What they come to (minor units).
    pub amount_minor: i64,
}

/// Totals within the person's `desk.report`.
///
/// # Errors
/// The database's.
pub async fn totals<R: Read>(
    db: &mut R,
    principal: &Principal,
    of: &OperationsOf,
) -> Result<Vec<Total>, StoreError> {
    let mut values = Vec::new();
    let conditions = of.conditions(principal, &mut values);
    let sql = format!(
        "select o.branch_id, o.clerk_id, o.kind, o.currency, count(*), cast(sum(o.amount_minor) as bigint) \
         from {SCOPED} where {conditions} group by o.branch_id, o.clerk_id, o.kind, o.currency \
         order by o.branch_id, o.clerk_id, o.kind, o.currency limit 2000"
    );
    let rows = db.query(&sql, &values).await?.into_iter().map(|row| {
        let mut c = row.cols();
        Ok(Total {
            branch_id: c.take()?,
            clerk_id: c.take()?,
            kind: c.take()?,
            currency: c.take()?,
            count: c.take()?,
            amount_minor: c.take()?,
        })
    });
    rows.collect()
}
