//! A file rule bound to the columns of one real file: what remains is plain work per row.

use std::sync::Arc;

use super::dates::DateFormat;
use super::header::Header;
use super::lookup::{Table, Tables};
use super::mapping::{ColumnIn, FieldRule, FileRule};
use super::problem::{Fault, FeedError, FeedErrorCode, RejectCode};
use super::row::Cell;

/// Where a field's text comes from.
#[derive(Debug)]
pub(crate) enum Source {
    Const(String),
    Column(usize),
    Concat(Vec<usize>, String),
}

/// One field with its columns found.
#[derive(Debug)]
pub(crate) struct BoundField {
    pub(crate) rule: FieldRule,
    pub(crate) source: Source,
    pub(crate) formats: Vec<DateFormat>,
    pub(crate) lookup: Option<Arc<Table>>,
    pub(crate) currency_column: Option<usize>,
    pub(crate) negate: Option<BoundCondition>,
}

/// A condition on one column.
#[derive(Debug)]
pub(crate) struct BoundCondition {
    column: usize,
    values: Vec<String>,
}

impl BoundCondition {
    fn new(rule: &ColumnIn, header: &Header) -> Result<Self, FeedError> {
        Ok(Self { column: header.need(&rule.column)?, values: rule.values.clone() })
    }
    /// Whether the row fulfils it. A broken cell fulfils nothing.
    pub(crate) fn holds(&self, cells: &[Cell]) -> bool {
        let text = cells.get(self.column).map_or(Ok(""), Cell::text);
        text.is_ok_and(|t| self.values.iter().any(|v| v == t.trim()))
    }
}

/// A rule with its columns found.
#[derive(Debug)]
pub(crate) struct BoundRule {
    pub(crate) fields: Vec<BoundField>,
    pub(crate) skip: Vec<BoundCondition>,
}

impl BoundRule {
    /// Finds every column of a rule in a file.
    ///
    /// # Errors
    /// Names the first column that the file lacks or has twice.
    pub(crate) fn new(
        rule: &FileRule,
        header: &Header,
        tables: &Tables,
    ) -> Result<Self, FeedError> {
        let mut fields = Vec::with_capacity(rule.fields.len());
        for field in &rule.fields {
            if let Some(bound) = bind(field, header, tables)? {
                fields.push(bound);
            }
        }
        let skip = rule.skip.iter().map(|s| BoundCondition::new(s, header)).collect();
        Ok(Self { fields, skip: Result::from_iter::<Vec<_>>(skip)? })
    }
}

fn bind(
    rule: &FieldRule,
    header: &Header,
    tables: &Tables,
) -> Result<Option<BoundField>, FeedError> {
    let source = match (&rule.value, rule.from.first()) {
        (Some(value), _) => Source::Const(value.clone()),
        (None, Some(first)) => {
            let mut found = None;
            for name in &rule.from {
                found = found.or(header.find(name)?);
            }
            match found {
                Some(column) => Source::Column(column),
                None if rule.optional => return Ok(None),
                None => Source::Column(header.need(first)?),
            }
        }
        (None, None) => {
            let mut columns = Vec::new();
            for name in &rule.concat {
                match header.find(name)? {
                    Some(column) => columns.push(column),
                    None if rule.optional => {}
                    None => columns.push(header.need(name)?),
                }
            }
            if columns.is_empty() {
                return Ok(None);
            }
            Source::Concat(columns, rule.sep.clone().unwrap_or_else(|| " ".to_owned()))
        }
    };
    let lookup = rule.lookup.as_ref().and_then(|l| tables.get(l)).cloned();
    if rule.lookup.is_some() && lookup.is_none() {
        // A lookup file marked optional that is not there: nothing can be found in it.
        return if rule.optional {
            Ok(None)
        } else {
            let name = rule.lookup.as_ref().map_or("", |l| l.file.as_str());
            Err(FeedError::new(FeedErrorCode::FileMissing, name).arg("pattern", name))
        };
    }
    Ok(Some(BoundField {
        source,
        formats: rule.format.iter().filter_map(|f| DateFormat::parse(f)).collect(),
        lookup,
        currency_column: rule.currency_from.as_ref().map(|c| header.need(c)).transpose()?,
        negate: rule.negate_when.as_ref().map(|n| BoundCondition::new(n, header)).transpose()?,
        rule: rule.clone(),
    }))
}

