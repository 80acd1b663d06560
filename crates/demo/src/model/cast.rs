//! Who plays the stories: names, ages and work of the first clients.

use super::calendar::{add_days, add_years, date};
use super::client::{Company, Person};
use super::company::names_of;
use super::keys::{LegalForm, Marital};
use super::population::Ground;
use super::spending::TRADER;
use super::stories::{
    CLOSED, DIRECTOR_SON, DIRECTOR_WIFE, EVERYTHING, EXPIRING_CARD, EXPIRING_DEPOSIT, LONG_NAME,
    NAMELESS, NOTHING_AT_ALL, OVERDUE, SOLE_TRADER, SUBSIDIARY_PORT, SUBSIDIARY_TRADE,
    SUBSIDIARY_YARD, TEENAGER, TWIN_FIRST, TWIN_SECOND, VIP_COMPANY, VIP_DIRECTOR,
};

const VIP_NAME: &str = "АО «Северный ветер»";
/// Kopecks in a thousand roubles.
const THOUSAND: i64 = 100_000;

/// Surname, first name, patronymic; years and days of age; marital state; position, employer, income in
/// thousands of roubles.
type Cast = ([&'static str; 3], (i64, i64), Marital, (&'static str, &'static str, i64));

/// Gives the person of a story his name, age and work.
pub(crate) fn cast_person(ground: Ground, number: u64, person: &mut Person) {
    use Marital::{Divorced, Married, Single, Widowed};
    #[rustfmt::skip]
    let (name, (years, days), marital, (position, employer, income)): Cast = match number {
        VIP_DIRECTOR => (["Ветров", "Михаил", "Юрьевич"], (52, 353), Married, ("генеральный директор", VIP_NAME, 2_400)),
        DIRECTOR_WIFE => (["Ветрова", "Елена", "Павловна"], (49, 120), Married, ("врач", "Поликлиника № 2", 240)),
        DIRECTOR_SON => (["Ветров", "Даниил", "Михайлович"], (20, 40), Single, ("студент", "", 22)),
        OVERDUE => (["Карпов", "Олег", "Анатольевич"], (41, 200), Divorced, ("водитель", VIP_NAME, 74)),
        NAMELESS => (["", "", ""], (55, 12), Single, ("", "", 40)),
        LONG_NAME => (["Абдурахмангаджиев-Константинопольский", "Мухаммед-Али", "Абдул-Меджид оглы"], (45, 70), Married, ("генеральный директор", "ООО «Северный ветер Верфь»", 310)),
        NOTHING_AT_ALL => (["Пустовойт", "Яков", ""], (30, 0), Single, ("", "", 0)),
        TWIN_FIRST => (["Семёнова", "Наталья", "Викторовна"], (47, 254), Married, ("бухгалтер", "ООО «Торговый двор»", 92)),
        TWIN_SECOND => (["Семенова", "Наталия", "Викторовна"], (47, 254), Married, ("", "", 0)),
        EXPIRING_DEPOSIT => (["Лаптева", "Зинаида", "Ивановна"], (63, 310), Widowed, ("главный бухгалтер", "АО «Водоканал»", 185)),
        EXPIRING_CARD => (["Юсупов", "Марат", "Ильдарович"], (38, 15), Married, ("генеральный директор", "ООО «Северный ветер Трейд»", 160)),
        SOLE_TRADER => (["Лаптев", "Антон", "Сергеевич"], (36, 180), Married, (TRADER, "", 640)),
        CLOSED => (["Громов", "Вадим", "Игоревич"], (50, 100), Married, ("инженер", "АО «Приборостроитель»", 110)),
        EVERYTHING => (["Щербакова", "Ольга", "Дмитриевна"], (44, 362), Married, ("финансовый директор", VIP_NAME, 420)),
        TEENAGER => (["Щербаков", "Матвей", "Андреевич"], (15, 100), Single, ("школьник", "", 0)),
        _ => return,
    };
    let [last, first, patronymic] = name.map(str::to_owned);
    person.last_name = last;
    person.first_name = first;
    person.patronymic = patronymic;
    person.former_last_name = None;
    person.citizenship = "RU";
    // `days` after a birthday; a birthday three days ahead is 362 days after the last one.
    person.born = Some(add_days(add_years(ground.today, -years), -days));
    person.marital = Some(marital);
    person.position = Some(position).filter(|position| !position.is_empty());
    person.employer_name = Some(employer.to_owned()).filter(|employer| !employer.is_empty());
    person.income_minor = income * THOUSAND;
    if number == EVERYTHING {
        person.born = Some(add_days(add_years(ground.today, -45), 3));
        person.former_last_name = Some("Миронова".to_owned());
    }
    if matches!(number, TWIN_FIRST | TWIN_SECOND) {
        person.born = Some(date(1979, 3, 14));
    }
}

/// Gives the company of a story its name and size.
pub(crate) fn cast_company(number: u64, company: &mut Company) {
    let (form, name, okved, activity, headcount, millions) = match number {
        VIP_COMPANY => {
            (LegalForm::Ao, "Северный ветер", "30.11", "Строительство кораблей и судов", 2_350, 640)
        }
        SUBSIDIARY_PORT => (
            LegalForm::Ooo,
            "Северный ветер Порт",
            "52.22",
            "Деятельность вспомогательная, связанная с водным транспортом",
            410,
            150,
        ),
        SUBSIDIARY_YARD => {
            (LegalForm::Ooo, "Северный ветер Верфь", "33.15", "Ремонт судов и лодок", 280, 95)
        }
        SUBSIDIARY_TRADE => (
            LegalForm::Ooo,
            "Северный ветер Трейд",
            "46.69",
            "Торговля оптовая прочими машинами и оборудованием",
            36,
            28,
        ),
        _ => return,
    };
    let (short_name, full_name) = names_of(form, name);
    company.form = form;
    company.short_name = short_name;
    company.full_name = full_name;
    company.okved = okved;
    company.activity = activity;
    company.headcount = headcount;
    company.turnover_minor = millions * 1_000 * THOUSAND;
}
