//! What of a bank a branch has a copy of: every table says how its rows come to branches, in the room that owns it. A table that
//! says nothing fails a test, so that none is forgotten and none leaks. See ADR 0027.

pub mod branch;
pub mod centre;
mod changes;
mod clock_mark;
pub mod code;
pub mod commands;
pub mod message;
pub mod mode;
pub mod nodes;
mod offline;
pub mod pending;
mod pieces;
mod quiet;
mod rebase;
pub mod refusals;
mod rows;
mod scope;
mod tables;

pub(crate) use pending::keep;
pub use pending::waiting;
pub(crate) use tables::REPLICATED;

pub use branch::{LineState, LineWord};
pub use mode::Mode;
pub use offline::{Lease, Offline};
pub use pieces::{Piece, Pieces};
pub use scope::Scope as Reach;

use crate::{Rebuilding, Work};

/// A table and how its rows come to branches.
#[derive(Clone, Copy, Debug)]
pub struct Replicated {
    /// The table.
    pub table: &'static str,
    /// Which rows.
    pub how: How,
    /// A new row of it brings rows of other tables into the reach of this client (a column of it), which have not changed
    /// themselves.
    pub carries: Option<&'static str>,
    /// Columns that are empty at a branch, but for rows of which a condition holds.
    pub hides: Option<(&'static [&'static str], &'static str)>,
    /// Columns that each node counts by itself, such as wrong attempts. Rows with such columns are never taken back.
    pub keeps: &'static [&'static str],
    /// What of its rows is sealed under keys of each node: opened for the way, in the sealed envelope, and sealed again.
    pub sealed: Option<Sealed>,
    /// What a branch works out of its rows when some have come.
    pub derives: Option<Derive>,
}

/// Columns that are sealed under keys of the node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// The content of a file, under its owner's key.
    File,
    /// The secret of a second factor, under the bank's key.
    SecondFactor,
}

/// Works out what a branch derives from rows that have come; tables that are each node's own.
pub type Derive = for<'a, 'b> fn(&'a mut Work<'b>) -> Rebuilding<'a>;

/// Which rows of a table a branch has. Conditions speak of a row as `t`; in them `{branch}` stands for the branch and `{clients}`
/// for the ids of the clients it has, in brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// None: each node has its own rows, or they stay at the centre; the words say why.
    Own(&'static str),
    /// All of them.
    All,
    /// The clients themselves: which a branch has. One table only.
    Clients(&'static str),
    /// Rows that belong to the client in this column.
    Client(&'static str),
    /// Rows of which a condition holds. Where it speaks of clients, what it says of the branch stands by itself behind an `or`: of a
    /// client who comes, the rows are asked for without the branch. When it holds no more, every branch that may have had the row is told its key, which
    /// therefore says nothing: ids.
    Of(&'static str),
    /// The same for rows that belong to others and come and go with them: a branch sees by itself which are its own no more.
    Through(&'static str),
    /// All of them, but not as they change: with all else of the strategy bundle when a version of it is taken up. The part they
    /// belong to. No row that travels otherwise may point at one of them.
    Strategy(&'static str),
}

impl Replicated {
    const fn new(table: &'static str, how: How) -> Self {
        Self { table, how, carries: None, hides: None, keeps: &[], sealed: None, derives: None }
    }
    /// A table of which each node has its own rows; why.
    pub const fn own(table: &'static str, why: &'static str) -> Self {
        Self::new(table, How::Own(why))
    }
    /// A table that every branch has whole.
    pub const fn all(table: &'static str) -> Self {
        Self::new(table, How::All)
    }
    /// A table whose rows are part of the strategy bundle.
    pub const fn strategy(table: &'static str, part: &'static str) -> Self {
        Self::new(table, How::Strategy(part))
    }
    /// A table of a client's rows, by the column `client_id`.
    pub const fn of_client(table: &'static str) -> Self {
        Self::new(table, How::Client("client_id"))
    }
    /// The same by another column.
    pub const fn of_client_in(table: &'static str, column: &'static str) -> Self {
        Self::new(table, How::Client(column))
    }
    /// A table of rows of which a condition holds.
    pub const fn of(table: &'static str, condition: &'static str) -> Self {
        Self::new(table, How::Of(condition))
    }
    /// A table of rows that come and go with the rows of which a condition speaks.
    pub const fn through(table: &'static str, condition: &'static str) -> Self {
        Self::new(table, How::Through(condition))
    }
    /// The table of clients, with the condition of a branch's own.
    pub const fn clients(table: &'static str, condition: &'static str) -> Self {
        Self::new(table, How::Clients(condition))
    }
    /// These columns (texts) are empty at a branch, but for rows of which `but` holds.
    #[must_use]
    pub const fn hiding(mut self, columns: &'static [&'static str], but: &'static str) -> Self {
        self.hides = Some((columns, but));
        self
    }
    /// What stands in these columns is each node's own.
    #[must_use]
    pub const fn keeping(mut self, columns: &'static [&'static str]) -> Self {
        self.keeps = columns;
        self
    }
    /// Its rows hold something sealed.
    #[must_use]
    pub const fn sealing(mut self, sealed: Sealed) -> Self {
        self.sealed = Some(sealed);
        self
    }
    /// When rows of it have come, a branch works something out of them.
    #[must_use]
    pub const fn deriving(mut self, derive: Derive) -> Self {
        self.derives = Some(derive);
        self
    }
    /// Its new rows bring others into the reach of the client in this column.
    #[must_use]
    pub const fn carrying(mut self, column: &'static str) -> Self {
        self.carries = Some(column);
        self
    }
}
