//! What a request costs in processor time, read from `/proc` when the server is on this machine.

use std::fs;
use std::path::Path;

/// Clock ticks per second in `/proc/PID/stat`; fixed by the kernel's interface.
const TICKS_PER_SECOND: u64 = 100;

/// Processor time spent so far (microseconds).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spent {
    /// By the server; none when it is not found.
    pub(super) server: Option<u64>,
    /// By all PostgreSQL processes of this machine; none when there are none.
    pub(super) postgres: Option<u64>,
}

/// A server on this machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watch {
    pid: Option<u32>,
}

impl Watch {
    /// Finds who listens on a port of this machine.
    pub(super) fn on(port: u16) -> Watch {
        Watch { pid: listener(port) }
    }
    /// Time spent until now.
    pub(super) fn spent(self) -> Spent {
        let postgres: Vec<u64> =
            pids().filter(|pid| is_postgres(*pid)).filter_map(micros).collect();
        Spent {
            server: self.pid.and_then(micros),
            postgres: (!postgres.is_empty()).then(|| postgres.iter().sum()),
        }
    }
    /// Memory the server holds (KiB).
    pub(super) fn memory_kib(self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        line.split_whitespace().next()?.parse().ok()
    }
}

fn pids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|e| e.file_name().to_str()?.parse().ok())
}

fn is_postgres(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/comm")).is_ok_and(|name| name.trim() == "postgres")
}

fn micros(pid: u32) -> Option<u64> {
    ticks(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
        .map(|ticks| ticks * (1_000_000 / TICKS_PER_SECOND))
}

/// User and system time: words 14 and 15, counted after the name, which may hold spaces.
fn ticks(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut words = rest.split_whitespace().skip(11);
    let user: u64 = words.next()?.parse().ok()?;
    let system: u64 = words.next()?.parse().ok()?;
    Some(user + system)
}

fn listener(port: u16) -> Option<u32> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let tables: Vec<String> = tables.iter().filter_map(|t| fs::read_to_string(t).ok()).collect();
    let inode = tables.iter().find_map(|table| listening_inode(table, port))?;
    let wanted = format!("socket:[{inode}]");
    pids().find(|pid| {
        let files = fs::read_dir(Path::new("/proc").join(pid.to_string()).join("fd"));
        files.into_iter().flatten().flatten().any(|file| {
            fs::read_link(file.path()).is_ok_and(|to| to.to_str() == Some(wanted.as_str()))
        })
    })
}

/// The socket in state LISTEN (`0A`) on a port, from `/proc/net/tcp`.
fn listening_inode(table: &str, port: u16) -> Option<&str> {
    let ending = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let listens = words.get(1)?.ends_with(&ending) && *words.get(3)? == "0A";
        if listens { words.get(9).copied() } else { None }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_s_tables_are_understood() {
        let stat = "42 (a b) c) S 1 2 3 4 5 6 7 8 9 10 30 12 0 0";
        assert_eq!(ticks(stat), Some(42));
        let table = "  sl  local_address rem_address   st tx_queue\n   \
             0: 0100007F:1EC6 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0 0 777 1\n";
        assert_eq!(listening_inode(table, 7878), Some("777"));
        assert_eq!(listening_inode(table, 7879), None);
    }
}
