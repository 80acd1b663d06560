//! Icons: the Lucide set. The names in use are listed in `icons.txt`; the build takes the drawings from
//! the npm package. Pages refer to one sheet of all of them, which a browser fetches once: drawn into
//! every page they were a third of it.

use std::sync::OnceLock;

use maud::{Markup, PreEscaped, html};

use crate::assets::asset_url;

include!(concat!(env!("OUT_DIR"), "/icons.rs"));

/// Name of the sheet among the assets.
pub(crate) const SHEET: &str = "icons.svg";
/// What an unknown name draws.
const RING: (&str, &str) = ("ring", "<circle cx=\"12\" cy=\"12\" r=\"9\"/>");

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
        svg.i role="img" aria-label=(label) {
            title { (label) }
            (drawing(name))
        }
    }
}

/// True when the icon is part of the build.
pub fn is_known(name: &str) -> bool {
    find(name).is_some()
}

/// The sheet: every icon as a symbol under its name.
pub(crate) fn sheet() -> &'static str {
    static DRAWN: OnceLock<String> = OnceLock::new();
    DRAWN.get_or_init(|| {
        let mut out = String::from("<svg xmlns=\"http://www.w3.org/2000/svg\">");
        for (name, shapes) in ICONS.iter().chain([&RING]) {
            out.push_str(&format!("<symbol id=\"{name}\" viewBox=\"0 0 24 24\">{shapes}</symbol>"));
        }
        out.push_str("</svg>\n");
        out
    })
}

fn sized(name: &str, class: &str) -> Markup {
    html! { svg class=(class) aria-hidden="true" { (drawing(name)) } }
}

/// The reference to a drawing of the sheet.
fn drawing(name: &str) -> Markup {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    let address = ADDRESS.get_or_init(|| asset_url(SHEET));
    // names of the sheet need no escaping
    let name = find(name).map_or(RING.0, |(known, _)| known);
    PreEscaped(format!("<use href=\"{address}#{name}\"/>"))
}

fn find(name: &str) -> Option<&'static (&'static str, &'static str)> {
    let at = ICONS.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    ICONS.get(at)
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
            for opening in ["icon(\"", "icon_20(\"", "icon_labelled(\"", "icon: \"", "empty(\""] {
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
