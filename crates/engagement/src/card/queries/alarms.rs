//! What somebody should look at.

use kernel::{BranchId, ClientId, Timestamp, UserId};
use spine::Principal;
use store::{Cols, Read, StoreError, params};
use uuid::Uuid;

use crate::queries::client_ref;

/// Something is wrong with a card.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct AlarmRow {
    /// Identity.
    pub id: Uuid,
    /// The card.
    pub number: String,
    /// Whose it is, when that is known.
    pub client_id: Option<ClientId>,
    /// Where it was noticed.
    pub branch_id: BranchId,
    /// What is wrong; a code.
    pub reason: String,
    /// The record it is about; 0 when it is about none.
    pub atc: i64,
    /// When it was noticed.
    pub at: Timestamp,
    /// When somebody has decided.
    pub closed_at: Option<Timestamp>,
    /// Who.
    pub closed_by: Option<UserId>,
    /// What.
    pub word: String,
}

const COLUMNS: &str = "a.id, a.number, a.client_id, a.branch_id, a.reason, a.atc, a.at, a.closed_at, a.closed_by, a.word";

impl AlarmRow {
    fn from_cols(c: &mut Cols) -> Result<Self, StoreError> {
        Ok(Self {
            id: c.take()?,
            number: c.take()?,
            client_id: c.take()?,
            branch_id: c.take()?,
            reason: c.take()?,
            atc: c.take()?,
            at: c.take()?,
            closed_at: c.take()?,
            closed_by: c.take()?,
            word: c.take()?,
        })
    }
}

/// One.
///
/// # Errors
/// The database's.
pub async fn alarm<R: Read>(db: &mut R, id: Uuid) -> Result<Option<AlarmRow>, StoreError> {
    let sql = format!("select {COLUMNS} from smart_card_alarm a where a.id = $1");
    let row = db.first(&sql, params![id]).await?;
    row.map(|r| AlarmRow::from_cols(&mut r.cols())).transpose()
}

/// Alarms of the whole bank or of one card, the open ones only or all, the latest first, behind a place.
///
/// # Errors
/// The database's.
pub async fn alarms<R: Read>(
    db: &mut R,
    (number, is_open): (Option<&str>, bool),
    (below, limit): (Option<(Timestamp, Uuid)>, i64),
) -> Result<Vec<AlarmRow>, StoreError> {
    let mut values = params![limit].to_vec();
    let mut conditions = vec!["1 = 1".to_owned()];
    if let Some(number) = number {
        values.push(number.into());
        conditions.push(format!("a.number = ${}", values.len()));
    }
    if is_open {
        conditions.push("a.closed_at is null".to_owned());
    }
    if let Some((at, id)) = below {
        values.push(at.into());
        values.push(id.into());
        let n = values.len();
        conditions.push(format!("(a.at, a.id) < (${}, ${n})", n - 1));
    }
    let sql = format!(
        "select {COLUMNS} from smart_card_alarm a where {} order by a.at desc, a.id desc limit $1",
        conditions.join(" and ")
    );
    let rows = db.query(&sql, &values).await?;
    rows.into_iter().map(|r| AlarmRow::from_cols(&mut r.cols())).collect()
}

/// Takes out of alarms whose card it is, where the person may not see the client.
///
/// # Errors
/// The database's.
pub async fn cut_alarms<R: Read>(
    db: &mut R,
    principal: &Principal,
    rows: &mut [AlarmRow],
) -> Result<(), StoreError> {
    let ids = rows.iter().filter_map(|row| row.client_id).collect();
    let seen = client_ref::seen_of(db, principal, &ids).await?;
    for row in rows.iter_mut().filter(|row| row.client_id.is_some_and(|id| !seen.contains(&id))) {
        row.client_id = None;
    }
    Ok(())
}
