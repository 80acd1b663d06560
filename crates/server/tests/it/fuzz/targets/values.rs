//! Values that people type and feeds bring: what is taken must be taken again, to the same end.

use jurisdiction::{Pack, packs};
use kernel::{ClientId, Currency, Date, Money, parse_date};
use parties::contacts::model::{ContactKind, contact_value};

use super::{Target, bytes, coded, text};

/// The input without its first byte, and what that chooses.
fn chosen<'a, T>(input: &'a [u8], from: &'a [T]) -> Option<(&'a T, String)> {
    let (first, rest) = input.split_first()?;
    Some((from.get(usize::from(*first) % from.len())?, text(rest)))
}

pub(super) const MONEY: Target = Target {
    name: "money",
    cost: 1,
    seeds: || {
        bytes(&["1 234 567,89", "-1,234.50", "1,5 млн", "300 тыс", "2.5m", "40k", "−20 ₽", "0"])
    },
    words: &["млн", "тыс", "млрд", "k", "m", "bn", "₽", "−"],
    run: |input| {
        let text = text(input);
        for code in ["RUB", "JPY", "KWD"] {
            let Ok(currency) = code.parse::<Currency>() else { continue };
            if let Ok(money) = Money::parse(&text, currency) {
                assert_eq!(Money::parse(&money.plain(), currency).ok(), Some(money), "{text:?}");
                assert!(money.checked_add(Money::zero(currency)) == Some(money));
            }
        }
        if let Ok(currency) = text.parse::<Currency>() {
            assert_eq!(currency.code(), text);
        }
    },
};

pub(super) const DATE: Target = Target {
    name: "date",
    cost: 1,
    seeds: || {
        bytes(&[
            "23.11.2026",
            "2026-11-23",
            "23 ноября 2026",
            "Nov 23, 2026",
            "завтра",
            "+3",
            "fri",
            "пятница",
            "29.02.2024",
            "1/1/49",
            "+99999999999",
        ])
    },
    words: &["сегодня", "послезавтра", "мая", "dec", "г", "+", "9999", "-0"],
    run: |input| {
        let today = Date::constant(2026, 11, 23);
        for today in [today, Date::MIN, Date::MAX] {
            if let Some(date) = parse_date(&text(input), today)
                && (1000..=9999).contains(&date.year())
            {
                assert_eq!(parse_date(&date.to_string(), today), Some(date), "{date}");
            }
        }
    },
};

pub(super) const ID: Target = Target {
    name: "id",
    cost: 1,
    seeds: || {
        bytes(&["01936f2e-5a4b-7c3d-8e9f-0123456789ab", "{01936f2e5a4b7c3d8e9f0123456789ab}"])
    },
    words: &["urn:uuid:", "-", "{"],
    run: |input| {
        if let Ok(id) = text(input).parse::<ClientId>() {
            assert_eq!(id.to_string().parse::<ClientId>().ok(), Some(id));
        }
        if let Ok(mark) = text(input).parse::<store::Mark>() {
            assert_eq!(mark.to_string().parse::<store::Mark>().ok(), Some(mark));
        }
    },
};

pub(super) const IDENTIFIER: Target = Target {
    name: "identifier",
    cost: 2,
    seeds: || {
        let numbers = [
            "500100732259",
            "7707083893",
            "112-233-445 95",
            "1027700132195",
            "45 08 123456",
            "044525225",
            "40702810400000000001",
            "971231300017",
            "CZ6508000000192000145399",
        ];
        (0_u8..24).flat_map(|kind| numbers.map(|n| [&[kind][..], n.as_bytes()].concat())).collect()
    },
    words: &[" ", "-", "0", "RU", "№"],
    run: |input| {
        let kinds: Vec<(&Pack, &str)> = packs()
            .into_iter()
            .flat_map(|p| p.identifiers.iter().map(move |k| (p, k.kind.as_str())))
            .collect();
        let Some(((pack, kind), raw)) = chosen(input, &kinds) else { return };
        let checked = jurisdiction::validate_identifier(pack, kind, &raw);
        checked.as_ref().err().into_iter().for_each(coded);
        if let Ok(checked) = checked {
            let again = jurisdiction::validate_identifier(pack, kind, &checked.normalised);
            let again = again.map(|c| c.normalised);
            assert_eq!(again.as_ref(), Ok(&checked.normalised), "{kind} {raw:?}");
            let shown = jurisdiction::validate_identifier(pack, kind, &checked.display);
            assert_eq!(
                shown.map(|c| c.normalised).as_ref(),
                Ok(&checked.normalised),
                "{kind} {raw:?}"
            );
        }
    },
};

pub(super) const BIRTH: Target = Target {
    name: "birth_number",
    cost: 1,
    seeds: || bytes(&["706213/0112", "9352281234", "971231300017", "000101 500 016"]),
    words: &["/", "50", "20", "70"],
    run: |input| {
        let raw = text(input);
        jurisdiction::decode_czech_birth_number(&raw).err().iter().for_each(coded);
        jurisdiction::decode_iin(&raw).err().iter().for_each(coded);
        let _ = jurisdiction::check_issuer_code(&raw);
    },
};

