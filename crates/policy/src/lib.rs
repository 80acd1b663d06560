//! `policy`: the bank's own rules of secrecy, in Cedar, behind types of our own.
//!
//! Pure: no database, no clock. A set of rules is read once, checked against the schema, and asked about
//! a person and a card. What of a card matters is a small finite lattice (level × relation × nature ×
//! group), so that the spine can ask once for each point of it and keep the answers.

mod decider;
mod rules;
mod words;

pub use decider::{Decider, Gate};
pub use rules::{Decision, Fault, Faults, Rule, Rules};
pub use words::{Act, Group, Groups, Level, Nature, Relation, What, Who};

/// The rules the product comes with: version 1 of every bank.
pub const BUILT_IN: &str = include_str!("built_in.cedar");

#[cfg(test)]
mod tests;
