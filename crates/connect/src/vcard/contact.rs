//! What a card says about a person or a company.

use serde::{Deserialize, Serialize};

/// One contact. Absent is absent: no field holds an empty text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// The whole name as the source formats it.
    pub full_name: Option<String>,
    /// Family name.
    pub last_name: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Patronymic or further given names.
    pub middle_name: Option<String>,
    /// Mr., Dr.
    pub name_prefix: Option<String>,
    /// Jr., M.Sc.
    pub name_suffix: Option<String>,
    /// Nicknames, joined as the source joins them.
    pub nickname: Option<String>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Birthday; the year or the day may be unknown.
    pub birth_date: Option<PartialDate>,
    /// Wedding or another anniversary.
    pub anniversary: Option<PartialDate>,
    /// Employers and their departments.
    pub organizations: Vec<Organization>,
    /// Job titles.
    pub titles: Vec<String>,
    /// Occupations.
    pub roles: Vec<String>,
    /// Telephones.
    pub phones: Vec<ContactPoint>,
    /// E-mail addresses.
    pub emails: Vec<ContactPoint>,
    /// Web addresses.
    pub urls: Vec<ContactPoint>,
    /// Messengers.
    pub messengers: Vec<Messenger>,
    /// Postal addresses.
    pub addresses: Vec<Address>,
    /// Spouse, assistant, manager and others named in the card.
    pub related: Vec<Related>,
    /// Categories.
    pub categories: Vec<String>,
    /// Notes.
    pub notes: Vec<String>,
    /// The id that the source gave the card.
    pub uid: Option<String>,
    /// Further properties, kept as they are.
    pub other: Vec<Property>,
    /// Photos, logos, sounds and keys that were passed over.
    pub attachments_skipped: u32,
}

impl Contact {
    /// What to call the contact: full name, else the parts of the name, else company, nickname, e-mail or phone.
    pub fn name(&self) -> Option<String> {
        if let Some(name) = &self.full_name {
            return Some(name.clone());
        }
        let parts: Vec<&str> = [
            &self.name_prefix,
            &self.first_name,
            &self.middle_name,
            &self.last_name,
            &self.name_suffix,
        ]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
        if !parts.is_empty() {
            return Some(parts.join(" "));
        }
        let company = self.organizations.iter().find_map(|o| o.name.clone());
        let point = |points: &[ContactPoint]| points.first().map(|p| p.value.clone());
        company
            .or_else(|| self.nickname.clone())
            .or_else(|| point(&self.emails))
            .or_else(|| point(&self.phones))
    }
}

/// Sex as a card states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}

/// A date of which parts may be unknown: `--0203` is 3 February of an unknown year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PartialDate {
    /// Year, 1–9999.
    pub year: Option<i16>,
    /// Month, 1–12.
    pub month: Option<i8>,
    /// Day of the month, 1–31.
    pub day: Option<i8>,
}

impl PartialDate {
    /// The civil date, when all parts are known.
    pub fn date(self) -> Option<kernel::Date> {
        kernel::Date::new(self.year?, self.month?, self.day?).ok()
    }
}

/// A phone, e-mail or web address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactPoint {
    /// The number or address as written.
    pub value: String,
    /// Extension of a phone.
    pub extension: Option<String>,
    /// `home`, `work`, `cell`, `fax`, `pager`… in lower case.
    pub kinds: Vec<String>,
    /// The source's own label.
    pub label: Option<String>,
    /// The one to use first.
    pub preferred: bool,
}

/// A messenger account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Messenger {
    /// The service as the source names it: `Skype`, `telegram`, `icq`.
    pub service: String,
    /// The account.
    pub handle: String,
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Post office box.
    pub po_box: Option<String>,
    /// Flat, suite, office.
    pub extended: Option<String>,
    /// Street and house.
    pub street: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Region.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// `home`, `work`… in lower case.
    pub kinds: Vec<String>,
    /// The source's own label.
    pub label: Option<String>,
    /// The one to use first.
    pub preferred: bool,
}

impl Address {
    /// The seven parts in the order of the standard.
    pub(crate) fn parts(&self) -> [&Option<String>; 7] {
        [
            &self.po_box,
            &self.extended,
            &self.street,
            &self.city,
            &self.region,
            &self.postal_code,
            &self.country,
        ]
    }
}

/// An employer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organization {
    /// Name of the company.
    pub name: Option<String>,
    /// Departments from the larger to the smaller.
    pub units: Vec<String>,
}

/// Another person named in the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// `spouse`, `child`, `manager`, `assistant`… in lower case; the source's label when it is no standard word.
    pub relation: Option<String>,
    /// The name.
    pub name: String,
}

/// A property that has no field of its own, kept for writing the card again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// Name in upper case.
    pub name: String,
    /// Parameters: name in upper case and value.
    pub params: Vec<(String, String)>,
    /// The value as written, escapes included.
    pub value: String,
}
