//! The rules of the WCAG that a program can check, checked by axe-core on a page as it stands.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::window::Window;

/// WCAG 2.0 and 2.1, levels A and AA.
const RULES: [&str; 4] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];

/// Fails when the page breaks a rule, and says which element breaks which.
pub(super) async fn must_be_accessible(window: &Window, place: &str) {
    let rules = json!({ "type": "tag", "values": RULES });
    must_keep(window, place, rules).await;
}

/// Fails when the colours of the page are too near to one another: what a theme changes, and no more.
pub(super) async fn must_have_contrast(window: &Window, place: &str) {
    must_keep(window, place, json!({ "type": "rule", "values": ["color-contrast"] })).await;
}

async fn must_keep(window: &Window, place: &str, rules: Json) {
    let source = std::fs::read_to_string(file()).expect("axe-core; `npm ci` brings it");
    let script = format!(
        "{source};\n\
         axe.run(document, {{ runOnly: arguments[0], resultTypes: ['violations'] }})\
         .then((found) => done(found.violations), (error) => done(String(error)));"
    );
    let found = window.js_later(&script, vec![rules]).await;
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
