//! Reading of projects and events.

use kernel::{BranchId, ClientId, Date, ProjectId, UserId};
use spine::{OwnAsked, OwnOrder, OwnValues, Owner, Principal};
use store::{Cols, Read, StoreError, Value, params};

use super::model::{Participation, ProjectStatus};
use crate::queries::client_ref::{COLUMNS as CLIENT, ClientRef, NOT_MERGED};
use crate::words;

/// A project or event.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct ProjectRow {
    /// Identity.
    pub id: ProjectId,
    /// Kind word.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// First day.
    pub starts_on: Date,
    /// Last day.
    pub ends_on: Option<Date>,
    /// Where.
    pub place: String,
    /// What it is about.
    pub about: String,
    /// Where it stands.
    pub status: ProjectStatus,
    /// Who answers for it.
    pub owner_id: Option<UserId>,
    /// His branch.
    pub branch_id: Option<BranchId>,
    /// Counts changes.
    pub version: i64,
    /// Fields the bank has added.
    pub custom: OwnValues,
}

const COLUMNS: &str = "p.id, p.kind, p.title, p.starts_on, p.ends_on, p.place, p.about, p.status, \
     p.owner_id, p.branch_id, p.version, coalesce((select v.doc from own_values v where v.record_id = p.id), '{}')";

impl ProjectRow {
    /// To whom it belongs, for the policy.
    pub const fn owner(&self) -> Owner {
        Owner::row(self.branch_id, self.owner_id)
    }
    fn from_cols(c: &mut Cols) -> Result<Self, StoreError> {
        Ok(Self {
            id: c.take()?,
            kind: c.take()?,
            title: c.take()?,
            starts_on: c.take()?,
            ends_on: c.take()?,
            place: c.take()?,
            about: c.take()?,
            status: {
                let key: String = c.take()?;
                ProjectStatus::from_key(&key)
                    .ok_or(StoreError::Column { index: 7, problem: key })?
            },
            owner_id: c.take()?,
            branch_id: c.take()?,
            version: c.take()?,
            custom: c.take()?,
        })
    }
}

/// One project.
///
/// # Errors
/// The database's.
pub async fn project<R: Read>(db: &mut R, id: ProjectId) -> Result<Option<ProjectRow>, StoreError> {
    let sql = format!("select {COLUMNS} from project p where p.id = $1");
    let row = db.first(&sql, params![id]).await?;
    row.map(|r| ProjectRow::from_cols(&mut r.cols())).transpose()
}

/// One project, its row held until the end of the transaction.
pub(crate) async fn held<R: Read>(
    db: &mut R,
    id: ProjectId,
) -> Result<Option<ProjectRow>, StoreError> {
    let lock = db.dialect().for_update();
    let sql = format!("select {COLUMNS} from project p where p.id = $1{lock}");
    let row = db.first(&sql, params![id]).await?;
    row.map(|r| ProjectRow::from_cols(&mut r.cols())).transpose()
}

/// Which page of projects.
pub struct Page<'a> {
    /// Only of this kind.
    pub kind: Option<&'a str>,
    /// The place it begins behind: what the last row is sorted by, and the row.
    pub below: Option<(String, ProjectId)>,
    /// Rows at most.
    pub limit: i64,
    /// What is asked in fields of the bank's own; their order goes before that by day.
    pub own: &'a OwnAsked,
}

/// One page of projects, the latest first, each with what it is sorted by.
///
/// # Errors
/// The database's.
pub async fn list<R: Read>(
    db: &mut R,
    page: Page<'_>,
) -> Result<Vec<(ProjectRow, String)>, StoreError> {
    let mut values = params![page.limit].to_vec();
    let (key, join, is_down) = match &page.own.order {
        Some(order) => (OwnOrder::EXPRESSION, order.join("p.id", &mut values), order.is_descending),
        None => ("p.starts_on", String::new(), true),
    };
    let mut more = page.own.conditions("p.id", &mut values);
    if let Some(kind) = page.kind {
        values.push(kind.into());
        more.push_str(&format!(" and p.kind = ${}", values.len()));
    }
    let (sign, order) = if is_down { ("<", "desc") } else { (">", "asc") };
    if let Some((place, id)) = page.below {
        values.push(place.into());
        values.push(id.into());
        let n = values.len();
        more.push_str(&format!(" and ({key}, p.id) {sign} (${}, ${n})", n - 1));
    }
    let sql = format!(
        "select {COLUMNS}, {key} from project p{join} where 1 = 1{more} \
         order by {key} {order}, p.id {order} limit $1"
    );
    let rows = db.query(&sql, &values).await?.into_iter().map(|row| {
        let mut c = row.cols();
        Ok((ProjectRow::from_cols(&mut c)?, c.take()?))
    });
    rows.collect()
}

