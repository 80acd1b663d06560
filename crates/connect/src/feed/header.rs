//! Column names of a file and finding one by the name a mapping uses.

use super::problem::{FeedError, FeedErrorCode};

/// The names of a file's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    file: String,
    names: Vec<String>,
    folded: Vec<String>,
}

impl Header {
    pub(crate) fn new(file: &str, names: Vec<String>) -> Self {
        let folded = names.iter().map(|n| fold(n)).collect();
        Self { file: file.to_owned(), names, folded }
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// The name of a column as the file writes it.
    pub(crate) fn name(&self, index: usize) -> Option<&str> {
        self.names.get(index).map(String::as_str)
    }

    /// The column of that name, `None` when the file lacks it.
    ///
    /// # Errors
    /// Refuses a name that the file has twice.
    pub(crate) fn find(&self, name: &str) -> Result<Option<usize>, FeedError> {
        let wanted = fold(name);
        let mut hits = self.folded.iter().enumerate().filter(|(_, n)| **n == wanted);
        match (hits.next(), hits.next()) {
            (Some(_), Some(_)) => {
                Err(FeedError::new(FeedErrorCode::ColumnTwice, &self.file).arg("column", name))
            }
            (hit, _) => Ok(hit.map(|(index, _)| index)),
        }
    }

    /// The column of that name.
    ///
    /// # Errors
    /// Refuses a name that the file lacks or has twice.
    pub(crate) fn need(&self, name: &str) -> Result<usize, FeedError> {
        self.find(name)?.ok_or_else(|| {
            FeedError::new(FeedErrorCode::ColumnMissing, &self.file).arg("column", name)
        })
    }
}

/// Column names are the same when they differ only in case, ё/е, and in what stands between the words.
pub(crate) fn fold(name: &str) -> String {
    let lower = name.to_lowercase().replace('ё', "е");
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words.join(" ")
}
