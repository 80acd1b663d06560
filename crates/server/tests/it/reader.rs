//! The program that carries cards at a clerk's machine: the bank's pages are answered, and nobody else.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode};
use server::reader::{Slot, Soft, router};
use tower::ServiceExt;

const BANK: &str = "https://bank.test";
const HERE: &str = "127.0.0.1:7431";

fn reader(folder: &tempfile::TempDir) -> Router {
    let slot: Box<dyn Slot> = Box::new(Soft::kept_in(folder.path().join("card")));
    let address: SocketAddr = HERE.parse().unwrap();
    router(Arc::new(Mutex::new(slot)), &[format!("{BANK}/")], address)
}

async fn ask(
    reader: &Router,
    (method, path, body): (Method, &str, &str),
    headers: &[(&str, &str)],
) -> (StatusCode, String, String) {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let response = reader.clone().oneshot(request).await.unwrap();
    let allowed = response.headers().get("access-control-allow-origin");
    let allowed = allowed.map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
    let status = response.status();
    let body = to_bytes(response.into_body(), 10_000).await.unwrap();
    (status, allowed, String::from_utf8_lossy(&body).into_owned())
}

/// SELECT by the application's name, in hexadecimal digits.
const SELECT: &str = "00A4040009F0544553534552410100";

#[tokio::test]
async fn only_the_banks_pages_are_answered() {
    let folder = tempfile::tempdir().unwrap();
    let reader = reader(&folder);
    let strangers: [&[(&str, &str)]; 5] = [
        &[("host", HERE)],
        &[("host", HERE), ("origin", "https://evil.test")],
        &[("host", HERE), ("origin", "null")],
        &[("host", HERE), ("origin", "https://bank.test.evil.test")],
        // led here under another name
        &[("host", "evil.test:7431"), ("origin", BANK)],
    ];
    for headers in strangers {
        for path in ["/v1/open", "/v1/transmit", "/v1/close"] {
            let (status, allowed, _) = ask(&reader, (Method::POST, path, SELECT), headers).await;
            assert_eq!((status, allowed.as_str()), (StatusCode::FORBIDDEN, ""), "{headers:?}");
        }
        let (status, ..) = ask(&reader, (Method::OPTIONS, "/v1/open", ""), headers).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
    }
    assert!(!folder.path().join("card").exists(), "nothing was written");
    let page = [("host", HERE), ("origin", BANK)];
    let (status, allowed, _) = ask(&reader, (Method::OPTIONS, "/v1/open", ""), &page).await;
    assert_eq!((status, allowed.as_str()), (StatusCode::NO_CONTENT, BANK));
}

#[tokio::test]
async fn commands_are_carried_while_a_card_is_taken_up() {
    let folder = tempfile::tempdir().unwrap();
    let reader = reader(&folder);
    let page = [("host", HERE), ("origin", BANK)];
    let send = async |path: &str, body: &str| {
        let (status, _, answer) = ask(&reader, (Method::POST, path, body), &page).await;
        (status, answer)
    };
    let (status, words) = send("/v1/transmit", SELECT).await;
    assert_eq!((status, words.as_str()), (StatusCode::CONFLICT, "no card"));
    assert_eq!(send("/v1/open", "").await.0, StatusCode::OK);
    let (status, answer) = send("/v1/transmit", SELECT).await;
    assert!(status == StatusCode::OK && answer.ends_with("9000"), "{status} {answer}");
    let long = "00".repeat(300);
    for bad in ["", "0", "zz", "00A4 04", long.as_str()] {
        let (status, _) = send("/v1/transmit", bad).await;
        assert!(status.is_client_error() && status != StatusCode::CONFLICT, "{bad}: {status}");
    }
    assert_eq!(send("/v1/close", "").await.0, StatusCode::OK);
    assert_eq!(send("/v1/transmit", SELECT).await.0, StatusCode::CONFLICT);
}
