//! Which of two values of a field survives. Pure.

use kernel::Timestamp;
use serde::{Deserialize, Serialize};

use crate::client::model::ClientKind;

/// One of the two clients of a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The one who stays.
    Survivor,
    /// The one who becomes part of the other.
    Loser,
}

impl Side {
    /// Stable word.
    pub const fn key(self) -> &'static str {
        match self {
            Side::Survivor => "survivor",
            Side::Loser => "loser",
        }
    }
    /// From the stable word.
    pub fn from_key(key: &str) -> Option<Self> {
        [Side::Survivor, Side::Loser].into_iter().find(|side| side.key() == key)
    }
}

/// A value with where and when it came from.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// Canonical text; none: the field is empty.
    pub value: Option<&'a str>,
    /// The source's word, as fields keep it; empty when it is not known.
    pub source: &'a str,
    /// When it was written; none when it is not known.
    pub at: Option<Timestamp>,
}

/// How far a source is believed: a verified document, then the systems of the bank, then the client and
/// those who wrote down what he said, then a partner, then the unknown.
fn rank(source: &str) -> u8 {
    match source {
        "document" | "registry" => 4,
        "abs" => 3,
        feed if feed.starts_with("import:") => 3,
        "partner" => 1,
        "" => 0,
        _ => 2,
    }
}

/// Whose value a field gets unless a person says otherwise: a value before none, the better source, the newer
/// value, and the survivor's where all is equal.
pub fn default_side(survivor: Candidate<'_>, loser: Candidate<'_>) -> Side {
    let weight = |one: Candidate<'_>| (one.value.is_some(), rank(one.source), one.at);
    if loser.value.is_some() && weight(loser) > weight(survivor) {
        Side::Loser
    } else {
        Side::Survivor
    }
}

/// Whether clients of these kinds can be the same one. Households and groups are made of their members and
/// are not merged; a person and a business of his are two clients.
pub fn may_be_one(survivor: ClientKind, loser: ClientKind) -> bool {
    let is_one =
        |kind| matches!(kind, ClientKind::Person | ClientKind::Company | ClientKind::SoleTrader);
    survivor == loser && is_one(survivor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(source: &str, at: i64) -> Candidate<'_> {
        Candidate { value: Some("x"), source, at: Some(Timestamp::from_micros(at)) }
    }

    #[test]
    fn the_better_source_wins_then_the_newer_value() {
        let order = ["", "partner", "client", "import:berka", "document"];
        for (n, worse) in order.iter().enumerate() {
            for better in order.iter().skip(n + 1) {
                assert_eq!(default_side(value(worse, 9), value(better, 1)), Side::Loser);
                assert_eq!(default_side(value(better, 1), value(worse, 9)), Side::Survivor);
            }
        }
        assert_eq!(default_side(value("client", 1), value("call", 2)), Side::Loser);
        assert_eq!(default_side(value("client", 2), value("client", 2)), Side::Survivor);
        let none = Candidate { value: None, source: "document", at: None };
        assert_eq!(default_side(none, value("", 1)), Side::Loser);
        assert_eq!(default_side(value("", 1), none), Side::Survivor);
    }

    #[test]
    fn only_clients_of_one_kind_are_one() {
        use ClientKind::{Company, Group, Household, Person, SoleTrader};
        for kind in [Person, Company, SoleTrader] {
            assert!(may_be_one(kind, kind));
        }
        for (a, b) in
            [(Person, SoleTrader), (Company, SoleTrader), (Household, Household), (Group, Group)]
        {
            assert!(!may_be_one(a, b), "{a:?} {b:?}");
        }
    }
}
