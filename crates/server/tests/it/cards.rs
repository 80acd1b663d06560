//! Contact cards (vCard) in and out through the pages: preview, dry run, run, rejects, the same file again;
//! one client, chosen ones and a filtered list taken out; what was taken out changes nothing when it returns.

use kernel::ClientId;
use parties::client::commands::RegisterClient;
use parties::contacts::commands::{AddAddress, AddContact, AddressFields, ContactFields};
use parties::contacts::model::{AddressKind, ContactKind};
use testkit::{Bank, Browser, Reply};

use crate::support::{both, number};

const CLIENTS: &str = "select count(*) from client";
const ENTRIES: &str = "select count(*) from journal_entry \
     where entity not in ('import', 'session', 'client_export')";

async fn upload(bank: &Bank, browser: &mut Browser, name: &str, content: &[u8]) -> Reply {
    let fields = [("_id", &*bank.form_id()), ("mapping", "guess"), ("title", "")];
    browser.upload("/imports/new", &fields, ("files", name, content)).await
}

async fn run(bank: &Bank, browser: &mut Browser, place: &str, dry: bool) -> String {
    let form = bank.form_id();
    let mut fields = vec![("_id", form.as_str())];
    if dry {
        fields.push(("dry", "1"));
    }
    let reply = browser.post(&format!("{place}/start"), &fields).await;
    assert_eq!(reply.status, 303, "{}", reply.gist());
    bank.settle().await;
    browser.get(place).await.ok()
}

/// Created, changed, unchanged and rejected of the newest run.
async fn counts(bank: &Bank) -> [u64; 4] {
    let mut db = bank.services.reader.clone();
    let sql = "select summary from import_run order by created_at desc, id desc limit 1";
    let text: String = store::Read::first(&mut db, sql, &[]).await.unwrap().unwrap().one().unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    ["created", "changed", "unchanged", "rejected"]
        .map(|key| json["files"][0][key].as_u64().unwrap_or_else(|| panic!("{text}")))
}

async fn bring(bank: &Bank, browser: &mut Browser, name: &str, content: &[u8]) -> [u64; 4] {
    // the newest run is the one of the latest second
    bank.clock.advance_seconds(1);
    let reply = upload(bank, browser, name, content).await;
    assert_eq!(reply.status, 303, "{}", reply.gist());
    let place = reply.location().to_owned();
    run(bank, browser, &place, false).await;
    counts(bank).await
}

const CARDS: &str = "BEGIN:VCARD\r\nVERSION:2.1\r\n\
    N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=9F=D0=B5=D1=82=D1=80=D0=BE=D0=B2;=D0=9F=D1=91=\r\n=D1=82=D1=80\r\n\
    TEL;CELL:8 (916) 123-45-67\r\nPHOTO;JPEG;ENCODING=BASE64:\r\n /9j/4AAQSkZJRgABAQAAAQ\r\n\r\nEND:VCARD\r\n\
    BEGIN:VCARD\r\nVERSION:3.0\r\nFN:ООО «Луч»\r\nORG:ООО «Луч»\r\n\
    TEL;TYPE=WORK,VOICE:+7 495 765-43-21\r\nEMAIL;TYPE=INTERNET:info@luch.example.ru\r\nURL:https://luch.example.ru\r\nEND:VCARD\r\n\
    BEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1\r\nFN:Анна Королёва\r\n\
    N:Королёва;Анна;Игоревна;;\r\nTEL:+7 916 765-43-22\r\nBDAY:19900403\r\n\
    ADR;TYPE=home:;;Тверская ул.\\, 1;Москва;;125009;Россия\r\nNOTE:любит звонки\r\n  утром\r\nEND:VCARD\r\n\
    BEGIN:VCARD\r\nVERSION:3.0\r\nN:Иванов;Пётр;;;\r\nFN:Пётр Иванов\r\nTEL:12\r\nEND:VCARD\r\n\
    BEGIN:VCARD\r\nVERSION:3.0\r\nN:Сидоров;Глеб;;;\r\nBDAY:31.02.1990\r\nEND:VCARD\r\n\
    BEGIN:VCARD\r\nVERSION:3.0\r\nN:Половинин;Олег;;;\r\nTEL:+7 916 765-43-2";

