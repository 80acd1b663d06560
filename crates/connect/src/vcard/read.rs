//! From a file to contacts. A card that cannot be understood in part is taken in part, and the rest is named.

use std::collections::VecDeque;
use std::io::{Cursor, Read};

use serde::{Deserialize, Serialize};

use crate::feed::{Encoding, codes, detect, open_text, shorten};

use super::build::{Built, build, is_inline_data};
use super::contact::Contact;
use super::limits::{
    CARD_PROPERTIES_MAX, CARDS_BYTES_MAX, CARDS_MAX, PROBLEMS_MAX, PROPERTY_BYTES_MAX,
};
use super::lines::{ContentLine, ContentLines};
use super::property::RawProperty;
use super::text::Dialect;

codes! {
    /// Why a file of cards was refused.
    CardErrorCode {
        /// The file is larger than the limit.
        TooLarge => "too-large",
        /// The file has no card.
        NoCard => "no-card",
    }
}

/// Why a file of cards was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}", code.code())]
pub struct CardError {
    /// The reason.
    pub code: CardErrorCode,
    /// Arguments of the message, name and value.
    pub args: Vec<(String, String)>,
}

impl CardError {
    /// The Fluent key of the message.
    pub fn message_key(&self) -> String {
        format!("vcard-error-{}", self.code.code())
    }
}

codes! {
    /// What was not understood in a card.
    CardProblemCode {
        /// A line that is no property.
        Line => "line",
        /// A property outside of a card.
        Outside => "outside",
        /// A card without an end: the next one begins inside it, or the file ends.
        Unterminated => "unterminated",
        /// A card with neither name nor phone nor e-mail.
        Empty => "empty",
        /// A birthday or anniversary that is no date.
        Date => "date",
        /// A property longer than the limit: its end is missing.
        TooLong => "too-long",
        /// More properties in a card, or cards in a file, than the limit.
        TooMany => "too-many",
        /// Bytes that are no text in the card's or the file's encoding.
        Encoding => "encoding",
    }
}

/// One thing that was not understood, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardProblem {
    /// The card it belongs to, from 1; 0 before the first.
    pub card: u64,
    /// Line of the file, from 1.
    pub line: u64,
    /// The reason.
    pub code: CardProblemCode,
    /// The property, when the reason lies in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<String>,
    /// The offending text, shortened.
    pub value: String,
}

impl CardProblem {
    /// The Fluent key of the reason.
    pub fn message_key(&self) -> String {
        format!("vcard-problem-{}", self.code.code())
    }
}

/// What a file of cards holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cards {
    /// The contacts, in file order.
    pub contacts: Vec<Contact>,
    /// What was not understood.
    pub problems: Vec<CardProblem>,
}

/// One card of a file, or a stretch of lines outside of any card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadCard {
    /// Which card of the file, from 1; none for lines outside of cards.
    pub number: Option<u64>,
    /// The line it begins on, from 1.
    pub line: u64,
    /// What it says, as far as it was understood; none when it says nothing of use.
    pub contact: Option<Contact>,
    /// What was not understood in it.
    pub problems: Vec<CardProblem>,
    /// Nothing behind it is read.
    pub ends_file: bool,
}

/// Reads all cards of a file: vCard 2.1, 3.0 or 4.0, also mixed.
///
/// # Errors
/// Refuses a file that is too large or has no card. What is wrong inside one card is a problem, not an error.
pub fn read_cards(bytes: &[u8]) -> Result<Cards, CardError> {
    let mut cards = Cards::default();
    for card in CardReader::open(bytes)? {
        let room = PROBLEMS_MAX.saturating_sub(cards.problems.len());
        cards.problems.extend(card.problems.into_iter().take(room));
        cards.contacts.extend(card.contact);
    }
    Ok(cards)
}

