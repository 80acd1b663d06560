//! Regions, branches, teams: the frame of the demo bank. The people are in `staff`.

use kernel::Date;

use super::keys::{AbsenceReason, Role};

/// Number of a region, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionNo(pub u16);
/// Number of a branch, from 0; the printed code is one more: `01`…`12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BranchNo(pub u16);
/// Number of a team, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TeamNo(pub u16);
/// Number of a member of staff, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StaffNo(pub u16);

/// A name in both languages of the product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Localised {
    /// Russian.
    pub ru: &'static str,
    /// English.
    pub en: &'static str,
}

/// A region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Number.
    pub number: RegionNo,
    /// Name.
    pub name: Localised,
}

/// A branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// Number.
    pub number: BranchNo,
    /// Printed code, `01`…`12`.
    pub code: &'static str,
    /// Region it belongs to.
    pub region: RegionNo,
    /// Name.
    pub name: Localised,
    /// City in Russian.
    pub city: &'static str,
    /// Address.
    pub address: Localised,
    /// Telephone, E.164.
    pub phone: &'static str,
    /// IANA time zone.
    pub time_zone: &'static str,
    /// Hours east of UTC (none of these places changes its clock).
    pub utc_offset_hours: i64,
    /// First two digits of local tax numbers.
    pub tax_region: &'static str,
    /// First two digits of local passports (ОКАТО).
    pub passport_region: &'static str,
    /// First three digits of local postcodes.
    pub postcode_region: &'static str,
    /// Weight when clients are spread over branches.
    pub(crate) weight: u64,
}

/// What a team does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TeamKind {
    /// Private clients of a branch.
    Retail,
    /// Companies and sole traders of a branch.
    Business,
    /// A unit of the head office.
    HeadOffice,
}

/// A team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Team {
    /// Number.
    pub number: TeamNo,
    /// Branch it sits in; head office units sit in branch 01.
    pub branch: BranchNo,
    /// What it does.
    pub kind: TeamKind,
    /// Name.
    pub name: Localised,
}

/// A member of staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staff {
    /// Number.
    pub number: StaffNo,
    /// Sign-in name, Latin.
    pub login: String,
    /// Surname, first name, patronymic.
    pub name: String,
    /// The same in Latin letters: first name and surname.
    pub name_latin: String,
    /// Role.
    pub role: Role,
    /// Branch; `None` for the head office, regional heads and partners, who belong to none.
    pub branch: Option<BranchNo>,
    /// Region of a regional head or of the branch.
    pub region: Option<RegionNo>,
    /// Team.
    pub team: Option<TeamNo>,
    /// Work e-mail.
    pub email: String,
    /// Extension of the telephone.
    pub extension: String,
}

/// A time away, with the deputy who takes the tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absence {
    /// Who is away.
    pub who: StaffNo,
    /// Who takes over.
    pub deputy: StaffNo,
    /// First day away.
    pub from: Date,
    /// Last day away.
    pub until: Date,
    /// Why.
    pub reason: AbsenceReason,
}

/// The four regions.
pub const REGIONS: [Region; 4] = [
    Region { number: RegionNo(0), name: Localised { ru: "Центр", en: "Centre" } },
    Region {
        number: RegionNo(1), name: Localised { ru: "Северо-Запад", en: "North-West" }
    },
    Region { number: RegionNo(2), name: Localised { ru: "Поволжье", en: "Volga" } },
    Region {
        number: RegionNo(3),
        name: Localised { ru: "Урал и Сибирь", en: "Urals and Siberia" },
    },
];

