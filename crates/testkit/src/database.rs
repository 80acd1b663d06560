//! A fresh database for one test, gone with it.

use kernel::{Entropy, RandomEntropy};
use tempfile::TempDir;
use uuid::Uuid;

/// Where a test runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file in a temporary folder.
    Sqlite,
    /// A new database on the server named by `TESSERA_TEST_PG`.
    Postgres,
}

/// The databases this run can test on.
///
/// # Panics
/// On the build machine (`CI=true`) without a PostgreSQL: there nothing may be left out.
pub fn kinds() -> Vec<Kind> {
    if server().is_some() {
        return vec![Kind::Sqlite, Kind::Postgres];
    }
    assert!(!is_build_machine(), "TESSERA_TEST_PG is not set: PostgreSQL would go untested");
    println!("-- PostgreSQL skipped: TESSERA_TEST_PG is not set");
    vec![Kind::Sqlite]
}

#[allow(clippy::disallowed_methods)] // the edge of every test: here its configuration is read
fn server() -> Option<String> {
    std::env::var("TESSERA_TEST_PG").ok().filter(|url| !url.is_empty())
}

#[allow(clippy::disallowed_methods)]
fn is_build_machine() -> bool {
    std::env::var("CI").is_ok_and(|ci| ci == "true")
}

/// Where the program looks for the key of `bank.db`.
const KEY_FILE: &str = "bank.db.key";

/// A database that is removed when this value is dropped.
pub struct Database {
    url: String,
    place: Place,
    folder: TempDir,
}

enum Place {
    Folder,
    Server { admin: String, name: String },
}

impl Database {
    /// Makes an empty one.
    ///
    /// # Panics
    /// When the folder or the server refuses.
    pub async fn new(kind: Kind) -> Database {
        let folder = tempfile::tempdir().expect("a temporary folder");
        crate::write_key(&folder.path().join(KEY_FILE));
        match kind {
            Kind::Sqlite => {
                let path = folder.path().join("bank.db");
                let url = format!("sqlite:{}", path.display());
                Database { url, place: Place::Folder, folder }
            }
            Kind::Postgres => {
                let admin = server().expect("TESSERA_TEST_PG");
                let name = fresh_name();
                run(&admin, &format!("create database {name}")).await;
                let url = with_database(&admin, &name);
                Database { url, place: Place::Server { admin, name }, folder }
            }
        }
    }
    /// The key file of [`crate::root`] for the program; beside an SQLite database it is found by itself.
    pub fn key_file(&self) -> String {
        self.folder.path().join(KEY_FILE).display().to_string()
    }
    /// Its address, as `tessera` takes it.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Place::Server { admin, name } = &self.place else {
            return;
        };
        let (admin, sql) = (admin.clone(), format!("drop database if exists {name} with (force)"));
        // a thread of its own: this may run inside a runtime, which cannot be entered twice
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(run(&admin, &sql));
        });
        if dropped.join().is_err() {
            eprintln!("the database {name} could not be dropped");
        }
    }
}

/// Truly random: parallel test processes must not meet. No test sees this name.
fn fresh_name() -> String {
    let mut bytes = [0_u8; 16];
    RandomEntropy.fill(&mut bytes);
    format!("tessera_test_{}", Uuid::from_bytes(bytes).simple())
}

async fn run(url: &str, sql: &str) {
    let (client, connection) =
        tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("TESSERA_TEST_PG");
    let driver = tokio::spawn(connection);
    client.batch_execute(sql).await.expect("the server's administrator");
    drop(client);
    driver.await.expect("the connection").expect("the connection");
}

fn with_database(url: &str, name: &str) -> String {
    let (plain, query) = url.split_once('?').map_or((url, None), |(a, b)| (a, Some(b)));
    let host_end = plain.find("://").map_or(0, |i| i + 3);
    let path = plain.get(host_end..).and_then(|rest| rest.find('/')).map(|i| host_end + i);
    let base = path.and_then(|i| plain.get(..i)).unwrap_or(plain);
    query.map_or_else(|| format!("{base}/{name}"), |q| format!("{base}/{name}?{q}"))
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn the_database_in_an_address_is_replaced() {
        let url = "postgres://u:p@127.0.0.1:5432/postgres";
        assert_eq!(with_database(url, "x"), "postgres://u:p@127.0.0.1:5432/x");
        assert_eq!(with_database("postgres://h?a=b", "x"), "postgres://h/x?a=b");
    }
}
