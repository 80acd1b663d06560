//! `cargo xtask`: the checks and chores of this workspace.
//!
//! Owns what CI runs and the house rules no compiler knows. It has no dependencies, so that it builds in seconds
//! and works when the rest of the workspace does not compile.

mod ci;
mod lexer;
mod tidy;
mod tree;

use std::process::ExitCode;

const HELP: &str = "\
Usage: cargo xtask COMMAND

  tidy              house rules: arrows between crates, where SQL and HTTP may stand, lengths, texts, habits
  tidy --ratchet    the same, and writes xtask/tidy-functions.txt anew (only ever to make it shorter)
  ci [--profile P]  fmt, clippy, tidy, deny and all tests; prints the time of each; P is dev (default) or ci
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args.as_slice() {
        ["tidy"] => tidy::run(tidy::Ratchet::Keep),
        ["tidy", "--ratchet"] => tidy::run(tidy::Ratchet::Write),
        ["ci"] => ci::run("dev"),
        ["ci", "--profile", profile] => ci::run(profile),
        ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(0)
        }
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::from(2)
        }
    }
}
