//! Keys of fields: how they look, and how one is made of a label.

use jurisdiction::transliterate;

/// How every key of a bank's own field begins: a field of the product never does.
const PREFIX: &str = "x_";
/// Longest key (characters).
const KEY_CHARS_MAX: usize = 40;

/// Whether a text can be a key: `x_`, then small Latin letters, digits and underscores.
pub(crate) fn is_key(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    text.len() > PREFIX.len()
        && text.len() <= KEY_CHARS_MAX
        && text.starts_with(PREFIX)
        && text.bytes().all(fits)
}

/// Whether a text can be the key of an object: small Latin letters, digits and underscores, a letter first.
pub(crate) fn is_object_key(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    (2..=KEY_CHARS_MAX).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(fits)
        && text != crate::fields::CLIENT
        && text != "new"
}

/// A key for the name of an object that is none of the taken ones.
pub(crate) fn derived_object_key(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let key = derived_key(name, |key| is_taken(key.trim_start_matches(PREFIX)));
    let key = key.trim_start_matches(PREFIX);
    if is_object_key(key) { key.to_owned() } else { format!("object_{key}") }
}

/// The words of a label in Latin letters, joined: `Дата осмотра` gives `data_osmotra`.
pub(super) fn slug(label: &str) -> String {
    let latin = transliterate(label).to_lowercase();
    let words = latin.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_")
}

/// A key for a label that is none of the taken ones.
pub(crate) fn derived_key(label: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let slug = slug(label);
    let slug = if slug.is_empty() { "field" } else { slug.as_str() };
    let room = KEY_CHARS_MAX - PREFIX.len() - 4;
    let base: String = format!("{PREFIX}{}", slug.chars().take(room).collect::<String>());
    let base = base.trim_end_matches('_').to_owned();
    let further = (2..1000).map(|n| format!("{base}_{n}"));
    std::iter::once(base.clone()).chain(further).find(|key| !is_taken(key)).unwrap_or(base)
}
