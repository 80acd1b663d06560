//! Contacts as CSV, in columns that the importer recognises again.

use std::io::Write;

use crate::feed::spreadsheet_safe;

use super::contact::Contact;
use super::record::contact_record;

/// The columns in order, named as the fields of [`contact_record`]. The heading of each is the message
/// `contact-column-` + its name with hyphens for underscores.
pub const CONTACT_COLUMNS: [&str; 19] = [
    "last_name",
    "first_name",
    "middle_name",
    "full_name",
    "birth_date",
    "company",
    "job_title",
    "phone",
    "phone_2",
    "phone_3",
    "email",
    "email_2",
    "postal_code",
    "country",
    "region",
    "city",
    "address",
    "website",
    "note",
];

/// Writes contacts as CSV (UTF-8, comma). `heading` gives the heading of a column of [`CONTACT_COLUMNS`].
///
/// # Errors
/// As the underlying writer.
pub fn write_contacts_csv<W: Write>(
    out: W,
    contacts: &[Contact],
    heading: impl Fn(&str) -> String,
) -> std::io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(CONTACT_COLUMNS.map(heading)).map_err(std::io::Error::other)?;
    for (contact, row) in contacts.iter().zip(1..) {
        let fields = contact_record(contact, row).fields;
        let cell = |column| fields.get(column).map(ToString::to_string).unwrap_or_default();
        let cells = CONTACT_COLUMNS.map(|column| spreadsheet_safe(&cell(column)));
        csv.write_record(cells).map_err(std::io::Error::other)?;
    }
    csv.flush()
}
