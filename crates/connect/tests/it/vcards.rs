//! vCards of real programs in, vCard 4.0 and CSV out.

use std::collections::BTreeMap;
use std::process::Command;

use connect::vcard::{
    Address, CardErrorCode, CardProblemCode, Contact, ContactPoint, Messenger, Organization,
    PartialDate, Related, Sex, limits, read_cards, write_card,
};
use proptest::prelude::*;

use crate::support::public_data;

/// File name → bytes of the 18 samples; `None` when they or `tar` are absent.
fn samples() -> Option<BTreeMap<String, Vec<u8>>> {
    let packed = public_data("crm_exports/vcards.tar.xz")?;
    let dir = tempfile::tempdir().unwrap();
    let unpacked = Command::new("tar").arg("-xJf").arg(&packed).arg("-C").arg(dir.path()).status();
    if !unpacked.is_ok_and(|s| s.success()) {
        eprintln!("absent: the tar and xz programs; the test did not run");
        return None;
    }
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        files.insert(name, std::fs::read(&path).unwrap());
    }
    assert_eq!(files.len(), 18);
    Some(files)
}

fn numbers(contact: &Contact) -> Vec<&str> {
    contact.phones.iter().map(|p| p.value.as_str()).collect()
}

/// File, cards, and of the last card name, phones and e-mails.
const EXPECTED: [(&str, usize, &str, usize, usize); 18] = [
    ("John_Doe_ANDROID.vcf", 6, "ÑÑÑÑ", 1, 1),
    ("John_Doe_BLACK_BERRY.vcf", 1, "John Doe", 1, 0),
    ("John_Doe_EVOLUTION.vcf", 1, "Mr. John Richter, James Doe Sr.", 2, 1),
    ("John_Doe_GMAIL.vcf", 1, "Mr. John Richter, James Doe Sr.", 2, 1),
    ("John_Doe_IPHONE.vcf", 1, "Mr. John Richter James Doe Sr.", 7, 1),
    ("John_Doe_LOTUS_NOTES.vcf", 1, "Mr. Doe John I Johny", 2, 2),
    ("John_Doe_MAC_ADDRESS_BOOK.vcf", 1, "Mr. John Richter,James Doe Sr.", 7, 1),
    ("John_Doe_MS_OUTLOOK.vcf", 1, "Mr. John Richter James Doe Sr.", 2, 1),
    ("fullcontact.vcf", 1, "Prefix FirstName MiddleName LastName Suffix", 9, 5),
    ("gmail-list.vcf", 3, "Doug White", 0, 1),
    ("gmail-single.vcf", 1, "Greg Dartmouth", 2, 1),
    ("gmail-single2.vcf", 1, "VCard Test", 11, 5),
    ("issue114.vcf", 1, "Dummy, Dummy", 2, 1),
    ("outlook-2003.vcf", 1, "John Doe III", 4, 1),
    ("outlook-2007.vcf", 1, "Mr. Michael Angstadt Jr.", 4, 1),
    ("rfc2426-example.vcf", 2, "Tim Howes", 2, 1),
    ("rfc6350-example.vcf", 1, "Simon Perreault", 2, 1),
    ("thunderbird-MoreFunctionsForAddressBook-extension.vcf", 1, "John Doe", 5, 5),
];

#[test]
fn cards_of_eighteen_programs_have_their_names_and_phones() {
    let Some(files) = samples() else { return };
    for (file, count, name, phones, emails) in EXPECTED {
        let cards = read_cards(&files[file]).unwrap();
        assert_eq!(cards.problems, [], "{file}");
        assert_eq!(cards.contacts.len(), count, "{file}");
        let last = cards.contacts.last().unwrap();
        let seen = (last.name().unwrap(), last.phones.len(), last.emails.len());
        assert_eq!(seen, (name.to_owned(), phones, emails), "{file}");
    }
}

#[test]
fn details_of_real_cards() {
    let Some(files) = samples() else { return };
    let one = |file: &str| read_cards(&files[file]).unwrap().contacts.remove(0);

    let outlook = one("outlook-2003.vcf");
    assert_eq!(outlook.last_name.as_deref(), Some("Doe"));
    assert_eq!(outlook.name_suffix.as_deref(), Some("III"));
    assert_eq!(outlook.organizations[0].name.as_deref(), Some("Company, The"));
    assert_eq!(outlook.organizations[0].units, ["TheDepartment"]);
    assert_eq!(outlook.notes, ["This is the note field!!\nSecond line\n\nThird line is empty"]);
    assert_eq!(outlook.birth_date.unwrap().date().unwrap().to_string(), "1980-03-21");
    assert_eq!(outlook.addresses[0].city.as_deref(), Some("Austin"));
    assert_eq!(outlook.attachments_skipped, 1);

    let iphone = one("John_Doe_IPHONE.vcf");
    assert_eq!(iphone.middle_name.as_deref(), Some("Richter James"));
    assert_eq!(iphone.phones[0].kinds, ["cell"]);
    assert!(iphone.phones[0].preferred);
    assert_eq!(iphone.phones[6].label.as_deref(), Some("AssistantPhone"));
    assert_eq!(iphone.addresses[1].street.as_deref(), Some("Street4\nBuilding 6\nFloor 8"));
    assert_eq!(iphone.urls[0].value, "http://www.ibm.com");
}

