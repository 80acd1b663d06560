//! Why a subcommand did not do its work; printed plainly, with exit code 2.

use store::dump::DumpError;

use crate::wiring::OpenError;

/// A failed subcommand.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The database, its schema or the texts.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database.
    #[error(transparent)]
    Store(#[from] store::StoreError),
    /// A command or a read.
    #[error(transparent)]
    Spine(#[from] spine::Error),
    /// Backup, restore or export.
    #[error(transparent)]
    Dump(#[from] DumpError),
    /// A file, a socket, a signal.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// The machine's words.
        source: std::io::Error,
    },
    /// What the user asked for cannot be.
    #[error("{0}")]
    Asked(String),
}

impl RunError {
    /// An input or output error with what was tried.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> RunError {
        let what = what.into();
        move |source| RunError::Io { what, source }
    }
    /// The error and its causes in one line.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(inner) = source {
            let words = inner.to_string();
            if !text.contains(&words) {
                text.push_str(": ");
                text.push_str(&words);
            }
            source = inner.source();
        }
        text
    }
}
