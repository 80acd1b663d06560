//! `tessera witness`: writers over several nodes who remember what was acknowledged to them, whatever happens to
//! nodes and database meanwhile, and who then look for it: is every acknowledged note there exactly once, did
//! anybody ever miss what he had written himself, and for how long could nobody write.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;
use kernel::{Entropy, RandomEntropy};
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::http::{Line, Reply};
use crate::RunError;

/// How long one request may take: longer than a node waits for its database.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two tries of one request.
const PAUSE: Duration = Duration::from_millis(50);
/// A writer rests between two notes, so that all together stay below what one token may ask.
const REST: Duration = Duration::from_millis(25);
/// Clients the notes are about.
const CLIENTS: usize = 20;
/// After the end, a writer's last request is given up after so long.
const LAST: Duration = Duration::from_secs(60);

/// What `tessera witness` is asked for.
#[derive(Clone, Debug, Args)]
pub(crate) struct Asked {
    /// A node: http://HOST:PORT; named once for each.
    #[arg(long = "url", value_name = "ADDR", required = true)]
    urls: Vec<String>,
    /// A file with an API token that may read clients and log contacts.
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
    /// Writers at once.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    writers: u32,
    /// How long.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,
    /// Also write the numbers as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What was seen.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Report {
    /// Notes that a node said it has kept.
    acknowledged: usize,
    /// Of them, those that are not there.
    lost: usize,
    /// Of them, those that are there more than once.
    doubled: usize,
    /// Notes that are there though nobody was told: sent, and given up at the end.
    unacknowledged: usize,
    /// Readings of one's own note right after it was kept, on any node.
    readings: usize,
    /// Of them, those that did not show it.
    missed_own: usize,
    /// Tries that failed and were repeated, by what was answered: a status, or `none`.
    repeated: BTreeMap<String, usize>,
    /// The longest time in which no write was acknowledged to anybody (milliseconds).
    longest_gap_ms: u128,
    /// The longest one caller waited for one write, with all its tries (milliseconds).
    longest_write_ms: u128,
}

impl Report {
    /// Whether what must not happen has happened.
    fn is_bad(&self) -> bool {
        self.acknowledged == 0 || self.lost + self.doubled + self.missed_own > 0
    }
    /// In words.
    fn words(&self) -> String {
        let repeated: Vec<String> =
            self.repeated.iter().map(|(what, times)| format!("{what}: {times}")).collect();
        format!(
            "acknowledged {}, lost {}, doubled {}, unacknowledged but kept {}\n\
             own notes read {}, missed {}\n\
             tries repeated: {}\n\
             no write acknowledged for {} ms at most; one caller waited {} ms at most",
            self.acknowledged,
            self.lost,
            self.doubled,
            self.unacknowledged,
            self.readings,
            self.missed_own,
            if repeated.is_empty() { "none".to_owned() } else { repeated.join(", ") },
            self.longest_gap_ms,
            self.longest_write_ms
        )
    }
}

#[derive(Default)]
struct Seen {
    /// Notes by their text, and the client each is about.
    acknowledged: BTreeMap<String, String>,
    times: Vec<Instant>,
    report: Report,
}

type Shared = Arc<Mutex<Seen>>;