#[test]
fn details_of_cards_of_newer_versions() {
    let Some(files) = samples() else { return };
    let one = |file: &str| read_cards(&files[file]).unwrap().contacts.remove(0);

    let rfc = one("rfc6350-example.vcf");
    assert_eq!(numbers(&rfc), ["+1-418-656-9254", "+1-418-262-6501"]);
    assert_eq!(rfc.phones[0].extension.as_deref(), Some("102"));
    assert_eq!(rfc.phones[1].kinds, ["work", "cell", "video", "text"]);
    assert_eq!(rfc.birth_date, Some(PartialDate { year: None, month: Some(2), day: Some(3) }));
    assert_eq!(rfc.sex, Some(Sex::Male));
    assert_eq!(rfc.name_suffix.as_deref(), Some("ing. jr M.Sc."));

    let gmail = one("gmail-single.vcf");
    assert_eq!(
        gmail.related[0],
        Related { relation: Some("spouse".into()), name: "MySpouse".into() }
    );
    assert_eq!(
        gmail.messengers[0],
        Messenger { service: "icq".into(), handle: "123456789".into() }
    );
    assert_eq!(gmail.anniversary.unwrap().date().unwrap().to_string(), "1970-06-02");

    let german = one("issue114.vcf");
    assert_eq!(
        german.addresses[0].label.as_deref(),
        Some("Dummy-Dummy-Strasse 1 61352 Bad Homburg\nGERMANY\""),
        "an unquoted parameter ends at its colon"
    );
    assert_eq!(german.addresses[0].street.as_deref(), Some("Dummy-Dummy-Strasse 1"));
    assert_eq!(german.addresses[0].postal_code.as_deref(), Some("61352"));
    let android = read_cards(&files["John_Doe_ANDROID.vcf"]).unwrap().contacts;
    assert_eq!(android[0].name().as_deref(), Some("john.doe@company.com"));
    assert_eq!(android[2].last_name.as_deref(), Some("Ñ Ñ Ñ Ñ"));
}

#[test]
fn real_cards_survive_being_written_as_4_0() {
    let Some(files) = samples() else { return };
    for (file, bytes) in files {
        for mut contact in read_cards(&bytes).unwrap().contacts {
            let text = write_card(&contact);
            assert!(text.lines().all(|l| l.len() <= 75), "{file}");
            let again = read_cards(text.as_bytes()).unwrap();
            assert_eq!(again.problems, [], "{file}");
            // Attachments are not written, and a card must have a formatted name.
            contact.attachments_skipped = 0;
            contact.full_name = contact.name();
            assert_eq!(again.contacts, [contact], "{file}");
        }
    }
}

#[test]
fn russian_cards_of_old_phones_and_programs() {
    let text = "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Иванова;Наталья;Петровна\r\nORG:ООО \"Ромашка\"\r\nTEL;CELL:8 (916) 123-45-67\r\nBDAY:23.11.1985\r\nEND:VCARD\r\n";
    for bytes in [
        encoding_rs::WINDOWS_1251.encode(text).0.into_owned(),
        text.as_bytes().to_vec(),
        text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ] {
        let contact = read_cards(&bytes).unwrap().contacts.remove(0);
        assert_eq!(contact.name().as_deref(), Some("Наталья Петровна Иванова"));
        assert_eq!(contact.birth_date.unwrap().date().unwrap().to_string(), "1985-11-23");
        assert_eq!(contact.organizations[0].name.as_deref(), Some("ООО \"Ромашка\""));
    }
    let koi8 =
        "BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=KOI8-R;QUOTED-PRINTABLE:=F0=A3=D4=D2\nEND:VCARD\n";
    assert_eq!(read_cards(koi8.as_bytes()).unwrap().contacts[0].name().as_deref(), Some("Пётр"));
}

