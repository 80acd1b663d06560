//! How a command or a read may end other than well.

use kernel::{Refusal, Refusals};
use serde::{Deserialize, Serialize};
use store::StoreError;

/// One field that two people changed differently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldConflict {
    /// The field's key.
    pub field: String,
    /// What the form showed when it was opened.
    pub original: String,
    /// What this person wants.
    pub mine: String,
    /// What is stored now.
    pub theirs: String,
    /// Who stored it, if known.
    pub theirs_by: Option<kernel::UserId>,
    /// When.
    pub theirs_at: Option<kernel::Timestamp>,
}

/// All fields in conflict; nothing was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// The fields, in form order.
    pub fields: Vec<FieldConflict>,
}

/// What may be the matter with the database; it passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It does not answer.
    Away,
    /// It can be read, but takes no writes: its disk is full or fails.
    Full,
    /// It is too slow for all that is asked of it.
    Slow,
}

/// Refusal, conflict, absence, denial, or failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Business rules said no; shown to the person, at the fields.
    #[error("refused: {}", .0.0.iter().map(|r| r.code.as_str()).collect::<Vec<_>>().join(", "))]
    Refused(Refusals),
    /// The person lacks a permission.
    #[error("forbidden: needs {0}")]
    Forbidden(String),
    /// There is no such thing, or the person may not know of it.
    #[error("not found")]
    NotFound,
    /// Someone else changed the same fields meanwhile.
    #[error("conflict")]
    Conflict(Conflict),
    /// It waits for a second person; nothing was changed yet.
    #[error("waiting for a second person")]
    Waiting(crate::approval::Waiting),
    /// Our fault or the machine's; logged, never shown.
    #[error("failure: {0}")]
    Failure(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A failure from any error.
    pub fn failure(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error::Failure(source.into())
    }
    /// What is the matter with the database, when nothing is wrong with what was asked, and later it may go well.
    pub fn trouble(&self) -> Option<Trouble> {
        let Error::Failure(source) = self else { return None };
        match source.downcast_ref::<StoreError>()? {
            StoreError::Away(_) => Some(Trouble::Away),
            StoreError::Full(_) => Some(Trouble::Full),
            StoreError::Slow(_) | StoreError::Busy => Some(Trouble::Slow),
            _ => None,
        }
    }
    /// One word for logs and numbers.
    pub const fn kind(&self) -> &'static str {
        match self {
            Error::Refused(_) => "refused",
            Error::Forbidden(_) => "forbidden",
            Error::NotFound => "not_found",
            Error::Conflict(_) => "conflict",
            Error::Waiting(_) => "waiting",
            Error::Failure(_) => "failed",
        }
    }
    /// A refusal of the whole command.
    pub fn refused(code: &str) -> Self {
        Error::Refused(Refusal::new(code).into())
    }
    /// A refusal of one field.
    pub fn refused_field(code: &str, field: &str) -> Self {
        Error::Refused(Refusal::field(code, field).into())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Erased => Error::refused("client-erased"),
            other => Error::Failure(Box::new(other)),
        }
    }
}
impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Error::Refused(refusal.into())
    }
}
impl From<Refusals> for Error {
    fn from(refusals: Refusals) -> Self {
        Error::Refused(refusals)
    }
}
impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Error::Failure(Box::new(error))
    }
}
