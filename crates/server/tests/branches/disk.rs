//! A disk that is full.

use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, prlimit, setrlimit};
use spine::{Error, Trouble};
use tokio::signal::unix::{SignalKind, signal};

/// How often something was stopped by it.
static STOPPED: AtomicU64 = AtomicU64::new(0);

const ROOM: Rlimit = Rlimit { current: None, maximum: None };

const fn beyond(bytes: u64) -> Rlimit {
    Rlimit { current: Some(bytes), maximum: None }
}

/// While it is there, no file of this process can be written beyond a length: of all its databases, so a test that uses it has the
/// process for itself, and prints into a pipe.
pub(super) struct FullDisk;

impl FullDisk {
    pub(super) fn beyond(bytes: u64) -> FullDisk {
        assert!(
            is_alone(),
            "tests beside it would have the full disk too: run it by cargo nextest"
        );
        // by default the signal ends the process
        drop(signal(SignalKind::from_raw(Signal::XFSZ.as_raw())).unwrap());
        setrlimit(Resource::Fsize, beyond(bytes)).unwrap();
        FullDisk
    }
    fn is_on() -> bool {
        getrlimit(Resource::Fsize).current.is_some()
    }
}

#[allow(clippy::disallowed_methods)] // the edge of a test: here its surroundings are read
fn is_alone() -> bool {
    std::env::var_os("NEXTEST").is_some()
}

impl Drop for FullDisk {
    fn drop(&mut self) {
        setrlimit(Resource::Fsize, ROOM).unwrap();
    }
}

/// What came of something; nothing when the disk was full, as it may be only while it is.
pub(super) fn unless_full<T>(outcome: Result<T, Error>) -> Option<T> {
    match outcome {
        Ok(done) => Some(done),
        Err(error) => {
            assert!(FullDisk::is_on() && error.trouble() == Some(Trouble::Full), "{error}");
            STOPPED.fetch_add(1, Ordering::Relaxed);
            None
        }
    }
}

/// How often something did not happen in this process because the disk was full.
pub(super) fn stopped() -> u64 {
    STOPPED.load(Ordering::Relaxed)
}

/// Another program cannot write any file beyond a length, until it can again.
pub(super) fn set_of(program: u32, bytes: Option<u64>) {
    let pid = Pid::from_raw(program.try_into().unwrap());
    prlimit(pid, Resource::Fsize, bytes.map_or(ROOM, beyond)).unwrap();
}
