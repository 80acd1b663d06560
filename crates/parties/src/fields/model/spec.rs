//! What an administrator says of a field, and whether it can be so.

use kernel::{Currency, Lang, Refusal, Refusals, limits};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spine::Fieldable;

use super::decimal::{self, DECIMALS_MAX};
use super::key::slug;
use super::kind::FieldKind;
use crate::client::model::ClientKind;
use crate::fields::CLIENT;

/// Longest label of a field or an option (characters).
pub const LABEL_CHARS_MAX: usize = 80;
/// Longest hint (characters).
const HINT_CHARS_MAX: usize = 300;
/// Options of a list, those put away counted.
pub const OPTIONS_MAX: usize = 200;
/// Longest mask (characters).
const MASK_CHARS_MAX: usize = 60;
/// Longest unit (characters).
const UNIT_CHARS_MAX: usize = 12;

/// One word of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldOption {
    /// What is stored; given once. Left empty for a new option: made of the label.
    #[serde(default)]
    pub key: String,
    /// What is read.
    pub label: String,
    /// The same in English; empty: as in Russian.
    #[serde(default)]
    pub label_en: String,
    /// Put away: shown where it stands, chosen no more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
}

/// What an administrator says of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldSpec {
    /// What it is called.
    pub label: String,
    /// The same in English; empty: as in Russian.
    #[serde(default)]
    pub label_en: String,
    /// A line under the field that helps before an error happens.
    #[serde(default)]
    pub hint: String,
    /// What it holds.
    pub kind: FieldKind,
    /// The words of a list.
    #[serde(default)]
    pub options: Vec<FieldOption>,
    /// People and programs must fill it; feeds may leave it out.
    #[serde(default)]
    pub required: bool,
    /// A standard column of the list.
    #[serde(default)]
    pub listed: bool,
    /// The one search box finds by it.
    #[serde(default)]
    pub searchable: bool,
    /// Lists can be filtered and sorted by it.
    #[serde(default)]
    pub indexed: bool,
    /// Least number, or earliest day.
    #[serde(default)]
    pub min: Option<String>,
    /// Greatest number, or latest day.
    #[serde(default)]
    pub max: Option<String>,
    /// Longest text (characters).
    #[serde(default)]
    pub chars_max: Option<u32>,
    /// How a text must look: `9` a digit, `A` a letter, `*` either, anything else itself.
    #[serde(default)]
    pub mask: Option<String>,
    /// Decimals of a number; two when not given.
    #[serde(default)]
    pub decimals: Option<u32>,
    /// Currency of an amount, ISO 4217; the bank's own when not given.
    #[serde(default)]
    pub currency: Option<String>,
    /// What is counted, behind the number: `kg`, `m²`.
    #[serde(default)]
    pub unit: String,
    /// Of which kind the records are that it leads to.
    #[serde(default)]
    pub of_object: Option<String>,
    /// Kinds of client that have it; none: all.
    #[serde(default)]
    pub client_kinds: Vec<ClientKind>,
    /// Keys of the roles that see it; none: whoever sees the record.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// Whether a character has no place in a name: it is not seen, or turns the text around it.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

fn tidied(text: &str) -> String {
    let words = text.split_whitespace().map(|word| word.chars().filter(|c| !is_invisible(*c)));
    let words: Vec<String> =
        words.map(Iterator::collect).filter(|w: &String| !w.is_empty()).collect();
    words.join(" ")
}

fn some(text: Option<&String>) -> Option<String> {
    text.map(|t| tidied(t)).filter(|t| !t.is_empty())
}

