//! The demo bank in a database: loaded once however often, and its stories show whole cards to everyone who
//! may see them, without a text missing.

use std::collections::BTreeSet;

use demo::load::{Depth, demo_logins, load};
use demo::model::DemoBank;
use demo::model::stories::{GROUP, NAMELESS, NOTHING_AT_ALL, STORIES, VIP_COMPANY};
use kernel::{ClientId, Lang};
use spine::Services;
use spine::org::commands::SavePreferences;
use store::{Read, params};
use testkit::{Bank, Browser, Kind, kinds};
use web::DemoMode;

const CLIENTS: u64 = 300;
const SEED: u64 = 7;

async fn fill(services: &Services) {
    let made = DemoBank::new(SEED, CLIENTS, jiff::civil::date(2026, 11, 23));
    load(services, &made, SEED, Depth::for_clients(CLIENTS), None, |_, _| {}).await.unwrap();
}

async fn demo_bank(kind: Kind) -> Bank {
    let mode = DemoMode { logins: demo_logins() };
    Bank::filled(kind, crate::support::open, mode, fill).await
}

/// Rows of every table that a load touches.
async fn totals(bank: &Bank) -> Vec<(&'static str, i64)> {
    const TABLES: [&str; 24] = [
        "client",
        "client_role",
        "client_contact",
        "client_identifier",
        "client_address",
        "client_date",
        "client_consent",
        "client_link",
        "client_key",
        "client_token",
        "field_origin",
        "account",
        "account_role",
        "card",
        "loan",
        "standing_order",
        "account_transaction",
        "account_month",
        "interaction",
        "task",
        "circle_main",
        "loan_review",
        "project",
        "project_client",
    ];
    let mut out = Vec::new();
    for table in TABLES.into_iter().chain(["staff", "branch", "till_cash", "journal_entry"]) {
        let sql = format!("select count(*) from {table}");
        out.push((table, crate::support::number(bank, &sql).await));
    }
    out
}

/// The story clients in the order of their numbers: ids sort by them.
async fn stories(bank: &Bank) -> Vec<ClientId> {
    let mut db = bank.services.reader.clone();
    let limit = i64::try_from(STORIES).unwrap();
    let rows =
        db.query("select id from client order by id limit $1", params![limit]).await.unwrap();
    rows.into_iter().map(|r| r.one().unwrap()).collect()
}

/// The words of a page that look like the key of a text instead of the text: hyphenated, in small Latin
/// letters, and beginning as some key of ours begins.
fn bare_keys(bank: &Bank, html: &str) -> BTreeSet<String> {
    const PLAIN: [&str; 4] = ["e-mail", "follow-up", "sign-in", "no-one"];
    let starts: BTreeSet<&str> =
        bank.app.texts.keys(Lang::En).filter_map(|k| k.split_once('-').map(|(a, _)| a)).collect();
    let mut out = BTreeSet::new();
    let mut rest = html;
    while let Some((text, more)) = rest.split_once('<') {
        for word in text.split(|c: char| {
            !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '@' | '.' | '/'))
        }) {
            let word = word.trim_matches('.');
            let shaped = word
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'));
            let begins =
                word.split_once('-').is_some_and(|(a, b)| starts.contains(a) && !b.is_empty());
            if shaped && begins && !PLAIN.contains(&word) {
                out.insert(word.to_owned());
            }
        }
        // scripts and styles are no visible text
        let skip = ["script", "style"].iter().find(|tag| more.starts_with(**tag));
        let more =
            skip.map_or(more, |tag| more.split_once(&format!("</{tag}")).map_or("", |(_, r)| r));
        rest = more.split_once('>').map_or("", |(_, r)| r);
    }
    out
}

async fn in_language(bank: &Bank, login: &str, lang: Lang) -> Browser {
    let choice = SavePreferences { lang: Some(lang), theme: None, density: None };
    bank.execute(login, &choice).await.unwrap();
    bank.client(login).await
}

fn login_of(role: &str) -> String {
    demo_logins().into_iter().find(|(key, _)| key == role).expect(role).1
}

