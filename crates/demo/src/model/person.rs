//! Persons: name, birth, work, documents.

use kernel::Date;

use super::calendar::{add_days, add_years, age_on, date};
use super::client::{Identifier, Person};
use super::dice::{Dice, Salt};
use super::digits;
use super::keys::{IdentifierKind, Marital, PartyKind, Segment, Sex};
use super::links::directed;
use super::names::{self, FullName, patronymic, surname_for};
use super::organisation::branch;
use super::population::{Family, FamilyRole, Ground, Profile, family, family_place};
use super::spending::TRADER;

/// Everything a person is drawn with; the family is kept for the address.
pub(crate) struct Drawn {
    pub(crate) person: Person,
    pub(crate) family: Option<Family>,
}

/// Draws a person.
pub(crate) fn person(ground: Ground, number: u64, profile: Profile) -> Drawn {
    let mut dice = Dice::new(ground.seed, number, Salt::Person);
    let place = family_place(ground, number);
    let family = place.map(|place| family(ground, place.family));
    let mut person = match (place, &family) {
        (Some(place), Some(family)) => {
            let whole = place.family % 8 < 4;
            relative(&mut dice, family, place.role, profile.sex, whole)
        }
        _ => single(&mut dice, ground, number, profile),
    };
    work(&mut dice, ground, profile, &mut person);
    Drawn { person, family }
}

fn relative(dice: &mut Dice, family: &Family, role: FamilyRole, sex: Sex, whole: bool) -> Person {
    let (sex, born) = match role {
        FamilyRole::Husband => (Sex::Male, family.husband_born),
        FamilyRole::Wife => (Sex::Female, family.wife_born),
        FamilyRole::Child => (sex, family.child_born),
        FamilyRole::Grandparent => (Sex::Female, family.grandparent_born),
    };
    let own_name = names::first_name(dice, family.people, sex, born.year());
    let own_father = names::father_name(dice, family.people, born.year());
    let own_surname = names::surname(dice, family.people);
    let (first, father) = match role {
        FamilyRole::Husband => (family.husband_name, family.father_name),
        FamilyRole::Child => (own_name, family.husband_name),
        FamilyRole::Wife | FamilyRole::Grandparent => (own_name, own_father),
    };
    let wife = role == FamilyRole::Wife;
    let keeps = wife && family.wife_keeps_name;
    let last = if keeps { own_surname } else { family.surname };
    let marital = match (role, whole) {
        (FamilyRole::Husband | FamilyRole::Wife, true) => Marital::Married,
        (FamilyRole::Wife, false) => Marital::Divorced,
        (FamilyRole::Husband | FamilyRole::Child, _) => Marital::Single,
        (FamilyRole::Grandparent, _) => Marital::Widowed,
    };
    let mut person = named(FullName {
        last: surname_for(last, sex),
        first: first.to_owned(),
        patronymic: patronymic(father, sex),
    });
    person.former_last_name = (wife && !keeps).then(|| surname_for(own_surname, sex));
    person.sex = Some(sex);
    person.born = Some(born);
    person.marital = Some(marital);
    person
}

/// A person with a name and nothing else.
pub(crate) fn named(name: FullName) -> Person {
    Person {
        last_name: name.last,
        first_name: name.first,
        patronymic: name.patronymic,
        former_last_name: None,
        sex: None,
        born: None,
        birth_place: None,
        citizenship: "RU",
        marital: None,
        position: None,
        employer_name: None,
        income_minor: 0,
    }
}

fn single(dice: &mut Dice, ground: Ground, number: u64, profile: Profile) -> Person {
    let ages = [(22, (18, 25)), (30, (26, 38)), (26, (39, 52)), (14, (53, 64)), (8, (65, 88))];
    let (low, high) = dice.weighted(&ages, (26, 52));
    let trades = profile.kind == PartyKind::SoleTrader;
    let directs = directed(ground, number).is_some();
    // Whoever runs a business is of an age to.
    let (low, high) =
        if trades || directs { (low.clamp(28, 50), high.clamp(45, 64)) } else { (low, high) };
    let born = add_days(add_years(ground.today, -dice.range(low, high)), -dice.range(1, 364));
    let people = names::people(dice);
    let sex = profile.sex;
    let first = names::first_name(dice, people, sex, born.year());
    let father = names::father_name(dice, people, born.year());
    let male = names::surname(dice, people);
    let other = names::surname(dice, None);
    let double = dice.chance(14) && people.is_none() && male != other;
    let last = if double { format!("{male}-{other}") } else { male.to_owned() };
    let mut person = named(FullName {
        last: surname_for(&last, sex),
        first: first.to_owned(),
        patronymic: patronymic(father, sex),
    });
    person.sex = Some(sex);
    person.born = Some(born);
    person.marital = Some(marital(dice, age_on(born, ground.today)));
    foreigner(dice, sex, &mut person);
    person
}