fn open(seen: &Shared) -> std::sync::MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs the writers, then looks for what they wrote. Answers words and whether something is wrong.
///
/// # Errors
/// When the nodes do not answer at the beginning or at the end, or the token may not do this.
pub(crate) async fn run(asked: &Asked) -> Result<(String, bool), RunError> {
    let shown = asked.token_file.display().to_string();
    let token = std::fs::read_to_string(&asked.token_file).map_err(RunError::io(shown))?;
    let nodes: Vec<String> = asked
        .urls
        .iter()
        .map(|url| url.trim_start_matches("http://").trim_end_matches('/').to_owned())
        .collect();
    let seen = Shared::default();
    let begin = Instant::now();
    let end = begin + Duration::from_secs(asked.seconds);
    let mut scout = Caller::new(&nodes, token.trim(), &seen);
    let clients = scout.clients().await?;
    let writers: Vec<_> = (0..asked.writers)
        .map(|number| {
            let mut caller = Caller::new(&nodes, token.trim(), &seen);
            let clients = clients.clone();
            tokio::spawn(async move { caller.write(number, &clients, end).await })
        })
        .collect();
    for writer in writers {
        writer.await.map_err(|e| RunError::Asked(format!("a writer fell: {e}")))?;
    }
    let there = scout.notes(&clients).await?;
    let report = settle(&seen, &there, begin);
    if let Some(file) = &asked.json {
        let json = serde_json::to_string_pretty(&report).map_err(spine::Error::from)?;
        std::fs::write(file, json).map_err(RunError::io(file.display().to_string()))?;
    }
    Ok((report.words(), report.is_bad()))
}

/// Compares what was acknowledged with what is there.
fn settle(seen: &Shared, there: &BTreeMap<String, usize>, begin: Instant) -> Report {
    let seen = open(seen);
    let mut report = seen.report.clone();
    report.acknowledged = seen.acknowledged.len();
    for text in seen.acknowledged.keys() {
        match there.get(text) {
            None => report.lost += 1,
            Some(1) => {}
            Some(_) => report.doubled += 1,
        }
    }
    let of_others = there.keys().filter(|text| !seen.acknowledged.contains_key(*text));
    report.unacknowledged = of_others.count();
    let mut times = seen.times.clone();
    times.sort_unstable();
    let mut last = begin;
    for time in times {
        let gap = time.saturating_duration_since(last).as_millis();
        report.longest_gap_ms = report.longest_gap_ms.max(gap);
        last = time;
    }
    report
}

/// One program that calls the nodes in turn by chance.
struct Caller {
    lines: Vec<Line>,
    token: String,
    /// What it has been told it has seen.
    mark: String,
    seen: Shared,
    run: String,
}

impl Caller {
    fn new(nodes: &[String], token: &str, seen: &Shared) -> Caller {
        let lines = nodes.iter().map(|node| Line::new(node)).collect();
        let mut bytes = [0; 4];
        RandomEntropy.fill(&mut bytes);
        let run = format!("{:08x}", u32::from_be_bytes(bytes));
        Caller { lines, token: token.to_owned(), mark: String::new(), seen: Arc::clone(seen), run }
    }

    fn chance(&self, below: usize) -> usize {
        let mut bytes = [0; 2];
        RandomEntropy.fill(&mut bytes);
        usize::from(u16::from_be_bytes(bytes)) % below.max(1)
    }