/// One row of the branch table: everything that is not derived.
struct Row(
    &'static str,
    u16,
    [&'static str; 3],
    [&'static str; 2],
    &'static str,
    &'static str,
    i64,
    [&'static str; 3],
    u64,
);

impl Row {
    const fn branch(self, number: u16) -> Branch {
        let Row(
            code,
            region,
            [city, ru, en],
            [address_ru, address_en],
            phone,
            zone,
            offset,
            codes,
            w,
        ) = self;
        let [tax_region, passport_region, postcode_region] = codes;
        Branch {
            number: BranchNo(number),
            code,
            region: RegionNo(region),
            name: Localised { ru, en },
            city,
            address: Localised { ru: address_ru, en: address_en },
            phone,
            time_zone: zone,
            utc_offset_hours: offset,
            tax_region,
            passport_region,
            postcode_region,
            weight: w,
        }
    }
}

const MSK: &str = "Europe/Moscow";

/// The twelve branches.
#[rustfmt::skip]
pub const BRANCHES: [Branch; 12] = [
    Row("01", 0, ["Москва", "Москва — Покровка", "Moscow, Pokrovka"], ["Москва, ул. Покровка, 31", "31 Pokrovka St, Moscow"], "+74950000101", MSK, 3, ["77", "45", "101"], 26).branch(0),
    Row("02", 0, ["Тула", "Тула — Центральный", "Tula, Central"], ["Тула, пр. Ленина, 46", "46 Lenin Ave, Tula"], "+74870000102", MSK, 3, ["71", "70", "300"], 6).branch(1),
    Row("03", 0, ["Воронеж", "Воронеж — Плехановский", "Voronezh, Plekhanovsky"], ["Воронеж, ул. Плехановская, 25", "25 Plekhanovskaya St, Voronezh"], "+74730000103", MSK, 3, ["36", "20", "394"], 7).branch(2),
    Row("04", 1, ["Санкт-Петербург", "Санкт-Петербург — Литейный", "Saint Petersburg, Liteyny"], ["Санкт-Петербург, Литейный пр., 22", "22 Liteyny Ave, Saint Petersburg"], "+78120000104", MSK, 3, ["78", "40", "191"], 16).branch(3),
    Row("05", 1, ["Великий Новгород", "Великий Новгород — Софийский", "Veliky Novgorod, Sofiysky"], ["Великий Новгород, Софийская пл., 3", "3 Sofiyskaya Sq, Veliky Novgorod"], "+78160000105", MSK, 3, ["53", "49", "173"], 4).branch(4),
    Row("06", 1, ["Петрозаводск", "Петрозаводск — Онежский", "Petrozavodsk, Onezhsky"], ["Петрозаводск, пр. Карла Маркса, 14", "14 Karl Marx Ave, Petrozavodsk"], "+78140000106", MSK, 3, ["10", "86", "185"], 4).branch(5),
    Row("07", 2, ["Казань", "Казань — Баумана", "Kazan, Bauman"], ["Казань, ул. Баумана, 58", "58 Bauman St, Kazan"], "+78430000107", MSK, 3, ["16", "92", "420"], 9).branch(6),
    Row("08", 2, ["Нижний Новгород", "Нижний Новгород — Покровский", "Nizhny Novgorod, Pokrovsky"], ["Нижний Новгород, ул. Большая Покровская, 20", "20 Bolshaya Pokrovskaya St, Nizhny Novgorod"], "+78310000108", MSK, 3, ["52", "22", "603"], 8).branch(7),
    Row("09", 2, ["Самара", "Самара — Волжский", "Samara, Volzhsky"], ["Самара, ул. Куйбышева, 90", "90 Kuybyshev St, Samara"], "+78460000109", "Europe/Samara", 4, ["63", "36", "443"], 7).branch(8),
    Row("10", 3, ["Екатеринбург", "Екатеринбург — Малышева", "Yekaterinburg, Malyshev"], ["Екатеринбург, ул. Малышева, 51", "51 Malyshev St, Yekaterinburg"], "+73430000110", "Asia/Yekaterinburg", 5, ["66", "65", "620"], 9).branch(9),
    Row("11", 3, ["Новосибирск", "Новосибирск — Красный проспект", "Novosibirsk, Krasny Prospekt"], ["Новосибирск, Красный пр., 35", "35 Krasny Ave, Novosibirsk"], "+73830000111", "Asia/Novosibirsk", 7, ["54", "50", "630"], 8).branch(10),
    Row("12", 3, ["Тюмень", "Тюмень — Республики", "Tyumen, Respubliki"], ["Тюмень, ул. Республики, 65", "65 Respubliki St, Tyumen"], "+73450000112", "Asia/Yekaterinburg", 5, ["72", "71", "625"], 6).branch(11),
];

/// Streets that every larger Russian city has, with the kind of street.
pub(crate) const STREETS: &[&str] = &[
    "ул. Ленина",
    "ул. Советская",
    "ул. Садовая",
    "ул. Молодёжная",
    "ул. Лесная",
    "ул. Гагарина",
    "ул. Пушкина",
    "ул. Мира",
    "ул. Кирова",
    "ул. Чехова",
    "ул. Победы",
    "ул. Набережная",
    "пр. Строителей",
    "ул. Заречная",
    "ул. Полевая",
    "ул. Октябрьская",
    "ул. Гоголя",
    "ул. Суворова",
    "ул. Комсомольская",
    "ул. Железнодорожная",
    "ул. Маяковского",
    "ул. Некрасова",
    "ул. Фрунзе",
    "б-р Космонавтов",
    "ул. Академика Королёва",
    "ул. Льва Толстого",
    "ул. Куйбышева",
    "пер. Школьный",
    "ул. Зелёная",
    "ул. Берёзовая",
    "ул. 8 Марта",
    "ул. 50 лет Октября",
    "ул. Речная",
    "ш. Энтузиастов",
    "ул. Тимирязева",
    "ул. Островского",
    "ул. Менделеева",
    "ул. Кутузова",
    "пр. Победы",
    "ул. Парковая",
];

/// Looks a branch up; the first one when the number is beyond the table.
pub(crate) fn branch(number: BranchNo) -> &'static Branch {
    static TABLE: [Branch; 12] = BRANCHES;
    let [first, ..] = &TABLE;
    TABLE.get(usize::from(number.0)).unwrap_or(first)
}
