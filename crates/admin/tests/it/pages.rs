//! Every page: in both languages, and closed to those without the right.

use testkit::{Bank, Browser};

use crate::support::both;

/// Pages with words for everybody, ids filled in.
fn addresses(bank: &Bank) -> Vec<String> {
    let directory = bank.services.directory.get();
    let person = bank.user("manager");
    let role = crate::support::role(bank, "manager");
    let team = directory.teams.keys().next().unwrap();
    let region = directory.regions.keys().next().unwrap();
    let branch = bank.branch("01");
    [
        "/admin/staff",
        "/admin/staff?state=dismissed",
        "/admin/staff/new",
        "/admin/roles",
        "/admin/roles/new",
        "/admin/branches",
        "/admin/branches/new",
        "/admin/regions/new",
        "/admin/teams/new",
        "/admin/absences",
        "/admin/absences?show=over",
        "/admin/absences/new",
        "/admin/jobs",
        "/admin/jobs?state=done",
        "/admin/journal",
        "/admin/tokens",
        "/admin/tokens/new",
        "/me/absence",
        "/me/absence/new",
        "/me/password",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain([
        format!("/admin/staff/{person}"),
        format!("/admin/staff/{person}/edit"),
        format!("/admin/staff/{person}/password"),
        format!("/admin/staff/{person}/dismiss"),
        format!("/admin/roles/{role}"),
        format!("/admin/branches/{branch}"),
        format!("/admin/regions/{region}"),
        format!("/admin/teams/{team}"),
    ])
    .collect()
}

/// A text that is a key of ours: nobody wrote it in this language.
fn raw_key(body: &str) -> Option<&str> {
    let words = body.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let ours = ["admin-", "refusal-", "permission-", "scope-", "flash-admin-", "command-org-"];
    let starts = |word: &&str| ours.iter().any(|o| word.starts_with(o));
    let mut found =
        words.filter(starts).filter(|word| !word.starts_with("permission-group-beside"));
    found.next()
}

async fn read(bank: &Bank, browser: &mut Browser, lang: &str) {
    browser.post("/me/preferences", &[("lang", lang)]).await;
    for address in addresses(bank) {
        let body = browser.get(&address).await.ok();
        assert_eq!(raw_key(&body), None, "{address} in {lang}");
        assert!(body.contains(&format!("lang=\"{lang}\"")), "{address} is not in {lang}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_speaks_both_languages() {
    both(async |bank: &Bank| {
        bank.settle().await;
        let mut admin = bank.client("administrator").await;
        read(bank, &mut admin, "ru").await;
        read(bank, &mut admin, "en").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_is_closed_without_its_right() {
    both(async |bank: &Bank| {
        let mut clerk = bank.client("clerk").await;
        let any = "018f0000-0000-7000-8000-000000000000";
        let guarded = bank.app.routes.iter().filter(|r| r.path.starts_with("/admin/"));
        let mut seen = 0;
        for route in guarded {
            let path = route.path.replace("{id}", any);
            let reply = match route.method {
                "GET" => clerk.get(&path).await,
                _ => clerk.post(&path, &[]).await,
            };
            assert_eq!(reply.status, 403, "{} {}", route.method, route.path);
            seen += 1;
        }
        assert!(seen > 35, "{seen}");
    })
    .await;
}
