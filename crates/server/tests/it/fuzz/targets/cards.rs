//! Smart cards: what stands on them, what they answer to a desk, what a desk sends to them.

use std::collections::VecDeque;
use std::sync::Arc;

use kernel::{Currency, Money, SeededEntropy, Timestamp};
use smartcard::apdu::{Command, Response};
use smartcard::cose::{Ed25519Keys, Ed25519Signer, KeyId};
use smartcard::files::{APPLICATION, Identity};
use smartcard::journal::{Chain, Head};
use smartcard::keys::{DeskMaster, Key, Masters};
use smartcard::profile::Profile;
use smartcard::reconcile::{Issued, Ledger, Verdict};
use smartcard::record::{Counters, SealedRecord};
use smartcard::soft::SoftCard;
use smartcard::terminal::{self, Card, CardFault, Issue, Transport, TransportFault};
use smartcard::{CardNumber, CardTime, Holder, Pin};

use super::Target;

const NUMBER: CardNumber = CardNumber([7; 8]);
const FACTORY: Key = Key::new([9; 32]);

fn signer() -> Ed25519Signer {
    Ed25519Signer::new(KeyId::new(b"k").expect("a name"), &[3; 32])
}

fn keys() -> Ed25519Keys {
    let mut keys = Ed25519Keys::default();
    assert!(keys.add(KeyId::new(b"k").expect("a name"), &signer().public()));
    keys
}

fn masters() -> Masters {
    Masters {
        desk: DeskMaster(Key::new([1; 32])),
        log: Key::new([2; 32]),
        admin: Key::new([4; 32]),
    }
}

fn profile() -> Profile {
    let holder = Holder::new("C-000123").expect("a name");
    let expires = CardTime::of(Timestamp::from_micros(1_800_000_000_000_000));
    let mut profile = Profile::minimal(holder, 7, expires, Money::new(100_000, Currency::RUB));
    (profile.card, profile.points, profile.bundle) = (Some(NUMBER), 5, 2);
    profile
}

fn signed() -> Vec<u8> {
    profile().sign(&signer()).expect("signed")
}

/// What the desk draws, and the card that was heard.
fn entropy() -> Arc<SeededEntropy> {
    Arc::new(SeededEntropy::new(1))
}

/// What another card draws: it asks for other proofs than the one that was heard.
fn other_entropy() -> Arc<SeededEntropy> {
    Arc::new(SeededEntropy::new(2))
}

/// Keeps what passes.
struct Heard {
    card: SoftCard,
    commands: Vec<Vec<u8>>,
    answers: Vec<Vec<u8>>,
}

impl Transport for Heard {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportFault> {
        let answer = self.card.transmit(command)?;
        self.commands.push(command.to_vec());
        self.answers.push(answer.clone());
        Ok(answer)
    }
}

/// Says what it was told to say.
struct Told(VecDeque<Vec<u8>>);

impl Transport for Told {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportFault> {
        self.0.pop_front().ok_or(TransportFault::NoCard)
    }
}

fn issue(card: &mut SoftCard) {
    card.power_on();
    let masters = masters();
    let pin = Pin::new("4711").expect("a PIN");
    let with = Issue {
        application: APPLICATION,
        transport_key: &FACTORY,
        number: NUMBER,
        masters: &masters,
        pin: &pin,
        counter: 7,
        signed: &signed(),
    };
    terminal::issue(card, &with, &*entropy()).expect("issued");
}

fn visit(transport: &mut dyn Transport) -> Result<Vec<u8>, CardFault> {
    let card = Card::select_ours(transport)?;
    let mut session = card.authenticate(&masters().desk, &*entropy())?;
    session.log()?;
    session.present(&keys())?.map(|presented| presented.stored.signed).ok_or(CardFault::Garbled)
}

/// A visit as it goes well: what was sent, and what was answered.
fn heard() -> Heard {
    let mut card = SoftCard::blank(&FACTORY, entropy());
    issue(&mut card);
    card.power_on();
    let mut heard = Heard { card, commands: Vec::new(), answers: Vec::new() };
    assert_eq!(visit(&mut heard), Ok(signed()));
    heard
}

