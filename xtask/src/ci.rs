//! Everything a change must pass, in the order from quick to slow, each step with its time.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::tidy;

/// One thing to run.
struct Step {
    name: &'static str,
    work: Work,
}

enum Work {
    /// Cargo with its arguments.
    Cargo(Vec<String>),
    /// The house rules, in this process.
    Tidy,
    /// Known holes in what we depend on.
    Advisories,
}

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Passed,
    /// With its exit code.
    Failed(u8),
    /// Could not be run here, which is no fault of the change.
    Skipped,
    /// Found something a person should see, which does not fail the change.
    Noted,
}

/// A step that was run.
struct Outcome {
    name: &'static str,
    verdict: Verdict,
    time: Duration,
}

/// What is off by default because it needs a library of the system, and is checked all the same.
const FEATURES: &str = "--features smartcard/pcsc";

/// Runs every step, also after one has failed, and prints a table at the end. `profile` is the cargo profile of
/// clippy and the tests: one for both, so that build scripts and macros are built once. The answer is the exit
/// code of the first step that failed, or 0.
///
/// # Errors
/// When cargo cannot be started or the project cannot be read.
pub(crate) fn run(profile: &str) -> Result<u8, String> {
    let mut outcomes = Vec::new();
    for step in steps(profile) {
        println!("\n==> {}", step.name);
        let start = Instant::now();
        let verdict = match &step.work {
            Work::Cargo(args) => of_code(cargo(args, Stdio::inherit())?),
            Work::Tidy => of_code(tidy::run(tidy::Ratchet::Keep)?),
            Work::Advisories => advisories()?,
        };
        outcomes.push(Outcome { name: step.name, verdict, time: start.elapsed() });
    }
    print!("\n{}", table(&outcomes));
    Ok(first_failure(&outcomes))
}

fn steps(profile: &str) -> Vec<Step> {
    let cargo = |name, line: &str| Step { name, work: Work::Cargo(words(line)) };
    // What cargo calls `dev`, nextest calls `default`.
    let tests = if profile == "dev" { "default" } else { profile };
    vec![
        cargo("format", "fmt --all --check"),
        Step { name: "tidy", work: Work::Tidy },
        cargo("licences, bans, sources", "deny --locked check licenses bans sources"),
        Step { name: "advisories", work: Work::Advisories },
        cargo(
            "clippy",
            &format!(
                "clippy --locked --workspace --all-targets {FEATURES} --profile {profile} -- -D warnings"
            ),
        ),
        cargo(
            "clippy of the program with readers",
            &format!(
                "clippy --locked -p server --bins --features pcsc --profile {profile} -- -D warnings"
            ),
        ),
        cargo(
            "tests",
            &format!(
                "nextest run --locked --workspace {FEATURES} --cargo-profile {profile} --profile {tests}"
            ),
        ),
    ]
}

/// The database of advisories comes from the network, and a new advisory does not make an old commit wrong:
/// what it says is shown, and never fails a run.
fn advisories() -> Result<Verdict, String> {
    if cargo(&words("deny --log-level off fetch db"), Stdio::null())? != 0 {
        println!("skipped: the advisory database could not be fetched");
        return Ok(Verdict::Skipped);
    }
    let code = cargo(&words("deny --offline check advisories"), Stdio::inherit())?;
    Ok(if code == 0 { Verdict::Passed } else { Verdict::Noted })
}

/// Runs cargo and waits; the answer is its exit code, 1 if a signal ended it.
fn cargo(args: &[String], errors: Stdio) -> Result<u8, String> {
    let status = Command::new("cargo").args(args).stdin(Stdio::null()).stderr(errors).status();
    let status = status.map_err(|e| format!("cargo {}: {e}", args.join(" ")))?;
    let code = if status.success() { Some(0) } else { status.code() };
    Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

fn of_code(code: u8) -> Verdict {
    if code == 0 { Verdict::Passed } else { Verdict::Failed(code) }
}

fn first_failure(outcomes: &[Outcome]) -> u8 {
    let failed = outcomes.iter().find_map(|outcome| match outcome.verdict {
        Verdict::Failed(code) => Some(code),
        Verdict::Passed | Verdict::Skipped | Verdict::Noted => None,
    });
    failed.unwrap_or(0)
}

fn table(outcomes: &[Outcome]) -> String {
    let line = |outcome: &Outcome| {
        let verdict = match outcome.verdict {
            Verdict::Passed => "passed".to_owned(),
            Verdict::Failed(code) => format!("FAILED ({code})"),
            Verdict::Skipped => "skipped".to_owned(),
            Verdict::Noted => "see above".to_owned(),
        };
        let seconds = outcome.time.as_secs();
        format!("{:<26} {:>3}m {:02}s  {verdict}\n", outcome.name, seconds / 60, seconds % 60)
    };
    outcomes.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(verdicts: &[Verdict]) -> Vec<Outcome> {
        let time = Duration::from_secs(65);
        verdicts.iter().map(|verdict| Outcome { name: "step", verdict: *verdict, time }).collect()
    }

    #[test]
    fn the_first_failure_decides() {
        use Verdict::{Failed, Noted, Passed, Skipped};
        assert_eq!(first_failure(&outcomes(&[Passed, Skipped, Noted])), 0);
        assert_eq!(first_failure(&outcomes(&[Passed, Failed(101), Failed(4)])), 101);
    }

    #[test]
    fn the_table_names_step_time_and_verdict() {
        let table = table(&outcomes(&[Verdict::Failed(4)]));
        assert_eq!(
            table.split_whitespace().collect::<Vec<_>>(),
            ["step", "1m", "05s", "FAILED", "(4)"]
        );
    }
}
