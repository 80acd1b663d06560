//! The document is what is served, and nothing of the bus is out of its reach.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use serde_json::Value as Json;
use testkit::{Bank, Kind};

use crate::golden::is_update;

/// Commands no operation executes, and why.
const EXCEPTIONS: [(&str, &str); 53] = [
    ("branch.note_carried", "left behind by whoever takes in a carried file"),
    ("parties.open_archive", "what a law keeps of an erased person is opened by people, on a page"),
    ("secrecy.open_card", "a person opens a closed card for a reason, never a program"),
    ("secrecy.shut_card", "a person shuts what he has opened"),
    ("secrecy.draft_policy", "people make the rules of secrecy"),
    ("secrecy.edit_policy", "people make the rules of secrecy"),
    ("secrecy.test_policy", "people make the rules of secrecy"),
    ("secrecy.release_policy", "people make the rules of secrecy"),
    ("secrecy.drop_policy", "people make the rules of secrecy"),
    ("secrecy.review_glass", "people review what people have opened"),
    ("parties.note_reads", "left behind by answers: what was read of closed cards"),
    ("approval.decide", "a second person decides, never a program"),
    ("approval.withdraw", "the maker takes it back on the page"),
    ("org.save_approval_rule", "what needs a second person is decided by people"),
    ("org.drop_approval_rule", "what needs a second person is decided by people"),
    (
        "org.set_personnel_number",
        "says which accounts are one person: people decide who checks whom",
    ),
    ("org.add_staff", "gives roles: a program hands out no rights, the command itself refuses"),
    ("engagement.issue_smart_card", "the centre writes the card in a clerk's reader, on the page"),
    ("engagement.activate_smart_card", "the end of writing a card, on the page"),
    ("engagement.set_smart_card_pin", "the centre writes a card in a clerk's reader, on the page"),
    ("engagement.read_smart_card", "what a card in a clerk's reader has proved, on the page"),
    ("engagement.allow_smart_card_payment", "asked while a card is in a clerk's reader"),
    ("engagement.pay_by_smart_card", "what a card in a clerk's reader has certified"),
    ("engagement.report_smart_card", "what a desk has met in its reader"),
    ("org.create_token", "hands out rights"),
    ("org.dismiss_staff", "acts on who holds rights: refused to programs"),
    ("org.reinstate_staff", "acts on who holds rights: refused to programs"),
    ("org.set_pin", "a person proves himself by his password, on the page"),
    ("org.reset_pin", "acts on who holds rights: refused to programs"),
    ("org.set_password", "acts on who holds rights: refused to programs"),
    ("org.unlock_staff", "acts on who holds rights: refused to programs"),
    ("org.change_password", "a person proves himself by his old one, on the page"),
    ("org.enrol_totp", "a person's own second factor, on the page"),
    ("org.remove_totp", "a person's own second factor, on the page"),
    ("org.add_passkey", "a person's own device answers a page"),
    ("org.rename_passkey", "a person's own passkeys, on the page"),
    ("org.remove_passkey", "a person's own passkeys, on the page"),
    ("org.renew_recovery_codes", "shown once to the person, on the page"),
    ("org.unlink_provider", "acts on who holds rights: refused to programs"),
    ("org.reset_second_factor", "acts on who holds rights: refused to programs"),
    ("org.end_other_sessions", "the others of a browser's session; a token has none"),
    ("org.save_preferences", "how pages look to a person"),
    ("parties.mark_seen", "left behind by the card's page: what a person has looked at"),
    ("org.import_branches", "a batch of an import; the API starts imports"),
    ("parties.import_account_roles", "a batch of an import"),
    ("parties.import_accounts", "a batch of an import"),
    ("parties.import_cards", "a batch of an import"),
    ("parties.import_clients", "a batch of an import"),
    ("parties.import_records", "a batch of an import"),
    ("parties.import_contacts", "a batch of an import"),
    ("parties.import_loans", "a batch of an import"),
    ("parties.import_standing_orders", "a batch of an import"),
    ("parties.import_transactions", "a batch of an import"),
];

fn document(bank: &Bank) -> Json {
    web::api::document(bank.app.api.as_ref().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_can_be_reached_or_says_why_not() {
    let bank = Bank::open(Kind::Sqlite, crate::support::open).await;
    let contract = bank.app.api.as_ref().unwrap();
    let reached: BTreeSet<&str> =
        contract.operations().flat_map(|o| o.commands().iter().copied()).collect();
    let excepted: BTreeSet<&str> = EXCEPTIONS.iter().map(|(name, _)| *name).collect();
    let commands: Vec<_> = bank.services.bus.commands().collect();
    for command in commands.iter().filter(|c| c.permission != "system") {
        let name = command.name;
        assert!(
            reached.contains(name) != excepted.contains(name),
            "{name} needs an operation, or a reason for having none (not both)"
        );
    }
    let known: BTreeSet<&str> = commands.iter().map(|c| c.name).collect();
    assert!(reached.is_subset(&known), "{:?}", reached.difference(&known).collect::<Vec<_>>());
    assert!(excepted.is_subset(&known), "{:?}", excepted.difference(&known).collect::<Vec<_>>());
}

/// Operations in lines: what a caller builds upon.
fn listed(document: &Json) -> String {
    let mut out = String::from(
        "# The operations of the API: what callers build upon. Written by\n\
         # `UPDATE_GOLDEN=1 cargo nextest run -p server api::contract`.\n",
    );
    let names = |list: &Json, of: fn(&Json) -> Option<String>| {
        let all = list.as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().filter_map(of).collect::<Vec<_>>().join(" ")
    };
    let mut document = document.clone();
    document.sort_all_objects();
    let document = &document;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, one) in methods.as_object().unwrap() {
            let id = one["operationId"].as_str().unwrap();
            writeln!(out, "{:<6} {path} {id}", method.to_uppercase()).unwrap();
            let parameter = |p: &Json| {
                let name = p["name"].as_str()?;
                let mark = if p["required"] == true { "!" } else { "" };
                (p["in"] == "query").then(|| format!("{name}{mark}"))
            };
            let query = names(&one["parameters"], parameter);
            if !query.is_empty() {
                writeln!(out, "       ? {query}").unwrap();
            }
            let body = &one["requestBody"]["content"]["application/json"]["schema"];
            if !body.is_null() {
                writeln!(out, "       < {}", shape(body, document)).unwrap();
            }
            let codes: Vec<&str> =
                one["responses"].as_object().unwrap().keys().map(String::as_str).collect();
            let good = codes.iter().find(|c| c.starts_with('2') && **c != "202").unwrap();
            let reply = &one["responses"][good]["content"]["application/json"]["schema"];
            writeln!(out, "       > {good} {}", shape(reply, document)).unwrap();
        }
    }
    out
}

