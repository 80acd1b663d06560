//! What the card itself refuses, and what is left of it when it is pulled out.

use proptest::prelude::*;

use super::*;
use crate::profile::Profile;
use crate::record::Counters;
use crate::samples::{
    self, CARD, blank, entropy, issue_with, issued, masters, pin, purchase, session, signed,
};
use crate::terminal::{CardFault, Pending, Settled};

fn status(card: &mut SoftCard, command: &[u8]) -> u16 {
    let answer = card.transmit(command).unwrap();
    u16::from_be_bytes(*answer.last_chunk().unwrap())
}

fn select(card: &mut SoftCard) {
    let name = [b"\0\xa4\x04\0\x09".as_slice(), APPLICATION].concat();
    assert_eq!(status(card, &name), 0x9000);
}

#[test]
fn words_of_the_standard() {
    let mut card = issued();
    assert_eq!(status(&mut card, b"\0\xa4\0\0\x02\x3f\0"), 0x9000, "the master file");
    assert_eq!(status(&mut card, b"\0\xa4\x04\0\x02\xa0\0"), 0x6a82, "an unknown application");
    assert_eq!(status(&mut card, b"\0\x84\0\0\x08"), 0x6985, "nothing selected");
    select(&mut card);
    for (command, expected) in [
        (b"\0\xa4\x02\x0c\x02\x2f\x09".as_slice(), 0x6a82_u16),
        (b"\0\xa4\x02\x0c\x02\x2f\x01", 0x9000),
        (b"\0\xb0\0\0\x0a", 0x9000),
        (b"\0\xb0\x81\0\x0a", 0x9000),
        (b"\0\xb0\0\x0a\x01", 0x6b00),
        (b"\0\xb0\0\0", 0x6700),
        (b"\0\xb0\x82\0\x0a", 0x6982),
        (b"\0\xb0\x84\0\x19", 0x6982),
        (b"\0\xb2\x01\x1c\0", 0x6982),
        (b"\0\xd6\x82\0\x01\x55", 0x6982),
        (b"\0\xe2\0\x18\x01\x55", 0x6982),
        (b"\0\xda\x01\x05\x01\x55", 0x6982),
        (b"\0\x88\x01\x01\x08\0\0\0\0\0\0\0\0\0", 0x6982),
        (b"\0\x82\x01\x01\x08\0\0\0\0\0\0\0\0", 0x6985),
        (b"\0\x84\0\0\x04", 0x6c08),
        (b"\0\x82\x02\x01\x08\0\0\0\0\0\0\0\0", 0x6a86),
        (b"\0\x82\x01\0\x08\0\0\0\0\0\0\0\0", 0x6985),
        (b"\0\x20\0\x80", 0x63c3),
        (b"\0\x20\0\x81\x08\0\0\0\0\0\0\0\0", 0x6a86),
        (b"\0\xb2\x01\x14\0", 0x6a86),
        (b"\0\x99\0\0", 0x6d00),
        (b"\x80\xb0\0\0\x0a", 0x6e00),
        (b"\0\xb0", 0x6700),
    ] {
        assert_eq!(status(&mut card, command), expected, "{command:02x?}");
    }
    card.power_off();
    assert_eq!(card.transmit(b"\0\x84\0\0\x08"), Err(TransportFault::NoCard));
}

#[test]
fn a_challenge_serves_once() {
    let mut card = issued();
    let key = masters().of(CARD).desk;
    select(&mut card);
    let challenge = card.transmit(b"\0\x84\0\0\x08").unwrap();
    let proof = key.prove("external", &[&challenge[..8], &CARD.0]);
    let external = [b"\0\x82\x01\x01\x10".as_slice(), &proof].concat();
    let internal = b"\0\x88\x01\x01\x08\0\0\0\0\0\0\0\0\0";
    assert_eq!(status(&mut card, &external), 0x9000);
    assert_eq!(status(&mut card, internal), 0x9000);
    assert_eq!(status(&mut card, internal), 0x6982, "no oracle");
    assert_eq!(status(&mut card, &external), 0x6985, "the same proof again");
    assert_eq!(status(&mut card, b"\0\xb0\x84\0\x19"), 0x6982, "the failure has ended the session");
}

#[test]
fn part_of_a_proof_proves_nothing() {
    let mut card = issued();
    let key = masters().of(CARD).desk;
    for length in 0..PROOF {
        select(&mut card);
        let challenge = card.transmit(b"\0\x84\0\0\x08").unwrap();
        let proof = key.prove("external", &[&challenge[..8], &CARD.0]);
        let mut command = b"\0\x82\x01\x01".to_vec();
        if length > 0 {
            command.push(u8::try_from(length).unwrap());
        }
        command.extend(&proof[..length]);
        assert_eq!(status(&mut card, &command), 0x6982, "{length} bytes");
    }
}

