//! Statements that insert many rows.

use std::fmt::Write;

use crate::{StoreError, Value};

/// Parameters of one statement at most.
const PARAMETERS_MAX: usize = 8_000;

/// An insert whose number of rows is open.
pub(crate) struct Insert<'a> {
    /// `insert into t (a, b) values`.
    pub(crate) head: &'a str,
    /// Expression before the parameters of each row, or empty.
    pub(crate) lead: &'a str,
    /// What follows the rows: `on conflict …` or empty.
    pub(crate) tail: &'a str,
}

impl Insert<'_> {
    /// The statement for so many rows of so many parameters.
    pub(crate) fn sql(&self, rows: usize, width: usize) -> String {
        let mut out = String::with_capacity(self.head.len() + rows * (self.lead.len() + width * 6));
        out.push_str(self.head);
        for row in 0..rows {
            out.push_str(if row == 0 { " (" } else { ",(" });
            out.push_str(self.lead);
            for column in 0..width {
                let comma = if column == 0 && self.lead.is_empty() { "" } else { "," };
                // writing to a String cannot fail
                let _ = write!(out, "{comma}${}", row * width + column + 1);
            }
            out.push(')');
        }
        out.push(' ');
        out.push_str(self.tail);
        out
    }
}

/// How wide the rows are; none when there is nothing to insert.
///
/// # Errors
/// [`StoreError::Column`] when they are not equally wide.
pub(crate) fn width(rows: &[Vec<Value>]) -> Result<Option<usize>, StoreError> {
    let Some(width) = rows.first().map(Vec::len).filter(|w| *w > 0) else { return Ok(None) };
    match rows.iter().position(|r| r.len() != width) {
        Some(index) => {
            Err(StoreError::Column { index, problem: "rows of unequal width".to_owned() })
        }
        None => Ok(Some(width)),
    }
}

/// Parts whose lengths are powers of two: a connection keeps every statement it has prepared, so there
/// must be few of them however the numbers of rows vary.
pub(crate) fn chunks(rows: &[Vec<Value>], width: usize) -> impl Iterator<Item = &[Vec<Value>]> {
    let longest = power_of_two((PARAMETERS_MAX / width).max(1));
    let mut rest = rows;
    std::iter::from_fn(move || {
        let length = power_of_two(rest.len()).min(longest);
        let (chunk, after) =
            rest.split_at_checked(length).filter(|(chunk, _)| !chunk.is_empty())?;
        rest = after;
        Some(chunk)
    })
}

/// The largest power of two not above a number; 0 for 0.
const fn power_of_two(number: usize) -> usize {
    match number.checked_ilog2() {
        Some(exponent) => 1 << exponent,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_numbered_through_all_rows() {
        let insert = Insert { head: "insert into t (a, b) values", lead: "", tail: "" };
        assert_eq!(insert.sql(2, 2), "insert into t (a, b) values ($1,$2),($3,$4) ");
        let insert = Insert { head: "h", lead: "0", tail: "on conflict do nothing" };
        assert_eq!(insert.sql(2, 1), "h (0,$1),(0,$2) on conflict do nothing");
    }

    #[test]
    fn every_row_is_in_one_chunk_and_few_lengths_exist() {
        let rows: Vec<Vec<Value>> =
            (0..5_123_i64).map(|n| vec![Value::Int(n), Value::Null]).collect();
        let parts: Vec<&[Vec<Value>]> = chunks(&rows, 2).collect();
        let lengths: Vec<usize> = parts.iter().map(|p| p.len()).collect();
        assert_eq!(lengths, [2048, 2048, 1024, 2, 1]);
        assert_eq!(parts.concat(), rows);
        assert_eq!(chunks(&[], 2).count(), 0);
    }
}
