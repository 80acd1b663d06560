//! Lookup tables: a column of another file of the folder, by key.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::limits::{LOOKUP_BYTES_MAX, LOOKUP_ROWS_MAX};
use super::mapping::LookupRule;
use super::problem::{FeedError, FeedErrorCode};
use super::source::RowSource;

/// One table in memory.
#[derive(Debug)]
pub(crate) struct Table {
    rule: String,
    values: BTreeMap<String, String>,
}

impl Table {
    /// The value of a key; an empty value counts as found.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }
    /// The file rule it was read by.
    pub(crate) fn rule(&self) -> &str {
        &self.rule
    }

    /// Reads the two columns of every row; the first row of a key wins.
    pub(crate) fn read(lookup: &LookupRule, sources: &mut [RowSource]) -> Result<Table, FeedError> {
        let mut values = BTreeMap::new();
        let mut bytes = 0;
        for source in sources {
            let key = source.header().need(&lookup.key)?;
            let value = source.header().need(&lookup.value)?;
            let file = source.file().to_owned();
            let broken =
                |row: u64| FeedError::new(FeedErrorCode::LookupBroken, &file).arg("row", row);
            while let Some(raw) = source.next_row() {
                let cells = raw.cells.map_err(|_| broken(raw.row))?;
                let text = |column: usize| {
                    cells.get(column).map_or(Ok(""), |c| c.text()).map_err(|_| broken(raw.row))
                };
                let (key, value) = (text(key)?.trim(), text(value)?.trim());
                bytes += key.len() + value.len();
                if values.len() >= LOOKUP_ROWS_MAX || bytes > LOOKUP_BYTES_MAX {
                    return Err(FeedError::new(FeedErrorCode::LookupTooLarge, &file)
                        .arg("limit", LOOKUP_ROWS_MAX));
                }
                values.entry(key.to_owned()).or_insert_with(|| value.to_owned());
            }
        }
        Ok(Table { rule: lookup.file.clone(), values })
    }
}

/// All tables a mapping asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables(Vec<(LookupRule, Arc<Table>)>);

impl Tables {
    pub(crate) fn get(&self, lookup: &LookupRule) -> Option<&Arc<Table>> {
        self.0.iter().find(|(rule, _)| rule == lookup).map(|(_, table)| table)
    }
    pub(crate) fn add(&mut self, lookup: LookupRule, table: Table) {
        self.0.push((lookup, Arc::new(table)));
    }
}
