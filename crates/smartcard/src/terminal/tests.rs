//! A desk and a card, and those who stand between them.

use proptest::prelude::*;

use super::*;
use crate::files::Datum;
use crate::keys::Key;
use crate::pin::Pin;
use crate::profile::Profile;
use crate::record::{Kind, Record, SealedRecord};
use crate::samples::{
    self, CARD, blank, entropy, issue_with, issued, masters, pin, purchase, session, signed,
    try_session,
};
use crate::soft::{Manner, SoftCard};

/// Everything a desk does in one visit.
fn visit(transport: &mut dyn Transport, seed: u64) -> Result<(Profile, SealedRecord), CardFault> {
    let mut session = try_session(transport, seed)?;
    let stored = session.present(&samples::keys())?.ok_or(CardFault::Garbled)?.stored;
    let profile =
        Profile::open(&stored.signed, &samples::keys()).map_err(|_| CardFault::Garbled)?;
    session.verify_pin(&pin())?;
    let pending = session.prepare(&purchase(1, 50_000))?;
    let sealed = session.append(&pending)?;
    assert_eq!(session.log()?.first(), Some(&sealed));
    Ok((profile, sealed))
}

#[test]
fn a_card_is_made_read_and_written_whatever_its_manner() {
    for manner in [Manner::Whole, Manner::Pieces] {
        let mut card = blank();
        card.set_manner(manner);
        assert_eq!(try_session(&mut card, 1).err(), Some(CardFault::Blank));
        issue_with(&mut card, 3).unwrap();
        assert_eq!(issue_with(&mut card, 4), Err(CardFault::NotBlank));
        let (profile, sealed) = visit(&mut card, 5).unwrap();
        assert_eq!(profile, samples::profile(3));
        assert!(sealed.is_certified(&masters().of(CARD).log));
        assert_eq!((sealed.record.atc, sealed.record.total_minor), (1, 50_000));

        let mut session = session(&mut card);
        assert_eq!(session.identity().number, CARD);
        assert_eq!(session.counters().link, sealed.link());
        let newer = signed(&samples::profile(4));
        session.write_profile(4, &newer, &samples::keys()).unwrap();
        assert_eq!(session.present(&samples::keys()).unwrap().unwrap().stored.signed, newer);
        assert_eq!(session.write_profile(4, &newer, &samples::keys()), Err(CardFault::NotNewer));
        assert_eq!(session.write_profile(3, &newer, &samples::keys()), Err(CardFault::NotNewer));
    }
}

#[test]
fn the_log_keeps_the_last_ten_and_leads_back() {
    let mut card = issued();
    let mut session = session(&mut card);
    session.verify_pin(&pin()).unwrap();
    for number in 1..=25 {
        let pending = session.prepare(&purchase(number, 100)).unwrap();
        session.append(&pending).unwrap();
        assert_eq!(session.log().unwrap().len(), usize::from(number).min(10));
    }
    let log = session.log().unwrap();
    let counters: Vec<u32> = log.iter().map(|sealed| sealed.record.atc).collect();
    assert_eq!(counters, (16..=25).rev().collect::<Vec<_>>());
    assert_eq!(session.counters().total_minor, 2_500);
    let forgotten = Pending { record: Record { atc: 9, ..log[0].record } };
    assert_eq!(session.settle(&forgotten).unwrap(), Settled::Forgotten);
    let other = Pending { record: Record { atc: 20, ..log[0].record } };
    assert_eq!(session.settle(&other).unwrap(), Settled::NotDone);
}

#[test]
fn a_record_that_is_not_the_next_is_not_written() {
    let mut card = issued();
    let mut session = session(&mut card);
    session.verify_pin(&pin()).unwrap();
    let first = session.prepare(&purchase(1, 100)).unwrap();
    session.append(&first).unwrap();
    assert_eq!(session.append(&first), Err(CardFault::NotNext), "the same once more");
    let older = Draft { profile: 2, ..purchase(2, 100) };
    assert_eq!(session.prepare(&older), Err(CardFault::NotNext), "under an older profile");
    let negative = purchase(2, -100);
    assert_eq!(session.prepare(&negative), Err(CardFault::NotNext));
}

#[test]
fn who_has_no_key_gets_nothing() {
    let mut card = issued();
    let stranger = DeskMaster(Key::new([99; 32]));
    let refused = Card::select_ours(&mut card).unwrap().authenticate(&stranger, &*entropy(1));
    assert_eq!(refused.err(), Some(CardFault::DeskRefused));
    assert_eq!(
        Card::select(&mut card, b"\xa0another").err(),
        Some(CardFault::NotOurs),
        "another application"
    );
}

