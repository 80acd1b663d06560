//! Checking a backup and restoring it.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek, SeekFrom};

use sha2::{Digest, Sha256};

use super::codec::{Frame, Source, get};
use super::schema::{self, Kind, Table};
use super::{DumpError, Header, MAGIC, TableHead, Totals};
use crate::{Dialect, Read, Row, Tx, Value, Writer};

/// Length of the hash at the end (bytes).
const HASH_BYTES: u64 = 32;

/// Checks a file to its end; answers what it says of itself.
///
/// # Errors
/// [`DumpError::Format`] when it is cut, changed or no backup at all.
pub fn inspect(file: &mut File) -> Result<Header, DumpError> {
    let end = check_hash(file)?;
    open(file, end).map(|(header, _)| header)
}

/// Answers where the hash begins, when it fits everything before.
fn check_hash(file: &mut File) -> Result<u64, DumpError> {
    let length = file.metadata()?.len();
    let broken = |at: u64, problem: &str| DumpError::Format { at, problem: problem.to_owned() };
    file.seek(SeekFrom::Start(0))?;
    let mut magic = Vec::new();
    let magic_length = u64::try_from(MAGIC.len()).unwrap_or(0);
    (&mut *file).take(magic_length).read_to_end(&mut magic)?;
    if magic != MAGIC {
        return Err(broken(0, "it does not begin like one"));
    }
    let end = length.checked_sub(HASH_BYTES).filter(|end| *end > magic_length);
    let end = end.ok_or_else(|| broken(length, "it ends too early"))?;
    let mut hasher = Sha256::new();
    hasher.update(&magic);
    let mut left = end - magic_length;
    let mut buffer = vec![0_u8; 1 << 20];
    while left > 0 {
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let chunk = buffer.get_mut(..wanted).unwrap_or_default();
        file.read_exact(chunk)?;
        hasher.update(&*chunk);
        left -= u64::try_from(wanted).unwrap_or(0);
    }
    let mut stored = [0_u8; 32];
    file.read_exact(&mut stored)?;
    if stored[..] != hasher.finalize()[..] {
        return Err(broken(end, "its checksum does not fit: it was cut or changed"));
    }
    Ok(end)
}

type FileSource<'a> = Source<BufReader<&'a mut File>>;

fn open(file: &mut File, end: u64) -> Result<(Header, FileSource<'_>), DumpError> {
    file.seek(SeekFrom::Start(0))?;
    let mut source = Source::new(BufReader::with_capacity(1 << 20, file), end);
    source.take(MAGIC.len())?;
    match source.frame()? {
        (Frame::Header, payload) => {
            let header =
                serde_json::from_slice(&payload).map_err(|e| source.broken(e.to_string()))?;
            Ok((header, source))
        }
        _ => Err(source.broken("it has no header")),
    }
}

/// Fills an empty, migrated database with a backup's rows, in one transaction.
///
/// # Errors
/// [`DumpError`]; in every case nothing was changed.
pub async fn restore(writer: &Writer, file: &mut File) -> Result<Totals, DumpError> {
    let end = check_hash(file)?;
    let (_, mut source) = open(file, end)?;
    let mut tx = writer.begin().await?;
    tx.lock(crate::journal::SEAL_LOCK).await?;
    let tables = schema::tables(&mut tx).await?;
    for table in &tables {
        let sql = format!("select 1 from \"{}\" limit 1", table.name);
        if tx.first(&sql, &[]).await?.is_some() {
            return Err(DumpError::NotEmpty(table.name.clone()));
        }
    }
    let keys = loosen(&mut tx).await?;
    let totals = fill(&mut tx, &mut source, &tables).await?;
    tighten(&mut tx, keys).await?;
    tx.commit().await?;
    Ok(totals)
}

/// Where the rows of the present table go.
struct Target {
    head: String,
    kinds: Vec<Kind>,
}

impl Target {
    fn new(head: &TableHead, tables: &[Table]) -> Result<Target, DumpError> {
        let foreign = |what: String| DumpError::Foreign(what);
        let table = tables.iter().find(|t| t.name == head.name);
        let table = table.ok_or_else(|| foreign(format!("no table {} here", head.name)))?;
        let mut kinds = Vec::with_capacity(head.columns.len());
        for name in &head.columns {
            let column = table.columns.iter().find(|c| c.name == *name);
            let column =
                column.ok_or_else(|| foreign(format!("no column {}.{name} here", head.name)))?;
            kinds.push(column.kind);
        }
        let names: Vec<String> = head.columns.iter().map(|c| format!("\"{c}\"")).collect();
        let head = format!("insert into \"{}\" ({}) values", head.name, names.join(", "));
        Ok(Target { head, kinds })
    }

