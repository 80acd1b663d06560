//! Search tokens, trigrams and likeness of names.

use super::latin::transliterate;
use super::normal::normalise_name;
use super::skeleton;

/// Longest word that gets a token (characters); a longer one is cut.
const WORD_CHARS_MAX: usize = 64;
/// Most tokens one text gets.
const TOKENS_MAX: usize = 64;
/// Stands for the edge of a word in a trigram.
const EDGE: char = '_';

/// The skeleton of a word in lower-case Latin letters, the same for spellings that sound alike in
/// either script: `Иванов`, `Иваноф`, `Ivanov`, `Ivanoff` all give `ivanof`. Empty when the word has
/// no letter or digit.
pub fn search_token(word: &str) -> String {
    skeleton::closed(&cut(word))
}

/// The skeleton of the beginning of a word, while it is being typed: as [`search_token`], but the
/// last consonant keeps its voice, so that `Давид` finds `Давидов`. Match stored tokens that equal
/// [`search_token`] of the input or begin with this.
pub fn search_prefix(word: &str) -> String {
    skeleton::open(&cut(word))
}

/// The tokens of a text in order of appearance, each once. Words part at spaces, hyphens and every
/// other sign but the apostrophe.
pub fn search_tokens(text: &str) -> Vec<String> {
    let normal = normalise_name(text);
    let mut tokens: Vec<String> = Vec::new();
    for word in normal.split(|c: char| !c.is_alphanumeric() && c != '\'') {
        if tokens.len() == TOKENS_MAX {
            break;
        }
        let token = search_token(word);
        if !token.is_empty() && !tokens.contains(&token) {
            tokens.push(token);
        }
    }
    tokens
}

/// The distinct trigrams of a token in order of appearance, with two edges before and one after (as
/// `pg_trgm` does): `dom` gives `__d`, `_do`, `dom`, `om_`.
pub fn trigrams(token: &str) -> Vec<String> {
    if token.is_empty() {
        return Vec::new();
    }
    let padded: Vec<char> = [EDGE, EDGE].into_iter().chain(token.chars()).chain([EDGE]).collect();
    let mut out: Vec<String> = Vec::new();
    for window in padded.windows(3) {
        let trigram: String = window.iter().collect();
        if !out.contains(&trigram) {
            out.push(trigram);
        }
    }
    out
}

/// Likeness of two names, 0 (nothing in common) to 1 (equal): Jaro-Winkler of the normal forms or of
/// the Latin forms, whichever is greater.
pub fn similarity(a: &str, b: &str) -> f64 {
    let normal = strsim::jaro_winkler(&normalise_name(a), &normalise_name(b));
    let latin = strsim::jaro_winkler(&transliterate(a), &transliterate(b));
    normal.max(latin)
}

fn cut(word: &str) -> String {
    word.chars().take(WORD_CHARS_MAX).collect()
}
