//! A whole bank with people of every role and clients of every kind, and how it is asked. No answer may be one
//! that was not thought of.

use std::cell::RefCell;
use std::collections::BTreeSet;

use axum::Router;
use axum::body::Body;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use spine::org::ROLES;
use testkit::{Bank, Kind};
use tokio::runtime::Runtime;
use tower::ServiceExt;
use web::RouteInfo;

use crate::secrecy::cast::Cast;
use crate::walk::{COLUMNS, address};

/// So many requests one bank takes: what they have changed by then hides what is asked after it.
const REQUESTS_MAX: usize = 3_000;

/// Somebody who asks, as a browser and as a program.
struct Person {
    cookie: String,
    token: String,
}

/// A bank, who asks it, and whom it is asked about.
pub(super) struct World {
    pub(super) bank: Bank,
    pub(super) runtime: Runtime,
    cast: Cast,
    people: Vec<Person>,
    /// A door besides the bank's own.
    pub(super) door: Option<Router>,
    /// Accounts of a provider that were somebody's.
    pub(super) linked: BTreeSet<String>,
    requests: usize,
}

thread_local! {
    static WORLD: RefCell<Option<World>> = const { RefCell::new(None) };
}

/// Gives back what the targets of this thread have opened.
pub(crate) fn end() {
    if let Some(World { bank, runtime, .. }) = WORLD.take() {
        runtime.block_on(async { drop(bank) });
    }
}

/// An answer, read whole.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: http::HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
    /// Whether somebody is signed in by it.
    pub(super) fn opens_session(&self) -> bool {
        let lines = self.headers.get_all("set-cookie").iter();
        lines.filter_map(|line| line.to_str().ok()).any(|line| {
            let value = line.strip_prefix("sid=").and_then(|rest| rest.split(';').next());
            value.is_some_and(|value| !value.is_empty())
        })
    }
}

impl World {
    fn new() -> World {
        let runtime = Runtime::new().expect("a runtime");
        let (bank, cast, people) = runtime.block_on(async {
            let bank = Box::pin(Bank::open(Kind::Sqlite, crate::support::open)).await;
            let cast = Box::pin(Cast::enter(&bank)).await;
            bank.settle().await;
            let mut people = Vec::new();
            for role in ROLES {
                people.push(person(&bank, role.key).await);
            }
            // what is not sealed yet is not shown
            bank.settle().await;
            (bank, cast, people)
        });
        World { bank, runtime, cast, people, door: None, linked: BTreeSet::new(), requests: 0 }
    }
    /// Routes of a method that end by themselves, in their order.
    fn routes(&self, method: &str, is_api: bool) -> Vec<RouteInfo> {
        let of = |route: &&RouteInfo| {
            route.method == method
                && route.path.starts_with("/api/") == is_api
                && route.path != "/live"
                && route.path != "/sign-out"
        };
        self.bank.app.routes.iter().filter(of).copied().collect()
    }
    /// Three bytes choose where somebody asks, who, and about whom; the rest is what he sends.
    pub(super) fn chosen<'a>(
        &self,
        input: &'a [u8],
        methods: &[&'static str],
        is_api: bool,
    ) -> Option<Asked<'a>> {
        let [a, b, c, rest @ ..] = input else { return None };
        let all: Vec<RouteInfo> =
            methods.iter().flat_map(|method| self.routes(method, is_api)).collect();
        let route = *all.get(usize::from(u16::from_be_bytes([*a, *b])) % all.len().max(1))?;
        let (who, whom) =
            (usize::from(*c) % self.people.len(), usize::from(*c) / self.people.len());
        let path = address(&self.cast, route, COLUMNS[whom % COLUMNS.len()]);
        Some(Asked { route, path, who, rest })
    }
    /// The address of a route about a client whom the first of the branch looks after.
    pub(super) fn own(&self, path: &'static str, method: &'static str) -> String {
        let is_it = |route: &&RouteInfo| route.path == path && route.method == method;
        let route = *self.bank.app.routes.iter().find(is_it).expect(path);
        address(&self.cast, route, "own")
    }
    /// The session of somebody.
    pub(super) fn session(&self, who: usize) -> &str {
        &self.people[who].cookie
    }
    /// A request of a browser in which somebody is signed in.
    pub(super) fn browser(&self, method: Method, uri: &str, who: usize) -> http::request::Builder {
        stranger(method, uri).header("cookie", format!("sid={}", self.people[who].cookie))
    }
    /// The token of somebody, as it is sent.
    pub(super) fn bearer(&self, who: usize) -> String {
        format!("Bearer {}", self.people[who].token)
    }
    /// A request of a program.
    pub(super) fn program(&self, method: Method, uri: &str, who: usize) -> http::request::Builder {
        Request::builder()
            .method(method)
            .uri(uri)
            .header("host", "bank.test")
            .header("authorization", self.bearer(who))
            .header("content-type", "application/json")
    }
    /// Asks the bank, or another door to it.
    pub(super) fn ask(&self, router: &Router, request: Request<Body>) -> Answer {
        self.runtime.block_on(async {
            let answer = router.clone().oneshot(request).await.expect("an answer");
            let (head, body) = answer.into_parts();
            let body = body.collect().await.expect("a body").to_bytes();
            let body = String::from_utf8_lossy(&body).into_owned();
            Answer { status: head.status, headers: head.headers, body }
        })
    }
}

/// What an input asks.
pub(super) struct Asked<'a> {
    pub(super) route: RouteInfo,
    pub(super) path: String,
    pub(super) who: usize,
    pub(super) rest: &'a [u8],
}

impl Asked<'_> {
    pub(super) fn method(&self) -> Method {
        Method::from_bytes(self.route.method.as_bytes()).expect("a method")
    }
}

/// A request of a browser in which nobody is signed in.
pub(super) fn stranger(method: Method, uri: &str) -> http::request::Builder {
    Request::builder()
        .method(method)
        .uri(uri)
        .header("host", "bank.test")
        .header("sec-fetch-site", "same-origin")
}

async fn person(bank: &Bank, role: &str) -> Person {
    let cookie = bank.client(role).await.cookie("sid").expect("a session").to_owned();
    let token = web::new_token(bank.services.entropy.as_ref());
    let command = spine::org::commands::CreateToken {
        token_hash: web::hash_token(&token),
        name: format!("fuzz {role}"),
        role_key: role.to_owned(),
        user_id: Some(bank.user(role)),
        expires_at: None,
        limit: None,
    };
    bank.execute_system(&command).await.expect("a token");
    Person { cookie, token }
}

/// Asks the world of this thread, which is made anew from time to time.
pub(super) fn with_world(ask: impl FnOnce(&mut World)) {
    if WORLD.with_borrow(|world| world.as_ref().is_some_and(|w| w.requests >= REQUESTS_MAX)) {
        end();
    }
    WORLD.with_borrow_mut(|world| {
        let world = world.get_or_insert_with(World::new);
        world.requests += 1;
        // what is limited by time is allowed again
        world.bank.clock.advance_seconds(1);
        ask(world);
    });
}

/// Asks once; the answer is one that was thought of.
pub(super) fn answered(ask: impl FnOnce(&World) -> Option<Request<Body>>) -> Option<Answer> {
    let mut found = None;
    with_world(|world| {
        let Some(request) = ask(world) else { return };
        let asked = format!("{} {}", request.method(), request.uri());
        let router = world.bank.router.clone();
        let answer = world.ask(&router, request);
        assert!(answer.status.as_u16() < 500, "{asked}: {} {}", answer.status, answer.body);
        found = Some(answer);
    });
    found
}
