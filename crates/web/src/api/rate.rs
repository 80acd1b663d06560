//! How often one caller may ask: a bucket that fills steadily and holds a burst.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use kernel::Timestamp;
use kernel::limits::{API_BURST, API_CALLERS_MAX, API_REQUESTS_PER_SECOND};

/// What is left in a caller's bucket, in thousandths of a request, and when that was counted.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: i64,
    at: Timestamp,
}

/// The buckets of one node, by the SHA-256 of the caller's token.
#[derive(Default)]
pub(crate) struct Rate {
    buckets: Mutex<BTreeMap<Vec<u8>, Bucket>>,
}

impl Rate {
    /// Takes one request out of a caller's bucket; how many seconds to wait when it is empty.
    pub(super) fn take(&self, caller: &[u8], now: Timestamp) -> Result<(), i64> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= API_CALLERS_MAX && !buckets.contains_key(caller) {
            // a full bucket is as good as none
            buckets.retain(|_, bucket| filled(*bucket, now) < API_BURST * 1_000);
        }
        let bucket =
            buckets.entry(caller.to_vec()).or_insert(Bucket { left: API_BURST * 1_000, at: now });
        bucket.left = filled(*bucket, now);
        bucket.at = now;
        if bucket.left < 1_000 {
            return Err(1);
        }
        bucket.left -= 1_000;
        Ok(())
    }
}

fn filled(bucket: Bucket, now: Timestamp) -> i64 {
    let millis = (now.micros().saturating_sub(bucket.at.micros()) / 1_000).max(0);
    let more = millis.saturating_mul(API_REQUESTS_PER_SECOND);
    bucket.left.saturating_add(more).min(API_BURST * 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_let_through_then_the_rate_and_only_for_this_caller() {
        let rate = Rate::default();
        let start = Timestamp::from_micros(0);
        for _ in 0..API_BURST {
            assert_eq!(rate.take(b"a", start), Ok(()));
        }
        assert_eq!(rate.take(b"a", start), Err(1));
        assert_eq!(rate.take(b"b", start), Ok(()));
        let later = start.plus_seconds(1);
        for _ in 0..API_REQUESTS_PER_SECOND {
            assert_eq!(rate.take(b"a", later), Ok(()));
        }
        assert_eq!(rate.take(b"a", later), Err(1));
    }
}
