//! Consents: what is refused, what decides, the texts, the pages and the API, on both databases.

use jiff::civil::Date;
use kernel::{ClientId, Timestamp};
use parties::contacts::commands::{
    AddConsentText, AddFile, CloseConsentText, GiveConsent, WithdrawConsent,
};
use parties::contacts::consent::{self, ConsentChannel, Lack, Purpose};
use parties::contacts::model::{EvidenceKind, FileKind};
use parties::contacts::queries;
use parties::merge::commands::MergeClients;
use spine::Error;
use store::params;
use testkit::Bank;

use crate::contacts::{panel, person};
use crate::support::{both, force, number};

fn give(client_id: ClientId) -> GiveConsent {
    GiveConsent {
        client_id,
        purpose: Purpose::Advertising,
        channel: ConsentChannel::Sms,
        text_version: "2025-09".to_owned(),
        evidence_kind: Some(EvidenceKind::Paper),
        evidence: "№ 77".to_owned(),
        file_id: None,
        said_at: None,
        said_on: None,
    }
}

fn withdraw(client_id: ClientId, channel: ConsentChannel) -> WithdrawConsent {
    WithdrawConsent {
        client_id,
        purpose: Purpose::Advertising,
        channel,
        evidence_kind: None,
        evidence: String::new(),
        file_id: None,
        said_at: None,
    }
}

/// The refusals of a command, `code@field`.
fn codes<T: std::fmt::Debug>(outcome: Result<T, Error>) -> Vec<String> {
    let Err(Error::Refused(refusals)) = outcome else { panic!("{outcome:?}") };
    let code = |r: &kernel::Refusal| format!("{}@{}", r.code, r.field.clone().unwrap_or_default());
    refusals.0.iter().map(code).collect()
}