/// Messages with their lengths before them.
fn joined(messages: &[Vec<u8>]) -> Vec<u8> {
    let with_length = |message: &Vec<u8>| {
        let length = u16::try_from(message.len()).unwrap_or(0);
        [length.to_be_bytes().as_slice(), message].concat()
    };
    messages.iter().flat_map(with_length).collect()
}

fn split(mut input: &[u8]) -> VecDeque<Vec<u8>> {
    let mut messages = VecDeque::new();
    while let Some((length, rest)) = input.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes(*length)).min(rest.len());
        let (message, rest) = rest.split_at(length);
        messages.push_back(message.to_vec());
        input = rest;
    }
    messages
}

pub(super) const PROFILE: Target = Target {
    name: "card_profile",
    cost: 1,
    seeds: || vec![signed()],
    words: &[],
    run: |input| {
        if Profile::open(input, &keys()).is_ok() {
            assert_eq!(input, signed(), "nothing else was ever signed");
        }
    },
};

pub(super) const JOURNAL: Target = Target {
    name: "card_journal",
    cost: 1,
    seeds: || {
        let at = CardTime::of(Timestamp::from_micros(0));
        let head = Head { desk: uuid::Uuid::nil(), chain: Chain::default().then(b"one"), at };
        vec![head.sign(&signer())]
    },
    words: &[],
    run: |input| {
        if let Ok(head) = Head::open(input, &keys()) {
            assert_eq!(head.sign(&signer()), input);
        }
    },
};

pub(super) const FIELDS: Target = Target {
    name: "card_fields",
    cost: 1,
    seeds: || {
        let counters = Counters::default().encode().to_vec();
        let heard = heard();
        [heard.commands, heard.answers, vec![counters, vec![1; 93]]].concat()
    },
    words: &["RUB", "\u{1}"],
    run: |input| {
        if let Ok(command) = Command::decode(input) {
            assert_eq!(command.encode().expect("short"), input);
        }
        if let Ok(response) = Response::decode(input) {
            assert_eq!(response.encode(), input);
        }
        if let Some(sealed) = SealedRecord::decode(input) {
            assert_eq!(sealed.encode(), input);
        }
        if let Some(counters) = Counters::decode(input) {
            assert_eq!(counters.encode(), input);
        }
        if let Some(identity) = Identity::decode(input) {
            assert_eq!(identity.encode(), input);
        }
        let issued = Issued { log_key: masters().of(NUMBER).log, terms: [].into() };
        let receipt = Ledger::default().receive(&issued, input, Timestamp::from_micros(0));
        assert!(matches!(receipt.verdict, Verdict::Quarantined(_)), "nothing was certified");
    },
};

pub(super) const ANSWERS: Target = Target {
    name: "card_answers",
    cost: 4,
    seeds: || vec![joined(&heard().answers), joined(&[vec![0x61, 0], vec![0x6c, 0]])],
    words: &["\u{0}\u{2}\u{90}\u{0}", "a\u{0}", "l\u{0}"],
    run: |input| {
        let mut told = Told(split(input));
        // the log is empty and the profile signed: what is read may be cut or changed, and is then not signed
        if let Ok(stored) = visit(&mut told)
            && Profile::open(&stored, &keys()).is_ok()
        {
            assert_eq!(stored, signed());
        }
    },
};

pub(super) const COMMANDS: Target = Target {
    name: "card_commands",
    cost: 4,
    seeds: || vec![joined(&heard().commands)],
    words: &["\u{0}\u{a4}\u{4}\u{0}", "\u{0}\u{84}\u{0}\u{0}\u{8}"],
    run: |input| {
        let mut card = SoftCard::blank(&FACTORY, other_entropy());
        issue(&mut card);
        card.power_on();
        for command in split(input) {
            let answer = card.transmit(&command).expect("power");
            assert!((2..=258).contains(&answer.len()));
        }
        // nobody has proved anything: the card is as it was, but for tries at the PIN
        card.power_on();
        assert_eq!(visit(&mut card), Ok(signed()));
    },
};
