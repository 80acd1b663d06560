//! Requests against a whole bank: whatever is asked, the answer is one that was thought of (none is 5xx).

use axum::body::Body;
use http::{HeaderValue, Method};

use super::world::{Answer, answered};
use super::{Target, text};

/// Seeds for many addresses, asked by everybody in turn.
fn for_many(texts: &[&str]) -> Vec<Vec<u8>> {
    let one = |at: u16| {
        let [high, low] = at.to_be_bytes();
        texts.iter().map(move |text| [&[high, low, low][..], text.as_bytes()].concat())
    };
    (0_u16..150).flat_map(|n| one(n.wrapping_mul(421))).collect()
}

/// As it may stand in an address: what none may hold is for the headers' own parser, which is not ours.
fn in_address(rest: &[u8]) -> String {
    text(rest).replace(|c: char| !c.is_ascii_graphic() || c == '#', "+")
}

/// What the API refuses, it refuses with a code, and the code has words.
fn coded(answer: &Answer) {
    if !answer.status.is_client_error() {
        return;
    }
    let problem: serde_json::Value = serde_json::from_str(&answer.body).expect(&answer.body);
    let code = problem.get("code").and_then(|code| code.as_str()).unwrap_or_default();
    let detail = problem.get("detail").and_then(|detail| detail.as_str()).unwrap_or_default();
    assert!(!code.is_empty() && !detail.is_empty() && detail != code, "{}", answer.body);
    assert!(!detail.starts_with("refusal-"), "a code without words: {}", answer.body);
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
        answered(|world| {
            let asked = world.chosen(input, &["GET"], false)?;
            let uri = format!("{}?{}", asked.path, in_address(asked.rest));
            uri.parse::<http::Uri>().ok()?;
            world.browser(Method::GET, &uri, asked.who).body(Body::empty()).ok()
        });
    },
};

pub(super) const API_QUERY: Target = Target {
    name: "api_query",
    cost: 50,
    seeds: || {
        for_many(&[
            "limit=2&cursor=7b226174223a317d",
            "sort=-name&q=%D0%B8%D0%B2",
            "field=name&op=contains&value=x&columns=phone&from=2026-01-01&to=2026-12-31",
        ])
    },
    words: &[
        "&limit=",
        "&cursor=",
        "&columns=",
        "&sort=",
        "&format=",
        "null",
        "%00",
        "5b5d",
        "7b7d",
        "-1",
    ],
    run: |input| {
        let answer = answered(|world| {
            let asked = world.chosen(input, &["GET"], true)?;
            let uri = format!("{}?{}", asked.path, in_address(asked.rest));
            uri.parse::<http::Uri>().ok()?;
            world.program(Method::GET, &uri, asked.who).body(Body::empty()).ok()
        });
        answer.iter().for_each(coded);
    },
};

/// What stands in the places of ids.
pub(super) const PATH: Target = Target {
    name: "path",
    cost: 50,
    seeds: || {
        for_many(&["01936f2e-5a4b-7c3d-8e9f-0123456789ab", "%2e%2e%2f", "1.01936f2e-5a4b-7c3d"])
    },
    words: &["%00", "%2F", "%ff", "..", "{", "}", "-1", "urn:uuid:", ";", "9223372036854775808"],
    run: |input| {
        let asked = |is_api: bool| {
            answered(|world| {
                let asked = world.chosen(input, &["GET"], is_api)?;
                let given = in_address(asked.rest).replace(['/', '?'], "%2F");
                let parts = asked.route.path.split('/');
                let filled: Vec<&str> =
                    parts.map(|p| if p.starts_with('{') { given.as_str() } else { p }).collect();
                let uri = filled.join("/");
                uri.parse::<http::Uri>().ok()?;
                let request = match is_api {
                    true => world.program(Method::GET, &uri, asked.who),
                    false => world.browser(Method::GET, &uri, asked.who),
                };
                request.body(Body::empty()).ok()
            })
        };
        asked(false);
        asked(true).iter().for_each(coded);
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
        answered(|world| {
            let asked = world.chosen(input, &["POST"], false)?;
            let body = format!("_id={}&{}", world.bank.form_id(), text(asked.rest));
            world
                .browser(Method::POST, &asked.path, asked.who)
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
        let all = [
            format!("{id}{mapping}{list}--X--\r\n"),
            format!("{id}{cut}"),
            "--X--".to_owned(),
            "--X\r\nContent-Disposition: form-data\r\n\r\nx\r\n--X--\r\n".to_owned(),
            "--X\r\n\r\n".to_owned(),
        ];
        let by = |who: u8| all.iter().map(move |sent| [&[who][..], sent.as_bytes()].concat());
        (0..12).flat_map(by).collect()
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
        for path in ["/imports/new", "/clients/{id}/files"] {
            answered(|world| {
                // who manages the client, and who may bring feeds in, is the administrator or another
                let who = usize::from(input.first().copied().unwrap_or_default()) % 12;
                world
                    .browser(Method::POST, &world.own(path, "POST"), who)
                    .header("content-type", "multipart/form-data; boundary=X")
                    .body(Body::from(input.get(1..).unwrap_or_default().to_vec()))
                    .ok()
            });
        }
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
        let answer = answered(|world| {
            let asked = world.chosen(input, &["POST", "PUT", "PATCH", "DELETE"], true)?;
            world
                .program(asked.method(), &asked.path, asked.who)
                .header("idempotency-key", world.bank.form_id())
                .body(Body::from(asked.rest.to_vec()))
                .ok()
        });
        answer.iter().for_each(coded);
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
        (0_u8..20)
            .flat_map(|at| values.map(|value| [&[at][..], value.as_bytes()].concat()))
            .collect()
    },
    words: &["\"", "W/", ",", ";q=", "=", "Bearer ", "Basic ", "\u{7f}"],
    run: |input| {
        const NAMES: [&str; 20] = [
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
            "tessera-seen",
            "user-agent",
            "x-requested-with",
            "x-fresh",
            "sec-fetch-site",
            "origin",
            "content-length",
            "accept-encoding",
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
            answered(|world| {
                let mut request = world
                    .browser(method, path, 0)
                    .header("authorization", world.bearer(0))
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
