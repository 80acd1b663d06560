//! Contacts from address books and vCards: the same clients, in the words address books use.

use serde::{Deserialize, Serialize};
use spine::import::{
    ImportBatch, ImportField, ImportOutcome, ImportRow, ImportTarget, ImportValue,
};
use spine::{Command, Error, Work};

use super::commands::{Own, own_clients, take};
use crate::client::model::Status;

const fn optional(key: &'static str) -> ImportField {
    ImportField { key, required: false }
}

/// What an address book may bring.
pub(crate) const CONTACT_TARGET: ImportTarget = ImportTarget {
    kind: "contact",
    command: ImportContacts::NAME,
    fields: &[
        optional("full_name"),
        optional("last_name"),
        optional("first_name"),
        optional("middle_name"),
        optional("company"),
        optional("job_title"),
        optional("phone"),
        optional("email"),
        optional("website"),
        optional("birth_date"),
        optional("sex"),
        optional("tax_id"),
        optional("city"),
        optional("address"),
        optional("note"),
    ],
};

/// Contacts of one feed: they become prospects, or update the clients they became before.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ImportContacts(pub(crate) ImportBatch);

impl Command for ImportContacts {
    const NAME: &'static str = "parties.import_contacts";
    const PERMISSION: &'static str = "import.run";
    type Output = ImportOutcome;

    async fn handle(&self, w: &mut Work<'_>) -> Result<ImportOutcome, Error> {
        let own = own_clients(w, &self.0.rows).await?;
        let rows =
            self.0.rows.iter().map(|row| as_client(row, own.get(&row.external_id))).collect();
        let master = self.0.master.iter().flat_map(|field| our_names(field)).collect();
        let batch =
            ImportBatch { source: self.0.source.clone(), kind: self.0.kind.clone(), rows, master };
        take(w, &batch, Status::Prospect, &own).await
    }
}

/// Our names of the fields an address book calls otherwise.
const RENAMED: [(&str, &str); 5] = [
    ("middle_name", "patronymic"),
    ("tax_id", "inn"),
    ("address", "street"),
    ("company", "employer"),
    ("website", "site"),
];

/// The fields of a client that a field of an address book fills.
fn our_names(theirs: &str) -> Vec<String> {
    if theirs == "full_name" {
        return ["last_name", "first_name", "patronymic", "full_name"].map(str::to_owned).to_vec();
    }
    let renamed = RENAMED.iter().find(|(key, _)| *key == theirs).map(|(_, ours)| *ours);
    let mut all = vec![renamed.unwrap_or(theirs).to_owned()];
    // the name of a firm that stands alone
    all.extend((theirs == "company").then(|| "full_name".to_owned()));
    all
}

fn as_client(row: &ImportRow, own: Option<&Own>) -> ImportRow {
    let mut row = row.clone();
    match own {
        Some(own) => name_of_own(&mut row, own),
        None => name_of_stranger(&mut row),
    }
    for (theirs, ours) in RENAMED {
        if let Some(value) = row.fields.remove(theirs) {
            row.fields.entry(ours.to_owned()).or_insert(value);
        }
    }
    // the number of an address book is not the bank's client number
    row.fields.remove("number");
    row
}

/// We know what our client is; a name that is the one we wrote brings nothing new.
fn name_of_own(row: &mut ImportRow, own: &Own) {
    row.fields.insert("party_kind".to_owned(), text(own.kind.key()));
    let full = row.fields.remove("full_name");
    let is_new = |full: &ImportValue| !matches!(full, ImportValue::Text(f) if own.is_called(f));
    let new = full.filter(is_new);
    if own.kind.is_natural() {
        let has_parts = row.text("last_name").or(row.text("first_name")).is_some();
        if let (false, Some(ImportValue::Text(full))) = (has_parts, &new) {
            row.fields.extend(name_parts(full).into_iter().map(|(k, v)| (k.to_owned(), text(&v))));
        }
    } else {
        // the organisation of a company's card is the company itself
        row.fields.remove("company");
        row.fields.extend(new.map(|full| ("full_name".to_owned(), full)));
    }
}

