//! Rules every component keeps, checked on the page that shows them all.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::tz::TimeZone;
use kernel::{Lang, Timestamp};

use super::*;
use crate::i18n::{SOURCES, Texts};

fn page(lang: Lang) -> String {
    let texts = Arc::new(Texts::new(&SOURCES).unwrap());
    let now = Timestamp::from_micros(1_795_424_400_000_000);
    let l = L::new(lang, texts, TimeZone::UTC, now);
    let shell = gallery_shell(&l).rail(gallery_rail(&l));
    shell.render(&l, &gallery(&l)).into_string()
}

/// Values of an attribute, wherever it stands.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let opening = format!(" {attribute}=\"");
    html.split(&opening).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// The content-security policy allows neither inline styles nor inline scripts.
#[test]
fn nothing_is_inline() {
    let html = page(Lang::Ru);
    assert!(values(&html, "style").is_empty());
    assert!(!html.contains("<style"));
    for event in ["onclick", "onchange", "onsubmit", "onload", "onerror"] {
        assert!(values(&html, event).is_empty(), "{event}");
    }
    for script in html.split("<script").skip(1) {
        assert!(script.starts_with(" src=") || script.starts_with(" type=\"module\" src="));
    }
}

/// A key without a text shows as itself.
#[test]
fn every_text_exists_in_both_languages() {
    for lang in Lang::ALL {
        let html = page(lang);
        for bare in [">ui-", "\"ui-", " ui-"] {
            if let Some((_, rest)) = html.split_once(bare) {
                panic!("{lang:?}: ui-{}", rest.chars().take(40).collect::<String>());
            }
        }
    }
}

#[test]
fn english_page_has_no_russian_words_but_the_name_of_the_language() {
    let html = page(Lang::En).replace("Русский", "");
    let russian: String =
        html.chars().filter(|c| ('\u{400}'..='\u{4ff}').contains(c)).take(40).collect();
    assert_eq!(russian, "");
}

#[test]
fn ids_are_unique_and_references_lead_somewhere() {
    let html = page(Lang::Ru);
    // Templates hold copies that get their place later.
    let visible: String =
        html.split("<template").map(|part| part.split("</template>").last().unwrap()).collect();
    let ids = values(&visible, "id");
    let known: BTreeSet<&str> = ids.iter().copied().collect();
    for id in &known {
        assert_eq!(ids.iter().filter(|other| other == &id).count(), 1, "{id} stands twice");
    }
    for attribute in ["for", "aria-describedby", "aria-labelledby", "popovertarget", "list", "form"]
    {
        for value in values(&visible, attribute) {
            for id in value.split(' ') {
                assert!(known.contains(id) || id == "dialog-title", "{attribute}={id}");
            }
        }
    }
}

/// Every control that is not hidden says what it is.
#[test]
fn every_button_has_words() {
    let html = page(Lang::En);
    for button in html.split("<button").skip(1) {
        let (tag, rest) = button.split_once('>').unwrap();
        let inside = rest.split("</button>").next().unwrap();
        let words: String = inside.split('<').filter_map(|p| p.split('>').nth(1)).collect();
        let start = inside.split('<').next().unwrap();
        assert!(
            tag.contains("aria-label=") || !words.trim().is_empty() || !start.trim().is_empty(),
            "<button{tag}"
        );
    }
}