async fn lack(bank: &Bank, client: ClientId, channel: ConsentChannel) -> Option<Lack> {
    let ctx = bank.as_system();
    let mut db = bank.services.reader.clone();
    consent::lack(&mut db, &ctx, client, (Purpose::Advertising, channel)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_needs_a_text_in_force_and_evidence_and_a_withdrawal_neither() {
    both(async |bank: &Bank| {
        let client = person(bank, "manager", "Ветрова").await;
        let other = person(bank, "manager", "Чужая").await;
        let now = bank.as_system().now;
        let bare = GiveConsent { evidence_kind: None, evidence: " ".to_owned(), ..give(client) };
        assert_eq!(
            codes(bank.execute("manager", &bare).await),
            ["required@evidence_kind", "required@evidence"]
        );
        let unknown = ["consent-text-unknown@text_version"];
        for version in ["", "2024-01", "2025-09/"] {
            let command = GiveConsent { text_version: version.to_owned(), ..give(client) };
            let outcome = bank.execute("manager", &command).await;
            assert_eq!(codes(outcome), unknown, "{version:?}");
        }
        bank.execute("manager", &give(client)).await.unwrap();
        let later = GiveConsent { said_at: Some(now.plus_minutes(1)), ..give(client) };
        assert_eq!(codes(bank.execute("manager", &later).await), ["consent-said-later@said_at"]);
        let long_ago = GiveConsent { said_at: Some(now.plus_days(-32)), ..give(client) };
        assert_eq!(
            codes(bank.execute("manager", &long_ago).await),
            ["consent-said-long-ago@said_at"]
        );
        let other_day = GiveConsent { said_on: Some(Date::constant(2020, 1, 1)), ..give(client) };
        let outcome = codes(bank.execute("manager", &other_day).await);
        assert_eq!(outcome, ["not-a-date@said_on", unknown[0]]);
        // the file of somebody else proves nothing
        let file = AddFile::new(other, "consent.txt", FileKind::Consent, b"signed".to_vec());
        let file = bank.execute("manager", &file).await.unwrap();
        let with_file = GiveConsent { file_id: Some(file), ..give(client) };
        assert_eq!(
            codes(bank.execute("manager", &with_file).await),
            ["consent-file-unknown@file_id"]
        );
        let own = GiveConsent { file_id: Some(file), ..give(other) };
        bank.execute("manager", &own).await.unwrap();
        bank.clock.advance_seconds(60);
        bank.execute("manager", &withdraw(client, ConsentChannel::Sms)).await.unwrap();
        assert_eq!(lack(bank, client, ConsentChannel::Sms).await, Some(Lack::Withdrawn));
        assert_eq!(lack(bank, other, ConsentChannel::Sms).await, None);
        assert_eq!(lack(bank, other, ConsentChannel::Phone).await, Some(Lack::NeverGiven));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_said_earlier_revives_nothing_however_late_it_is_written_down() {
    both(async |bank: &Bank| {
        let client = person(bank, "manager", "Ветрова").await;
        let now = bank.as_system().now;
        bank.execute("manager", &withdraw(client, ConsentChannel::Any)).await.unwrap();
        bank.clock.advance_seconds(3_600);
        let late = GiveConsent { said_at: Some(now.plus_days(-2)), ..give(client) };
        bank.execute("manager", &late).await.unwrap();
        assert_eq!(lack(bank, client, ConsentChannel::Sms).await, Some(Lack::Withdrawn));
        let same_moment = GiveConsent { said_at: Some(now), ..give(client) };
        bank.execute("manager", &same_moment).await.unwrap();
        assert_eq!(lack(bank, client, ConsentChannel::Sms).await, Some(Lack::Withdrawn));
        bank.execute("manager", &give(client)).await.unwrap();
        assert_eq!(lack(bank, client, ConsentChannel::Sms).await, None);
        assert_eq!(lack(bank, client, ConsentChannel::Phone).await, Some(Lack::Withdrawn));
        // more words than any page shows: the withdrawal still decides
        let far = now.plus_days(-20);
        for n in 0_i64..210 {
            // of old: a word without proof was said when it was written down
            let sql = "insert into client_consent (id, client_id, purpose, channel, state, at) \
                       values ($1, $2, 'advertising', 'phone', 'given', $3)";
            let id: uuid::Uuid = bank.as_system().new_id();
            force(bank, sql, params![id, client, far.plus_seconds(n)]).await;
        }
        assert_eq!(lack(bank, client, ConsentChannel::Phone).await, Some(Lack::Withdrawn));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_of_two_records_of_one_client_count_together() {
    both(async |bank: &Bank| {
        let survivor = person(bank, "manager", "Ветрова").await;
        let loser = person(bank, "manager", "Ветрова").await;
        bank.execute("manager", &give(survivor)).await.unwrap();
        bank.clock.advance_seconds(60);
        bank.execute("manager", &withdraw(loser, ConsentChannel::Any)).await.unwrap();
        assert_eq!(lack(bank, survivor, ConsentChannel::Sms).await, None);
        let merge = MergeClients {
            survivor_id: survivor,
            loser_id: loser,
            picks: std::collections::BTreeMap::default(),
            reason: "one person".to_owned(),
        };
        bank.execute("branch_head", &merge).await.unwrap();
        assert_eq!(lack(bank, survivor, ConsentChannel::Sms).await, Some(Lack::Withdrawn));
        assert_eq!(lack(bank, loser, ConsentChannel::Sms).await, Some(Lack::NeverGiven));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_never_changes_and_a_closed_one_can_not_be_agreed_to() {
    both(async |bank: &Bank| {
        let client = person(bank, "manager", "Ветрова").await;
        let today = bank.as_system().now.date_in(&jiff::tz::TimeZone::UTC);
        let text = |version: &str, from_on| AddConsentText {
            purpose: Purpose::Advertising,
            version: version.to_owned(),
            text_ru: "Согласен получать рекламу.".to_owned(),
            text_en: String::new(),
            from_on,
        };
        let denied = bank.execute("manager", &text("2026-11", today)).await;
        assert!(matches!(denied, Err(Error::Forbidden(p)) if p == "admin.consents"));
        let keeper = "security_officer";
        let outcome = codes(bank.execute(keeper, &text("2025-09", today)).await);
        assert_eq!(outcome, ["consent-version-taken@version"], "the pack has it");
        let bad = AddConsentText { text_ru: String::new(), ..text("a b", today) };
        assert_eq!(
            codes(bank.execute(keeper, &bad).await),
            ["consent-version-name@version", "required@text_ru"]
        );
        bank.execute(keeper, &text("2026-11", today.tomorrow().unwrap())).await.unwrap();
        let new = GiveConsent { text_version: "2026-11".to_owned(), ..give(client) };
        let outcome = codes(bank.execute("manager", &new).await);
        assert_eq!(outcome, ["consent-text-unknown@text_version"], "not yet in force");
        bank.clock.advance_seconds(86_400);
        bank.execute("manager", &new).await.unwrap();
        let taken = codes(bank.execute(keeper, &text("2026-11", today)).await);
        assert_eq!(taken, ["consent-version-taken@version"]);
        let close = |version: &str, until_on| CloseConsentText {
            purpose: Purpose::Advertising,
            version: version.to_owned(),
            until_on,
        };
        let past = codes(bank.execute(keeper, &close("2025-09", today.yesterday().unwrap())).await);
        assert_eq!(past, ["consent-close-past@until_on"]);
        let missing = bank.execute(keeper, &close("2020-01", today)).await;
        assert!(matches!(missing, Err(Error::NotFound)));
        let tomorrow = today.tomorrow().unwrap();
        for version in ["2025-09", "2026-11"] {
            bank.execute("methodologist", &close(version, tomorrow)).await.unwrap();
        }
        bank.execute("manager", &give(client)).await.unwrap();
        bank.clock.advance_seconds(3 * 86_400);
        let outcome = codes(bank.execute("manager", &give(client)).await);
        assert_eq!(outcome, ["consent-text-unknown@text_version"], "closed");
        // what was said while it was in force may still be written down
        let said_at = Some(Timestamp::start_of(tomorrow, &jiff::tz::TimeZone::UTC));
        bank.execute("manager", &GiveConsent { said_at, ..give(client) }).await.unwrap();
        let again = codes(bank.execute(keeper, &close("2025-09", tomorrow)).await);
        assert_eq!(again, ["consent-text-closed@until_on"]);
        // what was agreed to before holds on, and the text stays to be read
        assert_eq!(lack(bank, client, ConsentChannel::Sms).await, None);
        let pack = jurisdiction::Pack::load("ru").unwrap();
        let mut db = bank.services.reader.clone();
        let text = queries::consent_text(&mut db, pack, Purpose::Advertising, "2025-09").await;
        let text = text.unwrap().unwrap();
        assert_eq!((text.is_sample, text.until_on), (false, Some(tomorrow)));
        assert!(text.text_ru.starts_with("Образец"), "the words are those of the pack");
        assert_eq!(number(bank, "select count(*) from consent_text").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consent_to_the_credit_history_ends_and_says_so_in_time() {
    both(async |bank: &Bank| {
        let client = person(bank, "manager", "Ветрова").await;
        let command = GiveConsent {
            purpose: Purpose::CreditHistory,
            channel: ConsentChannel::Any,
            ..give(client)
        };
        bank.execute("manager", &command).await.unwrap();
        let ask = async || {
            let (ctx, mut db) = (bank.as_system(), bank.services.reader.clone());
            let what = (Purpose::CreditHistory, ConsentChannel::Any);
            consent::lack(&mut db, &ctx, client, what).await.unwrap()
        };
        let mut browser = bank.client("manager").await;
        let shown = panel(&mut browser, client, "contacts").await;
        assert!(shown.contains("Credit history: valid until"), "{shown}");
        let address = format!("/clients/{client}/consents");
        assert!(!browser.get(&address).await.ok().contains("expires soon"));
        bank.clock.advance_seconds(160 * 86_400);
        let mut browser = bank.client("manager").await;
        assert!(browser.get(&address).await.ok().contains("expires soon"));
        assert_eq!(ask().await, None);
        bank.clock.advance_seconds(25 * 86_400);
        assert_eq!(ask().await, Some(Lack::Expired));
        let mut browser = bank.client("manager").await;
        let shown = panel(&mut browser, client, "contacts").await;
        assert!(shown.contains("Credit history: expired"), "{shown}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dialog_offers_the_texts_of_a_purpose_and_shows_what_was_agreed_to() {
    both(async |bank: &Bank| {
        let client = person(bank, "manager", "Ветрова").await;
        let file = AddFile::new(client, "signed.txt", FileKind::Consent, b"signed".to_vec());
        let file = bank.execute("manager", &file).await.unwrap().to_string();
        let mut browser = bank.client("manager").await;
        let address = format!("/clients/{client}/consents");
        let page = browser.get(&format!("{address}?purpose=advertising")).await.ok();
        assert!(page.contains("value=\"2025-09\"") && page.contains("advertising of the bank"));
        assert!(page.contains("name=\"channel\"") && page.contains("signed.txt"));
        let now = bank.as_system().now;
        let day = |back: i64| now.plus_days(-back).date_in(&jiff::tz::TimeZone::UTC).to_string();
        let say = async |browser: &mut testkit::Browser, more: &[(&str, &str)]| {
            let id = bank.form_id();
            let mut fields = vec![
                ("_id", id.as_str()),
                ("purpose", "advertising"),
                ("channel", "any"),
                ("text_version", "2025-09"),
            ];
            fields.extend_from_slice(more);
            browser.post(&address, &fields).await
        };
        let (three, two) = (day(3), day(2));
        let paper = [("state", "given"), ("evidence_kind", "paper"), ("evidence", "№ 9")];
        let bad = say(&mut browser, &[("state", "given"), ("said_on", "99.99.2026")]).await;
        assert_eq!(bad.status, 422);
        assert!(bad.body.contains("99.99.2026"), "what was typed is kept");
        let long_ago = [paper[0], paper[1], paper[2], ("said_on", "01.02.2026")];
        let refused = say(&mut browser, &long_ago).await;
        assert!(refused.status == 422 && refused.body.contains("at most 30"), "{}", refused.gist());
        let given = [paper[0], paper[1], paper[2], ("said_on", &three), ("file_id", &file)];
        assert_eq!(say(&mut browser, &given).await.status, 303);
        assert_eq!(lack(bank, client, ConsentChannel::Email).await, None);
        // of two words of one day the refusal is the later one
        let refused = [("state", "withdrawn"), ("said_on", three.as_str())];
        assert_eq!(say(&mut browser, &refused).await.status, 303);
        assert_eq!(lack(bank, client, ConsentChannel::Email).await, Some(Lack::Withdrawn));
        let given = [paper[0], paper[1], paper[2], ("said_on", &two)];
        assert_eq!(say(&mut browser, &given).await.status, 303);
        assert_eq!(lack(bank, client, ConsentChannel::Email).await, None);
        let page = browser.get(&address).await.ok();
        assert!(page.contains("/consent-texts/advertising:2025-09\"") && page.contains(&file));
        assert!(!page.contains("unknown text"));
        let text = browser.get("/consent-texts/advertising:2025-09").await.ok();
        assert!(text.contains("Образец. Проверьте") && !text.contains("Close this version"));
        for strange in ["advertising:1", "nothing:2025-09", "x"] {
            assert_eq!(browser.get(&format!("/consent-texts/{strange}")).await.status, 404);
        }
        // a version a feed has brought is kept, and marked
        let sql = "update client_consent set text_version = 'old 7' where id in \
                   (select id from consent_proof where said_at < $1)";
        force(bank, sql, params![now.plus_days(-2)]).await;
        let page = browser.get(&address).await.ok();
        assert!(page.contains("old 7") && page.contains("unknown text"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keeper_of_texts_works_on_pages() {
    both(async |bank: &Bank| {
        let mut manager = bank.client("manager").await;
        assert_eq!(manager.get("/admin/consent-texts").await.status, 403);
        let mut keeper = bank.client("methodologist").await;
        let list = keeper.get("/admin/consent-texts").await.ok();
        assert!(list.contains("Credit history") && list.contains("sample"));
        let id = bank.form_id();
        let fields = [
            ("_id", id.as_str()),
            ("purpose", "partners"),
            ("version", "2026-12"),
            ("from_on", "01.12.2026"),
            ("text_ru", "Согласен.\n\n<b>Да</b>"),
            ("text_en", ""),
        ];
        let mut wrong = fields;
        wrong[2].1 = "2025-09";
        let refused = keeper.post("/admin/consent-texts/new", &wrong).await;
        assert!(refused.status == 422 && refused.body.contains("exists already"));
        assert_eq!(keeper.post("/admin/consent-texts/new", &fields).await.status, 303);
        let page = keeper.get("/consent-texts/partners:2026-12").await.ok();
        assert!(page.contains("&lt;b&gt;Да") && page.contains("not yet in force"));
        let close = "/consent-texts/partners:2025-09/close";
        let id = bank.form_id();
        let refused = keeper.post(close, &[("_id", &id), ("until_on", "01.01.2020")]).await;
        assert!(refused.status == 422 && refused.body.contains("01.01.2020"));
        let fields = [("_id", id.as_str()), ("until_on", "30.11.2026")];
        assert_eq!(manager.post(close, &fields).await.status, 403);
        assert_eq!(keeper.post(close, &fields).await.status, 303);
        let page = keeper.get("/consent-texts/partners:2025-09").await.ok();
        assert!(page.contains("30 Nov") || page.contains("30\u{a0}Nov"), "{page}");
    })
    .await;
}
