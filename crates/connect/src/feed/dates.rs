//! Dates and times written in a named form such as `dd.mm.yyyy` or `yymmdd hh:mm:ss`.

use jiff::civil::{Date, DateTime, Time};

/// A parsed form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DateFormat(Vec<Part>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Year4,
    Year2,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Literal(char),
}

impl DateFormat {
    /// Reads a form; `None` when it does not name year, month and day exactly once.
    pub(crate) fn parse(text: &str) -> Option<DateFormat> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let hours_seen = parts.contains(&Part::Hour);
            let (part, length) = if rest.starts_with("yyyy") {
                (Part::Year4, 4)
            } else if rest.starts_with("yy") {
                (Part::Year2, 2)
            } else if rest.starts_with("mm") {
                (if hours_seen { Part::Minute } else { Part::Month }, 2)
            } else if rest.starts_with("dd") {
                (Part::Day, 2)
            } else if rest.starts_with("hh") {
                (Part::Hour, 2)
            } else if rest.starts_with("ss") {
                (Part::Second, 2)
            } else if first.is_ascii_alphanumeric() && first != 'T' {
                return None;
            } else {
                (Part::Literal(first), first.len_utf8())
            };
            parts.push(part);
            rest = rest.get(length..)?;
        }
        let count = |wanted: &[Part]| parts.iter().filter(|p| wanted.contains(p)).count();
        let once = count(&[Part::Year4, Part::Year2]) == 1
            && count(&[Part::Month]) == 1
            && count(&[Part::Day]) == 1
            && [Part::Hour, Part::Minute, Part::Second].iter().all(|p| count(&[*p]) <= 1);
        once.then_some(DateFormat(parts))
    }

    /// Reads a text of this form; hours, minutes and seconds that the form lacks are zero.
    /// Years of two digits below `pivot` are 20yy, others 19yy.
    pub(crate) fn read(&self, text: &str, pivot: u8) -> Option<DateTime> {
        let mut rest = text;
        let (mut year, mut month, mut day) = (0_i16, 0_i8, 0_i8);
        let (mut hour, mut minute, mut second) = (0_i8, 0_i8, 0_i8);
        for (index, part) in self.0.iter().enumerate() {
            // One digit is enough only between separators: 1.2.1985, but not inside yymmdd.
            let neighbours = [index.checked_sub(1), index.checked_add(1)];
            let open = neighbours.iter().all(|at| {
                at.and_then(|i| self.0.get(i)).is_none_or(|p| matches!(p, Part::Literal(_)))
            });
            match part {
                Part::Literal(c) => rest = rest.strip_prefix(*c)?,
                Part::Year4 => year = take(&mut rest, 4, 4)?.parse().ok()?,
                Part::Year2 => {
                    let short: u8 = take(&mut rest, 2, 2)?.parse().ok()?;
                    year = i16::from(short) + if short < pivot { 2000 } else { 1900 };
                }
                Part::Month => month = number(&mut rest, open)?,
                Part::Day => day = number(&mut rest, open)?,
                Part::Hour => hour = number(&mut rest, open)?,
                Part::Minute => minute = number(&mut rest, open)?,
                Part::Second => second = number(&mut rest, open)?,
            }
        }
        if !rest.is_empty() {
            return None;
        }
        let date = Date::new(year, month, day).ok()?;
        Some(DateTime::from_parts(date, Time::new(hour, minute, second, 0).ok()?))
    }
}

fn take<'a>(rest: &mut &'a str, least: usize, most: usize) -> Option<&'a str> {
    let length = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if length < least {
        return None;
    }
    let (digits, tail) = rest.split_at_checked(length)?;
    *rest = tail;
    Some(digits)
}

fn number(rest: &mut &str, one_digit_is_enough: bool) -> Option<i8> {
    take(rest, if one_digit_is_enough { 1 } else { 2 }, 2)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_read_dates_and_refuse_others() {
        let read = |form: &str, text: &str| {
            DateFormat::parse(form).and_then(|f| f.read(text, 50)).map(|d| d.to_string())
        };
        assert_eq!(read("yymmdd", "930101").as_deref(), Some("1993-01-01T00:00:00"));
        assert_eq!(read("yymmdd", "490101").as_deref(), Some("2049-01-01T00:00:00"));
        assert_eq!(
            read("yymmdd hh:mm:ss", "931107 23:05:09").as_deref(),
            Some("1993-11-07T23:05:09")
        );
        assert_eq!(read("dd.mm.yyyy", "1.2.1985").as_deref(), Some("1985-02-01T00:00:00"));
        assert_eq!(
            read("yyyy-mm-ddThh:mm", "2026-11-23T07:30").as_deref(),
            Some("2026-11-23T07:30:00")
        );
        assert_eq!(read("dd.mm.yyyy", "31.02.1985"), None);
        assert_eq!(read("yymmdd", "9301011"), None);
        assert_eq!(read("yymmdd", "93011"), None);
        assert_eq!(read("yymmdd hh:mm", "93117 00:00"), None);
        assert_eq!(read("yyyy-mm-dd", "1993-01-01 "), None);
        assert_eq!(read("dd.mm", "01.02"), None);
        assert_eq!(read("yyyy-mm-dd", "１９９３-01-01"), None);
    }
}
