//! Blocking keys: clients that share none are never compared. Pure.

use std::collections::BTreeSet;

use jurisdiction::Pack;

use super::record::{Part, Record};

/// Letters of a name that stand in a key.
const LETTERS: usize = 3;
/// Longest key of a company's name (characters).
const COMPANY_CHARS_MAX: usize = 60;

/// All keys of a record. A key begins with its kind, so that keys of different kinds never meet.
///
/// Numbers and documents (also former ones), phones, e-mails; of people the birthday with the first three
/// Latin letters of the surname, of the former one and of the given name (so that swapped parts and a
/// surname changed on marriage still meet); of companies the name without its legal form.
pub(crate) fn keys(pack: &Pack, record: &Record) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (kind, values) in record.numbers.iter().chain(&record.old_numbers) {
        if pack.identifier(kind).is_some_and(|k| k.unique || k.document) {
            out.extend(values.iter().map(|value| format!("id:{kind}:{value}")));
        }
    }
    out.extend(record.phones.iter().map(|phone| format!("phone:{phone}")));
    out.extend(record.emails.iter().map(|mail| format!("mail:{mail}")));
    if let (true, Some(day)) = (record.kind.is_natural(), record.birth_date) {
        let parts = [&record.last_name, &record.first_name, &record.former_name];
        let starts = parts.into_iter().filter_map(first_letters);
        out.extend(starts.map(|letters| format!("born:{day}:{letters}")));
    }
    for company in &record.company {
        let token: String = company.token.chars().take(COMPANY_CHARS_MAX).collect();
        out.insert(format!("firm:{token}"));
    }
    out
}

fn first_letters(part: &Part) -> Option<String> {
    let letters: String =
        part.latin.chars().filter(|c| c.is_alphanumeric()).take(LETTERS).collect();
    (!letters.is_empty()).then_some(letters)
}