#[test]
fn no_command_reads_a_key_or_the_pin() {
    let mut card = issued();
    session(&mut card);
    let mut seen = Vec::new();
    for instruction in [instruction::READ_BINARY, instruction::READ_RECORD, 0xca, 0xcb, 0xb1, 0xb3]
    {
        for p1 in 0..=255 {
            for p2 in [0, 4, 0x0c, 0x14, 0x1c, 0x24, 0x80, 0xff] {
                let answer = card.transmit(&[0, instruction, p1, p2, 0]).unwrap();
                seen.extend(answer);
            }
        }
    }
    let keys = masters().of(CARD);
    let shown =
        |secret: &[u8]| seen.windows(4).any(|window| secret.windows(4).any(|s| s == window));
    assert!(shown(&CARD.0), "something was read");
    // the keys are unlike anything else on the card
    for key in [&keys.desk, &keys.log, &keys.admin] {
        assert!(!shown(key.reveal()));
    }
    assert!(!shown(&pin().block()[..5]));
}

/// The card after the story, powered again.
fn again(card: &SoftCard) -> SoftCard {
    let mut card = SoftCard::of(card.image(), entropy(77));
    card.power_on();
    card
}

#[test]
fn pulled_out_at_any_byte_the_profile_is_the_old_or_the_new() {
    let newer = signed(&samples::profile(4));
    let written = {
        let mut card = issued();
        let before = card.written();
        session(&mut card).write_profile(4, &newer, &samples::keys()).unwrap();
        card.written() - before
    };
    assert_eq!(written, newer.len() + 2 * crate::copies::HEAD);
    let (mut old, mut new) = (0, 0);
    for cut in 0..=written {
        let mut card = issued();
        card.lose_power_after(cut);
        let outcome = session(&mut card).write_profile(4, &newer, &samples::keys());
        assert_eq!(outcome.is_ok(), cut == written, "cut after {cut}");
        let mut card = again(&card);
        let mut session = session(&mut card);
        let stored = session.present(&samples::keys()).unwrap().expect("one is whole").stored;
        let profile = Profile::open(&stored.signed, &samples::keys()).unwrap();
        assert_eq!(profile.counter, stored.counter);
        match profile.counter {
            3 => old += 1,
            4 => new += 1,
            other => panic!("{other}"),
        }
        // and it can be done again
        let fifth = signed(&samples::profile(5));
        session.write_profile(5, &fifth, &samples::keys()).unwrap();
        assert_eq!(session.present(&samples::keys()).unwrap().unwrap().stored.signed, fifth);
    }
    assert_eq!((old, new), (written, 1), "the last byte decides");
}

/// A card with so many purchases behind it.
fn used(purchases: u8) -> SoftCard {
    let mut card = issued();
    let mut session = session(&mut card);
    session.verify_pin(&pin()).unwrap();
    for number in 1..=purchases {
        let pending = session.prepare(&purchase(number, 100)).unwrap();
        session.append(&pending).unwrap();
    }
    card
}

#[test]
fn pulled_out_at_any_byte_a_record_is_written_or_not() {
    for purchases in [0, 1, 10, 11, 23] {
        for cut in 0..=crate::record::SEALED {
            let mut card = used(purchases);
            let pending = session(&mut card).prepare(&purchase(99, 500)).unwrap();
            let outcome = tear(&mut card, &pending, cut);
            assert_eq!(outcome.is_ok(), cut == crate::record::SEALED, "cut after {cut}");
            let mut card = again(&card);
            let mut session = session(&mut card);
            assert_eq!(
                session.log().unwrap().len(),
                usize::from(purchases + u8::from(outcome.is_ok())).min(10)
            );
            let settled = session.settle(&pending).unwrap();
            assert_eq!(matches!(settled, Settled::Done(_)), outcome.is_ok());
            assert_eq!(matches!(settled, Settled::NotDone), outcome.is_err());
            if outcome.is_err() {
                session.verify_pin(&pin()).unwrap();
                session.append(&pending).unwrap();
            }
            assert_eq!(session.counters().atc, u32::from(purchases) + 1, "no gap, nothing twice");
            assert_eq!(session.counters().total_minor, i64::from(purchases) * 100 + 500);
        }
    }
}

fn tear(card: &mut SoftCard, pending: &Pending, cut: usize) -> Result<(), CardFault> {
    let mut cutting = Cutting { card, cut };
    let mut session = session(&mut cutting);
    session.verify_pin(&pin())?;
    session.append(pending).map(drop)
}

