//! Secrecy as the bank's officers work with it: the rules in versions, why somebody may or may not, who has
//! read closed cards, and the report of cards that were opened for an urgent reason.
//!
//! The rules and their commands belong to the spine, the log of readings to the room of clients; here are
//! their pages.

mod pages;
mod queries;

pub(crate) use pages::routes;