pub(super) const ACCOUNT: Target = Target {
    name: "account_key",
    cost: 1,
    seeds: || bytes(&["044525225 40702810400000000001", "040000000 30101810400000000225"]),
    words: &["0", "000", "А"],
    run: |input| {
        let text = text(input);
        let (bik, account) = text.split_once(' ').unwrap_or((&text, ""));
        jurisdiction::check_account_key(bik, account).err().iter().for_each(coded);
        let _ = (jurisdiction::is_country(&text), jurisdiction::iban_length(&text));
    },
};

pub(super) const PHONE: Target = Target {
    name: "phone",
    cost: 8,
    seeds: || {
        bytes(&[
            "8 (916) 123-45-67",
            "+7 727 258 11 11 доб. 12",
            "tel:+420-601-123-456;ext=5",
            "00420601123456",
            "8-800-555-35-35",
            "+1 (650) 253-0000 x123",
        ])
    },
    words: &["доб.", "ext", "+7", "tel:", ";phone-context=", "００"],
    run: |input| {
        for region in ["RU", "CZ", "zz"] {
            let phone = jurisdiction::parse_phone(&text(input), region);
            phone.as_ref().err().into_iter().for_each(coded);
            if let Ok(phone) = phone {
                let again = jurisdiction::parse_phone(&phone.e164, region).map(|p| p.e164);
                assert_eq!(again.as_ref(), Ok(&phone.e164));
                let digits = phone.e164.strip_prefix('+').expect("a plus");
                assert!(digits.bytes().all(|b| b.is_ascii_digit()), "{}", phone.e164);
                let ext = phone.ext.unwrap_or_default();
                assert!(ext.chars().all(|c| c.is_ascii_digit()), "{ext:?}");
            }
        }
    },
};

pub(super) const EMAIL: Target = Target {
    name: "email",
    cost: 2,
    seeds: || {
        bytes(&[
            "a.b+c@gmail.com",
            "иван@почта.рф",
            "\"a b\"@x.example",
            "a@xn--80ab2al.xn--p1ai",
            "a@[10.0.0.1]",
        ])
    },
    words: &["@", ".", "+", "xn--", "yandex.ru", "\u{ad}", "。"],
    run: |input| {
        let email = jurisdiction::parse_email(&text(input));
        email.as_ref().err().into_iter().for_each(coded);
        if let Ok(email) = email {
            let again = jurisdiction::parse_email(&email.normalised);
            assert_eq!(again.as_ref(), Ok(&email), "{:?}", text(input));
            assert!(!email.normalised.chars().any(|c| c.is_control() || c.is_whitespace()));
        }
    },
};

pub(super) const CARD: Target = Target {
    name: "card_number",
    cost: 1,
    seeds: || bytes(&["4111 1111 1111 1111", "2200-1234-5678-9019", "6759649826438453"]),
    words: &["0", " ", "-"],
    run: |input| {
        let masked = jurisdiction::mask_pan(&text(input));
        masked.as_ref().err().into_iter().for_each(coded);
        if let Ok(masked) = masked {
            let shown = masked.to_string();
            assert!(shown.chars().filter(char::is_ascii_digit).count() == 10, "{shown}");
            assert!((13..=19).contains(&shown.len()), "{shown}");
        }
    },
};

pub(super) const NAME: Target = Target {
    name: "name",
    cost: 2,
    seeds: || {
        bytes(&[
            "  ИВАНОВ-Петров  иван  ",
            "Řehoř Dvořák",
            "ʻOʼzbek",
            "Ёлкин\u{308}",
            "ООО «Ромашка»",
        ])
    },
    words: &["ё", "й\u{306}", "-", "\u{a0}", "ß", "İ", "Σ"],
    run: |input| {
        let text = text(input);
        let normal = jurisdiction::normalise_name(&text);
        assert_eq!(jurisdiction::normalise_name(&normal), normal, "{text:?}");
        let tokens = jurisdiction::search_tokens(&text);
        for token in &tokens {
            assert!(!token.is_empty());
            let _ = jurisdiction::trigrams(token);
        }
        let _ = (jurisdiction::transliterate(&text), jurisdiction::search_prefix(&text));
        let likeness = jurisdiction::similarity(&text, &normal);
        assert!((0.0..=1.0).contains(&likeness), "{likeness}");
        for pack in packs() {
            let _ = pack.transliterate(&text);
        }
        let _ = (engagement::words::normal(&text), engagement::words::stems(&text));
    },
};

pub(super) const CONTACT: Target = Target {
    name: "contact",
    cost: 8,
    seeds: || {
        bytes(&[
            "\u{0}+79161234567",
            "\u{1}a@b.example",
            "\u{2}@ivan_1",
            "\u{3}https://vk.com/id1",
            "\u{4}bank.рф/x?y",
        ])
    },
    words: &["https://", "http://", "javascript:", "@", "."],
    run: |input| {
        let Some((kind, typed)) = chosen(input, ContactKind::ALL) else { return };
        for pack in packs() {
            let value = contact_value(*kind, &typed, pack);
            value.as_ref().err().into_iter().for_each(coded);
            if let Ok(value) = value {
                let again = contact_value(*kind, &value, pack);
                assert_eq!(again.as_ref().ok(), Some(&value), "{kind:?} {typed:?}");
                // these become links; a messenger's name does so only when it begins like them
                if matches!(kind, ContactKind::Social | ContactKind::Site) {
                    let lower = value.to_lowercase();
                    assert!(["http://", "https://"].iter().any(|way| lower.starts_with(way)));
                }
            }
        }
    },
};
