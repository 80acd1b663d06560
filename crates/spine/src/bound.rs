//! What is bound to a client: every table and column that holds a client's id, listed by the room that owns
//! the table. Merging moves these rows; erasing a client, handing him his data and replicating him walk the
//! same list, so that a table is named in one place and forgotten nowhere (a test compares it with the schema).

use std::future::Future;
use std::pin::Pin;

use kernel::ClientId;

use crate::{Error, Work};

/// The future of working derived rows out anew.
pub type Rebuilding<'a> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 'a>>;

/// Works the derived rows of one client out anew; of a client who was merged into another it leaves none.
pub type Rebuild = for<'a, 'b> fn(&'a mut Work<'b>, ClientId) -> Rebuilding<'a>;

/// A column that holds a client's id.
#[derive(Clone, Copy, Debug)]
pub struct ClientBound {
    /// Its table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// What becomes of its rows when the client is merged into another one.
    pub on_merge: OnMerge,
    /// What becomes of its rows when the client's personal data is erased.
    pub on_erase: OnErase,
}

/// What becomes of rows when their client's personal data is erased.
#[derive(Clone, Copy, Debug)]
pub enum OnErase {
    /// They go at once: no law keeps them.
    Goes,
    /// They go into the sealed archive for as long as a law wants them kept, and out of reach of daily work.
    Kept(Ground),
    /// They stay; the words say why they tell nothing of the person.
    Stays(&'static str),
    /// The room takes what is personal out of them.
    By(Rebuild),
}

/// Why a law keeps rows; how long stands in the jurisdiction pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// There was a contract: the file on the client is kept after the end of relations.
    Relations,
    /// The proof that somebody agreed, or took his consent back.
    Consent,
}

/// What becomes of rows when their client is merged into another one.
#[derive(Clone, Copy, Debug)]
pub enum OnMerge {
    /// They become rows of the survivor.
    Moves(Moving),
    /// They are worked out anew from the rows that moved.
    Derived(Rebuild),
    /// They stay with the client they were written for; the words say why.
    Stays(&'static str),
}

/// How rows are told apart and which of them cannot move. The conditions speak of a row of the merged client
/// as `m`.
#[derive(Clone, Copy, Debug)]
pub struct Moving {
    /// The column that tells a client's rows apart by an id, where there is one.
    pub id: Option<&'static str>,
    /// An expression over `m` that tells them apart by a text, where the id does not do.
    pub word: Option<&'static str>,
    /// A row stays behind where this holds; the survivor is `$3`.
    pub stays: Option<&'static str>,
    /// Of rows with a main one (`is_main`): whether a row `s` of the survivor stands in the same row of
    /// choices as `m`. Then the survivor's main one stays the main one.
    pub main_among: Option<&'static str>,
    /// A row written after the merge goes back with the rows it belongs to where this holds; the client
    /// who comes back is `$1`.
    pub follows: Option<&'static str>,
}

impl Moving {
    /// Rows with an `id` of their own, all of which move.
    pub const ALL: Moving =
        Moving { id: Some("id"), word: None, stays: None, main_among: None, follows: None };
}

impl ClientBound {
    /// Rows with an `id` of their own, all of which move.
    pub const fn moves(table: &'static str, column: &'static str) -> Self {
        Self::moving(table, column, Moving::ALL)
    }
    /// Rows that move as told.
    pub const fn moving(table: &'static str, column: &'static str, moving: Moving) -> Self {
        Self { table, column, on_merge: OnMerge::Moves(moving), on_erase: OnErase::Goes }
    }
    /// Rows that are worked out anew.
    pub const fn derived(table: &'static str, column: &'static str, rebuild: Rebuild) -> Self {
        Self { table, column, on_merge: OnMerge::Derived(rebuild), on_erase: OnErase::Goes }
    }
    /// Rows that stay, and why.
    pub const fn stays(table: &'static str, column: &'static str, why: &'static str) -> Self {
        Self { table, column, on_merge: OnMerge::Stays(why), on_erase: OnErase::Goes }
    }
    /// How its rows move, when they do.
    pub const fn moved(&self) -> Option<&Moving> {
        match &self.on_merge {
            OnMerge::Moves(moving) => Some(moving),
            OnMerge::Derived(_) | OnMerge::Stays(_) => None,
        }
    }
    /// The same with another answer to erasure; without one the rows go.
    #[must_use]
    pub const fn on_erase(mut self, on_erase: OnErase) -> Self {
        self.on_erase = on_erase;
        self
    }
    /// `table.column`, its name in the record of a merge.
    pub fn key(&self) -> String {
        format!("{}.{}", self.table, self.column)
    }
}
