//! Phones.

use super::NBSP;

/// A phone in international form, grouped as its country writes it: `+7 916 123-45-67`. What is not
/// `+` and digits is returned as it is.
pub fn phone(e164: &str) -> String {
    let Some(digits) = e164.strip_prefix('+').filter(|d| d.bytes().all(|b| b.is_ascii_digit()))
    else {
        return e164.to_owned();
    };
    let layout: &[usize] = match digits.len() {
        11 if digits.starts_with('7') => return russian_phone(digits),
        11 if digits.starts_with('1') => &[1, 3, 3, 4],
        12 if digits.starts_with("420") || digits.starts_with("375") => &[3, 3, 3, 3],
        12 if digits.starts_with("44") => &[2, 4, 6],
        _ => return e164.to_owned(),
    };
    let mut rest = digits;
    let mut text = String::from("+");
    for size in layout {
        let (head, tail) = rest.split_at_checked(*size).unwrap_or((rest, ""));
        if text.len() > 1 {
            text.push(NBSP);
        }
        text.push_str(head);
        rest = tail;
    }
    text
}

fn russian_phone(digits: &str) -> String {
    let part = |range: std::ops::Range<usize>| digits.get(range).unwrap_or_default();
    format!("+7{NBSP}{}{NBSP}{}-{}-{}", part(1..4), part(4..7), part(7..9), part(9..11))
}
