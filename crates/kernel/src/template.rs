//! Texts with places that are filled in when they are used, such as `{client}`: which places there are, and filling them.

/// The places a text of the bank may have.
pub const PLACES: [&str; 5] = ["client", "branch", "clerk", "date", "sum"];

/// A part of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Words(&'a str),
    /// What stands between braces; also where the second one is missing.
    Place(&'a str),
}

/// The parts of a text, in order.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some((words, after)) = rest.split_once('{') {
        let (place, after) = after.split_once('}').unwrap_or((after, ""));
        all.extend([Piece::Words(words), Piece::Place(place)]);
        rest = after;
    }
    all.push(Piece::Words(rest));
    all
}

/// The first place of a text that is none of [`PLACES`].
pub fn unknown_place(text: &str) -> Option<&str> {
    pieces(text).into_iter().find_map(|piece| match piece {
        Piece::Place(name) if !PLACES.contains(&name) => Some(name),
        Piece::Place(_) | Piece::Words(_) => None,
    })
}

/// Places of a text, each once.
pub fn places(text: &str) -> Vec<&'static str> {
    let all = pieces(text);
    PLACES.into_iter().filter(|place| all.contains(&Piece::Place(place))).collect()
}

/// The text with its places filled in. A place for which there is nothing stays as it is, for a person to fill in.
pub fn filled(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    for piece in pieces(text) {
        match piece {
            Piece::Words(words) => out.push_str(words),
            Piece::Place(name) => match value(name).filter(|_| PLACES.contains(&name)) {
                Some(value) => out.push_str(&value),
                None => out.push_str(&format!("{{{name}}}")),
            },
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_places_are_filled_and_others_are_named() {
        let value = |name: &str| match name {
            "client" => Some("Анна {sum}".to_owned()),
            "who" => Some("никто".to_owned()),
            _ => None,
        };
        let text = "{client}, вам {sum}. {client}!";
        assert_eq!(filled(text, value), "Анна {sum}, вам {sum}. Анна {sum}!", "once, not again");
        assert_eq!(places(text), ["client", "sum"]);
        assert_eq!(filled("{who}", value), "{who}");
        for (text, unknown) in [
            ("{client} {who}", Some("who")),
            ("{Client}", Some("Client")),
            ("{ client }", Some(" client ")),
            ("{}", Some("")),
            ("{client", None),
            ("{clien", Some("clien")),
            ("{{client}}", Some("{client")),
            ("100 %}", None),
            (text, None),
        ] {
            assert_eq!(unknown_place(text), unknown, "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost_of_a_text_that_is_not_filled_in(text in "[a-zа-я{} ]{0,40}") {
            let same = filled(&text, |_| None);
            // a brace that was not closed is closed
            prop_assert!(same == text || same == format!("{text}}}"), "{same}");
            prop_assert_eq!(unknown_place(&text), unknown_place(&same));
        }
    }
}
