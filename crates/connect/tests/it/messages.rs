//! Every code and column has its text in both languages, and the texts use the arguments that are given.

use connect::feed::{FeedErrorCode, RejectCode};
use connect::vcard::{CONTACT_COLUMNS, CardErrorCode, CardProblemCode};
use fluent_bundle::{FluentBundle, FluentResource};

pub fn bundle(lang: &str) -> FluentBundle<FluentResource> {
    let text = match lang {
        "ru" => include_str!("../../i18n/ru.ftl"),
        _ => include_str!("../../i18n/en.ftl"),
    };
    let mut bundle = FluentBundle::new(vec![lang.parse().unwrap()]);
    bundle.set_use_isolating(false);
    bundle.add_resource(FluentResource::try_new(text.to_owned()).unwrap()).unwrap();
    bundle
}

#[test]
fn every_code_speaks_both_languages() {
    let mut keys: Vec<String> = Vec::new();
    keys.extend(RejectCode::ALL.iter().map(|c| c.message_key()));
    keys.extend(FeedErrorCode::ALL.iter().map(|c| format!("feed-error-{}", c.code())));
    keys.extend(CardErrorCode::ALL.iter().map(|c| format!("vcard-error-{}", c.code())));
    keys.extend(CardProblemCode::ALL.iter().map(|c| format!("vcard-problem-{}", c.code())));
    keys.extend(CONTACT_COLUMNS.iter().map(|c| format!("contact-column-{}", c.replace('_', "-"))));
    let (ru, en) = (bundle("ru"), bundle("en"));
    let missing: Vec<&String> =
        keys.iter().filter(|k| !ru.has_message(k) || !en.has_message(k)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
