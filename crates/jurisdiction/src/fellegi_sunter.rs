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
    /// Day of registration of a company.
    RegistrationDate,
    /// Number of an identity document.
    IdentityDocument,
    /// Phone number.
    Phone,
    /// Tax or personal number (ИНН, ИИН).
    TaxNumber,
    /// Number in social insurance (СНИЛС).
    InsuranceNumber,
    /// Number in the register of companies (ОГРН).
    RegistrationNumber,
    /// Name of a company without its legal form.
    CompanyName,
    /// E-mail address, without habits of its provider.
    Email,
}

impl Field {
    /// Stable word, as in the packs and in text keys.
    pub const fn key(self) -> &'static str {
        match self {
            Field::Surname => "surname",
            Field::GivenName => "given_name",
            Field::Patronymic => "patronymic",
            Field::BirthDate => "birth_date",
            Field::RegistrationDate => "registration_date",
            Field::IdentityDocument => "identity_document",
            Field::Phone => "phone",
            Field::TaxNumber => "tax_number",
            Field::InsuranceNumber => "insurance_number",
            Field::RegistrationNumber => "registration_number",
            Field::CompanyName => "company_name",
            Field::Email => "email",
        }
    }
}

/// How one field compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Both records have it and it is the same.
    Agrees,
    /// Both records have it, written alike but not the same: a slip of the pen.
    Near,
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
    /// Chance that it is nearly the same for one and the same client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near_m: Option<f64>,
    /// Chance that it is nearly the same for two different clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near_u: Option<f64>,
}

impl Weight {
    /// Bits of evidence for one and the same client (negative: against).
    pub fn bits(self, evidence: Evidence) -> f64 {
        match evidence {
            Evidence::Agrees => (self.m / self.u).log2(),
            // what has no chances of its own says nothing when it is nearly the same
            Evidence::Near => match (self.near_m, self.near_u) {
                (Some(m), Some(u)) => (m / u).log2(),
                _ => 0.0,
            },
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
    /// From this likeness on (Jaro-Winkler, 0–1) two names that differ are nearly the same.
    pub near: f64,
    /// From so many clients on, the share of a surname among them counts instead of `u` when it is
    /// greater. In a smaller bank the shares say nothing.
    pub shares_from_clients: u32,
    /// Words that a patronymic may have and may lack.
    #[serde(default)]
    pub patronymic_particles: Vec<String>,
    /// Legal forms, which a company's name is compared without; longer ones first.
    #[serde(default)]
    pub legal_forms: Vec<String>,
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

impl Score {
    /// The probability in millionths, as it is stored and ordered by.
    #[expect(clippy::as_conversions, reason = "0 to 1 000 000 after the clamp")]
    pub fn probability_ppm(&self) -> i64 {
        (self.probability.clamp(0.0, 1.0) * 1_000_000.0).round() as i64
    }
    /// The evidence of a field in hundredths of a bit.
    #[expect(clippy::as_conversions, reason = "a logarithm of a chance is far below the limits")]
    pub fn bits_hundredths(&self, field: Field) -> i64 {
        (self.bits.get(&field).copied().unwrap_or(0.0) * 100.0).round() as i64
    }
}

impl Model {
    /// Compares two records; a field that is not given counts as missing.
    pub fn score(&self, evidence: &BTreeMap<Field, Evidence>) -> Score {
        self.score_common(evidence, &BTreeMap::new())
    }

    /// As [`Model::score`], with the shares (in millionths) that agreeing values have among all clients:
    /// where a value is commoner than `u` says, agreeing on it says less.
    pub fn score_common(
        &self,
        evidence: &BTreeMap<Field, Evidence>,
        shares_ppm: &BTreeMap<Field, u32>,
    ) -> Score {
        let of = |field| evidence.get(&field).copied().unwrap_or(Evidence::Missing);
        let bits: BTreeMap<Field, f64> = self
            .fields
            .iter()
            .map(|(field, weight)| {
                let share = shares_ppm.get(field).map_or(0.0, |ppm| f64::from(*ppm) / 1_000_000.0);
                // never as common as among one and the same client: agreeing must not speak against
                let u = weight.u.max(share).min(weight.m);
                let weight =
                    if of(*field) == Evidence::Agrees { Weight { u, ..*weight } } else { *weight };
                (*field, weight.bits(of(*field)))
            })
            .collect();
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

    /// The chance that a field agrees for two different clients, in millionths; 0 for an unknown field.
    #[expect(clippy::as_conversions, reason = "a chance is 0 to 1")]
    pub fn chance_ppm(&self, field: Field) -> i64 {
        (self.fields.get(&field).map_or(0.0, |w| w.u).clamp(0.0, 1.0) * 1_000_000.0).round() as i64
    }

    /// What makes the parameters senseless, if anything.
    pub(crate) fn problem(&self) -> Option<String> {
        let is_chance = |p: f64| p > 0.0 && p < 1.0;
        for (field, weight) in &self.fields {
            if !is_chance(weight.m) || !is_chance(weight.u) || weight.m <= weight.u {
                return Some(format!("matching field {field:?}: 0 < u < m < 1 is needed"));
            }
            let near = [weight.near_m, weight.near_u];
            if near.iter().any(Option::is_some) && !near.iter().all(|p| p.is_some_and(is_chance)) {
                return Some(format!("matching field {field:?}: 0 < near_m, near_u < 1 is needed"));
            }
        }
        let thresholds = [self.prior, self.clerical_review, self.auto_merge, self.near];
        if !thresholds.into_iter().all(is_chance) || self.clerical_review > self.auto_merge {
            return Some(
                "matching: 0 < prior, near, clerical_review ≤ auto_merge < 1 is needed".to_owned(),
            );
        }
        None
    }
}

/// Namesakes born on one day exist: without a person, records are merged only when an identity
/// document or the tax number agrees (of a company: its number in the register), and never against the
/// tax number.
fn is_proven(of: impl Fn(Field) -> Evidence) -> bool {
    let tax = of(Field::TaxNumber);
    let papers = [Field::IdentityDocument, Field::RegistrationNumber];
    tax == Evidence::Agrees
        || (tax == Evidence::Missing && papers.into_iter().any(|f| of(f) == Evidence::Agrees))
}
