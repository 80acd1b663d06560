//! A folder of files read by one mapping.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::limits::FOLDER_FILES_MAX;
use super::lookup::{Table, Tables};
use super::mapping::{FileRule, LookupRule, Mapping};
use super::pattern;
use super::problem::{FeedError, FeedErrorCode, Reject};
use super::reader::FeedReader;
use super::source::RowSource;
use super::value::Record;

/// A mapping together with the files of a folder that it applies to.
#[derive(Debug)]
pub struct Feed {
    mapping: Mapping,
    files: Vec<FeedFile>,
    absent: Vec<String>,
    unknown: Vec<String>,
    tables: Tables,
}

/// One file to read, in load order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedFile {
    /// The rule that reads it.
    pub rule: String,
    /// Kind of its records.
    pub kind: String,
    /// Name without the folder.
    pub file: String,
    /// Where it lies.
    pub path: PathBuf,
    rule_at: usize,
}

impl Feed {
    /// Finds the files of a mapping in a folder, in load order, and reads its lookup tables.
    ///
    /// # Errors
    /// Refuses a mapping that could not work, a folder that cannot be listed, and a folder without a file that the
    /// mapping needs.
    pub fn open(mapping: Mapping, dir: &Path) -> Result<Feed, FeedError> {
        mapping.check()?;
        let names = list(dir)?;
        let mut known = vec![false; names.len()];
        let mut files = Vec::new();
        let mut absent = Vec::new();
        for (rule_at, rule) in mapping.files.iter().enumerate() {
            let mut any = false;
            for (name, known) in names.iter().zip(&mut known) {
                if !rule.pattern.iter().any(|p| pattern::matches(p, name)) {
                    continue;
                }
                any = true;
                *known = true;
                if let Some(kind) = &rule.kind {
                    let (file, path) = (name.clone(), dir.join(name));
                    files.push(FeedFile {
                        rule: rule.name.clone(),
                        kind: kind.clone(),
                        file,
                        path,
                        rule_at,
                    });
                }
            }
            if !any && !rule.optional {
                return Err(FeedError::new(FeedErrorCode::FileMissing, &rule.name)
                    .arg("pattern", rule.pattern.join(", ")));
            }
            if !any {
                absent.push(rule.name.clone());
            }
        }
        let brings = mapping.files.iter().find(|rule| rule.kind.is_some());
        if let Some(rule) = brings.filter(|_| files.is_empty()) {
            // every rule is optional, and yet nothing at all is not what anybody meant
            return Err(FeedError::new(FeedErrorCode::FileMissing, &rule.name)
                .arg("pattern", patterns(&mapping)));
        }
        let tables = read_tables(&mapping, dir, &names)?;
        let unknown = names.into_iter().zip(known).filter(|(_, k)| !k).map(|(n, _)| n).collect();
        Ok(Feed { mapping, files, absent, unknown, tables })
    }

    /// The mapping.
    pub fn mapping(&self) -> &Mapping {
        &self.mapping
    }
    /// Files to read, in load order. One file may stand here under several rules.
    pub fn files(&self) -> &[FeedFile] {
        &self.files
    }
    /// Optional rules without a file.
    pub fn absent(&self) -> &[String] {
        &self.absent
    }
    /// Files of the folder that no rule reads.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Opens one of [`Feed::files`].
    ///
    /// # Errors
    /// Names the file and what is wrong with it as a whole.
    pub fn reader(&self, file: &FeedFile) -> Result<FeedReader, FeedError> {
        let rule = self.mapping.files.get(file.rule_at).ok_or_else(|| {
            FeedError::new(FeedErrorCode::FileMissing, &file.file).arg("pattern", &file.rule)
        })?;
        FeedReader::open(&file.path, rule, self.mapping.currency, &self.tables)
    }
}

fn patterns(mapping: &Mapping) -> String {
    let all: Vec<&str> =
        mapping.files.iter().flat_map(|rule| &rule.pattern).map(String::as_str).collect();
    all.join(", ")
}

/// The start of one file as its mapping reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FilePreview {
    /// The rule.
    pub rule: String,
    /// Kind of its records.
    pub kind: String,
    /// File name.
    pub file: String,
    /// Columns of the file.
    pub columns: Vec<String>,
    /// Encoding in use, for text files.
    pub encoding: Option<&'static str>,
    /// Delimiter in use, for text files.
    pub delimiter: Option<char>,
    /// The first records.
    pub records: Vec<Record>,
    /// Rejects met on the way.
    pub rejects: Vec<Reject>,
    /// Why the file cannot be read at all.
    pub error: Option<FeedError>,
}

/// Reads the first `count` records of every file, and at most as many rejects.
///
/// # Errors
/// As [`Feed::open`]; what is wrong with one file stands in its preview.
pub fn preview(mapping: Mapping, dir: &Path, count: usize) -> Result<Vec<FilePreview>, FeedError> {
    let feed = Feed::open(mapping, dir)?;
    Ok(feed.files.iter().map(|file| preview_file(&feed, file, count)).collect())
}

fn preview_file(feed: &Feed, file: &FeedFile, count: usize) -> FilePreview {
    let mut view = FilePreview {
        rule: file.rule.clone(),
        kind: file.kind.clone(),
        file: file.file.clone(),
        columns: Vec::new(),
        encoding: None,
        delimiter: None,
        records: Vec::new(),
        rejects: Vec::new(),
        error: None,
    };
    let mut reader = match feed.reader(file) {
        Ok(reader) => reader,
        Err(error) => {
            view.error = Some(error);
            return view;
        }
    };
    view.columns = reader.columns().to_vec();
    view.encoding = reader.form().encoding;
    view.delimiter = reader.form().delimiter;
    while view.records.len() < count && view.rejects.len() < count {
        match reader.next() {
            Some(Ok(record)) => view.records.push(record),
            Some(Err(reject)) => view.rejects.push(reject),
            None => break,
        }
    }
    view
}

/// Names of the regular files of a folder, sorted.
fn list(dir: &Path) -> Result<Vec<String>, FeedError> {
    let place = dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let unreadable = |error: std::io::Error| {
        FeedError::new(FeedErrorCode::FolderUnreadable, &place).arg("detail", error)
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        // A name that is no text can fit no pattern.
        if let Ok(name) = entry.file_name().into_string()
            && fs::metadata(entry.path()).is_ok_and(|m| m.is_file())
        {
            names.push(name);
        }
        if names.len() > FOLDER_FILES_MAX {
            return Err(FeedError::new(FeedErrorCode::FolderTooManyFiles, &place)
                .arg("limit", FOLDER_FILES_MAX));
        }
    }
    names.sort();
    Ok(names)
}

fn read_tables(mapping: &Mapping, dir: &Path, names: &[String]) -> Result<Tables, FeedError> {
    let mut tables = Tables::default();
    let lookups = mapping.files.iter().flat_map(|r| &r.fields).filter_map(|f| f.lookup.as_ref());
    for lookup in lookups {
        let Some(rule) = mapping.file(&lookup.file) else {
            continue;
        };
        if tables.get(lookup).is_some() {
            continue;
        }
        let mut sources = open_all(rule, dir, names)?;
        if !sources.is_empty() {
            tables.add(LookupRule::clone(lookup), Table::read(lookup, &mut sources)?);
        }
    }
    Ok(tables)
}

fn open_all(rule: &FileRule, dir: &Path, names: &[String]) -> Result<Vec<RowSource>, FeedError> {
    let fits = |name: &&String| rule.pattern.iter().any(|p| pattern::matches(p, name));
    names.iter().filter(fits).map(|n| RowSource::open(&dir.join(n), &rule.format)).collect()
}
