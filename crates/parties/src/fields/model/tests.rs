//! Values survive being written and read again; what cannot be is refused in words.

use jiff::civil::Date;
use kernel::{Currency, FieldId, Timestamp};
use uuid::Uuid;

use super::*;

fn env() -> Env {
    Env {
        today: Date::constant(2026, 11, 23),
        currency: Currency::RUB,
        pack: jurisdiction::Pack::load("ru").unwrap(),
    }
}

fn field(spec: FieldSpec) -> Field {
    Field {
        id: FieldId::from_uuid(Uuid::from_u128(1)),
        object: "client".to_owned(),
        key: "x_one".to_owned(),
        spec: spec.tidied(),
        position: 1,
        index_state: IndexState::Ready,
        updated_at: Timestamp::from_micros(0),
        archived_at: None,
    }
}

fn of(kind: FieldKind) -> Field {
    let option = |label: &str, label_en: &str| FieldOption {
        label: label.to_owned(),
        label_en: label_en.to_owned(),
        ..FieldOption::default()
    };
    let options = vec![option("Кошка", "Cat"), option("Собака", ""), option("Рыбка", "")];
    field(FieldSpec { options, ..FieldSpec::new("Поле", kind) })
}

fn read(field: &Field, typed: &str) -> Result<Option<String>, String> {
    field.parse(typed, env()).map_err(|refusal| {
        assert_eq!(refusal.field.as_deref(), Some("x_one"));
        refusal.code
    })
}

#[test]
fn people_type_values_in_many_ways() {
    let is = |kind, typed: &str| read(&of(kind), typed).unwrap().unwrap_or_default();
    assert_eq!(is(FieldKind::Text, " <b>Мурка</b>\u{202E}\n"), "<b>Мурка</b>");
    assert_eq!(is(FieldKind::LongText, "а\r\nб"), "а\nб");
    assert_eq!(is(FieldKind::Integer, "1 234"), "1234");
    assert_eq!(is(FieldKind::Integer, "−5"), "-5");
    assert_eq!(is(FieldKind::Decimal, "12,5"), "12.50");
    assert_eq!(is(FieldKind::Decimal, "-0.5"), "-0.50");
    assert_eq!(is(FieldKind::Percent, "7,25 %"), "7.25");
    assert_eq!(is(FieldKind::Money, "1,5 млн"), "1500000.00");
    assert_eq!(is(FieldKind::Date, "завтра"), "2026-11-24");
    assert_eq!(is(FieldKind::DateTime, "23.11.2026 14:30"), "2026-11-23T14:30");
    assert_eq!(is(FieldKind::DateTime, "2026-11-23T14:30:59"), "2026-11-23T14:30");
    assert_eq!(is(FieldKind::Flag, "да"), "1");
    assert_eq!(is(FieldKind::Flag, "0"), "");
    assert_eq!(is(FieldKind::Choice, "koshka"), "koshka");
    assert_eq!(is(FieldKind::Choice, "cat"), "koshka");
    assert_eq!(is(FieldKind::Choices, "Рыбка; Кошка,Кошка"), "koshka,rybka");
    assert_eq!(is(FieldKind::Phone, "8 (916) 123-45-67"), "+79161234567");
    assert_eq!(is(FieldKind::Email, "A@Bank.Example"), "A@bank.example");
    assert_eq!(
        is(FieldKind::Url, "bank.example/о нас".split(' ').next().unwrap()),
        "https://bank.example/о"
    );
    for kind in FieldKind::ALL {
        assert_eq!(read(&of(*kind), "  \u{200B} "), Ok(None), "{kind:?}");
    }
}

