//! Absences, with those that are over.

use kernel::{Date, UserId};
use store::{Read, Row, StoreError, params};
use uuid::Uuid;

/// An absence that was not called off.
#[derive(Clone, Debug)]
pub(super) struct Absence {
    pub(super) id: Uuid,
    pub(super) staff: UserId,
    pub(super) deputy: UserId,
    pub(super) from: Date,
    pub(super) until: Date,
    pub(super) reason: String,
}

const COLUMNS: &str = "id, staff_id, deputy_id, from_on, until_on, reason";

fn absence(row: Row) -> Result<Absence, StoreError> {
    let mut c = row.cols();
    Ok(Absence {
        id: c.take()?,
        staff: c.take()?,
        deputy: c.take()?,
        from: c.take()?,
        until: c.take()?,
        reason: c.take()?,
    })
}

/// Absences of people who work here that are not over on a day, from the earliest first day, after a
/// first day and id.
pub(super) async fn ahead<R: Read>(
    db: &mut R,
    on: Date,
    after: (String, Uuid),
    limit: i64,
) -> Result<Vec<Absence>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from absence where until_on >= $1 and (from_on, id) > ($2, $3) \
         and cancelled_at is null \
         and exists (select 1 from staff s where s.id = absence.staff_id and s.state = 'active') \
         order by from_on, id limit $4"
    );
    let rows = db.query(&sql, params![on, after.0, after.1, limit]).await?;
    rows.into_iter().map(absence).collect()
}

/// Absences that were over before a day, the latest last day first, before a last day and id.
pub(super) async fn over<R: Read>(
    db: &mut R,
    on: Date,
    before: (String, Uuid),
    limit: i64,
) -> Result<Vec<Absence>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from absence where until_on < $1 and (until_on, id) < ($2, $3) \
         and cancelled_at is null order by until_on desc, id desc limit $4"
    );
    let rows = db.query(&sql, params![on, before.0, before.1, limit]).await?;
    rows.into_iter().map(absence).collect()
}

/// A person's absences and those in which he stands in for somebody who works here, not over on a day.
pub(super) async fn of_person<R: Read>(
    db: &mut R,
    person: UserId,
    on: Date,
) -> Result<Vec<Absence>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from absence where (staff_id = $1 or deputy_id = $1) and until_on >= $2 \
         and cancelled_at is null order by from_on, id limit 200"
    );
    let rows = db.query(&sql, params![person, on]).await?;
    rows.into_iter().map(absence).collect()
}
