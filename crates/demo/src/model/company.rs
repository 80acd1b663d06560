//! Companies, and the names of households and groups.

use super::calendar::{add_days, date};
use super::client::{Circle, Company, Identifier};
use super::dice::{Dice, Salt};
use super::digits;
use super::keys::{IdentifierKind, LegalForm, PartyKind, Segment};
use super::names::family_genitive;
use super::organisation::branch;
use super::population::{
    BLOCK, COMPANIES, Ground, Profile, block_start, family, is_household_block,
};

#[rustfmt::skip]
const MASCULINE: &[&str] = &[
    "ветер", "берег", "мост", "причал", "горизонт", "маяк", "квартал", "проект", "путь", "стандарт",
    "полюс", "дом", "сад", "порт", "регион", "ресурс", "формат", "край",
];
#[rustfmt::skip]
const FEMININE: &[&str] = &[
    "звезда", "линия", "река", "долина", "крепость", "гавань", "верфь", "мануфактура", "энергия",
    "компания", "техника", "усадьба", "дорога", "высота", "нива", "кухня",
];
/// Stem, masculine ending, feminine ending.
#[rustfmt::skip]
const ADJECTIVES: &[(&str, &str, &str)] = &[
    ("Северн", "ый", "ая"), ("Южн", "ый", "ая"), ("Восточн", "ый", "ая"), ("Западн", "ый", "ая"),
    ("Нов", "ый", "ая"), ("Перв", "ый", "ая"), ("Серебрян", "ый", "ая"), ("Волжск", "ий", "ая"),
    ("Уральск", "ий", "ая"), ("Сибирск", "ий", "ая"), ("Балтийск", "ий", "ая"), ("Зелён", "ый", "ая"),
    ("Надёжн", "ый", "ая"), ("Тих", "ий", "ая"), ("Ясн", "ый", "ая"), ("Верхн", "ий", "яя"),
    ("Дальн", "ий", "яя"), ("Бел", "ый", "ая"), ("Янтарн", "ый", "ая"), ("Столичн", "ый", "ая"),
    ("Больш", "ой", "ая"), ("Молод", "ой", "ая"), ("Золот", "ой", "ая"), ("Речн", "ой", "ая"),
];
#[rustfmt::skip]
const ENDINGS: &[&str] = &[
    "Сервис", "Альянс", "Групп", "Инвест", "Плюс", "Центр", "Снаб", "Комплект", "Партнёр", "Мастер",
    "Стандарт", "Трейд", "Ресурс", "Проект",
];
/// ОКВЭД2 code, activity in words, beginning of a trade name.
#[rustfmt::skip]
const ACTIVITIES: &[(&str, &str, &str)] = &[
    ("46.90", "Торговля оптовая неспециализированная", "Опт"),
    ("47.11", "Торговля розничная продуктами", "Продукт"),
    ("41.20", "Строительство жилых и нежилых зданий", "Строй"),
    ("49.41", "Деятельность автомобильного грузового транспорта", "Транс"),
    ("62.01", "Разработка компьютерного программного обеспечения", "Софт"),
    ("56.10", "Деятельность ресторанов", "Гурман"),
    ("10.71", "Производство хлеба и кондитерских изделий", "Хлеб"),
    ("25.11", "Производство строительных металлических конструкций", "Металл"),
    ("45.11", "Торговля легковыми автомобилями", "Авто"),
    ("68.20", "Аренда и управление недвижимым имуществом", "Недвижимость"),
    ("01.11", "Выращивание зерновых культур", "Агро"),
    ("31.09", "Производство мебели", "Мебель"),
    ("86.21", "Общая врачебная практика", "Мед"),
    ("46.73", "Торговля оптовая строительными материалами", "Строймат"),
    ("43.21", "Производство электромонтажных работ", "Электро"),
    ("52.29", "Деятельность вспомогательная, связанная с перевозками", "Логистик"),
    ("28.99", "Производство машин специального назначения", "Маш"),
    ("30.11", "Строительство кораблей и судов", "Судо"),
];

/// The words of a legal form: short and full.
pub(crate) const fn form_words(form: LegalForm) -> (&'static str, &'static str) {
    match form {
        LegalForm::Ooo => ("ООО", "Общество с ограниченной ответственностью"),
        LegalForm::Ao => ("АО", "Акционерное общество"),
        LegalForm::Pao => ("ПАО", "Публичное акционерное общество"),
        LegalForm::Pk => ("ПК", "Производственный кооператив"),
        LegalForm::Ano => ("АНО", "Автономная некоммерческая организация"),
    }
}

