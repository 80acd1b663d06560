//! Names of people: own lists and the rules of Russian for gendered surnames, patronymics and Latin
//! letters. The lists are in `name_lists`.

use super::dice::Dice;
use super::keys::Sex;
use super::name_lists::{ARMENIAN, FEMALE, KAZAKH, MALE, SURNAMES, TATAR};

/// A full name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FullName {
    pub(crate) last: String,
    pub(crate) first: String,
    pub(crate) patronymic: String,
}

/// Names of one people: surnames (male form), male names (also for patronymics), female names.
#[derive(Debug)]
pub(crate) struct People {
    pub(crate) surnames: &'static [&'static str],
    pub(crate) male: &'static [&'static str],
    pub(crate) female: &'static [&'static str],
}

/// When a first name was given: years of birth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Era {
    Any,
    /// Mostly before 1972.
    Old,
    /// Mostly after 1985.
    New,
}

/// The people a family belongs to.
pub(crate) fn people(dice: &mut Dice) -> Option<&'static People> {
    dice.weighted(
        &[(934, None), (40, Some(&TATAR)), (12, Some(&ARMENIAN)), (14, Some(&KAZAKH))],
        None,
    )
}

/// A surname in its male form.
pub(crate) fn surname(dice: &mut Dice, people: Option<&'static People>) -> &'static str {
    dice.front(people.map_or(SURNAMES, |people| people.surnames), "Иванов")
}

fn of_era(dice: &mut Dice, list: &'static [(&'static str, Era)], birth_year: i16) -> &'static str {
    let fits = |era: Era| match era {
        Era::Any => true,
        Era::Old => birth_year < 1972,
        Era::New => birth_year > 1985,
    };
    for _ in 0..8 {
        let (name, era) = dice.front(list, ("Анна", Era::Any));
        if fits(era) {
            return name;
        }
    }
    list.iter().find(|(_, era)| *era == Era::Any).map_or("Анна", |(name, _)| name)
}

/// A first name fit for the sex and the year of birth.
pub(crate) fn first_name(
    dice: &mut Dice,
    people: Option<&'static People>,
    sex: Sex,
    birth_year: i16,
) -> &'static str {
    match (people, sex) {
        (Some(people), Sex::Male) => dice.front(people.male, "Рустам"),
        (Some(people), Sex::Female) => dice.front(people.female, "Алина"),
        (None, Sex::Male) => of_era(dice, MALE, birth_year),
        (None, Sex::Female) => of_era(dice, FEMALE, birth_year),
    }
}

/// A father's first name, a generation older.
pub(crate) fn father_name(
    dice: &mut Dice,
    people: Option<&'static People>,
    year: i16,
) -> &'static str {
    first_name(dice, people, Sex::Male, year.saturating_sub(28))
}

/// The surname in the form of a sex: `Иванов` → `Иванова`, `Достоевский` → `Достоевская`,
/// `Толстой` → `Толстая`, `Шевченко` and `Саркисян` unchanged. Each part of a double surname by itself.
pub(crate) fn surname_for(male: &str, sex: Sex) -> String {
    match sex {
        Sex::Male => male.to_owned(),
        Sex::Female => male.split('-').map(feminine).collect::<Vec<_>>().join("-"),
    }
}

fn feminine(male: &str) -> String {
    for (ending, stem) in [("ский", "ск"), ("цкий", "цк"), ("ой", ""), ("ый", ""), ("ий", "")]
    {
        if let Some(rest) = male.strip_suffix(ending) {
            return format!("{rest}{stem}ая");
        }
    }
    if ["ов", "ев", "ёв", "ин", "ын"].iter().any(|ending| male.ends_with(ending)) {
        return format!("{male}а");
    }
    male.to_owned()
}

/// The patronymic by a father's name: `Дмитрий` → `Дмитриевич`, `Юрий` → `Юрьевич`,
/// `Никита` → `Никитич`, `Павел` → `Павлович`.
pub(crate) fn patronymic(father: &str, sex: Sex) -> String {
    let by_sex = |male: &str, female: &str| match sex {
        Sex::Male => male.to_owned(),
        Sex::Female => female.to_owned(),
    };
    match father {
        "Павел" => return by_sex("Павлович", "Павловна"),
        "Лев" => return by_sex("Львович", "Львовна"),
        "Пётр" => return by_sex("Петрович", "Петровна"),
        "Яков" => return by_sex("Яковлевич", "Яковлевна"),
        "Михаил" => return by_sex("Михайлович", "Михайловна"),
        "Илья" => return by_sex("Ильич", "Ильинична"),
        "Лука" => return by_sex("Лукич", "Лукинична"),
        "Фома" => return by_sex("Фомич", "Фоминична"),
        _ => {}
    }
    let stem = if let Some(rest) = father.strip_suffix("ий") {
        format!("{rest}{}", if two_consonants(rest) { "иев" } else { "ьев" })
    } else if let Some(rest) = father.strip_suffix(['й', 'ь']) {
        format!("{rest}ев")
    } else if let Some(rest) = father.strip_suffix(['а', 'я']) {
        return by_sex(&format!("{rest}ич"), &format!("{rest}ична"));
    } else if father.ends_with(['е', 'и', 'о', 'у', 'э']) {
        format!("{father}ев")
    } else {
        format!("{father}ов")
    };
    by_sex(&format!("{stem}ич"), &format!("{stem}на"))
}