#[test]
fn what_cannot_be_is_refused_with_a_code() {
    let code = |kind, typed: &str| read(&of(kind), typed).unwrap_err();
    assert_eq!(code(FieldKind::Integer, "12.5"), "not-a-whole-number");
    assert_eq!(code(FieldKind::Integer, "99999999999999999999"), "not-a-whole-number");
    assert_eq!(code(FieldKind::Decimal, "1.234"), "not-a-decimal");
    assert_eq!(code(FieldKind::Decimal, "NaN"), "not-a-decimal");
    assert_eq!(code(FieldKind::Money, "1e400"), "not-an-amount");
    assert_eq!(code(FieldKind::Date, "31.02.2026"), "not-a-date");
    assert_eq!(code(FieldKind::DateTime, "2026-11-23"), "not-a-moment");
    assert_eq!(code(FieldKind::Flag, "maybe"), "not-a-choice");
    assert_eq!(code(FieldKind::Choice, "слон"), "not-a-choice");
    assert_eq!(code(FieldKind::Choices, "кошка,слон"), "not-a-choice");
    assert_eq!(code(FieldKind::Url, "javascript:alert(1)"), "not-a-url");
    assert_eq!(code(FieldKind::Url, "https://a.b/\"><script>"), "not-a-url");
    assert_eq!(code(FieldKind::Text, &"я".repeat(401)), "too-long");
    assert_eq!(code(FieldKind::LongText, &"я".repeat(20_001)), "too-long");
    assert!(read(&of(FieldKind::Email), "nobody").is_err());
    assert!(read(&of(FieldKind::Phone), "12").is_err());
    // who that is, if anybody, the command finds out
    assert_eq!(read(&of(FieldKind::Staff), "Иванов"), Ok(Some("Иванов".to_owned())));
}

#[test]
fn limits_and_masks_hold() {
    let with = |kind, change: fn(&mut FieldSpec)| {
        let mut spec = FieldSpec::new("Поле", kind);
        change(&mut spec);
        field(spec)
    };
    let percent = with(FieldKind::Percent, |s| s.max = Some("100".to_owned()));
    assert_eq!(read(&percent, "100"), Ok(Some("100.00".to_owned())));
    assert_eq!(read(&percent, "100,01"), Err("number-large".to_owned()));
    let count = with(FieldKind::Integer, |s| s.min = Some("1".to_owned()));
    assert_eq!(read(&count, "0"), Err("number-small".to_owned()));
    let day = with(FieldKind::Date, |s| s.min = Some("2000-01-01".to_owned()));
    assert_eq!(read(&day, "31.12.1999"), Err("date-out-of-range".to_owned()));
    let plate = with(FieldKind::Text, |s| s.mask = Some("A999AA-99".to_owned()));
    assert_eq!(read(&plate, "А123ВС-77"), Ok(Some("А123ВС-77".to_owned())));
    assert_eq!(read(&plate, "А123ВС77"), Err("mask-differs".to_owned()));
    let short = with(FieldKind::Text, |s| s.chars_max = Some(3));
    assert_eq!(read(&short, "1234"), Err("too-long".to_owned()));
    let needed = with(FieldKind::Text, |s| s.required = true);
    assert_eq!(read(&needed, " "), Err("required".to_owned()));
}

/// A number that follows from the one before: chance without a source of it.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 11
}

