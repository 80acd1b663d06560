//! Reading one file, whatever its form: records and rejects, one at a time.

use std::path::Path;

use kernel::Currency;
use serde::{Deserialize, Serialize};

use super::cards::CardRows;
use super::lookup::Tables;
use super::mapping::{FileRule, Format};
use super::problem::{FeedError, Reject};
use super::source::FoundForm;
use super::table::TableReader;
use super::value::Record;

/// How many rows of a file became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows that became records.
    pub records: u64,
    /// Rows that were rejected.
    pub rejects: u64,
    /// Rows passed over: blank, named by a `skip` rule, or before the row given to `skip_to`.
    pub skipped: u64,
}

/// Reads one file. An iterator of records and rejects; memory does not grow with the file, except for the counters
/// of an id rule with `ordinal`, and for a file of cards, which is kept whole.
pub struct FeedReader(Form);

enum Form {
    Table(Box<TableReader>),
    Cards(Box<CardRows>),
}

impl FeedReader {
    pub(crate) fn open(
        path: &Path,
        rule: &FileRule,
        currency: Option<Currency>,
        tables: &Tables,
    ) -> Result<Self, FeedError> {
        Ok(Self(match (&rule.format, &rule.kind) {
            (Format::Vcard, Some(kind)) => Form::Cards(Box::new(CardRows::open(path, kind)?)),
            _ => Form::Table(Box::new(TableReader::open(path, rule, currency, tables)?)),
        }))
    }

    /// Passes over rows before `row`, to go on where an earlier run stopped: give it the row after the last one that
    /// was stored. Ids stay what they would have been in one run.
    pub fn skip_to(&mut self, row: u64) {
        match &mut self.0 {
            Form::Table(table) => table.skip_to(row),
            Form::Cards(cards) => cards.skip_to(row),
        }
    }
    /// What the rows read so far became.
    pub fn counts(&self) -> Counts {
        match &self.0 {
            Form::Table(table) => table.counts(),
            Form::Cards(cards) => cards.counts(),
        }
    }
    /// The row read last; 0 before the first.
    pub fn last_row(&self) -> u64 {
        match &self.0 {
            Form::Table(table) => table.last_row(),
            Form::Cards(cards) => cards.last_row(),
        }
    }
    /// Which card of a file of cards was read last, from 1.
    pub fn card(&self) -> Option<u64> {
        match &self.0 {
            Form::Table(_) => None,
            Form::Cards(cards) => cards.card(),
        }
    }
    /// Work done and in all, for a progress bar; the unit is the file's own.
    pub fn progress(&self) -> (u64, u64) {
        match &self.0 {
            Form::Table(table) => table.progress(),
            Form::Cards(cards) => cards.progress(),
        }
    }
    /// Column names of the file; cards have none.
    pub fn columns(&self) -> &[String] {
        match &self.0 {
            Form::Table(table) => table.columns(),
            Form::Cards(_) => &[],
        }
    }
    /// Encoding and delimiter in use.
    pub fn form(&self) -> FoundForm {
        match &self.0 {
            Form::Table(table) => table.form().clone(),
            Form::Cards(cards) => FoundForm { encoding: Some(cards.encoding()), delimiter: None },
        }
    }
}

impl Iterator for FeedReader {
    type Item = Result<Record, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            Form::Table(table) => table.next(),
            Form::Cards(cards) => cards.next(),
        }
    }
}
