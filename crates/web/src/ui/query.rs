//! Query strings of links that filter, sort and page.

/// Builds `?a=1&b=2` from names and values; an empty list gives `?`, which clears the query of a link.
pub fn query_string<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::from("?");
    for (name, value) in pairs {
        if text.len() > 1 {
            text.push('&');
        }
        encode(&mut text, name);
        text.push('=');
        encode(&mut text, value);
    }
    text
}

fn encode(text: &mut String, part: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in part.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(byte));
            }
            b' ' => text.push('+'),
            _ => {
                text.push('%');
                for nibble in [byte >> 4, byte & 15] {
                    text.push(HEX.get(usize::from(nibble)).map_or('0', |b| char::from(*b)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_but_plain_letters_is_escaped() {
        assert_eq!(query_string([("q", "Ёж & co"), ("n", "1")]), "?q=%D0%81%D0%B6+%26+co&n=1");
        assert_eq!(query_string([]), "?");
    }
}
