//! The parsers of outside bytes. A target panics when something does not hold; nothing else is an error.

mod cards;
mod files;
mod pages;
mod texts;
mod values;
mod wire;

/// A parser, and what it is fed.
pub(crate) struct Target {
    /// Its name on the command line, and of its folder of seeds.
    pub(crate) name: &'static str,
    /// How many times dearer than the cheapest it is: it gets so many times fewer inputs.
    pub(crate) cost: usize,
    /// Inputs to begin with.
    pub(crate) seeds: fn() -> Vec<Vec<u8>>,
    /// Words that mean something to it.
    pub(crate) words: &'static [&'static str],
    /// Feeds it.
    pub(crate) run: fn(&[u8]),
}

/// All of them.
pub(crate) const TARGETS: &[Target] = &[
    values::MONEY,
    values::DATE,
    values::ID,
    values::IDENTIFIER,
    values::BIRTH,
    values::ACCOUNT,
    values::PHONE,
    values::EMAIL,
    values::CARD,
    values::NAME,
    values::CONTACT,
    texts::SEARCH,
    texts::FILE_NAME,
    texts::FILE_CONTENT,
    texts::OPTIONS,
    texts::RULES,
    texts::CASES,
    texts::MAPPING,
    wire::FORM,
    wire::CONDITIONS,
    wire::TRACE,
    wire::URL,
    wire::SEALED,
    wire::CODE,
    wire::DATABASE,
    wire::PASSKEY_MADE,
    wire::PASSKEY_SIGNED,
    wire::PASSKEY_KEY,
    files::TABLE,
    files::WORKBOOK,
    files::CARDS,
    files::BACKUP,
    cards::PROFILE,
    cards::JOURNAL,
    cards::FIELDS,
    cards::ANSWERS,
    cards::COMMANDS,
    pages::QUERY,
    pages::POSTED,
    pages::UPLOADED,
    pages::API,
    pages::HEADERS,
];

/// Gives back what the targets of this thread have opened.
pub(crate) fn end() {
    files::end();
    pages::end();
}

/// Texts as seeds.
fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// The input as text, where a parser takes nothing else.
fn text(input: &[u8]) -> String {
    String::from_utf8_lossy(input).into_owned()
}
