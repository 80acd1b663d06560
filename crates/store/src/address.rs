//! The address of a PostgreSQL server as people write it: what the driver does not know of TLS is taken out
//! before it reads the rest.

use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{SslMode, TargetSessionAttrs};

use crate::StoreError;

/// How long one server may take to be reached.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// After so long a silence of the network a connection with something under way counts as lost.
const SILENCE: Duration = Duration::from_secs(10);

/// How far the server must prove who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Not at all; what is said is still encrypted.
    None,
    /// Its certificate must come from one of these authorities; none: those the machine trusts.
    Authority(Option<PathBuf>),
    /// And be made out to the name it is asked under.
    AuthorityAndName(Option<PathBuf>),
}

/// A read address.
#[derive(Debug)]
pub(crate) struct Address {
    pub(crate) config: Config,
    pub(crate) proof: Proof,
}

/// The address of another database of the same server.
///
/// # Errors
/// [`StoreError::Url`] when it is no address of a server with a database.
pub fn with_database(url: &str, database: &str) -> Result<String, StoreError> {
    let (base, query) =
        url.split_once('?').map_or((url, None), |(base, query)| (base, Some(query)));
    let scheme = base.find("://").map_or(0, |at| at + 3);
    let path = base.get(scheme..).and_then(|rest| rest.find('/'));
    let path = path.ok_or_else(|| StoreError::Url("a server without a database".to_owned()))?;
    let server = base.get(..scheme + path).unwrap_or(base);
    Ok(match query {
        Some(query) => format!("{server}/{database}?{query}"),
        None => format!("{server}/{database}"),
    })
}

/// Reads `postgres://…`. Modes of TLS are those of libpq: `disable`, `prefer` (the default: encrypted when the
/// server can), `require`, `verify-ca`, `verify-full`, with `sslrootcert=FILE` or `system`. Several hosts
/// (`postgres://user@a:5432,b:5432/db`) mean the one that takes writes, unless `target_session_attrs` says
/// otherwise.
///
/// # Errors
/// [`StoreError::Open`] with what is wrong; the password is not part of it.
pub(crate) fn read(url: &str) -> Result<Address, StoreError> {
    let wrong = |words: String| StoreError::Open(words);
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (mut mode, mut roots, mut says_target) = (None, None, false);
    let mut kept = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", value)) => mode = Some(value.to_owned()),
            Some(("sslrootcert", "system")) => {}
            Some(("sslrootcert", value)) => roots = Some(PathBuf::from(decoded(value))),
            Some(("target_session_attrs", _)) => {
                says_target = true;
                kept.push(pair);
            }
            _ => kept.push(pair),
        }
    }
    let plain = format!("{base}?{}", kept.join("&"));
    let mut config: Config =
        plain.trim_end_matches('?').parse().map_err(|e: tokio_postgres::Error| {
            wrong(format!("the address: {}", crate::migrate::chain(&e)))
        })?;
    let (ssl_mode, proof) = match (mode.as_deref(), roots) {
        (None | Some("prefer"), _) => (SslMode::Prefer, Proof::None),
        (Some("disable"), _) => (SslMode::Disable, Proof::None),
        (Some("require"), None) => (SslMode::Require, Proof::None),
        // as libpq: who names an authority wants it asked
        (Some("require" | "verify-ca"), roots) => (SslMode::Require, Proof::Authority(roots)),
        (Some("verify-full"), roots) => (SslMode::Require, Proof::AuthorityAndName(roots)),
        (Some(other), _) => return Err(wrong(format!("sslmode={other} is not known"))),
    };
    config.ssl_mode(ssl_mode).application_name("tessera");
    if config.get_hosts().len() > 1 && !says_target {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE);
    }
    config.keepalives_idle(SILENCE);
    Ok(Address { config, proof })
}

/// `%2F` and its like; a path is written with few of them.
fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let pair: Option<u8> = (byte == b'%')
            .then(|| {
                let mut ahead = bytes.clone();
                let digits = [ahead.next()?, ahead.next()?];
                let value = u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?;
                bytes = ahead;
                Some(value)
            })
            .flatten();
        out.push(pair.unwrap_or(byte));
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(query: &str) -> (SslMode, Proof) {
        let address = read(&format!("postgres://u:secret@db/bank{query}")).unwrap();
        (address.config.get_ssl_mode(), address.proof)
    }

    #[test]
    fn modes_of_tls_are_those_people_know() {
        let file = |path: &str| Some(PathBuf::from(path));
        assert_eq!(mode(""), (SslMode::Prefer, Proof::None));
        assert_eq!(mode("?sslmode=disable"), (SslMode::Disable, Proof::None));
        assert_eq!(mode("?sslmode=require"), (SslMode::Require, Proof::None));
        assert_eq!(
            mode("?sslrootcert=/a%20b/ca.pem&sslmode=require"),
            (SslMode::Require, Proof::Authority(file("/a b/ca.pem")))
        );
        assert_eq!(
            mode("?sslmode=verify-full&sslrootcert=system"),
            (SslMode::Require, Proof::AuthorityAndName(None))
        );
    }

    #[test]
    fn a_mistake_is_named_without_the_password() {
        for query in ["?sslmode=always", "?nonsense=1", "?port=x"] {
            let words = read(&format!("postgres://u:secret@db/bank{query}")).unwrap_err();
            assert!(!words.to_string().contains("secret"), "{words}");
        }
    }

    #[test]
    fn several_hosts_mean_the_one_that_takes_writes() {
        let target = |url: &str| read(url).unwrap().config.get_target_session_attrs();
        assert_eq!(target("postgres://u@a:1,b:2/bank"), TargetSessionAttrs::ReadWrite);
        assert_eq!(target("postgres://u@a:1/bank"), TargetSessionAttrs::Any);
        let any = "postgres://u@a:1,b:2/bank?target_session_attrs=any";
        assert_eq!(target(any), TargetSessionAttrs::Any);
    }
}
