//! Public keys as authenticators write them: a COSE_Key (RFC 9052) in the canonical CBOR of CTAP2. Only what a
//! key of the three algorithms we ask for may hold is read; anything else is no key.

use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents,
    UnparsedPublicKey,
};

/// ECDSA on P-256 with SHA-256.
const ES256: i64 = -7;
/// Ed25519.
const EDDSA: i64 = -8;
/// RSASSA-PKCS1-v1_5 with SHA-256.
const RS256: i64 = -257;
/// The algorithms we ask for, best liked first.
pub const ALGORITHMS: [i64; 3] = [ES256, EDDSA, RS256];
/// Pairs in the map of a key; a key of ours has at most five.
const PAIRS_MAX: u64 = 8;

/// A public key of a passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// A point of P-256, uncompressed: 4, x, y.
    Es256(Vec<u8>),
    /// A point of Curve25519.
    Ed25519(Vec<u8>),
    /// Modulus and exponent, big-endian.
    Rs256 {
        /// Modulus.
        n: Vec<u8>,
        /// Exponent.
        e: Vec<u8>,
    },
}

impl PublicKey {
    /// Reads a key at the start of `bytes`; answers it and what follows it. `None` when none of ours
    /// begins there.
    pub fn read(bytes: &[u8]) -> Option<(PublicKey, &[u8])> {
        let mut reader = Reader { rest: bytes };
        let (MAP, pairs) = reader.head()? else { return None };
        if pairs > PAIRS_MAX {
            return None;
        }
        let mut fields: Vec<(i64, Item<'_>)> = Vec::new();
        for _ in 0..pairs {
            let Item::Number(label) = reader.item()? else { return None };
            if fields.iter().any(|(known, _)| *known == label) {
                return None;
            }
            fields.push((label, reader.item()?));
        }
        Some((Self::of(&fields)?, reader.rest))
    }
    fn of(fields: &[(i64, Item<'_>)]) -> Option<PublicKey> {
        let number = |label: i64| match fields.iter().find(|(l, _)| *l == label)?.1 {
            Item::Number(number) => Some(number),
            Item::Bytes(_) => None,
        };
        let bytes = |label: i64| match fields.iter().find(|(l, _)| *l == label)?.1 {
            Item::Bytes(bytes) => Some(bytes),
            Item::Number(_) => None,
        };
        // labels: 1 the kind of key, 3 the algorithm; -1, -2, -3 what the kind needs
        match (number(1)?, number(3)?) {
            (2, ES256) if number(-1)? == 1 => {
                let (x, y) = (bytes(-2)?, bytes(-3)?);
                let fits = x.len() == 32 && y.len() == 32;
                fits.then(|| PublicKey::Es256([&[4], x, y].concat()))
            }
            (1, EDDSA) if number(-1)? == 6 => {
                let x = bytes(-2)?;
                (x.len() == 32).then(|| PublicKey::Ed25519(x.to_vec()))
            }
            (3, RS256) => {
                let (n, e) = (bytes(-1)?, bytes(-2)?);
                let fits = (256..=1024).contains(&n.len()) && (1..=8).contains(&e.len());
                fits.then(|| PublicKey::Rs256 { n: n.to_vec(), e: e.to_vec() })
            }
            _ => None,
        }
    }
    /// Whether the key's owner has signed these bytes.
    pub fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let checked = match self {
            PublicKey::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            PublicKey::Ed25519(point) => {
                UnparsedPublicKey::new(&ED25519, point).verify(message, signature)
            }
            PublicKey::Rs256 { n, e } => RsaPublicKeyComponents { n, e }.verify(
                &RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
        };
        checked.is_ok()
    }
}

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const MAP: u8 = 5;

#[derive(Clone, Copy)]
enum Item<'a> {
    Number(i64),
    Bytes(&'a [u8]),
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Major type and argument, in the shortest form; arguments above 65535 are none of ours.
    fn head(&mut self) -> Option<(u8, u64)> {
        let (first, rest) = self.rest.split_first()?;
        let (major, short) = (first >> 5, first & 31);
        let (argument, rest) = match short {
            0..=23 => (u64::from(short), rest),
            24 => {
                let (byte, rest) = rest.split_first()?;
                (u64::from(*byte), rest)
            }
            25 => {
                let (two, rest) = rest.split_first_chunk::<2>()?;
                (u64::from(u16::from_be_bytes(*two)), rest)
            }
            _ => return None,
        };
        let shortest = match short {
            24 => argument > 23,
            25 => argument > 255,
            _ => true,
        };
        self.rest = rest;
        shortest.then_some((major, argument))
    }
    fn item(&mut self) -> Option<Item<'a>> {
        let (major, argument) = self.head()?;
        let number = i64::try_from(argument).ok()?;
        match major {
            UNSIGNED => Some(Item::Number(number)),
            NEGATIVE => Some(Item::Number(-1 - number)),
            BYTES => {
                let length = usize::try_from(argument).ok()?;
                let (bytes, rest) = self.rest.split_at_checked(length)?;
                self.rest = rest;
                Some(Item::Bytes(bytes))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p256(x: usize, y: usize) -> Vec<u8> {
        let mut bytes = vec![0xA5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, u8::try_from(x).unwrap()];
        bytes.extend(vec![7; x]);
        bytes.extend([0x22, 0x58, u8::try_from(y).unwrap()]);
        bytes.extend(vec![9; y]);
        bytes
    }

    #[test]
    fn keys_of_the_three_algorithms_are_read_and_nothing_of_what_follows() {
        let mut bytes = p256(32, 32);
        bytes.extend(b"after");
        let (key, rest) = PublicKey::read(&bytes).unwrap();
        assert_eq!(key, PublicKey::Es256([&[4][..], &[7; 32], &[9; 32]].concat()));
        assert_eq!(rest, b"after");
        let mut bytes = vec![0xA4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32];
        bytes.extend([5; 32]);
        assert_eq!(PublicKey::read(&bytes).unwrap().0, PublicKey::Ed25519(vec![5; 32]));
        let mut bytes = vec![0xA4, 1, 3, 3, 0x39, 1, 0, 0x20, 0x59, 1, 0];
        bytes.extend([8; 256]);
        bytes.extend([0x21, 0x43, 1, 0, 1]);
        let key = PublicKey::Rs256 { n: vec![8; 256], e: vec![1, 0, 1] };
        assert_eq!(PublicKey::read(&bytes).unwrap().0, key);
    }

    #[test]
    fn what_is_no_key_of_ours_is_none() {
        let good = p256(32, 32);
        for length in 0..good.len() {
            assert!(PublicKey::read(&good[..length]).is_none(), "cut at {length}");
        }
        assert!(PublicKey::read(&p256(31, 32)).is_none(), "a short coordinate");
        assert!(PublicKey::read(&p256(32, 33)).is_none(), "a long one");
        let with = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            PublicKey::read(&bytes).map(|(key, _)| key)
        };
        assert!(with(0, 0xA9).is_none(), "more pairs than there are");
        assert!(with(2, 1).is_none(), "another kind of key");
        assert!(with(4, 0x27).is_none(), "an algorithm that does not go with it");
        assert!(with(6, 2).is_none(), "another curve");
        assert!(with(7, 0x20).is_none(), "a label twice");
        assert!(PublicKey::read(&[0xA1, 0x18, 1, 2]).is_none(), "not the shortest form");
        assert!(PublicKey::read(&[0xBF, 0xFF]).is_none(), "a map without a length");
        assert!(PublicKey::read(&[0xBB, 255, 255, 255, 255, 255, 255, 255, 255]).is_none());
    }
}
