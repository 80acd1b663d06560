//! When an important date comes, how far away it is, and in which order dates stand.

use jiff::{Span, Unit};
use kernel::Date;

/// How far a day is from today, in the largest unit that reads well. Counts are at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    /// Today.
    Today,
    /// Some days (up to two weeks).
    Days {
        /// How many.
        count: i64,
        /// Before today.
        is_past: bool,
    },
    /// Some weeks (up to two months).
    Weeks {
        /// How many.
        count: i64,
        /// Before today.
        is_past: bool,
    },
    /// Some months (up to two years).
    Months {
        /// How many.
        count: i64,
        /// Before today.
        is_past: bool,
    },
    /// Some years.
    Years {
        /// How many.
        count: i64,
        /// Before today.
        is_past: bool,
    },
}

/// How far `day` is from `today`.
pub fn distance(day: Date, today: Date) -> Distance {
    let is_past = day < today;
    let (from, to) = if is_past { (day, today) } else { (today, day) };
    let whole = |unit: Unit| {
        from.until((unit, to)).map_or(0, |span: Span| match unit {
            Unit::Year => i64::from(span.get_years()),
            Unit::Month => i64::from(span.get_months()),
            _ => i64::from(span.get_days()),
        })
    };
    let (days, months, years) = (whole(Unit::Day), whole(Unit::Month), whole(Unit::Year));
    match days {
        0 => Distance::Today,
        1..=13 => Distance::Days { count: days, is_past },
        14..=60 => Distance::Weeks { count: days / 7, is_past },
        _ if months < 24 => Distance::Months { count: months.max(1), is_past },
        _ => Distance::Years { count: years.max(1), is_past },
    }
}

/// The first day from `today` on that a date falls on. A date that does not come round has one day
/// only. 29 February falls on 1 March of a common year.
pub fn next_occurrence(on: Date, yearly: bool, today: Date) -> Option<Date> {
    if on >= today {
        return Some(on);
    }
    if !yearly {
        return None;
    }
    let in_year =
        |year: i16| Date::new(year, on.month(), on.day()).or_else(|_| Date::new(year, 3, 1)).ok();
    in_year(today.year()).filter(|d| *d >= today).or_else(|| in_year(today.year().checked_add(1)?))
}

/// A date in the bar of a client's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occasion<T> {
    /// What it is about.
    pub what: T,
    /// The day it stands at: its next day, or its only one.
    pub day: Date,
    /// Whole years between the first time and `day`; 0 for a date that does not come round.
    pub years: i16,
    /// It is the nearest of those to come.
    pub is_next: bool,
}

/// Puts dates in the order past to future, each at the day it comes next, and marks the nearest.
pub fn occasions<T>(dates: Vec<(T, Date, bool)>, today: Date) -> Vec<Occasion<T>> {
    let mut all: Vec<Occasion<T>> = dates
        .into_iter()
        .map(|(what, on, yearly)| {
            let day = next_occurrence(on, yearly, today).unwrap_or(on);
            Occasion { what, day, years: day.year().saturating_sub(on.year()), is_next: false }
        })
        .collect();
    all.sort_by_key(|o| o.day);
    if let Some(next) = all.iter_mut().find(|o| o.day >= today) {
        next.is_next = true;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 23);

    #[test]
    fn yearly_dates_come_round_and_others_do_not() {
        let born = Date::constant(1984, 2, 29);
        assert_eq!(next_occurrence(born, true, TODAY), Some(Date::constant(2027, 3, 1)));
        assert_eq!(next_occurrence(born, false, TODAY), None);
        let today_born = Date::constant(1990, 11, 23);
        assert_eq!(next_occurrence(today_born, true, TODAY), Some(TODAY));
        let planned = Date::constant(2027, 1, 10);
        assert_eq!(next_occurrence(planned, false, TODAY), Some(planned));
    }

    #[test]
    fn distances_read_well() {
        let far = |y, m, d| distance(Date::constant(y, m, d), TODAY);
        assert_eq!(far(2026, 11, 23), Distance::Today);
        assert_eq!(far(2026, 11, 26), Distance::Days { count: 3, is_past: false });
        assert_eq!(far(2026, 12, 14), Distance::Weeks { count: 3, is_past: false });
        assert_eq!(far(2027, 11, 22), Distance::Months { count: 11, is_past: false });
        assert_eq!(far(2024, 11, 20), Distance::Years { count: 2, is_past: true });
        assert_eq!(far(1, 1, 1), Distance::Years { count: 2025, is_past: true });
    }

    #[test]
    fn the_bar_runs_from_past_to_future_and_marks_the_next() {
        let dates = vec![
            ("birthday", Date::constant(1984, 12, 1), true),
            ("flat", Date::constant(2024, 5, 2), false),
            ("contract", Date::constant(2027, 6, 1), false),
        ];
        let bar = occasions(dates, TODAY);
        let order: Vec<_> = bar.iter().map(|o| (o.what, o.is_next, o.years)).collect();
        assert_eq!(order, [("flat", false, 0), ("birthday", true, 42), ("contract", false, 0)]);
    }
}
