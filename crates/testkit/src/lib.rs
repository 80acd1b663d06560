//! `testkit`: a bank in a test.
//!
//! Each test owns its database, its clock and its randomness; nothing is shared and nothing waits. The
//! rooms under test are handed in as [`Open`], so that this crate knows none of them.

// Everything here runs in tests: a broken bank must stop its test at once.
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;

use kernel::{Entropy, Secret};
use store::keys::{Root, RootError, SecretBox};

mod bank;
mod browser;
mod database;
mod staff;

pub use bank::{Asked, Bank, Open, Opening, Parts, START};
pub use browser::{Browser, Reply};
pub use database::{Database, Kind, kinds};
pub use staff::{PASSWORD, organisation};

/// Writes the key of [`root`] as the program's key file.
///
/// # Panics
/// When the file cannot be written.
pub fn write_key(file: &std::path::Path) {
    // 32 bytes of 7 in base64
    std::fs::write(file, "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n").expect("a key file");
}

/// The root of every test bank's keys.
pub fn root() -> Arc<dyn Root> {
    Arc::new(TestRoot(SecretBox::new(&kernel::Secret::new([7; 32]))))
}

struct TestRoot(SecretBox);

impl Root for TestRoot {
    fn begin(&self, _: &dyn Entropy) -> Result<(), RootError> {
        Ok(())
    }
    fn seal(&self, entropy: &dyn Entropy, plain: &Secret<Vec<u8>>) -> Result<Vec<u8>, RootError> {
        self.0.seal(entropy, plain.reveal(), "master_key").map_err(|e| RootError(e.to_string()))
    }
    fn open(&self, sealed: &[u8]) -> Result<Secret<Vec<u8>>, RootError> {
        self.0.open(sealed, "master_key").map_err(|e| RootError(e.to_string()))
    }
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
