//! Identifiers whose only rule is a mask: `9` is a digit, `A` a Latin capital, `*` a letter (Latin
//! or Cyrillic) or a digit; every other character of the mask is a separator people see.

use kernel::Refusal;

use crate::codes;
use crate::digits::trimmed;
use crate::identifier::Checked;

/// Separators people put between the parts of a document number.
fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '‐' | '‑' | '–' | '—' | '№' | '.' | '/')
}

/// Whether a character of the mask stands for a character of the number.
pub(crate) const fn is_slot(c: char) -> bool {
    matches!(c, '9' | 'A' | '*')
}

/// Checks a text against a mask and shows it in the mask's form.
pub(crate) fn by_mask(mask: &str, raw: &str) -> Result<Checked, Refusal> {
    let normalised: String =
        trimmed(raw)?.to_uppercase().chars().filter(|c| !is_separator(*c)).collect();
    let slots = mask.chars().filter(|c| is_slot(*c)).count();
    let mut given = normalised.chars();
    let mut display = String::new();
    for slot in mask.chars() {
        if !is_slot(slot) {
            display.push(slot);
            continue;
        }
        let Some(c) = given.next() else {
            return Err(codes::wrong_length(slots, normalised.chars().count()));
        };
        let fits = match slot {
            '9' => c.is_ascii_digit(),
            'A' => c.is_ascii_uppercase(),
            _ => c.is_ascii_alphanumeric() || matches!(c, 'А'..='Я' | 'Ё'),
        };
        if !fits {
            let code = if slot == '9' { codes::ID_DIGITS } else { codes::ID_SHAPE };
            return Err(Refusal::new(code));
        }
        display.push(c);
    }
    if given.next().is_some() {
        return Err(codes::wrong_length(slots, normalised.chars().count()));
    }
    if normalised.chars().all(|c| c == '0') {
        return Err(Refusal::new(codes::ID_ALL_ZERO));
    }
    Ok(Checked::valid(normalised, display))
}
