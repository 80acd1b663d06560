//! Which new passwords are taken. No kinds of characters are asked for; what counts is what is left of a password
//! when everything a guesser tries first is taken out of it: known words however they are disguised, the names of
//! its holder and of the program, years, rows of keys and repetitions.

use std::collections::BTreeSet;

use kernel::limits::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN};
use kernel::{Refusal, Secret};

/// Fewer different characters than this are a pattern, not a password.
const DISTINCT_MIN: usize = 5;
/// Letters and digits of a password's own that must be left.
const OWN_MIN: usize = 5;
/// Shortest part of a name that is taken out.
const NAME_PART_MIN: usize = 3;
/// Shortest run of neighbouring keys that is taken out.
const RUN_MIN: usize = 3;

/// Rows of keys, the alphabet and the digits, which people walk along in either direction.
const ROWS: [&str; 13] = [
    "01234567890",
    "qwertyuiop[]",
    "asdfghjkl",
    "zxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1q2w3e4r5t6y7u8i9o0p",
    "q1w2e3r4t5y6u7i8o9p0",
    "zaq1xsw2cde3vfr4",
    "abcdefghijklmnopqrstuvwxyz",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
];

/// What guessers begin with, and what a bank's own people would think of; the second half is the same in Russian, in
/// Latin letters and typed with the wrong keyboard.
const WORDS: &[&str] = &[
    "password",
    "passwort",
    "passwd",
    "passphrase",
    "pass",
    "secret",
    "letmein",
    "welcome",
    "hello",
    "admin",
    "administrator",
    "root",
    "user",
    "guest",
    "test",
    "demo",
    "temp",
    "default",
    "login",
    "changeme",
    "change",
    "master",
    "super",
    "superman",
    "batman",
    "spiderman",
    "pokemon",
    "starwars",
    "iloveyou",
    "love",
    "lover",
    "forever",
    "princess",
    "angel",
    "sunshine",
    "shadow",
    "dragon",
    "monkey",
    "tiger",
    "football",
    "baseball",
    "basketball",
    "hockey",
    "soccer",
    "liverpool",
    "chelsea",
    "arsenal",
    "barcelona",
    "michael",
    "jordan",
    "jennifer",
    "jessica",
    "ashley",
    "daniel",
    "thomas",
    "robert",
    "charlie",
    "matthew",
    "andrew",
    "joshua",
    "nicole",
    "michelle",
    "trustno",
    "access",
    "computer",
    "internet",
    "google",
    "facebook",
    "microsoft",
    "windows",
    "samsung",
    "apple",
    "summer",
    "winter",
    "spring",
    "autumn",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "friday",
    "sunday",
    "flower",
    "cookie",
    "chocolate",
    "whatever",
    "freedom",
    "diamond",
    "killer",
    "hunter",
    "ranger",
    "please",
    "the",
    "my",
    "your",
    "you",
    "new",
    "old",
    "bank",
    "banking",
    "money",
    "client",
    "manager",
    "office",
    "work",
    "company",
    "russia",
    "moscow",
    "crm",
    "tessera",
    "пароль",
    "парол",
    "админ",
    "администратор",
    "пользователь",
    "привет",
    "любовь",
    "любимая",
    "любимый",
    "солнышко",
    "котенок",
    "зайка",
    "наташа",
    "настя",
    "марина",
    "светлана",
    "татьяна",
    "сергей",
    "андрей",
    "александр",
    "алексей",
    "дмитрий",
    "максим",
    "виктория",
    "екатерина",
    "анна",
    "весна",
    "лето",
    "осень",
    "зима",
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
    "банк",
    "деньги",
    "клиент",
    "менеджер",
    "работа",
    "россия",
    "москва",
    "спартак",
    "зенит",
    "тессера",
    "новый",
    "мой",
    "parol",
    "privet",
    "lubov",
    "ljubov",
    "natasha",
    "nastya",
    "marina",
    "svetlana",
    "tatiana",
    "tatyana",
    "sergey",
    "sergei",
    "andrey",
    "andrei",
    "alexander",
    "aleksandr",
    "alexey",
    "dmitry",
    "dmitriy",
    "maxim",
    "maksim",
    "viktoria",
    "ekaterina",
    "anna",
    "vladimir",
    "spartak",
    "zenit",
    "cska",
    "moskva",
    "rossiya",
    "bank",
    "dengi",
    "gfhjkm",
    "ghbdtn",
    "k.,jdm",
    "k.,bvfz",
    "yfnfif",
    "vfhbyf",
    "cthutq",
    "fylhtq",
    "fktrcfylh",
    "vfrcbv",
    "dbrnjhbz",
    "rfnz",
    "cjkysirj",
    "ytpyf.",
    "yfcnz",
    "fdtk",
    "jctym",
    "ghjcnj",
];

/// Whether a new password may be used: by whom is said by `names` (sign-in name, name in both scripts).
///
/// # Errors
/// The first rule it breaks, at the field `password`.
pub fn check_new_password(password: &Secret<String>, names: &[&str]) -> Result<(), Refusal> {
    let text = password.reveal().to_lowercase();
    let chars = text.chars().count();
    let refused = |code: &str| Err(Refusal::field(code, "password"));
    if chars < PASSWORD_CHARS_MIN {
        return Err(Refusal::field("password-short", "password").arg("min", PASSWORD_CHARS_MIN));
    }
    if chars > PASSWORD_CHARS_MAX {
        return Err(Refusal::field("too-long", "password").arg("max", PASSWORD_CHARS_MAX));
    }
    if own(&without_names(&text, names)) < OWN_MIN {
        return refused("password-login");
    }
    let distinct: BTreeSet<char> = text.chars().collect();
    if distinct.len() < DISTINCT_MIN || is_guessed(&text, names) || is_guessed(&plain(&text), names)
    {
        return refused("password-common");
    }
    Ok(())
}

