//! The average balance of an account, from its balance and its monthly turnovers. Pure.

use std::collections::BTreeMap;

use kernel::Date;

use super::indicators::{AVERAGE_MIN_MINOR, AVERAGE_MONTHS, BELOW_AVERAGE_PERCENT};

/// First day of the month `count` months before; the first day there is when that is too far.
pub(in crate::holdings) fn months_before(day: Date, count: i64) -> Date {
    let span = jiff::Span::new().try_months(count).ok();
    let first = day.first_of_month();
    span.and_then(|span| first.checked_sub(span).ok()).unwrap_or(first)
}

/// The mean of the balances at the end of each of the last [`AVERAGE_MONTHS`] whole months, minor units,
/// rounded down. `nets` is what each month (its first day) brought and took. None when the account was
/// not there at the end of the first of them.
pub fn average(
    balance_minor: i64,
    opened_on: Date,
    nets: &BTreeMap<Date, i64>,
    today: Date,
) -> Option<i64> {
    if opened_on >= months_before(today, AVERAGE_MONTHS - 1) {
        return None;
    }
    // a month ended with the balance of today less everything that came after it
    let at_end = |back: i64| {
        let after = nets.range(months_before(today, back - 1)..).map(|(_, net)| i128::from(*net));
        i128::from(balance_minor) - after.sum::<i128>()
    };
    let sum: i128 = (1..=AVERAGE_MONTHS).map(at_end).sum();
    i64::try_from(sum.div_euclid(i128::from(AVERAGE_MONTHS))).ok()
}

/// The share of its average an account holds, percent, rounded down, when that is well below; none
/// otherwise, and for an overdrawn account or an average too small to speak of.
pub(super) fn below_average(balance_minor: i64, average_minor: i64) -> Option<i64> {
    if balance_minor < 0 || average_minor < AVERAGE_MIN_MINOR {
        return None;
    }
    let percent = i128::from(balance_minor) * 100 / i128::from(average_minor);
    i64::try_from(percent).ok().filter(|percent| *percent < BELOW_AVERAGE_PERCENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 23);
    const OLD: Date = Date::constant(2020, 1, 1);

    fn nets(all: &[(i8, i64)]) -> BTreeMap<Date, i64> {
        all.iter().map(|(month, net)| (Date::constant(2026, *month, 1), *net)).collect()
    }

    #[test]
    fn month_ends_follow_from_the_balance_of_today() {
        assert_eq!(average(60, OLD, &nets(&[]), TODAY), Some(60));
        // ends of May to October: 10, 20, 30, 40, 50, 60; November took 55
        let moves = nets(&[(6, 10), (7, 10), (8, 10), (9, 10), (10, 10), (11, -55)]);
        assert_eq!(average(5, OLD, &moves, TODAY), Some(35));
        // what came before the first of those ends changes nothing
        let earlier = nets(&[(4, 9_000), (5, -9_000)]);
        assert_eq!(average(5, OLD, &earlier, TODAY), Some(5));
        // rounded down, below zero too
        assert_eq!(average(0, OLD, &nets(&[(11, 1)]), TODAY), Some(-1));
        assert_eq!(average(0, OLD, &nets(&[(10, 1)]), TODAY), Some(-1));
        assert_eq!(average(i64::MAX, OLD, &nets(&[(11, i64::MIN)]), TODAY), None);
    }

    #[test]
    fn a_young_account_has_no_average() {
        let opened = |day| average(60, day, &nets(&[]), TODAY);
        assert_eq!(opened(Date::constant(2026, 5, 31)), Some(60));
        assert_eq!(opened(Date::constant(2026, 6, 1)), None);
    }

    #[test]
    fn well_below_begins_under_half_of_a_real_average() {
        assert_eq!(below_average(49_999, 100_000), Some(49));
        assert_eq!(below_average(50_000, 100_000), None);
        assert_eq!(below_average(0, 100_000), Some(0));
        assert_eq!(below_average(0, 99_999), None);
        assert_eq!(below_average(-1, 100_000), None);
        assert_eq!(below_average(i64::MAX, i64::MAX), None);
        assert_eq!(below_average(0, i64::MIN), None);
    }
}
