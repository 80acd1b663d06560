//! The parsers of outside bytes. A target panics when something does not hold; nothing else is an error.

mod branches;
mod cards;
mod files;
mod operator;
mod pages;
mod stored;
mod systems;
mod texts;
mod values;
mod visits;
mod wire;
mod world;

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
    files::BANK_FEED,
    files::BACKUP,
    operator::COMMAND_LINE,
    operator::CONFIGURATION,
    operator::KEY_FILE,
    operator::KEY_PROGRAM,
    operator::PASSWORDS,
    operator::PACK,
    systems::HTTP_ANSWER,
    systems::OIDC_DISCOVERY,
    systems::OIDC_KEYS,
    systems::OIDC_TOKEN,
    systems::OIDC_CLAIMS,
    systems::NEXT,
    stored::JOURNAL,
    stored::SEALED_TEXT,
    stored::ROWS,
    visits::AGENT,
    visits::COOKIE,
    visits::STEP,
    visits::LANGUAGE,
    cards::PROFILE,
    cards::JOURNAL,
    cards::FIELDS,
    cards::ANSWERS,
    cards::COMMANDS,
    branches::MESSAGE,
    branches::ENVELOPE,
    branches::FILE,
    branches::WORD,
    branches::ANSWER,
    pages::QUERY,
    pages::API_QUERY,
    pages::PATH,
    pages::POSTED,
    pages::UPLOADED,
    pages::API,
    pages::HEADERS,
];

/// Gives back what the targets of this thread have opened.
pub(crate) fn end() {
    branches::end();
    files::end();
    stored::end();
    systems::end();
    world::end();
}

/// Texts as seeds.
fn bytes(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// The input as text, where a parser takes nothing else.
fn text(input: &[u8]) -> String {
    String::from_utf8_lossy(input).into_owned()
}

/// A refusal has a code, and the code has words in both languages.
fn coded(refusal: &kernel::Refusal) {
    thread_local! {
        static KEYS: std::collections::BTreeSet<String> = refusals();
    }
    let is_told = KEYS.with(|keys| keys.contains(&refusal.code));
    assert!(is_told, "no words for refusal-{}", refusal.code);
}

/// Codes of refusals that there are words for, in every language.
fn refusals() -> std::collections::BTreeSet<String> {
    let rooms = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let rooms = std::fs::read_dir(rooms).expect("rooms").map(|room| room.expect("a room").path());
    let folders: Vec<_> = rooms.map(|room| room.join("i18n")).filter(|f| f.is_dir()).collect();
    let of = |lang: kernel::Lang| {
        let one = |folder: &std::path::PathBuf| {
            let more = std::fs::read_dir(folder.join(lang.code())).into_iter().flatten();
            let more = more.map(|file| file.expect("a file").path());
            std::iter::once(folder.join(format!("{}.ftl", lang.code()))).chain(more).collect()
        };
        let files = folders.iter().flat_map(|folder| -> Vec<_> { one(folder) });
        let texts = files.filter_map(|file| std::fs::read_to_string(file).ok()).collect::<String>();
        let code = |line: &str| Some(line.strip_prefix("refusal-")?.split_once(" =")?.0.to_owned());
        texts.lines().filter_map(code).collect::<std::collections::BTreeSet<_>>()
    };
    let [ru, en] = kernel::Lang::ALL.map(of);
    &ru & &en
}
