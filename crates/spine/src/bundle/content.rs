//! The rows of a version, in one form on both databases; what differs between two versions.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::dump::schema::{self, Table};
use store::{Read, Row, Value};

use super::manifest::{Part, hexadecimal};
use crate::Error;
use crate::replica::message::Wire;

/// Rows of a version at most.
const ROWS_MAX: usize = 50_000;
/// Bytes of the print of a row.
const PRINT_BYTES: usize = 16;

/// All rows of a version: tables by name, the rows of each in the order of their bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// Its tables.
    pub tables: Vec<PartTable>,
}

/// Rows of one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartTable {
    /// The part it belongs to.
    pub part: String,
    /// The table.
    pub table: String,
    /// Its columns, in the order of the values.
    pub columns: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<Wire>>,
}

/// What differs from another version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delta {
    /// Rows of each table that the other version has not.
    pub new: Content,
    /// By table, prints of rows that only the other version has.
    pub gone: BTreeMap<String, Vec<Wire>>,
}

/// A row as bytes.
fn bytes(row: &[Wire]) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    ciborium::into_writer(row, &mut out).map_err(Error::failure)?;
    Ok(out)
}

fn print(row: &[Wire]) -> Result<Vec<u8>, Error> {
    let mut print = Sha256::digest(bytes(row)?).to_vec();
    print.truncate(PRINT_BYTES);
    Ok(print)
}

impl PartTable {
    fn sorted(mut self) -> Result<Self, Error> {
        let mut rows = Vec::with_capacity(self.rows.len());
        for row in self.rows {
            rows.push((bytes(&row)?, row));
        }
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        self.rows = rows.into_iter().map(|(_, row)| row).collect();
        Ok(self)
    }
    /// Rows by their prints.
    fn by_print(&self) -> Result<BTreeMap<Vec<u8>, &Vec<Wire>>, Error> {
        self.rows.iter().map(|row| Ok((print(row)?, row))).collect()
    }
}

impl Content {
    /// What stands in the tables now.
    ///
    /// # Errors
    /// The database's; refusal `bundle-too-large`.
    pub async fn read<R: Read>(
        db: &mut R,
        parts: &[(&'static str, &'static str)],
    ) -> Result<Self, Error> {
        let all = schema::tables(db).await?;
        let mut named: Vec<_> = parts.to_vec();
        named.sort_unstable();
        let mut tables = Vec::with_capacity(named.len());
        let mut count = 0;
        for (name, part) in named {
            let table = all.iter().find(|t| t.name == name);
            let table = table.ok_or_else(|| Error::failure(format!("no table {name}")))?;
            let table = read_table(db, table, part).await?;
            count += table.rows.len();
            if count > ROWS_MAX {
                return Err(kernel::Refusal::new("bundle-too-large").arg("max", ROWS_MAX).into());
            }
            tables.push(table.sorted()?);
        }
        Ok(Self { tables })
    }
    /// A table of it.
    pub fn table(&self, name: &str) -> Option<&PartTable> {
        self.tables.iter().find(|t| t.table == name)
    }
    /// The parts, each with its print.
    ///
    /// # Errors
    /// None.
    pub fn parts(&self) -> Result<Vec<Part>, Error> {
        let names: BTreeSet<&str> = self.tables.iter().map(|t| t.part.as_str()).collect();
        let part = |name: &str| {
            let (mut hasher, mut rows) = (Sha256::new(), 0_usize);
            for table in self.tables.iter().filter(|t| t.part == name) {
                let mut text = Vec::new();
                ciborium::into_writer(table, &mut text).map_err(Error::failure)?;
                hasher.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
                hasher.update(&text);
                rows += table.rows.len();
            }
            let digest = hexadecimal(&hasher.finalize());
            Ok(Part {
                name: name.to_owned(),
                digest,
                rows: i64::try_from(rows).unwrap_or(i64::MAX),
            })
        };
        names.into_iter().map(part).collect()
    }
    /// What of it another version has not, and what only that has.
    ///
    /// # Errors
    /// None.
    pub fn since(&self, base: &Content) -> Result<Delta, Error> {
        let (mut new, mut gone) = (Vec::new(), BTreeMap::new());
        for table in &self.tables {
            let (ours, mut theirs) = (table.by_print()?, BTreeMap::new());
            // rows of other columns are other rows
            if let Some(base) = base.table(&table.table).filter(|b| b.columns == table.columns) {
                theirs = base.by_print()?;
            }
            let rows = ours.iter().filter(|(print, _)| !theirs.contains_key(*print));
            let rows = rows.map(|(_, row)| (*row).clone()).collect();
            new.push(PartTable { rows, ..table.clone() });
            let left = theirs.into_keys().filter(|print| !ours.contains_key(print));
            gone.insert(table.table.clone(), left.map(|p| Wire(Value::Bytes(p))).collect());
        }
        Ok(Delta { new: Content { tables: new }, gone })
    }
    /// The version of which `delta` says what differs from this one.
    ///
    /// # Errors
    /// None; whether it is what it should be is told by its prints.
    pub fn with(&self, delta: Delta) -> Result<Content, Error> {
        let Delta { new, gone } = delta;
        let mut tables = Vec::with_capacity(new.tables.len());
        for mut table in new.tables {
            if let Some(base) = self.table(&table.table).filter(|b| b.columns == table.columns) {
                let gone: BTreeSet<&[u8]> = gone
                    .get(&table.table)
                    .into_iter()
                    .flatten()
                    .filter_map(|print| match &print.0 {
                        Value::Bytes(bytes) => Some(bytes.as_slice()),
                        _ => None,
                    })
                    .collect();
                for (print, row) in base.by_print()? {
                    if !gone.contains(print.as_slice()) {
                        table.rows.push(row.clone());
                    }
                }
            }
            tables.push(table.sorted()?);
        }
        Ok(Content { tables })
    }
}

async fn read_table<R: Read>(db: &mut R, table: &Table, part: &str) -> Result<PartTable, Error> {
    let columns: Vec<String> = table.columns.iter().map(|c| c.name.clone()).collect();
    let quoted: Vec<String> = columns.iter().map(|name| format!("\"{name}\"")).collect();
    let sql =
        format!("select {} from \"{}\" limit {}", quoted.join(", "), table.name, ROWS_MAX + 1);
    let rows = db.query(&sql, &[]).await?;
    let row = |row: Row| row.into_values().into_iter().map(Wire::of).collect();
    let rows = rows.into_iter().map(row).collect();
    Ok(PartTable { part: part.to_owned(), table: table.name.clone(), columns, rows })
}
