//! E-mail addresses: one form for sending, another for finding the same mailbox written differently.

use kernel::Refusal;
use serde::{Deserialize, Serialize};

use crate::codes;

/// Longest local part (bytes, RFC 5321).
const LOCAL_BYTES_MAX: usize = 64;
/// Longest address (bytes, RFC 5321).
const ADDRESS_BYTES_MAX: usize = 254;

/// A well-formed address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Email {
    /// The form to send to: the local part as given, the domain in lower-case ASCII (IDNA).
    pub normalised: String,
    /// Equal for spellings that reach one mailbox: case, `+tag`, dots of Gmail, names of Yandex.
    pub dedupe_key: String,
}

/// Reads an e-mail address.
///
/// # Errors
/// Refuses with `email-shape` when it is no address and `email-domain` when its domain cannot exist.
pub fn parse_email(raw: &str) -> Result<Email, Refusal> {
    let shape = || Refusal::new(codes::EMAIL_SHAPE);
    let text = raw.trim();
    if text.len() > ADDRESS_BYTES_MAX {
        return Err(shape());
    }
    let (local, domain) = text.rsplit_once('@').ok_or_else(shape)?;
    if !is_local(local) {
        return Err(shape());
    }
    let domain = ascii_domain(domain)?;
    let dedupe_key = dedupe_key(local, &domain);
    Ok(Email { normalised: format!("{local}@{domain}"), dedupe_key })
}

/// A dot-atom of RFC 5322, with letters of any script (RFC 6531).
fn is_local(local: &str) -> bool {
    let is_atom_char = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    !local.is_empty()
        && local.len() <= LOCAL_BYTES_MAX
        && local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom_char))
}

fn ascii_domain(domain: &str) -> Result<String, Refusal> {
    let refused = || Refusal::new(codes::EMAIL_DOMAIN);
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| refused())?;
    let labels: Vec<&str> = ascii.split('.').collect();
    let top_is_name = labels
        .last()
        .is_some_and(|top| top.len() >= 2 && top.chars().any(|c| c.is_ascii_alphabetic()));
    if labels.len() < 2 || !top_is_name || labels.iter().any(|label| label.is_empty()) {
        return Err(refused());
    }
    Ok(ascii)
}

fn dedupe_key(local: &str, domain: &str) -> String {
    let lower = local.to_lowercase();
    let untagged = match lower.split_once('+') {
        Some((name, _)) if !name.is_empty() => name,
        Some(_) | None => &lower,
    };
    match domain {
        "gmail.com" | "googlemail.com" => format!("{}@gmail.com", untagged.replace('.', "")),
        "ya.ru" | "yandex.ru" | "yandex.com" | "yandex.by" | "yandex.kz" | "yandex.ua"
        | "yandex.uz" | "yandex.com.tr" => format!("{}@yandex.ru", untagged.replace('.', "-")),
        other => format!("{untagged}@{other}"),
    }
}
