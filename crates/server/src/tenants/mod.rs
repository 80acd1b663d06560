//! Many banks in one installation. A tenant is a database of its own (an SQLite file, or a PostgreSQL database) with a
//! root of its own for its keys, found by the name of the host that was asked. The program opens one node for
//! each; they share nothing but the process: no query can cross tenants, because no connection can.
//!
//! - `commands`: the directory, which tenants there are, in a small database that holds nothing of theirs.
//! - `places`: where a tenant's database and key file are.
//! - `serving`: the nodes, and the way from a request to its node.
//! - `tasks`: `tessera tenant create/list/suspend/resume/backup/export/drop`.

pub(crate) mod commands;
mod export;
mod places;
pub(crate) mod serving;
pub(crate) mod tasks;

use std::path::PathBuf;

use serde::Deserialize;

/// `[tenants]` of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tenants {
    /// The directory: `sqlite:PATH` or `postgres://…`.
    pub(crate) directory: String,
    /// The folder of the tenants' key files, and of their databases when they are SQLite files.
    pub(crate) folder: PathBuf,
    /// The PostgreSQL server of the tenants' databases, `postgres://user:password@host/postgres`; files in the
    /// folder when it is not said.
    #[serde(default)]
    pub(crate) server: Option<String>,
}