#[tokio::test(flavor = "multi_thread")]
async fn loading_twice_is_loading_once_and_both_databases_hold_the_same() {
    let mut all = Vec::new();
    for kind in kinds() {
        let bank = demo_bank(kind).await;
        let once = totals(&bank).await;
        for (table, rows) in &once {
            assert!(*rows > 0, "{kind:?}: {table} is empty");
        }
        assert_eq!(once[0].1, i64::try_from(CLIENTS).unwrap());
        fill(&bank.services).await;
        assert_eq!(totals(&bank).await, once, "{kind:?}");
        all.push(once);
        // one main document, one main contact of a kind
        let twice = "select count(*) from (select client_id from client_identifier where is_main = 1 \
                     group by client_id having count(*) > 1) x";
        assert_eq!(crate::support::number(&bank, twice).await, 0, "{kind:?}");
    }
    all.dedup();
    assert_eq!(all.len(), 1, "{all:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_sees_the_stories_it_may_see_whole() {
    for kind in kinds() {
        let bank = demo_bank(kind).await;
        bank.settle().await;
        let clients = stories(&bank).await;
        let mut bad = Vec::new();
        for (role, login) in demo_logins() {
            let principal = bank.as_role(&login).principal;
            let mut browser = in_language(&bank, &login, Lang::Ru).await;
            let mut seen = 0;
            for (number, id) in clients.iter().enumerate() {
                let mut db = bank.services.reader.clone();
                let owner = parties::client::queries::owner(&mut db, *id).await.unwrap().unwrap();
                let expected =
                    match (principal.has("client.read"), principal.reaches("client.read", owner)) {
                        (false, _) => 403,
                        (true, false) => 404,
                        (true, true) => 200,
                    };
                let reply = browser.get(&format!("/clients/{id}")).await;
                let keys = bare_keys(&bank, &reply.body);
                if reply.status != expected || !keys.is_empty() {
                    bad.push(format!(
                        "story {number} as {role}: {} for {expected} {keys:?}",
                        reply.status
                    ));
                }
                seen += u32::from(reply.status == 200);
            }
            println!("{kind:?} {role}: {seen} stories seen");
        }
        assert!(bad.is_empty(), "{kind:?} {bad:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_around_a_story_lacks_a_text() {
    for kind in kinds() {
        let bank = demo_bank(kind).await;
        bank.settle().await;
        let probe = "<p>client-tab-overview, e-mail</p><script>client-tab-overview</script>";
        assert_eq!(bare_keys(&bank, probe).len(), 1, "the check is blind");
        let clients = stories(&bank).await;
        let login = login_of("head_office");
        let mut bad = BTreeSet::new();
        for lang in Lang::ALL {
            let mut browser = in_language(&bank, &login, lang).await;
            let mut tails: Vec<String> =
                ["", "/details", "/edit", "/links"].map(str::to_owned).to_vec();
            let panels = bank.app.panels.iter().map(|p| format!("/panel/{}", p.key()));
            tails.extend(panels);
            for (number, id) in clients.iter().enumerate() {
                for tail in &tails {
                    let reply = browser.get(&format!("/clients/{id}{tail}")).await;
                    let keys = bare_keys(&bank, &reply.body);
                    if reply.status != 200 || !keys.is_empty() {
                        bad.insert(format!(
                            "{tail} {lang:?} {} {keys:?} (story {number})",
                            reply.status
                        ));
                    }
                }
            }
            for path in [
                "/clients",
                "/search?q=%D0%B8%D0%B2",
                "/search/palette",
                "/search/palette?q=a",
                "/imports/new",
            ] {
                let reply = browser.get(path).await;
                let keys = bare_keys(&bank, &reply.body);
                if reply.status != 200 || !keys.is_empty() {
                    bad.insert(format!("{path} {lang:?} {} {keys:?}", reply.status));
                }
            }
        }
        assert!(bad.is_empty(), "{kind:?} {bad:#?}");
        let story = |number: u64| clients[usize::try_from(number).unwrap()];
        let mut browser = in_language(&bank, &login, Lang::Ru).await;
        let card = async |browser: &mut Browser, number: u64| {
            browser.get(&format!("/clients/{}", story(number))).await.ok()
        };
        assert!(card(&mut browser, VIP_COMPANY).await.contains("Северный ветер"));
        assert!(card(&mut browser, GROUP).await.contains("Северный ветер"));
        let mut db = bank.services.reader.clone();
        let sql = "select number from client where id = $1";
        for number in [NAMELESS, NOTHING_AT_ALL] {
            let row = db.first(sql, params![story(number)]).await.unwrap().unwrap();
            let shown: String = row.one().unwrap();
            assert!(card(&mut browser, number).await.contains(&shown), "{number}");
        }
    }
}
