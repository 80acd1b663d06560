//! Contacts as CSV, in columns that the importer recognises again.

use std::io::Write;

use crate::feed::spreadsheet_safe;

use super::contact::{Contact, ContactPoint};

/// The columns in order; the label of each is the message `contact-column-` + its name.
pub const CONTACT_COLUMNS: [&str; 19] = [
    "last-name",
    "first-name",
    "middle-name",
    "full-name",
    "birth-date",
    "company",
    "job-title",
    "phone",
    "phone-2",
    "phone-3",
    "email",
    "email-2",
    "postal-code",
    "country",
    "region",
    "city",
    "address",
    "website",
    "note",
];

/// Writes contacts as CSV (UTF-8, comma). `label` gives the heading of a column of [`CONTACT_COLUMNS`].
///
/// # Errors
/// As the underlying writer.
pub fn write_contacts_csv<W: Write>(
    out: W,
    contacts: &[Contact],
    label: impl Fn(&str) -> String,
) -> std::io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(CONTACT_COLUMNS.map(label))
        .map_err(std::io::Error::other)?;
    for contact in contacts {
        let row = CONTACT_COLUMNS.map(|column| spreadsheet_safe(&cell(contact, column)));
        csv.write_record(row).map_err(std::io::Error::other)?;
    }
    csv.flush()
}

fn cell(contact: &Contact, column: &str) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let address = contact.addresses.first();
    let organization = contact.organizations.first();
    match column {
        "last-name" => text(&contact.last_name),
        "first-name" => text(&contact.first_name),
        "middle-name" => text(&contact.middle_name),
        "full-name" => contact.name().unwrap_or_default(),
        "birth-date" => {
            let date = contact.birth_date.and_then(|d| d.date());
            date.map(|d| d.to_string()).unwrap_or_default()
        }
        "company" => organization
            .and_then(|o| o.name.clone())
            .unwrap_or_default(),
        "job-title" => contact.titles.first().cloned().unwrap_or_default(),
        "phone" => point(&contact.phones, 0),
        "phone-2" => point(&contact.phones, 1),
        "phone-3" => point(&contact.phones, 2),
        "email" => point(&contact.emails, 0),
        "email-2" => point(&contact.emails, 1),
        "postal-code" => address
            .and_then(|a| a.postal_code.clone())
            .unwrap_or_default(),
        "country" => address.and_then(|a| a.country.clone()).unwrap_or_default(),
        "region" => address.and_then(|a| a.region.clone()).unwrap_or_default(),
        "city" => address.and_then(|a| a.city.clone()).unwrap_or_default(),
        "address" => {
            let parts = address.map(|a| [a.street.clone(), a.extended.clone()]);
            let parts: Vec<String> = parts.into_iter().flatten().flatten().collect();
            parts.join(", ")
        }
        "website" => point(&contact.urls, 0),
        "note" => contact.notes.join("\n"),
        _ => String::new(),
    }
}

/// The points in the order in which they should be used.
fn point(points: &[ContactPoint], index: usize) -> String {
    let preferred = points.iter().filter(|p| p.preferred);
    let others = points.iter().filter(|p| !p.preferred);
    let found = preferred.chain(others).nth(index);
    found
        .map(|p| match &p.extension {
            Some(extension) => format!("{} ext. {extension}", p.value),
            None => p.value.clone(),
        })
        .unwrap_or_default()
}
