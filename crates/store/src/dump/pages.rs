//! Reading a table page by page in key order, however large it is.

use serde_json::{Map, Value as Json};

use super::DumpError;
use super::schema::Table;
use crate::{Read, Row, StoreError, Value};

/// Rows read at once.
const PAGE_ROWS: i64 = 1_000;
/// Files read at once: each may have tens of megabytes.
const PAGE_BLOBS: i64 = 4;

/// How the pages of a table are read.
struct Plan {
    select: String,
    from: String,
    key: Vec<String>,
    key_places: Vec<usize>,
    page: i64,
}

impl Plan {
    fn new(table: &Table) -> Result<Plan, DumpError> {
        let is_journal = table.name == "journal_entry";
        // the journal's own order; its key is only a number
        let key: Vec<String> =
            if is_journal { vec!["txid".to_owned(), "seq".to_owned()] } else { table.key.clone() };
        let place = |name: &String| table.columns.iter().position(|c| c.name == *name);
        let key_places: Vec<usize> = key.iter().filter_map(place).collect();
        if key.is_empty() || key_places.len() != key.len() {
            let problem = format!("table {} has no primary key", table.name);
            return Err(StoreError::Column { index: 0, problem }.into());
        }
        let mut select: Vec<String> =
            table.columns.iter().map(|c| format!("t.\"{}\"", c.name)).collect();
        let mut from = format!("\"{}\" t", table.name);
        if is_journal {
            select.push("coalesce(s.pos, 0)".to_owned());
            from.push_str(" left join journal_seal s on s.seq = t.seq");
        }
        let page = if table.name == "blob" { PAGE_BLOBS } else { PAGE_ROWS };
        let key = key.iter().map(|k| format!("t.\"{k}\"")).collect();
        Ok(Plan { select: select.join(", "), from, key, key_places, page })
    }
    fn sql(&self, goes_on: bool) -> String {
        let key = self.key.join(", ");
        let condition = if goes_on {
            let places: Vec<String> = (1..=self.key.len()).map(|i| format!("${i}")).collect();
            format!(" where ({key}) > ({})", places.join(", "))
        } else {
            String::new()
        };
        let Plan { select, from, page, .. } = self;
        format!("select {select} from {from}{condition} order by {key} limit {page}")
    }
}

/// The pages of a table: its columns in their order; an entry of the journal has its final position behind them.
pub struct Pages {
    plan: Plan,
    from: Vec<Value>,
}

impl Pages {
    /// The pages of a table, from the first.
    ///
    /// # Errors
    /// When the table has no primary key.
    pub fn of(table: &Table) -> Result<Pages, DumpError> {
        Ok(Pages { plan: Plan::new(table)?, from: Vec::new() })
    }
    /// The next page; none behind the last.
    ///
    /// # Errors
    /// The database's.
    pub async fn next<R: Read>(
        &mut self,
        db: &mut R,
    ) -> Result<Option<Vec<Vec<Value>>>, StoreError> {
        let sql = self.plan.sql(!self.from.is_empty());
        let rows: Vec<Vec<Value>> =
            db.query(&sql, &self.from).await?.into_iter().map(Row::into_values).collect();
        let Some(last) = rows.last() else { return Ok(None) };
        self.from = self.plan.key_places.iter().filter_map(|i| last.get(*i).cloned()).collect();
        Ok(Some(rows))
    }
}

/// A row as a JSON object: ids and bytes as texts (hexadecimal), nulls left out.
pub fn object<'a>(names: impl Iterator<Item = &'a String>, values: Vec<Value>) -> Json {
    let fields = names.zip(values).filter_map(|(name, value)| {
        let value = match value {
            Value::Null => return None,
            Value::Int(number) => Json::from(number),
            Value::Text(text) => Json::from(text),
            Value::Id(id) => Json::from(id.to_string()),
            // SQLite keeps ids as sixteen bytes, and nothing else of ours is so long
            Value::Bytes(bytes) => match uuid::Uuid::from_slice(&bytes) {
                Ok(id) => Json::from(id.to_string()),
                Err(_) => Json::from(hexadecimal(&bytes)),
            },
        };
        Some((name.clone(), value))
    });
    Json::Object(fields.collect::<Map<String, Json>>())
}

/// Bytes in hexadecimal.
pub fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
