//! Cards of our own clients as vCard 4.0: the answer to `web`'s port for contact cards.

use web::{CardAddress, CardPoint, ContactCard, ContactFormat, PointKind};

use super::contact::{
    Address, Contact, ContactPoint, Messenger, Organization, PartialDate, Property,
};
use super::text::escape;
use super::write::write_card;

/// vCard 4.0: UTF-8 by definition, with ids and with organisations as such.
pub const CONTACT_FORMAT: ContactFormat = ContactFormat {
    ending: "vcf",
    mime: "text/vcard; charset=utf-8",
    write: |card| write_card(&contact(card)),
};

fn contact(card: &ContactCard) -> Contact {
    let [last_name, first_name, middle_name] = card.name_parts.clone().map(some);
    let points = |kind| card.points.iter().filter(move |p: &&CardPoint| p.kind == kind);
    let listed = |kind| points(kind).map(point).collect();
    let mut other: Vec<Property> = points(PointKind::Social).map(social).collect();
    if card.is_organization {
        other.push(Property {
            name: "KIND".to_owned(),
            params: Vec::new(),
            value: "org".to_owned(),
        });
    }
    Contact {
        full_name: some(card.name.clone()),
        last_name,
        first_name,
        middle_name,
        birth_date: card.birth_date.map(|d| PartialDate {
            year: Some(d.year()),
            month: Some(d.month()),
            day: Some(d.day()),
        }),
        organizations: some(card.organization.clone())
            .map(|name| Organization { name: Some(name), units: Vec::new() })
            .into_iter()
            .collect(),
        titles: some(card.job_title.clone()).into_iter().collect(),
        phones: listed(PointKind::Phone),
        emails: listed(PointKind::Email),
        urls: listed(PointKind::Site),
        messengers: points(PointKind::Messenger).map(messenger).collect(),
        addresses: card.addresses.iter().zip(0..).map(|(a, n)| address(a, n)).collect(),
        uid: some(card.uid.clone()),
        other,
        ..Contact::default()
    }
}

/// Blanks at the ends do not survive a card, and a blank text is none.
fn some(text: String) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn point(point: &CardPoint) -> ContactPoint {
    ContactPoint {
        value: point.value.clone(),
        label: some(point.label.clone()),
        preferred: point.is_main,
        ..ContactPoint::default()
    }
}

fn messenger(point: &CardPoint) -> Messenger {
    let service = some(point.label.clone()).unwrap_or_else(|| "im".to_owned());
    Messenger { service, handle: point.value.clone() }
}

/// Not an `URL`: a page in a social network is no site of the client's.
fn social(point: &CardPoint) -> Property {
    let params = some(point.label.clone()).map(|label| ("TYPE".to_owned(), label));
    Property {
        name: "X-SOCIALPROFILE".to_owned(),
        params: params.into_iter().collect(),
        value: escape(&point.value),
    }
}

fn address(address: &CardAddress, n: usize) -> Address {
    Address {
        street: some(address.street.clone()),
        city: some(address.city.clone()),
        region: some(address.region.clone()),
        postal_code: some(address.postal_code.clone()),
        country: some(address.country.clone()),
        kinds: vec![if address.is_work { "work" } else { "home" }.to_owned()],
        preferred: n == 0,
        ..Address::default()
    }
}
