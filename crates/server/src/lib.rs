//! `server`: the program. Owns the command line, the configuration, and the wiring of the rooms into one
//! running node. Business rules are unknown here.

pub mod wiring;