fn marital(dice: &mut Dice, age: i64) -> Marital {
    use Marital::{Divorced, Married, Single, Widowed};
    let odds = match age {
        ..=24 => [(90, Single), (10, Married), (0, Divorced), (0, Widowed)],
        25..=39 => [(40, Single), (45, Married), (15, Divorced), (0, Widowed)],
        40..=64 => [(14, Single), (56, Married), (26, Divorced), (4, Widowed)],
        _ => [(6, Single), (44, Married), (16, Divorced), (34, Widowed)],
    };
    dice.weighted(&odds, Single)
}

/// Seven in a thousand are citizens of another state: no patronymic, or one with `оглы`/`кызы`.
fn foreigner(dice: &mut Dice, sex: Sex, person: &mut Person) {
    if !dice.chance(7) {
        return;
    }
    let (country, male, female, surnames, fathers) = dice.pick(&FOREIGNERS, AZERBAIJAN);
    let surname = dice.word(surnames);
    let father = dice.word(fathers);
    person.citizenship = country;
    person.first_name = dice.word(if sex == Sex::Male { male } else { female }).to_owned();
    person.last_name = surname_for(surname, sex);
    person.patronymic = match (country, sex) {
        ("AZ", Sex::Male) => format!("{father} оглы"),
        ("AZ", Sex::Female) => format!("{father} кызы"),
        _ => String::new(),
    };
}

/// Country, male names, female names, surnames, fathers' names.
type Foreign = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

const AZERBAIJAN: Foreign = (
    "AZ",
    &["Эльчин", "Рашад", "Вугар", "Анар"],
    &["Севиндж", "Айтен", "Лала", "Нигяр"],
    &["Мамедов", "Алиев", "Гасанов", "Гулиев"],
    &["Мамед", "Рамиз", "Ариф", "Тофик"],
);
const FOREIGNERS: [Foreign; 3] = [
    AZERBAIJAN,
    (
        "UZ",
        &["Жасур", "Бахтиёр", "Шерзод"],
        &["Нигора", "Дильноза", "Зухра"],
        &["Каримов", "Рахимов", "Юсупов", "Турсунов"],
        &[],
    ),
    (
        "RS",
        &["Милош", "Драган", "Никола"],
        &["Елена", "Милица", "Йована"],
        &["Йованович", "Петрович", "Николич"],
        &[],
    ),
];

/// Employers that are no clients, each with the positions it has.
#[rustfmt::skip]
const WORK: &[(&str, &[&str])] = &[
    ("Городская больница № 4", &["врач", "медицинская сестра", "фельдшер", "заведующая хозяйством"]),
    ("Средняя школа № 17", &["учитель", "учитель математики", "воспитатель", "завуч"]),
    ("ООО «Вектор-Логистика»", &["логист", "водитель", "кладовщик", "диспетчер"]),
    ("АО «Приборостроитель»", &["инженер", "технолог", "мастер участка", "экономист"]),
    ("Детский сад «Ромашка»", &["воспитатель", "повар", "музыкальный руководитель"]),
    ("ООО «Торговый двор»", &["продавец", "бухгалтер", "менеджер по закупкам", "кассир"]),
    ("АО «Водоканал»", &["слесарь", "инженер", "электромонтёр", "специалист абонентского отдела"]),
    ("ООО «Цифровые решения»", &["программист", "аналитик", "тестировщик", "дизайнер"]),
    ("Поликлиника № 2", &["врач", "медицинская сестра", "администратор", "лаборант"]),
    ("ООО «СтройМонтаж-7»", &["прораб", "сварщик", "водитель", "сметчик"]),
    ("АО «Хлебозавод № 1»", &["технолог", "пекарь", "механик", "бухгалтер"]),
    ("ООО «Автоцентр Восток»", &["автомеханик", "менеджер по продажам", "кузовной мастер"]),
    ("Политехнический колледж", &["преподаватель", "мастер обучения", "методист"]),
    ("ООО «Мебель-Люкс»", &["столяр", "менеджер по продажам", "сборщик мебели"]),
    ("АО «Горэлектросеть»", &["электромонтёр", "инженер", "диспетчер"]),
    ("ООО «Аптека Плюс»", &["фармацевт", "провизор", "заведующая аптекой"]),
    ("АО «Завод металлоконструкций»", &["токарь", "сварщик", "конструктор", "начальник цеха"]),
    ("Железная дорога", &["машинист", "проводник", "дежурный по станции", "инженер"]),
];
/// Positions of those who earn much, with employers that have them.
#[rustfmt::skip]
const HIGH_WORK: &[(&str, &[&str])] = &[
    ("АО «Приборостроитель»", &["технический директор", "финансовый директор"]),
    ("Медицинский центр «Здравие»", &["главный врач", "совладелец"]),
    ("Юридическая фирма «Право и дело»", &["партнёр", "управляющий партнёр"]),
    ("ООО «Цифровые решения»", &["руководитель разработки", "директор по развитию"]),
    ("АО «Завод металлоконструкций»", &["заместитель генерального директора", "коммерческий директор"]),
    ("Нотариальная контора", &["нотариус"]),
    ("ООО «Торговый двор»", &["генеральный директор", "директор по закупкам"]),
];

