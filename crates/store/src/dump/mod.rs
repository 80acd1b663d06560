//! The whole content of a database as one file, the same for both databases.
//!
//! A backup is read from one snapshot, table by table in key order, while others go on writing. The file
//! begins with [`MAGIC`], goes on in frames (a letter, a length, the payload) and ends with the SHA-256 of
//! everything before. It is checked to its end before the first row of a restore is written, and a restore
//! is one transaction into an empty database.
//!
//! Journal entries are numbered anew by their final position and lose their transaction id: ids of another
//! PostgreSQL cluster would stand above or below its own at random, and the order is already final.

mod codec;
mod pages;
mod read;
pub mod schema;
mod write;

pub use pages::{Pages, hexadecimal, object};
pub use read::{inspect, restore};
pub use write::backup;

use serde::{Deserialize, Serialize};

use crate::StoreError;

/// First bytes of every backup; the digit is the version of the format.
pub const MAGIC: &[u8] = b"TESSERA BACKUP 1\n";

/// What a backup says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// When it was made.
    pub made_at: kernel::Timestamp,
    /// Version of the program.
    pub program: String,
    /// Numbers of the schema steps its database had.
    pub migrations: Vec<i64>,
}

/// What was written or read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Tables.
    pub tables: u64,
    /// Rows in all of them.
    pub rows: u64,
}

/// Why there is no backup or no restored database.
#[derive(Debug, thiserror::Error)]
pub enum DumpError {
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be read or written.
    #[error("file: {0}")]
    Io(#[from] std::io::Error),
    /// The file is no whole backup.
    #[error("not a whole backup: {problem} (at byte {at})")]
    Format {
        /// Where in the file.
        at: u64,
        /// What is wrong.
        problem: String,
    },
    /// The target already holds rows.
    #[error("the database is not empty: table {0} has rows; restore into a new one")]
    NotEmpty(String),
    /// The target lacks what the backup holds.
    #[error("the backup comes from another version of the program: {0}")]
    Foreign(String),
}

/// Opens a table: its name and columns.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct TableHead {
    name: String,
    columns: Vec<String>,
}
