//! What the directory in memory does not hold of staff.

use std::collections::BTreeMap;

use kernel::{Date, Timestamp, UserId};
use store::{Read, StoreError, Value, params};

/// A member of staff as the administrator sees him.
#[derive(Clone, Debug)]
pub(super) struct Details {
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) has_password: bool,
    pub(super) failures: i64,
    pub(super) locked_until: Option<Timestamp>,
    pub(super) created_at: Timestamp,
    /// An account of a sign-in service is his.
    pub(super) is_linked: bool,
}

/// One person's details.
pub(super) async fn details<R: Read>(
    db: &mut R,
    id: UserId,
) -> Result<Option<Details>, StoreError> {
    let sql = "select email, phone, case when password_hash is null then 0 else 1 end, failures, \
               locked_until, created_at, case when exists (select 1 from provider_account a \
               where a.staff_id = staff.id) then 1 else 0 end from staff where id = $1";
    let Some(row) = db.first(sql, params![id]).await? else {
        return Ok(None);
    };
    let mut c = row.cols();
    Ok(Some(Details {
        email: c.take()?,
        phone: c.take()?,
        has_password: c.take()?,
        failures: c.take()?,
        locked_until: c.take()?,
        created_at: c.take()?,
        is_linked: c.take::<i64>()? != 0,
    }))
}

/// What a row of the list says beyond the directory.
#[derive(Clone, Debug)]
pub(super) struct ListFacts {
    pub(super) email: String,
    pub(super) locked_until: Option<Timestamp>,
    pub(super) seen_at: Option<Timestamp>,
}

/// The facts of the people on one page of the list.
pub(super) async fn list_facts<R: Read>(
    db: &mut R,
    ids: &[UserId],
) -> Result<BTreeMap<UserId, ListFacts>, StoreError> {
    let mut facts = BTreeMap::new();
    if ids.is_empty() {
        return Ok(facts);
    }
    let places: Vec<String> = (1..=ids.len()).map(|n| format!("${n}")).collect();
    let sql = format!(
        "select s.id, s.email, s.locked_until, \
         (select max(e.seen_at) from session e where e.staff_id = s.id) \
         from staff s where s.id in ({})",
        places.join(", ")
    );
    let values: Vec<Value> = ids.iter().map(|id| (*id).into()).collect();
    for row in db.query(&sql, &values).await? {
        let mut c = row.cols();
        let id = c.take()?;
        let fact = ListFacts { email: c.take()?, locked_until: c.take()?, seen_at: c.take()? };
        facts.insert(id, fact);
    }
    Ok(facts)
}

/// An absence that is not over.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) deputy: UserId,
    pub(super) from: Date,
    pub(super) until: Date,
}

/// A person's absences that are not over on a day, the nearest first.
pub(super) async fn standing<R: Read>(
    db: &mut R,
    id: UserId,
    on: Date,
) -> Result<Vec<Standing>, StoreError> {
    let sql = "select deputy_id, from_on, until_on from absence \
               where staff_id = $1 and until_on >= $2 and cancelled_at is null \
               order by from_on limit 20";
    let mut all = Vec::new();
    for row in db.query(sql, params![id, on]).await? {
        let mut c = row.cols();
        all.push(Standing { deputy: c.take()?, from: c.take()?, until: c.take()? });
    }
    Ok(all)
}
