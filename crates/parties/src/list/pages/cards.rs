//! Clients as contact cards: what leaves the bank of each, and what does not. Notes, numbers of documents,
//! segment and money are not for an address book.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use kernel::ClientId;
use spine::secrecy::Group;
use web::{Answer, CardAddress, CardPoint, ContactCard, Cx, PointKind};

use super::export::{self, FileKind};
use super::rows::Asked;
use crate::client::queries::{ClientHead, head};
use crate::contacts::model::{AddressKind, ContactKind};
use crate::contacts::queries::{Address, CardFacts, Contact};
use crate::list::model::Address as ListAddress;

/// What a card holds, as the journal of exports names it.
pub(super) const CARD_COLUMNS: [&str; 6] =
    ["name", "birth_date", "employer", "job_title", "contacts", "addresses"];

/// `GET /clients/{id}/card.vcf`: one client as a contact card.
pub(super) async fn one(mut cx: Cx, Path(id): Path<ClientId>) -> Answer {
    let principal = std::sync::Arc::clone(&cx.ctx.principal);
    let client = head(&mut cx.db, &principal, id).await?;
    principal.require_over("client.export", client.owner())?;
    let Some(format) = cx.app.contact_format else {
        return Ok(StatusCode::NOT_FOUND.into_response());
    };
    let asked = Asked::read(&cx, ListAddress::parse(&[])).await?;
    let name = format!("client-{}", plain_name(&client.number));
    export::answer(
        cx,
        asked,
        Some(vec![id]),
        FileKind::Cards(format),
        export::Named { file: name, filter: format!("id={id}") },
    )
    .await
}

/// Letters and digits that every system takes in the name of a file.
fn plain_name(number: &str) -> String {
    number.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

/// The card of a client, of what may be taken out of the system.
pub(super) fn card(facts: &CardFacts, head: &ClientHead) -> ContactCard {
    let mut facts = facts.clone();
    if !head.sees(Group::Identity) {
        facts.birth_date = None;
        facts.employer.clear();
        facts.job_title.clear();
    }
    if !head.sees(Group::Contacts) {
        facts.contacts.clear();
        facts.addresses.clear();
    }
    let is_person = facts.kind.is_natural();
    let main = |n: usize, all: &[Contact]| {
        let kind = all.get(n).map(|c| c.kind);
        all.iter().position(|c| Some(c.kind) == kind) == Some(n)
    };
    let points = facts.contacts.iter().enumerate();
    ContactCard {
        uid: format!("urn:uuid:{}", facts.id.uuid()),
        is_organization: !is_person,
        name: facts.name.clone(),
        name_parts: facts.name_parts.clone(),
        birth_date: facts.birth_date.filter(|_| is_person),
        organization: if is_person { facts.employer.clone() } else { facts.name.clone() },
        job_title: facts.job_title.clone(),
        points: points.map(|(n, c)| point(c, main(n, &facts.contacts))).collect(),
        addresses: facts.addresses.iter().map(address).collect(),
    }
}

fn point(contact: &Contact, is_main: bool) -> CardPoint {
    let kind = match contact.kind {
        ContactKind::Phone => PointKind::Phone,
        ContactKind::Email => PointKind::Email,
        ContactKind::Site => PointKind::Site,
        ContactKind::Messenger => PointKind::Messenger,
        ContactKind::Social => PointKind::Social,
    };
    CardPoint { kind, value: contact.value.clone(), label: contact.label.clone(), is_main }
}

fn address(address: &Address) -> CardAddress {
    let is_work = match address.kind {
        AddressKind::Legal | AddressKind::Actual => true,
        AddressKind::Registration | AddressKind::Residence | AddressKind::Postal => false,
    };
    CardAddress {
        is_work,
        street: address.street.clone(),
        city: address.city.clone(),
        region: address.region.clone(),
        postal_code: address.postal_code.clone(),
        country: address.country.clone(),
    }
}
