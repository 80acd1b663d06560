//! The checks of the standard (Web Authentication level 2, sections 7.1 and 7.2), in its order, for what we ask
//! of a device: user verification always, no attestation. Nothing here reads a clock or a database.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::{Host, Url};

use super::cose::PublicKey;

/// Random bytes of a challenge.
pub const CHALLENGE_BYTES: usize = 32;
/// The longest name of a credential that the standard allows (bytes).
const CREDENTIAL_ID_MAX: usize = 1023;

/// To whom people prove themselves: this bank's pages under one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// The host, as passkeys are bound to it.
    pub id: String,
    /// Scheme, host and port, as browsers write them.
    pub origin: String,
}

impl Party {
    /// The party of an address as people type it; `None` where browsers have no passkeys: without TLS,
    /// but on this very machine, or under a number in the place of a name.
    pub fn of(public_url: &str) -> Option<Party> {
        let url = Url::parse(public_url).ok()?;
        let Some(Host::Domain(name)) = url.host() else { return None };
        let is_here = name == "localhost" || name.ends_with(".localhost");
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_here);
        let is_open = url.port() != Some(0);
        (is_safe && is_open)
            .then(|| Party { id: name.to_owned(), origin: url.origin().ascii_serialization() })
    }
}

/// What a browser hands over of a passkey it has just made.
#[derive(Clone, Copy, Debug)]
pub struct Made<'a> {
    /// What the browser says about the ceremony, JSON.
    pub client_data: &'a [u8],
    /// What the device says.
    pub authenticator_data: &'a [u8],
}

/// What a browser hands over when a passkey has signed.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    /// What the browser says about the ceremony, JSON.
    pub client_data: &'a [u8],
    /// What the device says.
    pub authenticator_data: &'a [u8],
    /// The device's signature over both.
    pub signature: &'a [u8],
}

/// A new passkey that passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    /// Its name, as the device chose it.
    pub credential_id: Vec<u8>,
    /// Its public key, as the device wrote it.
    pub public_key: Vec<u8>,
    /// How often it has signed; always nothing for most.
    pub counter: i64,
}

/// Why what a browser handed over is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It cannot be read, or does not hold what it must.
    Malformed,
    /// It answers another question: made for signed, or the other way about.
    Kind,
    /// It answers another challenge.
    Challenge,
    /// It was given to a page of another address.
    Origin,
    /// It was made for another party.
    Party,
    /// The device did not see a person.
    Absent,
    /// The device did not make sure who it was.
    Unverified,
    /// The key is of no kind we asked for.
    Algorithm,
    /// The signature does not fit.
    Signature,
}

impl Problem {
    /// Stable code of its refusal.
    pub const fn code(self) -> &'static str {
        match self {
            Problem::Malformed => "passkey-malformed",
            Problem::Kind => "passkey-kind",
            Problem::Challenge => "passkey-challenge",
            Problem::Origin => "passkey-origin",
            Problem::Party => "passkey-party",
            Problem::Absent => "passkey-absent",
            Problem::Unverified => "passkey-unverified",
            Problem::Algorithm => "passkey-algorithm",
            Problem::Signature => "passkey-signature",
        }
    }
}

/// Checks a passkey that was just made.
///
/// # Errors
/// The first check that failed.
pub fn made(party: &Party, challenge: &[u8], made: Made<'_>) -> Result<NewKey, Problem> {
    check_client(party, challenge, made.client_data, "webauthn.create")?;
    let data = AuthenticatorData::read(made.authenticator_data)?;
    data.check(party)?;
    let attested = data.attested.ok_or(Problem::Malformed)?;
    Ok(NewKey {
        credential_id: attested.credential_id.to_vec(),
        public_key: attested.public_key.to_vec(),
        counter: data.counter,
    })
}

/// Checks what a passkey has signed; answers how often it says it has.
///
/// # Errors
/// The first check that failed.
pub fn signed(
    party: &Party,
    challenge: &[u8],
    public_key: &[u8],
    signed: Signed<'_>,
) -> Result<i64, Problem> {
    check_client(party, challenge, signed.client_data, "webauthn.get")?;
    let data = AuthenticatorData::read(signed.authenticator_data)?;
    data.check(party)?;
    let (key, _) = PublicKey::read(public_key).ok_or(Problem::Algorithm)?;
    let message =
        [signed.authenticator_data, Sha256::digest(signed.client_data).as_slice()].concat();
    if !key.has_signed(&message, signed.signature) {
        return Err(Problem::Signature);
    }
    Ok(data.counter)
}

