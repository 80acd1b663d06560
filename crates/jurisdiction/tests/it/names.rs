//! Names in both scripts.

use jurisdiction::{
    normalise_name, search_prefix, search_token, search_tokens, similarity, transliterate, trigrams,
};

#[test]
fn one_normal_form() {
    assert_eq!(normalise_name("  мария –  анна "), "МАРИЯ-АННА");
    assert_eq!(normalise_name("Семе\u{308}нов\u{200B}"), "СЕМЕНОВ");
    assert_eq!(normalise_name("ООО\u{a0}«Ромашка»"), "ООО «РОМАШКА»");
    assert_eq!(normalise_name("О’Нил"), normalise_name("о'нил"));
}

#[test]
fn latin_form() {
    assert_eq!(transliterate("Щербаков Юлий"), "SHCHERBAKOV IULII");
    assert_eq!(transliterate("Подъячев"), "PODIEIACHEV");
    assert_eq!(transliterate("Әлия Құрманғазы"), "ALIIA KURMANGAZY");
    assert_eq!(transliterate("Jiří Dvořák"), "JIRI DVORAK");
}

#[test]
fn spellings_of_one_name_meet() {
    let groups: &[&[&str]] = &[
        &["Иванов", "Иваноф", "Иванофф", "Ivanov", "Ivanoff", "Ivanow", "ИВАНОВ"],
        &["Семёнов", "Семенов", "Semenov", "Semyonov", "Semionov"],
        &["Наталья", "Наталия", "Natalia", "Nataliia", "Natalya", "Natal'ya", "Natalija"],
        &["Юлия", "Yulia", "Iuliia", "Julia", "Yuliya", "Julija"],
        &["Щербаков", "Shcherbakov", "Scherbakov", "Ščerbakov"],
        &["Дмитрий", "Dmitry", "Dmitriy", "Dmitrii", "Dmitri"],
        &["Хрущёв", "Khrushchev", "Khruschev", "Hruschev"],
        &["Кузнецов", "Kuznetsov", "Kuznetzov"],
        &["Чайковский", "Tchaikovsky", "Chaikovskii", "Tschaikowski"],
        &["Алексей", "Alexey", "Aleksei", "Alexei", "Aleksej"],
        &["Евгений", "Evgeny", "Yevgeny", "Evgenii", "Jevgenij"],
        &["Фёдор", "Федор", "Fyodor", "Fedor", "Fiodor"],
        &["Софья", "София", "Sofia", "Sophia", "Sofya"],
        &["Абдуллаев", "Абдулаев", "Abdullayev", "Abdulaev"],
        &["Давид", "Давит", "David"],
        &["Илья", "Ilya", "Ilia", "Il'ya"],
        &["Жұмабаев", "Жумабаев", "Zhumabayev", "Zhumabaev"],
    ];
    for group in groups {
        for spelling in *group {
            assert_eq!(search_token(spelling), search_token(group[0]), "{spelling} / {}", group[0]);
        }
    }
    let mut tokens: Vec<String> = groups.iter().map(|group| search_token(group[0])).collect();
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), groups.len(), "different names must not meet: {tokens:?}");
}

#[test]
fn different_names_stay_apart() {
    for (a, b) in [
        ("Иванов", "Иванова"),
        ("Петров", "Сидоров"),
        ("Юлия", "Ульяна"),
        ("Дима", "Тима"),
        ("Анна", "Аня"),
        ("Шубин", "Чубин"),
        ("Цой", "Сой"),
    ] {
        assert_ne!(search_token(a), search_token(b), "{a} / {b}");
    }
}

#[test]
fn a_beginning_finds_the_longer_word() {
    for (typed, word) in [
        ("Давид", "Давидов"),
        ("Иванов", "Иванова"),
        ("ivanov", "Иванова"),
        ("Щерб", "Shcherbakov"),
        ("Юли", "Юлия"),
        ("серг", "Сергеев"),
    ] {
        let token = search_token(word);
        assert!(
            token.starts_with(&search_prefix(typed)),
            "{typed} {} / {token}",
            search_prefix(typed)
        );
    }
}

#[test]
fn text_becomes_tokens() {
    assert_eq!(search_tokens("Мария-Анна  Иванова, Иванова"), ["maria", "ana", "ivanova"]);
    assert_eq!(search_tokens("ООО «Ромашка-2»"), ["o", "romashka", "2"]);
    assert_eq!(search_tokens("!!! --- ''"), Vec::<String>::new());
    assert_eq!(search_token("4508 123456"), "4508123456");
}

#[test]
fn trigrams_have_edges() {
    assert_eq!(trigrams("dom"), ["__d", "_do", "dom", "om_"]);
    assert_eq!(trigrams("aaaa"), ["__a", "_aa", "aaa", "aa_"]);
    assert!(trigrams("").is_empty());
}

#[test]
fn likeness() {
    assert!((similarity("Семёнов", "СЕМЕНОВ") - 1.0).abs() < 1e-9);
    assert!((similarity("Иванов", "Ivanov") - 1.0).abs() < 1e-9);
    assert!((similarity("Дмитрий", "Димитрий") - 0.876_786).abs() < 1e-6);
    assert!(similarity("Петров", "Сидоров") < 0.6);
}
