//! What may be done at a branch, and until when.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use kernel::{Refusal, Timestamp};

use super::Mode;
use crate::{Ctx, Error};

/// What a command may do at a branch, without the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Offline {
    /// It is done at once, and again at the centre when there is a line.
    Free,
    /// The same up to a limit of sums ([`crate::authority`]); above it the centre is asked, or a supervisor signs.
    Floor,
    /// The same, on a pre-approval that the centre has signed; without one the centre is asked.
    PreApproved,
    /// It concerns this node alone: the centre is not told.
    Local,
    /// Only the centre may do it.
    Never,
}

impl Offline {
    /// One word for lists.
    pub const fn key(self) -> &'static str {
        match self {
            Offline::Free => "free",
            Offline::Floor => "floor",
            Offline::PreApproved => "pre_approved",
            Offline::Local => "local",
            Offline::Never => "centre",
        }
    }
    /// Whether it is done at a branch and told to the centre.
    pub const fn is_told(self) -> bool {
        match self {
            Offline::Free | Offline::Floor | Offline::PreApproved => true,
            Offline::Local | Offline::Never => false,
        }
    }
    /// Whether the centre may approve it beforehand.
    pub const fn is_approvable(self) -> bool {
        match self {
            Offline::Floor | Offline::PreApproved => true,
            Offline::Free | Offline::Local | Offline::Never => false,
        }
    }
}

/// Until when a branch may work: the centre prolongs it with every answer, so that a node that was stolen, or has not been heard
/// of for long, ends by itself. And whether it takes work at all: not while its branch works at the centre.
#[derive(Clone, Debug)]
pub struct Lease {
    until: Arc<AtomicI64>,
    /// The latest instant at which work was asked for since it was prolonged: a clock that is set back gives no more hours.
    seen: Arc<AtomicI64>,
    is_centralised: Arc<AtomicBool>,
    /// Where the centre is.
    centre: Arc<str>,
}

impl Default for Lease {
    /// One that has run out.
    fn default() -> Self {
        Self::of(String::new())
    }
}

impl Lease {
    /// One that has run out, of a centre at this address.
    pub fn of(centre: String) -> Self {
        let (until, seen, is_centralised) = <_>::default();
        let lease = Self { until, seen, is_centralised, centre: centre.into() };
        lease.until.store(i64::MIN, Ordering::Relaxed);
        lease.seen.store(i64::MIN, Ordering::Relaxed);
        lease
    }
    /// Prolongs or shortens it, and says how the branch works. A centre that prolongs it has seen the node: a clock that was ahead
    /// until then is held against nobody.
    pub fn set(&self, until: Timestamp, mode: Mode) {
        if self.until.swap(until.micros(), Ordering::Relaxed) != until.micros() {
            self.seen.store(i64::MIN, Ordering::Relaxed);
        }
        self.is_centralised.store(mode == Mode::Centralised, Ordering::Relaxed);
    }
    /// The instant at which it ends.
    pub fn until(&self) -> Timestamp {
        Timestamp::from_micros(self.until.load(Ordering::Relaxed))
    }
    /// Work was asked for at this instant.
    pub(crate) fn saw(&self, at: Timestamp) {
        self.seen.fetch_max(at.micros(), Ordering::Relaxed);
    }
    /// Whether it has run out, at this instant or at one that was seen before.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.saw(now);
        self.seen.load(Ordering::Relaxed) >= self.until.load(Ordering::Relaxed)
    }
    /// Whether the command may be done here now.
    pub(crate) fn require(&self, ctx: &Ctx, offline: Offline) -> Result<(), Error> {
        let is_person = ctx.principal.user_id.is_some() && !ctx.principal.is_program;
        match offline {
            Offline::Local => Ok(()),
            Offline::Free | Offline::Floor | Offline::PreApproved
                if is_person && self.is_centralised.load(Ordering::Relaxed) =>
            {
                let refusal = Refusal::new("branch-centralised");
                // "none" chooses the words of a branch that has no line to it
                let centre = if self.centre.is_empty() { "none" } else { &self.centre };
                Err(refusal.arg("centre", centre).into())
            }
            Offline::Free | Offline::Floor | Offline::PreApproved if is_person => {
                if self.is_over(ctx.now) {
                    Err(Error::refused("branch-lease-over"))
                } else {
                    Ok(())
                }
            }
            Offline::Free | Offline::Floor | Offline::PreApproved | Offline::Never => {
                Err(Error::refused("only-at-centre"))
            }
        }
    }
}
