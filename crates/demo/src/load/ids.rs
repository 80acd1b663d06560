//! Ids that follow from the seed: the same bank has the same ids, and they sort in the order of loading.

use kernel::{ClientId, CommandId, Date, Timestamp};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Makes ids.
#[derive(Clone, Debug)]
pub(super) struct Ids {
    seed: u64,
    /// Milliseconds of the bank's day: the time part of the ids.
    base_ms: u64,
}

impl Ids {
    pub(super) fn new(seed: u64, today: Date) -> Self {
        let start = Timestamp::start_of(today, &jiff::tz::TimeZone::UTC);
        Self { seed, base_ms: u64::try_from(start.micros() / 1_000).unwrap_or(0) }
    }
    pub(super) fn client(&self, number: u64) -> ClientId {
        self.of("client", number, 0).into()
    }
    pub(super) fn command(&self, kind: &str, number: u64) -> CommandId {
        // the day is part of it: a bank of another day is another bank
        self.of(&format!("command:{kind}:{}", self.base_ms), number, 0).into()
    }
    /// The id of the `n`-th thing of a kind that client `number` has.
    pub(super) fn of(&self, kind: &str, number: u64, n: u64) -> Uuid {
        let mut hasher = Sha256::new();
        hasher.update(self.seed.to_be_bytes());
        hasher.update(kind.as_bytes());
        hasher.update(number.to_be_bytes());
        hasher.update(n.to_be_bytes());
        let digest: [u8; 32] = hasher.finalize().into();
        let mut random = [0_u8; 10];
        random.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        uuid::Builder::from_unix_timestamp_millis(self.base_ms + number, &random).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_repeat_differ_and_sort() {
        let ids = Ids::new(7, Date::constant(2026, 11, 23));
        assert_eq!(ids.client(5), ids.client(5));
        assert!(ids.client(5) < ids.client(6));
        assert_ne!(ids.of("card", 5, 0), ids.of("card", 5, 1));
        assert_ne!(ids.client(5), Ids::new(8, Date::constant(2026, 11, 23)).client(5));
    }
}