    fn rows(&self, mut payload: &[u8]) -> Option<Vec<Vec<Value>>> {
        let mut rows = Vec::new();
        while !payload.is_empty() {
            let mut row = Vec::with_capacity(self.kinds.len());
            for kind in &self.kinds {
                row.push(match (get(&mut payload)?, kind) {
                    // SQLite does not tell ids from bytes
                    (Value::Bytes(bytes), Kind::Id) => {
                        Value::Id(uuid::Uuid::from_slice(&bytes).ok()?)
                    }
                    (value, _) => value,
                });
            }
            rows.push(row);
        }
        Some(rows)
    }
}

async fn fill(
    tx: &mut Tx,
    source: &mut FileSource<'_>,
    tables: &[Table],
) -> Result<Totals, DumpError> {
    let mut totals = Totals::default();
    let mut target: Option<Target> = None;
    loop {
        let (kind, payload) = source.frame()?;
        match kind {
            Frame::Header => return Err(source.broken("a second header")),
            Frame::Table => {
                let head = serde_json::from_slice(&payload);
                let head: TableHead = head.map_err(|e| source.broken(e.to_string()))?;
                target = Some(Target::new(&head, tables)?);
                totals.tables += 1;
            }
            Frame::Rows => {
                let target = target.as_ref().filter(|t| !t.kinds.is_empty());
                let target = target.ok_or_else(|| source.broken("rows without a table"))?;
                let rows = target.rows(&payload);
                let rows = rows.ok_or_else(|| source.broken("a row that is no row"))?;
                totals.rows += u64::try_from(rows.len()).unwrap_or(0);
                tx.insert_many(&target.head, &rows, "").await?;
            }
            Frame::End => {
                let said: Totals =
                    serde_json::from_slice(&payload).map_err(|e| source.broken(e.to_string()))?;
                if said != totals {
                    return Err(source.broken("it holds fewer rows than it says"));
                }
                return Ok(totals);
            }
        }
    }
}

/// A foreign key of PostgreSQL: table and constraint.
type Key = (String, String);

/// Puts the check of foreign keys off to the end: tables come in the order of their names.
async fn loosen(tx: &mut Tx) -> Result<Vec<Key>, DumpError> {
    if tx.dialect() == Dialect::Sqlite {
        tx.query("pragma defer_foreign_keys = on", &[]).await?;
        return Ok(Vec::new());
    }
    let sql = "select cast(c.relname as text), cast(k.conname as text) from pg_constraint k \
               join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace \
               where k.contype = 'f' and n.nspname = current_schema() and k.conparentid = 0";
    let mut keys: Vec<Key> = Vec::new();
    for row in tx.query(sql, &[]).await? {
        let mut c = row.cols();
        keys.push((c.take()?, c.take()?));
    }
    for (table, name) in &keys {
        let sql = format!("alter table \"{table}\" alter constraint \"{name}\" deferrable");
        tx.execute(&sql, &[]).await?;
    }
    tx.execute("set constraints all deferred", &[]).await?;
    Ok(keys)
}

/// Checks the foreign keys, makes them strict again, and lets numbered keys go on after the last row.
async fn tighten(tx: &mut Tx, keys: Vec<Key>) -> Result<(), DumpError> {
    if tx.dialect() == Dialect::Sqlite {
        return Ok(()); // checked by the commit; numbering follows the largest row by itself
    }
    tx.execute("set constraints all immediate", &[]).await?;
    for (table, name) in &keys {
        let sql = format!("alter table \"{table}\" alter constraint \"{name}\" not deferrable");
        tx.execute(&sql, &[]).await?;
    }
    let sql = "select cast(c.relname as text), cast(a.attname as text) from pg_attribute a \
               join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace \
               where a.attidentity <> '' and c.relkind in ('r', 'p') and n.nspname = current_schema()";
    for row in tx.query(sql, &[]).await?.into_iter().map(Row::into_values) {
        let [Value::Text(table), Value::Text(column)] = row.as_slice() else {
            continue;
        };
        let sql = format!(
            "select setval(pg_get_serial_sequence('\"{table}\"', '{column}'), \
             greatest(coalesce(max(\"{column}\"), 0), 1)) from \"{table}\""
        );
        tx.query(&sql, &[]).await?;
    }
    Ok(())
}
