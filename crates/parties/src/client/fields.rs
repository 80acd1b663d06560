//! The fields of a client as one table: forms, the card, editing, history and import are derived from it.

use jiff::civil::Date;
use kernel::{Currency, Money, Refusal, limits};
use store::Value;

use super::model::ClientKind;

/// How a field is typed and stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldInput {
    /// One line.
    Text,
    /// Several lines.
    Note,
    /// A civil date.
    Date,
    /// One of the words; text keys `choice-FIELD-WORD`.
    Choice(&'static [&'static str]),
    /// A whole number from 0 to the limit.
    Count(i64),
    /// Roubles (or the bank's currency), stored in minor units.
    Amount,
    /// Yes or no, stored as 1 or 0.
    Flag,
    /// ISO 3166 country code of two letters.
    Country,
    /// Code of economic activity.
    Okved,
}

/// One field. Its key is its column, and its name is the text key `field-KEY`.
#[derive(Clone, Copy, Debug)]
pub struct FieldDef {
    /// Key and column.
    pub key: &'static str,
    /// Kinds of client that have it.
    pub kinds: &'static [ClientKind],
    /// How it is typed.
    pub input: FieldInput,
    /// Part of the form: text key `group-GROUP`.
    pub group: &'static str,
}

use ClientKind::{Company, Group, Household, Person, SoleTrader};

const NATURAL: &[ClientKind] = &[Person, SoleTrader];
const LEGAL: &[ClientKind] = &[Company];
const BUSINESS: &[ClientKind] = &[Company, SoleTrader];
const NAMED: &[ClientKind] = &[Company, Household, Group];
const ALL: &[ClientKind] = &[Person, Company, SoleTrader, Household, Group];

const fn def(
    key: &'static str,
    kinds: &'static [ClientKind],
    input: FieldInput,
    group: &'static str,
) -> FieldDef {
    FieldDef { key, kinds, input, group }
}

/// All fields, in form order.
pub const FIELDS: &[FieldDef] = &[
    def("last_name", NATURAL, FieldInput::Text, "name"),
    def("first_name", NATURAL, FieldInput::Text, "name"),
    def("patronymic", NATURAL, FieldInput::Text, "name"),
    def("former_name", NATURAL, FieldInput::Text, "name"),
    def("short_name", LEGAL, FieldInput::Text, "name"),
    def("full_name", NAMED, FieldInput::Text, "name"),
    def("foreign_name", LEGAL, FieldInput::Text, "name"),
    def("sex", NATURAL, FieldInput::Choice(&["f", "m"]), "personal"),
    def("birth_date", NATURAL, FieldInput::Date, "personal"),
    def("birth_place", NATURAL, FieldInput::Text, "personal"),
    def("citizenship", NATURAL, FieldInput::Country, "personal"),
    def(
        "marital",
        NATURAL,
        FieldInput::Choice(&["single", "married", "divorced", "widowed"]),
        "personal",
    ),
    def("dependants", NATURAL, FieldInput::Count(30), "personal"),
    def("public_person", NATURAL, FieldInput::Flag, "personal"),
    def("employer", NATURAL, FieldInput::Text, "work"),
    def("job_title", NATURAL, FieldInput::Text, "work"),
    def("income_minor", NATURAL, FieldInput::Amount, "work"),
    def("legal_form", LEGAL, FieldInput::Text, "business"),
    def("registered_on", BUSINESS, FieldInput::Date, "business"),
    def("okved", BUSINESS, FieldInput::Okved, "business"),
    def("capital_minor", LEGAL, FieldInput::Amount, "business"),
    def("employees", BUSINESS, FieldInput::Count(10_000_000), "business"),
    def(
        "segment",
        ALL,
        FieldInput::Choice(&["vip", "premium", "mass", "sme", "corporate"]),
        "service",
    ),
    def("status", ALL, FieldInput::Choice(&["prospect", "active", "closed"]), "service"),
    def(
        "preferred_channel",
        ALL,
        FieldInput::Choice(&["phone", "email", "sms", "messenger", "branch", "post"]),
        "service",
    ),
    def("client_since", ALL, FieldInput::Date, "service"),
    def("verified_on", ALL, FieldInput::Date, "service"),
    def("note", ALL, FieldInput::Note, "service"),
];

/// A field by key.
pub fn field(key: &str) -> Option<&'static FieldDef> {
    FIELDS.iter().find(|f| f.key == key)
}

/// The fields a kind of client has, in form order.
pub fn fields_of(kind: ClientKind) -> impl Iterator<Item = &'static FieldDef> {
    FIELDS.iter().filter(move |f| f.kinds.contains(&kind))
}

