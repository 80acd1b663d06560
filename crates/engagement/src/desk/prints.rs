//! By what somebody is found at a desk that has no copy of him: prints of whole numbers and whole names, which can be compared and
//! not read. A part of a number has another print and finds nobody. Pure.

use jurisdiction::{normalise_name, number_forms};
use sha2::{Digest, Sha256};

/// Longest text that is looked for (characters).
const TYPED_CHARS_MAX: usize = 200;

/// What a print is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// The number of an identity document.
    Document,
    /// A phone.
    Phone,
    /// All words of a name.
    Name,
}

impl Of {
    const fn key(self) -> &'static str {
        match self {
            Of::Document => "document",
            Of::Phone => "phone",
            Of::Name => "name",
        }
    }
    /// The print of a number as it is compared, see [`jurisdiction::number_key`].
    pub(crate) fn print(self, value: &str) -> Vec<u8> {
        let mut hasher = Sha256::new();
        hasher.update(b"tessera known person\0");
        hasher.update(self.key().as_bytes());
        hasher.update(b"\0");
        hasher.update(value.as_bytes());
        hasher.finalize().to_vec()
    }
}

/// The print of a name: its words in any order, whatever their case, ё as е. None without a word.
pub(crate) fn of_name(name: &str) -> Option<Vec<u8>> {
    let normal = normalise_name(name);
    let mut words: Vec<&str> = normal.split_whitespace().collect();
    words.sort_unstable();
    (!words.is_empty()).then(|| Of::Name.print(&words.join(" ")))
}

/// The prints of what was typed: it may be a document, a phone or a name.
pub(crate) fn of_typed(typed: &str) -> Vec<Vec<u8>> {
    let typed = typed.trim();
    if typed.chars().nth(TYPED_CHARS_MAX).is_some() {
        return Vec::new();
    }
    let forms = number_forms(typed);
    let of = |what: Of| forms.iter().map(move |form| what.print(form));
    of(Of::Document).chain(of(Of::Phone)).chain(of_name(typed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_and_whole_names_are_found_and_parts_are_not() {
        let finds = |typed: &str, print: &Vec<u8>| of_typed(typed).contains(print);
        let phone = Of::Phone.print("79161234567");
        assert!(finds("8 (916) 123-45-67", &phone) && finds("+79161234567", &phone));
        assert!(finds("916 123-45-67", &phone));
        let passport = Of::Document.print("4510123456");
        assert!(finds("45 10 № 123456", &passport) && finds("4510123456", &passport));
        let name = of_name("Королёв Пётр Ильич").unwrap();
        assert!(finds("пётр ильич  КОРОЛЕВ", &name));
        for part in ["4567", "123456", "451012345", "Королёв", "Королёв Пётр", "", "~7654"]
        {
            assert!([&phone, &passport, &name].into_iter().all(|p| !finds(part, p)), "{part}");
        }
        assert_eq!((of_name("  "), of_typed(&"1".repeat(201)).len()), (None, 0));
    }
}