/// Reads a file card by card: an iterator that keeps the file and one card in memory.
pub struct CardReader {
    text: Vec<u8>,
    encoding: Encoding,
    /// Bytes of `text` that are read.
    at: usize,
    /// Lines that are read.
    line: u64,
    /// Cards begun so far.
    number: u64,
    open: Option<OpenCard>,
    /// Within a stretch of lines outside of cards, of which only the first is named.
    is_outside: bool,
    ready: VecDeque<ReadCard>,
}

struct OpenCard {
    line: u64,
    dialect: Dialect,
    /// Cards inside an AGENT property are passed over.
    depth: u32,
    properties: Vec<RawProperty>,
    problems: Vec<CardProblem>,
}

impl CardReader {
    /// Opens a file from memory.
    ///
    /// # Errors
    /// Refuses a file that is too large or has no card.
    pub fn open(bytes: &[u8]) -> Result<Self, CardError> {
        if bytes.len() > CARDS_BYTES_MAX {
            let args = vec![("limit".to_owned(), CARDS_BYTES_MAX.to_string())];
            return Err(CardError { code: CardErrorCode::TooLarge, args });
        }
        let (text, encoding) = ascii_view(bytes);
        let is_begin = |line: ContentLine| {
            let property = RawProperty::parse(&line, encoding);
            property.is_some_and(|p| p.name == "BEGIN" && is_card_word(&p))
        };
        if !ContentLines::new(&text).any(is_begin) {
            return Err(CardError { code: CardErrorCode::NoCard, args: Vec::new() });
        }
        Ok(Self {
            text,
            encoding,
            at: 0,
            line: 0,
            number: 0,
            open: None,
            is_outside: false,
            ready: VecDeque::new(),
        })
    }

    /// The encoding of what declares none.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Bytes read and in all.
    pub fn progress(&self) -> (u64, u64) {
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        (count(self.at), count(self.text.len()))
    }

