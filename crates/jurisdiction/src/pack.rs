//! Jurisdiction packs: what a country's law and habits say, read from data.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use kernel::Currency;
use serde::{Deserialize, Serialize};

use crate::consent::{self, ConsentTerm, ConsentText};
use crate::fellegi_sunter::Model;
use crate::validity::ValidityRule;
use crate::{country, mask, names, phone};

/// One country's rules from one date on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Name of the pack: `ru`, `kz`. Its name on screen is the message `pack-` + code.
    pub code: String,
    /// ISO 3166-1 alpha-2 code of the country.
    pub country: String,
    /// First day these rules hold.
    pub valid_from: Date,
    /// Official languages (ISO 639-1), the binding one first.
    pub languages: Vec<String>,
    /// Currencies of the country, the main one first.
    pub currencies: Vec<Currency>,
    /// Region a phone number without a country code belongs to (ISO 3166-1 alpha-2).
    pub phone_region: String,
    /// How names are written in Latin letters.
    pub name_transliteration: NameTransliteration,
    /// Documents and official numbers, in the order forms offer them.
    pub identifiers: Vec<IdentifierKind>,
    /// How long the law wants things kept, and how soon it wants them destroyed.
    pub retention: Retention,
    /// Sample texts of consents.
    #[serde(default)]
    pub consent_texts: Vec<ConsentText>,
    /// How long consents hold.
    #[serde(default)]
    pub consent_terms: Vec<ConsentTerm>,
    /// Weights and thresholds by which two records are taken for one client.
    pub matching: Model,
}

/// Terms of keeping and of destroying personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// The file on a client is kept so many years after the end of relations.
    pub relations_years: i16,
    /// By which law.
    pub relations_law: String,
    /// The proof of a consent is kept so many years after the last word on it.
    pub consent_years: i16,
    /// By which law.
    pub consent_law: String,
    /// What no law keeps is destroyed within so many days of being asked.
    pub destroy_days: i64,
    /// By which law.
    pub destroy_law: String,
}

/// A scheme of writing names in Latin letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NameTransliteration {
    /// ICAO Doc 9303 part 3, machine-readable travel documents.
    Icao9303,
}

/// Who an identifier can belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A natural person.
    Person,
    /// A legal entity.
    Company,
    /// A natural person registered as an entrepreneur.
    SoleTrader,
}

/// The rule an identifier is checked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Validator {
    /// Business identifier code, ISO 9362.
    Bic,
    /// International bank account number, ISO 13616.
    Iban,
    /// Business identification number of Kazakhstan.
    KzBin,
    /// Individual identification number of Kazakhstan.
    KzIin,
    /// Legal entity identifier, ISO 17442.
    Lei,
    /// The mask of the kind and nothing else.
    Mask,
    /// Bank identification code of Russia.
    RuBik,
    /// Birth certificate of Russia.
    RuBirthCertificate,
    /// Tax number of Russia.
    RuInn,
    /// Reason-for-registration code of Russia.
    RuKpp,
    /// Company registration number of Russia.
    RuOgrn,
    /// Sole trader registration number of Russia.
    RuOgrnip,
    /// Activity code of Russia.
    RuOkved2,
    /// Personal insurance account number of Russia.
    RuSnils,
    /// Any text with a letter or digit in it.
    Text,
}

/// One kind of document or official number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentifierKind {
    /// Stable key: `inn`, `passport_rf`.
    pub kind: String,
    /// The rule.
    pub validator: Validator,
    /// The form people type it in: `9` a digit, `A` a Latin capital, `*` a letter or digit.
    #[serde(default)]
    pub mask: Option<String>,
    /// Who can have one.
    pub applies_to: Vec<Subject>,
    /// Characters of the normalised form where the subject decides.
    #[serde(default)]
    pub lengths: BTreeMap<Subject, usize>,
    /// Whether two clients can not both have the same one.
    pub unique: bool,
    /// Whether it is an identity document, with an issuer and a day of issue.
    #[serde(default)]
    pub document: bool,
    /// How long a document of this kind holds.
    #[serde(default)]
    pub validity: Option<ValidityRule>,
}

impl IdentifierKind {
    /// Message key of the name.
    pub fn name_key(&self) -> String {
        format!("id-kind-{}", self.kind)
    }
    /// Message key of the hint shown under the field.
    pub fn hint_key(&self) -> String {
        format!("id-hint-{}", self.kind)
    }
}

