//! Who waits, who is served, and who was.

use kernel::{BranchId, ClientId, DeskThemeId, InteractionId, Timestamp, UserId, VisitId};
use spine::{Owner, Principal};
use store::{Cols, Read, StoreError, params};

use crate::desk::model::VisitState;
use crate::queries::client_ref;

/// A visit.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct VisitRow {
    /// Identity.
    pub id: VisitId,
    /// Where.
    pub branch_id: BranchId,
    /// His ticket.
    pub ticket: String,
    /// Where it stands.
    pub state: VisitState,
    /// What he says he is called.
    pub person: String,
    /// Whom he was recognised as by what is known at every desk; his card may be out of the reader's reach.
    pub known_person_id: Option<ClientId>,
    /// What that person is called, while the visit goes on; empty otherwise.
    pub known_name: String,
    /// What he came for.
    pub theme_id: Option<DeskThemeId>,
    /// Who he is, when that was seen.
    pub client_id: Option<ClientId>,
    /// By what; empty when it was not.
    pub identified_by: String,
    /// What tells the document or card.
    pub identified_with: String,
    /// When.
    pub identified_at: Option<Timestamp>,
    /// Who serves him.
    pub clerk_id: Option<UserId>,
    /// When he came.
    pub arrived_at: Timestamp,
    /// When he was called.
    pub called_at: Option<Timestamp>,
    /// When he went.
    pub ended_at: Option<Timestamp>,
    /// Result word.
    pub result: String,
    /// What was done, or why he was not believed.
    pub note: String,
    /// The contact it became.
    pub interaction_id: Option<InteractionId>,
}

const COLUMNS: &str = "v.id, v.branch_id, v.ticket, v.state, v.person, v.theme_id, v.client_id, v.identified_by, \
     v.identified_with, v.identified_at, v.clerk_id, v.arrived_at, v.called_at, v.ended_at, v.result, v.note, \
     v.interaction_id, (select k.person_id from visit_known k where k.visit_id = v.id), \
     coalesce((select p.name from visit_known k join known_person p on p.person_id = k.person_id \
     where k.visit_id = v.id and v.state in ('waiting', 'serving') and not exists \
     (select 1 from client_secrecy y where y.client_id = p.person_id and y.level <> 'open')), '')";
/// Visits as the policy looks at rows: whose branch, whose desk.
const SCOPED: &str = "(select visit.*, visit.clerk_id as manager_id from visit) v";

impl VisitRow {
    /// To whom it belongs, for the policy.
    pub const fn owner(&self) -> Owner {
        Owner::row(Some(self.branch_id), self.clerk_id)
    }
    fn from_cols(c: &mut Cols) -> Result<Self, StoreError> {
        Ok(Self {
            id: c.take()?,
            branch_id: c.take()?,
            ticket: c.take()?,
            state: {
                let key: String = c.take()?;
                VisitState::from_key(&key).ok_or(StoreError::Column { index: 3, problem: key })?
            },
            person: c.take()?,
            theme_id: c.take()?,
            client_id: c.take()?,
            identified_by: c.take()?,
            identified_with: c.take()?,
            identified_at: c.take()?,
            clerk_id: c.take()?,
            arrived_at: c.take()?,
            called_at: c.take()?,
            ended_at: c.take()?,
            result: c.take()?,
            note: c.take()?,
            interaction_id: c.take()?,
            known_person_id: c.take()?,
            known_name: c.take()?,
        })
    }
    /// Everybody it tells of.
    pub(crate) fn people(&self) -> impl Iterator<Item = ClientId> {
        self.client_id.into_iter().chain(self.known_person_id)
    }
}

/// One visit.
///
/// # Errors
/// The database's.
pub async fn visit<R: Read>(db: &mut R, id: VisitId) -> Result<Option<VisitRow>, StoreError> {
    one(db, id, "").await
}

/// One visit, its row held until the end of the transaction.
///
/// # Errors
/// The database's.
pub async fn held<R: Read>(db: &mut R, id: VisitId) -> Result<Option<VisitRow>, StoreError> {
    let lock = db.dialect().for_update();
    one(db, id, lock).await
}

async fn one<R: Read>(db: &mut R, id: VisitId, lock: &str) -> Result<Option<VisitRow>, StoreError> {
    let sql = format!("select {COLUMNS} from visit v where v.id = $1{lock}");
    let row = db.first(&sql, params![id]).await?;
    row.map(|r| VisitRow::from_cols(&mut r.cols())).transpose()
}

/// Tickets given at a branch since an instant.
///
/// # Errors
/// The database's.
pub async fn tickets<R: Read>(
    db: &mut R,
    branch: BranchId,
    since: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let sql = "select ticket from visit where branch_id = $1 and arrived_at >= $2 \
               order by arrived_at desc, id desc limit 2000";
    db.query(sql, params![branch, since]).await?.into_iter().map(store::Row::one).collect()
}

/// Visits of a branch that began since an instant and go on, the longest first. One that nobody has ended the day before stands in
/// nobody's way.
///
/// # Errors
/// The database's.
pub async fn open<R: Read>(
    db: &mut R,
    principal: &Principal,
    (branch, since): (BranchId, Timestamp),
    limit: i64,
) -> Result<Vec<VisitRow>, StoreError> {
    let filter = principal.filter_rows("desk.serve", "v", 4);
    let sql = format!(
        "select {COLUMNS} from {SCOPED} where v.branch_id = $1 and v.state in ('waiting', 'serving') \
         and v.arrived_at >= $3 and {} order by v.arrived_at, v.id limit $2",
        filter.sql
    );
    let mut values = params![branch, limit, since].to_vec();
    values.extend(filter.params);
    let rows = db.query(&sql, &values).await?;
    rows.into_iter().map(|r| VisitRow::from_cols(&mut r.cols())).collect()
}