impl BoundField {
    /// The column a reject of this field names.
    pub(crate) fn column(&self) -> Option<usize> {
        match &self.source {
            Source::Const(_) => None,
            Source::Column(column) => Some(*column),
            Source::Concat(columns, _) => columns.first().copied(),
        }
    }

    /// The text the field starts from.
    pub(crate) fn raw_text(&self, cells: &[Cell]) -> Result<String, Fault> {
        let text = |column: &usize| cells.get(*column).map_or(Ok(""), Cell::text);
        match &self.source {
            Source::Const(value) => Ok(value.clone()),
            Source::Column(column) => Ok(text(column)?.to_owned()),
            Source::Concat(columns, sep) => {
                let mut parts = Vec::new();
                for column in columns {
                    let part = text(column)?.trim();
                    if !part.is_empty() {
                        parts.push(part);
                    }
                }
                Ok(parts.join(sep))
            }
        }
    }

    /// The text after all steps that come before the type; empty when there is no value.
    pub(crate) fn ready_text(&self, cells: &[Cell]) -> Result<String, Fault> {
        let rule = &self.rule;
        let raw = self.raw_text(cells)?;
        let mut text = if rule.keep_blanks { raw } else { raw.trim().to_owned() };
        if text.trim().is_empty() || rule.empty.iter().any(|e| e == text.trim()) {
            text = rule.default.clone().unwrap_or_default();
        }
        if text.is_empty() {
            return if rule.required {
                Err(Fault::new(RejectCode::Required, ""))
            } else {
                Ok(text)
            };
        }
        let text = self.strip(text)?;
        let text = self.translate(text)?;
        if text.is_empty() {
            return Ok(text);
        }
        let (prefix, suffix) = (rule.prefix.as_deref(), rule.suffix.as_deref());
        Ok(format!("{}{text}{}", prefix.unwrap_or_default(), suffix.unwrap_or_default()))
    }

    fn strip(&self, text: String) -> Result<String, Fault> {
        let mut rest = text.as_str();
        let missing = |affix: &str| Fault::new(RejectCode::Affix, &text).arg("affix", affix);
        if let Some(prefix) = &self.rule.strip_prefix {
            rest = rest.strip_prefix(prefix.as_str()).ok_or_else(|| missing(prefix))?;
        }
        if let Some(suffix) = &self.rule.strip_suffix {
            rest = rest.strip_suffix(suffix.as_str()).ok_or_else(|| missing(suffix))?;
        }
        if self.rule.strip_zeros {
            let digits = rest.trim_start_matches('0');
            rest = if digits.is_empty() && !rest.is_empty() { "0" } else { digits };
        }
        Ok(rest.to_owned())
    }

    fn translate(&self, text: String) -> Result<String, Fault> {
        let rule = &self.rule;
        let mut text = text;
        if !rule.map.is_empty() {
            text = match (rule.map.get(&text), &rule.otherwise) {
                (Some(result), _) => result.clone(),
                (None, Some(otherwise)) => otherwise.clone(),
                (None, None) if rule.keep_others => text,
                (None, None) => return Err(Fault::new(RejectCode::NotMapped, &text)),
            };
        }
        if let Some(table) = &self.lookup {
            text = match (table.get(&text), &rule.otherwise) {
                (Some(result), _) => result.to_owned(),
                (None, Some(otherwise)) => otherwise.clone(),
                (None, None) => {
                    return Err(Fault::new(RejectCode::NotFound, &text).arg("rule", table.rule()));
                }
            };
        }
        Ok(text)
    }
}
