//! The normal form of a name, by which names are compared.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Two dots above a letter, as a character of its own.
const DIAERESIS: char = '\u{0308}';

/// NFKC, capitals, Ё as Е, one kind of hyphen and apostrophe, single spaces, nothing invisible.
///
/// `Мария – Анна` and `мария-анна` give `МАРИЯ-АННА`. The normal form of a normal form is the same.
pub fn normalise_name(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut space_due = false;
    let visible = text.chars().filter(|c| c.is_whitespace() || !is_invisible(*c));
    for c in visible.nfkc().flat_map(char::to_uppercase).map(plain) {
        if c.is_whitespace() {
            space_due = !out.is_empty();
        } else if c != DIAERESIS || space_due || !out.ends_with('Е') {
            let joins = c == '-' || out.ends_with('-');
            if space_due && !joins {
                out.push(' ');
            }
            space_due = false;
            out.push(c);
        }
    }
    // capitals and letters that lost a neighbour may come together anew
    match is_nfkc_quick(out.chars()) {
        IsNormalized::Yes => out,
        _ => out.nfkc().collect(),
    }
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
