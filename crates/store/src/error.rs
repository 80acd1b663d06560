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
    /// The database cannot write: its disk is full, failing or read-only. Nothing was written; reading goes on.
    #[error("the database cannot write: {0}")]
    Full(String),
    /// Too many wait for their turn to write, or this one has waited for too long. Nothing was written.
    #[error("the database is too slow at the moment: {0}")]
    Slow(String),
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
                kind if cannot_write(kind, code.extended_code) => {
                    return StoreError::Full(error.to_string());
                }
                _ => {}
            }
        }
        StoreError::Sqlite(error)
    }
}

/// Whether SQLite says that it could not write; what it could not read is another matter.
fn cannot_write(kind: rusqlite::ErrorCode, extended: i32) -> bool {
    use rusqlite::{ErrorCode, ffi};
    let reads = [ffi::SQLITE_IOERR_READ, ffi::SQLITE_IOERR_SHORT_READ, ffi::SQLITE_IOERR_NOMEM];
    match kind {
        ErrorCode::DiskFull | ErrorCode::ReadOnly | ErrorCode::CannotOpen => true,
        ErrorCode::SystemIoFailure => !reads.contains(&extended),
        _ => false,
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
            match code {
                "40001" | "40P01" => return StoreError::Busy,
                // no room on the disk, an error of the machine's
                "53100" | "58030" => return StoreError::Full(pg_words(&error)),
                // somebody else held what it waited for
                "55P03" => return StoreError::Slow(pg_words(&error)),
                _ => {}
            }
        }
        StoreError::Postgres(error)
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::{ErrorCode, ffi};

    use super::cannot_write;

    #[test]
    fn what_could_not_be_written_is_told_from_what_could_not_be_read() {
        let io = ErrorCode::SystemIoFailure;
        for extended in
            [ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_SHMSIZE]
        {
            assert!(cannot_write(io, extended), "{extended}");
        }
        assert!(cannot_write(ErrorCode::DiskFull, ffi::SQLITE_FULL));
        assert!(!cannot_write(io, ffi::SQLITE_IOERR_READ));
        assert!(!cannot_write(ErrorCode::ConstraintViolation, ffi::SQLITE_CONSTRAINT));
    }
}
