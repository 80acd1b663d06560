//! Codes, without a database.

use kernel::{Entropy, Secret, Timestamp, UserId};
use sha2::{Digest, Sha256};
use totp_rs::{Builder, Totp};

/// Recovery codes a person gets at once.
pub const RECOVERY_CODES: usize = 10;
/// Length of the secret (bytes): what RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
const STEP_SECONDS: i64 = 30;
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// Letters and digits nobody takes for one another; `x` stands twice to make them 32.
const CLEAR: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789x";

/// What the secret of a person is sealed for.
pub fn purpose(user: UserId) -> String {
    format!("totp:{user}")
}

/// The secret that the person's device and the bank share.
#[derive(Clone, Debug)]
pub struct TotpSecret(Secret<Vec<u8>>);

impl TotpSecret {
    /// A new one.
    pub fn random(entropy: &dyn Entropy) -> Self {
        let mut bytes = vec![0_u8; SECRET_BYTES];
        entropy.fill(&mut bytes);
        Self(Secret::new(bytes))
    }
    /// One that was sealed.
    pub const fn from_bytes(bytes: Secret<Vec<u8>>) -> Self {
        Self(bytes)
    }
    /// The bytes to seal.
    pub const fn bytes(&self) -> &Secret<Vec<u8>> {
        &self.0
    }
    /// As people type it into their device: base32 in groups of four.
    pub fn words(&self) -> Secret<String> {
        let letters: Vec<char> = self.base32().chars().collect();
        let groups: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
        Secret::new(groups.join(" "))
    }
    /// As devices read it from a picture.
    pub fn address(&self, issuer: &str, login: &str) -> Secret<String> {
        Secret::new(format!(
            "otpauth://totp/{issuer}:{login}?secret={}&issuer={issuer}",
            self.base32()
        ))
    }
    /// The step a code belongs to, if it is one of now, give or take one step.
    pub fn step_of(&self, code: &str, now: Timestamp) -> Option<i64> {
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let seconds = u64::try_from(now.micros().div_euclid(1_000_000)).ok()?;
        let step = self.totp()?.check(&digits, seconds)?;
        i64::try_from(step).ok()
    }
    /// The code of an instant: what the person's device shows.
    pub fn code_at(&self, at: Timestamp) -> Option<String> {
        let seconds = u64::try_from(at.micros().div_euclid(1_000_000)).ok()?;
        Some(self.totp()?.generate(seconds).to_string())
    }
    fn totp(&self) -> Option<Totp> {
        let bytes = <[u8; SECRET_BYTES]>::try_from(self.0.reveal().as_slice()).ok()?;
        Builder::new().with_secret(bytes).build().ok()
    }
    fn base32(&self) -> String {
        let (mut out, mut held, mut bits) = (String::new(), 0_u32, 0_u32);
        let letter = |five: u32| {
            let at = usize::try_from(five & 31).unwrap_or(0);
            BASE32.get(at).copied().map_or('A', char::from)
        };
        for byte in self.0.reveal() {
            held = (held << 8 | u32::from(*byte)) & 0xFFFF;
            bits += 8;
            while bits >= 5 {
                bits -= 5;
                out.push(letter(held >> bits));
            }
        }
        if bits > 0 {
            out.push(letter(held << (5 - bits)));
        }
        out
    }
}

/// The step of an instant.
#[cfg(test)]
pub(super) const fn step_at(at: Timestamp) -> i64 {
    at.micros().div_euclid(1_000_000 * STEP_SECONDS)
}

/// The first step that a code of now may belong to: what was used before it can be forgotten.
pub(super) const fn oldest_step(now: Timestamp) -> i64 {
    now.micros().div_euclid(1_000_000 * STEP_SECONDS) - 1
}

/// Letters of a recovery code: with more than 112 bits a plain digest of it is as good as a slow one.
const RECOVERY_LETTERS: usize = 24;
/// Letters of the codes that were given out before.
const RECOVERY_LETTERS_OLD: usize = 16;

/// New recovery codes: six groups of four clear letters and digits, 118 bits each.
pub fn recovery_codes(entropy: &dyn Entropy) -> Vec<Secret<String>> {
    let one = || {
        let mut bytes = [0_u8; RECOVERY_LETTERS];
        entropy.fill(&mut bytes);
        let letter = |byte: &u8| CLEAR.get(usize::from(*byte % 32)).map_or('x', |b| char::from(*b));
        let letters: Vec<char> = bytes.iter().map(letter).collect();
        let groups: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
        Secret::new(groups.join("-"))
    };
    (0..RECOVERY_CODES).map(|_| one()).collect()
}

/// A recovery code as it was given out, whatever the person typed between its letters; none when it
/// cannot be one.
pub fn normal_recovery_code(typed: &str) -> Option<Secret<String>> {
    let letters: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let is_length = [RECOVERY_LETTERS, RECOVERY_LETTERS_OLD].contains(&letters.len());
    let is_code = is_length && letters.bytes().all(|b| b.is_ascii_alphanumeric());
    is_code.then(|| Secret::new(letters))
}

/// What is stored of a recovery code.
pub fn recovery_code_hash(user: UserId, code: &Secret<String>) -> Vec<u8> {
    let letters = normal_recovery_code(code.reveal()).unwrap_or_else(|| code.clone());
    let mut hasher = Sha256::new();
    hasher.update(user.uuid().as_bytes());
    hasher.update(letters.reveal().as_bytes());
    hasher.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use kernel::SeededEntropy;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, cut to six digits
        let secret = TotpSecret::from_bytes(Secret::new(b"12345678901234567890".to_vec()));
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.code_at(at(seconds)).unwrap(), code, "{seconds}");
            assert_eq!(secret.step_of(code, at(seconds)), Some(seconds / 30));
        }
        assert_eq!(secret.words().reveal(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }

    #[test]
    fn a_code_is_good_one_step_to_either_side() {
        let secret = TotpSecret::random(&SeededEntropy::new(1));
        let made = at(30 * 1_000);
        let code = secret.code_at(made).unwrap();
        for (seconds, good) in
            [(-31, false), (-30, true), (0, true), (29, true), (59, true), (60, false)]
        {
            let found = secret.step_of(&code, made.plus_seconds(seconds));
            assert_eq!(found.is_some(), good, "{seconds}");
            assert!(found.is_none_or(|step| step == step_at(made)));
        }
        let spaced = format!("{} {}", &code[..3], &code[3..]);
        assert!(secret.step_of(&spaced, made).is_some());
        for bad in ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"] {
            assert_eq!(secret.step_of(bad, made), None, "{bad}");
        }
    }

    #[test]
    fn a_recovery_code_is_read_however_it_is_typed() {
        let codes = recovery_codes(&SeededEntropy::new(2));
        assert_eq!(codes.len(), RECOVERY_CODES);
        let me = UserId::from_uuid(uuid::Uuid::from_u128(1));
        let you = UserId::from_uuid(uuid::Uuid::from_u128(2));
        for code in &codes {
            let typed = Secret::new(code.reveal().to_uppercase().replace('-', " "));
            let read = normal_recovery_code(typed.reveal()).unwrap();
            assert_eq!(recovery_code_hash(me, &read), recovery_code_hash(me, code));
            assert_ne!(recovery_code_hash(you, code), recovery_code_hash(me, code));
        }
        assert!(normal_recovery_code("123456").is_none());
        assert!(codes.iter().all(|code| code.reveal().len() == 29), "six groups of four");
        assert!(normal_recovery_code("abcd-efgh-jkmn-pqrs").is_some(), "one of before");
    }
}
