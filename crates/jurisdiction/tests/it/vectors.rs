//! The shared file of worked vectors; where it is absent, these tests say so and pass.

use jurisdiction::fellegi_sunter::{Decision, Evidence, Field};
use jurisdiction::{
    Certainty, Pack, Verdict, check_account_key, document_validity, mask_pan, normalise_name,
    parse_email, parse_phone, transliterate, validate_identifier,
};
use kernel::Date;
use serde_json::Value;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors/ids.json");

fn section(name: &str) -> Vec<Value> {
    let Ok(text) = std::fs::read_to_string(FILE) else {
        println!("shared vectors are absent, nothing checked: {name}");
        return Vec::new();
    };
    let all: Value = serde_json::from_str(&text).unwrap();
    let rows = all[name].as_array().unwrap_or_else(|| panic!("no section {name}")).clone();
    assert!(!rows.is_empty(), "section {name} is empty");
    rows
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_else(|| panic!("no {key} in {row}"))
}

fn ru() -> &'static Pack {
    Pack::load("ru").unwrap()
}

/// Rows `{value, valid}` of a kind.
fn check_kind(rows: &str, kind: &str) {
    for row in section(rows) {
        let answer = validate_identifier(ru(), kind, text(&row, "value"));
        assert_eq!(answer.is_ok(), row["valid"].as_bool().unwrap(), "{row} -> {answer:?}");
    }
}

#[test]
fn numbers_with_check_digits() {
    check_kind("inn10", "inn");
    check_kind("inn12", "inn");
    check_kind("ogrn", "ogrn");
    check_kind("ogrnip", "ogrnip");
    check_kind("kpp", "kpp");
    check_kind("okved2", "okved2");
    check_kind("iban", "iban");
    check_kind("lei", "lei");
    check_kind("bic", "bic");
}

#[test]
fn snils() {
    for row in section("snils") {
        let answer = validate_identifier(ru(), "snils", text(&row, "value"));
        match (text(&row, "result"), answer) {
            ("valid", Ok(c)) => {
                assert_eq!(
                    (c.normalised.as_str(), c.certainty),
                    (text(&row, "normalised"), Certainty::Valid)
                );
            }
            ("unchecked", Ok(c)) => {
                assert_eq!(
                    (c.normalised.as_str(), c.certainty),
                    (text(&row, "normalised"), Certainty::Unchecked)
                );
            }
            ("invalid", Err(_)) => {}
            (_, answer) => panic!("{row} -> {answer:?}"),
        }
    }
}

#[test]
fn account_keys() {
    for row in section("account_key") {
        let answer = check_account_key(text(&row, "bik"), text(&row, "account"));
        let got = match answer {
            Ok(Certainty::Valid) => "valid",
            Ok(Certainty::NotApplicable) => "not_applicable",
            Ok(Certainty::Unchecked) => "unchecked",
            Err(_) => "invalid",
        };
        assert_eq!(got, text(&row, "result"), "{row}");
    }
}

#[test]
fn cards() {
    for row in section("luhn_pan") {
        let answer = mask_pan(text(&row, "value"));
        assert_eq!(answer.is_ok(), row["valid"].as_bool().unwrap(), "{row}");
    }
}

#[test]
fn passport_validity() {
    let rule = ru().identifier("passport_rf").unwrap().validity.clone().unwrap();
    for row in section("passport_rf_validity") {
        let day = |key| text(&row, key).parse::<Date>().unwrap();
        let answer = document_validity(&rule, day("birth"), day("issued"), day("on"));
        let reason = match answer.verdict {
            Verdict::Valid => None,
            Verdict::Expired => Some("expired"),
            Verdict::IssuedTooYoung => Some("issued_before_14"),
            Verdict::NotYetIssued => Some("not_yet_issued"),
        };
        assert_eq!(reason, row["reason"].as_str(), "{row}");
        assert_eq!(reason.is_none(), row["valid"].as_bool().unwrap(), "{row}");
        let until = answer.valid_until.map(|day| day.to_string());
        assert_eq!(until.as_deref(), row["valid_until"].as_str(), "{row}");
    }
}

