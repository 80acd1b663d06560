//! Latin form of a name: ICAO Doc 9303 part 3 section 6 for Cyrillic, as in Russian passports.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::normal::normalise_name;

/// A name in Latin capitals: `Щербаков` gives `SHCHERBAKOV`. Letters of Russian, Ukrainian,
/// Belarusian and Kazakh are known; Latin letters lose their marks; other scripts stay as they are.
pub fn transliterate(name: &str) -> String {
    let mut out = String::new();
    for c in normalise_name(name).chars() {
        match cyrillic(c) {
            Some(latin) => out.push_str(latin),
            None => out.extend(std::iter::once(c).nfd().filter(|part| !is_combining_mark(*part))),
        }
    }
    out
}

/// The Latin letters of one Cyrillic capital; `None` for any other character.
pub(super) const fn cyrillic(c: char) -> Option<&'static str> {
    Some(match c {
        'А' | 'Ә' => "A",
        'Б' => "B",
        'В' => "V",
        'Г' | 'Ґ' | 'Ғ' => "G",
        'Д' => "D",
        'Е' | 'Ё' | 'Э' => "E",
        'Ж' => "ZH",
        'З' => "Z",
        'И' | 'Й' | 'І' | 'Ї' => "I",
        'К' | 'Қ' => "K",
        'Л' => "L",
        'М' => "M",
        'Н' | 'Ң' => "N",
        'О' | 'Ө' => "O",
        'П' => "P",
        'Р' => "R",
        'С' => "S",
        'Т' => "T",
        'У' | 'Ў' | 'Ұ' | 'Ү' => "U",
        'Ф' => "F",
        'Х' => "KH",
        'Һ' => "H",
        'Ц' => "TS",
        'Ч' => "CH",
        'Ш' => "SH",
        'Щ' => "SHCH",
        'Ъ' | 'Є' => "IE",
        'Ы' => "Y",
        'Ь' => "",
        'Ю' => "IU",
        'Я' => "IA",
        _ => return None,
    })
}
