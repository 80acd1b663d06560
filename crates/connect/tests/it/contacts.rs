//! Lists of contacts: the project's mapping, the guessed one, and lists written by the product itself.

use connect::feed::{Feed, FeedErrorCode, Mapping, Record, guess_mapping, sniff};
use connect::vcard::{read_cards, write_contacts_csv};

use crate::messages::bundle;
use crate::support::{drain, folder};

const MAPPING: &str = include_str!("../../mappings/contacts.toml");

const RUSSIAN: &str = "Фамилия;Имя;Отчество;Дата рождения;ИНН;Компания;Должность;Телефон;Рабочий телефон;E-mail;Город;Цвет глаз\n\
    Смирнова;Наталья;Игоревна;07.03.1985;500100732259;ООО «Ромашка»;Главный бухгалтер;+7 916 123-45-67;;n.smirnova@example.ru;Тверь;серые\n\
    Ким;Олег;;;;;;89031112233;84951112233;;;\n";
const ENGLISH: &str = "First name,Last name,Birthday,Company,Job title,Mobile Phone,Business Phone,E-mail Address,City\n\
    Natalia,Smirnova,1985-03-07,Camomile Ltd,Chief accountant,+7 916 123-45-67,,n.smirnova@example.ru,Tver\n";

fn with(mapping: Mapping, bytes: &[u8]) -> Vec<Record> {
    let dir = folder(&[("list.csv", bytes)]);
    let feed = Feed::open(mapping, dir.path()).unwrap();
    let (records, rejects) = drain(feed.reader(&feed.files()[0]).unwrap());
    assert_eq!(rejects, []);
    records
}

fn guessed(bytes: &[u8]) -> Vec<Record> {
    let dir = folder(&[("list.csv", bytes)]);
    let mapping = sniff(&dir.path().join("list.csv")).unwrap().mapping();
    mapping.check().unwrap();
    with(mapping, bytes)
}

#[test]
fn lists_in_both_languages_and_the_usual_encodings() {
    for bytes in [RUSSIAN.into(), encoding_rs::WINDOWS_1251.encode(RUSSIAN).0.into_owned()] {
        let by_mapping = with(Mapping::parse(MAPPING).unwrap(), &bytes);
        assert_eq!(by_mapping, guessed(&bytes), "the guess agrees with the mapping");
        let first = &by_mapping[0];
        assert_eq!(first.text("last_name"), Some("Смирнова"));
        assert_eq!(first.text("tax_id"), Some("500100732259"));
        assert_eq!(first.text("phone"), Some("+7 916 123-45-67"));
        assert_eq!(first.date("birth_date").unwrap().to_string(), "1985-03-07");
        assert_eq!(by_mapping[1].text("phone_2"), Some("84951112233"));
        assert_eq!(by_mapping[1].text("middle_name"), None);
    }
    let english = with(Mapping::parse(MAPPING).unwrap(), ENGLISH.as_bytes());
    assert_eq!(english, guessed(ENGLISH.as_bytes()));
    assert_eq!(english[0].text("email"), Some("n.smirnova@example.ru"));
    assert_eq!(english[0].text("job_title"), Some("Chief accountant"));
}

#[test]
fn headings_are_recognised() {
    let targets = |header: &[&str]| -> Vec<String> {
        let header: Vec<String> = header.iter().map(|s| (*s).to_owned()).collect();
        let mapping = guess_mapping(&header);
        mapping.check().unwrap();
        mapping.files[0].fields.iter().map(|f| f.to.clone()).collect()
    };
    assert_eq!(
        targets(&[
            "Name",
            "E-mail 1 - Type",
            "E-mail 1 - Value",
            "Phone 1 - Type",
            "Phone 1 - Value",
            "Phone 2 - Value"
        ]),
        ["full_name", "email", "phone", "phone_2"]
    );
    assert_eq!(
        targets(&["ID", "ФИО", "Моб. тел.", "Пол"]),
        ["number", "full_name", "phone", "sex"]
    );
    assert_eq!(targets(&["", "Кто", "Сколько"]), ["full_name"]);
    assert_eq!(targets(&["Телефонная книга", "Name"]), ["full_name"]);
    assert_eq!(guess_mapping(&[]).check().unwrap_err().code, FeedErrorCode::MappingId);
}

