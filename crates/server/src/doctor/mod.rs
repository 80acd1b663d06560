//! `tessera doctor`: is the node well? A table of findings; a problem makes the exit code 1.

mod disk;

use std::sync::Arc;

use kernel::Timestamp;
use store::dump::schema;
use store::keys::{self, Root, Standing};
use store::{Reader, Store, StoreError};

use crate::operation::queries;
use crate::{RunError, database, wiring};

/// An entry should be sealed within this time (seconds).
const SEALED_WITHIN: i64 = 300;
/// A due job should have begun within this time (seconds).
const BEGUN_WITHIN: i64 = 600;
/// The journal may be ahead of the clock by no more than this (seconds).
const CLOCK_SLACK: i64 = 60;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// As it should be.
    Ok,
    /// Somebody should look.
    Attention,
    /// It will not work like this.
    Problem,
}

impl State {
    const fn word(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Attention => "attention",
            State::Problem => "PROBLEM",
        }
    }
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// What was looked at.
    pub(crate) subject: &'static str,
    /// How it is.
    pub(crate) state: State,
    /// In plain words.
    pub(crate) words: String,
}

fn finding(subject: &'static str, state: State, words: impl Into<String>) -> Finding {
    Finding { subject, state, words: words.into() }
}

/// Looks at everything.
///
/// # Errors
/// When the database fails in the middle; one that cannot be opened is a finding.
pub(crate) async fn examine(
    url: &str,
    root: Arc<dyn Root>,
    now: Timestamp,
) -> Result<Vec<Finding>, RunError> {
    let store = match database::existing(url).await {
        Ok(store) => store,
        Err(error) => return Ok(vec![finding("connection", State::Problem, error.chain())]),
    };
    let mut found = vec![finding("connection", State::Ok, kind(url))];
    let schema = schema_state(&store).await?;
    let usable = schema.state != State::Problem;
    found.push(schema);
    if usable {
        let mut db = store.reader.clone();
        let journal = queries::journal(&mut db).await?;
        found.push(keys_state(&store, root).await?);
        found.push(journal_state(&journal, now));
        found.push(clock_state(&journal, now));
        found.push(work_state(&mut db, now).await?);
        found.push(administrators_state(&mut db).await?);
    }
    found.push(disk::examine(url));
    Ok(found)
}

fn kind(url: &str) -> &'static str {
    if url.starts_with("sqlite:") { "SQLite, opened" } else { "PostgreSQL, answers" }
}

async fn schema_state(store: &Store) -> Result<Finding, StoreError> {
    let steps = wiring::migrations(&wiring::modules());
    let applied = schema::applied(&mut store.reader.clone()).await?;
    let missing: Vec<u32> =
        steps.iter().map(|s| s.number).filter(|n| !applied.contains(&i64::from(*n))).collect();
    let contractions = schema::contractions(&mut store.reader.clone()).await?;
    let contracted =
        contractions.iter().any(|(n, _)| !steps.iter().any(|s| i64::from(s.number) == *n));
    let unknown = applied.len().saturating_sub(steps.len() - missing.len());
    Ok(if !missing.is_empty() {
        let words = format!("{} steps behind ({missing:?}): run `tessera migrate`", missing.len());
        finding("schema", State::Problem, words)
    } else if contracted {
        finding("schema", State::Problem, "changed for newer versions of this program only")
    } else if unknown > 0 {
        let words = format!("{unknown} steps of a newer version, which only add");
        finding("schema", State::Attention, words)
    } else {
        finding("schema", State::Ok, format!("{} steps, up to date", applied.len()))
    })
}

async fn keys_state(store: &Store, root: Arc<dyn Root>) -> Result<Finding, StoreError> {
    let mut db = store.reader.clone();
    let Standing { master, behind, .. } = keys::standing(&mut db).await?;
    if master == 0 {
        return Ok(finding("keys", State::Ok, "none yet: the first start makes them"));
    }
    Ok(match store.writer.keys().try_root(&mut db, root).await {
        Err(error) => finding("keys", State::Problem, error.to_string()),
        Ok(()) if behind => {
            let words = "a change of the master key is not finished: run `tessera keys rotate`";
            finding("keys", State::Attention, words)
        }
        Ok(()) => finding("keys", State::Ok, format!("the root opens master key {master}")),
    })
}

fn journal_state(journal: &queries::Journal, now: Timestamp) -> Finding {
    let words = format!("{} entries in {} blocks", journal.sealed, journal.height);
    match journal.oldest_unsealed.map(|at| now.seconds_since(at)) {
        Some(age) if age > SEALED_WITHIN => {
            let words = format!(
                "{words}; the oldest open entry is {age} s old: is a node running, or a transaction stuck?"
            );
            finding("journal", State::Attention, words)
        }
        Some(age) => finding("journal", State::Ok, format!("{words}; newest open for {age} s")),
        None => finding("journal", State::Ok, words),
    }
}

fn clock_state(journal: &queries::Journal, now: Timestamp) -> Finding {
    match journal.newest.map(|at| at.seconds_since(now)) {
        Some(ahead) if ahead > CLOCK_SLACK => {
            let words = format!("{now}, yet the newest entry is {ahead} s ahead: set the clock");
            finding("clock", State::Problem, words)
        }
        _ => finding("clock", State::Ok, now.to_string()),
    }
}

async fn work_state(db: &mut Reader, now: Timestamp) -> Result<Finding, StoreError> {
    let (dead, overdue, undelivered) = queries::work(db, now.plus_seconds(-BEGUN_WITHIN)).await?;
    let words =
        format!("{dead} dead jobs, {overdue} overdue, {undelivered} undeliverable messages");
    let state = if dead + overdue + undelivered > 0 { State::Attention } else { State::Ok };
    Ok(finding("jobs", state, words))
}

async fn administrators_state(db: &mut Reader) -> Result<Finding, StoreError> {
    Ok(match queries::administrators(db).await? {
        0 => finding(
            "administrators",
            State::Problem,
            "nobody can administer staff; a first start of `tessera serve` makes one",
        ),
        some => finding("administrators", State::Ok, format!("{some} active")),
    })
}

/// The table as text.
pub(crate) fn table(found: &[Finding]) -> String {
    let width = found.iter().map(|f| f.subject.len()).max().unwrap_or(0);
    let lines =
        found.iter().map(|f| format!("{:width$}  {:<9}  {}", f.subject, f.state.word(), f.words));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal(oldest: Option<i64>, newest: i64) -> queries::Journal {
        let at = |s: i64| Timestamp::from_micros(0).plus_seconds(s);
        queries::Journal {
            height: 1,
            sealed: 5,
            oldest_unsealed: oldest.map(at),
            newest: Some(at(newest)),
        }
    }

    #[test]
    fn an_old_open_entry_and_a_slow_clock_are_found() {
        let now = Timestamp::from_micros(0).plus_seconds(1_000);
        assert_eq!(journal_state(&journal(None, 1_000), now).state, State::Ok);
        assert_eq!(journal_state(&journal(Some(990), 1_000), now).state, State::Ok);
        assert_eq!(journal_state(&journal(Some(600), 1_000), now).state, State::Attention);
        assert_eq!(clock_state(&journal(None, 1_030), now).state, State::Ok);
        assert_eq!(clock_state(&journal(None, 1_100), now).state, State::Problem);
    }
}
