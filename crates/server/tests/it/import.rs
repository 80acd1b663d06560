//! Imports through the pages: preview, dry run, run, rejects, the same file again, hostile files.

use std::io::Write;

use testkit::{Bank, Browser, Reply};

use crate::support::{both, changes, number};

const CLIENTS: &str = "select count(*) from client";
const ENTRIES: &str =
    "select count(*) from journal_entry where entity not in ('import', 'session')";

const LIST: &str = "Фамилия;Имя;Отчество;Телефон;E-mail;Дата рождения;ИНН;Город\r\n\
    Щербаков;Артём;Юрьевич;8 916 123-45-67;art@example.ru;01.02.1985;500100732259;Тверь\r\n\
    Королёва;Наталья;Игоревна;12;kor@example.ru;03.04.1990;;Москва\r\n\
    Иванов;Пётр;;+7 916 765-43-21;;31.02.1990;;\r\n\
    Петров;Пётр;Петрович;+7 916 765-43-22;pp@example.ru;05.06.1977;500100732250;Орёл\r\n\
    Новая;Анна;;;anna@example.ru;;;\r\n";

/// Uploads files as the form does; the answer may be a redirect to the run or the form again.
async fn upload(bank: &Bank, browser: &mut Browser, name: &str, content: &[u8]) -> Reply {
    let fields = [("_id", &*bank.form_id()), ("mapping", "guess"), ("title", "")];
    browser.upload("/imports/new", &fields, ("files", name, content)).await
}

/// Presses the button and lets the job run; answers the page of the run.
pub(crate) async fn run(bank: &Bank, browser: &mut Browser, place: &str, dry: bool) -> String {
    let form = bank.form_id();
    let mut fields = vec![("_id", form.as_str())];
    if dry {
        fields.push(("dry", "1"));
    }
    let reply = browser.post(&format!("{place}/start"), &fields).await;
    assert_eq!(reply.status, 303, "{}", reply.gist());
    assert!(browser.get(place).await.ok().contains("Waiting"));
    bank.settle().await;
    browser.get(place).await.ok()
}

pub(crate) async fn summary(bank: &Bank) -> String {
    let mut db = bank.services.reader.clone();
    let sql = "select summary from import_run order by created_at desc, id desc limit 1";
    store::Read::first(&mut db, sql, &[]).await.unwrap().unwrap().one().unwrap()
}

