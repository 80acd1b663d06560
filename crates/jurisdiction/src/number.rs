//! How numbers are compared, whatever they are numbers of: documents, phones, accounts, clients.

/// Fewest digits of a number that is looked for.
const DIGITS_MIN: usize = 3;

/// The form a number is compared in: letters and digits only, upper-case. `+7 916 123-45-67` gives `79161234567`.
pub fn number_key(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).filter(|c| c.is_alphanumeric()).collect()
}

/// The forms in which a number that was typed may be stored: as it stands, its digits alone, and with the code of the country where
/// phones are typed without it. Empty when it has too few digits to be one.
pub fn number_forms(typed: &str) -> Vec<String> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < DIGITS_MIN {
        return Vec::new();
    }
    let mut forms = vec![number_key(typed)];
    if typed.chars().any(char::is_alphabetic) {
        forms.push(digits.clone());
    }
    if let Some(rest) = digits.strip_prefix('8').filter(|rest| rest.len() == 10) {
        forms.push(format!("7{rest}"));
    }
    if digits.len() == 10 {
        forms.push(format!("7{digits}"));
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_typed() {
        assert_eq!(number_key("+7 916 123-45-67"), "79161234567");
        assert_eq!(number_key("ii-аб № 12"), "IIАБ12");
        assert!(number_forms("8 (916) 123-45-67").contains(&"79161234567".to_owned()));
        assert!(number_forms("916 123 45 67").contains(&"79161234567".to_owned()));
        assert!(number_forms("паспорт 45 10 123456").contains(&"4510123456".to_owned()));
        assert!(number_forms("45").is_empty() && number_forms("Громов").is_empty());
    }
}
