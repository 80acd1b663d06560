//! The list of all endpoints and commands with their permission. A new one shows here, and
//! `guard.rs` tests its refusal. `UPDATE_GOLDEN=1` writes the file anew.

use std::fmt::Write;
use std::path::Path;

use testkit::{Bank, Kind};

fn listed(bank: &Bank) -> String {
    let mut out = String::from(
        "# Every endpoint and command with the permission it needs. Written by \
         `UPDATE_GOLDEN=1 cargo nextest run -p server golden`.\n",
    );
    for route in &bank.app.routes {
        writeln!(out, "{:<8} {:<46} {}", route.method, route.path, route.access).unwrap();
    }
    for command in bank.services.bus.commands() {
        writeln!(out, "{:<8} {:<46} {}", "command", command.name, command.permission).unwrap();
    }
    out
}

#[allow(clippy::disallowed_methods)] // the test's own configuration
pub(crate) fn is_update() -> bool {
    std::env::var("UPDATE_GOLDEN").is_ok_and(|v| v == "1")
}

#[tokio::test(flavor = "multi_thread")]
async fn endpoints_and_commands_are_as_agreed() {
    let bank = Bank::open(Kind::Sqlite, crate::support::open).await;
    let now = listed(&bank);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/permissions.txt");
    if is_update() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &now).unwrap();
    }
    let agreed = std::fs::read_to_string(&file).unwrap_or_default();
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let (agreed, now) = (lines(&agreed), lines(&now));
    let gone: Vec<_> = agreed.iter().filter(|line| !now.contains(line)).collect();
    let new: Vec<_> = now.iter().filter(|line| !agreed.contains(line)).collect();
    assert!(
        gone.is_empty() && new.is_empty(),
        "not as agreed in tests/golden/permissions.txt; if it is meant so: UPDATE_GOLDEN=1\n\
         gone: {gone:#?}\nnew: {new:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_needs_a_permission_that_exists() {
    let bank = Bank::open(Kind::Sqlite, crate::support::open).await;
    let modules = server::wiring::modules();
    let known: Vec<&str> =
        modules.iter().flat_map(|m| m.permissions.iter().map(|p| p.key)).collect();
    for route in &bank.app.routes {
        let right = ["public", "demo"].contains(&route.access) || known.contains(&route.access);
        assert!(right, "{} {} needs {}", route.method, route.path, route.access);
    }
    let open: Vec<_> =
        bank.app.routes.iter().filter(|r| r.access == "public").map(|r| r.path).collect();
    assert_eq!(
        open,
        [
            "/api/v1/openapi.json",
            "/branch/v1/enrol",
            "/branch/v1/exchange",
            "/branch/v1/keys",
            "/health",
            "/me/preferences",
            "/ready",
            "/sign-in",
            "/sign-in",
            "/sign-in/code",
            "/sign-in/code",
            "/sign-in/code/passkey",
            "/sign-in/oidc/{key}",
            "/sign-in/oidc/{key}/back",
            "/sign-in/passkey"
        ],
        "nothing else is open to everybody"
    );
}

/// Administration shows jobs by name, and a kind without one would stand there as programmers call it.
#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_job_has_a_name_in_both_languages() {
    let bank = Bank::open(Kind::Sqlite, crate::support::open).await;
    let modules = server::wiring::modules();
    let kinds: Vec<&str> = modules
        .iter()
        .flat_map(|m| m.jobs.iter().map(|j| j.kind()).chain(m.schedules.iter().map(|s| s.kind)))
        .collect();
    assert!(kinds.len() >= 3, "{kinds:?}");
    for kind in kinds {
        let key = format!("job-{}", kind.replace(['.', '_'], "-"));
        for lang in kernel::Lang::ALL {
            assert!(bank.app.texts.has(lang, &key), "{key} in {}", lang.code());
        }
    }
}
