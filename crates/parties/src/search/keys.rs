//! What a client can be found by, and how what was typed is understood. Pure.

use jurisdiction::{number_forms, number_key, search_prefix, search_token};

/// Shortest run of digits worth looking up.
const DIGITS_MIN: usize = 3;
/// Words of a name looked at; the rest of a longer text is ignored.
const WORDS_MAX: usize = 5;

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// A number, document, phone, account or address: stored keys that begin with one of these.
    Key(Vec<String>),
    /// Words of a name.
    Name(Vec<Word>),
    /// Too little to search for.
    Nothing,
}

/// A word of a name, as it would be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The whole word.
    pub token: String,
    /// The beginning, when the word may go on.
    pub prefix: String,
}

/// The form a key is stored and compared in: letters and digits only, upper-case; e-mails lower-case.
pub fn normal_key(value: &str) -> String {
    if value.contains('@') {
        return jurisdiction::parse_email(value)
            .map_or_else(|_| value.trim().to_lowercase(), |e| e.dedupe_key);
    }
    number_key(value)
}

/// The same number from its end, marked, so that "the last four digits" is a beginning too.
pub(crate) fn tail_key(normal: &str) -> Option<String> {
    let digits = normal.len() >= 6 && normal.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| format!("~{}", normal.chars().rev().collect::<String>()))
}

/// Understands what was typed.
pub fn parse_query(typed: &str) -> Query {
    let typed = typed.trim();
    if typed.contains('@') {
        let mut keys = vec![normal_key(typed)];
        keys.extend(mail_beginnings(typed));
        keys.dedup();
        return Query::Key(keys);
    }
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let letters = typed.chars().filter(|c| c.is_alphabetic()).count();
    if digits.len() >= DIGITS_MIN && digits.len() > letters {
        let mut keys = number_forms(typed);
        keys.extend((digits.len() >= 4).then(|| {
            let reversed: String = digits.chars().rev().collect();
            format!("~{reversed}")
        }));
        keys.dedup();
        return Query::Key(keys);
    }
    let words: Vec<Word> = typed
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’' | 'ʼ')))
        .map(|w| Word { token: search_token(w), prefix: search_prefix(w) })
        .filter(|w| !w.token.is_empty())
        .take(WORDS_MAX)
        .collect();
    if words.is_empty() { Query::Nothing } else { Query::Name(words) }
}

/// How a stored e-mail may begin that is being typed: providers treat dots in a box's name differently,
/// and what stands after a plus is not kept. Empty for what is no beginning of an e-mail.
pub(crate) fn mail_beginnings(typed: &str) -> Vec<String> {
    let typed = typed.trim().to_lowercase();
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '@');
    if typed.len() < DIGITS_MIN || !typed.chars().all(fits) {
        return Vec::new();
    }
    let (name, domain) = match typed.split_once('@') {
        Some((name, domain)) => (name, format!("@{domain}")),
        None => (typed.as_str(), String::new()),
    };
    let name = name.split('+').next().unwrap_or(name);
    let mut all: Vec<String> = Vec::new();
    for name in [name.to_owned(), name.replace('.', "-"), name.replace('.', "")] {
        let beginning = format!("{name}{domain}");
        if !name.is_empty() && !all.contains(&beginning) {
            all.push(beginning);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_numbers_become_keys() {
        let keys = |t: &str| match parse_query(t) {
            Query::Key(keys) => keys,
            other => panic!("{other:?}"),
        };
        assert!(keys("8 (916) 123-45-67").contains(&"79161234567".to_owned()));
        assert!(keys("916 123 45 67").contains(&"79161234567".to_owned()));
        assert!(keys("4567").contains(&"~7654".to_owned()));
        assert_eq!(keys("I.Petrov@Yandex.ru")[0], "i-petrov@yandex.ru");
        assert_eq!(mail_beginnings("I.Pet"), ["i.pet", "i-pet", "ipet"]);
        assert_eq!(mail_beginnings("i.p+x@ya"), ["i.p@ya", "i-p@ya", "ip@ya"]);
        assert!(mail_beginnings("Иван").is_empty() && mail_beginnings("+").is_empty());
        assert_eq!(normal_key("+7 916 123-45-67"), "79161234567");
        assert_eq!(normal_key("4510 123456"), "4510123456");
    }

    #[test]
    fn typed_names_become_words_in_either_script() {
        let tokens = |t: &str| match parse_query(t) {
            Query::Name(words) => words.into_iter().map(|w| w.token).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!(tokens("Иванов Пётр"), tokens("Ivanov  Petr"));
        assert_eq!(tokens("ООО «Ромашка-2»").len(), 3);
        assert_eq!(parse_query(" ."), Query::Nothing);
        assert_eq!(
            parse_query("7"),
            Query::Name(vec![Word { token: "7".into(), prefix: "7".into() }])
        );
    }
}
