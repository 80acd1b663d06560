//! What a browser brings along: cookies, sealed steps of a sign-in, languages, its own name.

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderValue, Method};
use kernel::SeededEntropy;

use super::world::{answered, stranger, with_world};
use super::{Target, bytes, text};

pub(super) const COOKIE: Target = Target {
    name: "cookie",
    cost: 20,
    seeds: || {
        bytes(&[
            "sid=SESSION",
            "sid=SESSIOn",
            "sid=; sid=SESSION",
            "theme=dark; seen=17; flash=x;sid=\"SESSION\"",
            "__Host-sid=SESSION; half=AAAA; oidc=AAAA",
            " ;;=; sid = SESSION ",
        ])
    },
    words: &["sid=", "SESSION", "; ", "=", "__Host-", "\"", ",", "half=", "seen=-1"],
    run: |input| {
        with_world(|world| {
            let session = world.session(0).to_owned();
            let line = text(input).replace("SESSION", &session);
            let Ok(value) = HeaderValue::from_str(&line) else { return };
            let request = stranger(Method::GET, "/me/sessions").header("cookie", value);
            let router = world.bank.router.clone();
            let answer = world.ask(&router, request.body(Body::empty()).expect("a request"));
            // whoever is let in has said the whole of the secret, under its name
            let has_said = line.split(';').any(|pair| pair.trim() == format!("sid={session}"));
            match answer.status.as_u16() {
                200 => assert!(has_said, "{line}"),
                303 => assert!(answer.header("location").starts_with("/sign-in"), "{line}"),
                other => panic!("{other}: {line}"),
            }
        });
    },
};

/// What a step of a sign-in looks like before it is sealed, by its kind.
const STEPS: [(&str, &str, &str); 3] = [
    ("half", "GET", "/sign-in/code"),
    ("half", "POST", "/sign-in/code"),
    ("passkey-enter", "POST", "/sign-in/passkey"),
];

/// What is behind the seal of a step: only we write it, and still it is read with care.
pub(super) const STEP: Target = Target {
    name: "sealed_step",
    cost: 20,
    seeds: || {
        let half =
            r#"{"until":9999999999999999,"what":{"login":"clerk","proof":[1,2],"next":"/"}}"#;
        let zeros = vec!["0"; 32].join(",");
        let draft = format!("{{\"challenge\":[{zeros}],\"until\":\"2099-01-01T00:00:00Z\"}}");
        let one = |kind: u8| [&[kind][..], half.as_bytes()].concat();
        vec![one(0), one(1), [&[2][..], draft.as_bytes()].concat(), vec![2, b'{', b'}']]
    },
    words: &[
        "null",
        "-1",
        "9223372036854775807",
        "{",
        "[",
        "\"login\"",
        "administrator",
        "\\u0000",
    ],
    run: |input| {
        let Some((first, plain)) = input.split_first() else { return };
        let (purpose, method, path) = STEPS[usize::from(*first) % STEPS.len()];
        let answer = answered(|world| {
            let entropy = SeededEntropy::new(5);
            let sealed = world.bank.app.secret_box.seal(&entropy, plain, purpose).ok()?;
            let sealed = URL_SAFE_NO_PAD.encode(sealed);
            let method = Method::from_bytes(method.as_bytes()).ok()?;
            stranger(method, path)
                .header("content-type", "application/x-www-form-urlencoded")
                .header("cookie", format!("{purpose}={sealed}"))
                .body(Body::from(format!("code=123456&id=AAAA&question={sealed}")))
                .ok()
        });
        assert!(answer.is_none_or(|answer| !answer.opens_session()), "{:?}", text(plain));
    },
};

pub(super) const LANGUAGE: Target = Target {
    name: "language",
    cost: 20,
    seeds: || bytes(&["ru", "en-GB,en;q=0.9", "ru;q=0.1, en", "de, *;q=0.5", "e", ",,;", "ENG"]),
    words: &["ru", "en", ",", ";q=", "*", "-", "  "],
    run: |input| {
        let Ok(value) = HeaderValue::from_bytes(input) else { return };
        let is_text = value.to_str().is_ok();
        let answer = answered(|_| {
            let asked = stranger(Method::GET, "/sign-in").header("accept-language", value);
            asked.body(Body::empty()).ok()
        });
        let body = answer.expect("an answer").body;
        let is_one = ["<html lang=\"ru\"", "<html lang=\"en\""].iter().any(|l| body.contains(l));
        assert!(is_one, "a language nobody speaks");
        let says = |code: &[u8]| is_text && input.windows(2).any(|two| two == code);
        let is_english = body.contains("<html lang=\"en\"");
        // English is for who asks for it, Russian for who asks for it or for nothing we have
        assert!(!is_english || says(b"en"), "nobody asked for English");
        assert!(
            is_english || says(b"ru") || !is_text || !input.starts_with(b"en"),
            "English was asked for"
        );
    },
};

pub(super) const AGENT: Target = Target {
    name: "agent",
    cost: 1,
    seeds: || {
        bytes(&[
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36",
            "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0",
            "curl/8.0",
        ])
    },
    words: &["Chrome/", "YaBrowser/", "Windows", "Mac OS X", ", ", "Version/", "9999999999999"],
    run: |input| {
        let line = text(input);
        let (agent, device) = (web::format::agent(&line), web::format::device(&line));
        assert!(agent.len() <= line.len() + 32 && device.len() <= line.len() + 32);
        // a browser of another version is the same device
        assert_eq!(web::format::device(&line), device);
        assert!(
            !device.ends_with(|c: char| c.is_ascii_digit()) || device.contains(", "),
            "{device}"
        );
    },
};
