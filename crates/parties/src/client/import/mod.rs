//! Clients from feeds: known ones are found by their external id, changed fields are written with the
//! feed as their source, the rest is left alone.

mod commands;
mod contact;
mod read;

pub(crate) use commands::ImportClients;
pub(crate) use contact::{CONTACT_TARGET, ImportContacts};

use spine::Command;
use spine::import::{ImportField, ImportTarget};

const fn optional(key: &'static str) -> ImportField {
    ImportField { key, required: false }
}

/// What a feed may bring of a client.
pub(crate) const IMPORT_TARGET: ImportTarget = ImportTarget {
    kind: "client",
    command: ImportClients::NAME,
    fields: &[
        optional("number"),
        optional("party_kind"),
        optional("last_name"),
        optional("first_name"),
        optional("patronymic"),
        optional("full_name"),
        optional("short_name"),
        optional("birth_date"),
        optional("sex"),
        optional("segment"),
        optional("status"),
        optional("client_since"),
        optional("employer"),
        optional("job_title"),
        optional("phone"),
        optional("email"),
        optional("site"),
        optional("city"),
        optional("region"),
        optional("street"),
        optional("postal_code"),
        optional("inn"),
        optional("passport_rf"),
        optional("branch"),
        optional("note"),
    ],
};
