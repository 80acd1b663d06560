//! From the properties of one card to a contact.

use std::collections::BTreeMap;

use super::contact::{Address, Contact, ContactPoint, Organization, PartialDate, Property, Sex};
use super::property::RawProperty;
use super::text::{Dialect, some, split};
use super::{date, related};

/// A contact and the dates that could not be read, each with its line and property.
pub(super) struct Built {
    pub(super) contact: Contact,
    pub(super) bad_dates: Vec<(u64, String, String)>,
}

/// Builds a contact from the properties of its card.
pub(super) fn build(properties: &[RawProperty], dialect: Dialect) -> Built {
    let mut builder = Builder {
        contact: Contact::default(),
        dialect,
        labels: labels(properties, dialect),
        bad_dates: Vec::new(),
    };
    for property in properties {
        builder.take(property);
    }
    Built { contact: builder.contact, bad_dates: builder.bad_dates }
}

/// What Apple and Google call the property of a group: `item1.X-ABLabel:_$!<HomePage>!$_`.
fn labels(properties: &[RawProperty], dialect: Dialect) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    for property in properties.iter().filter(|p| p.name == "X-ABLABEL") {
        let value = some(&property.value, dialect);
        let plain =
            value.map(|v| v.trim_start_matches("_$!<").trim_end_matches(">!$_").trim().to_owned());
        if let (Some(group), Some(label)) = (&property.group, plain.filter(|p| !p.is_empty())) {
            labels.insert(group.clone(), label);
        }
    }
    labels
}

struct Builder {
    contact: Contact,
    dialect: Dialect,
    labels: BTreeMap<String, String>,
    bad_dates: Vec<(u64, String, String)>,
}

impl Builder {
    fn take(&mut self, property: &RawProperty) {
        if property.attachment || is_inline_data(property) {
            self.contact.attachments_skipped = self.contact.attachments_skipped.saturating_add(1);
            return;
        }
        let text = || some(&property.value, self.dialect);
        match property.name.as_str() {
            "FN" => first(&mut self.contact.full_name, text()),
            "N" => self.name(property),
            "NICKNAME" => first(&mut self.contact.nickname, text()),
            "ORG" => self.organization(property),
            "TITLE" => self.contact.titles.extend(text()),
            "ROLE" => self.contact.roles.extend(text()),
            "TEL" => {
                let point = self.phone(property);
                self.contact.phones.extend(point);
            }
            "EMAIL" => {
                let point = self.point(property, text());
                self.contact.emails.extend(point);
            }
            "URL" => {
                let point = self.point(property, text());
                self.contact.urls.extend(point);
            }
            "ADR" => self.address(property),
            "BDAY" => {
                let date = self.date(property);
                first(&mut self.contact.birth_date, date);
            }
            "ANNIVERSARY" | "X-ANNIVERSARY" | "X-MS-ANNIVERSARY" | "X-EVOLUTION-ANNIVERSARY" => {
                let date = self.date(property);
                first(&mut self.contact.anniversary, date);
            }
            "X-ABDATE" if self.label(property).is_some_and(|l| l == "Anniversary") => {
                let date = self.date(property);
                first(&mut self.contact.anniversary, date);
            }
            "GENDER" | "X-GENDER" => first(&mut self.contact.sex, sex(&property.value)),
            "NOTE" => self.contact.notes.extend(text()),
            "UID" => first(&mut self.contact.uid, text()),
            "CATEGORIES" => {
                let parts = split(&property.value, ',');
                self.contact.categories.extend(parts.iter().filter_map(|p| some(p, self.dialect)));
            }
            _ => self.further(property),
        }
    }

    fn label(&self, property: &RawProperty) -> Option<&str> {
        self.labels.get(property.group.as_ref()?).map(String::as_str)
    }

    fn name(&mut self, property: &RawProperty) {
        let parts: Vec<Option<String>> =
            split(&property.value, ';').iter().map(|p| self.list(p, " ")).collect();
        let mut parts = parts.into_iter();
        let mut next = || parts.next().flatten();
        let contact = &mut self.contact;
        for slot in [
            &mut contact.last_name,
            &mut contact.first_name,
            &mut contact.middle_name,
            &mut contact.name_prefix,
            &mut contact.name_suffix,
        ] {
            let part = next();
            first(slot, part);
        }
    }

    /// One component; in 3.0 and 4.0 it may be a list.
    fn list(&self, component: &str, joiner: &str) -> Option<String> {
        if self.dialect == Dialect::Old {
            return some(component, self.dialect);
        }
        let parts: Vec<String> =
            split(component, ',').iter().filter_map(|p| some(p, self.dialect)).collect();
        (!parts.is_empty()).then(|| parts.join(joiner))
    }

