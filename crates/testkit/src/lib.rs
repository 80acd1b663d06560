//! `testkit`: a bank in a test.
//!
//! Each test owns its database, its clock and its randomness; nothing is shared and nothing waits. The
//! rooms under test are handed in as [`Open`], so that this crate knows none of them.

// Everything here runs in tests: a broken bank must stop its test at once.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

mod bank;
mod browser;
mod database;
mod staff;

pub use bank::{Asked, Bank, Open, Opening, Parts, START};
pub use browser::{Browser, Reply};
pub use database::{Database, Kind, kinds};
pub use staff::{PASSWORD, organisation};

/// The box of every test bank.
pub fn secret_box() -> spine::org::SecretBox {
    spine::org::SecretBox::new(&kernel::Secret::new([7; 32]))
}

/// Runs a test on SQLite always, and again on PostgreSQL when `TESSERA_TEST_PG` names a server.
/// Which one it is stands in the output, so that a failure names its database.
pub async fn both(open: Open, test: impl AsyncFn(&Bank)) {
    for kind in kinds() {
        println!("-- on {kind:?}");
        let bank = Box::pin(Bank::open(kind, open)).await;
        Box::pin(test(&bank)).await;
    }
}
