//! A contact as a record with the same fields that lists of contacts give, so that one importer serves both.

use std::collections::BTreeMap;

use crate::feed::{FieldValue, Record, contact_id, long_id};

use super::contact::{Contact, ContactPoint, Sex};
use super::date;

/// Phones, e-mails and messengers of one contact that become fields.
const POINTS_MAX: usize = 20;

/// Longest id of a card that is kept as it is; of a longer one the digest.
const UID_CHARS_MAX: usize = 190;

/// The contact as a record of kind `contact`; `row` is its place in the file, from 1. The id is the card's own, or else
/// made of who it is, as for a list.
pub fn contact_record(contact: &Contact, row: u64) -> Record {
    let mut fields = Fields(BTreeMap::new());
    fields.text("last_name", contact.last_name.as_deref());
    fields.text("first_name", contact.first_name.as_deref());
    fields.text("middle_name", contact.middle_name.as_deref());
    fields.text("full_name", contact.name().as_deref());
    let sex = contact.sex.map(|s| match s {
        Sex::Female => "female",
        Sex::Male => "male",
    });
    fields.text("sex", sex);
    if let Some(born) = contact.birth_date {
        match born.date() {
            Some(date) => fields.add("birth_date", FieldValue::Date(date)),
            // A birthday without its year is still a day to congratulate on.
            None => fields.text("birth_date_partial", Some(&date::write(born))),
        }
    }
    if let Some(organization) = contact.organizations.first() {
        fields.text("company", organization.name.as_deref());
        fields.text("department", Some(&organization.units.join(", ")));
    }
    fields.text("job_title", contact.titles.first().or(contact.roles.first()).map(String::as_str));
    fields.points("phone", &contact.phones);
    fields.points("email", &contact.emails);
    fields.points("website", &contact.urls);
    let messengers = contact.messengers.iter().map(|m| format!("{}: {}", m.service, m.handle));
    fields.many("messenger", messengers);
    if let Some(address) =
        contact.addresses.iter().find(|a| a.preferred).or(contact.addresses.first())
    {
        let street = [&address.street, &address.extended, &address.po_box];
        let street: Vec<&str> = street.into_iter().flatten().map(String::as_str).collect();
        fields.text("address", Some(&street.join(", ")));
        fields.text("city", address.city.as_deref());
        fields.text("region", address.region.as_deref());
        fields.text("postal_code", address.postal_code.as_deref());
        fields.text("country", address.country.as_deref());
    }
    fields.text("note", Some(&contact.notes.join("\n")));
    let fields = fields.0;
    let external_id = match &contact.uid {
        Some(uid) if uid.chars().count() <= UID_CHARS_MAX => format!("uid:{uid}"),
        Some(uid) => format!("uid:{}", long_id(uid)),
        None => contact_id(&fields),
    };
    Record { row, kind: "contact".to_owned(), external_id, fields }
}

/// The property of a card that gives a field, in the reader's name or in the room's.
pub(crate) fn property_of(field: &str) -> Option<&'static str> {
    let plain = field.trim_end_matches(|c: char| c == '_' || c.is_ascii_digit());
    Some(match plain {
        "full_name" => "FN",
        "last_name" | "first_name" | "middle_name" | "patronymic" => "N",
        "sex" => "GENDER",
        "birth_date" => "BDAY",
        "company" | "employer" | "department" => "ORG",
        "job_title" => "TITLE",
        "phone" => "TEL",
        "email" => "EMAIL",
        "website" | "site" => "URL",
        "messenger" => "IMPP",
        "address" | "street" | "city" | "region" | "postal_code" | "country" => "ADR",
        "note" => "NOTE",
        _ => return None,
    })
}

struct Fields(BTreeMap<String, FieldValue>);

impl Fields {
    fn add(&mut self, name: &str, value: FieldValue) {
        self.0.insert(name.to_owned(), value);
    }
    fn text(&mut self, name: &str, value: Option<&str>) {
        if let Some(text) = value.filter(|v| !v.is_empty()) {
            self.add(name, FieldValue::Text(text.to_owned()));
        }
    }
    /// The preferred ones first.
    fn points(&mut self, name: &str, points: &[ContactPoint]) {
        let preferred = points.iter().filter(|p| p.preferred);
        let others = points.iter().filter(|p| !p.preferred);
        let texts = preferred.chain(others).map(|p| match &p.extension {
            Some(extension) => format!("{} ext. {extension}", p.value),
            None => p.value.clone(),
        });
        self.many(name, texts);
    }
    fn many(&mut self, name: &str, values: impl Iterator<Item = String>) {
        for (number, value) in (1..=POINTS_MAX).zip(values) {
            let field = if number == 1 { name.to_owned() } else { format!("{name}_{number}") };
            self.text(&field, Some(&value));
        }
    }
}
