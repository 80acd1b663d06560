//! What a price is. Pure.

use kernel::Money;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Price {
    /// A sum for each unit.
    Sum(Money),
    /// Hundredths of a percent of the operation's sum.
    Share(i64),
}

/// For what a price is taken once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// For each operation.
    #[default]
    Operation,
    /// For each thing: a card, a sheet.
    Piece,
    /// For each month.
    Month,
    /// For each year.
    Year,
}

impl Unit {
    /// Every one, as forms offer them.
    pub const ALL: [Unit; 4] = [Unit::Operation, Unit::Piece, Unit::Month, Unit::Year];
    /// The word for it in tables.
    pub const fn key(self) -> &'static str {
        match self {
            Unit::Operation => "operation",
            Unit::Piece => "piece",
            Unit::Month => "month",
            Unit::Year => "year",
        }
    }
    /// The unit of a word; none for any other.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.key() == key)
    }
}
