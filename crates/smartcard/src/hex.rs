//! Bytes as hexadecimal digits: how they are shown, and travel where only text does.

use std::fmt::Write as _;

/// Bytes as digits, in capitals.
pub fn text(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // writing to a text does not fail
        let _ = write!(text, "{byte:02X}");
        text
    })
}

/// Bytes from digits of either case, at most so many; `None` when it is no such text.
pub fn bytes(text: &str, most: usize) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .bytes()
        .take(2 * most + 1)
        .map(|b| char::from(b).to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect();
    let digits = digits.filter(|d| d.len() <= 2 * most && d.len().is_multiple_of(2))?;
    let pair = |pair: &[u8]| pair.iter().fold(0, |all, digit| all << 4 | digit);
    Some(digits.chunks(2).map(pair).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_bytes_and_nothing_else_is() {
        assert_eq!(bytes(&text(&[0, 255, 16]), 3), Some(vec![0, 255, 16]));
        assert_eq!(bytes("fF", 1), Some(vec![255]));
        for bad in ["0", "0G", "0000", "ё0", "+1"] {
            assert_eq!(bytes(bad, 1), None, "{bad}");
        }
    }
}