/// Position, employer and income by age and segment.
fn work(dice: &mut Dice, ground: Ground, profile: Profile, person: &mut Person) {
    let age = person.born.map_or(40, |born| age_on(born, ground.today));
    let thousand = 100_000;
    let (low, high) = match profile.segment {
        Segment::Vip => (600, 3_500),
        Segment::Premium => (180, 520),
        Segment::Mass | Segment::Sme | Segment::Corporate => (38, 165),
    };
    let pick = dice.range(low, high).min(dice.range(low, high));
    let places = if low > 100 { HIGH_WORK } else { WORK };
    let (employer, positions) = dice.pick(places, ("Железная дорога", &["инженер"]));
    let position = dice.word(positions);
    person.birth_place = Some(branch(profile.branch).city);
    if profile.kind == PartyKind::SoleTrader {
        person.position = Some(TRADER);
        person.income_minor = dice.range(90, 700) * thousand;
    } else if age < 18 {
        person.position = Some("школьник");
    } else if age < 22 && profile.segment == Segment::Mass {
        person.position = Some("студент");
        person.income_minor = dice.range(8, 24) * thousand;
    } else if age >= 65 && profile.segment == Segment::Mass {
        person.position = Some("на пенсии");
        person.income_minor = dice.range(19, 38) * thousand;
    } else {
        person.position = Some(position);
        person.employer_name = Some(employer.to_owned());
        person.income_minor = pick * thousand;
    }
}

/// Documents and numbers of a person or a sole trader.
pub(crate) fn identifiers(
    ground: Ground,
    number: u64,
    profile: Profile,
    person: &Person,
) -> Vec<Identifier> {
    let mut dice = Dice::new(ground.seed, number, Salt::Person).fork(1);
    let home = branch(profile.branch);
    let trader = profile.kind == PartyKind::SoleTrader;
    let mut list = Vec::with_capacity(4);
    let born = person.born.unwrap_or(date(1985, 1, 1));
    let issued = passport_day(born, ground.today, dice.range(5, 60));
    let office = format!("{}0-{:03}", home.tax_region, dice.range(1, 89));
    if person.citizenship == "RU" {
        list.push(Identifier {
            kind: IdentifierKind::PassportRu,
            value: digits::passport(home, issued.year(), number),
            issued: Some(issued),
            issuer: Some(format!("ГУ МВД России, г. {}, код подразделения {office}", home.city)),
            expires: None,
        });
    } else {
        let issued = add_days(ground.today, -dice.range(100, 3_000));
        list.push(Identifier {
            kind: IdentifierKind::PassportForeign,
            value: format!("{}{:07}", person.citizenship, dice.below(9_000_000) + 1_000_000),
            issued: Some(issued),
            issuer: Some(person.citizenship.to_owned()),
            expires: Some(add_years(issued, 10)),
        });
    }
    let bare = |kind, value| Identifier { kind, value, issued: None, issuer: None, expires: None };
    if trader || dice.chance(820) {
        list.push(bare(IdentifierKind::Inn, digits::inn_person(home, number)));
    }
    if person.citizenship == "RU" && dice.chance(880) {
        list.push(bare(IdentifierKind::Snils, digits::snils(number)));
    }
    if trader {
        let grown = add_years(born, 18).max(date(2004, 1, 15));
        let registered = add_days(profile.since, -dice.range(10, 2_000)).max(grown);
        list.push(Identifier {
            issued: Some(registered),
            ..bare(IdentifierKind::Ogrnip, digits::ogrnip(home, registered.year(), number))
        });
    }
    list
}

/// A passport is given at 14 and changed at 20 and 45, `wait` days after the birthday.
fn passport_day(born: Date, today: Date, wait: i64) -> Date {
    [45, 20, 14]
        .into_iter()
        .map(|age| add_days(add_years(born, age), wait))
        .find(|day| *day <= today)
        .unwrap_or(today)
}