#[tokio::test(flavor = "multi_thread")]
async fn cards_are_looked_at_rehearsed_brought_in_and_brought_in_again() {
    both(async |bank: &Bank| {
        let mut office = bank.client("head_office").await;
        let reply = upload(bank, &mut office, "phone.vcf", CARDS.as_bytes()).await;
        assert_eq!(reply.status, 303, "{}", reply.gist());
        let place = reply.location().to_owned();
        let preview = office.get(&place).await;
        for words in ["Петров", "ООО «Луч»", "1990-04-03", "Card 5", "31.02.1990", "BDAY", "no end"] {
            assert!(preview.body.contains(words), "{words}: {}", preview.body);
        }
        let before = (number(bank, CLIENTS).await, number(bank, ENTRIES).await);
        run(bank, &mut office, &place, true).await;
        assert_eq!(counts(bank).await, [3, 0, 0, 3]);
        assert_eq!((number(bank, CLIENTS).await, number(bank, ENTRIES).await), before);

        let page = run(bank, &mut office, &place, false).await;
        assert_eq!(counts(bank).await, [3, 0, 0, 3]);
        assert!(page.contains("card 4, line "), "{page}");
        let csv = office.get(&format!("{place}/rejects.csv")).await.ok();
        for (property, card) in [("TEL", ",4"), ("BDAY", ",5"), ("card-unterminated", ",6")] {
            let line = csv.lines().find(|l| l.contains(property)).unwrap_or_else(|| panic!("{csv}"));
            assert!(line.starts_with("phone.vcf,") && line.ends_with(card), "{line}");
        }
        for sql in [
            "select count(*) from client where last_name = 'Петров' and first_name = 'Пётр'",
            "select count(*) from client where kind = 'company' and full_name = 'ООО «Луч»'",
            "select count(*) from client where birth_date = '1990-04-03' and patronymic = 'Игоревна' \
             and note = 'любит звонки утром'",
            "select count(*) from client_address where city = 'Москва' and street = 'Тверская ул., 1'",
            "select count(*) from client_contact where value = '+79161234567'",
            "select count(*) from external_ref where external_id like 'uid:urn:uuid:4fbe%'",
        ] {
            assert_eq!(number(bank, sql).await, 1, "{sql}");
        }
        let entries = number(bank, ENTRIES).await;
        run(bank, &mut office, &place, false).await;
        assert_eq!(counts(bank).await, [0, 0, 3, 3]);
        assert_eq!(number(bank, ENTRIES).await, entries);
        // the card says who it is by its UID, whatever else in it changes
        let newer = CARDS.replace("765-43-22", "765-43-23").replace("Королёва", "Лебедева");
        assert_eq!(bring(bank, &mut office, "phone.vcf", newer.as_bytes()).await, [0, 1, 2, 3]);
        assert_eq!(number(bank, CLIENTS).await, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_in_other_encodings_come_in_alike() {
    both(async |bank: &Bank| {
        let mut office = bank.client("head_office").await;
        let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Иванова;Наталья;Петровна;;\r\nORG:ООО Ромашка\r\n\
                    TEL:8 916 123-45-67\r\nEND:VCARD\r\n";
        let old = encoding_rs::WINDOWS_1251.encode(card).0.into_owned();
        let wide: Vec<u8> =
            [0xFEFF].into_iter().chain(card.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(bring(bank, &mut office, "a.vcf", card.as_bytes()).await, [1, 0, 0, 0]);
        assert_eq!(bring(bank, &mut office, "b.vcf", &old).await, [0, 0, 1, 0]);
        assert_eq!(bring(bank, &mut office, "c.txt", &wide).await, [0, 0, 1, 0]);
        let is_there = "select count(*) from client where last_name = 'Иванова' and employer = 'ООО Ромашка'";
        assert_eq!(number(bank, is_there).await, 1);
        // UTF-8 that lost a byte is not taken for another encoding
        let mut broken = card.replace("Иванова", "Орлова").into_bytes();
        let at = broken.windows(2).position(|w| w == "О".as_bytes()).unwrap();
        broken.remove(at + 1);
        assert_eq!(bring(bank, &mut office, "d.vcf", &broken).await, [0, 0, 0, 1]);
    })
    .await;
}

fn hostile() -> Vec<(&'static str, Vec<u8>, bool)> {
    let card = |inside: &str| {
        format!("BEGIN:VCARD\r\nVERSION:3.0\r\nN:Честный;Иван;;;\r\n{inside}END:VCARD\r\n")
    };
    let photo = format!("PHOTO;ENCODING=b;TYPE=JPEG:{}\r\n", "QUJD\r\n ".repeat(3_000_000));
    let data = format!("PHOTO:data:image/jpeg;base64,{}\r\n", "A".repeat(5_000_000));
    let folded = format!("NOTE:x\r\n{}", " endless\r\n".repeat(100_000));
    let nested = "BEGIN:VCARD\r\n".repeat(10_000);
    let binary: Vec<u8> =
        (0..50_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    let inside =
        [b"BEGIN:VCARD\r\nN:A;B\r\n".to_vec(), binary.clone(), b"\r\nEND:VCARD\r\n".to_vec()]
            .concat();
    vec![
        // a name, a file, whether its honest card comes in
        ("photo.vcf", card(&photo).into_bytes(), true),
        ("data.vcf", card(&data).into_bytes(), true),
        ("folded.vcf", card(&folded).into_bytes(), false),
        ("nested.vcf", nested.into_bytes(), false),
        ("half.vcf", card("").as_bytes()[..40].to_vec(), false),
        ("many.vcf", card(&"TEL:+79161234567\r\n".repeat(3_000)).into_bytes(), false),
        ("binary.vcf", binary, false),
        ("inside.vcf", inside, false),
        ("empty.vcf", Vec::new(), false),
        ("blank.vcf", b" \r\n\r\n".to_vec(), false),
        ("words.vcf", b"just words".to_vec(), false),
        ("zip.vcf", b"PK\x03\x04".to_vec(), false),
        ("nobody.vcf", b"BEGIN:VCARD\r\nEND:VCARD\r\n".to_vec(), false),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_cards_get_clear_words_and_leave_nothing() {
    let files = hostile();
    both(async |bank: &Bank| {
        let mut office = bank.client("head_office").await;
        for (name, content, is_taken) in &files {
            let before = number(bank, CLIENTS).await;
            let reply = upload(bank, &mut office, name, content).await;
            if reply.status == 422 {
                assert!(
                    reply.body.contains("f-files-error") && !is_taken,
                    "{name}: {}",
                    reply.gist()
                );
                assert!(!reply.body.contains("feed-error"), "{name}: {}", reply.gist());
            } else {
                assert_eq!(reply.status, 303, "{name}: {}", reply.gist());
                let place = reply.location().to_owned();
                let page = run(bank, &mut office, &place, false).await;
                assert!(*is_taken || page.contains("card 1, line "), "{name}: {page}");
                assert!(!page.contains("vcard-problem") && !page.contains("{$"), "{name}: {page}");
            }
            let came = number(bank, CLIENTS).await - before;
            // the second time the honest card is known already
            assert_eq!(came, i64::from(*is_taken && *name == "photo.vcf"), "{name}");
        }
        let begun = "select count(*) from import_run where state in ('waiting', 'running')";
        assert_eq!(number(bank, begun).await, 0);
    })
    .await;
}

async fn register(bank: &Bank, kind: &str, fields: &[(&str, &str)], login: &str) -> ClientId {
    let register = RegisterClient {
        kind: kind.to_owned(),
        fields: fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
        branch_id: Some(bank.branch("01")),
        manager_id: Some(bank.user(login)),
        source: "client".to_owned(),
        ..RegisterClient::default()
    };
    bank.execute("head_office", &register).await.unwrap()
}

async fn reach(bank: &Bank, id: ClientId, points: &[(ContactKind, &str, &str)]) {
    for (kind, value, label) in points {
        let fields = ContactFields {
            value: (*value).to_owned(),
            label: (*label).to_owned(),
            is_main: false,
            source: "client".to_owned(),
        };
        let add = AddContact { client_id: id, kind: *kind, fields };
        bank.execute("head_office", &add).await.unwrap();
    }
}

/// A person and a company of the manager with all that goes onto a card, and a household without a name.
async fn people(bank: &Bank) -> [ClientId; 3] {
    let anna = register(
        bank,
        "person",
        &[
            ("last_name", "Ветрова-Дюваль"),
            ("first_name", "Анна"),
            ("patronymic", "Юрьевна"),
            ("birth_date", "1984-12-14"),
            ("employer", "ООО «Луч; и тень», Тверь"),
            ("job_title", "Главный бухгалтер"),
            ("note", "not for address books"),
        ],
        "manager",
    )
    .await;
    reach(
        bank,
        anna,
        &[
            (ContactKind::Phone, "8 916 123-45-67", "личный"),
            (ContactKind::Phone, "+7 495 765-43-21", ""),
            (ContactKind::Email, "Anna@Example.ru", ""),
            (ContactKind::Messenger, "@anna_v", "Telegram"),
        ],
    )
    .await;
    let address = AddressFields {
        country: "RU".to_owned(),
        region: "Тверская область".to_owned(),
        city: "Тверь".to_owned(),
        street: "ул. Советская, д. 1, кв. 2".to_owned(),
        postal_code: "170100".to_owned(),
        source: "client".to_owned(),
    };
    let add = AddAddress { client_id: anna, kind: AddressKind::Residence, fields: address };
    bank.execute("head_office", &add).await.unwrap();
    let names = [("full_name", "Общество «Луч»"), ("short_name", "Луч")];
    let firm = register(bank, "company", &names, "manager").await;
    reach(bank, firm, &[(ContactKind::Site, "https://luch.example.ru", "")]).await;
    let house = register(bank, "household", &[("full_name", "=Семья Ветровых")], "manager").await;
    [anna, firm, house]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_out_changes_nothing_when_it_returns() {
    both(async |bank: &Bank| {
        let [anna, firm, house] = people(bank).await;
        let mut manager = bank.client("manager").await;
        let shown = manager.get(&format!("/clients/{anna}")).await.ok();
        assert!(shown.contains(&format!("/clients/{anna}/card.vcf")), "{shown}");
        let card = manager.get(&format!("/clients/{anna}/card.vcf")).await;
        assert!(card.header("content-type").starts_with("text/vcard"));
        assert!(card.header("content-disposition").ends_with(".vcf\""));
        let card = card.ok();
        let plain = card.replace("\r\n ", "");
        for words in [
            "VERSION:4.0",
            "N:Ветрова-Дюваль;Анна;Юрьевна;;",
            "BDAY:19841214",
            "+79161234567",
            "Anna@example.ru",
            "IMPP;X-SERVICE-TYPE=Telegram:telegram:",
            &format!("UID:urn:uuid:{}", anna.uuid()),
        ] {
            assert!(plain.contains(words), "{words}: {plain}");
        }
        assert!(!plain.contains("not for address books"), "{plain}");

        let all = manager.get("/clients/export?format=vcf").await.ok();
        assert_eq!(all.matches("BEGIN:VCARD").count(), 3, "{all}");
        let ids = [firm.to_string(), house.to_string()];
        let chosen =
            manager.post("/clients/export/cards", &[("id", &ids[0]), ("id", &ids[1])]).await;
        assert_eq!(chosen.ok().matches("KIND:org").count(), 2);

        let mut office = bank.client("head_office").await;
        let before = (number(bank, CLIENTS).await, number(bank, ENTRIES).await);
        assert_eq!(bring(bank, &mut office, "anna.vcf", card.as_bytes()).await, [0, 0, 1, 0]);
        assert_eq!(bring(bank, &mut office, "all.vcf", all.as_bytes()).await, [0, 0, 3, 0]);
        // the list as a table comes back too, to the clients it was made of
        let columns = "col=name&col=phone&col=email&col=employer&col=birth_date";
        for format in ["csv", "xlsx"] {
            let list = manager.get(&format!("/clients/export?format={format}&{columns}")).await;
            assert_eq!(list.status, 200);
            let name = format!("list.{format}");
            let counts = bring(bank, &mut office, &name, &list.bytes).await;
            assert_eq!(counts, [0, 0, 3, 0], "{format} {}", list.body);
        }
        assert_eq!((number(bank, CLIENTS).await, number(bank, ENTRIES).await), before);

        // a card that was worked on outside says what is new; what a person of the bank wrote stays
        let edited = card.replace("Главный бухгалтер", "Директор");
        assert_ne!(edited, card);
        assert_eq!(bring(bank, &mut office, "anna.vcf", edited.as_bytes()).await, [0, 0, 1, 0]);
        let more = edited.replace("END:VCARD", "TEL:+7 916 000-11-22\r\nEND:VCARD");
        assert_eq!(bring(bank, &mut office, "anna.vcf", more.as_bytes()).await, [0, 1, 0, 0]);
        let new = "select count(*) from client_contact where value = '+79160001122'";
        assert_eq!(number(bank, new).await, 1);
        let old = "select count(*) from client where job_title = 'Главный бухгалтер'";
        assert_eq!(number(bank, old).await, 1);
        assert_eq!(number(bank, CLIENTS).await, before.0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_leave_only_with_the_right_within_its_scope_and_are_journalled() {
    both(async |bank: &Bank| {
        let mine = register(bank, "person", &[("last_name", "Свой")], "manager").await;
        let theirs = register(bank, "person", &[("last_name", "Чужой")], "manager_team").await;
        let mut manager = bank.client("manager").await;
        // he sees the colleague's client and may not take him out; nor learn that there is something to take
        let page = manager.get(&format!("/clients/{theirs}")).await.ok();
        assert!(!page.contains("card.vcf"), "{page}");
        let noted = "select count(*) from journal_entry where entity = 'client_export'";
        assert_eq!(manager.get(&format!("/clients/{theirs}/card.vcf")).await.status, 404);
        let nobody = ClientId::from_uuid(uuid::Uuid::nil());
        assert_eq!(manager.get(&format!("/clients/{nobody}/card.vcf")).await.status, 404);
        assert_eq!(number(bank, noted).await, 0);
        assert_eq!(manager.get(&format!("/clients/{mine}/card.vcf")).await.status, 200);
        assert_eq!(number(bank, noted).await, 2);
        let (mine, theirs) = (mine.to_string(), theirs.to_string());
        let both_ids = [("id", mine.as_str()), ("id", theirs.as_str())];
        let cards = manager.post("/clients/export/cards", &both_ids).await.ok();
        assert!(cards.contains("Свой") && !cards.contains("Чужой"), "{cards}");
        assert_eq!(manager.post("/clients/export/cards", &[]).await.status, 422);
        let sql = "select count(*) from journal_entry where entity = 'client_export' and changes like '%vcf%'";
        assert_eq!(number(bank, sql).await, 2);

        // who may see the client but may export nothing
        let mut clerk = bank.client("clerk").await;
        assert_eq!(clerk.get(&format!("/clients/{mine}/card.vcf")).await.status, 403);
        assert_eq!(clerk.post("/clients/export/cards", &both_ids).await.status, 403);
        assert_eq!(clerk.get("/clients/export?format=vcf").await.status, 403);
        assert_eq!(number(bank, noted).await, 4);
        // and who may not import
        assert_eq!(upload(bank, &mut manager, "a.vcf", CARDS.as_bytes()).await.status, 403);
    })
    .await;
}