    fn organization(&mut self, property: &RawProperty) {
        let parts = split(&property.value, ';');
        let name = parts.first().and_then(|p| some(p, self.dialect));
        let units: Vec<String> =
            parts.iter().skip(1).filter_map(|p| some(p, self.dialect)).collect();
        if name.is_some() || !units.is_empty() {
            self.contact.organizations.push(Organization { name, units });
        }
    }

    fn point(&self, property: &RawProperty, value: Option<String>) -> Option<ContactPoint> {
        Some(ContactPoint {
            value: value?,
            extension: None,
            kinds: property.kinds(),
            label: self.label(property).map(str::to_owned),
            preferred: property.preferred(),
        })
    }

    /// A number as text or as a `tel:` address with parameters.
    fn phone(&self, property: &RawProperty) -> Option<ContactPoint> {
        let value = some(&property.value, self.dialect)?;
        let scheme = value.get(..4).filter(|s| s.eq_ignore_ascii_case("tel:"));
        let Some(uri) = scheme.and_then(|_| value.get(4..)) else {
            return self.point(property, Some(value));
        };
        let mut parts = uri.split(';');
        let number = parts.next().map(str::trim).filter(|n| !n.is_empty())?.to_owned();
        let mut point = self.point(property, Some(number))?;
        point.extension = parts
            .find_map(|p| p.trim().strip_prefix("ext="))
            .map(str::trim)
            .filter(|e| !e.is_empty())
            .map(str::to_owned);
        Some(point)
    }

    fn address(&mut self, property: &RawProperty) {
        let parts: Vec<Option<String>> =
            split(&property.value, ';').iter().map(|p| self.list(p, ", ")).collect();
        let part = |index: usize| parts.get(index).cloned().flatten();
        let address = Address {
            po_box: part(0),
            extended: part(1),
            street: part(2),
            city: part(3),
            region: part(4),
            postal_code: part(5),
            country: part(6),
            kinds: property.kinds(),
            label: self
                .label(property)
                .or_else(|| property.param("LABEL"))
                .map(str::trim)
                .filter(|l| !l.is_empty())
                .map(str::to_owned),
            preferred: property.preferred(),
        };
        if address.parts().iter().any(|p| p.is_some()) {
            self.contact.addresses.push(address);
        }
    }

    fn date(&mut self, property: &RawProperty) -> Option<PartialDate> {
        let text = some(&property.value, self.dialect)?;
        let found = date::read(&text);
        if found.is_none() {
            self.bad_dates.push((property.line, property.name.clone(), text));
        }
        found
    }

    fn further(&mut self, property: &RawProperty) {
        let label = self.label(property).map(str::to_owned);
        if let Some(person) = related::related(property, label.as_deref(), self.dialect) {
            self.contact.related.push(person);
        } else if let Some(messenger) = related::messenger(property, self.dialect) {
            self.contact.messengers.push(messenger);
        } else if !NOT_KEPT.contains(&property.name.as_str()) && !property.value.trim().is_empty() {
            self.contact.other.push(Property {
                name: property.name.clone(),
                params: property.params.clone(),
                value: property.value.trim().to_owned(),
            });
        }
    }
}

/// About the file and its program, not about the contact; or of no use without the rest of the file.
const NOT_KEPT: [&str; 13] = [
    "VERSION",
    "PRODID",
    "REV",
    "PROFILE",
    "MAILER",
    "SOURCE",
    "NAME",
    "SORT-STRING",
    "LABEL",
    "AGENT",
    "X-ABLABEL",
    "X-ABADR",
    "X-MS-OL-DESIGN",
];

fn first<T>(slot: &mut Option<T>, value: Option<T>) {
    if slot.is_none() {
        *slot = value;
    }
}

/// A photo, a sound or a key inside the card.
pub(super) fn is_inline_data(property: &RawProperty) -> bool {
    let carrier = matches!(property.name.as_str(), "PHOTO" | "LOGO" | "SOUND" | "KEY");
    carrier && !property.value.trim().is_empty() && !property.value.contains("://")
        || property.value.starts_with("data:")
}

fn sex(value: &str) -> Option<Sex> {
    match value.split(';').next().unwrap_or_default().trim().to_lowercase().as_str() {
        "m" | "male" => Some(Sex::Male),
        "f" | "female" => Some(Sex::Female),
        _ => None,
    }
}