/// Visits within the person's `desk.report` that began within two instants, the latest first, behind a place.
///
/// # Errors
/// The database's.
pub async fn ended<R: Read>(
    db: &mut R,
    principal: &Principal,
    (branch, from, until): (Option<BranchId>, Timestamp, Timestamp),
    (below, limit): (Option<(Timestamp, VisitId)>, i64),
) -> Result<Vec<VisitRow>, StoreError> {
    let filter = principal.filter_rows("desk.report", "v", 4);
    let mut values = params![from, until, limit].to_vec();
    values.extend(filter.params);
    let mut more = String::new();
    if let Some(branch) = branch {
        values.push(branch.into());
        more.push_str(&format!(" and v.branch_id = ${}", values.len()));
    }
    if let Some((at, id)) = below {
        values.push(at.into());
        values.push(id.into());
        let n = values.len();
        more.push_str(&format!(" and (v.arrived_at, v.id) < (${}, ${n})", n - 1));
    }
    let sql = format!(
        "select {COLUMNS} from {SCOPED} where v.arrived_at >= $1 and v.arrived_at < $2 and {}{more} \
         order by v.arrived_at desc, v.id desc limit $3",
        filter.sql
    );
    let rows = db.query(&sql, &values).await?;
    rows.into_iter().map(|r| VisitRow::from_cols(&mut r.cols())).collect()
}

/// Takes out of visits what tells of clients the person may not see. Of one who was recognised it is told while the visit goes on.
///
/// # Errors
/// The database's.
pub async fn cut_visits<R: Read>(
    db: &mut R,
    principal: &Principal,
    rows: &mut [VisitRow],
) -> Result<(), StoreError> {
    let ids = rows.iter().flat_map(VisitRow::people).collect();
    let seen = client_ref::seen_of(db, principal, &ids).await?;
    for row in rows.iter_mut().filter(|row| row.people().any(|id| !seen.contains(&id))) {
        row.client_id = None;
        row.interaction_id = None;
        if row.known_person_id.is_some() && row.state.is_open() {
            continue;
        }
        row.known_person_id = None;
        for text in [&mut row.person, &mut row.identified_with, &mut row.note, &mut row.result] {
            text.clear();
        }
    }
    Ok(())
}

/// How people were served within two instants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Waits {
    /// Visits that have begun.
    pub came: i64,
    /// Those that were served.
    pub served: i64,
    /// Those who went away.
    pub left: i64,
    /// How long those who were called waited, on average (seconds).
    pub waited_seconds: i64,
    /// How long those who were served were served, on average (seconds).
    pub handled_seconds: i64,
}

/// How people were served within the person's `desk.report`.
///
/// # Errors
/// The database's.
pub async fn waits<R: Read>(
    db: &mut R,
    principal: &Principal,
    (branch, from, until): (Option<BranchId>, Timestamp, Timestamp),
) -> Result<Waits, StoreError> {
    let filter = principal.filter_rows("desk.report", "v", 3);
    let mut values = params![from, until].to_vec();
    values.extend(filter.params);
    let mut more = String::new();
    if let Some(branch) = branch {
        values.push(branch.into());
        more.push_str(&format!(" and v.branch_id = ${}", values.len()));
    }
    let count = |condition: &str| format!("count(case when {condition} then 1 end)");
    let mean = |sum: &str, condition: &str| {
        let n = count(condition);
        format!(
            "cast(coalesce(sum(case when {condition} then {sum} end), 0) / \
             case when {n} = 0 then 1 else {n} end / 1000000 as bigint)"
        )
    };
    let sql = format!(
        "select count(*), {}, {}, {}, {} from {SCOPED} where v.arrived_at >= $1 and v.arrived_at < $2 and {}{more}",
        count("v.state = 'done'"),
        count("v.state = 'left'"),
        mean("v.called_at - v.arrived_at", "v.called_at is not null"),
        mean("v.ended_at - v.called_at", "v.state = 'done'"),
        filter.sql
    );
    let Some(row) = db.first(&sql, &values).await? else { return Ok(Waits::default()) };
    let mut c = row.cols();
    Ok(Waits {
        came: c.take()?,
        served: c.take()?,
        left: c.take()?,
        waited_seconds: c.take()?,
        handled_seconds: c.take()?,
    })
}

/// A company that is due special service, and for which a person speaks.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Regard {
    /// The company; its card may be out of the reader's reach.
    pub company_id: ClientId,
    /// Kind of the link.
    pub role: String,
    /// What the company is called.
    pub company_name: String,
    /// Its segment.
    pub segment: String,
    /// Who looks after it.
    pub manager_id: Option<UserId>,
}

/// For whom a person speaks. That he does is told to whoever may see the person: it says how he is to be served.
///
/// # Errors
/// The database's.
pub async fn regards<R: Read>(db: &mut R, person: ClientId) -> Result<Vec<Regard>, StoreError> {
    let sql = "select company_id, role, company_name, segment, manager_id from client_regard \
               where person_id = $1 order by company_name, company_id, role limit 20";
    let rows = db.query(sql, params![person]).await?.into_iter().map(|row| {
        let mut c = row.cols();
        Ok(Regard {
            company_id: c.take()?,
            role: c.take()?,
            company_name: c.take()?,
            segment: c.take()?,
            manager_id: c.take()?,
        })
    });
    rows.collect()
}