/// What a browser says about a ceremony; it may say more from year to year.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
}

fn check_client(party: &Party, challenge: &[u8], json: &[u8], kind: &str) -> Result<(), Problem> {
    let said: ClientData = serde_json::from_slice(json).map_err(|_| Problem::Malformed)?;
    if said.kind != kind {
        return Err(Problem::Kind);
    }
    if challenge.len() != CHALLENGE_BYTES || said.challenge != URL_SAFE_NO_PAD.encode(challenge) {
        return Err(Problem::Challenge);
    }
    // a page of ours inside a page of somebody else is somebody else's
    if said.origin != party.origin || said.cross_origin {
        return Err(Problem::Origin);
    }
    Ok(())
}

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;
const EXTENSIONS: u8 = 0x80;

struct Attested<'a> {
    credential_id: &'a [u8],
    public_key: &'a [u8],
}

struct AuthenticatorData<'a> {
    party_hash: &'a [u8; 32],
    flags: u8,
    counter: i64,
    attested: Option<Attested<'a>>,
}

impl<'a> AuthenticatorData<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Problem> {
        let malformed = Problem::Malformed;
        let (party_hash, rest) = bytes.split_first_chunk::<32>().ok_or(malformed)?;
        let (flags, rest) = rest.split_first().ok_or(malformed)?;
        let (counter, mut rest) = rest.split_first_chunk::<4>().ok_or(malformed)?;
        let has = |flag: u8| flags & flag != 0;
        if has(BACKED_UP) && !has(BACKUP_ELIGIBLE) {
            return Err(malformed);
        }
        let mut attested = None;
        if has(ATTESTED) {
            let (found, after) = read_attested(rest)?;
            (attested, rest) = (Some(found), after);
        }
        // extensions are asked for by nobody here; a device that adds some says so
        if rest.is_empty() == has(EXTENSIONS) {
            return Err(malformed);
        }
        let counter = i64::from(u32::from_be_bytes(*counter));
        Ok(Self { party_hash, flags: *flags, counter, attested })
    }
    fn check(&self, party: &Party) -> Result<(), Problem> {
        if self.party_hash[..] != Sha256::digest(party.id.as_bytes())[..] {
            return Err(Problem::Party);
        }
        if self.flags & USER_PRESENT == 0 {
            return Err(Problem::Absent);
        }
        if self.flags & USER_VERIFIED == 0 {
            return Err(Problem::Unverified);
        }
        Ok(())
    }
}

fn read_attested(bytes: &[u8]) -> Result<(Attested<'_>, &[u8]), Problem> {
    let malformed = Problem::Malformed;
    // the make of the device, which nobody asks
    let (_, rest) = bytes.split_first_chunk::<16>().ok_or(malformed)?;
    let (length, rest) = rest.split_first_chunk::<2>().ok_or(malformed)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length == 0 || length > CREDENTIAL_ID_MAX {
        return Err(malformed);
    }
    let (credential_id, rest) = rest.split_at_checked(length).ok_or(malformed)?;
    let (_, after) = PublicKey::read(rest).ok_or(Problem::Algorithm)?;
    let (public_key, after) = rest.split_at_checked(rest.len() - after.len()).ok_or(malformed)?;
    Ok((Attested { credential_id, public_key }, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_has_a_name_and_a_safe_line() {
        let of = |url: &str| Party::of(url).map(|p| (p.id, p.origin));
        let pair = |id: &str, origin: &str| Some((id.to_owned(), origin.to_owned()));
        assert_eq!(
            of("https://crm.bank.example"),
            pair("crm.bank.example", "https://crm.bank.example")
        );
        assert_eq!(
            of("https://CRM.bank.example:443/x/"),
            pair("crm.bank.example", "https://crm.bank.example")
        );
        assert_eq!(
            of("https://crm.bank.example:8443"),
            pair("crm.bank.example", "https://crm.bank.example:8443")
        );
        assert_eq!(
            of("https://банк.рф"),
            pair("xn--80ab2al.xn--p1ai", "https://xn--80ab2al.xn--p1ai")
        );
        assert_eq!(of("http://localhost:7878"), pair("localhost", "http://localhost:7878"));
        for none in [
            "",
            "crm.bank.example",
            "http://crm.bank.example",
            "https://10.0.0.1",
            "http://127.0.0.1:7878",
            "https://[::1]",
            "http://localhost:0",
            "ftp://localhost",
        ] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
