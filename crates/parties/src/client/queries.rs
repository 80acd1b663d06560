//! Reading clients: the head of the card, all fields with their origin, what a person may see.

use std::collections::BTreeMap;

use kernel::{BranchId, ClientId, Currency, Date, Timestamp, UserId};
use spine::secrecy::{Group, Level, group_of_field};
use spine::{Error, Owner, Principal};
use store::{Read, StoreError, Value, params};

use super::fields::FIELDS;
use super::model::{ClientKind, Names, Segment, Status};
use crate::fields::queries::doc_of;
use crate::merge::queries::NOT_MERGED;

/// To whom clients belong; a list of ids follows. The spine asks it for the rules of the second person.
pub(crate) const OWNERS: &str = "select c.branch_id, c.manager_id from client c where c.id in";

/// To whom a client belongs; none when there is no such client.
///
/// # Errors
/// The database's.
pub async fn owner<R: Read>(db: &mut R, id: ClientId) -> Result<Option<Owner>, StoreError> {
    let sql = format!("select {} from client c where c.id = $1 and {NOT_MERGED}", Owner::COLUMNS);
    let Some(row) = db.first(&sql, params![id]).await? else { return Ok(None) };
    Ok(Some(Owner::read(&mut row.cols())?))
}

/// What the head of the card and every mention of a client shows.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct ClientHead {
    /// Identity.
    pub id: ClientId,
    /// What he is.
    pub kind: ClientKind,
    /// The number people read to each other.
    pub number: String,
    /// Name; empty for a client without one.
    pub display_name: String,
    /// Where he stands.
    pub status: Status,
    /// How much he matters.
    pub segment: Segment,
    /// His branch.
    pub branch_id: Option<BranchId>,
    /// Who looks after him.
    pub manager_id: Option<UserId>,
    /// By what he likes to be reached.
    pub preferred_channel: Option<String>,
    /// Birthday, or day of registration of a business.
    pub birth_date: Option<Date>,
    /// Registered on (business).
    pub registered_on: Option<Date>,
    /// With the bank since.
    pub client_since: Option<Date>,
    /// Identity verified on.
    pub verified_on: Option<Date>,
    /// Politically exposed or public.
    pub public_person: bool,
    /// Last change of any field.
    pub updated_at: Timestamp,
    /// How secret his card is.
    pub secrecy: Level,
    /// Groups of fields that are hidden from whoever reads this: what stands in them is absent.
    pub hidden: Vec<Group>,
}

impl ClientHead {
    /// To whom the client belongs, and how secret he is.
    pub fn owner(&self) -> Owner {
        let place = (self.branch_id, self.manager_id);
        Owner::of_client(self.id, place, self.secrecy.key(), self.kind.key())
    }
    /// Whether the reader it was made for sees a group of fields.
    pub fn sees(&self, group: Group) -> bool {
        !self.hidden.contains(&group)
    }
    /// What of it one may see.
    fn masked(mut self, principal: &Principal) -> Self {
        self.hidden = principal.sees(self.owner()).missing();
        self.without_hidden()
    }
    /// What of it may be taken out of the system.
    pub(crate) fn taken_out(mut self, principal: &Principal) -> Self {
        self.hidden = principal.exports(self.owner()).missing();
        self.without_hidden()
    }
    fn without_hidden(mut self) -> Self {
        if !self.sees(Group::Identity) {
            self.birth_date = None;
            self.registered_on = None;
            self.public_person = false;
        }
        if !self.sees(Group::Service) {
            self.preferred_channel = None;
            self.client_since = None;
            self.verified_on = None;
        }
        self
    }
}

pub(crate) const HEAD: &str = "c.id, c.kind, c.number, c.display_name, c.status, c.segment, \
     c.branch_id, c.manager_id, c.preferred_channel, c.birth_date, c.registered_on, \
     c.client_since, c.verified_on, c.public_person, c.updated_at, \
     coalesce((select y.level from client_secrecy y where y.client_id = c.id), 'open')";

/// Reads [`HEAD`] for a reader: groups of fields he may not see are absent.
pub(crate) fn read_head(
    c: &mut store::Cols,
    principal: &Principal,
) -> Result<ClientHead, StoreError> {
    let head = ClientHead {
        id: c.take()?,
        kind: c.take()?,
        number: c.take()?,
        display_name: c.take()?,
        status: c.take()?,
        segment: c.take()?,
        branch_id: c.take()?,
        manager_id: c.take()?,
        preferred_channel: c.take()?,
        birth_date: c.take()?,
        registered_on: c.take()?,
        client_since: c.take()?,
        verified_on: c.take()?,
        public_person: c.take::<i64>()? != 0,
        updated_at: c.take()?,
        secrecy: Level::from_key(&c.take::<String>()?).unwrap_or(Level::Secret),
        hidden: Vec::new(),
    };
    Ok(head.masked(principal))
}

