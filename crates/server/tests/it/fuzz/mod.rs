//! Bytes from outside against every parser that reads them (docs/fuzzing.md).
//!
//! - `targets`: the parsers, each with seeds and with what must hold whatever it is fed.
//! - `mutate`: a small deterministic mutator.
//! - `coverage`: what inputs have reached, in a build for that.
//!
//! Here every target runs briefly, always on the same inputs. The same targets run for as long as one likes,
//! on ever other inputs, with `scripts/fuzz.sh`. What was found once stays as a file in `seeds/TARGET/`.

mod coverage;
mod mutate;
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use coverage::Coverage;
use mutate::Mutator;
use sha2::{Digest, Sha256};
use targets::{TARGETS, Target};

/// Inputs for each target; those that are dear get fewer.
const INPUTS: usize = 400;
/// Longest input (bytes).
const BYTES_MAX: usize = 4_096;
/// No input of this length may take longer, on a machine that does other things beside.
const INPUT_MAX: Duration = Duration::from_secs(10);
/// Nor may it make the process grow by more (kilobytes).
const GROWTH_MAX: u64 = 256 * 1024;
/// What takes less time cannot have filled so much memory.
const NOTICED: Duration = Duration::from_millis(5);

/// Seeds in code and those found by earlier runs.
fn seeds(target: &Target) -> Vec<Vec<u8>> {
    let mut seeds = (target.seeds)();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fuzz/seeds");
    seeds.extend(files(&folder.join(target.name)));
    seeds
}

/// What the files of a folder hold, if there is one.
fn files(folder: &Path) -> Vec<Vec<u8>> {
    let Ok(found) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = found.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// A long run: what `scripts/fuzz.sh` asks for.
#[derive(Clone)]
struct Long {
    /// One target, or all.
    target: String,
    /// How long each target runs.
    time: Duration,
    /// Another number, other inputs.
    round: String,
    /// Where inputs that break something are written.
    folder: PathBuf,
    /// The counters of a build for coverage.
    counters: Option<PathBuf>,
}

impl Long {
    /// Where inputs of a target are kept that have reached something new.
    fn corpus(&self, target: &Target) -> PathBuf {
        self.folder.join("corpus").join(target.name)
    }
}

#[allow(clippy::disallowed_methods)] // the edge of a test: here a long run is asked for
fn long() -> Option<Long> {
    let said = |name: &str| std::env::var(name).ok();
    let seconds = said("TESSERA_FUZZ_SECONDS")?.parse().expect("seconds");
    Some(Long {
        target: said("TESSERA_FUZZ_TARGET").unwrap_or_else(|| "all".to_owned()),
        time: Duration::from_secs(seconds),
        round: said("TESSERA_FUZZ_ROUND").unwrap_or_default(),
        folder: said("TESSERA_FUZZ_FOUND").expect("a folder for what is found").into(),
        counters: said("TESSERA_FUZZ_COUNTERS").map(Into::into),
    })
}

/// The most memory this process has had so far (kilobytes), where the machine tells.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse().unwrap_or(0)
}

/// Whether an input is read or refused as it must be; `before` is the memory up to then.
fn holds(target: &Target, input: &[u8], before: &mut u64) -> bool {
    let started = Instant::now();
    let is_well = catch_unwind(AssertUnwindSafe(|| (target.run)(input))).is_ok();
    let took = started.elapsed();
    let now = if took < NOTICED { *before } else { memory() };
    let grown = now.saturating_sub(std::mem::replace(before, now));
    if is_well && took < INPUT_MAX && grown < GROWTH_MAX {
        return true;
    }
    eprintln!("-- {} fails on {:?}", target.name, String::from_utf8_lossy(input));
    eprintln!("-- after {took:?}, {grown} kB more; as bytes: {input:02x?}");
    false
}