impl FieldSpec {
    /// A field of a kind, as an administrator who says nothing more wants it.
    pub fn new(label: &str, kind: FieldKind) -> Self {
        Self {
            label: label.to_owned(),
            label_en: String::new(),
            hint: String::new(),
            kind,
            options: Vec::new(),
            required: false,
            listed: false,
            searchable: false,
            indexed: kind.is_indexable(),
            min: None,
            max: None,
            chars_max: None,
            mask: None,
            decimals: None,
            currency: None,
            unit: String::new(),
            of_object: None,
            client_kinds: Vec::new(),
            roles: Vec::new(),
        }
    }
    /// What it is called in a language.
    pub fn shown_label(&self, lang: Lang) -> &str {
        match lang {
            Lang::En if !self.label_en.is_empty() => &self.label_en,
            Lang::Ru | Lang::En => &self.label,
        }
    }
    /// Decimals of its numbers.
    pub fn scale(&self, currency: Currency) -> u32 {
        match self.kind {
            FieldKind::Decimal => self.decimals.unwrap_or(2).min(DECIMALS_MAX),
            FieldKind::Percent => 2,
            FieldKind::Money => self.currency(currency).decimals(),
            _ => 0,
        }
    }
    /// Currency of its amounts.
    pub fn currency(&self, own: Currency) -> Currency {
        self.currency.as_deref().and_then(|code| code.parse().ok()).unwrap_or(own)
    }
    /// The same in good order: blanks, invisible characters and what the kind has no use for are gone; new
    /// options have keys.
    pub(crate) fn tidied(&self) -> Self {
        let kind = self.kind;
        let limits = kind.is_number() || kind == FieldKind::Date;
        let mut options: Vec<FieldOption> = Vec::new();
        for option in self.options.iter().filter(|_| kind.has_options()) {
            let (label, label_en) = (tidied(&option.label), tidied(&option.label_en));
            let mut key = option.key.clone();
            if key.is_empty() {
                let slug = slug(&label);
                let slug = if slug.is_empty() { "option".to_owned() } else { slug };
                let is_taken =
                    |key: &String| options.iter().chain(&self.options).any(|o| o.key == *key);
                let further = (2..1000).map(|n| format!("{slug}_{n}"));
                key = std::iter::once(slug.clone())
                    .chain(further)
                    .find(|key| !is_taken(key))
                    .unwrap_or(slug);
            }
            options.push(FieldOption { key, label, label_en, archived: option.archived });
        }
        Self {
            label: tidied(&self.label),
            label_en: tidied(&self.label_en),
            hint: tidied(&self.hint),
            kind,
            options,
            required: self.required && kind != FieldKind::Flag,
            listed: self.listed,
            searchable: self.searchable && kind.is_searchable(),
            indexed: self.indexed && kind.is_indexable(),
            min: some(self.min.as_ref()).filter(|_| limits),
            max: some(self.max.as_ref()).filter(|_| limits),
            chars_max: self.chars_max.filter(|_| kind.is_line()),
            mask: some(self.mask.as_ref()).filter(|_| kind == FieldKind::Text),
            decimals: self.decimals.filter(|_| kind == FieldKind::Decimal),
            currency: some(self.currency.as_ref()).filter(|_| kind == FieldKind::Money),
            unit: if kind.is_number() { tidied(&self.unit) } else { String::new() },
            of_object: some(self.of_object.as_ref()).filter(|_| kind == FieldKind::Record),
            client_kinds: self.client_kinds.clone(),
            roles: self.roles.iter().map(|r| tidied(r)).filter(|r| !r.is_empty()).collect(),
        }
    }
    /// The same without what an object has no use for: a list, a search, kinds of client.
    pub(crate) fn fitting(mut self, object: &str, own: Option<&Fieldable>) -> Self {
        let has_list = own.is_none_or(|one| one.has_list);
        self.listed &= has_list;
        self.indexed &= has_list;
        self.searchable &= own.is_none_or(|one| one.find.is_some());
        if object != CLIENT {
            self.client_kinds.clear();
        }
        self
    }
    /// Everything that cannot be, each at its field of the form.
    pub(crate) fn check(&self, refusals: &mut Refusals) {
        let mut long = |field: &str, text: &str, max: usize| {
            if text.chars().count() > max {
                refusals.push(Refusal::field("too-long", field).arg("max", max));
            }
        };
        long("label", &self.label, LABEL_CHARS_MAX);
        long("label_en", &self.label_en, LABEL_CHARS_MAX);
        long("hint", &self.hint, HINT_CHARS_MAX);
        long("unit", &self.unit, UNIT_CHARS_MAX);
        long("mask", self.mask.as_deref().unwrap_or_default(), MASK_CHARS_MAX);
        if self.label.is_empty() {
            refusals.push(Refusal::field("required", "label"));
        }
        self.check_options(refusals);
        self.check_limits(refusals);
        if self.searchable && !self.roles.is_empty() {
            refusals.push(Refusal::field("field-secret-searchable", "searchable"));
        }
        if self.currency.as_deref().is_some_and(|code| code.parse::<Currency>().is_err()) {
            refusals.push(Refusal::field("not-a-choice", "currency"));
        }
        if self.kind == FieldKind::Record && self.of_object.is_none() {
            refusals.push(Refusal::field("required", "of_object"));
        }
        if self.decimals.is_some_and(|n| n > DECIMALS_MAX) {
            refusals.push(Refusal::field("not-a-count", "decimals").arg("max", DECIMALS_MAX));
        }
        let longest = self.longest();
        if self
            .chars_max
            .is_some_and(|n| n == 0 || usize::try_from(n).map_or(true, |n| n > longest))
        {
            refusals.push(Refusal::field("not-a-count", "chars_max").arg("max", longest));
        }
    }
    /// The longest text of its kind (characters).
    pub(super) const fn longest(&self) -> usize {
        match self.kind {
            FieldKind::LongText => limits::BODY_CHARS_MAX,
            _ => limits::TEXT_CHARS_MAX,
        }
    }

