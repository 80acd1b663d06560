//! How far a long work is, on standard error: a line that changes on a terminal, a line per tenth in a log.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};

/// A progress line.
pub(super) struct Shown {
    what: &'static str,
    is_terminal: bool,
    last_percent: AtomicU64,
}

impl Shown {
    /// Counts things of this name.
    pub(super) fn new(what: &'static str) -> Shown {
        let is_terminal = std::io::stderr().is_terminal();
        Shown { what, is_terminal, last_percent: AtomicU64::new(u64::MAX) }
    }
    /// So many of so many are done.
    pub(super) fn tell(&self, done: u64, total: u64) {
        let percent = done.saturating_mul(100) / total.max(1);
        if self.last_percent.swap(percent, Ordering::Relaxed) == percent {
            return;
        }
        if self.is_terminal {
            eprint!("\r{percent:>3} % · {done} of {total} {}", self.what);
            // a terminal that is gone is no reason to stop
            drop(std::io::stderr().flush());
        } else if percent.is_multiple_of(10) {
            eprintln!("{percent:>3} % · {done} of {total} {}", self.what);
        }
    }
    /// Nothing more comes.
    pub(super) fn end(&self) {
        if self.is_terminal {
            eprintln!();
        }
    }
}