/// A client the person may see.
///
/// # Errors
/// [`Error::NotFound`] when there is none or it is outside his scope.
pub async fn head<R: Read>(
    db: &mut R,
    principal: &Principal,
    id: ClientId,
) -> Result<ClientHead, Error> {
    let sql = format!("select {HEAD} from client c where c.id = $1 and {NOT_MERGED}");
    let row = db.first(&sql, params![id]).await?.ok_or(Error::NotFound)?;
    let head = read_head(&mut row.cols(), principal)?;
    principal.require_over("client.read", head.owner())?;
    Ok(head)
}

/// The fields of a client as canonical texts, by key, those the bank has added among them; empty ones are
/// absent.
pub type FieldTexts = BTreeMap<String, String>;

/// All fields of one client.
///
/// # Errors
/// The database's; [`Error::NotFound`] when there is no such client.
pub async fn fields<R: Read>(
    db: &mut R,
    id: ClientId,
    currency: Currency,
) -> Result<FieldTexts, Error> {
    let columns: Vec<&str> = FIELDS.iter().map(|f| f.key).collect();
    let sql = format!(
        "select (select x.doc from client_custom x where x.client_id = client.id), {} \
         from client where id = $1",
        columns.join(", ")
    );
    let row = db.first(&sql, params![id]).await?.ok_or(Error::NotFound)?;
    let mut c = row.cols();
    let doc: Option<String> = c.take()?;
    let mut texts = doc.map(|doc| doc_of(&doc)).unwrap_or_default();
    for field in FIELDS {
        let value: Value = c.take()?;
        texts.extend(field.to_text(value, currency).map(|text| (field.key.to_owned(), text)));
    }
    Ok(texts)
}

/// The fields of a client without the groups that are hidden from whoever his head was read for.
pub(crate) fn seen_fields(mut fields: FieldTexts, head: &ClientHead) -> FieldTexts {
    fields.retain(|key, _| sees_field(head, key));
    fields
}

/// Whether whoever a head was read for sees a field.
pub(crate) fn sees_field(head: &ClientHead, key: &str) -> bool {
    group_of_field(key).is_none_or(|group| head.sees(group))
}

/// Where a field's value comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// `clerk`, `client`, `abs`, `import:KEY`, `partner`, …
    pub source: String,
    /// Who wrote it.
    pub author_id: Option<UserId>,
    /// When.
    pub at: Timestamp,
}

/// The origin of every field of a client.
///
/// # Errors
/// The database's.
pub async fn origins<R: Read>(
    db: &mut R,
    id: ClientId,
) -> Result<BTreeMap<String, Origin>, StoreError> {
    let sql = "select field, source, author_id, at from field_origin where client_id = $1";
    let mut out = BTreeMap::new();
    for row in db.query(sql, params![id]).await? {
        let mut c = row.cols();
        let field: String = c.take()?;
        out.insert(field, Origin { source: c.take()?, author_id: c.take()?, at: c.take()? });
    }
    Ok(out)
}

/// The parts a client plays, with the day each began.
///
/// # Errors
/// The database's.
pub async fn roles<R: Read>(db: &mut R, id: ClientId) -> Result<Vec<(String, Date)>, StoreError> {
    let sql = "select role, since from client_role where client_id = $1 and until is null \
               order by role";
    let mut out = Vec::new();
    for row in db.query(sql, params![id]).await? {
        let mut c = row.cols();
        out.push((c.take()?, c.take()?));
    }
    Ok(out)
}

/// When a member of staff last looked at a client.
///
/// # Errors
/// The database's.
pub async fn seen_at<R: Read>(
    db: &mut R,
    id: ClientId,
    user: UserId,
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "select at from client_seen where client_id = $1 and staff_id = $2";
    db.first(sql, params![id, user]).await?.map(store::Row::one).transpose()
}

/// The clients a member of staff looked at last, newest first, as far as he may still see them.
///
/// # Errors
/// The database's.
pub async fn recent<R: Read>(
    db: &mut R,
    principal: &Principal,
    limit: i64,
) -> Result<Vec<ClientHead>, StoreError> {
    let Some(user) = principal.user_id else { return Ok(Vec::new()) };
    let filter = principal.filter("client.read", "c", 3);
    let sql = format!(
        "select {HEAD} from client_seen s join client c on c.id = s.client_id \
         where s.staff_id = $1 and {} and {NOT_MERGED} order by s.at desc limit $2",
        filter.sql
    );
    let mut all = vec![user.into(), limit.into()];
    all.extend(filter.params);
    let rows = db.query(&sql, &all).await?;
    rows.into_iter().map(|r| read_head(&mut r.cols(), principal)).collect()
}

/// The name fields a client is called by.
pub(crate) fn names_of(fields: &FieldTexts) -> Names {
    let get = |key: &str| fields.get(key).cloned();
    Names {
        last_name: get("last_name"),
        first_name: get("first_name"),
        patronymic: get("patronymic"),
        full_name: get("full_name"),
        short_name: get("short_name"),
    }
}
