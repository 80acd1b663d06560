//! Files of contact cards as feeds: one card is one row.

use connect::feed::{Feed, FeedErrorCode, Mapping, PROJECT_MAPPINGS, RejectCode, sniff};

use crate::support::{drain, folder, read};

const MAPPING: &str = "version = 1\nsource = \"phone\"\n[[files]]\nname = \"cards\"\n\
     pattern = \"*.vcf\"\nkind = \"contact\"\nformat = { type = \"vcard\" }\n";

#[test]
fn a_card_is_a_row_and_costs_itself_when_any_of_it_cannot_be_read() {
    let text = "BEGIN:VCARD\nN:A\nEND:VCARD\nstray\nstray\n\
        BEGIN:VCARD\nN:B\nBDAY:soon\nnonsense\nEND:VCARD\n\
        BEGIN:VCARD\nUID:7\nN:C\nEND:VCARD\nBEGIN:VCARD\nN:D\n";
    let (records, rejects) = read(MAPPING, "a.vcf", text.as_bytes());
    let seen: Vec<_> = records.iter().map(|r| (r.row, r.fields["last_name"].to_string())).collect();
    assert_eq!(seen, [(1, "A".to_owned()), (11, "C".to_owned())]);
    assert_eq!(records[1].external_id, "uid:7");
    let seen: Vec<_> =
        rejects.iter().map(|r| (r.card, r.row, r.column.as_deref(), r.code)).collect();
    assert_eq!(
        seen,
        [
            (None, 4, None, RejectCode::CardOutside),
            (Some(2), 9, None, RejectCode::CardLine),
            (Some(2), 8, Some("BDAY"), RejectCode::CardDate),
            (Some(4), 15, None, RejectCode::CardUnterminated),
        ]
    );
}

#[test]
fn reading_goes_on_from_a_card_and_long_ids_stay_apart() {
    let card = |uid: &str| format!("BEGIN:VCARD\nUID:{uid}\nN:A\nEND:VCARD\n");
    let long = "x".repeat(300);
    let text = format!("{}{}{}", card("1"), card(&format!("{long}a")), card(&format!("{long}b")));
    let dir = folder(&[("a.vcf", text.as_bytes())]);
    let feed = Feed::open(Mapping::parse(MAPPING).unwrap(), dir.path()).unwrap();
    let mut reader = feed.reader(&feed.files()[0]).unwrap();
    reader.skip_to(5);
    let (records, rejects) = drain(reader);
    assert_eq!((records.len(), rejects.len()), (2, 0));
    assert_ne!(records[0].external_id, records[1].external_id);
    assert!(records.iter().all(|r| r.external_id.len() < 60));
}

#[test]
fn a_rule_for_cards_has_no_columns_and_a_file_without_cards_is_refused() {
    let wrong = [
        "id = { of = [\"number\"] }\n",
        "fields = [{ to = \"number\", from = \"x\" }]\n",
        "skip = [{ column = \"x\", values = [\"y\"] }]\n",
    ];
    for line in wrong {
        let error = Mapping::parse(&format!("{MAPPING}{line}")).unwrap_err();
        assert_eq!(error.code, FeedErrorCode::MappingOption, "{line}");
    }
    for (bytes, code) in [
        (&b"just words"[..], FeedErrorCode::NoCard),
        (b"", FeedErrorCode::FileEmpty),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", FeedErrorCode::NoCard),
    ] {
        let dir = folder(&[("a.vcf", bytes)]);
        let feed = Feed::open(Mapping::parse(MAPPING).unwrap(), dir.path()).unwrap();
        assert_eq!(feed.reader(&feed.files()[0]).err().unwrap().code, code);
        assert_eq!(sniff(&dir.path().join("a.vcf")).unwrap_err().code, code);
    }
}

#[test]
fn the_mapping_of_contacts_takes_lists_and_cards_and_wants_one_of_them() {
    let mapping = || {
        let text = PROJECT_MAPPINGS.iter().find(|(name, _)| *name == "contacts").unwrap().1;
        Mapping::parse(text).unwrap()
    };
    let dir = folder(&[
        ("list.csv", "Фамилия\nИванов\n".as_bytes()),
        ("phone.VCF", b"BEGIN:VCARD\nN:A\nEND:VCARD\n"),
    ]);
    let feed = Feed::open(mapping(), dir.path()).unwrap();
    let kinds: Vec<_> = feed.files().iter().map(|f| (f.rule.as_str(), f.kind.as_str())).collect();
    assert_eq!(kinds, [("contacts", "contact"), ("cards", "contact")]);
    for file in feed.files() {
        let (records, rejects) = drain(feed.reader(file).unwrap());
        assert_eq!((records.len(), rejects.len()), (1, 0), "{}", file.file);
    }
    let one = folder(&[("list.csv", "Фамилия\nИванов\n".as_bytes())]);
    assert_eq!(Feed::open(mapping(), one.path()).unwrap().absent(), ["cards"]);
    let other = folder(&[("a.pdf", b"%PDF")]);
    let error = Feed::open(mapping(), other.path()).unwrap_err();
    assert_eq!(error.code, FeedErrorCode::FileMissing);
    // a file of cards is known by how it begins, whatever it is called
    let renamed = folder(&[("contacts.txt", b"\xEF\xBB\xBF\nbegin:vcard\nN:A\nEND:VCARD\n")]);
    let sniffed = sniff(&renamed.path().join("contacts.txt")).unwrap();
    assert_eq!(Mapping::parse(&sniffed.mapping().to_toml()).unwrap(), sniffed.mapping());
    assert!(sniffed.mapping().to_toml().contains("vcard"));
}
