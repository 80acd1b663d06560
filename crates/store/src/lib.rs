//! `store`: the two databases behind one door.
//!
//! Owns connections, transactions, migrations, the journal, jobs, the outbox and blobs. Business
//! words are unknown here. SQL is one text for SQLite and PostgreSQL with `$1` placeholders; what must
//! differ is a named helper of [`Dialect`]. Writing needs a [`Writer`], which only the command bus
//! gets: a page holds a [`Reader`] and cannot change a row.

pub mod address;
pub mod admin;
mod error;
mod insert;
mod memo;
mod migrate;
mod outage;
mod pg;
mod replica;
mod snapshot;
mod sqlite;
mod tls;
mod trace;
mod turn;
mod value;
mod writer;

pub mod blobs;
pub mod capture;
pub mod dump;
pub mod follow;
pub mod journal;
pub mod keys;
pub mod outbox;
pub mod queue;
pub mod verify;

mod db;

pub use db::{Async, CipherKey, Dialect, Read, Reader, ReplicaSetting, Store, StoreSetting};
pub use error::StoreError;
pub use migrate::{MIGRATIONS, Migration};
pub use replica::Mark;
pub use snapshot::Snapshot;
pub use value::{BY_VALUES, Cols, FromValue, Row, Value, after_prefix};
pub use writer::{Tx, Writer};

/// Builds a parameter list: `params![client_id, "text", 5_i64]`.
#[macro_export]
macro_rules! params {
    ($($x:expr),* $(,)?) => { &[$($crate::Value::from($x)),*] };
}
