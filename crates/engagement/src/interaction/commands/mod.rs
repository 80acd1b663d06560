//! Writing contacts down.

mod correct;
mod load;
mod log;

pub use correct::CorrectInteraction;
pub use load::{LoadHistory, LoadedInteraction, LoadedTask};
pub use log::{AddNote, LogInteraction, Logged};
