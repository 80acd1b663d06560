//! What this room may know of a client: what he is called and to whom he belongs.

use std::collections::BTreeSet;

use kernel::{BranchId, ClientId, UserId};
use spine::secrecy::Group;
use spine::{Error, Owner, Principal};
use store::{Cols, Read, StoreError, Value, params};

/// A client as other slices name and guard him.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct ClientRef {
    /// Identity.
    pub id: ClientId,
    /// What he is called; empty when the bank holds no name.
    pub name: String,
    /// The bank's number of him.
    pub number: String,
    /// `person`, `company`, `sole_trader`, `household`, `group`.
    pub kind: String,
    /// `vip`, `premium`, `mass`, `sme`, `corporate`.
    pub segment: String,
    /// The branch that keeps him.
    pub branch_id: Option<BranchId>,
    /// Who looks after him.
    pub manager_id: Option<UserId>,
    /// How secret his card is: `open`, `restricted`, `secret`.
    pub secrecy: String,
}

impl ClientRef {
    /// To whom he belongs, for the policy.
    pub fn owner(&self) -> Owner {
        let place = (self.branch_id, self.manager_id);
        Owner::of_client(self.id, place, &self.secrecy, &self.kind)
    }
    /// A very important client.
    pub fn is_vip(&self) -> bool {
        self.segment == "vip"
    }

    pub(crate) fn from_cols(c: &mut Cols) -> Result<Self, StoreError> {
        Ok(Self {
            id: c.take()?,
            name: c.take()?,
            number: c.take()?,
            kind: c.take()?,
            segment: c.take()?,
            branch_id: c.take()?,
            manager_id: c.take()?,
            secrecy: c.take()?,
        })
    }
}

/// The columns [`ClientRef`] is read from, of the table alias `c`.
pub(crate) const COLUMNS: &str = "c.id, c.display_name, c.number, c.kind, c.segment, c.branch_id, c.manager_id, \
     coalesce((select y.level from client_secrecy y where y.client_id = c.id), 'open')";

/// Leaves out the clients who were merged into others; the client's table is called `c`.
pub(crate) const NOT_MERGED: &str = "not exists (select 1 from client_merge g where g.loser_id = c.id and g.undone_at is null) \
     and not exists (select 1 from client_erasure e where e.client_id = c.id)";

/// A client, whoever asks; for command handlers, which check the scope themselves.
///
/// # Errors
/// [`Error::NotFound`], or the database's.
pub async fn get<R: Read>(db: &mut R, id: ClientId) -> Result<ClientRef, Error> {
    let sql = format!("select {COLUMNS} from client c where c.id = $1 and {NOT_MERGED}");
    let row = db.first(&sql, params![id]).await?.ok_or(Error::NotFound)?;
    Ok(ClientRef::from_cols(&mut row.cols())?)
}

/// Who a client is today, through all merges; he himself when he was merged into nobody.
///
/// # Errors
/// The database's.
pub async fn today<R: Read>(db: &mut R, id: ClientId) -> Result<ClientId, StoreError> {
    let sql = "with recursive up (id, step) as ( \
               select survivor_id, 1 from client_merge where loser_id = $1 and undone_at is null \
               union all select g.survivor_id, up.step + 1 from client_merge g \
               join up on g.loser_id = up.id where g.undone_at is null and up.step < 100) \
               select id from up order by step desc limit 1";
    let survivor = db.first(sql, params![id]).await?.map(store::Row::one).transpose()?;
    Ok(survivor.unwrap_or(id))
}

/// A client the person may see.
///
/// # Errors
/// [`Error::NotFound`] also when he exists and is outside the person's reach.
pub async fn visible<R: Read>(
    db: &mut R,
    principal: &Principal,
    id: ClientId,
) -> Result<ClientRef, Error> {
    let client = get(db, id).await?;
    principal.require_over("client.read", client.owner())?;
    Ok(client)
}

/// Clients whose name begins like this, for choosing one in a form; only those the person may see.
///
/// # Errors
/// The database's.
pub async fn suggestions<R: Read>(
    db: &mut R,
    principal: &Principal,
    beginning: &str,
    limit: i64,
) -> Result<Vec<ClientRef>, StoreError> {
    let filter = principal.filter("client.read", "c", 4);
    let sql = format!(
        "select {COLUMNS} from client c where c.sort_name >= $1 and c.sort_name < $2 and {} and {NOT_MERGED} \
         order by c.sort_name, c.id limit $3",
        filter.sql
    );
    let mut values = params![beginning, format!("{beginning}\u{10ffff}"), limit].to_vec();
    values.extend(filter.params);
    let rows = db.query(&sql, &values).await?;
    rows.into_iter().map(|r| ClientRef::from_cols(&mut r.cols())).collect()
}

/// Those of these clients whom the person may see, with their history.
///
/// # Errors
/// The database's.
pub async fn seen_of<R: Read>(
    db: &mut R,
    principal: &Principal,
    ids: &BTreeSet<ClientId>,
) -> Result<BTreeSet<ClientId>, StoreError> {
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut values: Vec<Value> = ids.iter().map(|id| Value::from(*id)).collect();
    let places: Vec<String> = (1..=values.len()).map(|n| format!("${n}")).collect();
    let groups = [Group::History];
    let filter = principal.filter_seeing("client.read", &groups, "c", values.len() + 1);
    values.extend(filter.params);
    let sql = format!(
        "select c.id from client c where c.id in ({}) and {}",
        places.join(", "),
        filter.sql
    );
    db.query(&sql, &values).await?.into_iter().map(store::Row::one).collect()
}
