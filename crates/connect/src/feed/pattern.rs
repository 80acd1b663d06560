//! File name patterns: `*` is any text, `?` any one character, letter case does not matter.

/// Whether a name fits a pattern. Takes time in the product of both lengths at most.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let name: Vec<char> = name.to_lowercase().chars().collect();
    let (mut p, mut n) = (0, 0);
    // Where to go on when the text after a star does not fit: the star takes one character more.
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || name.get(n) == Some(c) => {
                p += 1;
                n += 1;
            }
            _ => match retry {
                Some((star, taken)) => {
                    retry = Some((star, taken + 1));
                    p = star + 1;
                    n = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn names_fit_patterns() {
        assert!(matches("trans*.csv", "Trans_1993-01_1994-04.CSV"));
        assert!(matches("*.asc", "account.asc"));
        assert!(matches("клиенты-????.csv", "Клиенты-2026.csv"));
        assert!(matches("*a*b*", "xxaxxbxx"));
        assert!(!matches("account.asc", "accounts.asc"));
        assert!(!matches("*.csv", "a.csv.gz"));
        assert!(!matches("?", ""));
    }
}
