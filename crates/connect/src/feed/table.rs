//! Reading one file of rows and columns: records and rejects, one at a time.

use std::collections::BTreeMap;
use std::path::Path;

use kernel::Currency;

use super::bind::BoundRule;
use super::identity::Identity;
use super::lookup::Tables;
use super::mapping::FileRule;
use super::problem::{Fault, FeedError, Reject, RejectCode};
use super::reader::Counts;
use super::row::Cell;
use super::source::{FoundForm, RowSource};
use super::transform;
use super::value::Record;

/// Reads one table. An iterator of records and rejects; memory does not grow with the file, except for the counters
/// of an id rule with `ordinal`.
pub(super) struct TableReader {
    source: RowSource,
    bound: BoundRule,
    kind: String,
    identity: Identity,
    currency: Option<Currency>,
    counts: Counts,
    last_row: u64,
    from_row: u64,
    finished: bool,
}

impl TableReader {
    pub(super) fn open(
        path: &Path,
        rule: &FileRule,
        currency: Option<Currency>,
        tables: &Tables,
    ) -> Result<Self, FeedError> {
        let source = RowSource::open(path, &rule.format)?;
        let bound = BoundRule::new(rule, source.header(), tables)?;
        let id = rule.id.clone().unwrap_or_default();
        Ok(Self {
            source,
            bound,
            kind: rule.kind.clone().unwrap_or_default(),
            identity: Identity::new(id),
            currency,
            counts: Counts::default(),
            last_row: 0,
            from_row: 0,
            finished: false,
        })
    }

    /// Passes over rows before `row`, to go on where an earlier run stopped: give it the row after the last one that
    /// was stored. Ids stay what they would have been in one run.
    pub(super) fn skip_to(&mut self, row: u64) {
        self.from_row = row;
    }
    /// What the rows read so far became.
    pub(super) fn counts(&self) -> Counts {
        self.counts
    }
    /// The row read last; 0 before the first.
    pub(super) fn last_row(&self) -> u64 {
        self.last_row
    }
    /// Work done and in all, for a progress bar; the unit is the file's own.
    pub(super) fn progress(&self) -> (u64, u64) {
        self.source.progress()
    }
    /// Column names of the file.
    pub(super) fn columns(&self) -> &[String] {
        self.source.header().names()
    }
    /// Encoding and delimiter in use.
    pub(super) fn form(&self) -> &FoundForm {
        self.source.found()
    }

    fn reject(&self, row: u64, column: Option<usize>, fault: Fault, ends_file: bool) -> Reject {
        let column = column.and_then(|c| self.source.header().name(c)).map(str::to_owned);
        Reject {
            file: self.source.file().to_owned(),
            row,
            card: None,
            column,
            code: fault.code,
            value: fault.value,
            args: fault.args,
            ends_file,
        }
    }

    /// Sheets leave empty cells out and exports add empty ones; other differences from the header are faults.
    fn check_columns(&self, cells: &[Cell]) -> Result<(), Fault> {
        let expected = self.source.header().names().len();
        let found = cells.len();
        let extra = cells.get(expected..).unwrap_or_default();
        let code = if found < expected && !self.source.is_ragged() {
            RejectCode::TooFewColumns
        } else if !extra.iter().all(Cell::is_blank) {
            RejectCode::TooManyColumns
        } else {
            return Ok(());
        };
        let start: Vec<&str> = cells.iter().take(8).map(|c| c.text().unwrap_or("")).collect();
        Err(Fault::new(code, &start.join(" | ")).arg("found", found).arg("expected", expected))
    }

    fn record(&mut self, row: u64, cells: &[Cell]) -> Result<Record, Reject> {
        self.check_columns(cells).map_err(|fault| self.reject(row, None, fault, false))?;
        let mut fields = BTreeMap::new();
        for field in &self.bound.fields {
            match transform::value(field, cells, self.currency) {
                Ok(Some(value)) => {
                    fields.insert(field.rule.to.clone(), value);
                }
                Ok(None) => {}
                Err(fault) => return Err(self.reject(row, field.column(), fault, false)),
            }
        }
        let external_id =
            self.identity.of(&fields).map_err(|fault| self.reject(row, None, fault, false))?;
        Ok(Record { row, kind: self.kind.clone(), external_id, fields })
    }
}

impl Iterator for TableReader {
    type Item = Result<Record, Reject>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.finished {
            let Some(raw) = self.source.next_row() else {
                self.finished = true;
                break;
            };
            self.last_row = raw.row;
            self.finished = raw.ends_file;
            let early = raw.row < self.from_row && !raw.ends_file;
            let cells = match raw.cells {
                Ok(cells) => cells,
                Err(_) if early => {
                    self.counts.skipped += 1;
                    continue;
                }
                Err(fault) => {
                    self.counts.rejects += 1;
                    return Some(Err(self.reject(raw.row, None, fault, raw.ends_file)));
                }
            };
            let unwanted = cells.iter().all(Cell::is_blank)
                || self.bound.skip.iter().any(|condition| condition.holds(&cells));
            // Skipped rows still count towards ids that number rows.
            let result = (!unwanted && (!early || self.identity.counts_rows()))
                .then(|| self.record(raw.row, &cells));
            match result {
                Some(result) if !early => {
                    match &result {
                        Ok(_) => self.counts.records += 1,
                        Err(_) => self.counts.rejects += 1,
                    }
                    return Some(result);
                }
                _ => self.counts.skipped += 1,
            }
        }
        None
    }
}
