//! Writing holdings: imports by feed, one command per kind of record, and the loader of a generated bank.
//!
//! Every import is idempotent by `external_ref`: a known record with the same digest is left alone, with
//! another digest it is written over. Writing goes by whole batches, never row by row.

mod accounts;
mod balances;
mod cards;
mod day_order;
mod fields;
mod load;
mod loans;
mod orders;
mod own;
mod reviews;
mod roles;
mod rows;
mod transactions;

use spine::import::{ImportField, ImportTarget};
use spine::{Command, Registry};

use crate::refs;

pub use accounts::ImportAccounts;
pub use cards::ImportCards;
pub use load::{HoldingRole, LoadHoldings, LoadedHoldings, Month};
pub use loans::ImportLoans;
pub use orders::ImportOrders;
pub(crate) use own::ACCOUNTS;
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
    registry.fieldable(&[ACCOUNTS]);
}

/// What an import needs.
const IMPORT: &str = "import.run";
/// What the loader needs: nobody but the system itself has it.
const SYSTEM: &str = "system";

const fn must(key: &'static str) -> ImportField {
    ImportField { key, required: true }
}
const fn may(key: &'static str) -> ImportField {
    ImportField { key, required: false }
}

/// Kinds of record a feed may bring, in the order they must come: what refers comes after what it
/// refers to. References carry the external id; amounts are whole minor units; dates are ISO texts.
pub(crate) const IMPORT_TARGETS: &[ImportTarget] = &[
    ImportTarget {
        kind: accounts::KIND,
        command: ImportAccounts::NAME,
        fields: &[
            must("number"),
            must("currency"),
            must("opened_on"),
            may("kind"),
            may("closed_on"),
            may("branch"),
            may("statement_frequency"),
            may("matures_on"),
            may("rate_bp"),
            may("review_on"),
            may("limit"),
            may("balance"),
            may("balance_on"),
        ],
    },
    ImportTarget {
        kind: roles::KIND,
        command: ImportRoles::NAME,
        fields: &[must("account"), must("client"), must("role")],
    },
    ImportTarget {
        kind: cards::KIND,
        command: ImportCards::NAME,
        fields: &[
            must("issued_on"),
            may("account_role"),
            may("account"),
            may("client"),
            may("product"),
            may("pan"),
            may("expires_on"),
            may("status"),
        ],
    },
    ImportTarget {
        kind: loans::KIND,
        command: ImportLoans::NAME,
        fields: &[
            must("granted_on"),
            must("principal"),
            must("term_months"),
            must("status"),
            may("account"),
            may("client"),
            may("currency"),
            may("number"),
            may("product"),
            may("monthly_payment"),
            may("rate_bp"),
            may("review_on"),
            may("ends_on"),
            may("owed"),
            may("overdue"),
            may("days_past_due"),
            may("next_payment_on"),
        ],
    },
    ImportTarget {
        kind: orders::KIND,
        command: ImportOrders::NAME,
        fields: &[
            must("account"),
            must("amount"),
            may("currency"),
            may("counterparty_bank"),
            may("counterparty_account"),
            may("purpose"),
            may("status"),
        ],
    },
    ImportTarget {
        kind: transactions::KIND,
        command: ImportTransactions::NAME,
        fields: &[
            must("account"),
            must("booked_on"),
            must("amount"),
            may("ordinal"),
            may("balance"),
            may("operation"),
            may("purpose"),
            may("counterparty_bank"),
            may("counterparty_account"),
        ],
    },
];
