//! Numbers issued in Kazakhstan (Government decree No. 565 of 11 June 2003 on the formation of
//! identification numbers).

use jiff::civil::Date;
use kernel::Refusal;

use crate::birth_number::{BirthFacts, Sex};
use crate::codes;
use crate::digits::{check_digit, exactly, trimmed, weighted_sum};
use crate::identifier::Checked;

const LENGTH: usize = 12;

/// The twelfth digit: a sum mod 11 with the weights 1…11, and if that is 10, with 3…11, 1, 2. A
/// number whose second sum is 10 as well is never given out.
fn control_holds(all: &[u32]) -> bool {
    const FIRST: [u32; 11] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    const SECOND: [u32; 11] = [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2];
    let Some((last, body)) = all.split_last() else {
        return false;
    };
    let sum = match weighted_sum(body, &FIRST) % 11 {
        10 => weighted_sum(body, &SECOND) % 11,
        sum => sum,
    };
    sum == *last
}

/// Individual identification number (ИИН / ЖСН): YYMMDD, century and sex, four digits, control. The
/// seventh digit 0 is met on numbers of foreigners but not described by the decree: taken unchecked.
pub(crate) fn iin(raw: &str) -> Result<Checked, Refusal> {
    let text = trimmed(raw)?;
    let all = exactly(text, LENGTH)?;
    let facts = birth_facts(&all)?;
    check_digit(control_holds(&all))?;
    Ok(match facts {
        Some(_) => Checked::valid(text.to_owned(), text.to_owned()),
        None => Checked::unchecked(text.to_owned(), text.to_owned()),
    })
}

/// Date of birth and sex out of an individual identification number; `None` for a number whose
/// seventh digit is 0, which tells neither.
///
/// # Errors
/// As the validator of the number: `id-digits`, `id-length`, `id-date`, `id-shape`,
/// `id-check-digit`.
pub fn decode_iin(raw: &str) -> Result<Option<BirthFacts>, Refusal> {
    let all = exactly(trimmed(raw)?, LENGTH)?;
    let facts = birth_facts(&all)?;
    check_digit(control_holds(&all))?;
    Ok(facts)
}

fn birth_facts(all: &[u32]) -> Result<Option<BirthFacts>, Refusal> {
    let [y1, y2, m1, m2, d1, d2, mark, ..] = all else {
        return Err(codes::wrong_length(LENGTH, all.len()));
    };
    let (century, sex) = match mark {
        0 => (2000, None),
        1 => (1800, Some(Sex::Male)),
        2 => (1800, Some(Sex::Female)),
        3 => (1900, Some(Sex::Male)),
        4 => (1900, Some(Sex::Female)),
        5 => (2000, Some(Sex::Male)),
        6 => (2000, Some(Sex::Female)),
        _ => return Err(Refusal::new(codes::ID_SHAPE)),
    };
    let date = civil(century + y1 * 10 + y2, m1 * 10 + m2, d1 * 10 + d2)
        .ok_or_else(|| Refusal::new(codes::ID_DATE))?;
    Ok(sex.map(|sex| BirthFacts { date, sex }))
}

pub(crate) fn civil(year: u32, month: u32, day: u32) -> Option<Date> {
    let year = i16::try_from(year).ok()?;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Business identification number (БИН / БСН): YYMM of registration, kind of entity 4–6, kind of
/// unit 0–4, five digits, control.
pub(crate) fn bin(raw: &str) -> Result<Checked, Refusal> {
    let text = trimmed(raw)?;
    let all = exactly(text, LENGTH)?;
    let [_, _, m1, m2, entity, unit, ..] = all.as_slice() else {
        return Err(codes::wrong_length(LENGTH, all.len()));
    };
    if !(1..=12).contains(&(m1 * 10 + m2)) {
        return Err(Refusal::new(codes::ID_DATE));
    }
    if !matches!(entity, 4..=6) || !matches!(unit, 0..=4) {
        return Err(Refusal::new(codes::ID_SHAPE));
    }
    check_digit(control_holds(&all))?;
    Ok(Checked::valid(text.to_owned(), text.to_owned()))
}
