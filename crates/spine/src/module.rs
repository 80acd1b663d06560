//! What a room brings to the house.

use std::sync::Arc;

use store::Migration;

use crate::{ClientBound, JobHandler, JournalReader, Permission, Registry, Schedule, Scope};

/// Everything a context registers, in one value.
pub struct Module {
    /// The crate's name.
    pub name: &'static str,
    /// Its tables.
    pub migrations: &'static [Migration],
    /// Its permissions.
    pub permissions: &'static [Permission],
    /// What the built-in roles get of them: role key, permission, scope.
    pub grants: &'static [(&'static str, &'static str, Scope)],
    /// Adds its commands.
    pub commands: fn(&mut Registry),
    /// Its job handlers.
    pub jobs: Vec<Arc<dyn JobHandler>>,
    /// Jobs that come round by themselves.
    pub schedules: &'static [Schedule],
    /// Its journal readers.
    pub readers: Vec<Arc<dyn JournalReader>>,
    /// Its columns that hold a client's id.
    pub client_bound: &'static [ClientBound],
    /// How its tables come to branches; every one of them.
    pub replicated: &'static [crate::Replicated],
    /// Kinds of records a feed may bring.
    pub import_targets: Vec<crate::import::ImportTarget>,
}

impl Module {
    /// A room with these commands that brings nothing else.
    pub const fn of(name: &'static str, commands: fn(&mut Registry)) -> Self {
        Self {
            name,
            migrations: &[],
            permissions: &[],
            grants: &[],
            commands,
            jobs: Vec::new(),
            schedules: &[],
            readers: Vec::new(),
            client_bound: &[],
            replicated: &[],
            import_targets: Vec::new(),
        }
    }
}
