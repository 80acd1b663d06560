//! Reading everything a branch has a copy of, piece by piece.

use kernel::BranchId;
use store::{Read, StoreError, Value};

use super::{Reach, Sealed};

/// Rows of a table that holds files at once: each may be large.
const FILES: usize = 4;

/// Rows of one table, in the order of its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: Vec<Vec<Value>>,
}

/// Everything a branch has, in key order; the same view throughout when it is read from a snapshot.
pub struct Pieces<'a> {
    branch: BranchId,
    reach: &'a Reach,
    at: usize,
    after: Vec<Value>,
    size: usize,
    /// Only of these tables; of all when none is named.
    only: &'a [String],
}

impl<'a> Pieces<'a> {
    /// Of a branch, so many rows at once.
    pub const fn new(branch: BranchId, reach: &'a Reach, size: usize) -> Self {
        Self { branch, reach, at: 0, after: Vec::new(), size, only: &[] }
    }
    /// Of some tables only; of all when none is named.
    pub(super) const fn of(mut self, only: &'a [String]) -> Self {
        self.only = only;
        self
    }
    /// Goes on where one stopped: behind a key of a table; a table that is not known ends it.
    pub(super) fn go_to(&mut self, table: &str, after: Vec<Value>) {
        let tables = self.reach.tables();
        self.at = tables.iter().position(|t| t.table.name == table).unwrap_or(tables.len());
        self.after = after;
    }
    /// Where the next piece begins; none at the end.
    pub(super) fn place(&self) -> Option<(&str, &[Value])> {
        self.reach.tables().get(self.at).map(|t| (t.table.name.as_str(), self.after.as_slice()))
    }

    /// The next piece; none at the end.
    ///
    /// # Errors
    /// The database's.
    pub async fn next<R: Read>(&mut self, db: &mut R) -> Result<Option<Piece>, StoreError> {
        while let Some(scoped) = self.reach.tables().get(self.at) {
            if !self.only.is_empty() && !self.only.contains(&scoped.table.name) {
                self.at += 1;
                self.after.clear();
                continue;
            }
            let is_files = scoped.said.sealed == Some(Sealed::File);
            let size = if is_files { FILES.min(self.size) } else { self.size };
            let rows = scoped.page(db, self.branch, &self.after, size).await?;
            if rows.len() < size {
                self.at += 1;
            }
            let last = rows.last().filter(|_| rows.len() == size);
            self.after = last.map_or_else(Vec::new, |row| scoped.key_of(row));
            if !rows.is_empty() {
                return Ok(Some(Piece { table: scoped.table.name.clone(), rows }));
            }
        }
        Ok(None)
    }
}
