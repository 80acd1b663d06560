//! How often a password may be tried. A login that exists is locked in the database; one that does not is
//! counted here by the same rule, so that an answer never tells which of the two it was. An address that
//! fails too often, whatever the logins, has to wait too. Tries with one login are made one after the other, so
//! that many at once are no way past the count.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kernel::limits::{
    PASSWORD_CHECKS_AT_ONCE, SIGN_IN_ADDRESS_FAILURES_MAX, SIGN_IN_FAILURES_MAX, SIGN_IN_KEYS_MAX,
    SIGN_IN_LOCK_MINUTES,
};
use kernel::{Secret, Timestamp, TokenId};
use sha2::{Digest, Sha256};
use spine::Error;
use spine::org::check_password;
use tokio::sync::Semaphore;

/// What was tried in vain from one address, or with one login that nobody has.
#[derive(Clone, Copy, Debug)]
struct Tries {
    failures: i64,
    last: Timestamp,
    shut_until: Option<Timestamp>,
}

/// Queues that logins share: more would only cost memory.
const TURNS: usize = 256;

/// The gate before the password check of one node.
pub struct Gate {
    /// Whose turn it is to try a login.
    turns: Vec<tokio::sync::Mutex<()>>,
    addresses: Mutex<BTreeMap<String, Tries>>,
    strangers: Mutex<BTreeMap<String, Tries>>,
    /// Hashing takes memory by design: so many at once, the rest queues.
    checks: Semaphore,
    /// From which addresses this node saw tokens used.
    pairs: Mutex<BTreeSet<(TokenId, String)>>,
    /// Passwords checked so far.
    checked: AtomicU64,
    /// Codes of second steps looked at so far.
    codes: AtomicU64,
    /// When it last failed to be noted that a session or a token is in use.
    touch_failed: Mutex<Option<Instant>>,
}

/// How long such a note is not tried after a failure.
const TOUCH_PAUSE: Duration = Duration::from_secs(10);

impl Default for Gate {
    fn default() -> Self {
        Self {
            turns: (0..TURNS).map(|_| tokio::sync::Mutex::default()).collect(),
            addresses: Mutex::default(),
            strangers: Mutex::default(),
            checks: Semaphore::new(PASSWORD_CHECKS_AT_ONCE),
            pairs: Mutex::default(),
            checked: AtomicU64::new(0),
            codes: AtomicU64::new(0),
            touch_failed: Mutex::default(),
        }
    }
}

impl Gate {
    /// Waits until nobody else tries this login on this node. Hold what it answers from looking whether the
    /// login is locked until the try is counted.
    ///
    /// # Errors
    /// Never; there is a queue for every login.
    pub async fn turn(&self, login: &str) -> Result<tokio::sync::MutexGuard<'_, ()>, Error> {
        let place = Sha256::digest(login.as_bytes()).first().copied().map_or(0, usize::from);
        let queue = self.turns.get(place).ok_or_else(|| Error::failure("a login without queue"))?;
        Ok(queue.lock().await)
    }
    /// Whether a password fits a hash: the one slow thing about a sign-in.
    ///
    /// # Errors
    /// When the check breaks off.
    pub async fn fits(&self, password: Secret<String>, hash: String) -> Result<bool, Error> {
        let _turn = self.checks.acquire().await.map_err(Error::failure)?;
        self.checked.fetch_add(1, Ordering::Relaxed);
        tokio::task::spawn_blocking(move || check_password(&password, &hash))
            .await
            .map_err(Error::failure)
    }
    /// Whether this node sees a token used from an address for the first time; it is a stranger no more then.
    pub(super) fn is_new_pair(&self, token: TokenId, address: &str) -> bool {
        let mut pairs = self.pairs.lock().unwrap_or_else(PoisonError::into_inner);
        if pairs.len() >= SIGN_IN_KEYS_MAX {
            pairs.clear();
        }
        pairs.insert((token, address.to_owned()))
    }
    /// Whether it may be tried to note that a session or a token is in use.
    pub(super) fn may_touch(&self) -> bool {
        let failed = self.touch_failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.is_none_or(|at| at.elapsed() > TOUCH_PAUSE)
    }
    /// It could not be noted.
    pub(super) fn touch_failed(&self) {
        let mut failed = self.touch_failed.lock().unwrap_or_else(PoisonError::into_inner);
        *failed = Some(Instant::now());
    }
    /// Notes that a code is looked at.
    pub(super) fn looks_at_code(&self) {
        self.codes.fetch_add(1, Ordering::Relaxed);
    }
    /// How many codes were looked at.
    pub fn codes_checked(&self) -> u64 {
        self.codes.load(Ordering::Relaxed)
    }
    /// How many passwords were checked: the same for every login, whether or not somebody has it.
    pub fn passwords_checked(&self) -> u64 {
        self.checked.load(Ordering::Relaxed)
    }
    /// Until when an address must wait.
    pub(super) fn address_shut(&self, address: &str, now: Timestamp) -> Option<Timestamp> {
        shut(&lock(&self.addresses), address, now)
    }
    /// Until when a login that nobody has is locked.
    pub(super) fn stranger_shut(&self, login: &str, now: Timestamp) -> Option<Timestamp> {
        shut(&lock(&self.strangers), &short(login), now)
    }
    /// Notes a failure from an address; an unknown address (none at all) is not counted.
    pub(super) fn address_failed(&self, address: &str, now: Timestamp) {
        if !address.is_empty() {
            note(&mut lock(&self.addresses), address, SIGN_IN_ADDRESS_FAILURES_MAX, now, true);
        }
    }
    /// Notes a failure with a login that nobody has.
    pub(super) fn stranger_failed(&self, login: &str, now: Timestamp) {
        note(&mut lock(&self.strangers), &short(login), SIGN_IN_FAILURES_MAX, now, false);
    }
}

