//! The skeleton of a word: what is left of it when spelling habits are taken away, in lower-case
//! Latin letters, the same from either script.
//!
//! Romanisations differ (`Yulia`, `Iuliia`, `Julija`), Russian endings sound alike (`-ов`, `-оф`)
//! and people drop signs (ь, ё). Each habit is one line of a table here; text is rewritten from left
//! to right by the first line that fits.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::latin::cyrillic;
use super::normal::normalise_name;

/// Letter groups and what they become; a longer group stands before its own beginning.
const GROUPS: &[(&str, &str)] = &[
    ("tsch", "ch"),
    ("shch", "sh"),
    ("tch", "ch"),
    ("sch", "sh"),
    ("ch", "ch"),
    ("sh", "sh"),
    ("zh", "zh"),
    ("kh", "h"),
    ("gh", "g"),
    ("ph", "f"),
    ("ts", "c"),
    ("tz", "c"),
    ("ck", "k"),
    ("ce", "ce"),
    ("ci", "ci"),
    ("cy", "ci"),
    ("c", "k"),
    ("x", "ks"),
    ("w", "v"),
    ("q", "k"),
];

/// Voiced consonants and how they sound at the end of a word.
const FINAL: &[(&str, &str)] =
    &[("zh", "sh"), ("v", "f"), ("d", "t"), ("g", "k"), ("b", "p"), ("z", "s")];

/// The skeleton of one word without the rule of endings; what a beginning of a word is matched by.
pub(super) fn open(word: &str) -> String {
    single_letters(&soften(&fold_groups(&latin(word))))
}

/// The whole skeleton of one word.
pub(super) fn closed(word: &str) -> String {
    let open = open(word);
    for (voiced, voiceless) in FINAL {
        if let Some(stem) = open.strip_suffix(voiced)
            && !stem.is_empty()
        {
            // `иванофф` and `ivanovv` have met already, but devoicing can double again: `-дт`.
            return single_letters(&format!("{stem}{voiceless}"));
        }
    }
    open
}

/// Lower-case Latin letters and digits: Cyrillic is transliterated with its hard sign dropped, Slavic
/// Latin letters get their digraphs, marks and apostrophes go.
fn latin(word: &str) -> String {
    let mut out = String::new();
    for c in normalise_name(word).chars() {
        match c {
            'Ъ' => {}
            'Š' => out.push_str("sh"),
            'Č' => out.push_str("ch"),
            'Ž' => out.push_str("zh"),
            _ => match cyrillic(c) {
                Some(letters) => out.push_str(&letters.to_ascii_lowercase()),
                None => out.extend(
                    std::iter::once(c)
                        .nfd()
                        .filter(|part| !is_combining_mark(*part) && part.is_alphanumeric())
                        .flat_map(char::to_lowercase),
                ),
            },
        }
    }
    out
}

fn fold_groups(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let folded = GROUPS.iter().find_map(|(from, to)| Some((rest.strip_prefix(from)?, *to)));
        if let Some((after, to)) = folded {
            out.push_str(to);
            rest = after;
        } else {
            let mut chars = rest.chars();
            out.extend(chars.next());
            rest = chars.as_str();
        }
    }
    out
}

/// Runs of i, y and j are one sound: `ia` and `iu` before a and u, nothing before e and o (where
/// they only soften: `Семёнов`, `Semyonov`), otherwise a single `i`.
fn soften(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if !matches!(c, 'i' | 'y' | 'j') {
            out.push(c);
            continue;
        }
        while chars.next_if(|next| matches!(next, 'i' | 'y' | 'j')).is_some() {}
        match chars.peek() {
            Some('e') => {}
            Some('o') => {
                chars.next();
                out.push('e');
            }
            Some(_) | None => out.push('i'),
        }
    }
    out
}

fn single_letters(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() || !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}