/// The fields of a schema; an exclamation mark follows what must be there.
fn shape(schema: &Json, document: &Json) -> String {
    let schema = match schema["$ref"].as_str().and_then(|r| r.rsplit('/').next()) {
        Some(name) => &document["components"]["schemas"][name],
        None => schema,
    };
    let required: BTreeSet<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let fields = schema["properties"].as_object().map(|p| {
        let one = |name: &String| {
            format!("{name}{}", if required.contains(name.as_str()) { "!" } else { "" })
        };
        let all: BTreeMap<&String, String> = p.keys().map(|name| (name, one(name))).collect();
        all.into_values().collect::<Vec<_>>().join(" ")
    });
    fields.unwrap_or_else(|| schema["type"].as_str().unwrap_or("-").to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn operations_are_as_callers_know_them() {
    let bank = Bank::open(Kind::Sqlite, crate::support::open).await;
    let now = listed(&document(&bank));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/operations.txt");
    if is_update() {
        std::fs::write(&file, &now).unwrap();
    }
    let agreed = std::fs::read_to_string(&file).unwrap_or_default();
    let gone: Vec<&str> = agreed.lines().filter(|l| !now.lines().any(|n| n == *l)).collect();
    let new: Vec<&str> = now.lines().filter(|l| !agreed.lines().any(|n| n == *l)).collect();
    assert!(
        gone.is_empty() && new.is_empty(),
        "not as agreed in tests/golden/operations.txt; a caller breaks when something is gone or must \
         newly be sent; if it is meant so: UPDATE_GOLDEN=1\ngone: {gone:#?}\nnew: {new:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_says_what_every_operation_needs() {
    let bank = Bank::open(Kind::Sqlite, crate::support::open).await;
    let document = document(&bank);
    let mut ids = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, one) in methods.as_object().unwrap() {
            let at = format!("{method} {path}");
            assert!(ids.insert(one["operationId"].as_str().unwrap()), "{at}: named twice");
            assert!(one["summary"].as_str().is_some_and(|s| !s.is_empty()), "{at}: no summary");
            for code in ["400", "401", "403", "429", "500"] {
                assert!(one["responses"].get(code).is_some(), "{at}: {code}");
            }
            let takes = path.matches('{').count();
            let parameters = one["parameters"].as_array().unwrap();
            let said = parameters.iter().filter(|p| p["in"] == "path").count();
            assert_eq!(takes, said, "{at}");
        }
    }
    assert!(ids.len() > 100, "{}", ids.len());
}

/// The checker of bodies knows exactly these words; a schema with another one would not be checked.
#[tokio::test(flavor = "multi_thread")]
async fn schemas_use_words_the_checker_knows() {
    const KNOWN: [&str; 24] = [
        "$ref",
        "additionalProperties",
        "anyOf",
        "const",
        "contentEncoding",
        "default",
        "description",
        "enum",
        "example",
        "examples",
        "format",
        "items",
        "maxItems",
        "maxLength",
        "maximum",
        "minItems",
        "minLength",
        "minimum",
        "oneOf",
        "pattern",
        "prefixItems",
        "properties",
        "required",
        "type",
    ];
    fn walk(schema: &Json, at: &str) {
        let Some(object) = schema.as_object() else { return };
        for (word, value) in object {
            assert!(KNOWN.contains(&word.as_str()), "{at}: {word}");
            match word.as_str() {
                "properties" => {
                    for (name, inner) in value.as_object().unwrap() {
                        walk(inner, &format!("{at}.{name}"));
                    }
                }
                "anyOf" | "oneOf" | "prefixItems" => {
                    value.as_array().unwrap().iter().for_each(|inner| walk(inner, at));
                }
                "items" | "additionalProperties" => walk(value, at),
                _ => {}
            }
        }
    }
    let bank = Bank::open(Kind::Sqlite, crate::support::open).await;
    let document = document(&bank);
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        walk(schema, name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_open_and_cached() {
    let bank = Bank::open(Kind::Sqlite, crate::support::open).await;
    let mut stranger = bank.stranger();
    let reply = stranger.get("/api/v1/openapi.json").await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "application/json"));
    let served: Json = serde_json::from_str(&reply.body).unwrap();
    assert_eq!(served, document(&bank));
    assert_eq!(served["openapi"], "3.1.0");
    let tag = reply.header("etag").to_owned();
    let known = [("if-none-match", tag.as_str())];
    let (body, get) = (axum::body::Body::empty(), http::Method::GET);
    assert_eq!(stranger.send(get, "/api/v1/openapi.json", body, &known).await.status, 304);
}
