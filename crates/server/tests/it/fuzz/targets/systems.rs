//! What other systems answer: a provider of OpenID Connect to a sign-in, a receiver of webhooks to a message.

use std::cell::RefCell;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use connect::http_client::{HttpClient, Reach, Target as Address};
use http::Method;
use kernel::{Clock, Secret};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use web::{Provider, ProviderSetting};

use super::world::{Answer, World, stranger, with_world};
use super::{Target, bytes, text};

/// What the provider answers, by what it is asked for. `ISSUER`, `TOKEN` and `NONCE` are filled in.
#[derive(Clone, Default)]
struct Answers {
    discovery: Vec<u8>,
    keys: Vec<u8>,
    token: Vec<u8>,
}

/// A provider on this machine that says whatever it is told to.
struct Fake {
    issuer: String,
    answers: Arc<Mutex<Answers>>,
    key: Ed25519KeyPair,
    _runtime: Runtime,
}

thread_local! {
    static FAKE: RefCell<Option<Fake>> = const { RefCell::new(None) };
}

/// Gives back what the targets of this thread have opened.
pub(crate) fn end() {
    drop(FAKE.take());
}

type Part = fn(&Answers) -> Vec<u8>;

impl Fake {
    fn new() -> Fake {
        let runtime = Runtime::new().expect("a runtime");
        let answers: Arc<Mutex<Answers>> = Arc::default();
        let says = |part: Part| {
            let answers = Arc::clone(&answers);
            move || {
                let body = part(&answers.lock().expect("answers"));
                async move { ([("content-type", "application/json")], body) }
            }
        };
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(says(|a| a.discovery.clone())))
            .route("/keys", get(says(|a| a.keys.clone())))
            .route("/token", post(says(|a| a.token.clone())));
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        runtime.spawn(async move { axum::serve(listener, router).await });
        let key = Ed25519KeyPair::from_seed_unchecked(&[9; 32]).expect("a key");
        Fake { issuer: format!("http://127.0.0.1:{port}"), answers, key, _runtime: runtime }
    }
    fn setting(&self) -> ProviderSetting {
        ProviderSetting {
            key: "bank".to_owned(),
            name: "Bank ID".to_owned(),
            issuer: self.issuer.clone(),
            client_id: "tessera".to_owned(),
            client_secret: Secret::new("a secret".to_owned()),
            claim: "preferred_username".to_owned(),
            require_acr: None,
            ca_pem: None,
            public_url: "https://bank.test".to_owned(),
        }
    }
    fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.key.public_key())
    }
    /// A token over a text of claims, signed as it must be.
    fn signed(&self, claims: &[u8]) -> String {
        let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA","kid":"k"}"#);
        let body = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(self.key.sign(body.as_bytes()));
        format!("{body}.{signature}")
    }
    /// The same claims as somebody else would sign them, and as nobody has.
    fn forged(&self, claims: &[u8]) -> [String; 2] {
        let key = Ed25519KeyPair::from_seed_unchecked(&[8; 32]).expect("a key");
        let signed = self.signed(claims);
        let (body, _) = signed.rsplit_once('.').expect("three parts");
        let signature = URL_SAFE_NO_PAD.encode(key.sign(body.as_bytes()));
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        [format!("{body}.{signature}"), format!("{none}.{}.", URL_SAFE_NO_PAD.encode(claims))]
    }
    fn say(&self, change: impl FnOnce(&mut Answers)) {
        change(&mut self.answers.lock().expect("answers"));
    }
    /// The answers of a provider that is as it should be.
    fn right(&self) -> Answers {
        Answers {
            discovery: DISCOVERY.replace("ISSUER", &self.issuer).into_bytes(),
            keys: KEYS.replace("PUBLIC", &self.public()).into_bytes(),
            token: Vec::new(),
        }
    }
}

const DISCOVERY: &str = r#"{"issuer":"ISSUER","authorization_endpoint":"ISSUER/ask","token_endpoint":"ISSUER/token","jwks_uri":"ISSUER/keys","response_types_supported":["code"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["EdDSA","RS256","none"]}"#;
const KEYS: &str =
    r#"{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":"k","x":"PUBLIC"}]}"#;
const TOKEN: &str =
    r#"{"access_token":"a","token_type":"Bearer","expires_in":300,"id_token":"TOKEN"}"#;
const CLAIMS: &str = r#"{"iss":"ISSUER","aud":["tessera"],"sub":"s-1","exp":EXP,"iat":IAT,"nonce":"NONCE","preferred_username":"Clerk","email":"c@bank.test","email_verified":true}"#;

/// Which of a provider's answers an input is.
#[derive(Clone, Copy, PartialEq)]
enum Where {
    Discovery,
    Keys,
    Token,
    Claims,
    Next,
}

