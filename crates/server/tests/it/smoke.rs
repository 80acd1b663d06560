//! Every page of a small demo bank opens, on both databases, in both languages, without a text missing.

use demo::load::{Depth, load};
use demo::model::DemoBank;
use kernel::Lang;
use spine::org::commands::SavePreferences;
use store::{Read, params};
use testkit::{Bank, Kind, kinds};
use web::DemoMode;

/// Clients of the bank: a few blocks of the demo, so that links and groups are there.
const CLIENTS: u64 = 120;

async fn demo_bank(kind: Kind) -> Bank {
    let mode = DemoMode { logins: demo::load::demo_logins() };
    let bank = Bank::filled(kind, crate::support::open, mode, async |services| {
        let made = DemoBank::new(1, CLIENTS, jiff::civil::date(2026, 11, 23));
        load(services, &made, 1, Depth::for_clients(CLIENTS), None, |_, _| {}).await.unwrap();
    })
    .await;
    bank.settle().await;
    bank
}

/// A path with real ids in place of its parameters; none when the parameter is not a client.
fn concrete(pattern: &str, client: &str) -> Option<String> {
    let path = pattern.replace("/clients/{id}", &format!("/clients/{client}"));
    (!path.contains('{')).then_some(path)
}

/// Plain words that look like the key of a text.
const WORDS: [&str; 1] = ["e-mail"];
/// Pages about something that only their query names.
const NEED_A_QUERY: [&str; 2] = ["/no-next-step/clients", "/smart-cards/new"];

/// Pages that a branch's node has and the centre has not; `browser::line` opens them.
const OF_A_BRANCH: [&str; 2] = ["/pending", "/pending/day"];

/// Words of the page that are the key of a text instead of the text.
fn bare_keys(html: &str) -> Vec<String> {
    let words =
        html.split('<').filter_map(|part| part.split_once('>').map(|(_, text)| text.trim()));
    let is_key = |text: &&str| {
        text.contains('-')
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && text.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
            && !WORDS.contains(text)
    };
    words.filter(is_key).map(str::to_owned).collect()
}

async fn client_with_most(bank: &Bank) -> String {
    let sql = "select client_id from client_token group by client_id \
               order by count(*) desc, client_id limit 1";
    let row = bank.services.reader.clone().first(sql, params![]).await.unwrap().unwrap();
    row.one::<kernel::ClientId>().unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_opens_in_both_languages() {
    for kind in kinds() {
        println!("-- on {kind:?}");
        let bank = demo_bank(kind).await;
        let client = client_with_most(&bank).await;
        let mut opened = 0;
        let mut bad = Vec::new();
        for lang in Lang::ALL {
            let is_page = |path: &str| path != "/live" && !path.starts_with("/api/");
            for route in bank.app.routes.iter().filter(|r| r.method == "GET" && is_page(r.path)) {
                let Some(path) = concrete(route.path, &client) else {
                    continue;
                };
                if NEED_A_QUERY.contains(&route.path) || OF_A_BRANCH.contains(&route.path) {
                    continue;
                }
                let login = who_may(&bank, route.access);
                let choice = SavePreferences { lang: Some(lang), theme: None, density: None };
                bank.execute(&login, &choice).await.unwrap();
                let page = bank.client(&login).await.get(&path).await;
                let keys = bare_keys(&page.body);
                if ![200, 303].contains(&page.status) || !keys.is_empty() {
                    bad.push(format!("{path} as {login} in {lang:?}: {} {keys:?}", page.status));
                }
                opened += 1;
            }
        }
        assert!(bad.is_empty(), "{bad:#?}");
        assert!(opened > 20, "{opened}");
    }
}

/// The login of a role that holds the permission, the widest first.
fn who_may(bank: &Bank, permission: &str) -> String {
    let order = ["head_office", "administrator", "branch_head", "manager", "auditor"];
    let logins = &bank.app.demo.as_ref().unwrap().logins;
    let login_of = |role: &str| {
        logins.iter().find(|(key, _)| key == role).map(|(_, login)| login.clone()).unwrap()
    };
    let mut roles = order.iter().map(|r| login_of(r)).chain(logins.iter().map(|l| l.1.clone()));
    roles
        .find(|login| {
            ["public", "demo"].contains(&permission)
                || bank.as_role(login).principal.has(permission)
        })
        .unwrap_or_else(|| panic!("nobody holds {permission}"))
}
