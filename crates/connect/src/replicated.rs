//! How the tables of this room come to branches: not at all.

use spine::Replicated;

const CENTRE: &str = "feeds come to the centre, and from it events go to other systems";

/// Every one.
pub(crate) const REPLICATED: &[Replicated] = &[
    Replicated::own("import_run", CENTRE),
    Replicated::own("import_file", CENTRE),
    Replicated::own("import_gone", CENTRE),
    Replicated::own("webhook", CENTRE),
    Replicated::own("webhook_delivery", CENTRE),
];
