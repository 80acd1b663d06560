//! Country codes (ISO 3166-1 alpha-2) and the length of an IBAN in each country.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

static COUNTRIES: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    include_str!("../data/countries.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect()
});

static IBAN_LENGTHS: LazyLock<BTreeMap<&'static str, usize>> = LazyLock::new(|| {
    include_str!("../data/iban.toml")
        .lines()
        .filter_map(|line| line.split_once('='))
        .filter_map(|(code, length)| Some((code.trim(), length.trim().parse().ok()?)))
        .collect()
});

/// Whether a text is an upper-case ISO 3166-1 alpha-2 code (or `XK`, Kosovo).
pub fn is_country(code: &str) -> bool {
    COUNTRIES.contains(code)
}

/// Characters of an IBAN of a country (ISO 13616 registry); `None` where there are no IBANs.
pub fn iban_length(country: &str) -> Option<usize> {
    IBAN_LENGTHS.get(country).copied()
}