/// Seeds, then as many inputs as the time or the number allows; the first that fails.
fn breaks(target: &Target, long: Option<&Long>) -> Option<Vec<u8>> {
    let mut seeds = seeds(target);
    assert!(!seeds.is_empty(), "{} has no seeds", target.name);
    seeds.extend(long.map_or_else(Vec::new, |long| files(&long.corpus(target))));
    let (all, started) = (seeds.len(), Instant::now());
    let mut before = memory();
    let mut coverage = long.and_then(|long| long.counters.as_deref()).map(Coverage::open);
    if let Some(seed) = seeds.iter().find(|seed| !holds(target, seed, &mut before)) {
        return Some(seed.clone());
    }
    coverage.as_mut().map(Coverage::news);
    let round = long.map_or("", |long| &long.round);
    let mut mutator = Mutator::new(&format!("{}{round}", target.name), seeds, target.words);
    let (mut count, mut kept) = (0_usize, 0_usize);
    let goes_on = |count: usize| match long {
        Some(long) => started.elapsed() < long.time,
        None => count < INPUTS / target.cost,
    };
    while goes_on(count) {
        let input = mutator.next(BYTES_MAX);
        count += 1;
        if !holds(target, &input, &mut before) {
            return Some(input);
        }
        let Some((coverage, long)) = coverage.as_mut().zip(long) else { continue };
        if coverage.news() > 0 {
            kept += 1;
            let corpus = long.corpus(target);
            std::fs::create_dir_all(&corpus).unwrap();
            std::fs::write(corpus.join(digest(&input)), &input).unwrap();
            mutator.keep(input);
        }
    }
    let led = coverage.map_or_else(String::new, |coverage| {
        let (places, reached) = coverage.reached();
        format!(", {kept} led on; {reached} of {places} places reached")
    });
    println!("-- {}: {all} seeds, {count} inputs, {:?}{led}", target.name, started.elapsed());
    None
}

/// A name for the file of an input.
fn digest(input: &[u8]) -> String {
    let digest = format!("{:02x?}", &Sha256::digest(input)[..8]);
    digest.chars().filter(char::is_ascii_alphanumeric).collect()
}

fn run(names: impl Fn(&Target) -> bool) {
    let long = long();
    let is_asked = |target: &&Target| {
        let only = long.as_ref().map_or("all", |long| &long.target);
        names(target) && (only == "all" || only == target.name)
    };
    let mut broken = Vec::new();
    for target in TARGETS.iter().filter(is_asked) {
        let Some(input) = breaks(target, long.as_ref()) else { continue };
        broken.push(target.name);
        if let Some(long) = &long {
            let name = format!("{}-{}", target.name, digest(&input));
            std::fs::write(long.folder.join(name), input).unwrap();
        }
    }
    targets::end();
    assert!(broken.is_empty(), "broken, see above: {broken:?}");
}

#[test]
fn values_and_texts_from_outside_are_read_or_refused() {
    run(|target| target.cost < 20);
}

#[test]
fn files_from_outside_are_read_or_refused() {
    run(|target| (20..50).contains(&target.cost));
}

#[test]
fn requests_from_outside_are_answered() {
    run(|target| (50..100).contains(&target.cost));
}

#[test]
fn what_somebody_changed_in_the_database_is_shown_or_refused() {
    run(|target| target.cost >= 100);
}

#[test]
fn a_target_that_panics_or_fills_the_memory_is_told() {
    let fed = |run: fn(&[u8])| {
        let target = Target { name: "told", cost: 1, seeds: Vec::new, words: &[], run };
        holds(&target, b"x", &mut memory())
    };
    assert!(fed(|_| ()));
    assert!(!fed(|_| panic!("on purpose")));
    // elsewhere the machine does not tell
    let is_told = memory() > 0;
    assert_eq!(fed(|input| drop(vec![input[0]; 384 * 1024 * 1024])), !is_told);
}

#[test]
fn targets_have_names_of_their_own_and_found_seeds_have_targets() {
    let mut names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fuzz/seeds");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "README.md" || names.contains(&name.as_str()), "{name}");
    }
}