/// Why a pack cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// No embedded pack has this code.
    #[error("no jurisdiction pack {0:?}")]
    Unknown(String),
    /// The text is not TOML of the right shape.
    #[error("jurisdiction pack is malformed: {0}")]
    Malformed(String),
    /// The shape is right, but a value makes no sense.
    #[error("jurisdiction pack {code}: {problem}")]
    Inconsistent {
        /// Code of the pack.
        code: String,
        /// What is wrong.
        problem: String,
    },
}

const EMBEDDED: [(&str, &str); 2] =
    [("ru", include_str!("../packs/ru.toml")), ("kz", include_str!("../packs/kz.toml"))];

static PACKS: LazyLock<Vec<(&'static str, Result<Pack, PackError>)>> =
    LazyLock::new(|| EMBEDDED.iter().map(|(code, text)| (*code, Pack::parse(text))).collect());

/// The embedded packs, Russia first.
pub fn packs() -> Vec<&'static Pack> {
    PACKS.iter().filter_map(|(_, pack)| pack.as_ref().ok()).collect()
}

impl Pack {
    /// The embedded pack of a code.
    ///
    /// # Errors
    /// [`PackError::Unknown`] when there is none.
    pub fn load(code: &str) -> Result<&'static Pack, PackError> {
        let found = PACKS.iter().find(|(known, _)| *known == code);
        match found {
            Some((_, pack)) => pack.as_ref().map_err(Clone::clone),
            None => Err(PackError::Unknown(code.chars().take(16).collect())),
        }
    }

    /// Reads a pack from TOML, for instance one a bank keeps itself.
    ///
    /// # Errors
    /// [`PackError::Malformed`] with line and column, [`PackError::Inconsistent`] with the value.
    pub fn parse(text: &str) -> Result<Pack, PackError> {
        let pack: Pack = toml::from_str(text).map_err(|e| PackError::Malformed(e.to_string()))?;
        match pack.problem() {
            None => Ok(pack),
            Some(problem) => Err(PackError::Inconsistent { code: pack.code, problem }),
        }
    }

    /// The kind of identifier with a key.
    pub fn identifier(&self, kind: &str) -> Option<&IdentifierKind> {
        self.identifiers.iter().find(|known| known.kind == kind)
    }

    /// The kinds a subject can have, in the order forms offer them.
    pub fn identifiers_of(&self, subject: Subject) -> impl Iterator<Item = &IdentifierKind> {
        self.identifiers.iter().filter(move |known| known.applies_to.contains(&subject))
    }

    /// A name in Latin capitals by the scheme of this pack.
    pub fn transliterate(&self, name: &str) -> String {
        match self.name_transliteration {
            NameTransliteration::Icao9303 => names::transliterate(name),
        }
    }

    /// Message key of the pack's name.
    pub fn name_key(&self) -> String {
        format!("pack-{}", self.code)
    }

    fn problem(&self) -> Option<String> {
        if !country::is_country(&self.country) {
            return Some(format!("country {:?} is no ISO 3166 code", self.country));
        }
        if !phone::is_region(&self.phone_region) {
            return Some(format!("phone_region {:?} is unknown", self.phone_region));
        }
        let Retention { relations_years, consent_years, destroy_days, .. } = self.retention;
        if relations_years < 0 || consent_years < 0 || destroy_days < 1 {
            return Some("terms of retention must not be negative".to_owned());
        }
        if self.languages.is_empty() || self.currencies.is_empty() {
            return Some("at least one language and one currency are needed".to_owned());
        }
        for (position, id) in self.identifiers.iter().enumerate() {
            if self.identifiers.iter().take(position).any(|earlier| earlier.kind == id.kind) {
                return Some(format!("identifier {:?} is described twice", id.kind));
            }
            if id.applies_to.is_empty() {
                return Some(format!("identifier {:?} applies to nobody", id.kind));
            }
            let has_slots = id.mask.iter().any(|m| m.chars().any(mask::is_slot));
            if id.validator == Validator::Mask && !has_slots {
                return Some(format!("identifier {:?} needs a mask", id.kind));
            }
        }
        consent::problem(&self.consent_texts, &self.consent_terms)
            .or_else(|| self.matching.problem())
    }
}
