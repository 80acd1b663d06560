//! Headings of contact lists and what they mean.

use super::header::fold;
use super::mapping::FieldType;

/// How a target field is recognised: names as [`fold`] leaves them. A name ending in `*` is the start of one.
pub(crate) struct Known {
    pub(crate) to: &'static str,
    pub(crate) kind: FieldType,
    /// Further columns of this meaning become `to_2`, `to_3`…
    pub(crate) many: bool,
    names: &'static [&'static str],
}

const fn one(to: &'static str, names: &'static [&'static str]) -> Known {
    Known { to, kind: FieldType::Text, many: false, names }
}
const fn many(to: &'static str, names: &'static [&'static str]) -> Known {
    Known { to, kind: FieldType::Text, many: true, names }
}

/// Headers of Excel lists, Outlook, Google and the common Russian CRMs. The first entry that fits wins.
const KNOWN: &[Known] = &[
    one(
        "number",
        &[
            "id",
            "ид",
            "код",
            "код клиента",
            "номер клиента",
            "client number",
            "client id",
            "contact id",
            "customer id",
            "external id",
        ],
    ),
    one("last_name", &["фамилия", "last name", "lastname", "surname", "family name"]),
    one("first_name", &["имя", "first name", "firstname", "given name"]),
    one("middle_name", &["отчество", "middle name", "middlename", "patronymic", "additional name"]),
    one(
        "full_name",
        &[
            "фио",
            "ф и о",
            "полное имя",
            "контакт",
            "клиент",
            "контактное лицо",
            "full name",
            "name",
            "client",
            "display name",
            "contact",
        ],
    ),
    one("tax_id", &["инн", "inn", "tax id", "tin", "налоговый номер"]),
    one(
        "job_title",
        &[
            "должность",
            "job title",
            "title",
            "position",
            "organization title",
            "organization 1 title",
        ],
    ),
    one(
        "company",
        &[
            "компания",
            "организация",
            "место работы",
            "работодатель",
            "company",
            "organization",
            "organisation",
            "employer",
            "organization name",
            "organization 1 name",
        ],
    ),
    Known {
        to: "birth_date",
        kind: FieldType::Date,
        many: false,
        names: &[
            "дата рождения",
            "день рождения",
            "д р",
            "др",
            "birthday",
            "birth date",
            "date of birth",
            "birthdate",
            "dob",
        ],
    },
    one("sex", &["пол", "sex", "gender"]),
    many(
        "email",
        &[
            "почта",
            "электронная почта",
            "эл почта",
            "адрес эл почты*",
            "электронный адрес",
            "email*",
            "e mail*",
            "mail",
        ],
    ),
    many(
        "phone",
        &[
            "телефон*",
            "тел",
            "сотовый*",
            "мобильный*",
            "моб*",
            "рабочий телефон*",
            "домашний телефон*",
            "phone*",
            "mobile*",
            "cell*",
            "telephone*",
            "tel",
            "business phone*",
            "work phone*",
            "home phone*",
            "primary phone",
        ],
    ),
    one(
        "postal_code",
        &[
            "индекс",
            "почтовый индекс",
            "zip",
            "zip code",
            "postal code",
            "postcode",
            "business postal code",
        ],
    ),
    one("region", &["регион", "область", "край", "region", "state", "province"]),
    one("city", &["город", "населенный пункт", "city", "town", "business city"]),
    one(
        "address",
        &[
            "адрес",
            "address",
            "street",
            "street address",
            "улица",
            "business street",
            "address 1 formatted",
        ],
    ),
    one("country", &["страна", "country", "country region"]),
    one(
        "website",
        &["сайт", "веб сайт", "веб страница", "website", "web page", "url", "website 1 value"],
    ),
    one(
        "note",
        &[
            "примечание",
            "примечания",
            "комментарий",
            "заметки",
            "заметка",
            "note",
            "notes",
            "comment",
            "comments",
        ],
    ),
];

/// What a heading means; `None` when nobody knows.
pub(crate) fn recognise(column: &str) -> Option<&'static Known> {
    let name = fold(column);
    let fits = |pattern: &&str| match pattern.strip_suffix('*') {
        Some(start) => {
            name.strip_prefix(start)
                // "email 2 address" but not "emailed": what follows is another word or a number. Types, such as
                // Google's "phone 1 type", hold no phone.
                .is_some_and(|rest| {
                    rest.is_empty() || rest.starts_with([' ', '1', '2', '3', '4', '5'])
                })
                && !name.ends_with(" type")
                && !name.ends_with(" label")
                && !name.ends_with("тип")
        }
        None => name == **pattern,
    };
    KNOWN.iter().find(|known| known.names.iter().any(fits))
}