/// A whole sign-in through the provider, with one of its answers as given; the answer to the browser, and the
/// claims the provider has signed.
fn round(
    world: &mut World,
    fake: &Fake,
    (place, input): (Where, &[u8]),
) -> Option<(Answer, String)> {
    let given = text(input).replace("ISSUER", &fake.issuer).replace("PUBLIC", &fake.public());
    fake.say(|answers| {
        *answers = fake.right();
        match place {
            Where::Discovery => answers.discovery = given.clone().into_bytes(),
            Where::Keys => answers.keys = given.clone().into_bytes(),
            Where::Token | Where::Claims | Where::Next => {}
        }
    });
    let door = world.door.take().unwrap_or_else(|| door(world, fake));
    let router = door.clone();
    let next = match place {
        Where::Next => url::form_urlencoded::byte_serialize(input).collect(),
        _ => "/me/sessions".to_owned(),
    };
    let uri = format!("/sign-in/oidc/bank?next={next}");
    let sent = stranger(Method::GET, &uri).body(Body::empty()).expect("a request");
    let sent = world.ask(&router, sent);
    if !matches!(place, Where::Discovery | Where::Keys) || sent.status.as_u16() == 502 {
        // what was understood is kept behind a door: the next input of that kind needs another one
        world.door = Some(door);
    }
    if sent.status.as_u16() == 502 {
        return None; // the page that says so
    }
    assert_eq!(sent.status.as_u16(), 303, "{}", sent.body);
    let there = url::Url::parse(sent.header("location")).expect("an address to go to");
    let asked = |name: &str| {
        let mut pairs = there.query_pairs();
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let now = world.bank.clock.now().micros() / 1_000_000;
    let claims = if place == Where::Claims { given.as_str() } else { CLAIMS };
    let claims = claims
        .replace("ISSUER", &fake.issuer)
        .replace("NONCE", &asked("nonce"))
        .replace("EXP", &(now + 300).to_string())
        .replace("IAT", &now.to_string());
    let token = fake.signed(claims.as_bytes());
    let answer = if place == Where::Token { given.as_str() } else { TOKEN };
    let [forged, unsigned] = fake.forged(claims.as_bytes());
    let answer = answer.replace("FORGED", &forged).replace("UNSIGNED", &unsigned);
    fake.say(|answers| answers.token = answer.replace("TOKEN", &token).into_bytes());
    let ticket = sent.header("set-cookie").split(';').next().unwrap_or_default().to_owned();
    let uri = format!("/sign-in/oidc/bank/back?code=x&state={}", asked("state"));
    let back = stranger(Method::GET, &uri).header("cookie", ticket);
    let answer = world.ask(&router, back.body(Body::empty()).expect("a request"));
    assert!(matches!(answer.status.as_u16(), 303 | 400 | 403 | 502), "{}", answer.status);
    Some((answer, claims))
}

/// Another door to the bank, behind which nothing is known of the provider yet.
fn door(world: &World, fake: &Fake) -> Router {
    let (_, stopping) = tokio::sync::watch::channel(false);
    let setting = web::Setting {
        services: world.bank.services.clone(),
        demo: None,
        zone: jiff::tz::TimeZone::UTC,
        currency: kernel::Currency::RUB,
        secure_cookies: false,
        proxies: Vec::new(),
        secret_box: world.bank.app.secret_box.clone(),
        oidc: vec![Provider::new(fake.setting()).expect("a provider")],
        guards: web::Guards::default(),
        party: None,
        stopping,
    };
    web::build_router(setting, server::wiring::pages()).expect("a door").0
}

/// Feeds one answer; whoever is let in by it was vouched for in every respect.
fn vouched(place: Where, input: &[u8]) {
    with_world(|world| {
        FAKE.with_borrow_mut(|fake| {
            let fake = fake.get_or_insert_with(Fake::new);
            let Some((answer, claims)) = round(world, fake, (place, input)) else { return };
            if !answer.opens_session() {
                assert_ne!(answer.status.as_u16(), 303, "on the way, and nobody is signed in");
                return;
            }
            let there = answer.header("location");
            assert!(there.starts_with('/') && !there[1..].starts_with(['/', '\\']), "{there}");
            let said: Json = serde_json::from_str(&claims).expect("claims that were believed");
            let now = world.bank.clock.now().micros() / 1_000_000;
            assert_eq!(said["iss"], json!(fake.issuer), "{claims}");
            let is_ours = said["aud"].as_array().is_some_and(|all| all.contains(&json!("tessera")));
            assert!(is_ours || said["aud"] == json!("tessera"), "{claims}");
            assert!(said["exp"].as_i64().is_none_or(|exp| exp > now), "{claims}");
            let sub = said["sub"].as_str().unwrap_or_default();
            let login = said["preferred_username"].as_str().unwrap_or_default().to_lowercase();
            // the name finds somebody the first time; then the account is his, whatever he is called there
            let is_known = world.bank.org.staff.contains_key(&login) || world.linked.contains(sub);
            assert!(!sub.is_empty() && !login.is_empty() && is_known, "{claims}");
            world.linked.insert(sub.to_owned());
            let given = text(input);
            match place {
                Where::Keys => assert!(given.contains("PUBLIC") || given.contains(&fake.public())),
                Where::Token => assert!(given.contains("TOKEN"), "{given}"),
                Where::Discovery => assert!(given.contains("EdDSA"), "{given}"),
                Where::Claims | Where::Next => {}
            }
        });
    });
}

pub(super) const OIDC_DISCOVERY: Target = Target {
    name: "oidc_discovery",
    cost: 40,
    seeds: || bytes(&[DISCOVERY, "{}", "[", "\"x\""]),
    words: &["null", "\"RS256\"", "ISSUER", "[]", "{}", "\"HS256\"", "\\u0000", ",\"x\":1"],
    run: |input| vouched(Where::Discovery, input),
};

pub(super) const OIDC_KEYS: Target = Target {
    name: "oidc_keys",
    cost: 40,
    seeds: || {
        let rsa = r#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"k","alg":"RS256"}]}"#;
        let other = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"AAAA"},{"kty":"x"}]}"#;
        let many = KEYS.replace(
            "]}",
            r#",{"kty":"oct","k":"AA"},{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}"#,
        );
        bytes(&[KEYS, rsa, other, &many, r#"{"keys":[]}"#])
    },
    words: &["null", "\"k\"", "PUBLIC", "\"OKP\"", "\"use\":\"enc\"", "[]", "AAAA", "\"P-521\""],
    run: |input| vouched(Where::Keys, input),
};