#[test]
fn a_second_import_of_a_list_gives_the_same_ids() {
    let ids = |text: &str| -> Vec<String> {
        guessed(text.as_bytes()).into_iter().map(|r| r.external_id).collect()
    };
    let first = ids(RUSSIAN);
    assert_eq!(first, ids(RUSSIAN));
    let reordered = {
        let mut lines: Vec<&str> = RUSSIAN.lines().collect();
        lines.swap(1, 2);
        lines.join("\n")
    };
    assert_eq!(ids(&reordered), [first[1].clone(), first[0].clone()]);
}

#[test]
fn contacts_written_as_csv_are_recognised_in_both_languages() {
    let card = "BEGIN:VCARD\nVERSION:4.0\nFN:Наталья Смирнова\nN:Смирнова;Наталья;Игоревна;;\nORG:ООО «Ромашка»\nTITLE:Главный бухгалтер\nTEL:84951112233\nTEL;PREF=1:+7 916 123-45-67\nEMAIL:n@example.ru\nBDAY:19850307\nADR:;кв. 5;ул. Советская\\, 1;Тверь;;170000;Россия\nNOTE:=2+2\nEND:VCARD\n";
    let contacts = read_cards(card.as_bytes()).unwrap().contacts;
    for lang in ["ru", "en"] {
        let texts = bundle(lang);
        let label = |column: &str| {
            let message =
                texts.get_message(&format!("contact-column-{}", column.replace('_', "-"))).unwrap();
            texts.format_pattern(message.value().unwrap(), None, &mut Vec::new()).into_owned()
        };
        let mut csv = Vec::new();
        write_contacts_csv(&mut csv, &contacts, label).unwrap();
        for records in [guessed(&csv), with(Mapping::parse(MAPPING).unwrap(), &csv)] {
            let plain: Vec<(String, String)> =
                records[0].fields.iter().map(|(k, v)| (k.clone(), v.to_string())).collect();
            let expected = [
                ("address", "ул. Советская, 1, кв. 5"),
                ("birth_date", "1985-03-07"),
                ("city", "Тверь"),
                ("company", "ООО «Ромашка»"),
                ("country", "Россия"),
                ("email", "n@example.ru"),
                ("first_name", "Наталья"),
                ("full_name", "Наталья Смирнова"),
                ("job_title", "Главный бухгалтер"),
                ("last_name", "Смирнова"),
                ("middle_name", "Игоревна"),
                ("note", "=2+2"),
                ("phone", "+7 916 123-45-67"),
                ("phone_2", "84951112233"),
                ("postal_code", "170000"),
            ]
            .map(|(k, v)| (k.to_owned(), v.to_owned()));
            assert_eq!(plain, expected, "{lang}");
        }
    }
}

#[test]
fn a_workbook_of_contacts_needs_no_other_mapping() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in (0..).zip(RUSSIAN.lines()) {
        for (column, cell) in (0..).zip(line.split(';')) {
            sheet.write(row, column, cell).unwrap();
        }
    }
    let dir = folder(&[("list.xlsx", &book.save_to_buffer().unwrap())]);
    let sniffed = sniff(&dir.path().join("list.xlsx")).unwrap().mapping();
    for mapping in [Mapping::parse(MAPPING).unwrap(), sniffed] {
        let feed = Feed::open(mapping, dir.path()).unwrap();
        let (records, rejects) = drain(feed.reader(&feed.files()[0]).unwrap());
        assert_eq!(rejects, []);
        assert_eq!(records, with(Mapping::parse(MAPPING).unwrap(), RUSSIAN.as_bytes()));
    }
}

#[test]
fn a_card_and_a_list_give_the_same_record() {
    let card = "BEGIN:VCARD\nVERSION:4.0\nN:Ким;Олег;;;\nFN:Олег Ким\nTEL;PREF=2:84951112233\nTEL;PREF=1:89031112233\nBDAY:--0203\nEND:VCARD\n";
    let contact = read_cards(card.as_bytes()).unwrap().contacts.remove(0);
    let record = connect::vcard::contact_record(&contact, 2);
    let list = guessed(
        "Фамилия,Имя,ФИО,Телефон,Телефон 2\nКим,Олег,Олег Ким,89031112233,84951112233\n".as_bytes(),
    );
    assert_eq!(record.text("birth_date_partial"), Some("--0203"));
    assert_eq!(record.external_id, list[0].external_id);
    for (name, value) in &list[0].fields {
        assert_eq!(record.fields.get(name), Some(value));
    }
}
