//! The configuration file of `tessera serve`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::tz::TimeZone;
use kernel::{Currency, Secret};
use serde::Deserialize;
use spine::org::passkey::Party;
use store::{ReplicaSetting, StoreSetting};
use web::{Breached, Guards, Provider, ProviderSetting, Scanner};

use crate::RunError;
use crate::private;
use crate::tenants::Tenants;

/// What stands in the file; only `db`, or `[tenants]` in its place, must.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `sqlite:PATH` or `postgres://…`.
    #[serde(default)]
    pub(crate) db: String,
    /// Many banks in one installation, in the place of `db`.
    #[serde(default)]
    pub(crate) tenants: Option<Tenants>,
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
    /// The file with the master key, made at the first start; by default beside an SQLite database, or
    /// beside this file.
    #[serde(default)]
    pub(crate) key_file: PathBuf,
    /// In the place of a key file: the program (and its arguments) that speaks to the bank's key management
    /// service, see docs/operation.md.
    #[serde(default)]
    pub(crate) key_command: Vec<String>,
    /// Where the bank's monitoring asks (`/metrics`); none when it is not said. Keep it inside.
    #[serde(default)]
    pub(crate) operation: Option<SocketAddr>,
    /// `postgres://…` of a streaming replica that pages which tolerate lag are read from.
    #[serde(default)]
    pub(crate) replica: Option<String>,
    /// How far behind the replica may be at most (seconds).
    #[serde(default = "replica_lag")]
    pub(crate) replica_lag_seconds: u64,
    /// How long after the database went away requests wait for it to come back (seconds).
    #[serde(default = "patience")]
    pub(crate) patience_seconds: u64,
    /// How long the node goes on answering after the signal to stop, while it says that it is not ready: so
    /// long a load balancer may take to notice (seconds).
    #[serde(default)]
    pub(crate) drain_seconds: u64,
    /// Where traces go; nowhere when it is not said.
    #[serde(default)]
    pub(crate) traces: Option<Traces>,
    /// The node's address as browsers see it; needed for signing in through a provider and with passkeys.
    #[serde(default)]
    pub(crate) public_url: String,
    /// Providers of OpenID Connect one may sign in through.
    #[serde(default)]
    pub(crate) oidc: Vec<Oidc>,
    /// A list of passwords known from thefts, which nobody may choose.
    #[serde(default)]
    pub(crate) breached_passwords: Option<PathBuf>,
    /// The program (and its arguments) that looks at files that come in, see docs/operation.md.
    #[serde(default)]
    pub(crate) scan_command: Vec<String>,
    /// Port of `tessera reader` at the machines of clerks.
    #[serde(default)]
    pub(crate) reader_port: Option<u16>,
    /// Webhooks may also be sent to addresses inside the house, and without TLS.
    #[serde(default)]
    pub(crate) webhooks_inside: bool,
    /// Everybody may sign in as anybody: only for a made-up bank.
    #[serde(default)]
    pub(crate) demo: bool,
}

/// Where traces go.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Traces {
    /// Address of a receiver of OTLP over HTTP; traces go to `/v1/traces` under it.
    pub(crate) endpoint: String,
    /// How many of a hundred traces that begin here are recorded.
    #[serde(default = "all")]
    pub(crate) sampled_percent: u8,
}

/// A provider of OpenID Connect.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Oidc {
    /// Its part of our address: small letters, digits, dashes.
    pub(crate) key: String,
    /// As its button is called.
    pub(crate) name: String,
    /// Address it vouches under.
    pub(crate) issuer: String,
    /// Under which name it knows us.
    pub(crate) client_id: String,
    /// The file with what we prove it with.
    pub(crate) client_secret_file: PathBuf,
    /// The claim that holds the sign-in name.
    #[serde(default = "claim")]
    pub(crate) claim: String,
    /// How the person must have proved himself there.
    #[serde(default)]
    pub(crate) require_acr: Option<String>,
    /// Certificates to trust, PEM, instead of the public ones.
    #[serde(default)]
    pub(crate) ca_file: Option<PathBuf>,
}

impl Oidc {
    fn setting(&self, public_url: &str) -> Result<ProviderSetting, RunError> {
        let read =
            |path: &Path| std::fs::read(path).map_err(RunError::io(path.display().to_string()));
        let is_key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.key.is_empty() || !self.key.chars().all(is_key) {
            let words = format!("oidc: key {:?}: small letters, digits, dashes", self.key);
            return Err(RunError::Asked(words));
        }
        if public_url.is_empty() {
            return Err(RunError::Asked("oidc: public_url must be said too".to_owned()));
        }
        let secret = String::from_utf8(read(&self.client_secret_file)?);
        private::look("the secret of the sign-in service", &self.client_secret_file);
        let secret =
            secret.map_err(|_| RunError::Asked("client_secret_file: no text".to_owned()))?;
        Ok(ProviderSetting {
            key: self.key.clone(),
            name: self.name.clone(),
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_secret: Secret::new(secret.trim().to_owned()),
            claim: self.claim.clone(),
            require_acr: self.require_acr.clone(),
            ca_pem: self.ca_file.as_deref().map(read).transpose()?,
            public_url: public_url.trim_end_matches('/').to_owned(),
        })
    }
}

