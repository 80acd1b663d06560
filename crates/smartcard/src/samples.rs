//! What the tests of this room begin with: an issuer, a card, a client.

use std::sync::Arc;

use kernel::{Currency, Money, SeededEntropy};

use crate::cose::{Ed25519Keys, Ed25519Signer, KeyId};
use crate::files::APPLICATION;
use crate::keys::{DeskMaster, Key, Masters};
use crate::pin::Pin;
use crate::profile::{Counted, Offer, Profile, Service};
use crate::record::Kind;
use crate::soft::SoftCard;
use crate::terminal::{self, Card, CardFault, Draft, Session, Transport};
use crate::values::{CardNumber, CardTime, Code, Holder};

/// 2026-11-24T09:00:00Z.
pub(crate) const NOW: u64 = 1_795_510_800;
pub(crate) const DAY: u64 = 86_400;
pub(crate) const CARD: CardNumber = CardNumber([0, 1, 2, 3, 4, 5, 6, 7]);

pub(crate) fn at(seconds: u64) -> CardTime {
    CardTime::from_seconds(seconds).unwrap()
}

pub(crate) fn rub(minor: i64) -> Money {
    Money::new(minor, Currency::RUB)
}

pub(crate) fn issuer() -> Ed25519Signer {
    Ed25519Signer::new(KeyId::new(b"issuer-2026").unwrap(), &[42; 32])
}

pub(crate) fn keys() -> Ed25519Keys {
    let mut keys = Ed25519Keys::default();
    assert!(keys.add(KeyId::new(b"issuer-2026").unwrap(), &issuer().public()));
    keys
}

pub(crate) fn masters() -> Masters {
    Masters {
        desk: DeskMaster(Key::new([1; 32])),
        log: Key::new([2; 32]),
        admin: Key::new([3; 32]),
    }
}

pub(crate) fn profile(counter: u32) -> Profile {
    Profile {
        card: Some(CARD),
        issued: Some(at(NOW - DAY)),
        counted: Counted::nothing(Currency::RUB),
        segment: Code::new("mass-affluent"),
        tariff: Code::new("gold_2026"),
        service: Service::Priority,
        related_to_vip: true,
        points: 12_345,
        offer: Some(Offer {
            id: uuid::Uuid::from_bytes([9; 16]),
            sum: rub(15_000_000),
            rate_bp: 1_990,
            expires: at(NOW + 30 * DAY),
        }),
        consents: 0b101,
        bundle: 17,
        ..Profile::minimal(
            Holder::new("C-000123").unwrap(),
            counter,
            at(NOW + 60 * DAY),
            rub(1_000_000),
        )
    }
}

pub(crate) fn signed(profile: &Profile) -> Vec<u8> {
    profile.sign(&issuer()).unwrap()
}

pub(crate) const TRANSPORT: Key = Key::new([8; 32]);

pub(crate) fn entropy(seed: u64) -> Arc<SeededEntropy> {
    Arc::new(SeededEntropy::new(seed))
}

pub(crate) fn pin() -> Pin {
    Pin::new("4711").unwrap()
}

pub(crate) fn blank() -> SoftCard {
    let mut card = SoftCard::blank(&TRANSPORT, entropy(1));
    card.power_on();
    card
}

/// Issues [`CARD`] with this profile.
pub(crate) fn issue_with(transport: &mut dyn Transport, counter: u32) -> Result<(), CardFault> {
    let issue = terminal::Issue {
        application: APPLICATION,
        transport_key: &TRANSPORT,
        number: CARD,
        masters: &masters(),
        pin: &pin(),
        counter,
        signed: &signed(&profile(counter)),
    };
    terminal::issue(transport, &issue, &*entropy(2))
}

/// A client's card with profile 3.
pub(crate) fn issued() -> SoftCard {
    let mut card = blank();
    issue_with(&mut card, 3).unwrap();
    card.power_on();
    card
}

pub(crate) fn session(transport: &mut dyn Transport) -> Session<'_> {
    try_session(transport, 3).unwrap()
}

pub(crate) fn try_session(
    transport: &mut dyn Transport,
    seed: u64,
) -> Result<Session<'_>, CardFault> {
    Card::select_ours(transport)?.authenticate(&masters().desk, &*entropy(seed))
}

/// The operation with this number: a purchase of so many kopecks.
pub(crate) fn purchase(number: u8, minor: i64) -> Draft {
    Draft {
        operation: uuid::Uuid::from_bytes([number; 16]),
        kind: Kind::Purchase,
        amount: rub(minor),
        desk: uuid::Uuid::from_bytes([0xde; 16]),
        at: at(NOW),
        profile: 3,
    }
}
