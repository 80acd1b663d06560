//! Whole files: tables, workbooks, contact cards, backups. Each is written where a parser expects a file.

use std::cell::RefCell;
use std::fs::File;
use std::io::Write;

use connect::feed::{Mapping, preview, sniff};
use connect::vcard::{CardReader, limits, write_card};
use sha2::{Digest, Sha256};
use store::{Read, Store, dump};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{Target, bytes};

/// A folder with one file, and what the feed makes of it.
fn as_feed(name: &str, input: &[u8]) {
    thread_local! {
        static FOLDER: TempDir = tempfile::tempdir().expect("a folder");
    }
    let folder = FOLDER.with(|folder| folder.path().join(name));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    std::fs::write(&path, input).expect("the file");
    let Ok(found) = sniff(&path) else { return };
    let Ok(previews) = preview(found.mapping(), &folder, 50) else { return };
    for view in previews {
        assert!(view.records.len() <= 50 && view.rejects.len() <= 50);
        // a table has no more records than its file has room for
        assert!(view.records.len() <= input.len() || name.ends_with(".xlsx"));
        let written = serde_json::to_string(&view).expect("a preview is shown");
        assert!(written.len() < 64 * 1024 * 1024, "{} bytes", written.len());
    }
}

pub(super) const TABLE: Target = Target {
    name: "table",
    cost: 20,
    seeds: || {
        let mut seeds = bytes(&[
            "Фамилия;Имя;Телефон;E-mail;Дата рождения;ИНН\r\nЩербаков;Артём;8 916 123-45-67;a@b.ru;01.02.1985;500100732259\r\n",
            "last_name,first_name,email\nNovák,\"Jan \"\"J.\"\"\",jan@x.example\n,,\n",
            "a\tb\tc\n1\t2\n\"open\n",
            "\u{feff}name|phone\nx|+79161234567",
        ]);
        seeds
            .push(encoding_rs::WINDOWS_1251.encode("Фамилия;Имя\r\nЁлкин;Пётр\r\n").0.into_owned());
        seeds.push("name\tx\nа\tб\n".encode_utf16().flat_map(u16::to_le_bytes).collect());
        seeds
    },
    words: &["\"", ";", "\t", "\r", "\r\n\r\n", "Телефон", "ИНН", "=cmd|", "\"\""],
    run: |input| as_feed("list.csv", input),
};

pub(super) const WORKBOOK: Target = Target {
    name: "workbook",
    cost: 40,
    seeds: || {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (at, (head, value)) in
            [("Фамилия", "Щербаков"), ("Телефон", "8 916 123-45-67")].into_iter().enumerate()
        {
            let column = u16::try_from(at).expect("a column");
            sheet.write(0, column, head).expect("a cell");
            sheet.write(1, column, value).expect("a cell");
        }
        sheet.write(1, 2, 44_927.5).expect("a cell");
        vec![
            book.save_to_buffer().expect("a workbook"),
            b"PK\x05\x06".to_vec(),
            b"PK\x03\x04".to_vec(),
        ]
    },
    words: &["PK\x01\x02", "PK\x05\x06", "xl/worksheets/sheet1.xml", "\u{ffff}"],
    run: |input| as_feed("list.xlsx", input),
};