    /// Takes the next line; `false` at the end of the file.
    fn step(&mut self) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let mut lines = ContentLines::after(rest, self.line);
        let found = lines.next();
        (self.at, self.line) = (self.text.len() - lines.left(), lines.number());
        let Some(line) = found else { return false };
        match RawProperty::parse(&line, self.encoding) {
            Some(property) => {
                if line.cut && !is_inline_data(&property) {
                    let limit = PROPERTY_BYTES_MAX.to_string();
                    let name = Some(property.name.as_str());
                    self.problem(line.number, CardProblemCode::TooLong, name, &limit);
                }
                self.take(property);
            }
            None => {
                let start = line.bytes.get(..line.bytes.len().min(200)).unwrap_or_default();
                let start = String::from_utf8_lossy(start).into_owned();
                let code = match self.open {
                    Some(_) => CardProblemCode::Line,
                    None => CardProblemCode::Outside,
                };
                self.problem(line.number, code, None, &start);
            }
        }
        if self.number > u64::try_from(CARDS_MAX).unwrap_or(u64::MAX) {
            self.open = None;
            self.at = self.text.len();
            let limit = CARDS_MAX.to_string();
            self.problem(line.number, CardProblemCode::TooMany, None, &limit);
        }
        true
    }

    /// Notes what was not understood, in the open card or as a stretch outside of cards.
    fn problem(&mut self, line: u64, code: CardProblemCode, name: Option<&str>, value: &str) {
        let (property, value) = (name.map(str::to_owned), shorten(value));
        let problem = CardProblem { card: self.number, line, code, property, value };
        match &mut self.open {
            Some(card) if card.problems.len() < PROBLEMS_MAX => card.problems.push(problem),
            Some(_) => {}
            None if self.is_outside && code != CardProblemCode::TooMany => {}
            None => {
                self.is_outside = true;
                let ends_file = code == CardProblemCode::TooMany;
                let problems = vec![problem];
                let stray = ReadCard { number: None, line, contact: None, problems, ends_file };
                self.ready.push_back(stray);
            }
        }
    }

    fn take(&mut self, property: RawProperty) {
        match property.name.as_str() {
            "BEGIN" if is_card_word(&property) => self.begin(property.line),
            "END" if is_card_word(&property) => self.end(property.line),
            _ => self.keep(property),
        }
    }

    fn keep(&mut self, property: RawProperty) {
        let Some(card) = &mut self.open else {
            self.problem(property.line, CardProblemCode::Outside, None, &property.name);
            return;
        };
        if card.depth > 0 {
            return;
        }
        if property.name == "VERSION" && property.value.trim() == "2.1" {
            card.dialect = Dialect::Old;
        }
        let (line, name, value) = (property.line, property.name.clone(), property.value.clone());
        let (count, garbled, begun) = (card.properties.len(), property.garbled, card.line);
        // One more than the limit says that it was reached, so it is reported once.
        if count <= CARD_PROPERTIES_MAX {
            card.properties.push(property);
        }
        if count == CARD_PROPERTIES_MAX {
            let limit = CARD_PROPERTIES_MAX.to_string();
            self.problem(begun, CardProblemCode::TooMany, None, &limit);
        }
        if garbled {
            self.problem(line, CardProblemCode::Encoding, Some(&name), &value);
        }
    }

    fn begin(&mut self, line: u64) {
        if let Some(card) = &mut self.open {
            let agent = card
                .properties
                .last()
                .is_some_and(|p| p.name == "AGENT" && p.value.trim().is_empty());
            if agent || card.depth > 0 {
                card.depth += 1;
                return;
            }
        }
        self.break_off();
        self.number += 1;
        self.is_outside = false;
        self.open = Some(OpenCard {
            line,
            dialect: Dialect::New,
            depth: 0,
            properties: Vec::new(),
            problems: Vec::new(),
        });
    }

    fn end(&mut self, line: u64) {
        match &mut self.open {
            Some(card) if card.depth > 0 => card.depth -= 1,
            Some(_) => {
                if let Some(card) = self.open.take() {
                    self.finish(card);
                }
            }
            None => self.problem(line, CardProblemCode::Outside, None, "END"),
        }
    }

    /// The open card has no end.
    fn break_off(&mut self) {
        let Some(begun) = self.open.as_ref().map(|card| card.line) else { return };
        self.problem(begun, CardProblemCode::Unterminated, None, "");
        if let Some(card) = self.open.take() {
            self.finish(card);
        }
    }

    fn finish(&mut self, card: OpenCard) {
        let Built { contact, bad_dates } = build(&card.properties, card.dialect);
        let number = self.number;
        let problem = |line, code, property, value: &str| CardProblem {
            card: number,
            line,
            code,
            property,
            value: shorten(value),
        };
        let mut problems = card.problems;
        problems.extend(
            bad_dates.into_iter().map(|(line, name, value)| {
                problem(line, CardProblemCode::Date, Some(name), &value)
            }),
        );
        let contact = contact.name().is_some().then_some(contact);
        if contact.is_none() {
            problems.push(problem(card.line, CardProblemCode::Empty, None, ""));
        }
        let (line, number) = (card.line, Some(number));
        self.ready.push_back(ReadCard { number, line, contact, problems, ends_file: false });
    }
}

impl Iterator for CardReader {
    type Item = ReadCard;

    fn next(&mut self) -> Option<ReadCard> {
        while self.ready.is_empty() {
            if !self.step() {
                self.break_off();
                break;
            }
        }
        self.ready.pop_front()
    }
}

fn is_card_word(property: &RawProperty) -> bool {
    property.value.trim().eq_ignore_ascii_case("VCARD")
}

/// The file without its byte order mark and with UTF-16 as UTF-8, and the encoding of what is not declared.
fn ascii_view(bytes: &[u8]) -> (Vec<u8>, Encoding) {
    let mut file = Cursor::new(bytes.to_vec());
    // Reading from memory does not fail; if it did, the bytes as they are would be the best view of them.
    let view = detect(&mut file, Encoding::Auto).and_then(|detected| {
        let mut text = Vec::new();
        open_text(file, detected)?.read_to_end(&mut text)?;
        Ok((text, detected.encoding))
    });
    view.unwrap_or_else(|_| (bytes.to_vec(), Encoding::Utf8))
}
