//! The PIN and the block in which it travels (ISO 9564, format 2).

use std::fmt;

use kernel::Secret;

/// Four to eight digits. Prints as stars.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(Secret<[u8; 8]>);

impl Pin {
    /// `None` when the text is no such PIN.
    pub fn new(digits: &str) -> Option<Self> {
        if !(4..=8).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let nibble = |at: usize| match digits.as_bytes().get(at) {
            Some(digit) => digit - b'0',
            None => 0x0f,
        };
        let length = u8::try_from(digits.len()).unwrap_or(0);
        let mut block = [0x20 | length; 8];
        for (pair, byte) in block.iter_mut().skip(1).enumerate() {
            *byte = (nibble(2 * pair) << 4) | nibble(2 * pair + 1);
        }
        Some(Self(Secret::new(block)))
    }
    /// The eight bytes that travel.
    pub(crate) const fn block(&self) -> &[u8; 8] {
        self.0.reveal()
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_the_standard() {
        let block = |digits| Pin::new(digits).map(|pin| *pin.block());
        assert_eq!(block("1234"), Some([0x24, 0x12, 0x34, 0xff, 0xff, 0xff, 0xff, 0xff]));
        assert_eq!(block("12345"), Some([0x25, 0x12, 0x34, 0x5f, 0xff, 0xff, 0xff, 0xff]));
        assert_eq!(block("12345678"), Some([0x28, 0x12, 0x34, 0x56, 0x78, 0xff, 0xff, 0xff]));
        for wrong in ["", "123", "123456789", "12a4", "12 34", "١٢٣٤"] {
            assert_eq!(block(wrong), None, "{wrong}");
        }
        assert_eq!(format!("{:?}", Pin::new("1234")), "Some(Pin(***))");
    }
}
