//! Dates of cards: whole, without a year, without a day, with a time behind them.

use super::contact::PartialDate;

/// Reads `1980-03-22`, `19800322`, `1980-03-22T10:00:00Z`, `1980-03`, `1980`, `--0203`, `--02-03`, `--02`, `---03`;
/// `None` when it is no date.
pub(super) fn read(text: &str) -> Option<PartialDate> {
    let text = text.trim();
    let day_part = text.split(['T', 't', ' ']).next().unwrap_or(text);
    let number = |s: &str| -> Option<i16> {
        let digits = !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if digits { s.parse().ok() } else { None }
    };
    let (year, month, day) = if let Some(day) = day_part.strip_prefix("---") {
        (None, None, Some(number(day)?))
    } else if let Some(rest) = day_part.strip_prefix("--") {
        match rest.replace('-', "") {
            short if short.len() == 2 => (None, Some(number(&short)?), None),
            full if full.len() == 4 => {
                let (month, day) = full.split_at_checked(2)?;
                (None, Some(number(month)?), Some(number(day)?))
            }
            _ => return None,
        }
    } else {
        whole(day_part, number)?
    };
    // Apple writes 1604, a leap year, for "year unknown".
    let year = year.filter(|y| *y != 1604);
    let narrow = |n: Option<i16>| n.map(i8::try_from).transpose().ok();
    let date = PartialDate { year, month: narrow(month)?, day: narrow(day)? };
    is_possible(date).then_some(date)
}

type Parts = (Option<i16>, Option<i16>, Option<i16>);

fn whole(text: &str, number: impl Fn(&str) -> Option<i16>) -> Option<Parts> {
    let parts: Vec<&str> = text.split('-').collect();
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 => {
            Some((Some(number(year)?), Some(number(month)?), Some(number(day)?)))
        }
        [year, month] if year.len() == 4 => Some((Some(number(year)?), Some(number(month)?), None)),
        [packed] if packed.len() == 8 => Some((
            Some(number(packed.get(..4)?)?),
            Some(number(packed.get(4..6)?)?),
            Some(number(packed.get(6..)?)?),
        )),
        [year] if year.len() == 4 => Some((Some(number(year)?), None, None)),
        // Hand-made cards of Russian phones.
        [dotted] => {
            let parts: Vec<&str> = dotted.split('.').collect();
            let [day, month, year] = parts.as_slice() else {
                return None;
            };
            (year.len() == 4).then_some(()).and_then(|()| {
                Some((Some(number(year)?), Some(number(month)?), Some(number(day)?)))
            })
        }
        _ => None,
    }
}

/// The parts that are known can stand together; 29 February needs no year.
fn is_possible(date: PartialDate) -> bool {
    let year = date.year.unwrap_or(2000);
    let known = date.year.is_some() || date.month.is_some() || date.day.is_some();
    let (month, day) = (date.month.unwrap_or(1), date.day.unwrap_or(1));
    known && year >= 1 && kernel::Date::new(year, month, day).is_ok()
}

/// The form that 4.0 writes.
pub(super) fn write(date: PartialDate) -> String {
    match (date.year, date.month, date.day) {
        (Some(y), Some(m), Some(d)) => format!("{y:04}{m:02}{d:02}"),
        (Some(y), Some(m), None) => format!("{y:04}-{m:02}"),
        (Some(y), None, _) => format!("{y:04}"),
        (None, Some(m), Some(d)) => format!("--{m:02}{d:02}"),
        (None, Some(m), None) => format!("--{m:02}"),
        (None, None, day) => format!("---{:02}", day.unwrap_or(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_cards_read_and_write() {
        let again = |t: &str| read(t).map(write);
        assert_eq!(again("1980-03-22").as_deref(), Some("19800322"));
        assert_eq!(again("19800322").as_deref(), Some("19800322"));
        assert_eq!(again("1980-03-22T10:00:00Z").as_deref(), Some("19800322"));
        assert_eq!(again("20090808T1430-0500").as_deref(), Some("20090808"));
        assert_eq!(again("--0203").as_deref(), Some("--0203"));
        assert_eq!(again("--02-03").as_deref(), Some("--0203"));
        assert_eq!(again("1604-02-29").as_deref(), Some("--0229"));
        assert_eq!(again("1980-03").as_deref(), Some("1980-03"));
        assert_eq!(again("1980").as_deref(), Some("1980"));
        assert_eq!(again("---03").as_deref(), Some("---03"));
        assert_eq!(again("22.03.1980").as_deref(), Some("19800322"));
        for wrong in ["", "--", "1980-13-01", "circa 1800", "0000-00-00", "19800399", "--é1"] {
            assert_eq!(again(wrong), None, "{wrong}");
        }
    }
}
