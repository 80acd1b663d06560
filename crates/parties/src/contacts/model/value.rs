//! Reading what people type as contacts, dates and texts.

use jurisdiction::Pack;
use kernel::{Date, Refusal, Refusals, Timestamp, limits};

use super::words::ContactKind;

/// Shortest number of digits by which a messenger name is taken for a phone number.
const PHONE_DIGITS_MIN: usize = 10;
/// A contact nobody has confirmed for this long should be asked about again (days).
const STALE_DAYS: i64 = 730;

/// The form a contact is stored, compared and searched in.
///
/// # Errors
/// A refusal at the field `value`.
pub fn contact_value(kind: ContactKind, typed: &str, pack: &Pack) -> Result<String, Refusal> {
    let text = typed.trim();
    if text.is_empty() {
        return Err(Refusal::field("required", "value"));
    }
    if text.chars().count() > limits::TEXT_CHARS_MAX {
        return Err(Refusal::field("too-long", "value").arg("max", limits::TEXT_CHARS_MAX));
    }
    let read = match kind {
        ContactKind::Phone => jurisdiction::parse_phone(text, &pack.phone_region).map(|p| p.e164),
        ContactKind::Email => jurisdiction::parse_email(text).map(|e| e.normalised),
        ContactKind::Messenger => messenger(text, pack),
        ContactKind::Social | ContactKind::Site => web_address(text),
    };
    read.map_err(|refusal| Refusal { field: Some("value".to_owned()), ..refusal })
}

/// A number where it looks like one, otherwise a handle without spaces.
fn messenger(text: &str, pack: &Pack) -> Result<String, Refusal> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let has_letters = text.chars().any(char::is_alphabetic);
    if digits >= PHONE_DIGITS_MIN && !has_letters {
        return jurisdiction::parse_phone(text, &pack.phone_region).map(|p| p.e164);
    }
    let is_handle = text.chars().all(|c| c.is_alphanumeric() || "@._-+:/".contains(c));
    if is_handle { Ok(text.to_owned()) } else { Err(Refusal::new("contact-handle")) }
}

/// An address that may safely become a link: `http` or `https` and a host with a dot.
fn web_address(text: &str) -> Result<String, Refusal> {
    let refused = || Refusal::new("contact-web-address");
    let lower = text.to_lowercase();
    let full = match lower.split_once("://") {
        Some(("http" | "https", _)) => text.to_owned(),
        Some(_) => return Err(refused()),
        None => format!("https://{text}"),
    };
    let rest = full.split_once("://").map_or("", |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let bad_char = |c: char| c.is_whitespace() || c.is_control() || "\"'<>\\`".contains(c);
    let is_host = host.contains('.') && !host.starts_with('.') && !host.contains(['@', ':']);
    if is_host && !full.chars().any(bad_char) { Ok(full) } else { Err(refused()) }
}

/// A text of one line, trimmed; too long a text is refused at its field.
pub fn check_text(field: &str, text: &str, refusals: &mut Refusals) -> String {
    if text.chars().count() > limits::TEXT_CHARS_MAX {
        refusals.push(Refusal::field("too-long", field).arg("max", limits::TEXT_CHARS_MAX));
    }
    text.trim().to_owned()
}

/// A date kept as ISO text; an empty text is no date, a text that is no date is refused.
pub fn optional_date(field: &str, text: &str, refusals: &mut Refusals) -> Option<Date> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let day = text.parse::<Date>().ok().filter(|d| (1850..=2200).contains(&d.year()));
    if day.is_none() {
        refusals.push(Refusal::field("not-a-date", field));
    }
    day
}

/// Whether a value is so old that it should be asked about again.
pub const fn is_stale(at: Timestamp, now: Timestamp) -> bool {
    now.seconds_since(at) > STALE_DAYS * 86_400
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: ContactKind, typed: &str) -> Result<String, String> {
        contact_value(kind, typed, Pack::load("ru").unwrap()).map_err(|r| {
            assert_eq!(r.field.as_deref(), Some("value"));
            r.code
        })
    }

    #[test]
    fn contacts_are_stored_in_one_form_or_refused_at_their_field() {
        assert_eq!(read(ContactKind::Phone, "8 (916) 123-45-67"), Ok("+79161234567".into()));
        assert_eq!(read(ContactKind::Phone, "916-123-45"), Err("phone-invalid".into()));
        assert_eq!(
            read(ContactKind::Email, " Ivan@ПОЧТА.рф "),
            Ok("Ivan@xn--80a1acny.xn--p1ai".into())
        );
        assert_eq!(read(ContactKind::Messenger, "916 123-45-67"), Ok("+79161234567".into()));
        assert_eq!(read(ContactKind::Messenger, "@ivanov_77"), Ok("@ivanov_77".into()));
        assert_eq!(read(ContactKind::Messenger, "два слова"), Err("contact-handle".into()));
        assert_eq!(read(ContactKind::Site, "bank.ru/about"), Ok("https://bank.ru/about".into()));
        assert_eq!(read(ContactKind::Site, ""), Err("required".into()));
    }

    #[test]
    fn what_could_run_in_a_browser_never_becomes_a_link() {
        for text in [
            "javascript://a.b/%0aalert(1)",
            "data://a.b",
            "https://user@evil.ru",
            "https://a b.ru",
            "https://a.ru/\"onclick",
        ] {
            assert_eq!(
                read(ContactKind::Social, text),
                Err("contact-web-address".into()),
                "{text}"
            );
        }
    }

    #[test]
    fn dates_of_forms_are_iso_or_refused() {
        let mut refusals = Refusals::default();
        assert_eq!(optional_date("a", " ", &mut refusals), None);
        assert_eq!(
            optional_date("a", "2026-11-23", &mut refusals),
            Some(Date::constant(2026, 11, 23))
        );
        assert!(refusals.0.is_empty());
        assert_eq!(optional_date("a", "0001-01-01", &mut refusals), None);
        assert_eq!(refusals.of("a").unwrap().code, "not-a-date");
    }
}
