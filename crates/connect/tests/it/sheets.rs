//! XLSX feeds: cells of every type, wrong sheets, damaged and hostile archives.

use std::io::{Cursor, Write};

use connect::feed::{Feed, FeedErrorCode, Mapping, Record, Reject};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};

use crate::support::{drain, folder, read};

pub const MAPPING: &str = r#"
version = 1
source = "test"
currency = "RUB"
[[files]]
name = "sheet"
pattern = "*.xlsx"
kind = "account"
format = { type = "xlsx", skip_rows = 2 }
id = { of = ["number"] }
fields = [
  { to = "number", from = "Счёт", required = true },
  { to = "owner", from = "Владелец" },
  { to = "opened_on", from = "Открыт", as = "date", format = "dd.mm.yyyy" },
  { to = "balance", from = "Остаток", as = "money" },
]
"#;

/// A workbook as an accountant sends it: a title above the header, dates as dates and as text, a gap.
pub fn workbook() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Выгрузка").unwrap();
    let date = Format::new().set_num_format("dd.mm.yyyy");
    sheet.write(0, 0, "Остатки на 01.11.2026").unwrap();
    for (column, name) in (0..).zip(["Счёт", "Владелец", "Открыт", "Остаток"])
    {
        sheet.write(2, column, name).unwrap();
    }
    sheet.write(3, 0, "40702810938000012345").unwrap();
    sheet.write(3, 1, "ООО «Ромашка»").unwrap();
    let day = ExcelDateTime::from_ymd(2020, 2, 29).unwrap();
    sheet.write_with_format(3, 2, &day, &date).unwrap();
    sheet.write(3, 3, 1234.56).unwrap();
    sheet.write(5, 0, "2").unwrap();
    sheet.write(5, 2, "01.03.2020").unwrap();
    sheet.write(5, 3, 0.300_000_000_000_000_04).unwrap();
    sheet.write(6, 0, 40_702_810_938_000_012_345_f64).unwrap();
    sheet.write(7, 0, 4).unwrap();
    sheet.write(7, 3, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    sheet.write(8, 0, 5).unwrap();
    sheet.write(8, 2, 43_890).unwrap();
    sheet.write(9, 0, 6).unwrap();
    book.save_to_buffer().unwrap()
}

#[test]
fn cells_of_every_type() {
    let (records, rejects) = read(MAPPING, "a.xlsx", &workbook());
    let row = |r: &Record| {
        let money = r.money("balance").map(|m| m.minor);
        (r.row, r.external_id.clone(), r.date("opened_on").map(|d| d.to_string()), money)
    };
    let rows: Vec<_> = records.iter().map(row).collect();
    assert_eq!(
        rows,
        [
            (4, "40702810938000012345".into(), Some("2020-02-29".into()), Some(123_456)),
            (6, "2".into(), Some("2020-03-01".into()), Some(30)),
            (10, "6".into(), None, None),
        ]
    );
    assert_eq!(records[0].text("owner"), Some("ООО «Ромашка»"));
    let why = |r: &Reject| (r.row, r.column.clone().unwrap(), r.code.code());
    let why: Vec<_> = rejects.iter().map(why).collect();
    assert_eq!(
        why,
        [
            (7, "Счёт".to_owned(), "lost-digits"),
            (8, "Остаток".to_owned(), "cell-error"),
            (9, "Открыт".to_owned(), "date"),
        ]
    );
}

fn refusal(mapping: &str, bytes: &[u8]) -> FeedErrorCode {
    let dir = folder(&[("a.xlsx", bytes)]);
    let feed = Feed::open(Mapping::parse(mapping).unwrap(), dir.path()).unwrap();
    feed.reader(&feed.files()[0]).err().expect("refused").code
}

#[test]
fn workbooks_are_refused_by_name() {
    let good = workbook();
    assert_eq!(refusal(MAPPING, b"id;name\n1;A\n"), FeedErrorCode::NotXlsx);
    assert_eq!(refusal(MAPPING, &good[..good.len() / 2]), FeedErrorCode::NotXlsx);
    assert_eq!(refusal(MAPPING, &good[..good.len() - 10]), FeedErrorCode::NotXlsx);
    assert_eq!(refusal(MAPPING, b""), FeedErrorCode::FileEmpty);
    let other = MAPPING.replace("skip_rows = 2", "sheet = \"Лист1\"");
    assert_eq!(refusal(&other, &good), FeedErrorCode::SheetMissing);
    let below = MAPPING.replace("skip_rows = 2", "skip_rows = 200");
    assert_eq!(refusal(&below, &good), FeedErrorCode::FileEmpty);
    let none = MAPPING.replace("skip_rows = 2", "skip_rows = 0");
    assert_eq!(refusal(&none, &good), FeedErrorCode::ColumnMissing);
}

#[test]
fn an_archive_that_unpacks_without_end_is_refused() {
    // A small archive whose directory states 4 GB.
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("xl/sharedStrings.xml", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(&[b' '; 70_000]).unwrap();
    let mut bomb = zip.finish().unwrap().into_inner();
    let stated = 70_000_u32.to_le_bytes();
    for at in 0..bomb.len() - 4 {
        if bomb[at..at + 4] == stated {
            bomb.splice(at..at + 4, 0xFFFF_FFF0_u32.to_le_bytes());
        }
    }
    assert_eq!(refusal(MAPPING, &bomb), FeedErrorCode::FileTooLarge);
}

#[test]
fn a_cell_in_the_last_corner_needs_no_memory_for_the_others() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in (0..).zip(["Счёт", "Владелец", "Открыт", "Остаток"])
    {
        sheet.write(2, column, name).unwrap();
    }
    sheet.write(3, 0, "1").unwrap();
    sheet.write(1_048_575, 16_383, "far").unwrap();
    sheet.write(1_048_575, 0, "2").unwrap();
    let (records, rejects) = read(MAPPING, "a.xlsx", &book.save_to_buffer().unwrap());
    assert_eq!(records.len(), 1);
    assert_eq!((rejects[0].row, rejects[0].code.code()), (1_048_576, "too-many-columns"));
}

#[test]
fn a_reader_that_is_left_early_leaves_nothing_running() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(2, 0, "Счёт").unwrap();
    for row in 3..5_000 {
        sheet.write(row, 0, row).unwrap();
    }
    let mut text = MAPPING.to_owned();
    for column in ["Владелец", "Открыт", "Остаток"] {
        let from = format!("from = \"{column}\"");
        text = text.replace(&from, &format!("{from}, optional = true"));
    }
    let dir = folder(&[("a.xlsx", &book.save_to_buffer().unwrap())]);
    let feed = Feed::open(Mapping::parse(&text).unwrap(), dir.path()).unwrap();
    let mut reader = feed.reader(&feed.files()[0]).unwrap();
    assert_eq!(reader.next().unwrap().unwrap().row, 4);
    drop(reader);
    let mut again = feed.reader(&feed.files()[0]).unwrap();
    again.skip_to(4_990);
    let (records, _) = drain(again);
    assert_eq!(records.first().map(|r| r.row), Some(4_990));
    assert_eq!(records.len(), 11);
}
