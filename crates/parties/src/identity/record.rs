//! What two clients are compared by: one client's data in the forms that comparison needs. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jurisdiction::{Pack, normalise_name, search_tokens, transliterate};
use kernel::{ClientId, Date};

use crate::client::model::ClientKind;
use crate::search::normal_key;

/// Numbers of one kind looked at; a client with more has them for another reason.
const VALUES_MAX: usize = 20;

/// A part of a name in the three forms names meet in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Part {
    /// Capitals, Ё as Е, one kind of hyphen.
    pub(crate) normal: String,
    /// ICAO Latin.
    pub(crate) latin: String,
    /// Skeleton: the same for spellings that sound alike in either script.
    pub(crate) token: String,
}

impl Part {
    pub(crate) fn new(text: &str) -> Self {
        let normal = normalise_name(text);
        let latin = transliterate(&normal);
        let token = search_tokens(&normal).join(" ");
        Self { normal, latin, token }
    }
    pub(crate) fn is_empty(&self) -> bool {
        self.token.is_empty()
    }
}

/// One client as comparison sees him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// Who; none for what is being typed.
    pub(crate) id: Option<ClientId>,
    pub(crate) kind: ClientKind,
    pub(crate) last_name: Part,
    pub(crate) first_name: Part,
    pub(crate) patronymic: Part,
    pub(crate) former_name: Part,
    /// Names of a company without the legal form: full and short.
    pub(crate) company: Vec<Part>,
    /// Birthday of a person, day of registration of a company.
    pub(crate) birth_date: Option<Date>,
    /// Kind → normalised values in force.
    pub(crate) numbers: BTreeMap<String, BTreeSet<String>>,
    /// Kind → values he had once.
    pub(crate) old_numbers: BTreeMap<String, BTreeSet<String>>,
    pub(crate) phones: BTreeSet<String>,
    pub(crate) emails: BTreeSet<String>,
}

/// The fields a record is read from, by key.
pub(crate) const RECORD_FIELDS: [&str; 8] = [
    "last_name",
    "first_name",
    "patronymic",
    "former_name",
    "full_name",
    "short_name",
    "birth_date",
    "registered_on",
];

impl Record {
    /// From canonical field texts; numbers and contacts are added one by one.
    pub(crate) fn new<'a>(
        pack: &Pack,
        id: Option<ClientId>,
        kind: ClientKind,
        field: impl Fn(&str) -> Option<&'a str>,
    ) -> Self {
        let part = |key: &str| Part::new(field(key).unwrap_or_default());
        let particles = &pack.matching.patronymic_particles;
        let patronymic = without_words(field("patronymic").unwrap_or_default(), particles);
        let company = ["full_name", "short_name"]
            .into_iter()
            .filter_map(&field)
            .map(|name| Part::new(&without_legal_form(name, &pack.matching.legal_forms)))
            .filter(|part| !part.is_empty());
        let day = if kind.is_natural() { "birth_date" } else { "registered_on" };
        Self {
            id,
            kind,
            last_name: part("last_name"),
            first_name: part("first_name"),
            patronymic: Part::new(&patronymic),
            former_name: part("former_name"),
            company: if kind == ClientKind::Company { company.collect() } else { Vec::new() },
            birth_date: field(day).and_then(|text| text.parse().ok()),
            numbers: BTreeMap::new(),
            old_numbers: BTreeMap::new(),
            phones: BTreeSet::new(),
            emails: BTreeSet::new(),
        }
    }

    /// Adds a document or official number.
    pub(crate) fn add_number(&mut self, kind: &str, value: &str, is_old: bool) {
        let of = if is_old { &mut self.old_numbers } else { &mut self.numbers };
        let values = of.entry(kind.to_owned()).or_default();
        if values.len() < VALUES_MAX {
            values.insert(normal_key(value));
        }
    }

    /// Adds a phone or an e-mail; other contacts say nothing.
    pub(crate) fn add_contact(&mut self, kind: &str, value: &str) {
        let of = match kind {
            "phone" => &mut self.phones,
            "email" => &mut self.emails,
            _ => return,
        };
        if of.len() < VALUES_MAX {
            of.insert(normal_key(value));
        }
    }

    /// Whether two records may be of one client at all: people with people, companies with companies.
    pub(crate) fn is_comparable(&self, other: &Record) -> bool {
        let is_same = self.id.is_some() && self.id == other.id;
        let natural = self.kind.is_natural() && other.kind.is_natural();
        let companies = self.kind == ClientKind::Company && other.kind == ClientKind::Company;
        !is_same && (natural || companies)
    }
}

/// A normalised text without the words given (in capitals).
fn without_words(text: &str, words: &[String]) -> String {
    let normal = normalise_name(text).replace('-', " ");
    let rest: Vec<&str> =
        normal.split(' ').filter(|word| !words.iter().any(|w| w == word)).collect();
    rest.join(" ")
}

/// A company's name without quotes and legal form, wherever the form stands.
pub(crate) fn without_legal_form(name: &str, forms: &[String]) -> String {
    let plain: String = normalise_name(name)
        .chars()
        .map(|c| if c.is_alphanumeric() || c == '-' { c } else { ' ' })
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let mut text = format!(" {} ", words.join(" "));
    for form in forms {
        text = text.replace(&format!(" {form} "), " ");
    }
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_forms_and_particles_go() {
        let pack = Pack::load("ru").unwrap();
        let bare = |name: &str| without_legal_form(name, &pack.matching.legal_forms);
        assert_eq!(bare("Общество с ограниченной ответственностью «Ромашка»"), "РОМАШКА");
        assert_eq!(bare("Ромашка, ООО"), "РОМАШКА");
        assert_eq!(bare("ПАО Банк «Берёзка»"), "БАНК БЕРЕЗКА");
        assert_eq!(bare("ИПСИЛОН"), "ИПСИЛОН");
        assert_eq!(without_words("Гасан оглы", &pack.matching.patronymic_particles), "ГАСАН");
        assert_eq!(without_words("Гасан-оглы", &pack.matching.patronymic_particles), "ГАСАН");
    }
}
