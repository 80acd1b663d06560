//! Writing holdings: imports by feed, one command per kind of record, and the loader of a generated bank.
//!
//! Every import is idempotent by `external_ref`: a known record with the same digest is left alone, with
//! another digest it is written over. Writing goes by whole batches, never row by row.

mod accounts;
mod balances;
mod cards;
mod fields;
mod load;
mod loans;
mod orders;
mod refs;
mod roles;
mod rows;
mod transactions;

use spine::Registry;
use spine::import::{ImportField, ImportTarget};

pub use accounts::ImportAccounts;
pub use cards::ImportCards;
pub use load::{HoldingRole, LoadHoldings, LoadedHoldings, Month};
pub use loans::ImportLoans;
pub use orders::ImportOrders;
pub use roles::ImportRoles;
pub use transactions::ImportTransactions;

pub(crate) fn register(registry: &mut Registry) {
    registry.add::<ImportAccounts>();
    registry.add::<ImportRoles>();
    registry.add::<ImportCards>();
    registry.add::<ImportLoans>();
    registry.add::<ImportOrders>();
    registry.add::<ImportTransactions>();
    registry.add::<LoadHoldings>();
}

/// Commands of this module are the system's own work: imports and loaders run as jobs.
const PERMISSION: &str = "system";

const fn must(key: &'static str) -> ImportField {
    ImportField { key, required: true }
}
const fn may(key: &'static str) -> ImportField {
    ImportField { key, required: false }
}

/// Kinds of record a feed may bring, in the order they must come: what refers comes after what it
/// refers to.
pub(crate) const IMPORT_TARGETS: &[ImportTarget] = &[
    ImportTarget {
        kind: accounts::KIND,
        command: "parties.import_accounts",
        fields: &[
            must("number"),
            must("currency"),
            must("opened_on"),
            may("kind"),
            may("closed_on"),
            may("branch_ref"),
            may("statement_frequency"),
            may("matures_on"),
            may("rate_bp"),
            may("limit_minor"),
            may("balance_minor"),
            may("balance_on"),
        ],
    },
    ImportTarget {
        kind: roles::KIND,
        command: "parties.import_account_roles",
        fields: &[must("account_ref"), must("client_ref"), must("role")],
    },
    ImportTarget {
        kind: cards::KIND,
        command: "parties.import_cards",
        fields: &[
            must("issued_on"),
            may("disposition_ref"),
            may("account_ref"),
            may("client_ref"),
            may("kind"),
            may("pan_masked"),
            may("expires_on"),
            may("state"),
        ],
    },
    ImportTarget {
        kind: loans::KIND,
        command: "parties.import_loans",
        fields: &[
            must("opened_on"),
            must("amount_minor"),
            must("currency"),
            must("term_months"),
            must("state"),
            may("account_ref"),
            may("client_ref"),
            may("number"),
            may("kind"),
            may("payment_minor"),
            may("rate_bp"),
            may("ends_on"),
            may("owed_minor"),
            may("overdue_minor"),
            may("days_past_due"),
            may("next_payment_on"),
        ],
    },
    ImportTarget {
        kind: orders::KIND,
        command: "parties.import_standing_orders",
        fields: &[
            must("account_ref"),
            must("amount_minor"),
            must("currency"),
            may("to_bank"),
            may("to_account"),
            may("purpose"),
            may("state"),
        ],
    },
    ImportTarget {
        kind: transactions::KIND,
        command: "parties.import_transactions",
        fields: &[
            must("account_ref"),
            must("on_date"),
            must("amount_minor"),
            may("ordinal"),
            may("balance_minor"),
            may("kind"),
            may("purpose"),
            may("partner_bank"),
            may("partner_account"),
        ],
    },
];