/// Lets power go so many bytes into the next record.
struct Cutting<'c> {
    card: &'c mut SoftCard,
    cut: usize,
}

impl Transport for Cutting<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportFault> {
        if command.get(1) == Some(&instruction::APPEND_RECORD) {
            self.card.lose_power_after(self.cut);
        }
        self.card.transmit(command)
    }
}

#[test]
fn written_and_not_answered_is_found_out() {
    let mut card = used(2);
    card.fall_silent_after_append();
    let mut first = session(&mut card);
    first.verify_pin(&pin()).unwrap();
    let pending = first.prepare(&purchase(99, 500)).unwrap();
    assert!(matches!(first.append(&pending), Err(CardFault::Gone(_))));
    card.power_on();
    let mut session = session(&mut card);
    match session.settle(&pending).unwrap() {
        Settled::Done(sealed) => assert!(sealed.is_certified(&masters().of(CARD).log)),
        other => panic!("{other:?}"),
    }
    session.verify_pin(&pin()).unwrap();
    assert_eq!(session.append(&pending), Err(CardFault::NotNext), "never twice");
}

#[test]
fn personalisation_that_was_cut_off_begins_again() {
    let whole = {
        let mut card = blank();
        issue_with(&mut card, 3).unwrap();
        card.written()
    };
    for cut in (0..whole).step_by(3).chain(whole - 34..whole) {
        let mut card = blank();
        card.lose_power_after(cut);
        assert!(matches!(issue_with(&mut card, 3), Err(CardFault::Gone(_))), "cut after {cut}");
        let mut card = again(&card);
        match issue_with(&mut card, 3) {
            Ok(()) => {}
            // the word that it is done was written, the old key not yet wiped out
            Err(CardFault::NotBlank) => assert!(cut >= whole - 33, "cut after {cut}"),
            Err(other) => panic!("cut after {cut}: {other:?}"),
        }
        card.power_on();
        assert_eq!(
            session(&mut card).present(&samples::keys()).unwrap().unwrap().stored.counter,
            3
        );
        let left = card.image();
        let old = samples::TRANSPORT;
        assert!(!left.as_bytes().windows(32).any(|window| window == old.reveal()));
    }
}

#[test]
fn pulling_the_card_out_gives_no_try_back() {
    let mut card = issued();
    let wrong = crate::Pin::new("0000").unwrap();
    for left in [2, 1, 0] {
        card.lose_power_after(1);
        let outcome = session(&mut card).verify_pin(&wrong);
        let expected = if left == 0 { CardFault::PinBlocked } else { CardFault::PinWrong(left) };
        assert_eq!(outcome, Err(expected));
        card.power_on();
        assert_eq!(session(&mut card).counters().pin_tries, left);
    }
    // and a right one that is cut off has spent its try
    let mut card = issued();
    card.lose_power_after(1);
    assert!(matches!(session(&mut card).verify_pin(&pin()), Err(CardFault::Gone(_))));
    card.power_on();
    assert_eq!(session(&mut card).counters().pin_tries, 2);
}

#[test]
fn a_card_is_kept_as_bytes() {
    let card = used(3);
    let image = Image::from_bytes(card.image().as_bytes()).unwrap();
    assert_eq!(Image::from_bytes(&[0; 7]), None);
    assert_eq!(format!("{image:?}"), "Image(***)");
    let mut card = SoftCard::of(image, entropy(5));
    card.power_on();
    assert_eq!(session(&mut card).counters().atc, 3);
}

proptest! {
    #[test]
    fn no_commands_make_the_card_panic(
        commands in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..20),
        shaped in any::<bool>(),
        open in any::<bool>(),
    ) {
        let mut card = issued();
        if open {
            session(&mut card);
        }
        for mut command in commands {
            if shaped && command.len() > 5 {
                command[0] = 0;
                command[1] = [0x20, 0x82, 0x84, 0x88, 0xa4, 0xb0, 0xb2, 0xc0, 0xd6, 0xda, 0xe2]
                    [usize::from(command[1]) % 11];
                command[4] = u8::try_from((command.len() - 5).min(255)).unwrap();
                command.truncate(260);
            }
            let answer = card.transmit(&command).unwrap();
            prop_assert!((2..=258).contains(&answer.len()));
        }
        // whatever was said: no record, and a genuine card
        card.power_on();
        let counters = session(&mut card).counters();
        prop_assert_eq!(Counters { pin_tries: 0, ..counters }, Counters::default());
    }
}
