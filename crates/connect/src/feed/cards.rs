//! A file of contact cards as a feed: one card is one row. A card of which a part cannot be understood is rejected as a
//! whole, as a row of a table is, so that nothing half-read is stored.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Take};
use std::path::Path;

use crate::vcard::{
    CardError, CardErrorCode, CardProblem, CardProblemCode, CardReader, ReadCard, contact_record,
    limits::CARDS_BYTES_MAX,
};

use super::problem::{FeedError, FeedErrorCode, Reject, RejectCode};
use super::reader::Counts;
use super::value::Record;

/// Bytes in which a file must show that it holds cards.
const HEAD_BYTES: u64 = 512;

/// Reads a file of cards.
pub(super) struct CardRows {
    file: String,
    kind: String,
    cards: CardReader,
    /// Further reasons against the card that was read last.
    ready: VecDeque<Reject>,
    card: Option<u64>,
    counts: Counts,
    last_row: u64,
    from_row: u64,
}

impl CardRows {
    pub(super) fn open(path: &Path, kind: &str) -> Result<Self, FeedError> {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let unreadable = |error: std::io::Error| {
            FeedError::new(FeedErrorCode::FileUnreadable, &file).arg("detail", error)
        };
        let mut bytes = Vec::new();
        // one byte more than the limit tells that there is more
        let limit = u64::try_from(CARDS_BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
        let mut source: Take<File> = File::open(path).map_err(unreadable)?.take(limit);
        source.read_to_end(&mut bytes).map_err(unreadable)?;
        if bytes.is_empty() {
            return Err(FeedError::new(FeedErrorCode::FileEmpty, &file));
        }
        let refused = |error: CardError| match error.code {
            CardErrorCode::TooLarge => {
                FeedError::new(FeedErrorCode::FileTooLarge, &file).arg("limit", CARDS_BYTES_MAX)
            }
            CardErrorCode::NoCard => FeedError::new(FeedErrorCode::NoCard, &file),
        };
        let cards = CardReader::open(&bytes).map_err(refused)?;
        Ok(Self {
            file,
            kind: kind.to_owned(),
            cards,
            ready: VecDeque::new(),
            card: None,
            counts: Counts::default(),
            last_row: 0,
            from_row: 0,
        })
    }

    pub(super) fn skip_to(&mut self, row: u64) {
        self.from_row = row;
    }
    pub(super) fn counts(&self) -> Counts {
        self.counts
    }
    pub(super) fn last_row(&self) -> u64 {
        self.last_row
    }
    pub(super) fn card(&self) -> Option<u64> {
        self.card
    }
    pub(super) fn encoding(&self) -> &'static str {
        self.cards.encoding().name()
    }
    pub(super) fn progress(&self) -> (u64, u64) {
        self.cards.progress()
    }

    pub(super) fn next(&mut self) -> Option<Result<Record, Reject>> {
        if let Some(reject) = self.ready.pop_front() {
            return Some(Err(reject));
        }
        let card = loop {
            let card = self.cards.next()?;
            self.last_row = card.line;
            if card.line >= self.from_row {
                break card;
            }
            self.counts.skipped += 1;
        };
        self.card = card.number;
        if card.problems.is_empty()
            && let Some(contact) = &card.contact
        {
            self.counts.records += 1;
            let kind = self.kind.clone();
            return Some(Ok(Record { kind, ..contact_record(contact, card.line) }));
        }
        self.counts.rejects += 1;
        self.ready.extend(card.problems.iter().map(|p| reject(&self.file, &card, p)));
        self.ready.pop_front().map(Err)
    }
}

fn reject(file: &str, card: &ReadCard, problem: &CardProblem) -> Reject {
    let code = match problem.code {
        CardProblemCode::Line => RejectCode::CardLine,
        CardProblemCode::Outside => RejectCode::CardOutside,
        CardProblemCode::Unterminated => RejectCode::CardUnterminated,
        CardProblemCode::Empty => RejectCode::CardEmpty,
        CardProblemCode::Date => RejectCode::CardDate,
        CardProblemCode::TooLong => RejectCode::CardTooLong,
        CardProblemCode::TooMany => RejectCode::CardTooMany,
        CardProblemCode::Encoding => RejectCode::CardEncoding,
    };
    Reject {
        file: file.to_owned(),
        row: problem.line,
        card: card.number.and_then(|number| u32::try_from(number).ok()),
        column: problem.property.clone(),
        code,
        value: problem.value.clone(),
        args: Vec::new(),
        ends_file: card.ends_file,
    }
}

/// Whether a file is one of cards: by how it begins, or by its name when its beginning says nothing.
pub(super) fn is_cards(path: &Path) -> std::io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD_BYTES).read_to_end(&mut head)?;
    // UTF-16 has a zero beside every letter; a byte order mark and blank lines may stand in front
    head.retain(|b| !b.is_ascii_whitespace() && *b != 0 && b.is_ascii());
    let begins = head.get(..11).is_some_and(|b| b.eq_ignore_ascii_case(b"BEGIN:VCARD"));
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    Ok(begins || ["vcf", "vcard"].iter().any(|e| ending.eq_ignore_ascii_case(e)))
}
