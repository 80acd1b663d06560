//! Making and removing whole PostgreSQL databases.

use std::time::Duration;

use crate::StoreError;
use crate::pg::PgPool;

/// How long a server that is away is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Makes an empty database on a server.
///
/// # Errors
/// When the name is no plain one, it is there already, or the server refuses.
pub async fn create_database(server: &str, name: &str) -> Result<(), StoreError> {
    run(server, name, "create database").await
}

/// Removes a database with everything in it, and whoever is connected to it.
///
/// # Errors
/// When the name is no plain one or the server refuses; one that is not there is no error.
pub async fn drop_database(server: &str, name: &str) -> Result<(), StoreError> {
    run(server, &format!("{name} with (force)"), "drop database if exists").await
}

async fn run(server: &str, name: &str, words: &str) -> Result<(), StoreError> {
    let plain = name.split(' ').next().unwrap_or_default();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if plain.is_empty() || !plain.chars().all(fits) {
        return Err(StoreError::Open(format!("{plain:?} is no name of a database")));
    }
    let pool = PgPool::open(server, "tenants", PATIENCE)?;
    let connection = pool.connection().await?;
    connection.batch_execute(&format!("{words} {name}")).await.map_err(StoreError::from)
}
