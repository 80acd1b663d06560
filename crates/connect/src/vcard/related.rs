//! People named in a card, and messengers: the many ways programs write them.

use super::contact::{Messenger, Related};
use super::property::RawProperty;
use super::text::{Dialect, some};

/// Properties of single programs that name a person, with the relation.
const RELATIONS: [(&str, &str); 12] = [
    ("X-SPOUSE", "spouse"),
    ("X-MS-SPOUSE", "spouse"),
    ("X-EVOLUTION-SPOUSE", "spouse"),
    ("X-KADDRESSBOOK-X-SPOUSESNAME", "spouse"),
    ("X-MANAGER", "manager"),
    ("X-MS-MANAGER", "manager"),
    ("X-EVOLUTION-MANAGER", "manager"),
    ("X-KADDRESSBOOK-X-MANAGERSNAME", "manager"),
    ("X-ASSISTANT", "assistant"),
    ("X-MS-ASSISTANT", "assistant"),
    ("X-EVOLUTION-ASSISTANT", "assistant"),
    ("X-KADDRESSBOOK-X-ASSISTANTSNAME", "assistant"),
];

/// Properties of single programs that name a messenger account.
const MESSENGERS: [(&str, &str); 13] = [
    ("X-SKYPE", "skype"),
    ("X-SKYPE-USERNAME", "skype"),
    ("X-TELEGRAM", "telegram"),
    ("X-WHATSAPP", "whatsapp"),
    ("X-ICQ", "icq"),
    ("X-AIM", "aim"),
    ("X-MSN", "msn"),
    ("X-YAHOO", "yahoo"),
    ("X-JABBER", "jabber"),
    ("X-GTALK", "gtalk"),
    ("X-GOOGLE-TALK", "gtalk"),
    ("X-QQ", "qq"),
    ("X-MS-IMADDRESS", "im"),
];

/// The person a property names; `label` is what the property's group calls it.
pub(super) fn related(
    property: &RawProperty,
    label: Option<&str>,
    dialect: Dialect,
) -> Option<Related> {
    let fixed = RELATIONS.iter().find(|(name, _)| *name == property.name);
    let relation = match property.name.as_str() {
        "RELATED" => property.kinds().first().cloned().or_else(|| label.map(str::to_owned)),
        "X-ABRELATEDNAMES" => label.map(str::to_lowercase),
        _ => Some(fixed?.1.to_owned()),
    };
    // A RELATED that is no text points to another card or a web page; what says it is text is a name,
    // whatever it looks like.
    let looks_like_link = property.value.starts_with("urn:") || property.value.contains("://");
    let points_elsewhere = match property.param("VALUE") {
        Some(kind) => !kind.eq_ignore_ascii_case("text"),
        None => looks_like_link,
    };
    if property.name == "RELATED" && points_elsewhere {
        return None;
    }
    Some(Related { relation, name: some(&property.value, dialect)? })
}

/// The messenger account a property names.
pub(super) fn messenger(property: &RawProperty, dialect: Dialect) -> Option<Messenger> {
    let value = some(&property.value, dialect)?;
    if property.name != "IMPP" {
        let (_, service) = MESSENGERS.iter().find(|(name, _)| *name == property.name)?;
        return Some(Messenger { service: (*service).to_owned(), handle: value });
    }
    let (scheme, handle) = match value.split_once(':') {
        Some((scheme, handle)) if !handle.is_empty() => (Some(scheme), handle),
        _ => (None, value.as_str()),
    };
    let named = property.param("X-SERVICE-TYPE").map(str::trim).filter(|s| !s.is_empty());
    let service = named.or(scheme).unwrap_or("im").to_owned();
    Some(Messenger { service, handle: handle.to_owned() })
}