fn two_consonants(stem: &str) -> bool {
    stem.chars()
        .rev()
        .take(2)
        .filter(|c| !"аеёиоуыэюяьъ".contains(c.to_lowercase().next().unwrap_or(*c)))
        .count()
        == 2
}

/// Latin letters by ICAO Doc 9303, as in Russian passports: Щ=SHCH, Ю=IU, Я=IA, Й=I, Ъ=IE, Ь dropped.
pub(crate) fn latin(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let lower: String = c.to_lowercase().collect();
        let found =
            LETTERS.iter().find(|(cyrillic, _)| *cyrillic == lower).map(|(_, latin)| *latin);
        match found {
            Some(latin) if c.is_uppercase() => {
                let mut letters = latin.chars();
                out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
                out.push_str(letters.as_str());
            }
            Some(latin) => out.push_str(latin),
            None => out.push(c),
        }
    }
    out
}

#[rustfmt::skip]
const LETTERS: [(&str, &str); 33] = [
    ("а", "a"), ("б", "b"), ("в", "v"), ("г", "g"), ("д", "d"), ("е", "e"), ("ё", "e"), ("ж", "zh"),
    ("з", "z"), ("и", "i"), ("й", "i"), ("к", "k"), ("л", "l"), ("м", "m"), ("н", "n"), ("о", "o"),
    ("п", "p"), ("р", "r"), ("с", "s"), ("т", "t"), ("у", "u"), ("ф", "f"), ("х", "kh"), ("ц", "ts"),
    ("ч", "ch"), ("ш", "sh"), ("щ", "shch"), ("ъ", "ie"), ("ы", "y"), ("ь", ""), ("э", "e"), ("ю", "iu"),
    ("я", "ia"),
];

/// A lower-case Latin word for a login or a mail box: letters only.
pub(crate) fn login_word(text: &str) -> String {
    latin(text).to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The surname of a whole family: `Иванов` → `Ивановых`, `Зимний` → `Зимних`; others unchanged.
pub(crate) fn family_genitive(male: &str) -> String {
    for (ending, plural) in
        [("ский", "ских"), ("цкий", "цких"), ("ой", "ых"), ("ый", "ых"), ("ий", "их")]
    {
        if let Some(rest) = male.strip_suffix(ending) {
            return format!("{rest}{plural}");
        }
    }
    if ["ов", "ев", "ёв", "ин", "ын"].iter().any(|ending| male.ends_with(ending)) {
        return format!("{male}ых");
    }
    male.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patronymics_follow_the_rules() {
        for (father, male, female) in [
            ("Иван", "Иванович", "Ивановна"),
            ("Дмитрий", "Дмитриевич", "Дмитриевна"),
            ("Георгий", "Георгиевич", "Георгиевна"),
            ("Юрий", "Юрьевич", "Юрьевна"),
            ("Анатолий", "Анатольевич", "Анатольевна"),
            ("Сергей", "Сергеевич", "Сергеевна"),
            ("Николай", "Николаевич", "Николаевна"),
            ("Игорь", "Игоревич", "Игоревна"),
            ("Никита", "Никитич", "Никитична"),
            ("Илья", "Ильич", "Ильинична"),
            ("Пётр", "Петрович", "Петровна"),
            ("Михаил", "Михайлович", "Михайловна"),
            ("Рустам", "Рустамович", "Рустамовна"),
        ] {
            assert_eq!(patronymic(father, Sex::Male), male);
            assert_eq!(patronymic(father, Sex::Female), female);
        }
    }

    #[test]
    fn surnames_take_the_form_of_the_sex() {
        for (male, female, family) in [
            ("Иванов", "Иванова", "Ивановых"),
            ("Соловьёв", "Соловьёва", "Соловьёвых"),
            ("Никитин", "Никитина", "Никитиных"),
            ("Покровский", "Покровская", "Покровских"),
            ("Троицкий", "Троицкая", "Троицких"),
            ("Толстой", "Толстая", "Толстых"),
            ("Шевченко", "Шевченко", "Шевченко"),
            ("Саркисян", "Саркисян", "Саркисян"),
            ("Черных", "Черных", "Черных"),
            ("Римский-Корсаков", "Римская-Корсакова", "Римский-Корсаковых"),
        ] {
            assert_eq!(surname_for(male, Sex::Female), female);
            assert_eq!(family_genitive(male), family);
        }
    }

    #[test]
    fn latin_letters_are_those_of_passports() {
        assert_eq!(latin("Щербаков Юлия Подъячев"), "Shcherbakov Iuliia Podieiachev");
        assert_eq!(login_word("Хрущёв"), "khrushchev");
    }
}
