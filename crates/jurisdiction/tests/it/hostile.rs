//! Nothing that comes from outside makes the crate panic or work without bound, and every refusal
//! has a known code.

use jurisdiction::{
    CODES, check_account_key, check_issuer_code, decode_czech_birth_number, decode_iin, mask_pan,
    normalise_name, packs, parse_email, parse_phone, search_prefix, search_tokens, similarity,
    transliterate, trigrams, validate_identifier,
};

fn texts() -> Vec<String> {
    let mut out: Vec<String> = [
        "",
        " ",
        "\0",
        "-",
        "+",
        "@",
        ".",
        "'",
        "٠١٢٣٤٥٦٧٨٩",
        "１２３４５６７８９０",
        "ﷺ",
        "ß",
        "İ",
        "🏦🏦",
        "e\u{301}",
        "\u{202E}5052",
        "ЯЯЯЯЯЯЯЯЯ",
        "II-",
        "KZ",
        "KZ8",
        "Ж9",
        "ЁЁ-ёё",
        "+7;ext=1",
        "tel:",
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    for unit in ["9", "A", "я", "\u{301}", "-", " ", "@a.", "+7", "🏦", "iy"] {
        out.extend([6, 9, 10, 11, 12, 13, 20, 65, 20_000].map(|n| unit.repeat(n)));
    }
    out
}

#[test]
fn every_answer_is_a_value_or_a_known_refusal() {
    let known = |result: Result<(), kernel::Refusal>, raw: &str| {
        if let Err(refusal) = result {
            assert!(CODES.contains(&refusal.code.as_str()), "{refusal:?}");
            let echoed = refusal.args.iter().all(|(_, value)| value.len() < 300);
            assert!(echoed, "a refusal repeats {} bytes of input", raw.len());
        }
    };
    for raw in texts() {
        for pack in packs() {
            for id in &pack.identifiers {
                known(validate_identifier(pack, &id.kind, &raw).map(drop), &raw);
            }
            known(validate_identifier(pack, &raw, "1").map(drop), &raw);
            known(parse_phone(&raw, &pack.phone_region).map(drop), &raw);
        }
        known(parse_phone("1", &raw).map(drop), &raw);
        known(check_account_key(&raw, "40702810938000012345").map(drop), &raw);
        known(check_account_key("044525225", &raw).map(drop), &raw);
        known(check_issuer_code(&raw).map(drop), &raw);
        known(decode_czech_birth_number(&raw).map(drop), &raw);
        known(decode_iin(&raw).map(drop), &raw);
        known(mask_pan(&raw).map(drop), &raw);
        known(parse_email(&raw).map(drop), &raw);
    }
}

#[test]
fn name_functions_take_any_text() {
    for raw in texts() {
        let normal = normalise_name(&raw);
        assert_eq!(normalise_name(&normal), normal, "normal form is stable");
        let latin = transliterate(&raw);
        assert!(!latin.chars().any(|c| matches!(c, 'А'..='я')), "{latin}");
        for token in search_tokens(&raw) {
            assert!(!token.is_empty() && token.chars().count() <= 300);
            assert!(trigrams(&token).len() <= token.chars().count() + 1);
        }
        assert!(search_prefix(&raw).chars().count() <= 300);
        let short: String = raw.chars().take(100).collect();
        let likeness = similarity(&short, "Иванов");
        assert!((0.0..=1.0).contains(&likeness));
    }
}
