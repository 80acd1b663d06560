//! Whatever the bytes, readers answer and never panic, and they say where.

use std::io::{Cursor, Read, Write};

use connect::feed::{Feed, Mapping, sniff};
use connect::vcard::read_cards;
use proptest::prelude::*;

use crate::sheets;
use crate::support::{drain, folder};

const ANY: &str = r#"
version = 1
source = "test"
[[files]]
name = "any"
pattern = "*.csv"
kind = "row"
format = { type = "delimited", delimiter = "auto", encoding = "auto", header = false, columns = ["a", "b"] }
id = { of = ["a"], hash = true, ordinal = true }
fields = [ { to = "a", from = "a" }, { to = "b", from = "b", as = "decimal" } ]
"#;

/// Rows of a file are read in order, each at most once, and the counts say so.
fn feed_answers(mapping: &str, name: &str, bytes: &[u8]) {
    let dir = folder(&[(name, bytes)]);
    let _either_is_fine = sniff(&dir.path().join(name)).map(|s| s.mapping());
    let feed = Feed::open(Mapping::parse(mapping).unwrap(), dir.path()).unwrap();
    let Ok(mut reader) = feed.reader(&feed.files()[0]) else {
        return;
    };
    let (records, rejects) = (reader.by_ref().filter(Result::is_ok).count(), ());
    let counts = reader.counts();
    assert_eq!(counts.records, u64::try_from(records).unwrap(), "{rejects:?}");
    let (records, rejects) = drain(feed.reader(&feed.files()[0]).unwrap());
    let mut rows: Vec<u64> =
        records.iter().map(|r| r.row).chain(rejects.iter().map(|r| r.row)).collect();
    rows.sort_unstable();
    let before = rows.len();
    rows.dedup();
    assert_eq!(rows.len(), before, "a row came twice");
    assert_eq!(counts.rejects, u64::try_from(rejects.len()).unwrap());
}

fn rows_of_marks() -> impl Strategy<Value = Vec<u8>> {
    let mark = prop_oneof![
        Just(b"\"".to_vec()),
        Just(b"\"\"".to_vec()),
        Just(b";".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\r".to_vec()),
        Just("я".as_bytes().to_vec()),
        Just(vec![0xFF]),
        Just(vec![0]),
        Just(b"12,5".to_vec()),
        Just(b" ".to_vec()),
    ];
    proptest::collection::vec(mark, 0..200).prop_map(|parts| parts.concat())
}

fn lines_of_cards() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"BEGIN:VCARD\r\n".to_vec()),
        Just(b"END:VCARD\n".to_vec()),
        Just(b"VERSION:2.1\n".to_vec()),
        Just(b"N;CHARSET=x;QUOTED-PRINTABLE:=D0=\n".to_vec()),
        Just(b"item1.TEL;TYPE=\"a,b:tel:+;ext=".to_vec()),
        Just(b"PHOTO;ENCODING=b:AAAA\n AAA\n".to_vec()),
        Just(b"BDAY:--\xC3\xA9\n".to_vec()),
        Just(b" \\".to_vec()),
        Just(b";;;\\n,^".to_vec()),
        Just(b"AGENT:\n".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..20),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_bytes_as_text(
        mark in prop_oneof![Just(&b""[..]), Just(&b"\xFF\xFE"[..]), Just(&b"\xFE\xFF"[..]), Just(&b"\xEF\xBB\xBF"[..])],
        bytes in proptest::collection::vec(any::<u8>(), 0..3_000),
    ) {
        feed_answers(ANY, "a.csv", &[mark, &bytes].concat());
    }

    #[test]
    fn any_order_of_marks(bytes in rows_of_marks()) {
        feed_answers(ANY, "a.csv", &bytes);
    }

    #[test]
    fn any_bytes_as_cards(bytes in proptest::collection::vec(any::<u8>(), 0..3_000)) {
        let _either_is_fine = read_cards(&bytes);
    }

    #[test]
    fn any_pieces_of_cards(bytes in lines_of_cards()) {
        if let Ok(cards) = read_cards(&bytes) {
            for contact in cards.contacts {
                let text = connect::vcard::write_card(&contact);
                prop_assert!(read_cards(text.as_bytes()).is_ok());
            }
        }
    }

    #[test]
    fn any_mapping_text(text in "[a-z=\\[\\]{}\"'0-9 \n.]{0,300}") {
        let _either_is_fine = Mapping::parse(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn any_damage_to_a_workbook(
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = sheets::workbook();
        for (place, byte) in places {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        feed_answers(sheets::MAPPING, "a.xlsx", &bytes);
    }

    #[test]
    fn any_damage_inside_a_workbook(
        part in any::<prop::sample::Index>(),
        places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        swap in proptest::option::of((
            any::<prop::sample::Index>(),
            prop_oneof![
                Just("r=\"XFE1048577\""), Just("t=\"s\""), Just("<v>99999</v>"), Just("<v>-1</v>"),
                Just("<v>1e999</v>"), Just("<v>NaN</v>"), Just("<row r=\"0\">"), Just("s=\"9999\""),
                Just("<c r=\"A0\">"), Just("&#0;"), Just("&lol;"), Just("<si/>"), Just("<t>"),
            ],
        )),
    ) {
        feed_answers(sheets::MAPPING, "a.xlsx", &damaged_inside(part, &places, swap));
    }
}

/// A workbook whose archive is whole and one of whose parts is not.
fn damaged_inside(
    part: prop::sample::Index,
    places: &[(prop::sample::Index, u8)],
    swap: Option<(prop::sample::Index, &str)>,
) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(Cursor::new(sheets::workbook())).unwrap();
    let mut new = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let chosen = part.index(old.len());
    for index in 0..old.len() {
        let mut file = old.by_index(index).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        if index == chosen {
            match swap {
                Some((place, text)) => {
                    let at = place.index(bytes.len());
                    let from = bytes[..at].iter().rposition(|b| *b == b' ').unwrap_or(0);
                    bytes.splice(from..at, text.bytes());
                }
                None => {
                    for (place, byte) in places {
                        let at = place.index(bytes.len());
                        bytes[at] = *byte;
                    }
                }
            }
        }
        let name = file.name().unwrap().into_owned();
        new.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        new.write_all(&bytes).unwrap();
    }
    new.finish().unwrap().into_inner()
}