/// Whether too little is left of a text when everything well known is gone.
fn is_guessed(text: &str, names: &[&str]) -> bool {
    let rest = without_words(&without_names(text, names));
    let left = without_years(&without_words(&without_runs(&rest)));
    let kinds: BTreeSet<char> = left.chars().filter(|c| c.is_alphanumeric()).collect();
    own(&left) < OWN_MIN || kinds.len() < DISTINCT_MIN - 1
}

fn without_words(text: &str) -> String {
    let mut words: Vec<&str> = WORDS.to_vec();
    // the longer first, or "pass" would take the beginning of "password"
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.into_iter().fold(text.to_owned(), |rest, word| rest.replace(word, " "))
}

/// Letters and digits.
fn own(text: &str) -> usize {
    text.chars().filter(|c| c.is_alphanumeric()).count()
}

fn without_names(text: &str, names: &[&str]) -> String {
    let mut rest = text.to_owned();
    for name in names {
        for part in name.to_lowercase().split(|c: char| !c.is_alphanumeric()) {
            if part.chars().count() >= NAME_PART_MIN {
                rest = rest.replace(part, " ");
            }
        }
    }
    rest
}

/// Digits and signs that stand for letters, as letters.
fn plain(text: &str) -> String {
    let letter = |c: char| match c {
        '0' => 'o',
        '1' | '!' | '|' => 'i',
        '3' | '€' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' | '+' => 't',
        'ё' => 'е',
        other => other,
    };
    text.chars().map(letter).collect()
}

/// Without walks along the keyboard or the alphabet, in either direction, and repeated characters.
fn without_runs(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    let mut from = 0;
    while from < chars.len() {
        let run = run_at(chars.get(from..).unwrap_or_default());
        if run >= RUN_MIN {
            out.push(' ');
            from += run;
        } else {
            out.extend(chars.get(from));
            from += 1;
        }
    }
    out
}

/// How long the run is that begins here.
fn run_at(chars: &[char]) -> usize {
    let Some(first) = chars.first() else { return 0 };
    let same = chars.iter().take_while(|c| *c == first).count();
    let walked = ROWS.iter().flat_map(|row| {
        let back: String = row.chars().rev().collect();
        [walk(row, chars), walk(&back, chars)]
    });
    walked.max().unwrap_or(0).max(same)
}

/// How far the characters go along a row of keys, wherever in it they begin.
fn walk(row: &str, chars: &[char]) -> usize {
    let along = |(at, _)| {
        let keys = row.get(at..).unwrap_or_default().chars();
        keys.zip(chars).take_while(|(key, typed)| key == *typed).count()
    };
    row.char_indices().map(along).max().unwrap_or(0)
}

/// Without what can be a year.
fn without_years(text: &str) -> String {
    let mut out = String::new();
    for part in text.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let digits = part.trim_end_matches(|c: char| !c.is_ascii_digit());
        let is_year = digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20"));
        out.push_str(if is_year { " " } else { part });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> Option<String> {
        let names = ["o.smirnova", "Смирнова Ольга", "Smirnova Olga"];
        check_new_password(&Secret::new(text.to_owned()), &names).err().map(|r| r.code)
    }

    #[test]
    fn what_is_guessed_first_is_refused_however_it_is_disguised() {
        for (text, expected) in [
            ("short", "password-short"),
            ("O.Smirnova1", "password-login"),
            ("Ольга-Смирнова", "password-login"),
            ("1234567890", "password-common"),
            ("0987654321", "password-common"),
            ("Password2026!", "password-common"),
            ("P@ssw0rd123", "password-common"),
            ("aaaaaaaaaaaa", "password-common"),
            ("abcabcabcabc", "password-common"),
            ("qwertyuiop12", "password-common"),
            ("1q2w3e4r5t6y", "password-common"),
            ("zaq12wsxcde3", "password-common"),
            ("qazwsxedcrfv", "password-common"),
            ("йцукенгшщз", "password-common"),
            ("фывапролдж1", "password-common"),
            ("парольпароль", "password-common"),
            ("Администратор1", "password-common"),
            ("gfhjkm2026gfhjkm", "password-common"),
            ("TesseraBank2026", "password-common"),
            ("Winter2026Moscow", "password-common"),
            ("Olga1985Olga", "password-login"),
            ("letmeinplease", "password-common"),
            ("iloveyou1234", "password-common"),
            ("adminadmin99", "password-common"),
            ("superman2020", "password-common"),
            ("trustno1trustno1", "password-common"),
            ("12345678910", "password-common"),
            ("Bank-Moscow-01", "password-common"),
        ] {
            assert_eq!(code(text).as_deref(), Some(expected), "{text}");
        }
        assert_eq!(code(&"яблоко ".repeat(40)).as_deref(), Some("too-long"));
    }

    #[test]
    fn words_of_ones_own_pass_with_any_characters() {
        for text in [
            "correct horse battery",
            "три белых коня",
            "four-grey-geese",
            "kq7-мост!",
            "xkf3 94ab zm",
            "bkt4mzwpgs27hrda",
            "        велосипед",
            "🦀🦀 краб и омар",
        ] {
            let code = code(text);
            let is_short = text.chars().count() < PASSWORD_CHARS_MIN;
            assert_eq!(code.is_some(), is_short, "{text}: {code:?}");
        }
        assert_eq!(code(&"велосипед 7 ".repeat(10)), None, "up to 200 characters");
    }
}
