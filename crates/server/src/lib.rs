//! `server`: the program. Owns the command line, the configuration, and the wiring of the rooms into one
//! running node. Business rules are unknown here.

mod backup;
mod branch;
pub mod cli;
pub mod config;
mod database;
mod demo_bank;
mod doctor;
mod error;
mod first_start;
mod host;
mod import;
mod journal;
mod keys;
mod load;
mod operation;
mod private;
pub mod reader;
pub mod root;
mod tenants;
mod traces;
pub mod wiring;

pub use cli::run;
pub use error::RunError;
pub use traces::{Exporter, Spans};
