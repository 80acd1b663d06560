//! From a file to contacts. A card that cannot be understood in part is taken in part, and the rest is named.

use std::io::{Cursor, Read};

use serde::{Deserialize, Serialize};

use crate::feed::{Encoding, codes, detect, open_text, shorten};

use super::build::{Built, build};
use super::contact::Contact;
use super::limits::{
    CARD_PROPERTIES_MAX, CARDS_BYTES_MAX, CARDS_MAX, PROBLEMS_MAX, PROPERTY_BYTES_MAX,
};
use super::lines::ContentLines;
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

/// Reads all cards of a file: vCard 2.1, 3.0 or 4.0, also mixed.
///
/// # Errors
/// Refuses a file that is too large or has no card. What is wrong inside one card is a problem, not an error.
pub fn read_cards(bytes: &[u8]) -> Result<Cards, CardError> {
    if bytes.len() > CARDS_BYTES_MAX {
        let args = vec![("limit".to_owned(), CARDS_BYTES_MAX.to_string())];
        return Err(CardError { code: CardErrorCode::TooLarge, args });
    }
    let (text, encoding) = ascii_view(bytes);
    let mut reader = Reader { cards: Cards::default(), number: 0, open: None, encoding };
    for line in ContentLines::new(&text) {
        if line.cut {
            reader.problem(line.number, CardProblemCode::TooLong, &PROPERTY_BYTES_MAX.to_string());
        }
        match RawProperty::parse(&line, reader.encoding) {
            Some(property) => reader.take(property),
            None => {
                let start = line.bytes.get(..line.bytes.len().min(200)).unwrap_or_default();
                let start = String::from_utf8_lossy(start).into_owned();
                reader.problem(line.number, CardProblemCode::Line, &start);
            }
        }
        if reader.number > u64::try_from(CARDS_MAX).unwrap_or(u64::MAX) {
            reader.problem(line.number, CardProblemCode::TooMany, &CARDS_MAX.to_string());
            reader.open = None;
            break;
        }
    }
    if let Some(card) = reader.open.take() {
        reader.problem(card.line, CardProblemCode::Unterminated, "");
        reader.finish(card);
    }
    if reader.number == 0 {
        return Err(CardError { code: CardErrorCode::NoCard, args: Vec::new() });
    }
    Ok(reader.cards)
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

struct Reader {
    cards: Cards,
    number: u64,
    open: Option<OpenCard>,
    encoding: Encoding,
}

struct OpenCard {
    line: u64,
    dialect: Dialect,
    /// Cards inside an AGENT property are passed over.
    depth: u32,
    properties: Vec<RawProperty>,
}

impl Reader {
    fn problem(&mut self, line: u64, code: CardProblemCode, value: &str) {
        if self.cards.problems.len() < PROBLEMS_MAX {
            let problem = CardProblem { card: self.number, line, code, value: shorten(value) };
            self.cards.problems.push(problem);
        }
    }

    fn take(&mut self, property: RawProperty) {
        let card_word = property.value.trim().eq_ignore_ascii_case("VCARD");
        match property.name.as_str() {
            "BEGIN" if card_word => self.begin(property.line),
            "END" if card_word => self.end(property.line),
            _ => match &mut self.open {
                Some(card) if card.depth > 0 => {}
                Some(card) if card.properties.len() >= CARD_PROPERTIES_MAX => {
                    if card.properties.len() == CARD_PROPERTIES_MAX {
                        // One more than the limit says that it was reached, so it is reported once.
                        card.properties.push(property);
                        let line = card.line;
                        self.problem(
                            line,
                            CardProblemCode::TooMany,
                            &CARD_PROPERTIES_MAX.to_string(),
                        );
                    }
                }
                Some(card) => {
                    if property.name == "VERSION" && property.value.trim() == "2.1" {
                        card.dialect = Dialect::Old;
                    }
                    card.properties.push(property);
                }
                None => self.problem(property.line, CardProblemCode::Outside, &property.name),
            },
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
        if let Some(card) = self.open.take() {
            self.problem(card.line, CardProblemCode::Unterminated, "");
            self.finish(card);
        }
        self.number += 1;
        self.open =
            Some(OpenCard { line, dialect: Dialect::New, depth: 0, properties: Vec::new() });
    }

    fn end(&mut self, line: u64) {
        match &mut self.open {
            Some(card) if card.depth > 0 => card.depth -= 1,
            Some(_) => {
                if let Some(card) = self.open.take() {
                    self.finish(card);
                }
            }
            None => self.problem(line, CardProblemCode::Outside, "END"),
        }
    }

    fn finish(&mut self, card: OpenCard) {
        let Built { contact, bad_dates } = build(&card.properties, card.dialect);
        for (line, value) in bad_dates {
            self.problem(line, CardProblemCode::Date, &value);
        }
        if contact.name().is_some() {
            self.cards.contacts.push(contact);
        } else {
            self.problem(card.line, CardProblemCode::Empty, "");
        }
    }
}