fn name_of_stranger(row: &mut ImportRow) {
    let has_person = ["last_name", "first_name"].iter().any(|k| row.text(k).is_some());
    let company = row.text("company");
    let full = row.text("full_name");
    let is_company = !has_person && company.is_some() && (full.is_none() || full == company);
    if is_company {
        row.fields.insert("party_kind".to_owned(), text("company"));
        row.fields.insert("full_name".to_owned(), text(&company.unwrap_or_default()));
        row.fields.remove("company");
    } else if let (false, Some(full)) = (has_person, full) {
        row.fields.remove("full_name");
        for (key, part) in name_parts(&full) {
            row.fields.insert(key.to_owned(), text(&part));
        }
    }
}

fn text(value: &str) -> ImportValue {
    ImportValue::Text(value.to_owned())
}

/// "Фамилия Имя Отчество" in Cyrillic, "First Last" in Latin script.
fn name_parts(full: &str) -> Vec<(&'static str, String)> {
    let words: Vec<&str> = full.split_whitespace().collect();
    let latin = full.chars().any(|c| c.is_ascii_alphabetic());
    match words.as_slice() {
        [] => Vec::new(),
        [one] => vec![("last_name", (*one).to_owned())],
        [first @ .., last] if latin => {
            vec![("first_name", first.join(" ")), ("last_name", (*last).to_owned())]
        }
        [first, patronymic, last] if is_patronymic(patronymic) => vec![
            ("last_name", (*last).to_owned()),
            ("first_name", (*first).to_owned()),
            ("patronymic", (*patronymic).to_owned()),
        ],
        [first, patronymic] if is_patronymic(patronymic) => {
            vec![("first_name", (*first).to_owned()), ("patronymic", (*patronymic).to_owned())]
        }
        [last, first] => {
            vec![("last_name", (*last).to_owned()), ("first_name", (*first).to_owned())]
        }
        [last, first, rest @ ..] => vec![
            ("last_name", (*last).to_owned()),
            ("first_name", (*first).to_owned()),
            ("patronymic", rest.join(" ")),
        ],
    }
}

fn is_patronymic(word: &str) -> bool {
    let lower = word.to_lowercase();
    ["вич", "ьич", "вна", "чна"].iter().any(|end| lower.ends_with(end))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn row(fields: &[(&str, &str)]) -> ImportRow {
        let fields: BTreeMap<String, ImportValue> =
            fields.iter().map(|(k, v)| ((*k).to_owned(), text(v))).collect();
        ImportRow { row: 2, external_id: "x".to_owned(), fields }
    }

    #[test]
    fn address_books_become_clients() {
        let person = as_client(
            &row(&[("full_name", "Щербаков Пётр Ильич"), ("company", "ООО «Луч»")]),
            None,
        );
        assert_eq!(person.text("patronymic").as_deref(), Some("Ильич"));
        assert_eq!(person.text("employer").as_deref(), Some("ООО «Луч»"));
        let john = as_client(&row(&[("full_name", "John Ronald Smith")]), None);
        assert_eq!(john.text("last_name").as_deref(), Some("Smith"));
        assert_eq!(john.text("first_name").as_deref(), Some("John Ronald"));
        let petr = as_client(&row(&[("full_name", "Пётр Ильич Чайковский")]), None);
        assert_eq!(petr.text("last_name").as_deref(), Some("Чайковский"));
        assert_eq!(petr.text("patronymic").as_deref(), Some("Ильич"));
        let firm = as_client(&row(&[("company", "IBM")]), None);
        assert_eq!(firm.text("party_kind").as_deref(), Some("company"));
        assert_eq!(firm.text("full_name").as_deref(), Some("IBM"));
        assert_eq!(firm.text("employer"), None);
    }
}
