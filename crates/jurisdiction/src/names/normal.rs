//! The normal form of a name, by which names are compared.

use unicode_normalization::UnicodeNormalization;

/// NFKC, capitals, Ё as Е, one kind of hyphen and apostrophe, single spaces, nothing invisible.
///
/// `Мария – Анна` and `мария-анна` give `МАРИЯ-АННА`.
pub fn normalise_name(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space_due = false;
    for c in text.nfkc().flat_map(char::to_uppercase).map(plain) {
        if c.is_whitespace() {
            space_due = !out.is_empty();
        } else if !is_invisible(c) {
            let joins = c == '-' || out.ends_with('-');
            if space_due && !joins {
                out.push(' ');
            }
            space_due = false;
            out.push(c);
        }
    }
    out
}

const fn plain(c: char) -> char {
    match c {
        'Ё' => 'Е',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{00AD}' => '-',
        '\u{2018}' | '\u{2019}' | '\u{02BC}' | '\u{02B9}' | '`' | '´' => '\'',
        other => other,
    }
}

fn is_invisible(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
}
