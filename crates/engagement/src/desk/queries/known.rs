//! Who is known at every desk because he speaks for an important company. He is found by a whole number or name only, and a few
//! at a time: nobody reads the list.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{ClientId, Date, VisitId};
use spine::Principal;
use store::{Read, Row, StoreError, Value, params};

use super::{Regard, regards};
use crate::desk::model::{SPEAKS_FOR, Service};
use crate::desk::prints;

/// People one search offers at most.
const FOUND_MAX: usize = 3;
/// People worked out anew in one round.
const STALE_MAX: i64 = 1_000;
/// Clients asked for in one statement.
const AT_ONCE: usize = 256;
/// Who is open to all; what was closed a moment ago is not waited for.
const OPEN: &str = "not exists (select 1 from client_secrecy y where y.client_id = p.person_id and y.level <> 'open')";

/// Somebody who speaks for an important company.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Known {
    /// Who; his card may be out of the reader's reach.
    pub person_id: ClientId,
    /// What he is called.
    pub name: String,
    /// How he is to be served.
    pub service: Service,
    /// For whom he speaks.
    pub regards: Vec<Regard>,
}

/// Those of whom what was typed is a document, a phone or the whole name, but for those the person may see anyway.
///
/// # Errors
/// The database's.
pub async fn find_known<R: Read>(
    db: &mut R,
    principal: &Principal,
    typed: &str,
) -> Result<Vec<Known>, StoreError> {
    let mut values: Vec<Value> = prints::of_typed(typed).into_iter().map(Value::Bytes).collect();
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<String> = (1..=values.len()).map(|n| format!("${n}")).collect();
    let seen = principal.filter("client.read", "c", values.len() + 1);
    values.extend(seen.params);
    let sql = format!(
        "select p.person_id, p.name, p.service from known_person p where p.person_id in \
         (select t.person_id from known_person_print t where t.print in ({})) and {OPEN} \
         and not exists (select 1 from client c where c.id = p.person_id and {}) \
         order by p.name, p.person_id limit {FOUND_MAX}",
        places.join(", "),
        seen.sql
    );
    let mut found = Vec::new();
    for row in db.query(&sql, &values).await? {
        found.push(read(db, row).await?);
    }
    Ok(found)
}

/// One of them.
///
/// # Errors
/// The database's.
pub async fn known<R: Read>(db: &mut R, person: ClientId) -> Result<Option<Known>, StoreError> {
    let sql = format!(
        "select p.person_id, p.name, p.service from known_person p where p.person_id = $1 and {OPEN}"
    );
    match db.first(&sql, params![person]).await? {
        Some(row) => Ok(Some(read(db, row).await?)),
        None => Ok(None),
    }
}

async fn read<R: Read>(db: &mut R, row: Row) -> Result<Known, StoreError> {
    let mut c = row.cols();
    let (person_id, name, service): (ClientId, String, String) = (c.take()?, c.take()?, c.take()?);
    let service =
        Service::from_key(&service).ok_or(StoreError::Column { index: 2, problem: service })?;
    Ok(Known { person_id, name, service, regards: regards(db, person_id).await? })
}

/// Those of these clients who speak for an important company, or are one.
///
/// # Errors
/// The database's.
pub async fn regarded<R: Read>(
    db: &mut R,
    clients: &BTreeSet<ClientId>,
) -> Result<BTreeSet<ClientId>, StoreError> {
    let sql = "select person_id from client_regard where person_id in ({}) \
               union select company_id from client_regard where company_id in ({})";
    of_these(db, clients, sql).await
}

/// Those of these clients who have, or had, a link by which somebody speaks for a company.
///
/// # Errors
/// The database's.
pub async fn speaking<R: Read>(
    db: &mut R,
    clients: &BTreeSet<ClientId>,
) -> Result<BTreeSet<ClientId>, StoreError> {
    let kinds = SPEAKS_FOR.map(|kind| format!("'{kind}'")).join(", ");
    let sql = format!(
        "select from_id from client_link where kind in ({kinds}) and from_id in ({{}}) \
         union select to_id from client_link where kind in ({kinds}) and to_id in ({{}})"
    );
    of_these(db, clients, &sql).await
}

/// What a statement finds of some clients, a part of them at a time; `{}` in it are the places of their ids.
async fn of_these<R: Read>(
    db: &mut R,
    clients: &BTreeSet<ClientId>,
    sql: &str,
) -> Result<BTreeSet<ClientId>, StoreError> {
    let all: Vec<Value> = clients.iter().map(|id| Value::from(*id)).collect();
    let mut found = BTreeSet::new();
    for some in all.chunks(AT_ONCE) {
        let places: Vec<String> = (1..=some.len()).map(|n| format!("${n}")).collect();
        let sql = sql.replace("{}", &places.join(", "));
        for row in db.query(&sql, some).await? {
            found.insert(row.one()?);
        }
    }
    Ok(found)
}

/// Those whose link with a company has ended by its day, those of whom it is not written down yet that they are known, and those of
/// whom it still is.
///
/// # Errors
/// The database's.
pub async fn stale<R: Read>(db: &mut R, today: Date) -> Result<Vec<ClientId>, StoreError> {
    let sql = "select distinct g.person_id from client_regard g where not exists \
               (select 1 from client_link k where k.from_id = g.person_id and k.to_id = g.company_id \
               and k.kind = g.role and k.archived_at is null and (k.until is null or k.until > $1)) \
               or not exists (select 1 from known_person p where p.person_id = g.person_id) \
               union select p.person_id from known_person p where not exists \
               (select 1 from client_regard g where g.person_id = p.person_id) limit $2";
    db.query(sql, params![today, STALE_MAX]).await?.into_iter().map(Row::one).collect()
}

/// What is known of a visitor who was recognised.
///
/// # Errors
/// The database's.
pub async fn known_visitor<R: Read>(
    db: &mut R,
    visit: VisitId,
) -> Result<Option<Known>, StoreError> {
    match recognised(db, visit).await? {
        Some(person) => known(db, person).await,
        None => Ok(None),
    }
}

/// Whom a visitor was recognised as, though the desk may have no copy of him.
///
/// # Errors
/// The database's.
pub async fn recognised<R: Read>(
    db: &mut R,
    visit: VisitId,
) -> Result<Option<ClientId>, StoreError> {
    let sql = "select person_id from visit_known where visit_id = $1";
    db.first(sql, params![visit]).await?.map(Row::one).transpose()
}

/// Whom the visitors of those of these visits were recognised as that have ended.
///
/// # Errors
/// The database's.
pub(super) async fn recognised_of_ended<R: Read>(
    db: &mut R,
    visits: &BTreeSet<VisitId>,
) -> Result<BTreeMap<VisitId, ClientId>, StoreError> {
    let all: Vec<Value> = visits.iter().map(|id| Value::from(*id)).collect();
    let mut found = BTreeMap::new();
    for some in all.chunks(AT_ONCE) {
        let places: Vec<String> = (1..=some.len()).map(|n| format!("${n}")).collect();
        let sql = format!(
            "select k.visit_id, k.person_id from visit_known k join visit v on v.id = k.visit_id \
             where v.state in ('done', 'left') and k.visit_id in ({})",
            places.join(", ")
        );
        for row in db.query(&sql, some).await? {
            let mut c = row.cols();
            found.insert(c.take()?, c.take()?);
        }
    }
    Ok(found)
}
