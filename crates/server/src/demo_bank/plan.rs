//! What bank a folder holds: kept beside the database, so that a start that was cut off goes on with the
//! same bank, on whatever day.

use std::path::Path;

use kernel::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use crate::RunError;

/// Clients when nothing is said.
pub(super) const CLIENTS: u64 = 5_000;
/// The seed when nothing is said.
const SEED: u64 = 1;
/// The largest bank (clients).
const CLIENTS_MAX: u64 = 10_000_000;
/// The file's name.
const FILE: &str = "demo.toml";

/// A bank to be made, or made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Plan {
    /// How many clients.
    pub(super) clients: u64,
    /// The same seed makes the same bank.
    pub(super) seed: u64,
    /// The day it was made on: its history ends there.
    pub(super) today: Date,
    /// All of it is in the database.
    pub(super) complete: bool,
}

/// The day in the bank's zone.
pub(super) fn today(now: Timestamp) -> Date {
    let zone = jiff::tz::TimeZone::get("Europe/Moscow").unwrap_or(jiff::tz::TimeZone::UTC);
    now.date_in(&zone)
}

impl Plan {
    /// The folder's plan, or a new one.
    ///
    /// # Errors
    /// When the folder holds another bank than asked for, or the numbers cannot be.
    pub(super) fn of(
        dir: &Path,
        clients: Option<u64>,
        seed: Option<u64>,
        now: Timestamp,
    ) -> Result<Plan, RunError> {
        let file = dir.join(FILE);
        let shown = file.display();
        if clients.is_some_and(|c| c == 0 || c > CLIENTS_MAX) {
            let words = format!("a demo bank has between 1 and {CLIENTS_MAX} clients");
            return Err(RunError::Asked(words));
        }
        if !file.exists() {
            let (clients, seed) = (clients.unwrap_or(CLIENTS), seed.unwrap_or(SEED));
            return Ok(Plan { clients, seed, today: today(now), complete: false });
        }
        let text = std::fs::read_to_string(&file).map_err(RunError::io(shown.to_string()))?;
        let plan: Plan = toml::from_str(&text)
            .map_err(|e| RunError::Asked(format!("{shown}: {}", e.to_string().trim_end())))?;
        let differs =
            clients.is_some_and(|c| c != plan.clients) || seed.is_some_and(|s| s != plan.seed);
        if differs {
            let words = format!(
                "{} holds a bank of {} clients made from seed {}: give another --dir, or remove it",
                dir.display(),
                plan.clients,
                plan.seed
            );
            return Err(RunError::Asked(words));
        }
        Ok(plan)
    }
    /// Keeps it.
    ///
    /// # Errors
    /// When the disk fails.
    pub(super) fn write(&self, dir: &Path) -> Result<(), RunError> {
        let file = dir.join(FILE);
        let text = toml::to_string(self).map_err(spine::Error::failure)?;
        std::fs::write(&file, text).map_err(RunError::io(file.display().to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_keeps_its_bank() {
        let folder = tempfile::tempdir().unwrap();
        let now = Timestamp::from_micros(0);
        let mut plan = Plan::of(folder.path(), Some(7), None, now).unwrap();
        assert_eq!((plan.clients, plan.seed, plan.complete), (7, SEED, false));
        plan.complete = true;
        plan.write(folder.path()).unwrap();
        let later = now.plus_days(5);
        assert_eq!(Plan::of(folder.path(), None, None, later).unwrap(), plan);
        assert!(Plan::of(folder.path(), Some(8), None, later).is_err());
        assert!(Plan::of(folder.path(), None, Some(99), later).is_err());
        assert!(Plan::of(folder.path(), Some(0), None, later).is_err());
    }
}
