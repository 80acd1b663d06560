//! How likely two records are of one client (Fellegi and Sunter, 1969).
//!
//! Each field that agrees adds log2(m/u) bits of evidence, each that differs adds
//! log2((1−m)/(1−u)), a missing one adds nothing. The parameters come from the jurisdiction pack.

// Probabilities, not money: an error in the last binary digit changes no decision.
#![allow(clippy::float_arithmetic)]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A field two records are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Surname.
    Surname,
    /// Given name.
    GivenName,
    /// Patronymic.
    Patronymic,
    /// Date of birth.
    BirthDate,
    /// Number of an identity document.
    IdentityDocument,
    /// Phone number.
    Phone,
    /// Tax or personal number (ИНН, ИИН).
    TaxNumber,
}

/// How one field compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Both records have it and it is the same.
    Agrees,
    /// Both records have it and it differs.
    Differs,
    /// At least one record does not have it.
    Missing,
}

/// The probabilities of one field, each strictly between 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weight {
    /// Chance that it agrees for one and the same client.
    pub m: f64,
    /// Chance that it agrees for two different clients.
    pub u: f64,
}

impl Weight {
    /// Bits of evidence for one and the same client (negative: against).
    pub fn bits(self, evidence: Evidence) -> f64 {
        match evidence {
            Evidence::Agrees => (self.m / self.u).log2(),
            Evidence::Differs => ((1.0 - self.m) / (1.0 - self.u)).log2(),
            Evidence::Missing => 0.0,
        }
    }
}

/// Parameters of the comparison.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Chance that two records picked at random are of one client.
    pub prior: f64,
    /// From this probability on, two records may be merged without a person.
    pub auto_merge: f64,
    /// From this probability on, a person decides.
    pub clerical_review: f64,
    /// The fields.
    pub fields: BTreeMap<Field, Weight>,
}

/// What to do with two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// One client: merge.
    AutoMerge,
    /// Perhaps one client: a person decides.
    ClericalReview,
    /// Two clients.
    Distinct,
}

/// The result of a comparison, with its reasons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Bits of evidence of each field of the model.
    pub bits: BTreeMap<Field, f64>,
    /// Their sum.
    pub total_bits: f64,
    /// Chance that it is one client, 0–1.
    pub probability: f64,
    /// What to do.
    pub decision: Decision,
}

impl Model {
    /// Compares two records; a field that is not given counts as missing.
    pub fn score(&self, evidence: &BTreeMap<Field, Evidence>) -> Score {
        let of = |field| evidence.get(&field).copied().unwrap_or(Evidence::Missing);
        let bits: BTreeMap<Field, f64> =
            self.fields.iter().map(|(field, weight)| (*field, weight.bits(of(*field)))).collect();
        let total_bits: f64 = bits.values().sum();
        // 1 / (1 + 1/odds): does not overflow to infinity over infinity as odds / (1 + odds) does.
        let odds = self.prior / (1.0 - self.prior) * total_bits.exp2();
        let probability = 1.0 / (1.0 + odds.recip());
        let decision = if probability < self.clerical_review {
            Decision::Distinct
        } else if probability >= self.auto_merge && is_proven(of) {
            Decision::AutoMerge
        } else {
            Decision::ClericalReview
        };
        Score { bits, total_bits, probability, decision }
    }

    /// What makes the parameters senseless, if anything.
    pub(crate) fn problem(&self) -> Option<String> {
        let is_chance = |p: f64| p > 0.0 && p < 1.0;
        for (field, weight) in &self.fields {
            if !is_chance(weight.m) || !is_chance(weight.u) || weight.m <= weight.u {
                return Some(format!("matching field {field:?}: 0 < u < m < 1 is needed"));
            }
        }
        let thresholds = [self.prior, self.clerical_review, self.auto_merge];
        if !thresholds.into_iter().all(is_chance) || self.clerical_review > self.auto_merge {
            return Some(
                "matching: 0 < prior, clerical_review ≤ auto_merge < 1 is needed".to_owned(),
            );
        }
        None
    }
}

/// Namesakes born on one day exist: without a person, records are merged only when an identity
/// document or the tax number agrees, and never against the tax number.
fn is_proven(of: impl Fn(Field) -> Evidence) -> bool {
    let tax = of(Field::TaxNumber);
    tax == Evidence::Agrees
        || (tax == Evidence::Missing && of(Field::IdentityDocument) == Evidence::Agrees)
}