impl FieldDef {
    /// Reads what was typed into the canonical text kept in forms, conflicts and the journal: ISO date,
    /// choice word, plain number, plain decimal amount. `None`: left empty.
    ///
    /// # Errors
    /// A refusal at this field.
    pub fn parse(
        &self,
        typed: &str,
        today: Date,
        currency: Currency,
    ) -> Result<Option<String>, Refusal> {
        let tidied = self.tidy(typed);
        let text = tidied.as_str();
        if text.is_empty() {
            return if self.is_obligatory() {
                Err(Refusal::field("required", self.key))
            } else {
                Ok(None)
            };
        }
        let longest = match self.input {
            FieldInput::Note => limits::BODY_CHARS_MAX,
            _ => limits::TEXT_CHARS_MAX,
        };
        if text.chars().count() > longest {
            return Err(Refusal::field("too-long", self.key).arg("max", longest));
        }
        match self.input {
            FieldInput::Text | FieldInput::Note => Ok(Some(text.to_owned())),
            FieldInput::Date => self.parse_date(text, today),
            FieldInput::Choice(words) if words.contains(&text) => Ok(Some(text.to_owned())),
            FieldInput::Choice(_) => Err(Refusal::field("not-a-choice", self.key)),
            FieldInput::Count(max) => match text.parse::<i64>() {
                Ok(n) if (0..=max).contains(&n) => Ok(Some(n.to_string())),
                _ => Err(Refusal::field("not-a-count", self.key).arg("max", max)),
            },
            FieldInput::Amount => match Money::parse(text, currency) {
                Ok(m) if m.minor >= 0 => Ok(Some(m.plain())),
                _ => Err(Refusal::field("not-an-amount", self.key)),
            },
            FieldInput::Flag => {
                let yes = !matches!(text, "0" | "no" | "false" | "нет");
                Ok(yes.then(|| "1".to_owned()))
            }
            FieldInput::Country => {
                let code = text.to_uppercase();
                if jurisdiction::is_country(&code) {
                    Ok(Some(code))
                } else {
                    Err(Refusal::field("not-a-country", self.key))
                }
            }
            FieldInput::Okved => jurisdiction::Pack::load("ru")
                .ok()
                .and_then(|p| jurisdiction::validate_identifier(p, "okved2", text).ok())
                .map(|c| Some(c.normalised))
                .ok_or_else(|| Refusal::field("not-an-okved", self.key)),
        }
    }

    /// What was typed without what no form field means to hold: outer spaces, control characters, and
    /// the two-character line ends of browsers.
    pub(crate) fn tidy(&self, typed: &str) -> String {
        let one_line = self.input != FieldInput::Note;
        let lines = typed.replace("\r\n", "\n");
        let plain = lines.chars().filter_map(|c| match c {
            '\n' | '\t' if one_line => Some(' '),
            '\n' | '\t' => Some(c),
            c if c.is_control() => None,
            c => Some(c),
        });
        plain.collect::<String>().trim().to_owned()
    }

    fn parse_date(&self, text: &str, today: Date) -> Result<Option<String>, Refusal> {
        let day = kernel::parse_date(text, today)
            .ok_or_else(|| Refusal::field("not-a-date", self.key))?;
        let in_past =
            matches!(self.key, "birth_date" | "registered_on" | "client_since" | "verified_on");
        if in_past && day > today {
            return Err(Refusal::field("date-in-future", self.key));
        }
        if day.year() < 1850 {
            return Err(Refusal::field("not-a-date", self.key));
        }
        Ok(Some(day.to_string()))
    }

    /// Fields the table does not allow to be empty.
    pub fn is_obligatory(&self) -> bool {
        matches!(self.key, "segment" | "status")
    }

    /// The canonical text as a column value.
    pub fn to_column(&self, text: Option<&str>, currency: Currency) -> Value {
        let Some(text) = text else {
            return if self.input == FieldInput::Flag { Value::Int(0) } else { Value::Null };
        };
        match self.input {
            FieldInput::Count(_) | FieldInput::Flag => {
                text.parse::<i64>().map_or(Value::Null, Value::Int)
            }
            FieldInput::Amount => {
                Money::parse(text, currency).map_or(Value::Null, |m| Value::Int(m.minor))
            }
            _ => Value::Text(text.to_owned()),
        }
    }

    /// A column value as canonical text.
    pub fn to_text(&self, value: Value, currency: Currency) -> Option<String> {
        match (self.input, value) {
            (FieldInput::Amount, Value::Int(minor)) => Some(Money::new(minor, currency).plain()),
            (FieldInput::Flag, Value::Int(0)) => None,
            (_, Value::Int(n)) => Some(n.to_string()),
            (_, Value::Text(t)) if !t.is_empty() => Some(t),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::model::{PreferredChannel, Segment, Status};

    /// The words of the enums and of the table must be the same; a test says so.
    fn choices_match() -> bool {
        let words = |key: &str| match field(key).map(|f| f.input) {
            Some(FieldInput::Choice(words)) => words.to_vec(),
            _ => Vec::new(),
        };
        let keys = |all: Vec<&'static str>, key: &str| all == words(key);
        keys(Segment::ALL.iter().map(|s| s.key()).collect(), "segment")
            && keys(Status::ALL.iter().map(|s| s.key()).collect(), "status")
            && keys(PreferredChannel::ALL.iter().map(|s| s.key()).collect(), "preferred_channel")
    }

    #[test]
    fn the_table_and_the_enums_name_the_same_words() {
        assert!(choices_match());
    }

    #[test]
    fn fields_read_what_people_type_and_say_what_is_wrong() {
        let today = Date::constant(2026, 11, 23);
        let read = |key: &str, typed: &str| {
            field(key).unwrap().parse(typed, today, Currency::RUB).map_err(|r| r.code)
        };
        assert_eq!(read("birth_date", "1.2.85"), Ok(Some("1985-02-01".into())));
        assert_eq!(read("birth_date", "завтра"), Err("date-in-future".into()));
        assert_eq!(read("income_minor", "1,5 млн"), Ok(Some("1500000.00".into())));
        assert_eq!(read("dependants", "-1"), Err("not-a-count".into()));
        assert_eq!(read("segment", ""), Err("required".into()));
        assert_eq!(read("sex", "x"), Err("not-a-choice".into()));
        assert_eq!(read("citizenship", "ru"), Ok(Some("RU".into())));
        assert_eq!(read("last_name", &"я".repeat(500)), Err("too-long".into()));
        assert_eq!(read("okved", "64.19"), Ok(Some("64.19".into())));
        assert_eq!(read("last_name", " Ива\u{0}нов\n"), Ok(Some("Иванов".into())));
        assert_eq!(read("note", "a\r\nb"), Ok(Some("a\nb".into())));
        assert_eq!(read("public_person", "0"), Ok(None));
    }
}