    fn check_options(&self, refusals: &mut Refusals) {
        if !self.kind.has_options() {
            return;
        }
        let in_use = self.options.iter().filter(|o| !o.archived);
        if in_use.count() == 0 {
            refusals.push(Refusal::field("field-options-none", "options"));
        }
        if self.options.len() > OPTIONS_MAX {
            let refusal = Refusal::field("field-options-many", "options");
            refusals.push(refusal.arg("max", OPTIONS_MAX));
            return;
        }
        for (n, option) in self.options.iter().enumerate() {
            let before = self.options.iter().take(n);
            let is_twin = |o: &FieldOption| o.key == option.key || o.label == option.label;
            if option.label.is_empty() || before.into_iter().any(is_twin) {
                let refusal = Refusal::field("field-option-twice", "options");
                refusals.push(refusal.arg("label", &option.label));
            }
            let long = option.label.chars().count().max(option.label_en.chars().count());
            let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
            if long > LABEL_CHARS_MAX {
                refusals.push(Refusal::field("too-long", "options").arg("max", LABEL_CHARS_MAX));
            } else if option.key.is_empty()
                || option.key.len() > 2 * LABEL_CHARS_MAX
                || !option.key.bytes().all(fits)
            {
                refusals
                    .push(Refusal::field("field-option-key", "options").arg("key", &option.key));
            }
        }
    }

    fn check_limits(&self, refusals: &mut Refusals) {
        let scale = self.scale(Currency::RUB);
        let read = |text: &String| match self.kind {
            FieldKind::Date => text.parse::<jiff::civil::Date>().ok().map(|_| 0),
            _ => decimal::parse(text, scale),
        };
        let code = if self.kind == FieldKind::Date { "not-a-date" } else { "not-a-number" };
        let mut bound = |field: &str, text: Option<&String>| {
            let value = text.map(read);
            if value == Some(None) {
                refusals.push(Refusal::field(code, field));
            }
            value.flatten()
        };
        let (min, max) = (bound("min", self.min.as_ref()), bound("max", self.max.as_ref()));
        let is_after = match self.kind {
            // ISO days sort as their texts do
            FieldKind::Date => min.is_some() && max.is_some() && self.min > self.max,
            _ => min.zip(max).is_some_and(|(min, max)| min > max),
        };
        if is_after {
            refusals.push(Refusal::field("field-limits-crossed", "max"));
        }
    }
}

/// Options as they are typed, one a line: `Label`, `Label / English`, and with the key before it where one is
/// given: `key: Label`. A line that begins with `-` is put away. Those of `known` that no line names are put
/// away too.
pub fn options_of(text: &str, known: &[FieldOption]) -> Vec<FieldOption> {
    let mut options: Vec<FieldOption> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (line, archived) = match line.strip_prefix('-') {
            Some(rest) => (rest.trim(), true),
            None => (line, false),
        };
        let is_key = |key: &str| {
            let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
            !key.is_empty() && key.bytes().all(fits)
        };
        let (key, words) = match line.split_once(':') {
            Some((key, words)) if is_key(key.trim()) => (key.trim().to_owned(), words.trim()),
            _ => (String::new(), line),
        };
        let (label, label_en) = words.split_once(" / ").unwrap_or((words, ""));
        let same = known.iter().find(|o| key.is_empty() && o.label == tidied(label));
        let key = same.map_or(key, |o| o.key.clone());
        options.push(FieldOption {
            key,
            label: label.trim().to_owned(),
            label_en: label_en.trim().to_owned(),
            archived,
        });
    }
    let gone = known.iter().filter(|o| !options.iter().any(|new| new.key == o.key));
    let gone: Vec<FieldOption> =
        gone.map(|o| FieldOption { archived: true, ..o.clone() }).collect();
    options.extend(gone);
    options
}

/// The same the other way: what a form shows of known options.
pub(crate) fn options_text(options: &[FieldOption]) -> String {
    let lines = options.iter().map(|o| {
        let sign = if o.archived { "- " } else { "" };
        match o.label_en.as_str() {
            "" => format!("{sign}{}: {}", o.key, o.label),
            english => format!("{sign}{}: {} / {english}", o.key, o.label),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
