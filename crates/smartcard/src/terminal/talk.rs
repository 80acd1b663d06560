//! A talk with a card that goes step by step, because somebody else carries the commands there: the page of a clerk asks the
//! server what to say, and comes back with what the card has answered. The server keeps nothing in between. It is told everything
//! that was answered so far, goes through the talk from its beginning, and either comes to its end or knows the next command.
//!
//! So the talk must go the same way each time: its chance comes from a secret of the desk and of this talk alone.

use std::sync::atomic::{AtomicU64, Ordering};

use kernel::Entropy;

use super::{CardFault, Transport, TransportFault};
use crate::apdu::ANSWER_MAX;
use crate::hex;
use crate::keys::{DeskMaster, Key};

/// Answers of one talk at most.
pub const ANSWERS_MAX: usize = 256;
/// Bytes of one answer at most: data and status.
const ANSWER_BYTES_MAX: usize = ANSWER_MAX + 2;

/// What a card has answered so far; `None` stands for no answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers(Vec<Option<Vec<u8>>>);

impl Answers {
    /// From how they travel: answers in hexadecimal digits with a dot after each, `-` for none. `None` when it is no such text.
    pub fn parse(text: &str) -> Option<Self> {
        let parts = text.split_terminator('.');
        let answers: Option<Vec<_>> = parts
            .take(ANSWERS_MAX + 1)
            .map(|part| match part {
                "-" => Some(None),
                digits => hex::bytes(digits, ANSWER_BYTES_MAX).filter(|b| b.len() >= 2).map(Some),
            })
            .collect();
        answers.filter(|all| all.len() <= ANSWERS_MAX).map(Self)
    }
}

/// What is next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step<T> {
    /// This is to be said to the card; its answer comes with the next step.
    Say(Vec<u8>),
    /// The talk has come to its end.
    End(Result<T, CardFault>),
}

/// Goes through a talk with what was answered so far.
pub fn step<T>(
    answers: &Answers,
    talk: impl FnOnce(&mut dyn Transport) -> Result<T, CardFault>,
) -> Step<T> {
    let mut told = Told { answers: answers.0.iter(), next: None };
    let end = talk(&mut told);
    match told.next {
        Some(command) => Step::Say(command),
        None => Step::End(end),
    }
}

struct Told<'a> {
    answers: std::slice::Iter<'a, Option<Vec<u8>>>,
    next: Option<Vec<u8>>,
}

impl Transport for Told<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportFault> {
        match (self.answers.next(), &self.next) {
            (Some(Some(answer)), None) => Ok(answer.clone()),
            (Some(None), _) => Err(TransportFault::NoCard),
            // who talks on after the first unanswered command is not heard
            (_, Some(_)) => Err(TransportFault::NoCard),
            (None, None) => {
                self.next = Some(command.to_vec());
                Err(TransportFault::NoCard)
            }
        }
    }
}

/// The chance of one talk: the same however often it is gone through, and known to no one who has not got the desk's key.
pub struct Chance {
    key: Key,
    drawn: AtomicU64,
}

impl Chance {
    /// Of the talk that these parts tell apart from all others.
    pub fn of(desks: &DeskMaster, talk: &[&[u8]]) -> Self {
        Self { key: desks.0.derive("tessera card talk", talk), drawn: AtomicU64::new(0) }
    }
}

impl Entropy for Chance {
    fn fill(&self, into: &mut [u8]) {
        for part in into.chunks_mut(32) {
            let number = self.drawn.fetch_add(1, Ordering::Relaxed);
            let drawn = self.key.derive("chance", &[&number.to_be_bytes()]);
            part.iter_mut().zip(drawn.reveal()).for_each(|(to, from)| *to = *from);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::record::SealedRecord;
    use crate::samples::{self, issued, masters, pin, purchase};
    use crate::terminal::Card;

    fn chance() -> Chance {
        Chance::of(&masters().desk, &[b"form 1", b"1795510800"])
    }

    /// A purchase from the first word to the record.
    fn buy(card: &mut dyn Transport) -> Result<SealedRecord, CardFault> {
        let mut session = Card::select_ours(card)?.authenticate(&masters().desk, &chance())?;
        session.present(&samples::keys())?;
        session.log()?;
        session.verify_pin(&pin())?;
        let pending = session.prepare(&purchase(1, 5_000))?;
        session.append(&pending)
    }

    #[test]
    fn a_talk_in_steps_ends_as_one_at_once_and_says_each_command_once() {
        let mut card = issued();
        let mut text = String::new();
        let mut steps = 0;
        let sealed = loop {
            let answers = Answers::parse(&text).unwrap();
            match step(&answers, buy) {
                Step::End(end) => break end.unwrap(),
                Step::Say(command) => {
                    for byte in card.transmit(&command).unwrap() {
                        write!(text, "{byte:02x}").unwrap();
                    }
                    text.push('.');
                    steps += 1;
                }
            }
        };
        assert_eq!((sealed.record.atc, sealed.record.amount), (1, samples::rub(5_000)));
        assert!((10..60).contains(&steps), "{steps}");
        // gone through once more it says nothing to the card
        let again = step(&Answers::parse(&text).unwrap(), buy);
        assert_eq!(again, Step::End(Ok(sealed)));
        // what another card has answered is no answer in this talk
        let mut other = issued();
        let select = other.transmit(&[0x00, 0x84, 0, 0, 8]).unwrap();
        let strange = Answers(vec![Some(select)]);
        assert!(matches!(step(&strange, buy), Step::End(Err(_))));
    }

    #[test]
    fn a_card_that_is_gone_ends_the_talk() {
        let gone = step(&Answers::parse("-.").unwrap(), buy);
        assert_eq!(gone, Step::End(Err(CardFault::Gone(TransportFault::NoCard))));
    }

    #[test]
    fn only_answers_are_read() {
        assert_eq!(Answers::parse(""), Some(Answers::default()));
        assert_eq!(Answers::parse("9000."), Some(Answers(vec![Some(vec![0x90, 0])])));
        let long = format!("{}.", "00".repeat(ANSWER_BYTES_MAX + 1));
        for bad in ["90", "900.", "9g00.", "..", "ё000.", "+900.", &long, &"9000.".repeat(257)] {
            assert_eq!(Answers::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn chance_is_of_one_talk() {
        let draw = |chance: &Chance| {
            let mut bytes = [0; 40];
            chance.fill(&mut bytes);
            bytes
        };
        let first = chance();
        let (one, two) = (draw(&first), draw(&first));
        assert_eq!(one, draw(&chance()));
        assert_ne!(one, two);
        assert_ne!(one, draw(&Chance::of(&masters().desk, &[b"form 2", b"1795510800"])));
    }
}
