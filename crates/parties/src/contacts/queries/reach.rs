//! How a client is reached: contacts and addresses.

use std::collections::BTreeMap;

use kernel::{ClientId, ContactId};
use spine::Principal;
use spine::secrecy::Group;
use store::{Read, Row, StoreError, Value, params};
use uuid::Uuid;

use super::cards::places;
use super::{Origin, ROWS_MAX, origin};
use crate::contacts::model::{AddressKind, ContactKind};
use crate::search::normal_key;

/// A way to reach a client.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Contact {
    /// Identity.
    pub id: ContactId,
    /// Whose.
    pub client_id: ClientId,
    /// By what.
    pub kind: ContactKind,
    /// Normalised: E.164, address, handle.
    pub value: String,
    /// As it was written.
    pub raw: String,
    /// `work`, `Telegram`, …
    pub label: String,
    /// The one of its kind that is tried first.
    pub is_main: bool,
    /// Where it came from.
    pub origin: Origin,
}

const CONTACT: &str = "id, client_id, kind, value, raw, label, is_main, source, author_id, at";

fn contact_row(row: Row) -> Result<Contact, StoreError> {
    let mut c = row.cols();
    Ok(Contact {
        id: c.take()?,
        client_id: c.take()?,
        kind: c.take()?,
        value: c.take()?,
        raw: c.take()?,
        label: c.take()?,
        is_main: c.take()?,
        origin: origin(&mut c)?,
    })
}

/// The contacts of a client: by kind, the main one first, then the newest.
///
/// # Errors
/// The database's.
pub async fn contacts<R: Read>(db: &mut R, client: ClientId) -> Result<Vec<Contact>, StoreError> {
    let sql = format!(
        "select {CONTACT} from client_contact where client_id = $1 and archived_at is null \
         order by is_main desc, at desc, id limit $2"
    );
    let rows = db.query(&sql, params![client, ROWS_MAX]).await?;
    let mut all: Vec<Contact> = rows.into_iter().map(contact_row).collect::<Result<_, _>>()?;
    all.sort_by_key(|c| c.kind);
    Ok(all)
}

/// The contacts of many clients: by kind, the main one first, then the newest.
pub(super) async fn contacts_of<R: Read>(
    db: &mut R,
    clients: &[ClientId],
) -> Result<Vec<Contact>, StoreError> {
    if clients.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select {CONTACT} from client_contact where client_id in ({}) and archived_at is null \
         order by is_main desc, at desc, id",
        places(clients)
    );
    let ids: Vec<Value> = clients.iter().map(|id| (*id).into()).collect();
    let rows = db.query(&sql, &ids).await?;
    let mut all: Vec<Contact> = rows.into_iter().map(contact_row).collect::<Result<_, _>>()?;
    all.sort_by_key(|c| c.kind);
    Ok(all)
}

/// One contact that is not archived.
///
/// # Errors
/// The database's.
pub async fn contact<R: Read>(db: &mut R, id: ContactId) -> Result<Option<Contact>, StoreError> {
    let sql = format!("select {CONTACT} from client_contact where id = $1 and archived_at is null");
    db.first(&sql, params![id]).await?.map(contact_row).transpose()
}

