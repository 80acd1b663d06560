//! Requests against a whole bank: whatever is asked, the answer is one that was thought of (none is 5xx).

use std::cell::RefCell;

use axum::Router;
use axum::body::Body;
use http::{HeaderValue, Method, Request};
use testkit::{Bank, Kind};
use tokio::runtime::Runtime;
use tower::ServiceExt;

use super::{Target, bytes, text};

/// A bank with somebody signed in who may do most things, and a token of the same.
struct World {
    bank: Bank,
    cookie: String,
    token: String,
    runtime: Runtime,
}

thread_local! {
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
}

/// Gives back what the targets of this thread have opened.
pub(crate) fn end() {
    WORLD.with(|world| {
        if let Some(World { bank, runtime, .. }) = world.take() {
            runtime.block_on(async { drop(bank) });
        }
    });
}

impl World {
    fn new() -> World {
        let runtime = Runtime::new().expect("a runtime");
        let (bank, cookie, token) = runtime.block_on(async {
            let bank = Box::pin(Bank::open(Kind::Sqlite, crate::support::open)).await;
            let browser = bank.client("administrator").await;
            let cookie = browser.cookie("sid").expect("a session").to_owned();
            let token = web::new_token(bank.services.entropy.as_ref());
            let command = spine::org::commands::CreateToken {
                token_hash: web::hash_token(&token),
                name: "fuzz".to_owned(),
                role_key: "administrator".to_owned(),
                user_id: Some(bank.user("administrator")),
                expires_at: Some(testkit::START.plus_days(300)),
                limit: None,
            };
            bank.execute("administrator", &command).await.expect("a token");
            (bank, cookie, token)
        });
        World { bank, cookie, token, runtime }
    }
    /// Addresses of a method, without a place for ids in them, or with an id that nobody has.
    fn paths(&self, method: &str, is_api: bool) -> Vec<String> {
        let of = |route: &&web::RouteInfo| {
            route.method == method
                && route.path.starts_with("/api/") == is_api
                && !route.path.contains("live")
                && route.path != "/sign-out"
        };
        let filled = |path: &str| {
            let parts = path.split('/').map(|part| match part.starts_with('{') {
                true => "01936f2e-5a4b-7c3d-8e9f-0123456789ab",
                false => part,
            });
            parts.collect::<Vec<_>>().join("/")
        };
        self.bank.app.routes.iter().filter(of).map(|route| filled(route.path)).collect()
    }
}

fn with_world(ask: impl FnOnce(&World) -> Option<Request<Body>>) {
    WORLD.with_borrow_mut(|world| {
        let world = world.get_or_insert_with(World::new);
        // what is limited by time is allowed again
        world.bank.clock.advance_seconds(1);
        let Some(request) = ask(world) else { return };
        let asked = format!("{} {}", request.method(), request.uri());
        let router: Router = world.bank.router.clone();
        let answer = world.runtime.block_on(router.oneshot(request)).expect("an answer");
        assert!(answer.status().as_u16() < 500, "{asked}: {}", answer.status());
    });
}

fn request(world: &World, method: Method, uri: &str) -> http::request::Builder {
    Request::builder()
        .method(method)
        .uri(uri)
        .header("host", "bank.test")
        .header("sec-fetch-site", "same-origin")
        .header("cookie", format!("sid={}", world.cookie))
}

/// A letter chooses the address, the rest is for it.
fn split<'a>(input: &'a [u8], paths: &[String]) -> Option<(String, &'a [u8])> {
    let [a, b, rest @ ..] = input else { return None };
    let at = usize::from(u16::from_be_bytes([*a, *b])) % paths.len().max(1);
    Some((paths.get(at)?.clone(), rest))
}

/// Seeds for many addresses.
fn for_many(texts: &[&str]) -> Vec<Vec<u8>> {
    let one =
        |at: u16| texts.iter().map(move |text| [&at.to_be_bytes()[..], text.as_bytes()].concat());
    (0_u16..150).flat_map(one).collect()
}

pub(super) const QUERY: Target = Target {
    name: "query",
    cost: 50,
    seeds: || {
        for_many(&[
            "q=%D0%B8%D0%B2&sort=name&desc=1&before=1.01936f2e-5a4b-7c3d-8e9f-0123456789ab&page=2",
            "field=name&op=contains&value=x&field=born&op=before&value=2000-01-01&view=1&after=x",
        ])
    },
    words: &[
        "&field=", "&op=is", "&value=", "&sort=", "&q=", "&before=", "&after=", "%", "&view=",
        "null", "%00", "&from=", "&to=",
    ],
    run: |input| {
        with_world(|world| {
            let (path, query) = split(input, &world.paths("GET", false))?;
            // what no address may hold is for the headers' own parser, which is not ours
            let query = text(query).replace(|c: char| !c.is_ascii_graphic() || c == '#', "+");
            let uri = format!("{path}?{query}");
            uri.parse::<http::Uri>().ok()?;
            request(world, Method::GET, &uri).body(Body::empty()).ok()
        });
    },
};

