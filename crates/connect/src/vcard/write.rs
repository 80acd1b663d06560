//! vCard 4.0 (RFC 6350) out: UTF-8, CR LF, lines folded at 75 bytes.

use super::contact::{Address, Contact, ContactPoint, Property, Sex};
use super::date;
use super::text::escape;

/// Longest line before folding (bytes), CR LF not counted.
const LINE_BYTES: usize = 75;

/// One contact as a vCard 4.0.
pub fn write_card(contact: &Contact) -> String {
    let mut card = Card { text: String::new(), groups: 0 };
    card.line("BEGIN:VCARD");
    card.line("VERSION:4.0");
    // FN must be there, even when nothing is known but a number.
    card.line(&format!("FN:{}", escape(&contact.name().unwrap_or_default())));
    card.name(contact);
    card.optional("NICKNAME", contact.nickname.as_deref());
    match contact.sex {
        Some(Sex::Male) => card.line("GENDER:M"),
        Some(Sex::Female) => card.line("GENDER:F"),
        None => {}
    }
    if let Some(born) = contact.birth_date {
        card.line(&format!("BDAY:{}", date::write(born)));
    }
    if let Some(day) = contact.anniversary {
        card.line(&format!("ANNIVERSARY:{}", date::write(day)));
    }
    for organization in &contact.organizations {
        let mut parts = vec![escape(organization.name.as_deref().unwrap_or_default())];
        parts.extend(organization.units.iter().map(|u| escape(u)));
        card.line(&format!("ORG:{}", parts.join(";")));
    }
    card.all("TITLE", &contact.titles);
    card.all("ROLE", &contact.roles);
    card.points(contact);
    card.others(contact);
    if !contact.categories.is_empty() {
        let all: Vec<String> = contact.categories.iter().map(|c| escape(c)).collect();
        card.line(&format!("CATEGORIES:{}", all.join(",")));
    }
    card.all("NOTE", &contact.notes);
    card.optional("UID", contact.uid.as_deref());
    for property in &contact.other {
        card.other(property);
    }
    card.line("END:VCARD");
    card.text
}

struct Card {
    text: String,
    groups: u32,
}

impl Card {
    /// Adds one content line, folded between characters.
    fn line(&mut self, line: &str) {
        let mut width = 0;
        for c in line.chars() {
            if width + c.len_utf8() > LINE_BYTES {
                self.text.push_str("\r\n ");
                width = 1;
            }
            self.text.push(c);
            width += c.len_utf8();
        }
        self.text.push_str("\r\n");
    }

    fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.line(&format!("{name}:{}", escape(value)));
        }
    }

    fn all(&mut self, name: &str, values: &[String]) {
        for value in values {
            self.line(&format!("{name}:{}", escape(value)));
        }
    }

    fn name(&mut self, contact: &Contact) {
        let parts = [
            &contact.last_name,
            &contact.first_name,
            &contact.middle_name,
            &contact.name_prefix,
            &contact.name_suffix,
        ];
        if parts.iter().any(|p| p.is_some()) {
            let parts = parts.map(|p| escape(p.as_deref().unwrap_or_default()));
            self.line(&format!("N:{}", parts.join(";")));
        }
    }

    fn points(&mut self, contact: &Contact) {
        for phone in &contact.phones {
            let number = escape(&phone.value);
            match &phone.extension {
                // Only the `tel:` form has a place for an extension.
                Some(extension) => {
                    let extension = escape(extension);
                    self.point("TEL;VALUE=uri", phone, &format!("tel:{number};ext={extension}"));
                }
                None => self.point("TEL", phone, &number),
            }
        }
        for email in &contact.emails {
            self.point("EMAIL", email, &escape(&email.value));
        }
        for url in &contact.urls {
            self.point("URL", url, &escape(&url.value));
        }
    }

    /// Messengers, addresses and people.
    fn others(&mut self, contact: &Contact) {
        for messenger in &contact.messengers {
            let scheme: String = messenger
                .service
                .to_lowercase()
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .collect();
            let scheme = if scheme.is_empty() { "im".to_owned() } else { scheme };
            let service = param("X-SERVICE-TYPE", &messenger.service);
            self.line(&format!("IMPP{service}:{scheme}:{}", escape(&messenger.handle)));
        }
        for address in &contact.addresses {
            self.address(address);
        }
        for person in &contact.related {
            let kind = person.relation.as_ref().map(|r| param("TYPE", r)).unwrap_or_default();
            self.line(&format!("RELATED{kind};VALUE=text:{}", escape(&person.name)));
        }
    }

    fn point(&mut self, name: &str, point: &ContactPoint, value: &str) {
        let params = params(&point.kinds, point.preferred);
        let group = self.group(point.label.as_deref());
        self.line(&format!("{group}{name}{params}:{value}"));
    }

    fn address(&mut self, address: &Address) {
        let parts = address.parts().map(|p| escape(p.as_deref().unwrap_or_default()));
        let params = params(&address.kinds, address.preferred);
        let label = address.label.as_ref().map(|l| param("LABEL", l)).unwrap_or_default();
        self.line(&format!("ADR{params}{label}:{}", parts.join(";")));
    }

    /// A label is written as the group's label, which the common address books read.
    fn group(&mut self, label: Option<&str>) -> String {
        let Some(label) = label else {
            return String::new();
        };
        self.groups += 1;
        let group = format!("item{}", self.groups);
        self.line(&format!("{group}.X-ABLabel:{}", escape(label)));
        format!("{group}.")
    }

    fn other(&mut self, property: &Property) {
        let mut line = property.name.clone();
        for (name, value) in &property.params {
            line.push_str(&param(name, value));
        }
        // The value keeps the escapes it came with; only what would break the line is replaced.
        let value: String = property.value.chars().filter(|c| *c != '\r').collect();
        self.line(&format!("{line}:{}", value.replace('\n', "\\n")));
    }
}

fn params(kinds: &[String], preferred: bool) -> String {
    let mut all: String = kinds.iter().map(|k| param("TYPE", k)).collect();
    if preferred {
        all.push_str(";PREF=1");
    }
    all
}

/// `;NAME=value`, quoted and escaped by RFC 6868 when it must be.
fn param(name: &str, value: &str) -> String {
    let escaped: String = value.replace('^', "^^").replace('\n', "^n").replace('"', "^'");
    let escaped: String = escaped.chars().filter(|c| !c.is_control()).collect();
    if escaped.contains([':', ';', ',']) {
        format!(";{name}=\"{escaped}\"")
    } else {
        format!(";{name}={escaped}")
    }
}