    /// Sends a request until somebody answers it for good, or until it is given up.
    async fn ask(&mut self, call: &Asking<'_>, until: Instant) -> Option<Reply> {
        loop {
            let node = self.chance(self.lines.len());
            let line = self.lines.get_mut(node)?;
            let mut headers = vec![("authorization", format!("Bearer {}", self.token))];
            if let Some(key) = call.key {
                headers.push(("idempotency-key", key.to_owned()));
            }
            if call.may_lag && !self.mark.is_empty() {
                headers.push(("tessera-seen", self.mark.clone()));
            }
            let sent = line.call(call.path, &headers, call.body.as_ref());
            let what = match tokio::time::timeout(PATIENCE, sent).await {
                Ok(Ok(reply)) if reply.status < 500 && reply.status != 429 => return Some(reply),
                Ok(Ok(reply)) => reply.status.to_string(),
                Ok(Err(_)) | Err(_) => {
                    line.hang_up();
                    "none".to_owned()
                }
            };
            *open(&self.seen).report.repeated.entry(what).or_default() += 1;
            if Instant::now() > until {
                return None;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Clients to write about.
    async fn clients(&mut self) -> Result<Vec<String>, RunError> {
        let path = format!("/api/v1/clients?limit={CLIENTS}");
        let page = self.read(&path).await?;
        let items = page.get("items").and_then(Json::as_array).cloned().unwrap_or_default();
        let ids = items.iter().filter_map(|c| c.get("id").and_then(Json::as_str));
        let ids: Vec<String> = ids.map(str::to_owned).collect();
        if ids.is_empty() {
            return Err(RunError::Asked("the bank has no clients to write about".to_owned()));
        }
        Ok(ids)
    }

    /// Reads from the primary.
    async fn read(&mut self, path: &str) -> Result<Json, RunError> {
        let call = Asking { path, key: None, body: None, may_lag: false };
        let reply = self.ask(&call, Instant::now() + LAST).await;
        let reply = reply.ok_or_else(|| RunError::Asked(format!("{path}: no answer")))?;
        if reply.status != 200 {
            return Err(RunError::Asked(format!("{path}: {}: {}", reply.status, reply.body)));
        }
        Ok(serde_json::from_str(&reply.body).map_err(spine::Error::from)?)
    }

    /// Writes notes until the end, and reads each on some node.
    async fn write(&mut self, number: u32, clients: &[String], end: Instant) {
        let mut count = 0_u64;
        while Instant::now() < end {
            count += 1;
            let text = format!("witness {} {number}-{count}", self.run);
            let client = clients.get(self.chance(clients.len())).cloned().unwrap_or_default();
            let path = format!("/api/v1/clients/{client}/notes");
            let body = Some(json!({ "body": text }));
            let begin = Instant::now();
            let call =
                Asking { path: &path, key: Some(&text.replace(' ', "-")), body, may_lag: false };
            let Some(reply) = self.ask(&call, end + LAST).await else { continue };
            if reply.status != 201 {
                *open(&self.seen).report.repeated.entry(reply.status.to_string()).or_default() += 1;
                continue;
            }
            self.mark = reply.seen.unwrap_or_default();
            {
                let mut seen = open(&self.seen);
                seen.acknowledged.insert(text, client);
                seen.times.push(Instant::now());
                let took = begin.elapsed().as_millis();
                seen.report.longest_write_ms = seen.report.longest_write_ms.max(took);
            }
            let id = serde_json::from_str::<Json>(&reply.body).ok();
            let id = id.as_ref().and_then(|body| body.get("id")).and_then(Json::as_str);
            self.look_for(id.unwrap_or("none"), end).await;
            tokio::time::sleep(REST).await;
        }
    }

    async fn look_for(&mut self, id: &str, end: Instant) {
        let path = format!("/api/v1/interactions/{id}");
        let call = Asking { path: &path, key: None, body: None, may_lag: true };
        if let Some(reply) = self.ask(&call, end + LAST).await {
            let mut seen = open(&self.seen);
            seen.report.readings += 1;
            seen.report.missed_own += usize::from(reply.status != 200);
        }
    }

    /// How often each note of a witness is there.
    async fn notes(&mut self, clients: &[String]) -> Result<BTreeMap<String, usize>, RunError> {
        let mut found = BTreeMap::new();
        for client in clients {
            let mut cursor = String::new();
            loop {
                let path = format!("/api/v1/clients/{client}/interactions?limit=200{cursor}");
                let page = self.read(&path).await?;
                let items = page.get("items").and_then(Json::as_array).cloned().unwrap_or_default();
                for item in items {
                    let text = item.get("body").and_then(Json::as_str).unwrap_or_default();
                    if text.starts_with("witness ") {
                        *found.entry(text.to_owned()).or_default() += 1;
                    }
                }
                match page.get("next").and_then(Json::as_str) {
                    Some(next) => cursor = format!("&cursor={next}"),
                    None => break,
                }
            }
        }
        Ok(found)
    }
}

/// One request.
struct Asking<'a> {
    path: &'a str,
    /// A write's key; a repeat carries the same.
    key: Option<&'a str>,
    body: Option<Json>,
    may_lag: bool,
}
