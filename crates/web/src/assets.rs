//! Static files: our own styles and scripts and the few third-party ones, all inside the binary.
//! The address carries a hash of everything, so that files are cached for ever and never stale; in
//! debug builds our own files are read from disk and never cached.

use std::borrow::Cow;
use std::sync::OnceLock;

use axum::Router;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::RustEmbed;

use crate::icons::{SHEET, sheet};

include!(concat!(env!("OUT_DIR"), "/vendor.rs"));

/// Our own files.
#[derive(RustEmbed)]
#[folder = "assets/"]
struct Own;

/// All style sheets in one file, in the order of their names.
const STYLES: &str = "app.css";

/// The address of a file: `asset_url("app.css")`, `asset_url("js/app.js")`, `asset_url("htmx.js")`.
pub fn asset_url(name: &str) -> String {
    format!("/assets/{}/{name}", hash())
}

/// The route `/assets/{hash}/{name}`; open to everybody.
pub fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{hash}/{*name}", get(serve))
}

/// The content of a file and its media type; `None` when there is no such file.
pub fn find(name: &str) -> Option<(Cow<'static, [u8]>, &'static str)> {
    let bytes = if name == STYLES {
        styles()
    } else if name == SHEET {
        Cow::Borrowed(sheet().as_bytes())
    } else if let Some((_, bytes)) = VENDOR.iter().find(|(known, _)| *known == name) {
        Cow::Borrowed(*bytes)
    } else {
        Own::get(name)?.data
    };
    Some((bytes, media_type(name)))
}

async fn serve(Path((asked, name)): Path<(String, String)>) -> Response {
    let Some((bytes, media)) = find(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // A page of an older release asks with an older hash: it gets today's file, but may not keep it.
    let keep = asked == hash() && !cfg!(debug_assertions);
    let cache = if keep { "public, max-age=31536000, immutable" } else { "no-cache" };
    (
        [
            (CONTENT_TYPE, HeaderValue::from_static(media)),
            (CACHE_CONTROL, HeaderValue::from_static(cache)),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ],
        bytes.into_owned(),
    )
        .into_response()
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml; charset=utf-8",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn styles() -> Cow<'static, [u8]> {
    let mut names: Vec<Cow<'static, str>> =
        Own::iter().filter(|name| name.starts_with("css/")).collect();
    names.sort();
    let mut all = Vec::new();
    for name in names {
        if let Some(file) = Own::get(&name) {
            all.extend_from_slice(&file.data);
            all.push(b'\n');
        }
    }
    Cow::Owned(all)
}

/// A short hash over every file, computed once.
fn hash() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| {
        let mut names: Vec<Cow<'static, str>> = Own::iter().collect();
        names.sort();
        let mut state: u64 = 0xcbf2_9ce4_8422_2325;
        let mut feed = |bytes: &[u8]| {
            for byte in bytes {
                state = (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
            }
        };
        for name in &names {
            feed(name.as_bytes());
            if let Some(file) = Own::get(name) {
                feed(&file.metadata.sha256_hash());
            }
        }
        for (name, bytes) in VENDOR {
            feed(name.as_bytes());
            feed(bytes);
        }
        feed(sheet().as_bytes());
        format!("{state:016x}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_served_file_is_found_with_its_media_type() {
        for name in ["app.css", "js/app.js", "htmx.js", "mark.svg", "icons.svg", "htmx.LICENSE.txt"]
        {
            let (bytes, media) = find(name).unwrap_or_else(|| panic!("{name}"));
            assert!(bytes.len() > 100, "{name}");
            assert_ne!(media, "application/octet-stream", "{name}");
        }
        assert!(find("../Cargo.toml").is_none());
        assert!(find("js/nowhere.js").is_none());
    }

    /// Scripts import one another by relative path; a wrong path would only show in a browser.
    #[test]
    fn every_import_of_a_script_exists() {
        for name in Own::iter().filter(|name| name.ends_with(".js")) {
            let text = String::from_utf8(Own::get(&name).unwrap().data.into_owned()).unwrap();
            for part in text.split("from \"./").skip(1) {
                let imported = part.split('"').next().unwrap();
                assert!(find(&format!("js/{imported}")).is_some(), "{name} imports {imported}");
            }
        }
    }
}
