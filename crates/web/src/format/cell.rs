//! Texts in files that people open in a spreadsheet.

/// A text as a cell of a CSV file. A spreadsheet takes what begins like a formula for one and would run it, so it
/// gets an apostrophe before it; also within the text, after whatever some spreadsheet takes for the end of a cell:
/// which mark that is depends on the reader's country, not on us.
pub fn spreadsheet_cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 1);
    let mut begins = true;
    for (at, c) in text.char_indices() {
        let rest = text.get(at..).unwrap_or_default();
        if begins && (if at == 0 { is_formula(c) } else { is_inner_formula(rest) }) {
            out.push('\'');
        }
        out.push(c);
        begins = ends_cell(c) || (begins && matches!(c, ' ' | '\u{a0}' | '"'));
    }
    out
}

const fn ends_cell(c: char) -> bool {
    matches!(c, ';' | ',' | '|' | '\t' | '\n' | '\r')
}

const fn is_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '\t' | '\n' | '\r')
}

/// Within a text numbers and phones are common, and harmless.
fn is_inner_formula(rest: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_digit() || "+-. ()".contains(c);
    match rest.chars().next() {
        Some('=' | '@') => true,
        Some('+' | '-') => !rest.chars().take_while(|c| !ends_cell(*c)).all(is_plain),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::spreadsheet_cell;

    #[test]
    fn formulas_are_disarmed_however_the_file_is_split() {
        for (text, cell) in [
            ("", ""),
            ("ООО «Ромашка»; филиал", "ООО «Ромашка»; филиал"),
            ("+7 916 123-45-67", "'+7 916 123-45-67"),
            ("дом: +7 916, раб.: -", "дом: +7 916, раб.: -"),
            ("тел., +7 (916) 123-45-67; -5", "тел., +7 (916) 123-45-67; -5"),
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t'=1"),
            ("Ромашка,=HYPERLINK(\"http://x\")", "Ромашка,'=HYPERLINK(\"http://x\")"),
            ("Ромашка; @SUM(A1)", "Ромашка; '@SUM(A1)"),
            ("a\n+cmd|x", "a\n'+cmd|x"),
            ("a;\"=1+1", "a;\"'=1+1"),
            ("a=b, c@d.ru", "a=b, c@d.ru"),
        ] {
            assert_eq!(spreadsheet_cell(text), cell, "{text}");
        }
    }
}
