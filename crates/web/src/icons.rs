//! Icons: the Lucide set, inlined as SVG. The names in use are listed in `icons.txt`; the build takes
//! the drawings from the npm package.

use maud::{Markup, PreEscaped, html};

include!(concat!(env!("OUT_DIR"), "/icons.rs"));

/// An icon of 16 px, hidden from screen readers: a word must stand beside it or on its button.
/// A name that is not in `icons.txt` draws an empty ring, so that a page never fails for an icon.
pub fn icon(name: &str) -> Markup {
    sized(name, "i")
}

/// An icon of 20 px, for navigation and empty states.
pub fn icon_20(name: &str) -> Markup {
    sized(name, "i i-20")
}

/// An icon with a meaning of its own: `label` is read aloud and shown as a tooltip.
pub fn icon_labelled(name: &str, label: &str) -> Markup {
    html! {
        svg.i viewBox="0 0 24 24" role="img" aria-label=(label) {
            title { (label) }
            (PreEscaped(shapes(name)))
        }
    }
}

/// True when the icon is part of the build.
pub fn is_known(name: &str) -> bool {
    find(name).is_some()
}

fn sized(name: &str, class: &str) -> Markup {
    html! {
        svg class=(class) viewBox="0 0 24 24" aria-hidden="true" focusable="false" {
            (PreEscaped(shapes(name)))
        }
    }
}

fn shapes(name: &str) -> &'static str {
    find(name).unwrap_or("<circle cx=\"12\" cy=\"12\" r=\"9\"/>")
}

fn find(name: &str) -> Option<&'static str> {
    let at = ICONS.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    ICONS.get(at).map(|(_, shapes)| *shapes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    /// Every `icon("name")` written in the workspace must be in `icons.txt`.
    #[test]
    fn every_icon_named_in_the_sources_is_in_the_build() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut unknown = Vec::new();
        let mut seen = 0;
        visit(&crates, &mut |path, text| {
            for opening in ["icon(\"", "icon_20(\"", "icon_labelled(\""] {
                for part in text.split(opening).skip(1) {
                    let name = part.split('"').next().unwrap_or_default();
                    seen += 1;
                    if !is_known(name) {
                        unknown.push(format!("{}: {name}", path.display()));
                    }
                }
            }
        });
        assert!(seen > 10, "the sources were not found");
        assert!(unknown.is_empty(), "add to icons.txt: {unknown:#?}");
    }

    fn visit(folder: &Path, each: &mut impl FnMut(&Path, &str)) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                visit(&path, each);
            } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("icons.rs") {
                each(&path, &std::fs::read_to_string(&path).unwrap());
            }
        }
    }
}