/// What a session may set, by PUT DATA.
fn settable(session: &mut Session<'_>) -> Vec<Datum> {
    let mut may = |datum: &Datum| {
        let [high, low] = datum.tag();
        let (link, key) = session.parts();
        let hidden = key.wrap(&[high, low], [0; 32]);
        let proof = key.prove("put", &[&[high, low], &hidden]);
        let put = Command::new(instruction::PUT_DATA, high, low)
            .data(&[hidden.as_slice(), &proof].concat());
        match link.exchange(&put).unwrap().status {
            Status::Done => true,
            Status::Security | Status::Conditions => false,
            other => panic!("{other:?}"),
        }
    };
    Datum::ALL.into_iter().filter(|datum| may(datum)).collect()
}

#[test]
fn a_desk_sets_nothing_the_centre_a_pin_and_a_card_without_keys_is_not_sealed() {
    let mut card = issued();
    assert_eq!(settable(&mut session(&mut card)), []);
    let admin = masters().of(CARD).admin;
    let selected = Card::select_ours(&mut card).unwrap();
    let mut centre = selected.prove(KeyReference::Admin, &admin, &*entropy(4)).unwrap();
    assert_eq!(settable(&mut centre), [Datum::Pin]);
    let mut card = blank();
    let selected = Card::select_ours(&mut card).unwrap();
    let mut maker =
        selected.prove(KeyReference::Transport, &samples::TRANSPORT, &*entropy(4)).unwrap();
    // zeros are no keys
    assert_eq!(settable(&mut maker), Datum::ALL[..5]);
    card.power_on();
    assert_eq!(Card::select_ours(&mut card).unwrap().identity().stage, Stage::Blank);
}

#[test]
fn money_needs_the_pin_and_the_pin_has_three_tries() {
    let mut card = issued();
    let wrong = Pin::new("0000").unwrap();
    {
        let mut session = session(&mut card);
        let pending = session.prepare(&purchase(1, 100)).unwrap();
        assert_eq!(session.append(&pending), Err(CardFault::PinNeeded));
        let served = Draft { kind: Kind::Served, ..purchase(1, 0) };
        let pending = session.prepare(&served).unwrap();
        session.append(&pending).unwrap();
        assert_eq!(session.verify_pin(&wrong), Err(CardFault::PinWrong(2)));
        session.verify_pin(&pin()).unwrap();
        assert_eq!(session.verify_pin(&wrong), Err(CardFault::PinWrong(2)));
        let pending = session.prepare(&purchase(2, 100)).unwrap();
        assert_eq!(
            session.append(&pending),
            Err(CardFault::PinNeeded),
            "a wrong one takes it back"
        );
    }
    card.power_on();
    let mut again = session(&mut card);
    assert_eq!(again.counters().pin_tries, 2);
    assert_eq!(again.verify_pin(&wrong), Err(CardFault::PinWrong(1)));
    assert_eq!(again.verify_pin(&wrong), Err(CardFault::PinBlocked));
    assert_eq!(again.verify_pin(&pin()), Err(CardFault::PinBlocked), "too late");
    let other = Pin::new("271828").unwrap();
    set_pin(&mut card, APPLICATION, &masters(), &other, &*entropy(6)).unwrap();
    let mut again = session(&mut card);
    assert_eq!(again.verify_pin(&pin()), Err(CardFault::PinWrong(2)));
    again.verify_pin(&other).unwrap();
}

/// A card with the files of another and none of its keys: says yes to everything.
struct Fake(SoftCard);

impl Transport for Fake {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportFault> {
        match command.get(1) {
            Some(&instruction::EXTERNAL_AUTHENTICATE) => Ok(vec![0x90, 0]),
            Some(&instruction::INTERNAL_AUTHENTICATE) => {
                Ok([Counters::default().encode().as_slice(), &[7; PROOF], &[0x90, 0]].concat())
            }
            _ => self.0.transmit(command),
        }
    }
}

/// Answers what a real card answered another time.
struct Replay(Vec<Vec<u8>>);

impl Transport for Replay {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportFault> {
        if self.0.is_empty() { Err(TransportFault::NoCard) } else { Ok(self.0.remove(0)) }
    }
}

/// Stands between: keeps what passes, and changes one bit of one message.
struct Between {
    card: SoftCard,
    answers: Vec<Vec<u8>>,
    change: Option<Change>,
    passed: usize,
}

#[derive(Clone, Copy, Debug)]
struct Change {
    message: usize,
    in_answer: bool,
    at: usize,
    mask: u8,
}

impl Between {
    fn new(change: Option<Change>) -> Self {
        Self { card: issued(), answers: Vec::new(), change, passed: 0 }
    }
}

impl Transport for Between {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportFault> {
        let now = self.change.filter(|change| change.message == self.passed);
        self.passed += 1;
        let spoil = |bytes: &mut Vec<u8>, change: Change| {
            let at = change.at % bytes.len();
            bytes[at] ^= change.mask;
        };
        let mut command = command.to_vec();
        if let Some(change) = now.filter(|change| !change.in_answer) {
            spoil(&mut command, change);
        }
        let mut answer = self.card.transmit(&command)?;
        if let Some(change) = now.filter(|change| change.in_answer) {
            spoil(&mut answer, change);
        }
        self.answers.push(answer.clone());
        Ok(answer)
    }
}

