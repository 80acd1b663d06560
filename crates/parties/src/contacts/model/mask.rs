//! Hiding a number from those who only look.

/// Characters of a number that stay readable.
const SHOWN: usize = 4;
const DOT: char = '•';

/// A number with all but its last four letters and digits hidden; separators stay, so that its form
/// is still recognised. Short numbers are hidden whole.
pub fn masked(number: &str) -> String {
    let total = number.chars().filter(|c| c.is_alphanumeric()).count();
    let hidden = if total > SHOWN { total - SHOWN } else { total };
    let mut seen = 0;
    number
        .chars()
        .map(|c| {
            if !c.is_alphanumeric() {
                return c;
            }
            seen += 1;
            if seen <= hidden { DOT } else { c }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn only_the_last_four_stay() {
        assert_eq!(masked("4510 123456"), "•••• ••3456");
        assert_eq!(masked("112-233-445 95"), "•••-•••-•45 95");
        assert_eq!(masked("1234"), "••••");
        assert_eq!(masked(""), "");
    }
}