/// The other clients the person may see that share contacts of this client: the search form of the
/// value, and who has it too. Found through the search keys.
///
/// # Errors
/// The database's.
pub async fn shared_by<R: Read>(
    db: &mut R,
    principal: &Principal,
    client: ClientId,
    contacts: &[Contact],
) -> Result<BTreeMap<String, Vec<(ClientId, String)>>, StoreError> {
    let mut out: BTreeMap<String, Vec<(ClientId, String)>> = BTreeMap::new();
    let is_personal = |c: &&Contact| matches!(c.kind, ContactKind::Phone | ContactKind::Email);
    let keys: Vec<String> =
        contacts.iter().filter(is_personal).take(20).map(|c| normal_key(&c.value)).collect();
    if keys.is_empty() {
        return Ok(out);
    }
    let places: Vec<String> = (2..keys.len() + 2).map(|n| format!("${n}")).collect();
    let filter = principal.filter_seeing("client.read", &[Group::Contacts], "c", keys.len() + 2);
    let sql = format!(
        "select k.value, c.id, c.display_name, c.number from client_key k \
         join client c on c.id = k.client_id \
         where k.client_id <> $1 and k.value in ({}) and k.kind in ('phone', 'email') and {} \
         order by k.value, c.id limit 20",
        places.join(", "),
        filter.sql
    );
    let mut all = vec![client.into()];
    all.extend(keys.into_iter().map(Into::into));
    all.extend(filter.params);
    for row in db.query(&sql, &all).await? {
        let mut c = row.cols();
        let (value, id): (String, ClientId) = (c.take()?, c.take()?);
        let (name, number): (String, String) = (c.take()?, c.take()?);
        out.entry(value).or_default().push((id, if name.is_empty() { number } else { name }));
    }
    Ok(out)
}

/// An address.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Address {
    /// Identity.
    pub id: Uuid,
    /// Whose.
    pub client_id: ClientId,
    /// What it is to him.
    pub kind: AddressKind,
    /// ISO 3166 code; empty when not said.
    pub country: String,
    /// Region.
    pub region: String,
    /// City or village.
    pub city: String,
    /// Street, house, flat.
    pub street: String,
    /// Postal code.
    pub postal_code: String,
    /// Where it came from.
    pub origin: Origin,
}

impl Address {
    /// In one line, as it is written on an envelope.
    pub fn line(&self) -> String {
        let parts = [&self.postal_code, &self.country, &self.region, &self.city, &self.street];
        let given: Vec<&str> =
            parts.into_iter().map(String::as_str).filter(|p| !p.is_empty()).collect();
        given.join(", ")
    }
}

const ADDRESS: &str = "id, client_id, kind, country, region, city, street, postal_code, source, \
     author_id, at";

fn address_row(row: Row) -> Result<Address, StoreError> {
    let mut c = row.cols();
    Ok(Address {
        id: c.take()?,
        client_id: c.take()?,
        kind: c.take()?,
        country: c.take()?,
        region: c.take()?,
        city: c.take()?,
        street: c.take()?,
        postal_code: c.take()?,
        origin: origin(&mut c)?,
    })
}

/// The addresses of a client.
///
/// # Errors
/// The database's.
pub async fn addresses<R: Read>(db: &mut R, client: ClientId) -> Result<Vec<Address>, StoreError> {
    let sql = format!(
        "select {ADDRESS} from client_address where client_id = $1 and archived_at is null \
         order by at desc, id limit $2"
    );
    let rows = db.query(&sql, params![client, ROWS_MAX]).await?;
    let mut all: Vec<Address> = rows.into_iter().map(address_row).collect::<Result<_, _>>()?;
    all.sort_by_key(|a| a.kind);
    Ok(all)
}

/// The addresses of many clients.
pub(super) async fn addresses_of<R: Read>(
    db: &mut R,
    clients: &[ClientId],
) -> Result<Vec<Address>, StoreError> {
    if clients.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select {ADDRESS} from client_address where client_id in ({}) and archived_at is null \
         order by at desc, id",
        places(clients)
    );
    let ids: Vec<Value> = clients.iter().map(|id| (*id).into()).collect();
    let rows = db.query(&sql, &ids).await?;
    let mut all: Vec<Address> = rows.into_iter().map(address_row).collect::<Result<_, _>>()?;
    all.sort_by_key(|a| a.kind);
    Ok(all)
}

/// One address that is not archived.
///
/// # Errors
/// The database's.
pub async fn address<R: Read>(db: &mut R, id: Uuid) -> Result<Option<Address>, StoreError> {
    let sql = format!("select {ADDRESS} from client_address where id = $1 and archived_at is null");
    db.first(&sql, params![id]).await?.map(address_row).transpose()
}
