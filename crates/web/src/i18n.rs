//! Texts: Fluent messages of every crate in Russian and English, and the handle `L` that pages use.
//! No text shown to a person stands in code; a message that is missing in Russian falls back to
//! English and then to its key, so that a page never fails for a text.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kernel::{Lang, Timestamp};
use unic_langid::langid;

/// The Fluent sources of this crate, to be put first in the list given to [`Texts::new`].
pub const SOURCES: [(Lang, &str); 2] =
    [(Lang::Ru, include_str!("../i18n/ru.ftl")), (Lang::En, include_str!("../i18n/en.ftl"))];

/// Why the texts could not be built.
#[derive(Debug, thiserror::Error)]
pub enum TextsError {
    /// A source is not Fluent.
    #[error("the {lang} texts do not parse: {details}")]
    Syntax {
        /// Language code of the source.
        lang: &'static str,
        /// What the parser says, with positions.
        details: String,
    },
    /// Two sources define one key.
    #[error("the {lang} texts define a key twice: {details}")]
    Duplicate {
        /// Language code of the source.
        lang: &'static str,
        /// The key.
        details: String,
    },
}

struct Book {
    bundle: FluentBundle<FluentResource>,
    keys: BTreeSet<String>,
}

/// All messages of the product, built once at start.
pub struct Texts {
    ru: Book,
    en: Book,
}

impl Texts {
    /// Builds the texts from the Fluent sources of all crates.
    ///
    /// # Errors
    /// A source that does not parse, or a key that two sources define.
    pub fn new(sources: &[(Lang, &'static str)]) -> Result<Self, TextsError> {
        Ok(Self { ru: book(Lang::Ru, sources)?, en: book(Lang::En, sources)? })
    }

    /// The keys that exist in a language, sorted.
    pub fn keys(&self, lang: Lang) -> impl Iterator<Item = &str> {
        self.book(lang).keys.iter().map(String::as_str)
    }

    /// The message, in the language, else in English, else its key.
    pub fn message(&self, lang: Lang, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        let fluent = (!args.is_empty()).then(|| {
            args.iter().map(|(name, value)| (*name, value.to_fluent())).collect::<FluentArgs<'_>>()
        });
        say(self.book(lang), key, fluent.as_ref())
            .or_else(|| say(&self.en, key, fluent.as_ref()))
            .unwrap_or_else(|| key.to_owned())
    }

    /// True when the key exists in the language.
    pub fn has(&self, lang: Lang, key: &str) -> bool {
        self.book(lang).keys.contains(key)
    }

    fn book(&self, lang: Lang) -> &Book {
        match lang {
            Lang::Ru => &self.ru,
            Lang::En => &self.en,
        }
    }
}

fn book(lang: Lang, sources: &[(Lang, &'static str)]) -> Result<Book, TextsError> {
    let id = match lang {
        Lang::Ru => langid!("ru"),
        Lang::En => langid!("en"),
    };
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Direction marks would end up in titles, exports and tests; both languages run left to right.
    bundle.set_use_isolating(false);
    let mut keys = BTreeSet::new();
    for (_, text) in sources.iter().filter(|(of, _)| *of == lang) {
        let resource = FluentResource::try_new((*text).to_owned()).map_err(|(_, errors)| {
            TextsError::Syntax { lang: lang.code(), details: format!("{errors:?}") }
        })?;
        for key in message_keys(text) {
            keys.insert(key.to_owned());
        }
        bundle.add_resource(resource).map_err(|errors| TextsError::Duplicate {
            lang: lang.code(),
            details: format!("{errors:?}"),
        })?;
    }
    Ok(Book { bundle, keys })
}

/// Keys of a Fluent text: identifiers that start a line and are followed by `=`.
fn message_keys(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let (key, _) = line.split_once('=')?;
        let key = key.trim_end();
        let starts = key.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
        let plain = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        (starts && plain).then_some(key)
    })
}

fn say(book: &Book, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
    let pattern = book.bundle.get_message(key)?.value()?;
    let mut errors = Vec::new();
    let text: Cow<'_, str> = book.bundle.format_pattern(pattern, args, &mut errors);
    Some(text.into_owned())
}

/// An argument of a message.
#[derive(Clone, Debug)]
pub enum Arg<'a> {
    /// A number: chooses the plural form.
    Number(i64),
    /// A text.
    Text(Cow<'a, str>),
}

impl Arg<'_> {
    fn to_fluent(&self) -> FluentValue<'_> {
        match self {
            Arg::Number(number) => FluentValue::from(*number),
            Arg::Text(text) => FluentValue::from(text.as_ref()),
        }
    }
}
impl From<i64> for Arg<'_> {
    fn from(number: i64) -> Self {
        Arg::Number(number)
    }
}
impl From<i32> for Arg<'_> {
    fn from(number: i32) -> Self {
        Arg::Number(i64::from(number))
    }
}
impl From<u32> for Arg<'_> {
    fn from(number: u32) -> Self {
        Arg::Number(i64::from(number))
    }
}
impl From<usize> for Arg<'_> {
    fn from(number: usize) -> Self {
        Arg::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}
impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Arg::Text(Cow::Borrowed(text))
    }
}
impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Arg::Text(Cow::Borrowed(text))
    }
}
impl From<String> for Arg<'_> {
    fn from(text: String) -> Self {
        Arg::Text(Cow::Owned(text))
    }
}

/// What a page needs to speak to one person: language, texts, time zone and the moment of the request.
/// Cheap to clone; made once per request.
#[derive(Clone)]
pub struct L {
    /// Language of the page.
    pub lang: Lang,
    /// All texts.
    pub texts: Arc<Texts>,
    /// Time zone in which instants are shown.
    pub zone: TimeZone,
    /// The moment of the request: relative times count from it.
    pub now: Timestamp,
    /// The civil date of `now` in `zone`.
    pub today: Date,
}

impl L {
    /// A handle for one request.
    pub fn new(lang: Lang, texts: Arc<Texts>, zone: TimeZone, now: Timestamp) -> Self {
        let today = now.date_in(&zone);
        Self { lang, texts, zone, now, today }
    }

    /// The message of a key.
    pub fn t(&self, key: &str) -> String {
        self.texts.message(self.lang, key, &[])
    }

    /// The message of a key with arguments.
    pub fn ta(&self, key: &str, args: &[(&str, Arg<'_>)]) -> String {
        self.texts.message(self.lang, key, args)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_keys() {
        let texts = Texts::new(&SOURCES).unwrap();
        let ru: Vec<&str> = texts.keys(Lang::Ru).collect();
        let en: Vec<&str> = texts.keys(Lang::En).collect();
        assert!(ru.len() > 50);
        assert_eq!(ru, en);
    }

    #[test]
    fn every_listed_key_is_a_message() {
        let texts = Texts::new(&SOURCES).unwrap();
        for lang in Lang::ALL {
            for key in texts.keys(lang) {
                assert!(texts.book(lang).bundle.has_message(key), "{key}");
            }
        }
    }

    #[test]
    fn plural_fallback_and_missing_key() {
        const RU: &str = "rows = { $n ->\n    [one] { $n } строка\n    [few] { $n } строки\n   *[many] { $n } строк\n }\n";
        const EN: &str = "rows = { $n } rows\nonly-en = English { $who }\n";
        let texts = Texts::new(&[(Lang::Ru, RU), (Lang::En, EN)]).unwrap();
        let rows = |n: i64| texts.message(Lang::Ru, "rows", &[("n", n.into())]);
        assert_eq!(
            (rows(1), rows(3), rows(11)),
            ("1 строка".into(), "3 строки".into(), "11 строк".into())
        );
        assert_eq!(texts.message(Lang::Ru, "only-en", &[("who", "Ада".into())]), "English Ада");
        assert_eq!(texts.message(Lang::Ru, "nowhere", &[]), "nowhere");
    }

    #[test]
    fn broken_and_doubled_sources_are_refused() {
        assert!(matches!(Texts::new(&[(Lang::Ru, "= x")]), Err(TextsError::Syntax { .. })));
        let twice = [(Lang::En, "a = 1\n"), (Lang::En, "a = 2\n")];
        assert!(matches!(Texts::new(&twice), Err(TextsError::Duplicate { .. })));
    }
}