#[test]
fn phones() {
    for row in section("phone") {
        let answer = parse_phone(text(&row, "raw"), text(&row, "region"));
        assert_eq!(answer.is_ok(), row["valid"].as_bool().unwrap(), "{row} -> {answer:?}");
        let Ok(phone) = answer else { continue };
        assert_eq!(phone.e164, text(&row, "e164"), "{row}");
        assert_eq!(phone.country, text(&row, "country"), "{row}");
        assert_eq!(serde_json::to_value(phone.kind).unwrap(), row["type"], "{row}");
        assert_eq!(phone.ext.as_deref(), row["ext"].as_str(), "{row}");
    }
}

#[test]
fn emails() {
    for row in section("email") {
        let email = parse_email(text(&row, "raw")).unwrap();
        assert_eq!(email.normalised, text(&row, "normalised"), "{row}");
        assert_eq!(email.dedupe_key, text(&row, "dedupe_key"), "{row}");
    }
}

#[test]
fn name_pairs() {
    for row in section("name_pairs") {
        let (a, b) = (text(&row, "a"), text(&row, "b"));
        assert_eq!(normalise_name(a), text(&row, "norm_a"));
        assert_eq!(normalise_name(b), text(&row, "norm_b"));
        assert_eq!(transliterate(a), text(&row, "latin_a"));
        assert_eq!(transliterate(b), text(&row, "latin_b"));
        let normal = row["jaro_winkler"].as_f64().unwrap();
        let latin = row["jaro_winkler_latin"].as_f64().unwrap();
        let got = jurisdiction::similarity(a, b);
        assert!((got - normal.max(latin)).abs() < 1e-6, "{row} -> {got}");
        let got = strsim::jaro_winkler(text(&row, "norm_a"), text(&row, "norm_b"));
        assert!((got - normal).abs() < 1e-6, "{row} -> {got}");
        let got = strsim::jaro_winkler(text(&row, "latin_a"), text(&row, "latin_b"));
        assert!((got - latin).abs() < 1e-6, "{row} -> {got}");
        let got = strsim::jaro(text(&row, "norm_a"), text(&row, "norm_b"));
        assert!((got - row["jaro"].as_f64().unwrap()).abs() < 1e-6, "{row} -> {got}");
    }
}

#[test]
fn transliteration() {
    for row in section("transliteration_icao") {
        assert_eq!(transliterate(text(&row, "ru")), text(&row, "latin"));
    }
}

const FIELDS: [(&str, Field); 7] = [
    ("last_name", Field::Surname),
    ("first_name", Field::GivenName),
    ("patronymic", Field::Patronymic),
    ("birth_date", Field::BirthDate),
    ("passport", Field::IdentityDocument),
    ("phone", Field::Phone),
    ("inn", Field::TaxNumber),
];

#[test]
fn fellegi_sunter() {
    let Ok(file) = std::fs::read_to_string(FILE) else {
        println!("shared vectors are absent, nothing checked: fellegi_sunter");
        return;
    };
    let file: Value = serde_json::from_str(&file).unwrap();
    let all = &file["fellegi_sunter"];
    let model = &ru().matching;
    for (name, field) in FIELDS {
        let weight = model.fields[&field];
        assert_eq!(Some(weight.m), all["fields_m_u"][name][0].as_f64());
        assert_eq!(Some(weight.u), all["fields_m_u"][name][1].as_f64());
    }
    assert_eq!(Some(model.auto_merge), all["thresholds"]["auto_merge"].as_f64());
    assert_eq!(Some(model.clerical_review), all["thresholds"]["clerical_review"].as_f64());
    for case in all["cases"].as_array().unwrap() {
        let evidence = FIELDS
            .iter()
            .map(|(name, field)| {
                let evidence = match case["agreement"][name].as_bool() {
                    Some(true) => Evidence::Agrees,
                    Some(false) => Evidence::Differs,
                    None => Evidence::Missing,
                };
                (*field, evidence)
            })
            .collect();
        let score = model.score(&evidence);
        assert_eq!(Some(model.prior), case["prior"].as_f64());
        for (name, field) in FIELDS {
            let expected = case["weights_log2"][name].as_f64().unwrap();
            assert!((score.bits[&field] - expected).abs() < 5e-5, "{name}: {score:?}");
        }
        assert!((score.total_bits - case["total_weight"].as_f64().unwrap()).abs() < 5e-5);
        assert!((score.probability - case["posterior"].as_f64().unwrap()).abs() < 5e-7);
        let decision = serde_json::to_value(score.decision).unwrap();
        assert_eq!(decision, case["decision"], "{case}");
        assert_ne!(score.decision == Decision::Distinct, score.probability >= 0.5);
    }
}
