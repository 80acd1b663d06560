//! Avatars: initials of a name, or a respectful mark for a client whose name the bank does not hold.

use maud::{Markup, html};

use crate::icons::icon;

/// Initials of up to two words, 28 px. The name itself must stand beside it.
pub fn avatar(name: &str) -> Markup {
    with_class(name, "avatar")
}

/// The same at 48 px, for the head of a card.
pub fn avatar_large(name: &str) -> Markup {
    with_class(name, "avatar large")
}

/// A client without a name: an icon of what it is, and its number beside it in the same row, so that
/// it is addressed as a client and not as an unknown. `icon_name` is `user-round`, `building-2`…
/// With both texts empty only the mark is drawn, for a head whose title says the number already.
pub fn avatar_nameless(icon_name: &str, number: &str, label: &str) -> Markup {
    html! {
        span.nameless {
            span.avatar.of-kind aria-hidden="true" { (icon(icon_name)) }
            @if !(label.is_empty() && number.is_empty()) {
                span.nameless-words { span.nameless-label { (label) } " " span.num { (number) } }
            }
        }
    }
}

fn with_class(name: &str, class: &str) -> Markup {
    html! {
        span class={ (class) " hue-" (hue(name)) } aria-hidden="true" { (initials(name)) }
    }
}

/// First letters of the first two words.
fn initials(name: &str) -> String {
    name.split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()))
        .take(2)
        .flat_map(char::to_uppercase)
        .collect()
}

/// One of six quiet hues, the same for the same name everywhere.
fn hue(name: &str) -> u32 {
    name.chars().fold(7_u32, |sum, c| sum.wrapping_mul(31).wrapping_add(u32::from(c))) % 6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_take_two_words_of_any_script() {
        assert_eq!(initials("Иванова Анна Петровна"), "ИА");
        assert_eq!(initials("«Ромашка»"), "Р");
        assert_eq!(initials(" — "), "");
    }
}
