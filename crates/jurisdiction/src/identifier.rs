//! Checking one identity document or official number against a pack.

use kernel::Refusal;
use serde::{Deserialize, Serialize};

use crate::pack::{IdentifierKind, Pack, Subject, Validator};
use crate::{codes, digits, iso, kazakhstan, mask, russia};

/// How sure the check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Every rule that exists for this kind holds (for some kinds that is the shape alone).
    Valid,
    /// The shape is right, but no further rule reaches this value (an old number without a check
    /// digit, a document of a foreign state).
    Unchecked,
    /// The rule is not made for this value; says nothing for or against it.
    NotApplicable,
}

/// An identifier that passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// The form that is stored, compared and searched: no spaces, no separators.
    pub normalised: String,
    /// The form people read.
    pub display: String,
    /// How sure the check is.
    pub certainty: Certainty,
}

impl Checked {
    pub(crate) const fn valid(normalised: String, display: String) -> Self {
        Self { normalised, display, certainty: Certainty::Valid }
    }
    pub(crate) const fn unchecked(normalised: String, display: String) -> Self {
        Self { normalised, display, certainty: Certainty::Unchecked }
    }
}

/// Checks a raw text as an identifier of a kind the pack knows.
///
/// # Errors
/// Refuses with `id-kind` when the pack has no such kind, otherwise with the code of the first rule
/// that is broken: `id-empty`, `id-digits`, `id-length`, `id-all-zero`, `id-prefix`, `id-shape`,
/// `id-country`, `id-date`, `id-check-digit`.
pub fn validate_identifier(pack: &Pack, kind: &str, raw: &str) -> Result<Checked, Refusal> {
    run(known(pack, kind)?, raw)
}

/// The same, knowing whose identifier it is: a company's tax number has another length than a
/// person's, and a person has no registration number of a company.
///
/// # Errors
/// As [`validate_identifier`]; also `id-subject` when the kind is not for this subject.
pub fn validate_identifier_for(
    pack: &Pack,
    kind: &str,
    subject: Subject,
    raw: &str,
) -> Result<Checked, Refusal> {
    let known = known(pack, kind)?;
    if !known.applies_to.contains(&subject) {
        return Err(Refusal::new(codes::ID_SUBJECT).arg("kind", kind));
    }
    let checked = run(known, raw)?;
    let actual = checked.normalised.chars().count();
    match known.lengths.get(&subject) {
        Some(expected) if *expected != actual => Err(codes::wrong_length(expected, actual)),
        Some(_) | None => Ok(checked),
    }
}

fn known<'a>(pack: &'a Pack, kind: &str) -> Result<&'a IdentifierKind, Refusal> {
    pack.identifier(kind).ok_or_else(|| {
        let shown: String = kind.chars().take(digits::IDENTIFIER_CHARS_MAX).collect();
        Refusal::new(codes::ID_KIND).arg("kind", shown)
    })
}

fn run(kind: &IdentifierKind, raw: &str) -> Result<Checked, Refusal> {
    match kind.validator {
        Validator::Bic => iso::bic(raw),
        Validator::Iban => iso::iban(raw),
        Validator::KzBin => kazakhstan::bin(raw),
        Validator::KzIin => kazakhstan::iin(raw),
        Validator::Lei => iso::lei(raw),
        Validator::Mask => mask::by_mask(kind.mask.as_deref().unwrap_or_default(), raw),
        Validator::RuBik => russia::bik(raw),
        Validator::RuBirthCertificate => russia::birth_certificate(raw),
        Validator::RuInn => russia::inn(raw),
        Validator::RuKpp => russia::kpp(raw),
        Validator::RuOgrn => russia::ogrn(raw),
        Validator::RuOgrnip => russia::ogrnip(raw),
        Validator::RuOkved2 => russia::okved2(raw),
        Validator::RuSnils => russia::snils(raw),
        Validator::Text => text(raw),
    }
}

/// A document whose rules are not known: trimmed, upper case, single spaces.
fn text(raw: &str) -> Result<Checked, Refusal> {
    let upper = digits::trimmed(raw)?.to_uppercase();
    if !upper.chars().any(char::is_alphanumeric) || upper.chars().any(char::is_control) {
        return Err(Refusal::new(codes::ID_SHAPE));
    }
    let display = upper.split_whitespace().collect::<Vec<_>>().join(" ");
    let normalised = upper.chars().filter(|c| c.is_alphanumeric()).collect();
    Ok(Checked::unchecked(normalised, display))
}
