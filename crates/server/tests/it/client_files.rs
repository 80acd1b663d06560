//! Files, consents and important dates of a client: through the pages, as people use them.

use kernel::FileId;
use parties::contacts::commands::{AddDate, DateFields};
use parties::contacts::model::DateKind;
use parties::contacts::queries;
use store::{Read, params};
use testkit::{Bank, Browser};

use crate::contacts::{panel, person};
use crate::support::{both, number};

const CONTRACT: &[u8] = b"%PDF-1.7\nthe contract";

/// Name, content, and what the refusal says.
const BAD_FILES: [(&str, &[u8], &str); 5] = [
    ("run.pdf", b"MZ\x90\0", "a program"),
    ("page.html", b"<script>", "not accepted"),
    ("photo.png", b"%PDF-1.7", "damaged or renamed"),
    ("empty.pdf", b"", "empty"),
    ("again.pdf", CONTRACT, "already has this file"),
];

#[tokio::test(flavor = "multi_thread")]
async fn files_come_in_safely_and_go_out_as_they_came() {
    both(async |bank: &Bank| {
        let client = person(bank, "manager", "Ветрова").await;
        let mut browser = bank.client("manager").await;
        let address = format!("/clients/{client}/files");
        let upload = async |browser: &mut Browser, name: &str, content: &[u8]| {
            let id = bank.form_id();
            let fields = [("_id", id.as_str()), ("kind", "contract")];
            browser.upload(&address, &fields, ("file", name, content)).await
        };
        assert_eq!(upload(&mut browser, "../Договор \u{202e}1.pdf", CONTRACT).await.status, 303);
        for (name, content, words) in BAD_FILES {
            let refused = upload(&mut browser, name, content).await;
            assert_eq!(refused.status, 422, "{name}");
            assert!(refused.body.contains(words), "{name}: {}", refused.gist());
        }
        let mut db = bank.services.reader.clone();
        let file = queries::files(&mut db, client).await.unwrap().remove(0);
        assert_eq!((file.name.as_str(), file.mime.as_str()), ("Договор 1.pdf", "application/pdf"));
        let reply = browser.get(&format!("{address}/{}", file.id)).await;
        assert_eq!(reply.bytes, CONTRACT);
        assert_eq!(reply.header("content-type"), "application/pdf");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert!(reply.header("content-disposition").starts_with("attachment;"));
        assert!(reply.header("content-security-policy").contains("sandbox"));
        assert!(panel(&mut browser, client, "files").await.contains("Договор 1.pdf"));
        let mut far = bank.client("manager_far").await;
        assert_eq!(far.get(&format!("{address}/{}", file.id)).await.status, 404);
        let unknown = FileId::from_uuid(client.uuid());
        assert_eq!(browser.get(&format!("{address}/{unknown}")).await.status, 404);
        let id = bank.form_id();
        assert_eq!(
            browser.post(&format!("{address}/{}/archive", file.id), &[("_id", &id)]).await.status,
            303
        );
        assert_eq!(browser.get(&format!("{address}/{}", file.id)).await.status, 404);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_words_about_a_consent_the_later_counts() {
    both(async |bank: &Bank| {
        let client = person(bank, "manager", "Ветрова").await;
        let mut browser = bank.client("manager").await;
        let address = format!("/clients/{client}/consents");
        let say = async |browser: &mut Browser, purpose: &str, channel: &str, state: &str| {
            bank.clock.advance_seconds(60);
            let id = bank.form_id();
            let fields = [
                ("_id", id.as_str()),
                ("purpose", purpose),
                ("channel", channel),
                ("state", state),
                ("text_version", "2025-09"),
                ("evidence_kind", "paper"),
                ("evidence", "№ 77"),
            ];
            browser.post(&address, &fields).await.status
        };
        assert!(panel(&mut browser, client, "contacts").await.contains("No consent on record"));
        assert_eq!(say(&mut browser, "advertising", "sms", "given").await, 303);
        assert!(
            panel(&mut browser, client, "contacts").await.contains("Advertising: text messages")
        );
        assert_eq!(say(&mut browser, "advertising", "sms", "withdrawn").await, 303);
        assert!(panel(&mut browser, client, "contacts").await.contains("Advertising: refused"));
        assert_eq!(
            say(&mut browser, "personal_data", "sms", "given").await,
            422,
            "only as a whole"
        );
        let page = browser.get(&address).await.ok();
        assert_eq!(page.matches("№ 77").count(), 2, "the history stays");
        assert_eq!(number(bank, "select count(*) from client_consent").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn important_dates_run_from_past_to_future() {
    both(async |bank: &Bank| {
        let client = person(bank, "manager", "Ветрова").await;
        let mut browser = bank.client("manager").await;
        let address = format!("/clients/{client}/dates");
        let add = async |browser: &mut Browser, fields: &[(&str, &str)]| {
            let id = bank.form_id();
            let mut all = fields.to_vec();
            all.push(("_id", id.as_str()));
            browser.post(&address, &all).await
        };
        let lease = [("kind", "contract_end"), ("title", "Lease"), ("on_date", "10.01.2027")];
        assert_eq!(add(&mut browser, &lease).await.status, 303);
        let flat = [("kind", "flat_bought"), ("on_date", "20.11.2024")];
        assert_eq!(add(&mut browser, &flat).await.status, 303);
        let refused = add(&mut browser, &[("kind", "other"), ("on_date", "32.13.2026")]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("32.13.2026"), "input is kept");
        let shown = panel(&mut browser, client, "dates").await;
        let at = |words: &str| shown.find(words).unwrap_or_else(|| panic!("{words}: {shown}"));
        assert!(at("New home") < at("Birthday") && at("Birthday") < at("Lease"));
        assert!(at("2 years ago") < at("Birthday"));
        assert!(shown.contains("in 3 weeks") && shown.contains("turns 42"), "{shown}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_whose_day_has_passed_asks_until_somebody_answers() {
    both(async |bank: &Bank| {
        let client = person(bank, "manager", "Ветрова").await;
        let address = format!("/clients/{client}/dates");
        let plan = AddDate {
            client_id: client,
            kind: DateKind::ContractEnd,
            fields: DateFields {
                title: "Lease".to_owned(),
                on_date: "2027-01-10".to_owned(),
                yearly: false,
            },
        };
        bank.execute("manager", &plan).await.unwrap();
        let mut db = bank.services.reader.clone();
        let sql = "select id from client_date where title = 'Lease'";
        let lease: kernel::DateId = db.first(sql, params![]).await.unwrap().unwrap().one().unwrap();
        bank.clock.advance_seconds(86_400 * 60);
        let mut browser = bank.client("manager").await;
        assert!(panel(&mut browser, client, "dates").await.contains("ask how it went"));
        let id = bank.form_id();
        let same = [
            ("_id", id.as_str()),
            ("title", "Lease"),
            ("on_date", "10.01.2027"),
            ("o_title", "Lease"),
            ("o_on_date", "2027-01-10"),
        ];
        assert_eq!(browser.post(&format!("{address}/{lease}"), &same).await.status, 303);
        assert!(
            !panel(&mut browser, client, "dates").await.contains("ask how it went"),
            "confirmed"
        );
    })
    .await;
}
