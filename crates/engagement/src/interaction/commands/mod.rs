//! Writing contacts down.

mod correct;
mod load;
mod log;
mod own;

pub use correct::CorrectInteraction;
pub use load::{LoadHistory, LoadedInteraction, LoadedTask};
pub use log::{AddNote, LogInteraction, Logged};
pub(crate) use log::{Entry, insert};
pub(crate) use own::INTERACTION;