pub(super) const OIDC_TOKEN: Target = Target {
    name: "oidc_token",
    cost: 40,
    seeds: || {
        let none =
            r#"{"access_token":"a","token_type":"Bearer","id_token":"eyJhbGciOiJub25lIn0.e30."}"#;
        let error = r#"{"error":"invalid_grant","error_description":"x"}"#;
        let forged = ["FORGED", "UNSIGNED"].map(|other| TOKEN.replace("TOKEN", other));
        bytes(&[TOKEN, none, error, "{}", "a=b&c=d", &forged[0], &forged[1]])
    },
    words: &[
        "TOKEN",
        "FORGED",
        "UNSIGNED",
        ".",
        "..",
        "eyJhbGciOiJub25lIn0",
        "null",
        "-1",
        "\"id_token\":",
        "1e400",
    ],
    run: |input| vouched(Where::Token, input),
};

pub(super) const OIDC_CLAIMS: Target = Target {
    name: "oidc_claims",
    cost: 40,
    seeds: || {
        let one = CLAIMS.replace("[\"tessera\"]", "\"tessera\"");
        let many = CLAIMS.replace("[\"tessera\"]", "[\"tessera\",\"x\"],\"azp\":\"tessera\"");
        let nameless =
            CLAIMS.replace("\"preferred_username\":\"Clerk\",", "").replace("s-1", "s-2");
        bytes(&[CLAIMS, &one, &many, &nameless, "{}"])
    },
    words: &[
        "null",
        "\"administrator\"",
        "1e18",
        "-1",
        "NONCE",
        "\"nonce\":",
        "\"sub\":\"x\",",
        "[]",
        "\"azp\":\"x\",",
        "\"auth_time\":1,",
        "EXP",
        "\\u0000",
    ],
    run: |input| vouched(Where::Claims, input),
};

/// Where one wants to be led after a sign-in: never outside.
pub(super) const NEXT: Target = Target {
    name: "next_page",
    cost: 40,
    seeds: || {
        bytes(&[
            "/me/sessions?a=b#c",
            "//evil.test",
            "/\\evil.test",
            "https://evil.test",
            "/\t/x",
            "",
        ])
    },
    words: &["/", "//", "\\", "\t", "\n", "@", "javascript:", "\u{2f}\u{ff0f}", "%2f"],
    run: |input| vouched(Where::Next, input),
};

pub(super) const HTTP_ANSWER: Target = Target {
    name: "http_answer",
    cost: 20,
    seeds: || {
        bytes(&[
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
            "HTTP/1.1 204 No Content\r\nx: y\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 301 Moved\r\nlocation: http://10.0.0.1/\r\n\r\n",
            "HTTP/1.1 500 \r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
            "HTTP/2 200\r\n\r\n",
        ])
    },
    words: &["HTTP/1.1 ", "\r\n", "\r\n\r\n", ": ", "999", "content-length: ", "chunked", "101"],
    run: |input| {
        thread_local! {
            static LINE: (Runtime, HttpClient) =
                (Runtime::new().expect("a runtime"), HttpClient::new(Reach::Anywhere));
        }
        LINE.with(|(runtime, client)| {
            let answer = input.to_vec();
            let sent = runtime.block_on(async {
                let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
                let port = listener.local_addr().expect("an address").port();
                let other = tokio::spawn(async move {
                    let (mut stream, _) = listener.accept().await.expect("a line");
                    let mut heard = [0; 4_096];
                    let _ = stream.read(&mut heard).await;
                    let _ = stream.write_all(&answer).await;
                });
                let target = Address::parse(&format!("http://127.0.0.1:{port}/in")).expect("one");
                let sent = client.post(&target, &[("x-a", "b".to_owned())], "{}").await;
                other.await.expect("the other side");
                sent
            });
            match sent {
                Ok(status) => {
                    assert!((100..=999).contains(&status));
                    assert!(text(input).contains(&status.to_string()), "{status} was never said");
                }
                Err(error) => assert!(["http", "connect"].contains(&error.word()), "{error}"),
            }
        });
    },
};
