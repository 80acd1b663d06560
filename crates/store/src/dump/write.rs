//! Writing a backup from a snapshot.

use std::io::Write;

use super::codec::{Frame, Sink, put};
use super::schema::{self, Table};
use super::{DumpError, Header, MAGIC, Pages, TableHead, Totals};
use crate::journal::{self, Tip};
use crate::{Snapshot, StoreError, Value};

/// Writes everything a snapshot sees.
///
/// # Errors
/// The database's or the file's; then the file is not whole and says so when it is read.
pub async fn backup<W: Write>(
    snapshot: &mut Snapshot,
    out: W,
    header: &Header,
) -> Result<Totals, DumpError> {
    let mut sink = Sink::new(out);
    sink.bytes(MAGIC)?;
    sink.frame(Frame::Header, &json(header)?)?;
    let mut totals = Totals::default();
    let tip = journal::tip(snapshot).await?;
    for table in schema::tables(snapshot).await? {
        let columns: Vec<String> = table.columns.iter().map(|c| c.name.clone()).collect();
        let head = TableHead { name: table.name.clone(), columns };
        sink.frame(Frame::Table, &json(&head)?)?;
        totals.tables += 1;
        totals.rows += write_rows(snapshot, &mut sink, &table, &tip).await?;
    }
    sink.frame(Frame::End, &json(&totals)?)?;
    sink.finish()?;
    Ok(totals)
}

fn json<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, DumpError> {
    Ok(serde_json::to_vec(value).map_err(StoreError::Json)?)
}

async fn write_rows<W: Write>(
    snapshot: &mut Snapshot,
    sink: &mut Sink<W>,
    table: &Table,
    tip: &Tip,
) -> Result<u64, DumpError> {
    let mut pages = Pages::of(table)?;
    let mut renumber = Renumber::new(table, tip);
    let mut written = 0;
    while let Some(rows) = pages.next(snapshot).await? {
        let count = rows.len();
        let mut page = Vec::new();
        for mut row in rows {
            renumber.apply(&mut row);
            row.iter().for_each(|value| put(&mut page, value));
        }
        sink.frame(Frame::Rows, &page)?;
        written += u64::try_from(count).unwrap_or(0);
    }
    Ok(written)
}

/// Gives journal rows numbers that hold in any database.
enum Renumber {
    Nothing,
    Entries { txid: usize, seq: usize, end: (i64, i64), unsealed: i64, slipped: i64 },
    Seals { pos: usize, seq: usize },
    Blocks { last_pos: usize, last_txid: usize, last_seq: usize },
}

impl Renumber {
    fn new(table: &Table, tip: &Tip) -> Renumber {
        let place = |name: &str| table.columns.iter().position(|c| c.name == name).unwrap_or(0);
        match table.name.as_str() {
            "journal_entry" => Renumber::Entries {
                txid: place("txid"),
                seq: place("seq"),
                end: (tip.last_txid, tip.last_seq),
                unsealed: tip.last_pos,
                slipped: 0,
            },
            "journal_seal" => Renumber::Seals { pos: place("pos"), seq: place("seq") },
            "journal_block" => Renumber::Blocks {
                last_pos: place("last_pos"),
                last_txid: place("last_txid"),
                last_seq: place("last_seq"),
            },
            _ => Renumber::Nothing,
        }
    }

    fn apply(&mut self, row: &mut Vec<Value>) {
        let int = |row: &[Value], place: usize| match row.get(place) {
            Some(Value::Int(v)) => *v,
            _ => 0,
        };
        match self {
            Renumber::Nothing => {}
            Renumber::Entries { txid, seq, end, unsealed, slipped } => {
                let pos = match row.pop() {
                    Some(Value::Int(pos)) => pos,
                    _ => 0,
                };
                let number = if pos > 0 {
                    pos
                } else if (int(row, *txid), int(row, *seq)) > *end {
                    *unsealed += 1;
                    *unsealed
                } else {
                    // below the seal without a seal: put in by force; it must still be found
                    *slipped -= 1;
                    *slipped
                };
                set(row, *txid, 0);
                set(row, *seq, number);
            }
            Renumber::Seals { pos, seq } => {
                let number = int(row, *pos);
                set(row, *seq, number);
            }
            Renumber::Blocks { last_pos, last_txid, last_seq } => {
                let number = int(row, *last_pos);
                set(row, *last_txid, 0);
                set(row, *last_seq, number);
            }
        }
    }
}

fn set(row: &mut [Value], place: usize, number: i64) {
    if let Some(value) = row.get_mut(place) {
        *value = Value::Int(number);
    }
}