#[test]
fn a_canonical_value_is_read_as_itself_and_keys_sort_as_values_do() {
    let mut seed = 7;
    for round in 0..400 {
        let typed = |kind: FieldKind, n: u64| match kind {
            FieldKind::Integer => (i64::try_from(n % 2_000_000).unwrap() - 1_000_000).to_string(),
            FieldKind::Decimal | FieldKind::Percent | FieldKind::Money => {
                let n = i64::try_from(n % 20_000_000).unwrap() - 10_000_000;
                format!("{}{}.{:02}", if n < 0 { "-" } else { "" }, n.abs() / 100, n.abs() % 100)
            }
            FieldKind::Date => format!("{:04}-{:02}-{:02}", 1900 + n % 200, 1 + n % 12, 1 + n % 28),
            FieldKind::DateTime => format!(
                "{:04}-{:02}-{:02}T{:02}:{:02}",
                1900 + n % 200,
                1 + n % 12,
                1 + n % 28,
                n % 24,
                n % 60
            ),
            FieldKind::Flag => "1".to_owned(),
            FieldKind::Choice => {
                ["koshka", "Собака", "рыбка"][usize::try_from(n % 3).unwrap()].to_owned()
            }
            FieldKind::Choices => {
                format!("рыбка,{}", ["koshka", "собака"][usize::try_from(n % 2).unwrap()])
            }
            FieldKind::Phone => format!("8916{:07}", n % 10_000_000),
            FieldKind::Email => format!("u{n}@bank.example"),
            FieldKind::Url => format!("bank.example/{n}"),
            FieldKind::Client | FieldKind::Staff | FieldKind::Record => {
                Uuid::from_u128(u128::from(n)).to_string()
            }
            FieldKind::Text | FieldKind::LongText => {
                let letters = "аБ вГ«d\u{0}\t/<\u{202E}ё".chars().collect::<Vec<_>>();
                let word = (0..12).map(|at| letters[usize::try_from((n >> at) % 12).unwrap()]);
                format!("т{}", word.collect::<String>())
            }
        };
        let mut numbers: Vec<(i128, String)> = Vec::new();
        for kind in FieldKind::ALL {
            let field = of(*kind);
            let text = read(&field, &typed(*kind, next(&mut seed))).unwrap().unwrap();
            assert_eq!(read(&field, &text), Ok(Some(text.clone())), "round {round}, {kind:?}");
            for key in field.keys(&text, Currency::RUB) {
                assert!(!key.is_empty() && key.chars().count() <= 100, "{kind:?} {key}");
            }
            if *kind == FieldKind::Integer {
                let other = read(&field, &typed(*kind, next(&mut seed))).unwrap().unwrap();
                for text in [text, other] {
                    let key = field.keys(&text, Currency::RUB).remove(0);
                    numbers.push((text.parse().unwrap(), key));
                }
            }
        }
        let mut by_key = numbers.clone();
        numbers.sort();
        by_key.sort_by(|a, b| a.1.cmp(&b.1));
        assert_eq!(numbers, by_key);
    }
    let keys = [i64::MIN, -1, 0, 1, i64::MAX].map(value::key_of_number);
    assert!(keys.is_sorted() && keys.iter().all(|key| key.len() == 20));
}

#[test]
fn keys_are_made_of_labels_and_never_twice() {
    let key = |label: &str| derived_key(label, |_| false);
    assert_eq!(key("Дата осмотра залога"), "x_data_osmotra_zaloga");
    assert_eq!(key("Pet / Питомец"), "x_pet_pitomets");
    assert_eq!(key("حيوان"), "x_field");
    assert_eq!(derived_key("Pet", |key| key == "x_pet"), "x_pet_2");
    assert!(is_key(&key(&"Щука ".repeat(40))) && is_key("x_1"));
    for bad in
        ["pet", "x_", "x_Pet", "x_пет", "x_a b", "x_a;drop", &format!("x_{}", "a".repeat(39))]
    {
        assert!(!is_key(bad), "{bad}");
    }
}

#[test]
fn options_are_typed_one_a_line_and_keep_their_keys() {
    let known = vec![
        FieldOption { key: "cat".into(), label: "Кошка".into(), ..FieldOption::default() },
        FieldOption { key: "dog".into(), label: "Собака".into(), ..FieldOption::default() },
    ];
    let options = options_of("cat: Кот / Cat\n\n Рыбка \n- Змея", &known);
    let spec = FieldSpec { options, ..FieldSpec::new("Питомец", FieldKind::Choice) }.tidied();
    let told: Vec<(&str, &str, bool)> =
        spec.options.iter().map(|o| (o.key.as_str(), o.label.as_str(), o.archived)).collect();
    let expected = [
        ("cat", "Кот", false),
        ("rybka", "Рыбка", false),
        ("zmeia", "Змея", true),
        ("dog", "Собака", true),
    ];
    assert_eq!(told, expected);
    assert_eq!(options_of(&options_text(&spec.options), &spec.options), spec.options);
    let many: String = (0..10_000).map(|n| format!("Вариант {n}\n")).collect();
    let spec = FieldSpec {
        options: options_of(&many, &[]),
        ..FieldSpec::new("Много", FieldKind::Choice)
    };
    let mut refusals = kernel::Refusals::default();
    spec.check(&mut refusals);
    assert!(refusals.of("options").is_some_and(|r| r.code == "field-options-many"));
}
