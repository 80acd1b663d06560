//! Room on the disk of an embedded database, asked from `df`, which every Unix has.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{Finding, State, finding};

/// Below this much room a node will soon stop (KiB).
const PROBLEM_KIB: u64 = 200 * 1024;
/// Below this much room somebody should look (KiB).
const ATTENTION_KIB: u64 = 2 * 1024 * 1024;

pub(super) fn examine(url: &str) -> Finding {
    let Some(path) = url.strip_prefix("sqlite:") else {
        return finding("disk", State::Ok, "the database server's own matter");
    };
    let folder = Path::new(path).parent().filter(|p| !p.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    match free_kib(folder) {
        Some(free) => of_free(free),
        None => finding("disk", State::Attention, "`df` does not tell how much room is left"),
    }
}

fn of_free(free: u64) -> Finding {
    let words = format!("{} MB free", free / 1024);
    let state = match free {
        f if f < PROBLEM_KIB => State::Problem,
        f if f < ATTENTION_KIB => State::Attention,
        _ => State::Ok,
    };
    finding("disk", state, words)
}

fn free_kib(folder: &Path) -> Option<u64> {
    let asked = Command::new("df").arg("-Pk").arg(folder).stderr(Stdio::null()).output().ok()?;
    available(&String::from_utf8_lossy(&asked.stdout))
}

/// The fourth word of the second line of `df -Pk`.
fn available(output: &str) -> Option<u64> {
    output.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_df_are_understood() {
        let output = "Filesystem 1024-blocks Used Available Capacity Mounted on\n\
                      /dev/sda1 100 40 60 40% /\n";
        assert_eq!(available(output), Some(60));
        assert_eq!(available("df: no such file"), None);
        assert_eq!(of_free(100).state, State::Problem);
        assert_eq!(of_free(ATTENTION_KIB).state, State::Ok);
    }
}
