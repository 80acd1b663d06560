//! The rules of the WCAG that a program can check, checked by axe-core on a page as it stands.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::site::Site;
use super::window::Window;

/// WCAG 2.0 and 2.1, levels A and AA.
const RULES: [&str; 4] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];

/// The pages of the product that every person meets: the role that sees each, and its address.
pub(super) async fn pages(site: &Site) -> Vec<(&'static str, String)> {
    let person = site.person("Щербакова").await;
    let company = site.client("short_name = $1", "АО «Северный ветер»").await;
    let of = |role, paths: &[&str]| -> Vec<(&'static str, String)> {
        paths.iter().map(|path| (role, (*path).to_owned())).collect()
    };
    let mut all = of("manager", &["/", "/clients", "/tasks", "/projects", "/ui"]);
    for path in ["", "/details", "/links", "/edit", "/timeline", "/log?channel=phone"] {
        all.push(("manager", format!("/clients/{person}{path}")));
    }
    all.extend(["", "/links"].map(|path| ("manager", format!("/clients/{company}{path}"))));
    all.extend(of("manager", &["/clients/new?kind=person", "/tasks/new", "/search?q=ветер"]));
    all.extend(of("manager", &["/me/sessions", "/me/notices"]));
    all.extend(of("administrator", &["/imports", "/imports/new", "/admin/staff", "/admin/roles"]));
    all
}

/// Fails when the page breaks a rule, and says which element breaks which.
pub(super) async fn must_be_accessible(window: &Window, place: &str) {
    let source = std::fs::read_to_string(file()).expect("axe-core; `npm ci` brings it");
    let script = format!(
        "{source};\n\
         axe.run(document, {{ runOnly: {{ type: 'tag', values: arguments[0] }}, resultTypes: ['violations'] }})\
         .then((found) => done(found.violations), (error) => done(String(error)));"
    );
    let found = window.js_later(&script, vec![json!(RULES)]).await;
    let found = found.as_array().unwrap_or_else(|| panic!("axe at {place}: {found}"));
    let broken: Vec<String> = found.iter().map(told).collect();
    assert!(broken.is_empty(), "{place}:\n{}", broken.join("\n"));
}

fn told(violation: &Json) -> String {
    let nodes = violation["nodes"].as_array().cloned().unwrap_or_default();
    let lines: Vec<String> = nodes
        .iter()
        .take(6)
        .map(|node| format!("    {} {}", node["target"], node["any"][0]["message"]))
        .collect();
    format!(
        "  {} ({} times): {}\n{}",
        violation["id"],
        nodes.len(),
        violation["help"],
        lines.join("\n")
    )
}

fn file() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../node_modules/axe-core/axe.min.js")
}
