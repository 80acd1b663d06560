//! Numbers issued in Russia.

use kernel::Refusal;

use crate::codes::{self, wrong_length, wrong_prefix};
use crate::digits::{check_digit, exactly, remainder, trimmed, values, weighted_sum};
use crate::identifier::Checked;

fn same(text: &str) -> Checked {
    Checked::valid(text.to_owned(), text.to_owned())
}

/// Tax number (ИНН): 10 digits of a company, 12 of a person. Order of the Federal Tax Service
/// MM-B-7-6/435.
pub(crate) fn inn(raw: &str) -> Result<Checked, Refusal> {
    const COMPANY: [u32; 9] = [2, 4, 10, 3, 5, 9, 4, 6, 8];
    const PERSON_FIRST: [u32; 10] = [7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    const PERSON_SECOND: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    let text = trimmed(raw)?;
    let all = values(text)?;
    if !matches!(all.len(), 10 | 12) {
        return Err(wrong_length("10 / 12", all.len()));
    }
    if all.iter().all(|d| *d == 0) {
        return Err(Refusal::new(codes::ID_ALL_ZERO));
    }
    if matches!(all.as_slice(), [0, 0, ..]) {
        return Err(wrong_prefix("01–99"));
    }
    let holds = match all.as_slice() {
        [body @ .., first, second] if body.len() == 10 => {
            let with_first: Vec<u32> = body.iter().chain([first]).copied().collect();
            weighted_sum(body, &PERSON_FIRST) % 11 % 10 == *first
                && weighted_sum(&with_first, &PERSON_SECOND) % 11 % 10 == *second
        }
        [body @ .., last] => weighted_sum(body, &COMPANY) % 11 % 10 == *last,
        [] => false,
    };
    check_digit(holds)?;
    Ok(same(text))
}

/// A registration number: fixed length, known first digits, the last digit is the rest of the others.
fn registration(
    raw: &str,
    length: usize,
    modulus: u32,
    first: (&[u32], &str),
) -> Result<Checked, Refusal> {
    let text = trimmed(raw)?;
    let all = exactly(text, length)?;
    if !all.first().is_some_and(|digit| first.0.contains(digit)) {
        return Err(wrong_prefix(first.1));
    }
    let holds = all.split_last().is_some_and(|(last, body)| remainder(body, modulus) % 10 == *last);
    check_digit(holds)?;
    Ok(same(text))
}

/// State registration number of a company (ОГРН), 13 digits.
pub(crate) fn ogrn(raw: &str) -> Result<Checked, Refusal> {
    registration(raw, 13, 11, (&[1, 5], "1, 5"))
}

/// State registration number of a sole trader (ОГРНИП), 15 digits.
pub(crate) fn ogrnip(raw: &str) -> Result<Checked, Refusal> {
    registration(raw, 15, 13, (&[3], "3"))
}

/// Personal insurance account number (СНИЛС), 11 digits. Numbers up to 001-001-998 were given out
/// without a control number.
pub(crate) fn snils(raw: &str) -> Result<Checked, Refusal> {
    const WEIGHTS: [u32; 9] = [9, 8, 7, 6, 5, 4, 3, 2, 1];
    const LAST_WITHOUT_CONTROL: &str = "001001998";
    let text: String = trimmed(raw)?.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let all = exactly(&text, 11)?;
    let (number, control) = text.split_at_checked(9).unwrap_or_default();
    let groups = [text.get(..3), text.get(3..6), text.get(6..9)].map(Option::unwrap_or_default);
    let display = format!("{} {control}", groups.join("-"));
    // Equal lengths, so the order of texts is the order of numbers.
    if number <= LAST_WITHOUT_CONTROL {
        return Ok(Checked::unchecked(text, display));
    }
    let expected = weighted_sum(&all, &WEIGHTS) % 101 % 100;
    check_digit(control.parse() == Ok(expected))?;
    Ok(Checked::valid(text, display))
}

/// Reason-for-registration code (КПП): four digits, two digits or Latin capitals, three digits.
pub(crate) fn kpp(raw: &str) -> Result<Checked, Refusal> {
    const LENGTH: usize = 9;
    let text = trimmed(raw)?;
    if text.chars().count() != LENGTH {
        return Err(wrong_length(LENGTH, text.chars().count()));
    }
    let fits = text.chars().enumerate().all(|(position, c)| {
        c.is_ascii_digit() || (matches!(position, 4 | 5) && c.is_ascii_uppercase())
    });
    if fits { Ok(same(text)) } else { Err(Refusal::new(codes::ID_SHAPE)) }
}

/// Code of an activity (ОКВЭД2): `64`, `64.1`, `64.19`, `64.19.1`. The shape only: whether the code
/// exists is a matter of the dictionary.
pub(crate) fn okved2(raw: &str) -> Result<Checked, Refusal> {
    let text = trimmed(raw)?;
    let mut parts = text.split('.');
    let is_digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
    let class = parts.next().is_some_and(|part| part.len() == 2 && is_digits(part));
    let rest: Vec<&str> = parts.collect();
    let fits = class
        && rest.len() <= 2
        && rest.iter().all(|part| matches!(part.len(), 1 | 2) && is_digits(part));
    if fits { Ok(same(text)) } else { Err(Refusal::new(codes::ID_SHAPE)) }
}

/// Bank identification code (БИК), 9 digits; `04` are banks, `00` and `01` the Bank of Russia and
/// the Treasury. Other beginnings are taken unchecked.
pub(crate) fn bik(raw: &str) -> Result<Checked, Refusal> {
    let text = trimmed(raw)?;
    let all = exactly(text, 9)?;
    if matches!(all.as_slice(), [0, 0 | 1 | 4, ..]) {
        Ok(same(text))
    } else {
        Ok(Checked::unchecked(text.to_owned(), text.to_owned()))
    }
}

/// Birth certificate: a Roman number, two Cyrillic capitals, six digits: `II-МЮ 123456`. Latin
/// letters that look Cyrillic are read as Cyrillic and the other way round.
pub(crate) fn birth_certificate(raw: &str) -> Result<Checked, Refusal> {
    let upper = trimmed(raw)?.to_uppercase();
    let kept: Vec<char> =
        upper.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '–' | '№')).collect();
    let refused = || Refusal::new(codes::ID_SHAPE);
    let (letters, number) =
        kept.split_at_checked(kept.len().saturating_sub(6)).ok_or_else(refused)?;
    let (roman, series) =
        letters.split_at_checked(letters.len().saturating_sub(2)).ok_or_else(refused)?;
    let roman: String = roman.iter().map(|c| latin_lookalike(*c)).collect();
    let series: String = series.iter().map(|c| cyrillic_lookalike(*c)).collect();
    let number: String = number.iter().collect();
    let fits = (1..=6).contains(&roman.len())
        && roman.chars().all(|c| matches!(c, 'I' | 'V' | 'X' | 'L'))
        && series.chars().count() == 2
        && series.chars().all(|c| matches!(c, 'А'..='Я'))
        && number.len() == 6
        && number.chars().all(|c| c.is_ascii_digit());
    if !fits {
        return Err(refused());
    }
    Ok(Checked::valid(format!("{roman}{series}{number}"), format!("{roman}-{series} {number}")))
}

const fn latin_lookalike(c: char) -> char {
    match c {
        'І' | '1' => 'I',
        'Х' => 'X',
        'У' => 'V',
        other => other,
    }
}

const fn cyrillic_lookalike(c: char) -> char {
    match c {
        'A' => 'А',
        'B' => 'В',
        'C' => 'С',
        'E' => 'Е',
        'H' => 'Н',
        'K' => 'К',
        'M' => 'М',
        'O' => 'О',
        'P' => 'Р',
        'T' => 'Т',
        'X' => 'Х',
        other => other,
    }
}

/// Code of the office that issued a passport: six digits, shown as `770-001`.
///
/// # Errors
/// Refuses (`id-empty`, `id-digits`, `id-length`, `id-all-zero`) what is no such code.
pub fn check_issuer_code(raw: &str) -> Result<Checked, Refusal> {
    let text: String = trimmed(raw)?.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    exactly(&text, 6)?;
    let (region, office) = text.split_at_checked(3).unwrap_or_default();
    let display = format!("{region}-{office}");
    Ok(Checked::valid(text, display))
}