/// Files as a core system of a bank sends them, read by a mapping that comes with the program; the first byte
/// says which of them the input is.
pub(super) const BANK_FEED: Target = Target {
    name: "bank_feed",
    cost: 20,
    seeds: || {
        let own =
            |at: usize| [&[u8::try_from(at).expect("few")][..], FEED[at].1.as_bytes()].concat();
        let odd = "\"A1\";\"A2\";\"A3\";\"A4\";\"A11\";\"A12\";\"A13\"\n2;x;y;99999999999999999999;1e9;?;-\n;;;;;;\n";
        (0..FEED.len()).map(own).chain([[b"\0", odd.as_bytes()].concat()]).collect()
    },
    words: &[
        ";",
        "\"",
        "?",
        "930101",
        "-3.5",
        "\n",
        "\u{a0}",
        "VYDAJ",
        "PRIJEM",
        "99999999999999999999",
    ],
    run: |input| {
        let Some((first, given)) = input.split_first() else { return };
        thread_local! {
            static BERKA: (TempDir, Mapping) = {
                let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../connect/mappings/berka.toml");
                let text = std::fs::read_to_string(folder).expect("the mapping");
                (tempfile::tempdir().expect("a folder"), Mapping::parse(&text).expect("a mapping"))
            };
        }
        BERKA.with(|(folder, mapping)| {
            for (at, (name, content)) in FEED.iter().enumerate() {
                let is_given = at == usize::from(*first) % FEED.len();
                let content = if is_given { given } else { content.as_bytes() };
                std::fs::write(folder.path().join(name), content).expect("the file");
            }
            let Ok(views) = preview(mapping.clone(), folder.path(), 50) else { return };
            for view in views {
                assert!(view.records.len() <= 50 && view.rejects.len() <= 50);
                // every line is a record, is rejected, or the file says why it is not read
                let is_read = view.error.is_some() || !view.records.is_empty();
                let is_given = view.file == FEED[usize::from(*first) % FEED.len()].0;
                assert!(is_read || is_given || !view.rejects.is_empty(), "{}", view.file);
                assert!(view.rejects.iter().all(|reject| !reject.code.code().is_empty()));
            }
        });
    },
};

/// A line or two of each file of the Czech bank.
const FEED: [(&str, &str); 8] = [
    (
        "district.asc",
        "\"A1\";\"A2\";\"A3\";\"A4\";\"A11\";\"A12\";\"A13\"\r\n1;\"Hl.m. Praha\";\"Prague\";1204953;12541;0.29;0.43\r\n",
    ),
    (
        "client.asc",
        "\"client_id\";\"birth_number\";\"district_id\"\r\n1;\"706213\";1\r\n2;\"450204\";1\r\n",
    ),
    (
        "account.asc",
        "\"account_id\";\"district_id\";\"frequency\";\"date\"\r\n1;1;\"POPLATEK MESICNE\";950324\r\n",
    ),
    (
        "disp.asc",
        "\"disp_id\";\"client_id\";\"account_id\";\"type\"\r\n1;1;1;\"OWNER\"\r\n2;2;1;\"DISPONENT\"\r\n",
    ),
    (
        "card.asc",
        "\"card_id\";\"disp_id\";\"type\";\"issued\"\r\n1;1;\"gold\";\"931107 00:00:00\"\r\n",
    ),
    (
        "loan.asc",
        "\"loan_id\";\"account_id\";\"date\";\"amount\";\"duration\";\"payments\";\"status\"\r\n1;1;930705;96396;12;8033.00;\"B\"\r\n",
    ),
    (
        "order.asc",
        "\"order_id\";\"account_id\";\"bank_to\";\"account_to\";\"amount\";\"k_symbol\"\r\n1;1;\"YZ\";87144583;2452.00;\"SIPO\"\r\n",
    ),
    (
        "trans.csv",
        "row,trans_id,account_id,date,type,operation,amount,balance,k_symbol,bank,account\n1,1,1,1995-03-24,PRIJEM,VKLAD,1000,1000,,,\n",
    ),
];

pub(super) const CARDS: Target = Target {
    name: "cards",
    cost: 4,
    seeds: || {
        bytes(&[
            "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Щербаков;Артём;Юрьевич;;\r\nFN:Артём\r\nTEL;TYPE=CELL,WORK:+7 916 123-45-67\r\nBDAY:1985-02-01\r\nADR;TYPE=home:;;ул. Мира\\, 1;Тверь;;170000;Россия\r\nNOTE:a\\nb\r\n  c\r\nEND:VCARD\r\n",
            "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=windows-1251;ENCODING=QUOTED-PRINTABLE:=C8=E2=E0=\n=ED=EE=E2\nPHOTO;ENCODING=BASE64;JPEG:/9j/4AAQ\n\nEND:VCARD",
            "BEGIN:VCARD\nVERSION:4.0\nitem1.EMAIL;PREF=1:a@b.example\nitem1.X-ABLabel:_$!<Home>!$_\nAGENT:BEGIN:VCARD\\nEND:VCARD\nBDAY:--0203\nEND:VCARD\n",
        ])
    },
    words: &[
        "BEGIN:VCARD\n",
        "END:VCARD\n",
        "\n ",
        "=\n",
        ";ENCODING=B:",
        "CHARSET=",
        "\\;",
        "TEL:",
        "ADR:",
        "BDAY:",
    ],
    run: |input| {
        let Ok(reader) = CardReader::open(input) else { return };
        let mut cards = 0;
        for card in reader {
            cards += 1;
            assert!(card.problems.len() <= limits::PROBLEMS_MAX + 1);
            let Some(contact) = card.contact else { continue };
            let written = write_card(&contact);
            let lines = written.lines().filter(|line| *line == "BEGIN:VCARD").count();
            assert_eq!(lines, 1, "{written}");
            assert!(written.lines().all(|line| line.len() <= 75), "{written}");
            let mut again = CardReader::open(written.as_bytes()).expect("our own card is one");
            let first = again.next().expect("our own card is read");
            assert!(first.contact.is_some(), "and says what the first said: {written}");
            assert!(again.next().is_none(), "and nothing follows it: {written}");
        }
        assert!(cards <= input.len());
        as_feed("list.vcf", input);
    },
};

