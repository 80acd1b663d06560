//! Stable refusal codes of this crate; the message of each is `refusal-` + code in `i18n/`.

use kernel::Refusal;

pub(crate) const BIRTH_NUMBER: &str = "birth-number";
pub(crate) const EMAIL_SHAPE: &str = "email-shape";
pub(crate) const EMAIL_DOMAIN: &str = "email-domain";
pub(crate) const ID_ACCOUNT_KEY: &str = "id-account-key";
pub(crate) const ID_ALL_ZERO: &str = "id-all-zero";
pub(crate) const ID_CHECK_DIGIT: &str = "id-check-digit";
pub(crate) const ID_COUNTRY: &str = "id-country";
pub(crate) const ID_DATE: &str = "id-date";
pub(crate) const ID_DIGITS: &str = "id-digits";
pub(crate) const ID_EMPTY: &str = "id-empty";
pub(crate) const ID_KIND: &str = "id-kind";
pub(crate) const ID_LENGTH: &str = "id-length";
pub(crate) const ID_PREFIX: &str = "id-prefix";
pub(crate) const ID_SHAPE: &str = "id-shape";
pub(crate) const ID_SUBJECT: &str = "id-subject";
pub(crate) const PHONE_INVALID: &str = "phone-invalid";
pub(crate) const PHONE_REGION: &str = "phone-region";

/// Every refusal code this crate can answer with, in alphabetical order.
pub const CODES: &[&str] = &[
    BIRTH_NUMBER,
    EMAIL_DOMAIN,
    EMAIL_SHAPE,
    ID_ACCOUNT_KEY,
    ID_ALL_ZERO,
    ID_CHECK_DIGIT,
    ID_COUNTRY,
    ID_DATE,
    ID_DIGITS,
    ID_EMPTY,
    ID_KIND,
    ID_LENGTH,
    ID_PREFIX,
    ID_SHAPE,
    ID_SUBJECT,
    PHONE_INVALID,
    PHONE_REGION,
];

/// A refusal because of length; `expected` is one number or several (`10 / 12`).
pub(crate) fn wrong_length(expected: impl ToString, actual: usize) -> Refusal {
    Refusal::new(ID_LENGTH).arg("expected", expected).arg("actual", actual)
}

/// A refusal because the first characters are none of `expected`.
pub(crate) fn wrong_prefix(expected: &str) -> Refusal {
    Refusal::new(ID_PREFIX).arg("expected", expected)
}
