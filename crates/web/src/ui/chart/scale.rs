//! Scales of charts, in whole numbers: no float touches money, not even on its way to a picture.

/// The smallest of 1, 2, 5 × 10ⁿ that is at least `value / steps`; at least 1.
pub(super) fn nice_step(value: i64, steps: i64) -> i64 {
    let wanted = (value.max(1) - 1) / steps.max(1) + 1;
    let mut power: i64 = 1;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if step >= wanted {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// `part` of `whole` on a length, rounded down; 0 when `whole` is not positive.
pub(super) fn on_length(part: i64, whole: i64, length: i64) -> i64 {
    if whole <= 0 {
        return 0;
    }
    let scaled = i128::from(part.max(0)) * i128::from(length) / i128::from(whole);
    i64::try_from(scaled).unwrap_or(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_cover_the_value() {
        for value in [0, 1, 7, 99, 1_234, 987_654_321, i64::MAX] {
            let step = nice_step(value, 4);
            assert!(step.saturating_mul(5) >= value, "{value}");
        }
        assert_eq!(nice_step(1_000, 2), 500);
        assert_eq!(nice_step(1_001_000, 2), 1_000_000);
    }

    #[test]
    fn lengths_do_not_overflow() {
        assert_eq!(on_length(i64::MAX, i64::MAX, 10_000), 10_000);
        assert_eq!(on_length(1, 3, 9_999), 3_333);
        assert_eq!(on_length(5, 0, 100), 0);
        assert_eq!(on_length(-5, 10, 100), 0);
    }
}
