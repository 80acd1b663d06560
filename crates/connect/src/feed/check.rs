//! Reading a mapping text and refusing one that could not work, with the rule and field named.

use std::collections::BTreeSet;

use super::dates::DateFormat;
use super::limits::{MAPPING_BYTES_MAX, MAPPING_FIELDS_MAX, MAPPING_FILES_MAX};
use super::mapping::{FieldRule, FieldType, FileRule, Format, MAPPING_VERSION, Mapping};
use super::problem::{FeedError, FeedErrorCode as Code};

impl Mapping {
    /// Reads a mapping from TOML and checks it.
    ///
    /// # Errors
    /// Names the line of a syntax error, or the rule and field that cannot work.
    pub fn parse(text: &str) -> Result<Mapping, FeedError> {
        if text.len() > MAPPING_BYTES_MAX {
            return Err(
                FeedError::new(Code::MappingTooLarge, "mapping").arg("limit", MAPPING_BYTES_MAX)
            );
        }
        let mapping: Mapping = toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|s| text.get(..s.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            FeedError::new(Code::MappingSyntax, "mapping")
                .arg("line", line)
                .arg("detail", error.message())
        })?;
        mapping.check()?;
        Ok(mapping)
    }

    /// Checks a mapping made by other means than [`Mapping::parse`].
    ///
    /// # Errors
    /// Names the rule and field that cannot work.
    pub fn check(&self) -> Result<(), FeedError> {
        if self.version != MAPPING_VERSION {
            return Err(FeedError::new(Code::MappingVersion, "version")
                .arg("found", self.version)
                .arg("expected", MAPPING_VERSION));
        }
        if self.source.trim().is_empty() {
            return Err(FeedError::new(Code::MappingId, "source"));
        }
        if self.files.is_empty() {
            return Err(FeedError::new(Code::MappingNoFiles, "files"));
        }
        if self.files.len() > MAPPING_FILES_MAX {
            return Err(
                FeedError::new(Code::MappingTooLarge, "files").arg("limit", MAPPING_FILES_MAX)
            );
        }
        let mut names = BTreeSet::new();
        for rule in &self.files {
            if !names.insert(rule.name.as_str()) {
                return Err(FeedError::new(Code::MappingDuplicate, &rule.name));
            }
            check_rule(self, rule)?;
        }
        Ok(())
    }
}

fn check_rule(mapping: &Mapping, rule: &FileRule) -> Result<(), FeedError> {
    let bad_pattern = |p: &String| p.trim().is_empty() || p.contains(['/', '\\']);
    if rule.pattern.is_empty() || rule.pattern.iter().any(bad_pattern) {
        return Err(FeedError::new(Code::MappingPattern, &rule.name));
    }
    if rule.format == Format::Vcard {
        return check_cards(rule);
    }
    check_format(rule)?;
    if rule.fields.len() > MAPPING_FIELDS_MAX {
        return Err(
            FeedError::new(Code::MappingTooLarge, &rule.name).arg("limit", MAPPING_FIELDS_MAX)
        );
    }
    let mut targets = BTreeSet::new();
    for field in &rule.fields {
        let place = format!("{}.{}", rule.name, field.to);
        if field.to.trim().is_empty() || !targets.insert(field.to.as_str()) {
            return Err(FeedError::new(Code::MappingDuplicate, &place));
        }
        check_field(mapping, field, &place)?;
    }
    let id_fits = match (&rule.kind, &rule.id) {
        (None, None) => true,
        (Some(kind), Some(id)) => {
            !kind.trim().is_empty()
                && !id.of.is_empty()
                && id.of.iter().all(|f| targets.contains(f.as_str()))
        }
        _ => false,
    };
    if id_fits { Ok(()) } else { Err(FeedError::new(Code::MappingId, &rule.name)) }
}

