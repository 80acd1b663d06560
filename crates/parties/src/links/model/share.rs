//! Shares as people write them.

use kernel::{Refusal, Refusals};

/// A percentage as people write it, in basis points; an empty text is none. What is no percentage of at
/// most two decimals is refused at `share`.
pub fn parse_share(text: &str, refusals: &mut Refusals) -> Option<i64> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '%').collect();
    if text.is_empty() {
        return None;
    }
    let (whole, fraction) = text.split_once([',', '.']).unwrap_or((&text, ""));
    let is_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let share = if is_digits(whole) && is_digits(fraction) && fraction.len() <= 2 {
        format!("{whole}{fraction:0<2}").parse().ok().filter(|n| *n <= 1_000_000)
    } else {
        None
    };
    if share.is_none() {
        refusals.push(Refusal::field("link-share-range", "share"));
    }
    share
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_as_people_write_them() {
        let read = |text: &str| {
            let mut refusals = Refusals::default();
            let share = parse_share(text, &mut refusals);
            (share, refusals.0.len())
        };
        assert_eq!(read("51 %"), (Some(5_100), 0));
        assert_eq!(read("33,33"), (Some(3_333), 0));
        assert_eq!(read("0.5"), (Some(50), 0));
        assert_eq!(read(""), (None, 0));
        for bad in ["half", "1.234", "-5", "1e3", "99999999999999999999"] {
            assert_eq!(read(bad), (None, 1), "{bad}");
        }
    }
}