pub(super) const POSTED: Target = Target {
    name: "posted_form",
    cost: 50,
    seeds: || {
        for_many(&[
            "name=x&name_en=y&kind=person&last_name=a&born=01.01.2000&value=1&email=a%40b.example&roles=1",
            "login=x&password=y&code=1&question=AAAA&id=AAAA&client_data=e30&authenticator_data=AA&signature=AA",
        ])
    },
    words: &[
        "&",
        "=",
        "%00",
        "&kind=",
        "&date=",
        "&amount=",
        "&reason=",
        "&client=",
        "01936f2e-5a4b-7c3d-8e9f-0123456789ab",
    ],
    run: |input| {
        with_world(|world| {
            let (path, body) = split(input, &world.paths("POST", false))?;
            let body = format!("_id={}&{}", world.bank.form_id(), text(body));
            request(world, Method::POST, &path)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Body::from(body))
                .ok()
        });
    },
};

pub(super) const UPLOADED: Target = Target {
    name: "uploaded",
    cost: 50,
    seeds: || {
        let part = |name: &str, file: &str, content: &str| {
            format!(
                "--X\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{content}\r\n"
            )
        };
        let id = part("_id", "", "01936f2e-5a4b-7c3d-8e9f-0123456789ab");
        let mapping = part("mapping", "", "guess");
        let list = part("files", "; filename=\"a.csv\"", "Фамилия;Имя\r\nа;б\r\n");
        let cut = part("file", "; filename=\"..\\x.pdf\"; filename*=UTF-8''%zz", "%PDF");
        bytes(&[
            &format!("{id}{mapping}{list}--X--\r\n"),
            &format!("{id}{cut}"),
            "--X--",
            "--X\r\n\r\n",
        ])
    },
    words: &[
        "--X\r\n",
        "--X--",
        "filename=\"",
        "name=\"files\"",
        "\r\n\r\n",
        "Content-Type: text/html\r\n",
    ],
    run: |input| {
        with_world(|world| {
            let path = "/imports/new";
            request(world, Method::POST, path)
                .header("content-type", "multipart/form-data; boundary=X")
                .body(Body::from(input.to_vec()))
                .ok()
        });
    },
};

pub(super) const API: Target = Target {
    name: "api",
    cost: 50,
    seeds: || {
        for_many(&[
            r#"{"kind":"person","last_name":"a","first_name":"b","born":"2000-01-01","amount":"1.00"}"#,
            r#"{"name":"x","events":["*"],"url":"https://a.example","operations":[{"operation":"x","body":{}}]}"#,
        ])
    },
    words: &["null", "true", "1e400", "-1", "[]", "{}", "\"\"", "\\u0000", "\\ud800", "[[[[[[[["],
    run: |input| {
        with_world(|world| {
            let mut all: Vec<(Method, String)> = Vec::new();
            for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                all.extend(
                    world
                        .paths(method.as_str(), true)
                        .into_iter()
                        .map(|path| (method.clone(), path)),
                );
            }
            let paths: Vec<String> =
                all.iter().map(|(method, path)| format!("{method} {path}")).collect();
            let (chosen, body) = split(input, &paths)?;
            let (method, path) = chosen.split_once(' ')?;
            Request::builder()
                .method(method)
                .uri(path)
                .header("host", "bank.test")
                .header("authorization", format!("Bearer {}", world.token))
                .header("content-type", "application/json")
                .header("idempotency-key", world.bank.form_id())
                .body(Body::from(body.to_vec()))
                .ok()
        });
    },
};

pub(super) const HEADERS: Target = Target {
    name: "headers",
    cost: 50,
    seeds: || {
        let values = [
            "Bearer abc",
            "sid=abc; half=AAAA; theme=dark",
            "\"1-abc\", W/\"2\", *",
            "01936f2e-5a4b-7c3d-8e9f-0123456789ab",
            "ru;q=0.5, en-GB, *",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "203.0.113.1, [::1]:80, unknown",
            "application/json; charset=utf-8",
            "bytes=0-,1-2",
            "bank.test:99999",
            "12.5",
        ];
        (0_u8..13)
            .flat_map(|at| values.map(|value| [&[at][..], value.as_bytes()].concat()))
            .collect()
    },
    words: &["\"", "W/", ",", ";q=", "=", "Bearer ", "Basic ", "\u{7f}"],
    run: |input| {
        const NAMES: [&str; 13] = [
            "authorization",
            "cookie",
            "if-match",
            "if-none-match",
            "idempotency-key",
            "accept-language",
            "traceparent",
            "x-forwarded-for",
            "content-type",
            "range",
            "host",
            "accept",
            "x-seen",
        ];
        let Some((first, value)) = input.split_first() else { return };
        let name = NAMES[usize::from(*first) % NAMES.len()];
        let Ok(value) = HeaderValue::from_bytes(value) else { return };
        let peer: std::net::SocketAddr = "127.0.0.1:4711".parse().expect("an address");
        for (method, path, body) in [
            (Method::GET, "/clients", ""),
            (Method::GET, "/api/v1/clients", ""),
            (Method::POST, "/api/v1/clients", "{}"),
            (Method::PATCH, "/api/v1/clients/01936f2e-5a4b-7c3d-8e9f-0123456789ab", "{}"),
        ] {
            with_world(|world| {
                let mut request = request(world, method, path)
                    .header("authorization", format!("Bearer {}", world.token))
                    .header("content-type", "application/json")
                    .extension(axum::extract::ConnectInfo(peer))
                    .body(Body::from(body))
                    .ok()?;
                request.headers_mut().insert(name, value.clone());
                Some(request)
            });
        }
    },
};
