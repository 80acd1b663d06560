//! What can go wrong between us and a database.

/// A failed database operation; the source keeps the driver's own words.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The URL is neither `sqlite:PATH` nor `postgres://…`.
    #[error("not a database URL: {0} (want sqlite:PATH or postgres://…)")]
    Url(String),
    /// The database cannot be reached or opened.
    #[error("cannot open the database: {0}")]
    Open(String),
    /// The database has gone away: a lost connection, a server that stops, starts or takes no writes. What was
    /// under way was undone, or its end is not known; the caller may run the command again.
    #[error("the database does not answer: {0}")]
    Away(String),
    /// A unique, check or foreign key constraint said no; carries the constraint's or column's name.
    #[error("constraint {0}")]
    Constraint(String),
    /// Two transactions collided; the caller may run the command again.
    #[error("serialisation conflict")]
    Busy,
    /// The SQLite driver failed.
    #[error("sqlite: {0}")]
    Sqlite(#[source] rusqlite::Error),
    /// The PostgreSQL driver failed.
    #[error("postgresql: {}", pg_words(.0))]
    Postgres(#[source] tokio_postgres::Error),
    /// A migration failed.
    #[error("migration: {0}")]
    Migration(String),
    /// A column did not hold what the code expects.
    #[error("column {index}: {problem}")]
    Column {
        /// Position in the row, from 0.
        index: usize,
        /// What was found.
        problem: String,
    },
    /// Something is written of a client whose personal data was erased.
    #[error("the client's personal data was erased")]
    Erased,
    /// Something sealed cannot be opened, or the root of the keys does not answer.
    #[error("keys: {0}")]
    Keys(String),
    /// A file or stream failed.
    #[error("input/output: {0}")]
    Io(#[from] std::io::Error),
    /// Stored JSON does not have the expected shape.
    #[error("stored json: {0}")]
    Json(#[from] serde_json::Error),
}

impl StoreError {
    pub(crate) fn root(error: crate::keys::RootError) -> Self {
        StoreError::Keys(error.0)
    }
}

impl From<crate::keys::SecretBoxError> for StoreError {
    fn from(error: crate::keys::SecretBoxError) -> Self {
        StoreError::Keys(error.to_string())
    }
}

fn pg_words(error: &tokio_postgres::Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.to_string(), |e| format!("{} ({})", e.message(), e.code().code()))
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if let rusqlite::Error::SqliteFailure(code, message) = &error {
            match code.code {
                rusqlite::ErrorCode::ConstraintViolation => {
                    return StoreError::Constraint(message.clone().unwrap_or_default());
                }
                rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked => {
                    return StoreError::Busy;
                }
                _ => {}
            }
        }
        StoreError::Sqlite(error)
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        if crate::outage::is_away(&error) {
            return StoreError::Away(pg_words(&error));
        }
        if let Some(db) = error.as_db_error() {
            let code = db.code().code();
            if code.starts_with("23") {
                return StoreError::Constraint(db.constraint().unwrap_or(db.message()).to_owned());
            }
            if code == "40001" || code == "40P01" {
                return StoreError::Busy;
            }
        }
        StoreError::Postgres(error)
    }
}