/// The longest time anything is waited for: a day.
const SECONDS_MAX: u64 = 86_400;

/// What is wrong with a text of TOML, and where. Neither the line nor a value is told, in which a password may stand:
/// what is said here goes into logs.
fn mistake(text: &str, error: &toml::de::Error) -> String {
    let mut words = error.message().to_owned();
    if let Some((head, rest)) = error.message().split_once('"') {
        let tail = rest.rsplit_once('"').map_or("", |(_, tail)| tail);
        words = format!("{head}\"…\"{tail}");
    }
    let before = error.span().and_then(|span| text.get(..span.start));
    let Some(before) = before else { return words };
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}: {words}")
}

/// Where the program listens when nothing else is said.
pub(crate) const LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 7878);

const fn listen() -> SocketAddr {
    LISTEN
}
const fn replica_lag() -> u64 {
    10
}
const fn patience() -> u64 {
    20
}
const fn all() -> u8 {
    100
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
fn claim() -> String {
    "preferred_username".to_owned()
}
fn node() -> String {
    "centre".to_owned()
}
fn key_file(db: &str, folder: &Path) -> PathBuf {
    match db.strip_prefix("sqlite:") {
        Some(path) => PathBuf::from(format!("{path}.key")),
        None => folder.join("tessera.key"),
    }
}

impl Config {
    /// The defaults over a database.
    pub(crate) fn over(db: &str) -> Config {
        Config {
            db: db.to_owned(),
            tenants: None,
            listen: LISTEN,
            secure_cookies: false,
            proxies: Vec::new(),
            zone: zone(),
            currency: currency(),
            jurisdiction: jurisdiction(),
            node: node(),
            key_file: key_file(db, Path::new("")),
            key_command: Vec::new(),
            operation: None,
            replica: None,
            replica_lag_seconds: replica_lag(),
            patience_seconds: patience(),
            drain_seconds: 0,
            traces: None,
            public_url: String::new(),
            oidc: Vec::new(),
            breached_passwords: None,
            scan_command: Vec::new(),
            reader_port: None,
            webhooks_inside: false,
            demo: false,
        }
    }
    /// Reads the file.
    ///
    /// # Errors
    /// When it cannot be read, is no TOML, or holds an unknown or wrong entry: the place is named.
    pub fn read(path: &Path) -> Result<Config, RunError> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(RunError::io(shown.to_string()))?;
        let mut config: Config = toml::from_str(&text)
            .map_err(|e| RunError::Asked(format!("{shown}: {}", mistake(&text, &e))))?;
        if config.db.is_empty() == config.tenants.is_none() {
            return Err(RunError::Asked(format!("{shown}: either db or [tenants] must be said")));
        }
        if config.key_file.as_os_str().is_empty() {
            config.key_file = key_file(&config.db, path.parent().unwrap_or(Path::new("")));
        }
        config.time_zone()?;
        config.money()?;
        if let Some(words) = config.beyond() {
            return Err(RunError::Asked(format!("{shown}: {words}")));
        }
        if config.db.contains("postgres") {
            // the password of the database stands in it
            private::look("the configuration file", path);
        }
        Ok(config)
    }
    /// The number that cannot be meant, if there is one.
    fn beyond(&self) -> Option<String> {
        let seconds = [
            ("patience_seconds", self.patience_seconds),
            ("drain_seconds", self.drain_seconds),
            ("replica_lag_seconds", self.replica_lag_seconds),
        ];
        let late = seconds.iter().find(|(_, seconds)| *seconds > SECONDS_MAX);
        let sampled = self.traces.as_ref().map_or(0, |traces| traces.sampled_percent);
        match late {
            Some((name, _)) => Some(format!("{name}: {SECONDS_MAX} at most")),
            None => (sampled > 100).then(|| "sampled_percent: 100 at most".to_owned()),
        }
    }
    /// The zone.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn time_zone(&self) -> Result<TimeZone, RunError> {
        TimeZone::get(&self.zone).map_err(|e| RunError::Asked(format!("zone {}: {e}", self.zone)))
    }
    /// The providers one may sign in through.
    ///
    /// # Errors
    /// When a file of theirs cannot be read, or an address is wrong.
    pub fn providers(&self) -> Result<Vec<Provider>, RunError> {
        let one = |oidc: &Oidc| {
            let setting = oidc.setting(&self.public_url)?;
            Provider::new(setting).map_err(|e| RunError::Asked(e.to_string()))
        };
        self.oidc.iter().map(one).collect()
    }
    /// What the bank sets against misuse.
    ///
    /// # Errors
    /// When the list of passwords is none.
    pub fn guards(&self) -> Result<Guards, RunError> {
        let open =
            |file: &PathBuf| Breached::open(file).map_err(RunError::io(file.display().to_string()));
        let breached = self.breached_passwords.as_ref().map(open).transpose()?;
        Ok(Guards {
            reader_port: self.reader_port,
            breached,
            scanner: Scanner::new(&self.scan_command),
        })
    }
    /// To whom people prove themselves with passkeys. A trial on one machine needs no public address.
    pub fn party(&self) -> Option<Party> {
        if self.public_url.is_empty() && !self.secure_cookies && self.listen.ip().is_loopback() {
            return Party::of(&format!("http://localhost:{}", self.listen.port()));
        }
        Party::of(&self.public_url)
    }
    /// The address of a host of this installation, as browsers see it.
    pub(crate) fn address_of(&self, host: &str) -> String {
        match self.secure_cookies {
            true => format!("https://{host}"),
            false => format!("http://{host}:{}", self.listen.port()),
        }
    }
    /// How the database is opened.
    pub fn store(&self) -> StoreSetting {
        let lag_max = Duration::from_secs(self.replica_lag_seconds);
        let replica = self.replica.clone().map(|url| ReplicaSetting { url, lag_max });
        let patience = Duration::from_secs(self.patience_seconds);
        StoreSetting { replica, patience, ..StoreSetting::default() }
    }
    /// The currency.
    ///
    /// # Errors
    /// When it is no code.
    pub fn money(&self) -> Result<Currency, RunError> {
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
    fn the_examples_are_configurations() {
        let one = read(include_str!("../../../deploy/one-machine/tessera.toml")).unwrap();
        assert!(one.secure_cookies && one.operation.is_some());
        let cluster = read(include_str!("../../../deploy/cluster/tessera.toml")).unwrap();
        let store = cluster.store();
        assert_eq!(store.replica.unwrap().lag_max, Duration::from_secs(10));
        assert_eq!((cluster.drain_seconds, cluster.proxies.len()), (10, 2));
        assert_eq!(cluster.traces.unwrap().sampled_percent, 5);
    }

    #[test]
    fn the_key_stands_beside_the_database_or_where_it_is_said() {
        assert_eq!(read("db = 'sqlite:/b/bank.db'").unwrap().key_file, Path::new("/b/bank.db.key"));
        let beside = read("db = 'postgres://x'").unwrap().key_file;
        assert!(beside.is_absolute() && beside.ends_with("tessera.key"));
        let said = read("db = 'x'\nkey_file = '/k/key'").unwrap().key_file;
        assert_eq!(said, Path::new("/k/key"));
    }

    #[test]
    fn passkeys_are_of_the_public_address_or_of_a_trial_here() {
        let origin = |text: &str| read(text).unwrap().party().map(|party| party.origin);
        let db = "db = 'x'\n";
        assert_eq!(origin(db), None, "behind a proxy whose name nobody has said");
        let said = format!("{db}public_url = 'https://crm.bank.example/'");
        assert_eq!(origin(&said).as_deref(), Some("https://crm.bank.example"));
        let trial = format!("{db}secure_cookies = false");
        assert_eq!(origin(&trial).as_deref(), Some("http://localhost:7878"));
        let open = format!("{trial}\nlisten = '0.0.0.0:80'");
        assert_eq!(origin(&open), None);
        let config = read(db).unwrap();
        assert_eq!(config.address_of("a.bank.example"), "https://a.bank.example");
    }

    #[test]
    fn mistakes_are_named() {
        assert!(read("").unwrap_err().contains("either db or [tenants]"));
        let both = "db = 'x'\n[tenants]\ndirectory = 'y'\nfolder = 'z'";
        assert!(read(both).unwrap_err().contains("either db or [tenants]"));
        assert!(read("db = 'x'\nlisen = '1'").unwrap_err().contains("unknown field `lisen`"));
        assert!(read("db = 'x'\nlisten = 'y'").unwrap_err().contains("line 2"));
        assert!(read("db = 'x'\nzone = 'Mars/Base'").unwrap_err().contains("Mars/Base"));
        assert!(read("db = 'x'\ncurrency = 'rub'").unwrap_err().contains("rub"));
        for (number, name) in
            [("patience_seconds = 90000", "patience"), ("drain_seconds = 1000000000000", "drain")]
        {
            let told = read(&format!("db = 'x'\n{number}")).unwrap_err();
            assert!(told.contains(name) && told.contains("86400"), "{told}");
        }
        let traces = "[traces]\nendpoint = 'http://x'\nsampled_percent = 101";
        assert!(read(&format!("db = 'x'\n{traces}")).unwrap_err().contains("100 at most"));
    }

    #[test]
    fn no_mistake_tells_a_password() {
        for (text, place) in [
            ("\ndb = postgres://t:geheim@h/b", "line 2, column 6"),
            ("db = 'postgres://t:geheim@h/b", "line 1"),
            ("db = 'x'\ntenants = 'postgres://t:geheim@h/b'", "line 2, column 11"),
            ("db = ['postgres://t:geheim@h/b']", "line 1, column 6"),
            ("db = 'x'\nlisten = \"postgres://t:\\\"geheim@h/b\"", "line 2, column 10"),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.contains(place) && !told.contains("geheim"), "{told}");
        }
    }
}
