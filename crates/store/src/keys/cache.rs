//! Opened data keys, kept for a while: asking for a key again costs nothing, and a key that another node
//! destroyed is forgotten here soon.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::SecretBox;

/// Keys of one generation; two are kept.
const GENERATION_MAX: usize = 8_192;
/// How long a key is believed to be there without looking again.
const KNOWN_FOR: Duration = Duration::from_secs(60);

/// Two generations: what is asked for again moves into the younger one, and when that is full the elder goes.
#[derive(Default)]
pub(super) struct Cache {
    young: HashMap<Uuid, (SecretBox, Instant)>,
    old: HashMap<Uuid, (SecretBox, Instant)>,
}

impl Cache {
    /// A key, if it was looked up lately.
    pub(super) fn get(&mut self, owner: Uuid) -> Option<SecretBox> {
        let entry = match self.young.get(&owner) {
            Some(entry) => entry.clone(),
            None => {
                let entry = self.old.remove(&owner)?;
                self.keep(owner, entry.clone());
                entry
            }
        };
        if entry.1.elapsed() >= KNOWN_FOR {
            self.forget(owner);
            return None;
        }
        Some(entry.0)
    }
    /// Keeps a key that was just looked up.
    pub(super) fn put(&mut self, owner: Uuid, key: SecretBox) {
        self.keep(owner, (key, Instant::now()));
    }
    /// Forgets a key.
    pub(super) fn forget(&mut self, owner: Uuid) {
        self.young.remove(&owner);
        self.old.remove(&owner);
    }
    fn keep(&mut self, owner: Uuid, entry: (SecretBox, Instant)) {
        if self.young.len() >= GENERATION_MAX {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(owner, entry);
    }
}

#[cfg(test)]
mod tests {
    use kernel::Secret;

    use super::*;

    #[test]
    fn it_stays_small_and_keeps_what_is_asked_for() {
        let mut cache = Cache::default();
        let key = SecretBox::new(&Secret::new([1; 32]));
        let asked = Uuid::from_u128(7);
        cache.put(asked, key.clone());
        for n in 0..40_000_u128 {
            cache.put(Uuid::from_u128(1_000 + n), key.clone());
            assert!(cache.get(asked).is_some(), "after {n}");
        }
        assert!(cache.young.len() + cache.old.len() <= 2 * GENERATION_MAX);
        assert!(cache.get(Uuid::from_u128(1_000)).is_none(), "long ago");
        cache.forget(asked);
        assert!(cache.get(asked).is_none());
        let Some(past) = Instant::now().checked_sub(KNOWN_FOR) else { return };
        cache.young.insert(asked, (key, past));
        assert!(cache.get(asked).is_none(), "looked up too long ago");
    }
}