fn lock(tries: &Mutex<BTreeMap<String, Tries>>) -> MutexGuard<'_, BTreeMap<String, Tries>> {
    tries.lock().unwrap_or_else(PoisonError::into_inner)
}

fn short(login: &str) -> String {
    login.chars().take(64).collect()
}

fn shut(tries: &BTreeMap<String, Tries>, key: &str, now: Timestamp) -> Option<Timestamp> {
    tries.get(key)?.shut_until.filter(|until| is_shut(*until, now))
}

/// Whether a lock still holds. One that ends later than any lock can was closed by a clock that went ahead and has
/// been set back since: it would last for as much longer, and is over.
pub(super) fn is_shut(until: Timestamp, now: Timestamp) -> bool {
    until > now && until <= now.plus_minutes(SIGN_IN_LOCK_MINUTES)
}

/// Counts a failure; the last one allowed shuts and starts the count anew. With `forgets`, failures
/// longer ago than a lock lasts count no more.
fn note(
    tries: &mut BTreeMap<String, Tries>,
    key: &str,
    allowed: i64,
    now: Timestamp,
    forgets: bool,
) {
    if tries.len() >= SIGN_IN_KEYS_MAX && !tries.contains_key(key) {
        make_room(tries, now);
    }
    let entry =
        tries.entry(key.to_owned()).or_insert(Tries { failures: 0, last: now, shut_until: None });
    if forgets && now.seconds_since(entry.last) > SIGN_IN_LOCK_MINUTES * 60 {
        entry.failures = 0;
    }
    entry.failures += 1;
    entry.last = now;
    if entry.failures >= allowed {
        entry.failures = 0;
        entry.shut_until = Some(now.plus_minutes(SIGN_IN_LOCK_MINUTES));
    }
}

/// Forgets what is old; and when nothing is, the older half, so that a flood cannot fill the memory.
fn make_room(tries: &mut BTreeMap<String, Tries>, now: Timestamp) {
    tries.retain(|_, t| now.seconds_since(t.last) <= SIGN_IN_LOCK_MINUTES * 60);
    if tries.len() < SIGN_IN_KEYS_MAX {
        return;
    }
    let mut times: Vec<Timestamp> = tries.values().map(|t| t.last).collect();
    times.sort_unstable();
    if let Some(middle) = times.get(times.len() / 2).copied() {
        tries.retain(|_, t| t.last > middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn an_address_waits_after_too_many_failures_and_only_it() {
        let gate = Gate::default();
        for n in 0..SIGN_IN_ADDRESS_FAILURES_MAX {
            assert_eq!(gate.address_shut("10.0.0.1", at(n)), None);
            gate.address_failed("10.0.0.1", at(n));
        }
        let now = at(SIGN_IN_ADDRESS_FAILURES_MAX);
        assert!(gate.address_shut("10.0.0.1", now).is_some());
        assert_eq!(gate.address_shut("10.0.0.2", now), None);
        assert_eq!(gate.address_shut("10.0.0.1", now.plus_minutes(SIGN_IN_LOCK_MINUTES)), None);
        gate.address_failed("", now);
        assert_eq!(gate.address_shut("", now), None);
    }

    #[test]
    fn a_clock_that_is_set_back_prolongs_no_lock() {
        let now = at(10_000);
        let until = now.plus_minutes(SIGN_IN_LOCK_MINUTES);
        assert!(is_shut(until, now) && is_shut(until, now.plus_seconds(60)));
        assert!(!is_shut(until, now.plus_seconds(-3_600)));
        assert!(!is_shut(until, until));
    }

    #[test]
    fn failures_of_long_ago_do_not_add_up() {
        let gate = Gate::default();
        for n in 0..SIGN_IN_ADDRESS_FAILURES_MAX * 3 {
            let now = at(n * (SIGN_IN_LOCK_MINUTES * 60 + 1));
            gate.address_failed("10.0.0.1", now);
            assert_eq!(gate.address_shut("10.0.0.1", now), None);
        }
    }

    #[test]
    fn a_flood_of_names_does_not_fill_the_memory() {
        let mut tries = BTreeMap::new();
        for n in 0..SIGN_IN_KEYS_MAX * 2 {
            let now = Timestamp::from_micros(i64::try_from(n).unwrap());
            note(&mut tries, &n.to_string(), 5, now, false);
            assert!(tries.len() <= SIGN_IN_KEYS_MAX);
        }
    }
}
