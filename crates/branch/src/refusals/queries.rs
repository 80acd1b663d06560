//! What the centre has refused of what branches have done, cut to what a person may see.

use kernel::{BranchId, ClientId, CommandId, Timestamp, UserId};
use spine::replica::{pending, refusals};
use spine::{Error, Owner, Principal};
use store::keys;
use store::{Cols, Read, StoreError, Value, params};
use uuid::Uuid;

/// The permission over what was refused; it belongs to the branch, and to who did the command.
pub(crate) const PERMISSION: &str = "branch.refusals";

/// A command that was refused.
#[derive(Clone, Debug)]
pub(crate) struct Refused {
    /// The id of the command.
    pub(crate) id: CommandId,
    pub(crate) node_id: Uuid,
    pub(crate) branch_id: BranchId,
    /// Its name.
    pub(crate) command: String,
    pub(crate) actor_id: UserId,
    pub(crate) client_id: Option<ClientId>,
    pub(crate) done_at: Timestamp,
    pub(crate) refused_at: Timestamp,
    /// The code of the refusal.
    pub(crate) code: String,
    /// `open`, `kept` or `again`.
    pub(crate) state: String,
    pub(crate) decided_at: Option<Timestamp>,
    pub(crate) decided_by: Option<UserId>,
    pub(crate) note: String,
    /// What the client is called; empty when it is about none.
    pub(crate) client_name: String,
}

impl Refused {
    /// To whom it belongs.
    pub(crate) const fn owner(&self) -> Owner {
        Owner::row(Some(self.branch_id), Some(self.actor_id))
    }
    pub(crate) fn is_open(&self) -> bool {
        self.state == "open"
    }
}

const COLUMNS: &str = "r.id, r.node_id, r.branch_id, r.command, r.actor_id, r.client_id, r.done_at, r.refused_at, r.code, \
     r.state, r.decided_at, r.decided_by, r.note, coalesce(c.display_name, '')";

/// Refusals seen as belonging to who did the command, which is what the policy's filter compares.
const SCOPED: &str = "(select branch_refusal.*, branch_refusal.actor_id as manager_id from branch_refusal) r \
     left join client c on c.id = r.client_id";

fn read(c: &mut Cols) -> Result<Refused, StoreError> {
    Ok(Refused {
        id: c.take()?,
        node_id: c.take()?,
        branch_id: c.take()?,
        command: c.take()?,
        actor_id: c.take()?,
        client_id: c.take()?,
        done_at: c.take()?,
        refused_at: c.take()?,
        code: c.take()?,
        state: c.take()?,
        decided_at: c.take()?,
        decided_by: c.take()?,
        note: c.take()?,
        client_name: c.take()?,
    })
}

/// Which refusals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Which {
    /// Those nobody has decided about, or those somebody has.
    pub(crate) is_decided: bool,
    /// Of this node only.
    pub(crate) node: Option<Uuid>,
    /// Refused before this instant only.
    pub(crate) before: Option<Timestamp>,
}

/// Refusals counted at most.
pub(crate) const COUNTED_MAX: i64 = 1_000;

/// What a person may see: refusals his right reaches, about clients he may see.
fn seen(principal: &Principal, first_place: usize) -> (String, Vec<Value>) {
    let mine = principal.filter(PERMISSION, "r", first_place);
    let next = first_place + mine.params.len();
    let clients = principal.filter("client.read", "c", next);
    let sql = format!("{} and (c.id is null or {})", mine.sql, clients.sql);
    (sql, mine.params.into_iter().chain(clients.params).collect())
}

impl Which {
    fn conditions(self, principal: &Principal) -> (String, Vec<Value>) {
        let (mut all, mut values) = (Vec::new(), Vec::new());
        if let Some(id) = self.node {
            values.push(id.into());
            all.push(format!("r.node_id = ${}", values.len()));
        }
        if let Some(before) = self.before {
            values.push(before.into());
            all.push(format!("r.refused_at < ${}", values.len()));
        }
        let (seen, params) = seen(principal, values.len() + 1);
        values.extend(params);
        all.push(seen);
        (all.join(" and "), values)
    }
}

/// How many are undecided, at most [`COUNTED_MAX`].
pub(crate) async fn count<R: Read>(
    db: &mut R,
    principal: &Principal,
    which: Which,
) -> Result<i64, StoreError> {
    let (conditions, mut values) = which.conditions(principal);
    values.push(COUNTED_MAX.into());
    let sql = format!(
        "select count(*) from (select 1 from {SCOPED} where {conditions} and r.state = 'open' limit ${}) counted",
        values.len()
    );
    db.first(&sql, &values).await?.ok_or(StoreError::Busy)?.one()
}

