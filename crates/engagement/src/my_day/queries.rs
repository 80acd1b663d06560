//! Four questions, however long the day: the person's tasks, tasks those below him are stuck with,
//! birthdays, and clients with whom nothing is planned.

use kernel::{Date, Timestamp, UserId};
use spine::Principal;
use spine::secrecy::Group;
use store::{Read, Row, StoreError, Value, params};

use crate::queries::client_ref::{COLUMNS, ClientRef, NOT_MERGED};
use crate::task::queries::{self as tasks, Listed, any_of};

/// A client of the person, with something that makes him worth a call.
#[derive(Clone, Debug)]
pub struct Occasion {
    /// The client.
    pub client: ClientRef,
    /// `MM-DD`; empty when there is none or it does not matter.
    pub birth_day: String,
    /// When somebody last spoke with him.
    pub last_contact_at: Option<Timestamp>,
}

/// Open tasks of these people that are due on a day or before it.
///
/// # Errors
/// The database's.
pub async fn tasks_until<R: Read>(
    db: &mut R,
    people: &[UserId],
    until: Date,
    limit: i64,
) -> Result<Vec<Listed>, StoreError> {
    let mut values = params![until, limit].to_vec();
    let reach = any_of("t.assignee_id", people, &mut values);
    let sql = format!(
        "select {} from task t left join client c on c.id = t.client_id \
         where t.state = 'open' and {reach} and t.due_on <= $1 order by t.due_on, t.id limit $2",
        tasks::listed_columns()
    );
    db.query(&sql, &values).await?.into_iter().map(tasks::listed).collect()
}

/// Open tasks within the person's `task.supervise` that have no owner any more or were escalated.
///
/// # Errors
/// The database's.
pub async fn in_question<R: Read>(
    db: &mut R,
    principal: &Principal,
    limit: i64,
) -> Result<Vec<Listed>, StoreError> {
    let filter = principal.filter_rows("task.supervise", "t", 2);
    let mut values = params![limit].to_vec();
    values.extend(filter.params);
    let told = tasks::told(principal, &mut values);
    let sql = format!(
        "select {} from {} where {told} and t.id in \
         (select id from task where state = 'open' and needs_owner = 1 \
         union select id from task where state = 'open' and escalation_level > 0) and {} \
         order by t.due_on, t.id limit $1",
        tasks::listed_columns(),
        tasks::SCOPED,
        filter.sql
    );
    db.query(&sql, &values).await?.into_iter().map(tasks::listed).collect()
}

/// Clients of these managers whose birthday is on one of the days (`MM-DD`) and whom nobody has
/// congratulated since an instant.
///
/// # Errors
/// The database's.
pub async fn birthdays<R: Read>(
    db: &mut R,
    (principal, managers): (&Principal, &[UserId]),
    days: &[String],
    since: Timestamp,
    limit: i64,
) -> Result<Vec<Occasion>, StoreError> {
    let mut values = params![since, limit].to_vec();
    let reach = any_of("c.manager_id", managers, &mut values);
    let places: Vec<String> =
        (0..days.len()).map(|i| format!("${}", values.len() + 1 + i)).collect();
    values.extend(days.iter().map(Value::from));
    let seen = principal.sees_filter(Group::Identity, "c", values.len() + 1);
    values.extend(seen.params);
    let sql = format!(
        "select {COLUMNS}, coalesce(c.birth_day, ''), s.last_contact_at from client c \
         left join client_step s on s.client_id = c.id \
         where {reach} and c.birth_day in ({}) and c.status = 'active' \
         and not exists (select i.id from interaction i where i.client_id = c.id and i.at > $1 \
         and i.topic = 'greeting') and {NOT_MERGED} and {} order by c.birth_day, c.id limit $2",
        places.join(", "),
        seen.sql
    );
    db.query(&sql, &values).await?.into_iter().map(occasion).collect()
}

/// Active clients of a manager without a dated next step, the very important first, then those whom
/// nobody has spoken with for the longest time.
///
/// # Errors
/// The database's.
pub async fn without_step<R: Read>(
    db: &mut R,
    manager: UserId,
    limit: i64,
) -> Result<Vec<Occasion>, StoreError> {
    let sql = format!(
        "select {COLUMNS}, '', s.last_contact_at from client c \
         left join client_step s on s.client_id = c.id \
         where c.manager_id = $1 and c.status = 'active' and s.due_on is null \
         and c.kind in ('person', 'company', 'sole_trader') and {NOT_MERGED} \
         order by case when c.segment = 'vip' then 0 else 1 end, coalesce(s.last_contact_at, 0), c.id \
         limit $2"
    );
    db.query(&sql, params![manager, limit]).await?.into_iter().map(occasion).collect()
}

fn occasion(row: Row) -> Result<Occasion, StoreError> {
    let mut c = row.cols();
    Ok(Occasion {
        client: ClientRef::from_cols(&mut c)?,
        birth_day: c.take()?,
        last_contact_at: c.take()?,
    })
}