/// Names of a company with its legal form: short and full.
pub(crate) fn names_of(form: LegalForm, name: &str) -> (String, String) {
    let (short, full) = form_words(form);
    (format!("{short} «{name}»"), format!("{full} «{name}»"))
}

/// Draws a company.
pub(crate) fn company(ground: Ground, number: u64, profile: Profile) -> Company {
    let mut dice = Dice::new(ground.seed, number, Salt::Company);
    let large = matches!(profile.segment, Segment::Corporate | Segment::Vip);
    let form = if large {
        dice.weighted(
            &[(35, LegalForm::Ooo), (45, LegalForm::Ao), (20, LegalForm::Pao)],
            LegalForm::Ao,
        )
    } else {
        dice.weighted(
            &[
                (920, LegalForm::Ooo),
                (50, LegalForm::Ao),
                (20, LegalForm::Pk),
                (10, LegalForm::Ano),
            ],
            LegalForm::Ooo,
        )
    };
    let (okved, activity, start) = dice.pick(ACTIVITIES, ("46.90", "Торговля", "Опт"));
    let name = trade_name(&mut dice, ground, number, start);
    let (short_name, full_name) = names_of(form, &name);
    let registered = add_days(profile.since, -dice.range(20, 3_500)).max(date(2002, 7, 15));
    let million = 100_000_000;
    let (turnover, headcount) = if large {
        (dice.range(60, 900) * million, dice.range(120, 4_000))
    } else {
        (dice.range(4, 240) * million / 4, dice.range(3, 110))
    };
    Company {
        form,
        short_name,
        full_name,
        okved,
        activity,
        registered,
        headcount: u32::try_from(headcount).unwrap_or(10),
        turnover_minor: turnover,
    }
}

fn trade_name(dice: &mut Dice, ground: Ground, number: u64, start: &str) -> String {
    let place = number % 4;
    let group_name = group_root(ground, number);
    if in_group(ground, number) {
        let suffix = ["", " Логистика", " Инвест", " Сервис"];
        let at = usize::try_from(number - block_start(number) - COMPANIES).unwrap_or(0);
        return format!("{group_name}{}", suffix.get(at).copied().unwrap_or(" Плюс"));
    }
    match place {
        0 => format!("{start}{}", dice.word(ENDINGS)),
        1 => format!("{start}-{}", dice.word(ENDINGS)),
        _ => phrase(dice),
    }
}

fn phrase(dice: &mut Dice) -> String {
    let (stem, masculine, feminine) = dice.pick(ADJECTIVES, ("Нов", "ый", "ая"));
    if dice.chance(500) {
        format!("{stem}{masculine} {}", dice.word(MASCULINE))
    } else {
        format!("{stem}{feminine} {}", dice.word(FEMININE))
    }
}

/// Whether a company of a block belongs to the block's group.
pub(crate) fn in_group(ground: Ground, number: u64) -> bool {
    number % BLOCK >= COMPANIES && !is_household_block(ground, number / BLOCK)
}

fn group_root(ground: Ground, number: u64) -> String {
    phrase(&mut Dice::new(ground.seed, block_start(number) + COMPANIES, Salt::Company).fork(7))
}

/// Numbers of a company.
pub(crate) fn identifiers(number: u64, profile: Profile, company: &Company) -> Vec<Identifier> {
    let home = branch(profile.branch);
    let inn = digits::inn_company(home, number);
    let bare = |kind, value| Identifier { kind, value, issued: None, issuer: None, expires: None };
    let kpp = digits::kpp(&inn);
    vec![
        bare(IdentifierKind::Inn, inn),
        Identifier {
            issued: Some(company.registered),
            ..bare(IdentifierKind::Ogrn, digits::ogrn(home, company.registered.year(), number))
        },
        bare(IdentifierKind::Kpp, kpp),
    ]
}

/// Name and speaker of a household or a group.
pub(crate) fn circle(ground: Ground, number: u64, kind: PartyKind) -> Circle {
    let block = block_start(number);
    // for one circle in six nobody has been chosen
    let is_chosen = !Dice::new(ground.seed, number, Salt::Links).chance(167);
    if kind == PartyKind::Household {
        let family = family(ground, number / BLOCK * 8);
        return Circle {
            name: format!("Семья {}", family_genitive(family.surname)),
            primary: is_chosen.then_some(block),
        };
    }
    Circle {
        name: format!("Группа «{}»", group_root(ground, number)),
        primary: is_chosen.then_some(block + COMPANIES),
    }
}