/// A rule for cards has nothing to say of columns and ids.
fn check_cards(rule: &FileRule) -> Result<(), FeedError> {
    let wrong = [
        (!rule.fields.is_empty(), "fields"),
        (!rule.skip.is_empty(), "skip"),
        (rule.id.is_some(), "id"),
    ];
    if let Some((_, option)) = wrong.iter().find(|(is_there, _)| *is_there) {
        return Err(FeedError::new(Code::MappingOption, &rule.name).arg("option", option));
    }
    if rule.kind.as_deref().is_some_and(|kind| !kind.trim().is_empty()) {
        return Ok(());
    }
    Err(FeedError::new(Code::MappingId, &rule.name))
}

fn check_format(rule: &FileRule) -> Result<(), FeedError> {
    let Format::Delimited(format) = &rule.format else {
        return Ok(());
    };
    let delimiter = single_byte(&format.delimiter);
    let quote = single_byte(&format.quote);
    let fits = (delimiter.is_some() || format.delimiter == "auto")
        && (quote.is_some() || format.quote.is_empty())
        && (delimiter.is_none() || delimiter != quote)
        && (format.header || !format.columns.is_empty());
    if fits { Ok(()) } else { Err(FeedError::new(Code::MappingDelimiter, &rule.name)) }
}

/// The one ASCII byte a delimiter or quote setting stands for; line breaks and NUL cannot serve.
pub(crate) fn single_byte(text: &str) -> Option<u8> {
    match text.as_bytes() {
        [byte] if byte.is_ascii() && !matches!(byte, b'\n' | b'\r' | 0) => Some(*byte),
        _ => None,
    }
}

fn check_field(mapping: &Mapping, field: &FieldRule, place: &str) -> Result<(), FeedError> {
    let sources = [!field.from.is_empty(), !field.concat.is_empty(), field.value.is_some()];
    if sources.iter().filter(|used| **used).count() != 1 {
        return Err(FeedError::new(Code::MappingSource, place));
    }
    if let Some(lookup) = &field.lookup
        && mapping.file(&lookup.file).is_none_or(|rule| rule.format == Format::Vcard)
    {
        return Err(FeedError::new(Code::MappingLookup, place).arg("rule", &lookup.file));
    }
    for text in &field.format {
        if DateFormat::parse(text).is_none() {
            return Err(FeedError::new(Code::MappingDateFormat, place).arg("format", text));
        }
    }
    if let Some(option) = wrong_option(field) {
        return Err(FeedError::new(Code::MappingOption, place).arg("option", option));
    }
    let currency = field.currency.or(mapping.currency);
    if field.kind == FieldType::Money && currency.is_none() && field.currency_from.is_none() {
        return Err(FeedError::new(Code::MappingCurrency, place));
    }
    Ok(())
}

/// The first option that does not fit the field's type, or that the type lacks.
fn wrong_option(field: &FieldRule) -> Option<&'static str> {
    let kind = field.kind;
    let number = matches!(kind, FieldType::Integer | FieldType::Decimal | FieldType::Money);
    let date = matches!(kind, FieldType::Date | FieldType::Datetime);
    let wrong = [
        (field.sep.is_some() && field.concat.is_empty(), "sep"),
        (field.otherwise.is_some() && field.map.is_empty() && field.lookup.is_none(), "otherwise"),
        (field.keep_others && (field.map.is_empty() || field.otherwise.is_some()), "keep_others"),
        (date == field.format.is_empty(), "format"),
        (field.pivot.is_some_and(|p| !date || p > 100), "pivot"),
        (field.decimal.is_some_and(|d| !number || !matches!(d, '.' | ',')), "decimal"),
        (field.currency.is_some() && kind != FieldType::Money, "currency"),
        (field.currency_from.is_some() && kind != FieldType::Money, "currency_from"),
        (field.negate_when.is_some() && !number, "negate_when"),
        (field.reference.is_some() != (kind == FieldType::Reference), "ref"),
    ];
    wrong.iter().find(|(is_wrong, _)| *is_wrong).map(|(_, option)| *option)
}
