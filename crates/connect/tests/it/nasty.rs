//! Broken delimited files: what each damage costs, and what it is called.

use connect::feed::{Feed, FeedErrorCode, Mapping, RejectCode, RejectsWriter, limits};

use crate::support::{drain, folder, read};

const PEOPLE: &str = r#"
version = 1
source = "test"
currency = "RUB"
[[files]]
name = "people"
pattern = "*.csv"
kind = "client"
format = { type = "delimited", delimiter = ";" }
id = { of = ["number"] }
fields = [
  { to = "number", from = "id", required = true },
  { to = "name", from = "name" },
  { to = "amount", from = "amount", as = "money", optional = true },
]
"#;

/// `(external ids, [(row, column, code)])` of a file.
fn outcome(bytes: &[u8]) -> (Vec<String>, Vec<(u64, String, &'static str)>) {
    let (records, rejects) = read(PEOPLE, "a.csv", bytes);
    let rejects = rejects
        .into_iter()
        .map(|r| {
            assert!(r.value.chars().count() <= limits::REJECT_VALUE_CHARS + 1);
            assert_eq!(r.file, "a.csv");
            (r.row, r.column.unwrap_or_default(), r.code.code())
        })
        .collect();
    (records.into_iter().map(|r| r.external_id).collect(), rejects)
}

fn ids(list: &[&str]) -> Vec<String> {
    list.iter().map(|s| (*s).to_owned()).collect()
}

#[test]
fn good_files_of_every_habit() {
    let all = (ids(&["1", "2"]), vec![]);
    assert_eq!(outcome(b"id;name\n1;A\n2;B\n"), all);
    assert_eq!(outcome(b"\xEF\xBB\xBFid;name\r\n1;A\r\n2;B"), all, "byte order mark and CR LF");
    assert_eq!(outcome(b"id;name\r1;A\r2;B\r"), all, "CR alone");
    assert_eq!(outcome(b"\n\nid;name\n\n1;A\n;\n\n2;B\n\n"), all, "blank rows");
    assert_eq!(outcome(b"id;name\n1;A;;\n2;B;\n"), all, "empty columns behind the header's");
    assert_eq!(outcome(b" ID ; Name \n1;A\n2;B\n"), all, "blanks and case in the header");
    assert_eq!(outcome(b"id;name\n1;A;;\n2;B;\n"), all, "empty columns behind the header's");
    let auto = PEOPLE.replace("delimiter = \";\"", "delimiter = \"auto\"");
    let (records, rejects) = read(&auto, "a.csv", b"sep=|\nid|name\n1|A,B,C\n");
    assert_eq!((records[0].text("name"), rejects.len()), (Some("A,B,C"), 0), "Excel's sep line");
    let utf16: Vec<u8> =
        "id;name\n1;Пётр\n2;Ёж\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(outcome(&[b"\xFF\xFE".to_vec(), utf16].concat()), all);
}

#[test]
fn quotes_keep_delimiters_and_line_breaks() {
    let (records, rejects) =
        read(PEOPLE, "a.csv", b"id;name\n1;\"A;\"\"B\"\"\nC\"\n\"2\" ;D\n3;OOO \"E\"\n");
    assert_eq!(rejects, []);
    let names: Vec<_> = records.iter().map(|r| (r.row, r.text("name").unwrap())).collect();
    assert_eq!(names, [(2, "A;\"B\"\nC"), (4, "D"), (5, "OOO \"E\"")]);
}

#[test]
fn one_broken_row_costs_one_row() {
    let cases: [(&[u8], u64, &str, &str); 9] = [
        (b"id;name\n1;A\nx;\"never closed\n2;B\n3;C\n", 3, "", "unclosed-quote"),
        (b"id;name\n1;A\nx;\"closed\"not\n2;B\n3;C\n", 3, "", "stray-quote"),
        (b"id;name\n1;A\nx\n2;B\n3;C\n", 3, "", "too-few-columns"),
        (b"id;name\n1;A\nx;y;z\n2;B\n3;C\n", 3, "", "too-many-columns"),
        (b"id;name\n1;A\n\"\";y\n2;B\n3;C\n", 3, "id", "required"),
        (b"id;name\n1;A\nx;y\0z\n2;B\n3;C\n", 3, "name", "control"),
        (b"\xEF\xBB\xBFid;name\n1;A\nx;\xCF\xE5\xF2\xF0\n2;B\n3;C\n", 3, "name", "encoding"),
        (b"id;name;amount\n1;A;\nx;y;12,345\n2;B;1\n3;C;2,5\n", 3, "amount", "money-decimals"),
        (b"id;name;amount\n1;A;\nx;y;12a\n2;B;1\n3;C;2,5\n", 3, "amount", "money"),
    ];
    for (bytes, row, column, code) in cases {
        let (records, rejects) = outcome(bytes);
        assert_eq!(records, ["1", "2", "3"], "{code}");
        assert_eq!(rejects, [(row, column.to_owned(), code)], "{code}");
    }
}

#[test]
fn a_quote_closed_by_a_later_row_still_costs_one_row() {
    // The opening quote of row 2 would swallow row 3 up to its own first quote.
    let (records, rejects) = outcome(b"id;name\n1;\"A\n2;\"B\"\n3;C\n");
    assert_eq!(records, ["2", "3"]);
    assert_eq!(rejects, [(2, String::new(), "stray-quote")]);
}

#[test]
fn huge_rows_and_values_are_refused_in_bounded_memory() {
    let long = "x".repeat(limits::FIELD_BYTES_MAX + 1);
    let text = format!("id;name\n1;{long}\n2;B\n");
    assert_eq!(outcome(text.as_bytes()), (ids(&["2"]), vec![(2, "name".into(), "field-too-long")]));
    let text = format!("id;name\n1;{}\n2;B\n", "y;".repeat(limits::ROW_BYTES_MAX));
    assert_eq!(outcome(text.as_bytes()), (ids(&["2"]), vec![(2, String::new(), "row-too-long")]));
    let text = format!("id;name\n1;{}\n2;B\n", ";".repeat(limits::COLUMNS_MAX + 5));
    assert_eq!(
        outcome(text.as_bytes()),
        (ids(&["2"]), vec![(2, String::new(), "too-many-columns")])
    );
    // An open quote with endless lines behind it.
    let lines = "2;B\n".repeat(1_000);
    let text = format!("id;name\n1;\"{lines}");
    let (records, rejects) = outcome(text.as_bytes());
    assert_eq!(records.len(), 999);
    assert_eq!(rejects, [(2, String::new(), "unclosed-quote")]);
}

#[test]
fn unused_columns_may_hold_anything() {
    let (records, rejects) = outcome(b"\xEF\xBB\xBFid;name;photo\n1;A;\xFF\xFE\0\n");
    assert_eq!((records, rejects), (ids(&["1"]), vec![]));
}

fn refusal(bytes: &[u8]) -> FeedErrorCode {
    let dir = folder(&[("a.csv", bytes)]);
    let feed = Feed::open(Mapping::parse(PEOPLE).unwrap(), dir.path()).unwrap();
    let error = feed.reader(&feed.files()[0]).err().expect("refused");
    assert_eq!(error.place, "a.csv");
    error.code
}

#[test]
fn whole_files_are_refused_by_name() {
    assert_eq!(refusal(b""), FeedErrorCode::FileEmpty);
    assert_eq!(refusal(b"\n \n"), FeedErrorCode::FileEmpty);
    assert_eq!(refusal(b"\xEF\xBB\xBF"), FeedErrorCode::FileEmpty);
    assert_eq!(refusal(b"id,name\n1,A\n"), FeedErrorCode::ColumnMissing);
    assert_eq!(refusal(b"id;Name;NAME\n1;A;B\n"), FeedErrorCode::ColumnTwice);
    assert_eq!(refusal(b"id;\"name\n1;A\n"), FeedErrorCode::FileHeader);
    assert_eq!(refusal(b"id;na\0me\n1;A\n"), FeedErrorCode::FileHeader);
}

#[test]
fn folders_are_matched_to_rules() {
    let dir =
        folder(&[("b.CSV", b"id;name\n1;A\n"), ("a.csv", b"id;name\n2;B\n"), ("notes.doc", b"?")]);
    std::fs::create_dir(dir.path().join("deep.csv")).unwrap();
    let feed = Feed::open(Mapping::parse(PEOPLE).unwrap(), dir.path()).unwrap();
    let names: Vec<_> = feed.files().iter().map(|f| f.file.as_str()).collect();
    assert_eq!(names, ["a.csv", "b.CSV"]);
    assert_eq!(feed.unknown(), ["notes.doc"]);

    let empty = folder(&[]);
    let error = Feed::open(Mapping::parse(PEOPLE).unwrap(), empty.path()).unwrap_err();
    assert_eq!(error.code, FeedErrorCode::FileMissing);
    let optional = PEOPLE.replace("name = \"people\"", "name = \"people\"\noptional = true");
    // a rule may be absent, but not all of them
    let error = Feed::open(Mapping::parse(&optional).unwrap(), empty.path()).unwrap_err();
    assert_eq!(error.code, FeedErrorCode::FileMissing);
    let nowhere = empty.path().join("nowhere");
    let error = Feed::open(Mapping::parse(PEOPLE).unwrap(), &nowhere).unwrap_err();
    assert_eq!(error.code, FeedErrorCode::FolderUnreadable);
}

#[test]
fn rejects_become_a_file_for_people() {
    let (_, rejects) =
        read(PEOPLE, "a.csv", b"id;name;amount\n1;A;=cmd|' /C calc'!A0\n2;B;+7,123\n");
    let mut writer = RejectsWriter::new(Vec::new()).unwrap();
    for reject in &rejects {
        writer.write(reject, "why").unwrap();
    }
    assert_eq!(writer.written(), 2);
    let text = String::from_utf8(writer.finish().unwrap()).unwrap();
    assert_eq!(
        text,
        "file,row,column,code,reason,value\n\
         a.csv,2,amount,money,why,'=cmd|' /C calc'!A0\n\
         a.csv,3,amount,money-decimals,why,\"+7,123\"\n"
    );
    assert_eq!(rejects[0].message_key(), "feed-reject-money");
    assert_eq!(rejects[0].code, RejectCode::Money);
}

#[test]
fn a_file_that_shrinks_while_it_is_read_ends_without_a_panic() {
    let rows: String = (0..100_000).map(|n| format!("{n};A\n")).collect();
    let dir = folder(&[("a.csv", format!("id;name\n{rows}").as_bytes())]);
    let feed = Feed::open(Mapping::parse(PEOPLE).unwrap(), dir.path()).unwrap();
    let reader = feed.reader(&feed.files()[0]).unwrap();
    std::fs::write(dir.path().join("a.csv"), b"").unwrap();
    let (records, rejects) = drain(reader);
    assert!(records.len() < 100_000 && rejects.len() <= 1);
}
