//! The configuration file of `tessera serve`.

use std::net::SocketAddr;
use std::path::Path;

use jiff::tz::TimeZone;
use kernel::Currency;
use serde::Deserialize;

use crate::RunError;

/// What stands in the file; only `db` must.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// `sqlite:PATH` or `postgres://…`.
    pub(crate) db: String,
    /// Where to listen; put a reverse proxy with TLS before it.
    #[serde(default = "listen")]
    pub(crate) listen: SocketAddr,
    /// Cookies only over TLS; turn it off only for a trial on one machine.
    #[serde(default = "yes")]
    pub(crate) secure_cookies: bool,
    /// Addresses of reverse proxies on other machines: what they say of the asking address is believed. One
    /// on this machine always is.
    #[serde(default)]
    pub(crate) proxies: Vec<std::net::IpAddr>,
    /// IANA zone of staff without a branch.
    #[serde(default = "zone")]
    pub(crate) zone: String,
    /// The bank's own currency, ISO 4217.
    #[serde(default = "currency")]
    pub(crate) currency: String,
    /// Code of the jurisdiction pack.
    #[serde(default = "jurisdiction")]
    pub(crate) jurisdiction: String,
    /// The node's name in the journal.
    #[serde(default = "node")]
    pub(crate) node: String,
    /// Where the bank's monitoring asks (`/metrics`); none when it is not said. Keep it inside.
    #[serde(default)]
    pub(crate) operation: Option<SocketAddr>,
    /// Webhooks may also be sent to addresses inside the house, and without TLS.
    #[serde(default)]
    pub(crate) webhooks_inside: bool,
    /// Everybody may sign in as anybody: only for a made-up bank.
    #[serde(default)]
    pub(crate) demo: bool,
}

/// Where the program listens when nothing else is said.
pub(crate) const LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 7878);

const fn listen() -> SocketAddr {
    LISTEN
}
const fn yes() -> bool {
    true
}
fn zone() -> String {
    "Europe/Moscow".to_owned()
}
fn currency() -> String {
    "RUB".to_owned()
}
fn jurisdiction() -> String {
    "ru".to_owned()
}
fn node() -> String {
    "centre".to_owned()
}

impl Config {
    /// The defaults over a database.
    pub(crate) fn over(db: &str) -> Config {
        Config {
            db: db.to_owned(),
            listen: LISTEN,
            secure_cookies: false,
            proxies: Vec::new(),
            zone: zone(),
            currency: currency(),
            jurisdiction: jurisdiction(),
            node: node(),
            operation: None,
            webhooks_inside: false,
            demo: false,
        }
    }
    /// Reads the file.
    ///
    /// # Errors
    /// When it cannot be read, is no TOML, or holds an unknown or wrong entry: the place is named.
    pub(crate) fn read(path: &Path) -> Result<Config, RunError> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(RunError::io(shown.to_string()))?;
        let config: Config = toml::from_str(&text)
            .map_err(|e| RunError::Asked(format!("{shown}: {}", e.to_string().trim_end())))?;
        config.time_zone()?;
        config.money()?;
        Ok(config)
    }
    /// The zone.
    ///
    /// # Errors
    /// When there is none of that name.
    pub(crate) fn time_zone(&self) -> Result<TimeZone, RunError> {
        TimeZone::get(&self.zone).map_err(|e| RunError::Asked(format!("zone {}: {e}", self.zone)))
    }
    /// The currency.
    ///
    /// # Errors
    /// When it is no code.
    pub(crate) fn money(&self) -> Result<Currency, RunError> {
        self.currency.parse().map_err(|e| RunError::Asked(format!("currency: {e}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("tessera.toml");
        std::fs::write(&file, text).unwrap();
        Config::read(&file).map_err(|e| e.to_string())
    }

    #[test]
    fn only_the_database_must_be_said() {
        let config = read("db = 'sqlite:bank.db'").unwrap();
        assert_eq!(config, Config { secure_cookies: true, ..Config::over("sqlite:bank.db") });
    }

    #[test]
    fn mistakes_are_named() {
        assert!(read("").unwrap_err().contains("missing field `db`"));
        assert!(read("db = 'x'\nlisen = '1'").unwrap_err().contains("unknown field `lisen`"));
        assert!(read("db = 'x'\nlisten = 'y'").unwrap_err().contains("line 2"));
        assert!(read("db = 'x'\nzone = 'Mars/Base'").unwrap_err().contains("Mars/Base"));
        assert!(read("db = 'x'\ncurrency = 'rub'").unwrap_err().contains("rub"));
    }
}
