//! The code with which a node enrols: a secret the centre knows the hash of, and the print of the centre's keys, so that each
//! side knows whom it speaks with before anything else is said.

use kernel::{Entropy, Secret};
use sha2::{Digest, Sha256};
use spine::Error;

use crate::envelope::PRINT_BYTES;

/// Bytes of the secret.
const SECRET_BYTES: usize = 16;
/// Letters that are not taken for one another (Crockford).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Letters in a group.
const GROUP: usize = 4;

/// A code.
pub struct Code {
    secret: Secret<[u8; SECRET_BYTES]>,
    /// The print of the centre's keys.
    pub centre: [u8; PRINT_BYTES],
}

impl Code {
    /// A new one for a centre.
    pub fn new(entropy: &dyn Entropy, centre: [u8; PRINT_BYTES]) -> Self {
        let mut secret = [0; SECRET_BYTES];
        entropy.fill(&mut secret);
        Self { secret: Secret::new(secret), centre }
    }
    /// Reads one as it was shown; spaces and hyphens do not count, nor does the case, and letters that look like digits are
    /// taken for them.
    ///
    /// # Errors
    /// Refusal `branch-code-wrong`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let wrong = || Error::refused_field("branch-code-wrong", "code");
        let mut bits = Vec::with_capacity(LENGTH * 5);
        for letter in text.chars().filter(|c| !c.is_whitespace() && *c != '-') {
            let letter = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            let place = LETTERS.iter().position(|l| char::from(*l) == letter).ok_or_else(wrong)?;
            bits.extend((0..5).rev().map(|bit| (place >> bit) & 1 == 1));
        }
        if bits.len() != LENGTH * 5 {
            return Err(wrong());
        }
        let bytes: Vec<u8> = bits
            .chunks_exact(8)
            .map(|byte| byte.iter().fold(0, |all, bit| (all << 1) | u8::from(*bit)))
            .collect();
        let (secret, centre) = bytes.split_first_chunk::<SECRET_BYTES>().ok_or_else(wrong)?;
        let centre = <[u8; PRINT_BYTES]>::try_from(centre).map_err(|_| wrong())?;
        Ok(Self { secret: Secret::new(*secret), centre })
    }
    /// As it is shown, in groups of four.
    pub fn show(&self) -> String {
        let bytes = self.secret.reveal().iter().chain(&self.centre);
        let bits: Vec<bool> =
            bytes.flat_map(|byte| (0..8).rev().map(move |n| (byte >> n) & 1 == 1)).collect();
        let mut out = String::new();
        for (n, five) in bits.chunks(5).enumerate() {
            if n > 0 && n.is_multiple_of(GROUP) {
                out.push('-');
            }
            let padded = five.iter().chain(std::iter::repeat(&false)).take(5);
            let place = padded.fold(0, |all: usize, bit| (all << 1) | usize::from(*bit));
            out.extend(LETTERS.get(place).map(|letter| char::from(*letter)));
        }
        out
    }
    /// The secret part.
    pub fn secret(&self) -> &[u8] {
        self.secret.reveal()
    }
    /// What the centre keeps of it.
    pub fn hash(secret: &[u8]) -> Vec<u8> {
        Sha256::digest(secret).to_vec()
    }
}

/// Letters of a code: 256 bits, five a letter.
const LENGTH: usize = 52;

#[cfg(test)]
mod tests {
    use kernel::SeededEntropy;

    use super::*;

    #[test]
    fn a_code_is_read_as_it_was_shown_however_it_is_typed() {
        let code = Code::new(&SeededEntropy::new(1), [0xa5; PRINT_BYTES]);
        let shown = code.show();
        assert_eq!(shown.len(), LENGTH + LENGTH / GROUP - 1);
        for typed in
            [shown.clone(), shown.to_lowercase().replace('-', " "), shown.replace('0', "o")]
        {
            let read = Code::parse(&typed).unwrap();
            assert_eq!((read.secret(), read.centre), (code.secret(), code.centre));
        }
        for wrong in ["", "0", &shown[1..], &format!("{shown}0"), &shown.replace('-', "U")] {
            assert!(Code::parse(wrong).is_err(), "{wrong}");
        }
    }
}
