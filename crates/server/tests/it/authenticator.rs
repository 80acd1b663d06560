//! A device with passkeys in memory: makes keys (ES256) and signs with them as authenticators and browsers do,
//! and, told so, wrongly.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const ATTESTED: u8 = 0x40;

/// A passkey, and the liberties its device and browser take.
pub(crate) struct Device {
    key: EcdsaKeyPair,
    pub(crate) credential_id: Vec<u8>,
    pub(crate) user_handle: Vec<u8>,
    pub(crate) counter: u32,
    /// Where the browser thinks it is.
    pub(crate) origin: String,
    /// To whom the device answers; none: to whoever asks.
    pub(crate) party: Option<String>,
    /// What the device knows of the person: present and verified.
    pub(crate) flags: u8,
    /// The page is a part of somebody else's.
    pub(crate) is_framed: bool,
}

/// What the page posts, field by field.
pub(crate) type Fields = Vec<(&'static str, String)>;

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Device {
    pub(crate) fn new(origin: &str) -> Device {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
        let credential_id = Sha256::digest(key.public_key().as_ref()).to_vec();
        Device {
            key,
            credential_id,
            user_handle: Vec::new(),
            counter: 0,
            origin: origin.to_owned(),
            party: None,
            flags: PRESENT | VERIFIED,
            is_framed: false,
        }
    }
    pub(crate) fn unverified(&mut self) {
        self.flags = PRESENT;
    }
    pub(crate) fn absent(&mut self) {
        self.flags = VERIFIED;
    }

    fn client_data(&self, kind: &str, options: &Json) -> Vec<u8> {
        let said = json!({
            "type": kind, "challenge": options["challenge"], "origin": self.origin,
            "crossOrigin": self.is_framed,
        });
        serde_json::to_vec(&said).unwrap()
    }
    fn head(&self, asked: &str, flags: u8) -> Vec<u8> {
        let party = self.party.as_deref().unwrap_or(asked);
        let mut data = Sha256::digest(party.as_bytes()).to_vec();
        data.push(self.flags | flags);
        data.extend(self.counter.to_be_bytes());
        data
    }
    /// Makes its key known, as `navigator.credentials.create` does.
    pub(crate) fn make(&mut self, options: &Json) -> Fields {
        self.user_handle = URL_SAFE_NO_PAD.decode(options["user"]["id"].as_str().unwrap()).unwrap();
        let mut data = self.head(options["rp"]["id"].as_str().unwrap(), ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential_id.len()).unwrap().to_be_bytes());
        data.extend(&self.credential_id);
        let point = self.key.public_key().as_ref();
        data.extend([0xA5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 32]);
        data.extend(&point[33..]);
        vec![
            ("id", text(&self.credential_id)),
            ("client_data", text(&self.client_data("webauthn.create", options))),
            ("authenticator_data", text(&data)),
        ]
    }
    /// Signs, as `navigator.credentials.get` does.
    pub(crate) fn sign(&self, options: &Json) -> Fields {
        let data = self.head(options["rpId"].as_str().unwrap(), 0);
        let client_data = self.client_data("webauthn.get", options);
        let message = [&data[..], &Sha256::digest(&client_data)[..]].concat();
        let signature = self.key.sign(&SystemRandom::new(), &message).unwrap();
        vec![
            ("id", text(&self.credential_id)),
            ("client_data", text(&client_data)),
            ("authenticator_data", text(&data)),
            ("signature", text(signature.as_ref())),
            ("user_handle", text(&self.user_handle)),
        ]
    }
}