/// An empty bank that no broken backup may leave a row in.
struct Empty {
    store: Store,
    _folder: TempDir,
    file: File,
    runtime: Runtime,
}

impl Empty {
    fn new() -> Empty {
        let folder = tempfile::tempdir().expect("a folder");
        let runtime = Runtime::new().expect("a runtime");
        let url = format!("sqlite:{}", folder.path().join("bank.db").display());
        let store = runtime.block_on(async {
            let store = Store::open(&url).await.expect("a store");
            let modules = server::wiring::modules();
            store.writer.migrate(&server::wiring::migrations(&modules)).await.expect("a schema");
            store
        });
        let file = tempfile::tempfile().expect("a file");
        Empty { store, _folder: folder, file, runtime }
    }
}

thread_local! {
    static EMPTY: RefCell<Option<Empty>> = const { RefCell::new(None) };
}

/// Gives back what the targets of this thread have opened.
pub(crate) fn end() {
    drop(EMPTY.with(RefCell::take));
}

fn frame(kind: u8, payload: &str) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    [&[kind][..], &length, payload.as_bytes()].concat()
}

pub(super) const BACKUP: Target = Target {
    name: "backup",
    cost: 40,
    seeds: || {
        let header = r#"{"made_at":0,"program":"0","migrations":[1]}"#;
        let head = r#"{"name":"region","columns":["id","code","name","name_en"]}"#;
        let rows = r#"[["00000000-0000-7000-8000-000000000001","a","b","c"]]"#;
        let all = [
            frame(b'H', header),
            frame(b'T', head),
            frame(b'R', rows),
            frame(b'E', r#"{"tables":1,"rows":2}"#),
        ];
        vec![all.concat(), frame(b'H', header), vec![b'H', 255, 255, 255, 255]]
    },
    words: &["null", "\"staff\"", "[[", "]]", "H\0\0\0\u{2}{}", "E\0\0\0\u{2}{}", "\";--"],
    run: |input| {
        // whoever changes a backup can also mend its checksum
        let body = [dump::MAGIC, input].concat();
        EMPTY.with_borrow_mut(|empty| {
            let Empty { store, file, runtime, .. } = empty.get_or_insert_with(Empty::new);
            use std::io::Seek;
            file.set_len(0).expect("an empty file");
            file.rewind().expect("its beginning");
            file.write_all(&body).expect("the body");
            file.write_all(&Sha256::digest(&body)).expect("the checksum");
            file.rewind().expect("its beginning");
            let is_read = dump::inspect(file).is_ok();
            file.rewind().expect("its beginning");
            runtime.block_on(async {
                let restored = dump::restore(&store.writer, file).await;
                assert!(restored.is_err() || is_read);
                if restored.is_err() {
                    let mut reader = store.reader.clone();
                    let rows = reader.query("select 1 from region limit 1", &[]).await;
                    assert!(rows.expect("an answer").is_empty(), "half a backup");
                }
            });
            if !is_clean(empty.as_ref()) {
                *empty = None;
            }
        });
    },
};

/// A backup that happens to be right fills the bank: the next input needs another one.
fn is_clean(empty: Option<&Empty>) -> bool {
    empty.is_some_and(|empty| {
        let mut reader = empty.store.reader.clone();
        let rows = empty.runtime.block_on(reader.query("select 1 from region limit 1", &[]));
        rows.is_ok_and(|rows| rows.is_empty())
    })
}
