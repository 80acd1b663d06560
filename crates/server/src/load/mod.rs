//! `tessera load`: many clerks at once against a running demo bank, and the numbers they saw.

mod cpu;
mod http;
mod numbers;
mod scenario;
pub(crate) mod witness;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;

use self::http::Line;
use self::numbers::{Gathered, Summary, ms, tenths};
use self::scenario::{Clerk, Scenario, Step, look_around, sign_in};
use crate::RunError;

/// What `tessera load` is asked for.
#[derive(Clone, Debug, Args)]
pub(crate) struct Asked {
    /// What the clerks do.
    #[arg(value_enum)]
    scenario: Scenario,
    /// Where it serves: http://HOST:PORT
    #[arg(long, value_name = "ADDR")]
    url: String,
    /// Clerks at once.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    clerks: u32,
    /// How long.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,
    /// Milliseconds a clerk thinks between two requests, on the average. With it each clerk keeps his own
    /// timetable whatever the server does, and waiting for a late answer counts from the planned moment;
    /// he also holds the live stream of his page open. Without it each asks again at once.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..=600_000))]
    think: Option<u64>,
    /// Also write the numbers as JSON.
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// What a run gave.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    scenario: String,
    clerks: u32,
    /// Milliseconds between the requests of one clerk, on the average.
    #[serde(skip_serializing_if = "Option::is_none")]
    think_ms: Option<u64>,
    seconds_tenths: u64,
    lines: Vec<Summary>,
    /// Processor time of the server per request (microseconds).
    server_cpu_us: Option<u64>,
    /// Processor time of all PostgreSQL processes of the machine per request (microseconds).
    postgres_cpu_us: Option<u64>,
    /// Memory of the server after the run (KiB).
    server_memory_kib: Option<u64>,
}

/// Runs a scenario.
///
/// # Errors
/// When the server does not answer, is no demo bank, or shows no client.
pub(crate) async fn run(asked: &Asked) -> Result<Report, RunError> {
    let address = asked.url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let port = address.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
    let watch = cpu::Watch::on(port.unwrap_or(80));
    let mut scout = Line::new(&address);
    sign_in(&mut scout).await?;
    let known = look_around(&mut scout).await?;
    let mut clerks = Vec::new();
    let mut streams = tokio::task::JoinSet::new();
    for number in 0..asked.clerks {
        let mut line = Line::new(&address);
        sign_in(&mut line).await?;
        if asked.think.is_some() {
            let mut page = line.beside();
            streams.spawn(async move { page.get("/live").await.map(drop) });
        }
        clerks.push(Clerk::new(line, known.clone(), u64::from(number)));
    }
    let before = watch.spent();
    let begin = Instant::now();
    let end = begin + Duration::from_secs(asked.seconds);
    let (scenario, think) = (asked.scenario, asked.think);
    let working: Vec<_> =
        clerks.into_iter().map(|clerk| tokio::spawn(work(clerk, scenario, think, end))).collect();
    let mut all = [const { None::<Gathered> }; 4];
    for clerk in working {
        let seen = clerk.await.map_err(|e| RunError::Asked(format!("a clerk fell: {e}")))?;
        for (sum, one) in all.iter_mut().zip(seen) {
            sum.get_or_insert_default().merge(one);
        }
    }
    let took = u64::try_from(begin.elapsed().as_millis() / 100).unwrap_or(u64::MAX);
    let after = watch.spent();
    let lines = summaries(all, took);
    let requests = lines.last().map_or(0, |l| l.requests + l.errors).max(1);
    let each = |a: Option<u64>, b: Option<u64>| Some(b?.saturating_sub(a?) / requests);
    Ok(Report {
        scenario: format!("{:?}", asked.scenario).to_lowercase(),
        clerks: asked.clerks,
        think_ms: asked.think,
        seconds_tenths: took,
        lines,
        server_cpu_us: each(before.server, after.server),
        postgres_cpu_us: each(before.postgres, after.postgres),
        server_memory_kib: watch.memory_kib(),
    })
}

async fn work(
    mut clerk: Clerk,
    scenario: Scenario,
    think: Option<u64>,
    end: Instant,
) -> [Gathered; 4] {
    let mut seen: [Gathered; 4] = Default::default();
    let mut planned = Instant::now();
    loop {
        // the timetable goes on while an answer is late: who waits longer is counted as waiting longer
        planned = think.map_or_else(Instant::now, |mean| planned + clerk.thinks(mean));
        if planned >= end {
            return seen;
        }
        tokio::time::sleep_until(planned.into()).await;
        let step = clerk.next(scenario);
        let well = clerk.send(step).await;
        let micros = u64::try_from(planned.elapsed().as_micros()).unwrap_or(u64::MAX);
        let place = Step::ALL.iter().position(|s| *s == step).unwrap_or(0);
        if let Some(gathered) = seen.get_mut(place) {
            if well {
                gathered.add(micros);
            } else {
                gathered.errors += 1;
            }
        }
    }
}

fn summaries(all: [Option<Gathered>; 4], took: u64) -> Vec<Summary> {
    let mut sum = Gathered::default();
    let mut lines = Vec::new();
    for (step, gathered) in Step::ALL.into_iter().zip(all) {
        let gathered = gathered.unwrap_or_default();
        sum.merge(gathered.clone());
        let line = gathered.summary(step.name(), took);
        if line.requests + line.errors > 0 {
            lines.push(line);
        }
    }
    lines.push(sum.summary("all", took));
    lines
}

impl Report {
    /// The table as text.
    pub(crate) fn table(&self) -> String {
        let Report { scenario, clerks, seconds_tenths, .. } = self;
        let thinking = self.think_ms.map_or_else(String::new, |t| format!(" thinking {t} ms"));
        let mut out =
            format!("{scenario}: {clerks} clerks{thinking}, {} s\n", tenths(*seconds_tenths));
        out.push_str("kind      requests   errors       /s   p50 ms   p95 ms   p99 ms   max ms\n");
        for l in &self.lines {
            out.push_str(&format!(
                "{:<8} {:>9} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}\n",
                l.kind,
                l.requests,
                l.errors,
                tenths(l.per_second_tenths),
                ms(l.p50_us),
                ms(l.p95_us),
                ms(l.p99_us),
                ms(l.max_us)
            ));
        }
        let shown = |cpu: Option<u64>| cpu.map_or("n/a".to_owned(), |us| format!("{} ms", ms(us)));
        out.push_str(&format!(
            "CPU per request: server {}, PostgreSQL {}; server memory {}",
            shown(self.server_cpu_us),
            shown(self.postgres_cpu_us),
            self.server_memory_kib.map_or("n/a".to_owned(), |kib| format!("{} MB", kib / 1024)),
        ));
        out
    }
    /// Whether any request failed.
    pub(crate) fn has_errors(&self) -> bool {
        self.lines.iter().any(|l| l.errors > 0)
    }
    /// Writes it as JSON.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub(crate) fn write(&self, file: &Path) -> Result<(), RunError> {
        let shown = file.display().to_string();
        let json = serde_json::to_string_pretty(self).map_err(spine::Error::from)?;
        std::fs::write(file, json).map_err(RunError::io(shown))
    }
}