#[test]
fn a_copy_without_the_key_and_a_replay_are_not_genuine() {
    let mut fake = Fake(issued());
    assert_eq!(visit(&mut fake, 5).err(), Some(CardFault::NotGenuine));
    let mut genuine = Between::new(None);
    visit(&mut genuine, 5).unwrap();
    let mut same = Replay(genuine.answers.clone());
    assert!(visit(&mut same, 5).is_ok(), "only a desk that repeats its own challenge believes it");
    let mut replay = Replay(genuine.answers);
    assert_eq!(visit(&mut replay, 6).err(), Some(CardFault::NotGenuine));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn whoever_stands_between_changes_nothing_unnoticed(
        message in 0..40_usize,
        in_answer in any::<bool>(),
        at in any::<usize>(),
        mask in 1..=255_u8,
    ) {
        let mut quiet = Between::new(None);
        let expected = visit(&mut quiet, 5).unwrap();
        let change = Change { message: message % quiet.passed, in_answer, at, mask };
        let mut between = Between::new(Some(change));
        // It fails, or what counts is the same: what was read, and what the card has written.
        if let Ok(found) = visit(&mut between, 5) {
            prop_assert_eq!(&found, &expected);
            between.card.power_on();
            prop_assert_eq!(session(&mut between.card).counters().link, found.1.link());
        }
    }

    #[test]
    fn no_answers_make_a_desk_panic(
        answers in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..12),
    ) {
        prop_assert!(visit(&mut Replay(answers), 5).is_err());
    }

    #[test]
    fn no_answers_after_a_good_beginning_do_either(
        begun in 4..30_usize,
        noise in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..12),
        well in any::<bool>(),
    ) {
        let mut genuine = Between::new(None);
        visit(&mut genuine, 5).unwrap();
        let mut answers = genuine.answers;
        answers.truncate(begun);
        answers.extend(noise.into_iter().map(|mut answer| {
            if well {
                answer.extend([0x90, 0]);
            }
            answer
        }));
        drop(visit(&mut Replay(answers), 5));
    }
}

/// How many messages pass until the PIN is given.
fn before_append() -> usize {
    let mut between = Between::new(None);
    session(&mut between).verify_pin(&pin()).unwrap();
    between.passed
}

/// Appends through somebody who changes a byte of the record on its way there, or of the answer on its way back.
/// Answers what the desk was told, and the card's counter afterwards.
fn appended(message: usize, in_answer: bool, at: usize) -> (Result<SealedRecord, CardFault>, u32) {
    let mut between = Between::new(Some(Change { message, in_answer, at, mask: 1 }));
    let outcome = {
        let mut session = session(&mut between);
        session.verify_pin(&pin()).unwrap();
        let pending = session.prepare(&purchase(1, 50_000)).unwrap();
        session.append(&pending)
    };
    between.card.power_on();
    (outcome, session(&mut between.card).counters().atc)
}

#[test]
fn a_record_is_proved_on_its_way_there_and_the_answer_on_its_way_back() {
    let append = before_append();
    let header = 5;
    for at in header..header + crate::record::SEALED {
        let (outcome, atc) = appended(append, false, at);
        assert_eq!((outcome, atc), (Err(CardFault::PinNeeded), 0), "byte {at}");
    }
    for at in 0..2 * PROOF {
        let (outcome, atc) = appended(append, true, at);
        assert_eq!((outcome, atc), (Err(CardFault::NotGenuine), 1), "byte {at}");
    }
}

#[test]
fn an_answer_in_pieces_is_put_together() {
    let ask = |answers: &[&[u8]]| {
        let mut told = Replay(answers.iter().map(|answer| answer.to_vec()).collect());
        Link::new(&mut told).done(&Command::new(instruction::READ_BINARY, 0, 0).expect(4))
    };
    assert_eq!(ask(&[b"one\x61\x03", b"two\x90\0"]), Ok(b"onetwo".to_vec()));
    assert_eq!(ask(&[b"no\x6c\x03", b"yes\x90\0"]), Ok(b"yes".to_vec()), "of no account");
    assert_eq!(ask(&[b"\x61\x03", b"\x6a\x82"]), Err(CardFault::Refused(Status::FileNotFound)));
    assert_eq!(ask(&[b"a\x61\x01".as_slice(); 40]), Err(CardFault::Garbled), "without end");
    assert_eq!(ask(&[b"\x6c\x01".as_slice(); 40]), Err(CardFault::Garbled), "without end");
    assert_eq!(ask(&[b"\x90"]), Err(CardFault::Garbled));
}