pub(crate) fn counts(summary: &str) -> (u64, u64, u64, u64) {
    let json: serde_json::Value = serde_json::from_str(summary).unwrap();
    let file = &json["files"][0];
    let n = |key: &str| file[key].as_u64().expect(summary);
    (n("created"), n("changed"), n("unchanged"), n("rejected"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_looked_at_rehearsed_brought_in_and_brought_in_again() {
    both(async |bank: &Bank| {
        let mut office = bank.client("head_office").await;
        let reply = upload(bank, &mut office, "list.csv", LIST.as_bytes()).await;
        assert_eq!(reply.status, 303, "{}", reply.gist());
        let place = reply.location().to_owned();
        let preview = office.get(&place).await;
        for words in ["Щербаков", "+7 916 765-43-22", "Last name", "Row 4", "31.02.1990"] {
            assert!(preview.body.contains(words), "{words}: {}", preview.gist());
        }
        let before = (number(bank, CLIENTS).await, number(bank, ENTRIES).await);

        let page = run(bank, &mut office, &place, true).await;
        assert!(page.contains("dry run") && page.contains("Rejected rows"), "{page}");
        assert_eq!(counts(&summary(bank).await), (2, 0, 0, 3));
        assert_eq!((number(bank, CLIENTS).await, number(bank, ENTRIES).await), before);
        for table in ["external_ref where source = 'contacts'", "client_token", "field_origin", "client_key"] {
            assert_eq!(number(bank, &format!("select count(*) from {table}")).await, 0, "{table}");
        }

        let page = run(bank, &mut office, &place, false).await;
        assert_eq!(counts(&summary(bank).await), (2, 0, 0, 3));
        assert_eq!(number(bank, CLIENTS).await, 2);
        for words in ["Телефон", "Дата рождения", "ИНН", "500100732250", "31.02.1990"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let csv = office.get(&format!("{place}/rejects.csv")).await;
        assert!(csv.header("content-type").starts_with("text/csv"));
        let lines: Vec<&str> = csv.body.lines().collect();
        assert_eq!(lines.len(), 4, "{}", csv.body);
        for (row, column) in [("3", "Телефон"), ("4", "Дата рождения"), ("5", "ИНН")] {
            let is_it = |l: &&&str| l.starts_with(&format!("list.csv,{row},{column},"));
            let line = lines.iter().find(is_it).unwrap_or_else(|| panic!("{row} {column}: {}", csv.body));
            assert!(line.split(',').nth(4).unwrap().len() > 8, "no reason: {line}");
        }
        assert!(!csv.body.contains("refusal-") && !csv.body.contains("{$"), "{}", csv.body);

        let sql = "select count(*) from field_origin where source = 'import:contacts' and author_id is not null";
        assert!(number(bank, sql).await > 5);
        let entries = number(bank, ENTRIES).await;
        run(bank, &mut office, &place, false).await;
        assert_eq!(counts(&summary(bank).await), (0, 0, 2, 3));
        assert_eq!(number(bank, ENTRIES).await, entries);
        assert!(office.get("/search?q=Scherbakov").await.ok().contains("Щербаков Артём Юрьевич"));
        assert!(office.get("/imports").await.ok().contains("list.csv"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_row_changes_what_it_says_and_nothing_else() {
    both(async |bank: &Bank| {
        let mut office = bank.client("head_office").await;
        let file = |job: &str, phone: &str, city: &str| {
            format!("ID,Last name,First name,Phone,Job title,City\n7,Smith,John,{phone},{job},{city}\n8,Roe,Jane,,,\n")
        };
        let first = file("clerk", "+7 916 123-45-67", "Tver");
        let place = upload(bank, &mut office, "a.csv", first.as_bytes()).await.location().to_owned();
        run(bank, &mut office, &place, false).await;
        // the bank learns more than the feed knows
        let sql = "update client set segment = 'vip', status = 'closed' where last_name = 'Smith'";
        crate::support::force(bank, sql, &[]).await;
        bank.clock.advance_seconds(60);
        let second = file("director", "+7 916 123-45-68", "Moscow");
        let place = upload(bank, &mut office, "a.csv", second.as_bytes()).await.location().to_owned();
        run(bank, &mut office, &place, false).await;
        assert_eq!(counts(&summary(bank).await), (0, 1, 1, 0));
        let is = async |sql: &str| assert_eq!(number(bank, sql).await, 1, "{sql}");
        is("select count(*) from client where job_title = 'director' and segment = 'vip' and status = 'closed'").await;
        is("select count(*) from client_address where city = 'Moscow'").await;
        is("select count(*) from client_contact where is_main = 1").await;
        is("select count(*) from field_origin where field = 'job_title' and source = 'import:contacts' \
            and at > 1795424400000000").await;
        let told = changes(bank, "%").await;
        for change in ["[\"clerk\",\"director\"]", "[\"Tver\",\"Moscow\"]"] {
            assert_eq!(told.iter().filter(|c| c.contains(change)).count(), 1, "{change}");
        }
        for typed in ["%2B79161234567", "%2B79161234568"] {
            assert!(office.get(&format!("/search?q={typed}")).await.ok().contains("Smith"), "{typed}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn other_encodings_and_workbooks_come_in_alike() {
    both(async |bank: &Bank| {
        let mut office = bank.client("head_office").await;
        let (old, _, lossy) = encoding_rs::WINDOWS_1251.encode(LIST);
        assert!(!lossy);
        let place = upload(bank, &mut office, "old.csv", &old).await.location().to_owned();
        run(bank, &mut office, &place, false).await;
        assert_eq!(counts(&summary(bank).await), (2, 0, 0, 3));
        assert_eq!(
            number(bank, "select count(*) from client where last_name = 'Щербаков'").await,
            1
        );

        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        for (row, line) in LIST.lines().enumerate() {
            for (column, text) in line.split(';').enumerate() {
                sheet
                    .write_string(row.try_into().unwrap(), column.try_into().unwrap(), text)
                    .unwrap();
            }
        }
        let book = book.save_to_buffer().unwrap();
        // of two imports of one instant nobody knows which was the later
        bank.clock.advance_seconds(1);
        let place = upload(bank, &mut office, "list.xlsx", &book).await.location().to_owned();
        let page = run(bank, &mut office, &place, false).await;
        assert_eq!(counts(&summary(bank).await), (0, 0, 2, 3), "{page}");
    })
    .await;
}

/// A workbook whose parts hold 8 MB each and say that they hold `stated` bytes.
fn zip_bomb(stated: u32) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    for part in ["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"] {
        zip.start_file(part, options).unwrap();
        zip.write_all(&vec![b' '; 8 * 1024 * 1024]).unwrap();
    }
    let mut bomb = zip.finish().unwrap().into_inner();
    let size = (8 * 1024 * 1024_u32).to_le_bytes();
    for at in 0..bomb.len() - 4 {
        if bomb[at..at + 4] == size {
            bomb.splice(at..at + 4, stated.to_le_bytes());
        }
    }
    bomb
}

fn hostile_files() -> Vec<(&'static str, Vec<u8>)> {
    let huge_line = format!("Фамилия;Имя\n{};x\n", "я".repeat(2_000_000));
    let many_columns = "a;".repeat(100_000);
    vec![
        ("empty.csv", Vec::new()),
        ("spaces.csv", b"  \n \n".to_vec()),
        (
            "binary.csv",
            (0..50_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect(),
        ),
        ("zeros.csv", "Фамилия;Имя\nИва\0нов;Пётр\n".as_bytes().to_vec()),
        ("line.csv", huge_line.into_bytes()),
        ("columns.csv", many_columns.into_bytes()),
        ("quote.csv", format!("Фамилия;Имя\n\"{}", "x\n".repeat(50_000)).into_bytes()),
        ("bomb.xlsx", zip_bomb(0xFFFF_FFF0)),
        ("liar.xlsx", zip_bomb(100)),
        ("spaces.xlsx", zip_bomb(8 * 1024 * 1024)),
        ("half.xlsx", zip_bomb(8 * 1024 * 1024)[..1_000].to_vec()),
        ("not.xlsx", b"just words".to_vec()),
        ("../../etc/passwd.csv", "Фамилия\nИванов<script>\n".as_bytes().to_vec()),
        ("formula.csv", "Фамилия;Телефон\n=cmd|'/c calc'!A0;=1+1\n".as_bytes().to_vec()),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_files_get_clear_words_and_leave_nothing() {
    let files = hostile_files();
    both(async |bank: &Bank| {
        let mut office = bank.client("head_office").await;
        for (name, content) in &files {
            let began = std::time::Instant::now();
            let reply = upload(bank, &mut office, name, content).await;
            let words = match reply.status {
                422 => {
                    println!("{name}: refused {:?}", began.elapsed());
                    assert!(reply.body.contains("f-files-error"), "{name}: {}", reply.gist());
                    continue;
                }
                303 => {
                    let place = reply.location().to_owned();
                    run(bank, &mut office, &place, false).await
                }
                other => panic!("{name}: {other} {}", reply.gist()),
            };
            println!("{name}: {:?}", began.elapsed());
            let told = words.contains("Rejected rows") || words.contains("Failed") || words.contains(">Done<") || words.contains("Done");
            assert!(told, "{name}: {words}");
            assert!(!words.contains("refusal-") && !words.contains("feed-error") && !words.contains("<script>Ива"), "{name}");
        }
        let names = "select count(*) from client where last_name not in ('Иванов<script>', 'Иванов', '=cmd|''/c calc''!A0')";
        assert_eq!(number(bank, names).await, 0);
        assert_eq!(number(bank, "select count(*) from import_run where state in ('waiting', 'running')").await, 0);
        let csv = "select count(*) from import_file where name like '%/%'";
        assert_eq!(number(bank, csv).await, 0);
        // nothing chosen, nothing sent, a mapping that is none
        let form = bank.form_id();
        let none = office.upload("/imports/new", &[("_id", &form)], ("files", "", b"")).await;
        assert_eq!(none.status, 422, "{}", none.gist());
        let own = [("_id", form.as_str()), ("mapping", "own"), ("mapping_text", "version = \"<x>\"")];
        let bad = office.upload("/imports/new", &own, ("files", "a.csv", b"a;b\n1;2\n")).await;
        assert_eq!(bad.status, 422);
        assert!(bad.body.contains("f-mapping_text-error") && bad.body.contains("version = &quot;&lt;x&gt;&quot;"), "{}", bad.gist());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_cut_off_in_the_middle_is_finished_by_the_next_worker() {
    both(async |bank: &Bank| {
        let mut office = bank.client("head_office").await;
        let mut csv = "ID;Фамилия;Имя\n".to_owned();
        for n in 0..4_000 {
            csv.push_str(&format!("{n};Иванов{n};Пётр\n"));
        }
        let place =
            upload(bank, &mut office, "big.csv", csv.as_bytes()).await.location().to_owned();
        // what comes round by itself is done: the one job the worker takes is the import
        bank.settle().await;
        assert_eq!(
            office.post(&format!("{place}/start"), &[("_id", &*bank.form_id())]).await.status,
            303
        );
        let twice = office.post(&format!("{place}/start"), &[("_id", &*bank.form_id())]).await;
        assert_eq!(twice.status, 422, "{}", twice.gist());
        let keepers = bank.keepers.clone();
        let worker = tokio::spawn(async move { keepers.work_once().await });
        let mut cut = 0;
        while cut < 500 {
            tokio::task::yield_now().await;
            cut = number(bank, CLIENTS).await;
        }
        // to the run this is the end: the job is no longer its worker's
        crate::support::force(bank, "update job set locked_by = null", &[]).await;
        worker.await.unwrap().unwrap();
        let left = number(bank, CLIENTS).await;
        assert!((500..4_000).contains(&left), "{left} were in when it was cut");
        // nobody else takes it while it may still be alive
        bank.settle().await;
        assert_eq!(number(bank, "select attempts from job where kind = 'connect.import'").await, 1);
        bank.clock.advance_seconds(121);
        bank.settle().await;
        assert_eq!(number(bank, CLIENTS).await, 4_000);
        let (created, changed, unchanged, rejected) = counts(&summary(bank).await);
        assert_eq!((changed, rejected, created + unchanged), (0, 0, 4_000));
        assert_eq!(created, 4_000 - u64::try_from(left).unwrap());
        assert!(office.get(&place).await.ok().contains("Done"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_job_died_can_be_started_again() {
    both(async |bank: &Bank| {
        let mut office = bank.client("head_office").await;
        let place =
            upload(bank, &mut office, "list.csv", LIST.as_bytes()).await.location().to_owned();
        assert_eq!(
            office.post(&format!("{place}/start"), &[("_id", &*bank.form_id())]).await.status,
            303
        );
        crate::support::force(bank, "update job set state = 'dead'", &[]).await;
        crate::support::force(bank, "update import_run set state = 'running'", &[]).await;
        let page = office.get(&place).await.ok();
        assert!(page.contains(&format!("{place}/start")), "no way on");
        run(bank, &mut office, &place, false).await;
        assert_eq!(counts(&summary(bank).await), (2, 0, 0, 3));
    })
    .await;
}