/// Refusals in the order of their branches, the oldest first; of those that were decided the newest first. `skip` rows are
/// left out before.
pub(crate) async fn list<R: Read>(
    db: &mut R,
    principal: &Principal,
    which: Which,
    (skip, limit): (i64, i64),
) -> Result<Vec<Refused>, StoreError> {
    let (state, order) = match which.is_decided {
        false => ("r.state = 'open'", "b.code, r.refused_at, r.id"),
        true => ("r.state <> 'open'", "r.decided_at desc, r.id"),
    };
    let (conditions, mut values) = which.conditions(principal);
    let (limit_at, skip_at) = (values.len() + 1, values.len() + 2);
    values.extend([limit.into(), skip.into()]);
    let sql = format!(
        "select {COLUMNS} from {SCOPED} join branch b on b.id = r.branch_id \
         where {conditions} and {state} order by {order} limit ${limit_at} offset ${skip_at}"
    );
    db.query(&sql, &values).await?.into_iter().map(|row| read(&mut row.cols())).collect()
}

/// One refusal with the client it is about, when he is here: only for [`visible`] and the command that decides.
pub(crate) async fn one<R: Read>(
    db: &mut R,
    id: CommandId,
) -> Result<Option<(Refused, Option<Owner>)>, StoreError> {
    let sql = format!("select {COLUMNS} from {SCOPED} where r.id = $1");
    let Some(row) = db.first(&sql, params![id]).await? else { return Ok(None) };
    let refused = read(&mut row.cols())?;
    let sql = format!("select {} from client c where c.id = $1", Owner::COLUMNS);
    let owner = match refused.client_id {
        Some(client) => {
            let row = db.first(&sql, params![client]).await?;
            row.map(|row| Owner::read(&mut row.cols())).transpose()?
        }
        None => None,
    };
    Ok(Some((refused, owner)))
}

/// One refusal, to whom it is visible; to others it does not exist.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) async fn visible<R: Read>(
    db: &mut R,
    principal: &Principal,
    id: CommandId,
) -> Result<(Refused, Option<Owner>), Error> {
    let (refused, client) = one(db, id).await?.ok_or(Error::NotFound)?;
    principal.require_over(PERMISSION, refused.owner())?;
    if let Some(client) = client {
        principal.require_over("client.read", client)?;
    }
    Ok((refused, client))
}

/// What was wanted and what was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Content {
    /// As JSON; empty when it is not kept any more.
    pub(crate) payload: String,
    pub(crate) answer: String,
}

/// Opens what is kept of a refusal: at the centre in its row, at a branch with the command itself.
pub(crate) async fn content<R: Read>(
    db: &mut R,
    refused: &Refused,
    is_at_branch: bool,
) -> Result<Content, Error> {
    let id = refused.id;
    if !is_at_branch {
        let (payload, answer) = refusals::content(db, id, refused.client_id).await?;
        return Ok(Content { payload, answer });
    }
    let sql = "select payload, answer from pending_command where id = $1";
    let Some(row) = db.first(sql, params![id]).await? else { return Ok(Content::default()) };
    let mut c = row.cols();
    let (payload, answer): (String, String) = (c.take()?, c.take()?);
    let opened = keys::open_texts(db, vec![pending::sealed(id, payload)]).await?;
    let payload = opened.into_iter().next().map(|text| text.or("")).unwrap_or_default();
    Ok(Content { payload, answer })
}

/// The names of clients a person may see, of these.
pub(crate) async fn clients<R: Read>(
    db: &mut R,
    principal: &Principal,
    ids: &[ClientId],
) -> Result<std::collections::BTreeMap<ClientId, String>, StoreError> {
    if ids.is_empty() {
        return Ok(std::collections::BTreeMap::new());
    }
    let places: Vec<String> = (1..=ids.len()).map(|n| format!("${n}")).collect();
    let filter = principal.filter("client.read", "c", ids.len() + 1);
    let sql = format!(
        "select c.id, coalesce(c.display_name, '') from client c where c.id in ({}) and {}",
        places.join(", "),
        filter.sql
    );
    let values: Vec<Value> = ids.iter().map(|id| (*id).into()).chain(filter.params).collect();
    let row = |row: store::Row| {
        let mut c = row.cols();
        Ok((c.take()?, c.take()?))
    };
    db.query(&sql, &values).await?.into_iter().map(row).collect()
}