/// Projects that hold a word beginning with each stem of a query, the latest first.
///
/// # Errors
/// The database's.
pub async fn search<R: Read>(
    db: &mut R,
    query: &str,
    limit: i64,
) -> Result<Vec<ProjectRow>, StoreError> {
    let mut stems = words::stems(query);
    // the longest is the rarest as a rule: its projects are taken along the index, the others looked up
    stems.sort_by_key(|stem| std::cmp::Reverse(stem.len()));
    let Some((first, others)) = stems.split_first() else { return Ok(Vec::new()) };
    let mut values: Vec<Value> = params![limit].to_vec();
    let mut begins = |table: &str, stem: &String| {
        let (from, until) = words::range(stem);
        values.extend([from.into(), until.into()]);
        let n = values.len();
        format!("{table}.word >= ${} and {table}.word < ${n}", n - 1)
    };
    let mut conditions = vec![begins("w", first)];
    for stem in others {
        conditions.push(format!(
            "exists (select 1 from project_word o where o.project_id = w.project_id and {})",
            begins("o", stem)
        ));
    }
    let sql = format!(
        "select {COLUMNS} from (select distinct w.project_id, w.starts_on from project_word w where {} \
         order by w.starts_on desc, w.project_id desc limit $1) f join project p on p.id = f.project_id \
         order by p.starts_on desc, p.id desc",
        conditions.join(" and ")
    );
    db.query(&sql, &values)
        .await?
        .into_iter()
        .map(|r| ProjectRow::from_cols(&mut r.cols()))
        .collect()
}

/// Who takes part.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct Participant {
    /// The client.
    pub client: ClientRef,
    /// Role word.
    pub role: String,
    /// How far he is.
    pub participation: Participation,
}

/// Participants the person may see, by name.
///
/// # Errors
/// The database's.
pub async fn participants<R: Read>(
    db: &mut R,
    principal: &Principal,
    id: ProjectId,
    limit: i64,
) -> Result<Vec<Participant>, StoreError> {
    let filter = principal.filter("client.read", "c", 3);
    let mut values = params![id, limit].to_vec();
    values.extend(filter.params);
    let sql = format!(
        "select {CLIENT}, pc.role, pc.status from project_client pc \
         join client c on c.id = pc.client_id where pc.project_id = $1 and {} \
         and {NOT_MERGED} \
         order by c.sort_name, c.id limit $2",
        filter.sql
    );
    let mut out = Vec::new();
    for row in db.query(&sql, &values).await? {
        let mut c = row.cols();
        out.push(Participant {
            client: ClientRef::from_cols(&mut c)?,
            role: c.take()?,
            participation: Participation::from_key(&c.take::<String>()?)
                .unwrap_or(Participation::Invited),
        });
    }
    Ok(out)
}

/// How many take part, by how far they are: of everybody, also those the person may not see.
///
/// # Errors
/// The database's.
pub async fn counts<R: Read>(
    db: &mut R,
    id: ProjectId,
) -> Result<Vec<(Participation, i64)>, StoreError> {
    let sql = format!(
        "select pc.status, count(*) from project_client pc join client c on c.id = pc.client_id \
         where pc.project_id = $1 and {NOT_MERGED} group by pc.status"
    );
    let mut out = Vec::new();
    for row in db.query(&sql, params![id]).await? {
        let mut c = row.cols();
        let word: String = c.take()?;
        if let Some(participation) = Participation::from_key(&word) {
            out.push((participation, c.take()?));
        }
    }
    Ok(out)
}

/// Projects a client takes part in, the latest first.
///
/// # Errors
/// The database's.
pub async fn of_client<R: Read>(
    db: &mut R,
    client: ClientId,
    limit: i64,
) -> Result<Vec<(ProjectRow, String, Participation)>, StoreError> {
    let sql = format!(
        "select {COLUMNS}, pc.role, pc.status from project_client pc \
         join project p on p.id = pc.project_id where pc.client_id = $1 \
         order by p.starts_on desc, p.id desc limit $2"
    );
    let mut out = Vec::new();
    for row in db.query(&sql, params![client, limit]).await? {
        let mut c = row.cols();
        let project = ProjectRow::from_cols(&mut c)?;
        let role = c.take()?;
        let participation =
            Participation::from_key(&c.take::<String>()?).unwrap_or(Participation::Invited);
        out.push((project, role, participation));
    }
    Ok(out)
}
