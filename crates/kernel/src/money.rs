//! Money: whole minor units plus a currency. No float ever touches it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// ISO 4217 currency code, three upper-case letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Why a text is no money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not three upper-case Latin letters.
    #[error("not a currency code: {0}")]
    Currency(String),
    /// Not an amount.
    #[error("not an amount: {0}")]
    Amount(String),
    /// More decimals than the currency has.
    #[error("too many decimals: {0}")]
    Decimals(String),
    /// Does not fit 64 bits of minor units.
    #[error("amount too large: {0}")]
    Range(String),
}

impl Currency {
    /// Russian rouble.
    pub const RUB: Currency = Currency(*b"RUB");
    /// Czech crown.
    pub const CZK: Currency = Currency(*b"CZK");
    /// Tenge.
    pub const KZT: Currency = Currency(*b"KZT");

    /// The code's three letters.
    pub const fn letters(self) -> [u8; 3] {
        self.0
    }
    /// The code as text.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
    /// Decimals of the minor unit (ISO 4217): 0 for JPY and KRW, 3 for KWD and BHD, otherwise 2.
    pub const fn decimals(self) -> u32 {
        match &self.0 {
            b"JPY" | b"KRW" | b"VND" | b"ISK" | b"CLP" => 0,
            b"KWD" | b"BHD" | b"JOD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }
    /// Minor units in one major unit.
    pub const fn minor_per_major(self) -> i64 {
        10_i64.pow(self.decimals())
    }
    /// The sign used in Russian texts; the code when there is none.
    pub fn symbol(&self) -> &str {
        match &self.0 {
            b"RUB" => "₽",
            b"USD" => "$",
            b"EUR" => "€",
            b"KZT" => "₸",
            b"CZK" => "Kč",
            _ => self.code(),
        }
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(|x| x.is_ascii_uppercase()) => {
                Ok(Currency([*a, *b, *c]))
            }
            _ => Err(MoneyError::Currency(text.chars().take(8).collect())),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}
impl schemars::JsonSchema for Currency {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Currency".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string", "minLength": 3, "maxLength": 3, "pattern": "^[A-Z]{3}$",
            "description": "ISO 4217 currency code."
        })
    }
}
impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// An amount in minor units (kopecks, cents) of one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Money {
    /// Whole minor units.
    pub minor: i64,
    /// The currency they are of.
    pub currency: Currency,
}

impl Money {
    /// An amount of minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }
    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }
    /// The sum; `None` on overflow or when the currencies differ.
    #[must_use]
    pub fn checked_add(self, other: Money) -> Option<Money> {
        if self.currency != other.currency {
            return None;
        }
        Some(Money::new(self.minor.checked_add(other.minor)?, self.currency))
    }
    /// Parses what people and feeds write: `1 234 567,89`, `1234567.89`, `1,234,567.89`, `−20`, `1,5 млн`,
    /// `300 тыс`, `2.5m`, `40k`.
    ///
    /// # Errors
    /// Refuses a text that is no amount, has more decimals than the currency, or does not fit; and
    /// `150,000`, which is a hundred and fifty to one reader and a thousand times that to another.
    pub fn parse(text: &str, currency: Currency) -> Result<Money, MoneyError> {
        let cleaned = clean(text);
        let (number, zeros) = split_scale(&cleaned);
        let (negative, digits) = match number.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, number),
        };
        let digits = without_groups(digits);
        let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits.as_str(), ""));
        let amount_error = || MoneyError::Amount(text.chars().take(40).collect());
        let is_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !is_digits(whole) || !is_digits(fraction) {
            return Err(amount_error());
        }
        let scale = usize::try_from(currency.decimals() + zeros).unwrap_or(2);
        let could_be_group = zeros == 0 && digits.contains(',') && fraction.len() == 3;
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > scale || (could_be_group && scale < 3) {
            return Err(MoneyError::Decimals(text.chars().take(40).collect()));
        }
        let all = format!("{whole}{fraction:0<scale$}");
        let minor: i64 =
            all.parse().map_err(|_| MoneyError::Range(text.chars().take(40).collect()))?;
        Ok(Money::new(if negative { -minor } else { minor }, currency))
    }
    /// Plain decimal text with a point and no groups: `-1234.50`; what feeds and CSV carry.
    pub fn plain(self) -> String {
        let unit = u64::try_from(self.currency.minor_per_major()).unwrap_or(100);
        let abs = self.minor.unsigned_abs();
        let sign = if self.minor < 0 { "-" } else { "" };
        match self.currency.decimals() {
            0 => format!("{sign}{abs}"),
            n => {
                let width = usize::try_from(n).unwrap_or(2);
                format!("{sign}{}.{:0width$}", abs / unit, abs % unit)
            }
        }
    }
}

fn clean(text: &str) -> String {
    text.trim()
        .to_lowercase()
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '\'' && *c != '₽')
        .map(|c| if matches!(c, '−' | '–') { '-' } else { c })
        .collect()
}

/// Drops commas that stand between groups of three digits, where nothing else can be meant:
/// `1,234,567`, `1,234.50`.
fn without_groups(number: &str) -> String {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let groups: Vec<&str> = whole.split(',').collect();
    let is_sure = groups.len() > 2 || (groups.len() == 2 && number.contains('.'));
    let are_groups = groups.iter().skip(1).all(|group| group.len() == 3)
        && groups.first().is_some_and(|first| (1..=3).contains(&first.len()));
    if !is_sure || !are_groups {
        return number.to_owned();
    }
    format!("{}.{fraction}", groups.concat())
}

fn split_scale(text: &str) -> (&str, u32) {
    const SCALES: [(&str, u32); 8] = [
        ("тыс.", 3),
        ("тыс", 3),
        ("млн.", 6),
        ("млн", 6),
        ("млрд", 9),
        ("k", 3),
        ("m", 6),
        ("к", 3),
    ];
    for (suffix, zeros) in SCALES {
        if let Some(number) = text.strip_suffix(suffix) {
            return (number, zeros);
        }
    }
    (text, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_parses_what_people_type() {
        let minor = |t: &str| Money::parse(t, Currency::RUB).map(|m| m.minor);
        assert_eq!(minor("1 234 567,89"), Ok(123_456_789));
        assert_eq!(minor("1,5 млн"), Ok(150_000_000));
        assert_eq!(minor("300 тыс."), Ok(30_000_000));
        assert_eq!(minor("−20"), Ok(-2_000));
        assert_eq!(minor("8033.00"), Ok(803_300));
        assert_eq!(minor(".5"), Ok(50));
        assert_eq!(minor("1,234,567.89"), Ok(123_456_789));
        assert_eq!(minor("1,234,567"), Ok(123_456_700));
        assert_eq!(minor("150,000.5"), Ok(15_000_050));
        assert_eq!(minor("1,500 млн"), Ok(150_000_000));
        assert!(matches!(minor("150,000"), Err(MoneyError::Decimals(_))));
        assert!(matches!(minor("1,23,456.00"), Err(MoneyError::Amount(_))));
        assert!(matches!(minor("1.234"), Err(MoneyError::Decimals(_))));
        assert!(matches!(minor(""), Err(MoneyError::Amount(_))));
        assert!(matches!(minor("12abc"), Err(MoneyError::Amount(_))));
        assert!(matches!(minor("99999999999999999999"), Err(MoneyError::Range(_))));
    }

    #[test]
    fn plain_text_reads_back() {
        for m in [0, 1, -1, 99, 100, -12_345, i64::MAX] {
            let money = Money::new(m, Currency::RUB);
            assert_eq!(Money::parse(&money.plain(), Currency::RUB), Ok(money));
        }
    }
}
