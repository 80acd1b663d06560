//! Latencies gathered and shown: percentiles by the nearest rank, in whole microseconds.

use serde::Serialize;

/// Requests of one kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Gathered {
    micros: Vec<u64>,
    pub(super) errors: u64,
}

impl Gathered {
    pub(super) fn add(&mut self, micros: u64) {
        self.micros.push(micros);
    }
    pub(super) fn merge(&mut self, other: Gathered) {
        self.micros.extend(other.micros);
        self.errors += other.errors;
    }
    /// The line of the table, when the run took `seconds_tenths` tenths of a second.
    pub(super) fn summary(mut self, name: &str, tenths: u64) -> Summary {
        self.micros.sort_unstable();
        let requests = u64::try_from(self.micros.len()).unwrap_or(u64::MAX);
        Summary {
            kind: name.to_owned(),
            requests,
            errors: self.errors,
            per_second_tenths: requests.saturating_mul(100) / tenths.max(1),
            p50_us: rank(&self.micros, 50),
            p95_us: rank(&self.micros, 95),
            p99_us: rank(&self.micros, 99),
            max_us: self.micros.last().copied().unwrap_or(0),
        }
    }
}

/// The smallest value that at least `percent` of all do not exceed.
fn rank(sorted: &[u64], percent: usize) -> u64 {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or(0)
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Summary {
    /// Kind of request, `all` for the sum.
    pub(crate) kind: String,
    /// Answered as expected.
    pub(crate) requests: u64,
    /// Not answered, or otherwise than expected.
    pub(crate) errors: u64,
    /// Requests per second, in tenths.
    pub(crate) per_second_tenths: u64,
    /// Half were not slower (microseconds).
    pub(crate) p50_us: u64,
    /// 95 of 100 were not slower.
    pub(crate) p95_us: u64,
    /// 99 of 100 were not slower.
    pub(crate) p99_us: u64,
    /// The slowest.
    pub(crate) max_us: u64,
}

/// `12345` microseconds as `12.35` milliseconds.
pub(super) fn ms(micros: u64) -> String {
    let hundredths = (micros + 5) / 10;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

pub(super) fn tenths(number: u64) -> String {
    format!("{}.{}", number / 10, number % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let mut gathered = Gathered::default();
        (1..=200).rev().for_each(|n| gathered.add(n));
        let line = gathered.summary("x", 100);
        assert_eq!((line.p50_us, line.p95_us, line.p99_us, line.max_us), (100, 190, 198, 200));
        assert_eq!(line.per_second_tenths, 200);
        assert_eq!(Gathered::default().summary("x", 0).p99_us, 0);
        assert_eq!((ms(12_345).as_str(), ms(4).as_str()), ("12.35", "0.00"));
    }
}