#[test]
fn damaged_cards_cost_as_little_as_possible() {
    let read = |text: &str| {
        let cards = read_cards(text.as_bytes()).unwrap();
        let names: Vec<_> = cards.contacts.iter().map(|c| c.name().unwrap()).collect();
        let problems: Vec<_> = cards.problems.iter().map(|p| (p.card, p.line, p.code)).collect();
        (names, problems)
    };
    let names = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        read("BEGIN:VCARD\nFN:A\nBEGIN:VCARD\nFN:B\nEND:VCARD\nFN:C\n"),
        (
            names(&["A", "B"]),
            vec![(1, 1, CardProblemCode::Unterminated), (2, 6, CardProblemCode::Outside)]
        )
    );
    assert_eq!(
        read("BEGIN:VCARD\nFN:A\nnonsense\nBDAY:soon\nTEL:1"),
        (
            names(&["A"]),
            vec![
                (1, 3, CardProblemCode::Line),
                (1, 1, CardProblemCode::Unterminated),
                (1, 4, CardProblemCode::Date),
            ]
        )
    );
    assert_eq!(
        read("BEGIN:VCARD\nNOTE:only this\nEND:VCARD\nBEGIN:VCARD\nFN:B\nEND:VCARD"),
        (names(&["B"]), vec![(1, 1, CardProblemCode::Empty)])
    );
    assert_eq!(
        read("BEGIN:VCARD\nFN:A\nAGENT:\nBEGIN:VCARD\nFN:Secretary\nEND:VCARD\nTEL:1\nEND:VCARD"),
        (names(&["A"]), vec![])
    );
    let long =
        format!("BEGIN:VCARD\nFN:A\nNOTE:{}\nEND:VCARD", "x".repeat(limits::PROPERTY_BYTES_MAX));
    assert_eq!(read(&long), (names(&["A"]), vec![(1, 3, CardProblemCode::TooLong)]));
    let many = format!("BEGIN:VCARD\nFN:A\n{}END:VCARD", "TEL:1\n".repeat(5_000));
    assert_eq!(read(&many), (names(&["A"]), vec![(1, 1, CardProblemCode::TooMany)]));
    assert_eq!(read_cards(b"").unwrap_err().code, CardErrorCode::NoCard);
    assert_eq!(read_cards(b"PK\x03\x04").unwrap_err().code, CardErrorCode::NoCard);
    let huge = vec![b' '; limits::CARDS_BYTES_MAX + 1];
    assert_eq!(read_cards(&huge).unwrap_err().code, CardErrorCode::TooLarge);
}

fn text() -> impl Strategy<Value = String> {
    "[A-Za-zА-яёЁ0-9,;:\\\\^\"'.ñ漢-]([ -~А-яё漢\n]{0,90}[A-Za-zА-яё,;\\\\^])?"
}
fn point() -> impl Strategy<Value = ContactPoint> {
    (
        "[a-z0-9@+(][ -~а-я]{0,30}[a-z0-9]",
        proptest::collection::btree_set("home|work|cell|fax|x-dacha", 0..3),
        proptest::option::of("[A-Za-zА-я]{1,20}"),
        any::<bool>(),
    )
        .prop_map(|(value, kinds, label, preferred)| ContactPoint {
            value,
            extension: None,
            kinds: kinds.into_iter().collect(),
            label,
            preferred,
        })
}
fn date() -> impl Strategy<Value = PartialDate> {
    (proptest::option::of(1605_i16..2100), 1_i8..=12, proptest::option::of(1_i8..=28))
        .prop_map(|(year, month, day)| PartialDate { year, month: Some(month), day })
}
fn contact() -> impl Strategy<Value = Contact> {
    let some = || proptest::option::of(text());
    let list = || proptest::collection::vec(text(), 0..3);
    (
        (text(), some(), some(), some(), proptest::option::of(date())),
        (
            proptest::collection::vec(point(), 0..4),
            proptest::collection::vec(point(), 0..3),
            proptest::option::of("[0-9]{1,5}"),
        ),
        (list(), list(), list(), some(), some(), some()),
    )
        .prop_map(|((name, last, first, middle, born), (mut phones, emails, ext), rest)| {
            let (titles, notes, categories, city, unit, person) = rest;
            if let (Some(phone), Some(_)) = (phones.first_mut(), &ext) {
                // A number with an extension is written as an address, whose parts are parted by semicolons.
                phone.value = "+7-916-123-45-67".to_owned();
                phone.extension = ext;
            }
            phones.retain(|p| !p.value.to_lowercase().starts_with("tel:"));
            Contact {
                full_name: Some(name),
                last_name: last,
                first_name: first,
                middle_name: middle,
                birth_date: born,
                phones,
                emails,
                titles,
                notes,
                categories,
                addresses: city
                    .map(|city| Address {
                        city: Some(city),
                        kinds: vec!["work".into()],
                        ..Address::default()
                    })
                    .into_iter()
                    .collect(),
                organizations: unit
                    .map(|unit| Organization { name: None, units: vec![unit] })
                    .into_iter()
                    .collect(),
                related: person
                    .map(|name| Related { relation: Some("spouse".into()), name })
                    .into_iter()
                    .collect(),
                ..Contact::default()
            }
        })
}

proptest! {
    #[test]
    fn any_contact_written_reads_back(contact in contact()) {
        let text = write_card(&contact);
        let cards = read_cards(text.as_bytes()).unwrap();
        prop_assert_eq!(cards.problems, vec![]);
        prop_assert_eq!(cards.contacts, vec![contact]);
    }
}
