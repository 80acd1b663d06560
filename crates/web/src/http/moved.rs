//! Addresses of clients who became others lead to those.

use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use kernel::ClientId;

use super::cx::Cx;

/// The segment of an address after which a client's id stands.
const CLIENTS: &str = "clients";

/// The way to the client somebody became, when a reading request found nobody under his old id.
pub(super) async fn elsewhere(cx: &Cx, only_reads: bool, status: StatusCode) -> Option<Response> {
    if !only_reads || status != StatusCode::NOT_FOUND {
        return None;
    }
    let moved = cx.app.moved?;
    let (old, before, after) = client_in(&cx.path)?;
    match moved(cx, old).await {
        Ok(Some(new)) => {
            let there = format!("{before}{new}{after}");
            Some((StatusCode::SEE_OTHER, [(LOCATION, there)]).into_response())
        }
        Ok(None) => None,
        Err(error) => {
            tracing::warn!(%error, "whom a client became could not be read");
            None
        }
    }
}

/// The first client in an address, with what stands before and after his id.
fn client_in(path: &str) -> Option<(ClientId, &str, &str)> {
    let end = path.find('?').unwrap_or(path.len());
    let mut from = 0;
    let mut is_next = false;
    for part in path.get(..end)?.split('/') {
        let to = from + part.len();
        if is_next {
            let id = part.parse().ok()?;
            return Some((id, path.get(..from)?, path.get(to..)?));
        }
        is_next = part == CLIENTS;
        from = to + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_is_found_in_addresses_of_pages_and_programs() {
        let id = "00000000-0000-7000-8000-000000000001";
        for (before, after) in
            [("/clients/", "/details?x=1"), ("/api/v1/clients/", ""), ("/clients/", "")]
        {
            let path = format!("{before}{id}{after}");
            let (found, head, tail) = client_in(&path).expect("a client");
            assert_eq!((found.to_string().as_str(), head, tail), (id, before, after));
        }
        for path in ["/clients", "/clients/new", "/tasks", "/search?q=/clients/x", ""] {
            assert!(client_in(path).is_none(), "{path}");
        }
    }
}
