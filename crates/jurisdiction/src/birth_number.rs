//! The Czech birth number (rodné číslo) as the PKDD'99 bank data carries it: `YYMMDD`, and women
//! have 50 added to the month.

use jiff::civil::Date;
use kernel::Refusal;
use serde::{Deserialize, Serialize};

use crate::codes;
use crate::digits::{exactly, trimmed};
use crate::kazakhstan::civil;

/// Sex as an official number states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}

/// What a number tells about the birth of its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BirthFacts {
    /// Date of birth.
    pub date: Date,
    /// Sex.
    pub sex: Sex,
}

/// Decodes six digits `YYMMDD` (month + 50 for women) of a person born in 1900–1999.
///
/// # Errors
/// Refuses with `id-empty`, `id-digits`, `id-length`, and `birth-number` when there is no such day.
pub fn decode_czech_birth_number(raw: &str) -> Result<BirthFacts, Refusal> {
    const LENGTH: usize = 6;
    const WOMEN_MONTH_ADDED: u32 = 50;
    let all = exactly(trimmed(raw)?, LENGTH)?;
    let [y1, y2, m1, m2, d1, d2] = all.as_slice() else {
        return Err(codes::wrong_length(LENGTH, all.len()));
    };
    let written = m1 * 10 + m2;
    let (month, sex) = match written.checked_sub(WOMEN_MONTH_ADDED) {
        Some(month) => (month, Sex::Female),
        None => (written, Sex::Male),
    };
    let date = civil(1900 + y1 * 10 + y2, month, d1 * 10 + d2)
        .ok_or_else(|| Refusal::new(codes::BIRTH_NUMBER))?;
    Ok(BirthFacts { date, sex })
}
