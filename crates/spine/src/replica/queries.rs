//! Reading what a branch has a copy of.

use kernel::BranchId;
use store::dump::schema::Table;
use store::{Read, Row, StoreError, Value, params};

use super::{How, Replicated};
use crate::Error;

/// Rows of one table, in the order of its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: Vec<Vec<Value>>,
}

/// Everything a branch has, piece by piece, in key order; the same view throughout when it is read from a snapshot.
pub struct Pieces {
    branch: BranchId,
    tables: Vec<Reading>,
    at: usize,
    after: Vec<Value>,
    size: usize,
}

/// How one table is read.
struct Reading {
    table: String,
    key: Vec<String>,
    key_places: Vec<usize>,
    select: String,
    condition: String,
    has_branch: bool,
}

impl Pieces {
    /// Of a branch, so many rows at once. `tables` are those of the database, `how` what the rooms say of them.
    ///
    /// # Errors
    /// A table the rooms say nothing of.
    pub fn new(
        branch: BranchId,
        tables: &[Table],
        how: &[Replicated],
        size: usize,
    ) -> Result<Self, Error> {
        let clients = clients(how);
        let mut readings = Vec::new();
        for table in tables {
            let said = how.iter().find(|r| r.table == table.name);
            let said = said.ok_or_else(|| {
                Error::failure(format!("nobody says how {} is replicated", table.name))
            })?;
            readings.extend(condition(said.how, &clients).map(|c| Reading::new(table, said, &c)));
        }
        Ok(Self { branch, tables: readings, at: 0, after: Vec::new(), size })
    }

    /// The next piece; none at the end.
    ///
    /// # Errors
    /// The database's.
    pub async fn next<R: Read>(&mut self, db: &mut R) -> Result<Option<Piece>, StoreError> {
        while let Some(reading) = self.tables.get(self.at) {
            let rows = reading.page(db, self.branch, &self.after, self.size).await?;
            if rows.len() < self.size {
                self.at += 1;
            }
            let last = rows.last().filter(|_| rows.len() == self.size);
            self.after = last.map_or_else(Vec::new, |row| reading.key_of(row));
            if !rows.is_empty() {
                return Ok(Some(Piece { table: reading.table.clone(), rows }));
            }
        }
        Ok(None)
    }
}

impl Reading {
    fn new(table: &Table, said: &Replicated, condition: &str) -> Self {
        let quoted = |name: &String| format!("t.\"{name}\"");
        let shown = |name: &String| match said.hides {
            Some((columns, but)) if columns.contains(&name.as_str()) => {
                format!("case when {but} then {} else '' end", quoted(name))
            }
            _ => quoted(name),
        };
        let select: Vec<String> = table.columns.iter().map(|c| shown(&c.name)).collect();
        let select = select.join(", ");
        let place = |name: &String| table.columns.iter().position(|c| c.name == *name);
        Self {
            table: table.name.clone(),
            key: table.key.iter().map(quoted).collect(),
            key_places: table.key.iter().filter_map(place).collect(),
            has_branch: condition.contains("{branch}") || select.contains("{branch}"),
            select: select.replace("{branch}", "$1"),
            condition: condition.replace("{branch}", "$1"),
        }
    }
    async fn page<R: Read>(
        &self,
        db: &mut R,
        branch: BranchId,
        after: &[Value],
        size: usize,
    ) -> Result<Vec<Vec<Value>>, StoreError> {
        let mut values: Vec<Value> = Vec::new();
        if self.has_branch {
            values.extend(params![branch].iter().cloned());
        }
        let mut conditions = vec![format!("({})", self.condition)];
        let key = self.key.join(", ");
        if !after.is_empty() {
            let first = values.len() + 1;
            values.extend(after.iter().cloned());
            let places: Vec<String> = (first..=values.len()).map(|n| format!("${n}")).collect();
            conditions.push(format!("({key}) > ({})", places.join(", ")));
        }
        let sql = format!(
            "select {} from \"{}\" t where {} order by {key} limit {size}",
            self.select,
            self.table,
            conditions.join(" and ")
        );
        Ok(db.query(&sql, &values).await?.into_iter().map(Row::into_values).collect())
    }
    fn key_of(&self, row: &[Value]) -> Vec<Value> {
        self.key_places.iter().filter_map(|place| row.get(*place).cloned()).collect()
    }
}

/// The ids of the clients a branch has, as a query in brackets.
fn clients(how: &[Replicated]) -> String {
    let own = how.iter().find_map(|r| match r.how {
        How::Clients(condition) => Some((r.table, condition)),
        _ => None,
    });
    match own {
        Some((table, condition)) => format!("(select t.id from \"{table}\" t where {condition})"),
        None => "(null)".to_owned(),
    }
}

/// The condition of a table's rows; none when none of them travels.
fn condition(how: How, clients: &str) -> Option<String> {
    match how {
        How::Own(_) => None,
        How::All => Some("1 = 1".to_owned()),
        How::Clients(condition) => Some(condition.to_owned()),
        How::Client(column) => Some(format!("t.\"{column}\" in {clients}")),
        How::Of(condition) => Some(condition.replace("{clients}", clients)),
    }
}
