//! What contact cards of many clients are made of, read at once.

use std::collections::BTreeMap;

use kernel::{ClientId, Date};
use spine::Principal;
use store::{Read, StoreError, Value};

use super::reach::{Address, Contact, addresses_of, contacts_of};
use crate::client::model::ClientKind;
use crate::merge::queries::NOT_MERGED;

/// What is known of a client that belongs on a contact card.
#[derive(Clone, Debug)]
pub(crate) struct CardFacts {
    pub(crate) id: ClientId,
    pub(crate) kind: ClientKind,
    /// What he is called in lists; the number when he has no name.
    pub(crate) name: String,
    /// Family name, first name, patronymic.
    pub(crate) name_parts: [String; 3],
    pub(crate) birth_date: Option<Date>,
    /// The employer of a person.
    pub(crate) employer: String,
    pub(crate) job_title: String,
    pub(crate) contacts: Vec<Contact>,
    pub(crate) addresses: Vec<Address>,
}

/// The facts of these clients, as far as the permission reaches them, in the given order.
///
/// # Errors
/// The database's.
pub(crate) async fn card_facts<R: Read>(
    db: &mut R,
    principal: &Principal,
    permission: &str,
    ids: &[ClientId],
) -> Result<Vec<CardFacts>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let filter = principal.filter(permission, "c", ids.len() + 1);
    let sql = format!(
        "select c.id, c.kind, c.number, c.display_name, c.last_name, c.first_name, c.patronymic, \
         c.birth_date, c.employer, c.job_title from client c where c.id in ({}) and {} and {NOT_MERGED}",
        places(ids),
        filter.sql
    );
    let mut values: Vec<Value> = ids.iter().map(|id| (*id).into()).collect();
    values.extend(filter.params);
    let mut found: BTreeMap<ClientId, CardFacts> = BTreeMap::new();
    for row in db.query(&sql, &values).await? {
        let mut c = row.cols();
        let (id, kind): (ClientId, ClientKind) = (c.take()?, c.take()?);
        let (number, name): (String, String) = (c.take()?, c.take()?);
        let mut text = || Ok::<_, StoreError>(c.take::<Option<String>>()?.unwrap_or_default());
        let name_parts = [text()?, text()?, text()?];
        let birth_date = c.take()?;
        let mut text = || Ok::<_, StoreError>(c.take::<Option<String>>()?.unwrap_or_default());
        let (employer, job_title) = (text()?, text()?);
        let name = if name.is_empty() { number } else { name };
        let (contacts, addresses) = (Vec::new(), Vec::new());
        found.insert(
            id,
            CardFacts {
                id,
                kind,
                name,
                name_parts,
                birth_date,
                employer,
                job_title,
                contacts,
                addresses,
            },
        );
    }
    let known: Vec<ClientId> = found.keys().copied().collect();
    for contact in contacts_of(db, &known).await? {
        found.entry(contact.client_id).and_modify(|facts| facts.contacts.push(contact));
    }
    for address in addresses_of(db, &known).await? {
        found.entry(address.client_id).and_modify(|facts| facts.addresses.push(address));
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// `$1, $2, …` for ids.
pub(super) fn places(ids: &[ClientId]) -> String {
    let all: Vec<String> = (1..=ids.len()).map(|n| format!("${n}")).collect();
    all.join(", ")
}
