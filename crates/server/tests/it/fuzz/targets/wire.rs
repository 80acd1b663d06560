//! What comes over the line: forms, headers, addresses, sealed texts, codes, passkeys.

use kernel::{Secret, Timestamp};
use sha2::{Digest, Sha256};
use spine::SecretBox;
use spine::org::factor::{TotpSecret, normal_recovery_code};
use spine::org::passkey::{self, Made, Party, PublicKey, Signed};
use web::FormData;
use web::ui::Condition;

use super::{Target, bytes, text};

pub(super) const FORM: Target = Target {
    name: "form",
    cost: 1,
    seeds: || bytes(&["a=1&a=2&b=%D0%B0+%zz&=&c", "_id=01936f2e-5a4b-7c3d-8e9f-0123456789ab&x=on"]),
    words: &["&", "=", "%", "+", "%00", "%c0%80"],
    run: |input| {
        let form = FormData::parse(&text(input));
        for (name, value) in form.pairs() {
            assert_eq!(form.raw(name), value);
        }
        let _ = form.command_id();
    },
};

pub(super) const CONDITIONS: Target = Target {
    name: "conditions",
    cost: 1,
    seeds: || {
        bytes(&["field=name&op=is&value=x&field=age&op=gt&value=3", "op=is&value=1&field=&field=a"])
    },
    words: &["field=", "&op=", "&value="],
    run: |input| {
        let form = text(input);
        let pairs = form.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let found = Condition::parse(pairs);
        assert_eq!(Condition::parse(Condition::pairs(&found)), found, "{form:?}");
    },
};

