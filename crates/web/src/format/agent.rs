//! A browser in words: what it calls itself is a line of history that tells a person nothing.

/// Browsers by the mark that gives them away; those that also carry another's mark stand first.
const BROWSERS: [(&str, &str); 7] = [
    ("YaBrowser/", "Yandex"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
];
const SYSTEMS: [(&str, &str); 6] = [
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// A short name of a browser from its `User-Agent`: `Chrome 156, Windows`. What is not known is given
/// as it came.
pub fn agent(line: &str) -> String {
    let browser = BROWSERS.iter().find_map(|(mark, name)| {
        let version = line.split_once(mark)?.1;
        let major: String = version.chars().take_while(char::is_ascii_digit).collect();
        Some(format!("{name} {major}"))
    });
    let system = SYSTEMS.iter().find(|(mark, _)| line.contains(mark)).map(|(_, name)| *name);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(browser), None) => browser,
        (None, _) => line.to_owned(),
    }
}

/// What kind of browser on what system, without versions, which change by themselves: `Chrome, Windows`.
pub fn device(line: &str) -> String {
    let words = agent(line);
    match words.split_once(", ") {
        Some((browser, system)) => {
            let name = browser.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end();
            format!("{name}, {system}")
        }
        None => words.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{agent, device};

    #[test]
    fn browsers_have_names() {
        let check = |line: &str, words: &str| assert_eq!(agent(line), words);
        let start =
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)";
        check(&format!("{start} Chrome/156.0.0.0 Safari/537.36"), "Chrome 156, Windows");
        check(
            &format!("{start} Chrome/156.0.0.0 Safari/537.36 Edg/156.0.1.2"),
            "Edge 156, Windows",
        );
        check(
            "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
            "Firefox 150, Linux",
        );
        let later = format!("{start} Chrome/157.0.0.0 Safari/537.36");
        assert_eq!(device(&later), "Chrome, Windows");
        assert_eq!((device("curl/8.0"), device("")), ("curl/".to_owned(), String::new()));
        check("curl/8.0", "curl/8.0");
        check("", "");
    }
}
