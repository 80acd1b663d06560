//! Card numbers. A whole number never leaves this module: only the first six and last four digits.

use kernel::Refusal;
use serde::{Deserialize, Serialize};

use crate::codes;
use crate::digits::{check_digit, trimmed, values};

/// A card number with its middle removed (PCI DSS 3.4).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MaskedPan {
    /// First six digits: the issuer.
    pub first6: String,
    /// Last four digits.
    pub last4: String,
    /// Digits of the whole number, 13–19.
    pub length: usize,
}

impl std::fmt::Display for MaskedPan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hidden = "*".repeat(self.length.saturating_sub(10));
        write!(f, "{}{hidden}{}", self.first6, self.last4)
    }
}

/// Checks a card number (Luhn, ISO/IEC 7812) and forgets its middle.
///
/// # Errors
/// Refuses with `id-empty`, `id-digits`, `id-length`, `id-all-zero`, `id-check-digit`; none carries
/// the number.
pub fn mask_pan(raw: &str) -> Result<MaskedPan, Refusal> {
    let text: String = trimmed(raw)?.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let all = values(&text)?;
    if !(13..=19).contains(&all.len()) {
        return Err(codes::wrong_length("13–19", all.len()));
    }
    if all.iter().all(|d| *d == 0) {
        return Err(Refusal::new(codes::ID_ALL_ZERO));
    }
    let sum: u32 = all
        .iter()
        .rev()
        .enumerate()
        .map(|(position, d)| match (position % 2, d * 2) {
            (0, _) => *d,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    check_digit(sum.is_multiple_of(10))?;
    Ok(MaskedPan {
        first6: text.get(..6).unwrap_or_default().to_owned(),
        last4: text.get(text.len() - 4..).unwrap_or_default().to_owned(),
        length: all.len(),
    })
}
