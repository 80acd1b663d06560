//! Words for searching: one normal form for what is stored and what is typed.

use std::collections::BTreeSet;

use store::after_prefix;

/// Shortest word whose ending may be cut (characters).
const CUT_FROM_CHARS: usize = 5;
/// Shortest stem that may be left (characters).
const STEM_CHARS_MIN: usize = 4;
/// Most words of one query that are looked for.
const QUERY_WORDS_MAX: usize = 6;
/// Longest beginning of a word that is looked up (characters).
const WORD_CHARS_MAX: usize = 64;
/// Endings of Russian nouns, adjectives and verbs, the longest first.
const ENDINGS: [&str; 47] = [
    "иями", "ями", "ами", "ией", "иям", "иях", "ого", "его", "ому", "ему", "ыми", "ими", "ешь",
    "ите", "ать", "ять", "ить", "ала", "ила", "али", "или", "ях", "ах", "ям", "ам", "ов", "ев",
    "ей", "ой", "ий", "ый", "ая", "яя", "ое", "ее", "ые", "ие", "ую", "юю", "ом", "ем", "им", "ым",
    "их", "ых", "ию", "ия",
];
/// One-letter endings.
const VOWELS: [char; 10] = ['а', 'о', 'у', 'ы', 'и', 'е', 'я', 'ю', 'й', 'ь'];

/// The form texts are stored in for searching: lower case, `ё` as `е`, everything that is no letter
/// or digit one space.
pub fn normal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'ё' => out.push('е'),
            c if c.is_alphanumeric() => out.push(c),
            _ if out.ends_with(' ') || out.is_empty() => {}
            _ => out.push(' '),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// What a query is looked for by: the stem of each of its words, at most six. Words of five letters
/// and more lose their Russian ending, so that `кредита` finds `кредит`.
pub fn stems(query: &str) -> Vec<String> {
    normal(query).split(' ').filter(|w| !w.is_empty()).take(QUERY_WORDS_MAX).map(stem).collect()
}

/// The `like` pattern of a stem: stems hold letters and digits only, so nothing needs escaping.
pub fn pattern(stem: &str) -> String {
    format!("%{stem}%")
}

/// The words of a text in its normal form, each once, as an index of words keeps them.
pub fn indexed(normal: &str) -> BTreeSet<String> {
    let words = normal.split(' ').filter(|w| !w.is_empty());
    words.map(|w| w.chars().take(WORD_CHARS_MAX).collect()).collect()
}

/// Between which words of such an index those lie that begin with a stem: from the first, up to the second.
pub fn range(stem: &str) -> (String, String) {
    let from: String = stem.chars().take(WORD_CHARS_MAX).collect();
    let until = after_prefix(&from);
    (from, until)
}

fn stem(word: &str) -> String {
    let length = word.chars().count();
    if length < CUT_FROM_CHARS {
        return word.to_owned();
    }
    let fits =
        |end: &&&str| word.ends_with(**end) && length - end.chars().count() >= STEM_CHARS_MIN;
    if let Some(cut) = ENDINGS.iter().find(fits).and_then(|end| word.strip_suffix(*end)) {
        return cut.to_owned();
    }
    word.strip_suffix(VOWELS).unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(query: &str, text: &str) -> bool {
        let stored = normal(text);
        stems(query).iter().all(|s| stored.contains(s.as_str()))
    }

    #[test]
    fn a_word_finds_its_other_forms() {
        for (query, text) in [
            ("кредита", "Спросил про кредит наличными"),
            ("кредитами", "погашение кредита"),
            ("вклад", "Открыть вкладу"),
            ("ипотеку", "Ипотека: ставка 12 %"),
            ("страхование", "о страховании жизни"),
            ("ВСТРЕЧИ", "Встреча в отделении"),
            ("зелёный", "Зеленая карта"),
            ("договора подписать", "подписал договор"),
            ("MORTGAGE rate", "asked about the mortgage rate"),
        ] {
            assert!(finds(query, text), "{query} in {text}: {:?}", stems(query));
        }
        for (query, text) in
            [("кредита", "открыть вклад"), ("вклад кредит", "вклад"), ("карта", "картина мира")]
        {
            let found = finds(query, text);
            // a stem is a beginning: `карт` stands in `картина` too, which a person sees at once
            assert_eq!(found, query == "карта", "{query} in {text}");
        }
    }

    #[test]
    fn hostile_queries_become_plain_words() {
        assert_eq!(normal("  А%_\\'--  б\u{0}"), "а б");
        assert!(stems("% _ '").is_empty());
        assert_eq!(stems(&"слово ".repeat(50)).len(), QUERY_WORDS_MAX);
    }
}