pub(super) const TRACE: Target = Target {
    name: "trace_header",
    cost: 1,
    seeds: || bytes(&["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "ff-00-00-00"]),
    words: &["00-", "-01", "-"],
    run: |input| {
        let _ = spine::trace::Place::parse(&text(input));
    },
};

pub(super) const URL: Target = Target {
    name: "url",
    cost: 1,
    seeds: || {
        bytes(&["https://a.example:8443/x?y", "http://[::1]/", "https://u:p@a/", "http://10.0.0.1"])
    },
    words: &["https://", "@", "[", "]", ":", "#", "0x7f"],
    run: |input| {
        let text = text(input);
        let _ = connect::http_client::Target::parse(&text);
        if let Some(party) = Party::of(&text) {
            assert_eq!(Party::of(&party.origin), Some(party));
        }
    },
};

fn secret_box() -> SecretBox {
    SecretBox::new(&Secret::new([7; 32]))
}

pub(super) const SEALED: Target = Target {
    name: "sealed",
    cost: 1,
    seeds: || {
        let entropy = kernel::SeededEntropy::new(1);
        let sealed = secret_box().seal(&entropy, b"plain", "purpose").expect("sealed");
        vec![sealed, vec![0; 60], Vec::new()]
    },
    words: &[],
    run: |input| {
        // a text sealed for another purpose, whole or changed, opens nothing
        assert!(secret_box().open(input, "another purpose").is_err());
        if let Ok(plain) = secret_box().open(input, "purpose") {
            assert_eq!(plain.reveal().as_slice(), b"plain", "forged");
        }
        let _ = SecretBox::from_text(&Secret::new(text(input)));
    },
};

pub(super) const CODE: Target = Target {
    name: "code",
    cost: 1,
    seeds: || bytes(&["287082", "abcd-efgh-jkmn-pqrs", "١٢٣٤٥٦", "287 082"]),
    words: &["-", " ", "0"],
    run: |input| {
        let typed = text(input);
        let secret = TotpSecret::from_bytes(Secret::new(b"12345678901234567890".to_vec()));
        if let Some(step) = secret.step_of(&typed, Timestamp::from_micros(59_000_000)) {
            assert!((0..=2).contains(&step), "{step}");
        }
        if let Some(code) = normal_recovery_code(&typed) {
            // those given out today, and those of old
            assert!([16, 24].contains(&code.reveal().len()), "{typed:?}");
            assert_eq!(
                normal_recovery_code(code.reveal()).map(|c| c.reveal().clone()).as_ref(),
                Some(code.reveal())
            );
        }
    },
};

pub(super) const DATABASE: Target = Target {
    name: "database_address",
    cost: 1,
    seeds: || {
        bytes(&[
            "postgres://u:p@h:5432/db?sslmode=require",
            "sqlite:/a/b.db",
            "postgres:///?host=/x",
        ])
    },
    words: &["postgres://", "?", "&", "%", "@", ":"],
    run: |input| {
        let _ = store::address::with_database(&text(input), "bank_a");
    },
};

fn party() -> Party {
    Party { id: "bank.test".to_owned(), origin: "https://bank.test".to_owned() }
}

const CHALLENGE: [u8; 32] = [0; 32];

fn client_data(kind: &str) -> Vec<u8> {
    let challenge = "A".repeat(43);
    format!(
        "{{\"type\":\"{kind}\",\"challenge\":\"{challenge}\",\"origin\":\"https://bank.test\"}}"
    )
    .into_bytes()
}

/// A key that is well formed.
fn key() -> Vec<u8> {
    let mut key = vec![0xA5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32];
    key.extend([1; 32]);
    key.extend([0x22, 0x58, 32]);
    key.extend([2; 32]);
    key
}

/// What a device says after the name of its party.
fn device_data(flags: u8) -> Vec<u8> {
    let mut data = vec![flags, 0, 0, 0, 1];
    if flags & 0x40 != 0 {
        data.extend([0; 16]);
        data.extend([0, 4, 1, 2, 3, 4]);
        data.extend(key());
    }
    data
}

fn with_party(rest: &[u8]) -> Vec<u8> {
    [&Sha256::digest(b"bank.test")[..], rest].concat()
}

pub(super) const PASSKEY_MADE: Target = Target {
    name: "passkey_made",
    cost: 1,
    seeds: || vec![device_data(0x45), device_data(0xC5), device_data(0x05), device_data(0x5D)],
    words: &[],
    run: |input| {
        let (client_data, authenticator_data) = (client_data("webauthn.create"), with_party(input));
        let made = Made { client_data: &client_data, authenticator_data: &authenticator_data };
        if let Ok(key) = passkey::made(&party(), &CHALLENGE, made) {
            assert!(!key.credential_id.is_empty() && key.credential_id.len() <= 1_023);
            let (_, rest) = PublicKey::read(&key.public_key).expect("what was taken is a key");
            assert!(rest.is_empty(), "a key and nothing else");
            assert!(input[0] & 0x45 == 0x45, "present, verified and with a key");
        }
        // and the browser's part alone
        let made = Made { client_data: input, authenticator_data: &authenticator_data };
        let _ = passkey::made(&party(), &CHALLENGE, made);
    },
};

pub(super) const PASSKEY_SIGNED: Target = Target {
    name: "passkey_signed",
    cost: 1,
    seeds: || {
        let json = client_data("webauthn.get");
        vec![[&device_data(0x05)[..], b"\0sig"].concat(), json]
    },
    words: &["webauthn.get", "crossOrigin", "\"type\"", "true", "challenge"],
    run: |input| {
        let json = client_data("webauthn.get");
        let data = with_party(input);
        for (client_data, authenticator_data) in [(&json[..], &data[..]), (input, &data)] {
            let signed = Signed { client_data, authenticator_data, signature: input };
            let taken = passkey::signed(&party(), &CHALLENGE, &key(), signed);
            assert!(taken.is_err(), "nobody has the key of these signatures");
        }
    },
};

pub(super) const PASSKEY_KEY: Target = Target {
    name: "passkey_key",
    cost: 1,
    seeds: || vec![key(), vec![0xA4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32], vec![0xBF, 0xFF]],
    words: &[],
    run: |input| {
        if let Some((key, rest)) = PublicKey::read(input) {
            let own = &input[..input.len() - rest.len()];
            assert_eq!(PublicKey::read(own), Some((key.clone(), &[][..])));
            assert!(!key.has_signed(b"message", input));
        }
    },
};
