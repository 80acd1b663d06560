//! Numbers that are asked for rather than counted.

use kernel::Timestamp;
use metrics::gauge;
use spine::Services;
use store::StoreError;

use super::queries;

/// Asks the database and the system, and sets the gauges.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn measure(services: &Services) -> Result<(), StoreError> {
    let (mut db, now) = (services.reader.clone(), services.clock.now());
    let journal = queries::journal(&mut db).await?;
    let work = queries::work(&mut db, now).await?;
    set("tessera_journal_blocks", journal.height);
    set("tessera_journal_sealed_entries", journal.sealed);
    let lag =
        journal.oldest_unsealed.map_or(0, |oldest: Timestamp| now.seconds_since(oldest).max(0));
    set("tessera_journal_unsealed_seconds", lag);
    set("tessera_jobs_dead", work.0);
    set("tessera_jobs_due", work.1);
    set("tessera_messages_dead", work.2);
    set("tessera_branch_nodes_silent", queries::silent_nodes(&mut db).await?);
    if let Some(kib) = resident_kib() {
        set("tessera_memory_kibibytes", kib);
    }
    Ok(())
}

/// Gauges are floats; ours are whole and far below 2^53, where floats are exact.
#[allow(clippy::as_conversions, clippy::cast_precision_loss)]
fn set(name: &'static str, value: i64) {
    gauge!(name).set(value as f64);
}

/// Memory of this process; none where there is no `/proc`.
fn resident_kib() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
