//! International codes: IBAN (ISO 13616), LEI (ISO 17442), BIC (ISO 9362).

use kernel::Refusal;

use crate::codes;
use crate::country::{iban_length, is_country};
use crate::digits::{check_digit, trimmed};
use crate::identifier::Checked;

/// ISO 7064 mod 97-10 of a text of digits and Latin letters (A = 10 … Z = 35); `None` for others.
fn mod_97(chars: impl Iterator<Item = char>) -> Option<u32> {
    let mut rest = 0;
    for c in chars {
        let value = c.to_digit(36)?;
        let shift = if value < 10 { 10 } else { 100 };
        rest = (rest * shift + value) % 97;
    }
    Some(rest)
}

/// International bank account number: country, two check digits, length by country.
pub(crate) fn iban(raw: &str) -> Result<Checked, Refusal> {
    let text: String = trimmed(raw)?
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_uppercase())
        .collect();
    if !text.chars().all(|c| c.is_ascii_alphanumeric()) {
        return Err(Refusal::new(codes::ID_SHAPE));
    }
    let (country, rest) = text.split_at_checked(2).ok_or_else(|| Refusal::new(codes::ID_SHAPE))?;
    let expected = iban_length(country)
        .ok_or_else(|| Refusal::new(codes::ID_COUNTRY).arg("country", country))?;
    if text.len() != expected {
        return Err(codes::wrong_length(expected, text.len()));
    }
    let (check, account) = rest.split_at_checked(2).ok_or_else(|| Refusal::new(codes::ID_SHAPE))?;
    if !check.chars().all(|c| c.is_ascii_digit()) {
        return Err(Refusal::new(codes::ID_DIGITS));
    }
    let moved = account.chars().chain(country.chars()).chain(check.chars());
    check_digit(mod_97(moved) == Some(1))?;
    let mut display = String::new();
    for (position, c) in text.chars().enumerate() {
        if position > 0 && position % 4 == 0 {
            display.push(' ');
        }
        display.push(c);
    }
    Ok(Checked::valid(text, display))
}

/// Legal entity identifier: 18 letters or digits and two check digits, upper case.
pub(crate) fn lei(raw: &str) -> Result<Checked, Refusal> {
    const LENGTH: usize = 20;
    let text = trimmed(raw)?;
    if !text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()) {
        return Err(Refusal::new(codes::ID_SHAPE));
    }
    if text.len() != LENGTH {
        return Err(codes::wrong_length(LENGTH, text.len()));
    }
    if !text.chars().rev().take(2).all(|c| c.is_ascii_digit()) {
        return Err(Refusal::new(codes::ID_SHAPE));
    }
    check_digit(mod_97(text.chars()) == Some(1))?;
    Ok(Checked::valid(text.to_owned(), text.to_owned()))
}

/// Business identifier code: 4 institution, 2 country, 2 place, optionally 3 branch; upper case.
pub(crate) fn bic(raw: &str) -> Result<Checked, Refusal> {
    let text = trimmed(raw)?;
    if !text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit()) {
        return Err(Refusal::new(codes::ID_SHAPE));
    }
    if !matches!(text.len(), 8 | 11) {
        return Err(codes::wrong_length("8 / 11", text.len()));
    }
    let country = text.get(4..6).unwrap_or_default();
    if !country.chars().all(|c| c.is_ascii_uppercase()) {
        return Err(Refusal::new(codes::ID_SHAPE));
    }
    if !is_country(country) {
        return Err(Refusal::new(codes::ID_COUNTRY).arg("country", country));
    }
    Ok(Checked::valid(text.to_owned(), text.to_owned()))
}
