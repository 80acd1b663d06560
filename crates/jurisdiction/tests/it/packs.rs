//! The packs themselves and the texts that belong to them.

use std::collections::{BTreeMap, BTreeSet};

use jurisdiction::{CODES, Pack, PackError, Subject, messages, packs};
use kernel::Lang;

#[test]
fn both_packs_load_russia_first() {
    let codes: Vec<&str> = packs().iter().map(|pack| pack.code.as_str()).collect();
    assert_eq!(codes, ["ru", "kz"]);
    let kz = Pack::load("kz").unwrap();
    assert_eq!((kz.phone_region.as_str(), kz.currencies[0].code()), ("KZ", "KZT"));
    assert_eq!(kz.languages, ["kk", "ru"]);
    let of_company: Vec<&str> =
        kz.identifiers_of(Subject::Company).map(|id| id.kind.as_str()).collect();
    assert_eq!(of_company, ["bin", "lei", "bic", "iban"]);
    assert_eq!(Pack::load("xx"), Err(PackError::Unknown("xx".to_owned())));
}

#[test]
fn a_pack_of_the_bank_is_read_or_refused_with_a_reason() {
    let good = include_str!("../../packs/kz.toml");
    assert!(Pack::parse(good).is_ok());
    let refused = |from: &str, to: &str| {
        let changed = good.replacen(from, to, 1);
        assert_ne!(changed, good);
        Pack::parse(&changed).unwrap_err().to_string()
    };
    assert!(refused("country = \"KZ\"", "country = \"ZZ\"").contains("country"));
    assert!(refused("phone_region = \"KZ\"", "phone_region = \"ZZ\"").contains("phone_region"));
    assert!(refused("\"kz_iin\"", "\"kz_ii\"").contains("line"));
    assert!(refused("mask = \"999999999\"", "").contains("needs a mask"));
    assert!(refused("kind = \"bin\"", "kind = \"iin\"").contains("twice"));
    assert!(refused("[\"KZT\"]", "[]").contains("currency"));
    assert!(refused("m = 0.95", "m = 1.0").contains("Surname"));
    assert!(refused("auto_merge = 0.9999", "auto_merge = 0.4").contains("clerical_review"));
    assert!(refused("languages", "tongues").contains("tongues"));
}

#[test]
fn texts_and_terms_of_consents_are_checked() {
    let good = include_str!("../../packs/ru.toml");
    let refused = |from: &str, to: &str| {
        let changed = good.replacen(from, to, 1);
        assert_ne!(changed, good);
        Pack::parse(&changed).unwrap_err().to_string()
    };
    let twice = refused("purpose = \"partners\"", "purpose = \"advertising\"");
    assert!(twice.contains("consent text 2025-09 of advertising twice"), "{twice}");
    assert!(refused("months = 6", "months = 0").contains("can not hold 0 months"));
    let pack = Pack::load("ru").unwrap();
    let day = |text: &str| text.parse().unwrap();
    let term = pack.consent_term("credit_history", day("2026-11-24"));
    assert_eq!(term.map(|term| term.months), Some(6));
    assert_eq!(pack.consent_term("advertising", day("2026-11-24")), None);
    assert_eq!(pack.consent_term("credit_history", day("2005-05-31")), None, "before the law");
    for pack in packs() {
        for text in &pack.consent_texts {
            assert!(text.ru.starts_with("Образец") && text.en.starts_with("Sample"), "{text:?}");
        }
    }
}

fn message_keys(lang: Lang) -> BTreeMap<&'static str, &'static str> {
    messages(lang)
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = "))
        .collect()
}

/// The arguments `{ $name }` of a message.
fn arguments(text: &str) -> BTreeSet<&str> {
    text.split("{ $").skip(1).filter_map(|rest| rest.split(' ').next()).collect()
}

#[test]
fn every_text_exists_in_both_languages_and_none_is_spare() {
    let (ru, en) = (message_keys(Lang::Ru), message_keys(Lang::En));
    let mut needed: BTreeSet<String> = CODES.iter().map(|code| format!("refusal-{code}")).collect();
    for pack in packs() {
        needed.insert(pack.name_key());
        for id in &pack.identifiers {
            needed.extend([id.name_key(), id.hint_key()]);
        }
    }
    let keys = |of: &BTreeMap<&str, &str>| -> BTreeSet<String> {
        of.keys().map(ToString::to_string).collect()
    };
    assert_eq!(keys(&ru), needed);
    assert_eq!(keys(&en), needed);
    for (key, text) in &ru {
        assert_eq!(arguments(text), arguments(en[key]), "{key}");
    }
}
