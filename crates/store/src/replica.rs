//! A replica that pages may read from when they say so, and only while it is near enough: it must have
//! replayed what the reader himself has written, and all that the primary had a while ago.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::pg::PgPool;
use crate::{Row, StoreError};

/// How long a replica may take to say where it is.
const ANSWER: Duration = Duration::from_millis(500);
/// A replica that did not answer is left alone so long.
const REST: Duration = Duration::from_secs(1);
/// Places of the primary that are remembered at most: one a poll, over the widest lag.
const SAMPLES_MAX: usize = 4_096;
/// Its place; none when it is no replica (any more).
const PLACE: &str = "select case when pg_is_in_recovery() then \
     cast(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') as bigint) end";

/// How far a database must be to show something that was written: a place in the log of the primary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(i64);

impl Mark {
    /// Nothing in particular.
    pub const NONE: Mark = Mark(0);
    /// Written, but nobody knows where: only the primary shows it for certain.
    pub const UNKNOWN: Mark = Mark(i64::MAX);

    pub(crate) const fn at(place: i64) -> Mark {
        Mark(place)
    }
    /// As a number, for what keeps it in between; [`Mark::NONE`] is 0.
    pub const fn number(self) -> i64 {
        self.0
    }
    /// From such a number; a negative one is nothing in particular.
    pub const fn from_number(number: i64) -> Mark {
        if number < 0 { Mark::NONE } else { Mark(number) }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Mark {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Mark::from_number)
    }
}

/// Why a page was not served by the replica, or that it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Near,
    /// Has not replayed what the reader has written.
    Behind,
    /// Is further behind than pages may show.
    Late,
    /// Does not answer, or is no replica any more.
    Away,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Verdict::Near => "replica",
            Verdict::Behind => "behind",
            Verdict::Late => "late",
            Verdict::Away => "away",
        }
    }
}

/// The replica of one node.
pub(crate) struct Replica {
    pub(crate) pool: PgPool,
    lag_max: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Where the primary was, and when, oldest first.
    samples: VecDeque<(Instant, i64)>,
    /// Not asked before.
    rests_until: Option<Instant>,
    last: Option<Verdict>,
}

impl Replica {
    pub(crate) fn new(pool: PgPool, lag_max: Duration) -> Replica {
        Replica { pool, lag_max, state: Mutex::default() }
    }

    /// The primary was at `place`, asked for at `at` or later.
    pub(crate) fn primary_was_at(&self, at: Instant, place: i64) {
        let mut state = self.open();
        state.samples.push_back((at, place));
        // the youngest of those that are old enough is the floor; older ones are not asked for again
        let old = |s: &&(Instant, i64)| at.saturating_duration_since(s.0) >= self.lag_max;
        while state.samples.get(1).filter(old).is_some() || state.samples.len() > SAMPLES_MAX {
            state.samples.pop_front();
        }
    }

    /// Whether a reader who has written up to `mark` may read here now. Counted, and logged when it changes.
    pub(crate) async fn may_serve(&self, mark: Mark) -> bool {
        let verdict = self.judge(mark).await;
        metrics::counter!("tessera_lagging_reads_total", "from" => verdict.word()).increment(1);
        let is_news = {
            let mut state = self.open();
            // one reader who has just written is no news
            let is_news = verdict != Verdict::Behind && state.last != Some(verdict);
            if verdict != Verdict::Behind {
                state.last = Some(verdict);
            }
            is_news
        };
        if is_news && verdict == Verdict::Near {
            tracing::info!("pages that may lag are read from the replica");
        } else if is_news {
            let why = verdict.word();
            tracing::warn!(why, "pages that may lag are read from the primary");
        }
        verdict == Verdict::Near
    }

    async fn judge(&self, mark: Mark) -> Verdict {
        let (floor, rests) = {
            let state = self.open();
            let rests = state.rests_until.is_some_and(|until| Instant::now() < until);
            (state.samples.front().map(|s| s.1), rests)
        };
        // without a word of the primary nobody knows how late the replica is
        let (Some(floor), false) = (floor, rests) else { return Verdict::Away };
        // asked by a task of its own: a connection that is made too late for this page serves the next one
        let pool = self.pool.clone();
        let asked = tokio::spawn(async move { pool.try_query(PLACE, &[], None).await });
        match tokio::time::timeout(ANSWER, asked).await {
            Ok(Ok(Ok(rows))) => match place(rows) {
                Ok(Some(place)) if place < mark.number() => Verdict::Behind,
                Ok(Some(place)) if place < floor => Verdict::Late,
                Ok(Some(_)) => Verdict::Near,
                Ok(None) | Err(_) => self.rest(),
            },
            _ => self.rest(),
        }
    }

    fn rest(&self) -> Verdict {
        self.open().rests_until = Some(Instant::now() + REST);
        Verdict::Away
    }

    fn open(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn place(rows: Vec<Row>) -> Result<Option<i64>, StoreError> {
    rows.into_iter().next().map_or(Ok(None), Row::one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_floor_is_what_the_primary_had_a_while_ago() {
        let pool = PgPool::open("postgres://nobody@127.0.0.1:1/x", "replica", ANSWER).unwrap();
        let replica = Replica::new(pool, Duration::from_secs(10));
        let begin = Instant::now();
        let floor = || replica.open().samples.front().map(|s| s.1);
        assert_eq!(floor(), None);
        for second in 0..=9 {
            let at = begin + Duration::from_secs(second);
            replica.primary_was_at(at, i64::try_from(second).unwrap() + 100);
        }
        assert_eq!(floor(), Some(100), "young: it must have all that this node ever saw");
        replica.primary_was_at(begin + Duration::from_secs(15), 115);
        assert_eq!(floor(), Some(105), "what the primary had ten seconds ago");
        replica.primary_was_at(begin + Duration::from_secs(60), 160);
        assert_eq!(floor(), Some(115));
    }

    #[test]
    fn a_mark_travels_as_a_number() {
        assert_eq!("17".parse::<Mark>().unwrap(), Mark::at(17));
        assert_eq!("-1".parse::<Mark>().unwrap(), Mark::NONE);
        assert!("x".parse::<Mark>().is_err());
        assert_eq!(Mark::UNKNOWN.to_string().parse::<Mark>().unwrap(), Mark::UNKNOWN);
    }
}
