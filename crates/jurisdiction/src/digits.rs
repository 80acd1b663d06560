//! Strings of ASCII digits and the sums that check digits are made of.

use kernel::Refusal;

use crate::codes;

/// Longest identifier anybody may type (characters); longer input is refused before any other work.
pub(crate) const IDENTIFIER_CHARS_MAX: usize = 64;

/// Cuts surrounding white space; refuses empty and over-long input.
pub(crate) fn trimmed(raw: &str) -> Result<&str, Refusal> {
    let text = raw.trim();
    if text.is_empty() {
        return Err(Refusal::new(codes::ID_EMPTY));
    }
    let chars = text.chars().take(IDENTIFIER_CHARS_MAX + 1).count();
    if chars > IDENTIFIER_CHARS_MAX {
        return Err(codes::wrong_length(format!("≤ {IDENTIFIER_CHARS_MAX}"), chars));
    }
    Ok(text)
}

/// The values of a text of ASCII digits; refuses anything else.
pub(crate) fn values(text: &str) -> Result<Vec<u32>, Refusal> {
    text.chars().map(|c| c.to_digit(10).ok_or_else(|| Refusal::new(codes::ID_DIGITS))).collect()
}

/// The values of exactly `length` ASCII digits that are not all zero.
pub(crate) fn exactly(text: &str, length: usize) -> Result<Vec<u32>, Refusal> {
    let digits = values(text)?;
    if digits.len() != length {
        return Err(codes::wrong_length(length, digits.len()));
    }
    if digits.iter().all(|d| *d == 0) {
        return Err(Refusal::new(codes::ID_ALL_ZERO));
    }
    Ok(digits)
}

/// Σ digit × weight over the shorter of both.
pub(crate) fn weighted_sum(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(d, w)| d * w).sum()
}

/// The remainder of a number of any length, given by its digits.
pub(crate) fn remainder(digits: &[u32], modulus: u32) -> u32 {
    digits.iter().fold(0, |rest, d| (rest * 10 + d) % modulus)
}

/// `Ok` when a check holds, otherwise the refusal for a wrong check digit.
pub(crate) fn check_digit(holds: bool) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(Refusal::new(codes::ID_CHECK_DIGIT)) }
}
