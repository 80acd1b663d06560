//! The context of a request: who asks, in which language, and what he may do.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderValue;
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONNECTION, HeaderMap};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kernel::{CommandId, Lang, Secret, Timestamp};
use spine::Reader;
use spine::org::queries::{self, SessionRow, TokenRow};
use spine::{Command, Ctx, Error, Principal};

use super::address;
use super::app::App;
use super::cookies;
use super::errors::{self, Failure};
use super::line::{self, Line};
use super::moved;
use super::pages::{AddedField, MoreNav, SearchHit};
use super::reads::{self, Reads};
use super::resend;
use super::seen::{self, Seen};
use super::sign_in::hash_token;
use crate::api::is_api;
use crate::i18n::L;

/// Everything a page handler works with.
#[derive(Clone)]
pub struct Cx {
    /// The application.
    pub app: Arc<App>,
    /// Who, when, by which channel.
    pub ctx: Ctx,
    /// Texts and formats in the person's language and zone.
    pub l: L,
    /// Reads.
    pub db: Reader,
    /// The session, when a browser asks.
    pub session: Option<SessionRow>,
    /// An API token asks.
    pub has_token: bool,
    /// A script of ours asks for a part of a page (it says so in `X-Requested-With`).
    pub is_fragment: bool,
    /// How far a replica must be for him to read from it.
    pub seen: Seen,
    /// Path and query as asked.
    pub path: String,
    /// Notice to show once, its text key.
    pub flash: Option<String>,
    /// The navigation is folded to icons.
    pub nav_folded: bool,
    /// Entries of the menu that are data; only where a whole page may be drawn.
    pub more_nav: Arc<[MoreNav]>,
    /// How the line to the centre is; only at a branch, where a whole page may be drawn.
    pub(super) line: Option<Line>,
    /// Browser, for the session list.
    pub agent: String,
    /// Network address, for the session list and the gate; empty when it is not known.
    pub address: String,
    /// What of secret cards the answer shows so far.
    pub readings: Reads,
}

impl Cx {
    /// Executes a command in this request, under the id its form was made with.
    ///
    /// # Errors
    /// As [`spine::Bus::execute`].
    pub async fn execute<C: Command>(
        &self,
        id: CommandId,
        command: &C,
    ) -> Result<C::Output, Error> {
        let answer = self.app.services.execute(&self.ctx, id, command).await;
        self.db.forget();
        answer
    }
    /// What all rooms find, each the best first.
    ///
    /// # Errors
    /// The database's.
    pub async fn find(&self, query: &str, limit: usize) -> Result<Vec<SearchHit>, Error> {
        let mut hits = Vec::new();
        for source in &self.app.search {
            hits.extend(source.find(self, query, limit).await?);
        }
        Ok(hits)
    }
    /// The fields the bank has added for itself.
    ///
    /// # Errors
    /// The database's.
    pub async fn added_fields(&self) -> Result<Vec<AddedField>, Error> {
        match self.app.added_fields {
            Some(fields) => fields(self).await,
            None => Ok(Vec::new()),
        }
    }
    /// Whether a new password may be used by somebody of these names (sign-in name, name in both scripts): by the
    /// rules, and by the bank's list of those known from thefts.
    ///
    /// # Errors
    /// The refusal; when the list cannot be read.
    pub async fn check_new_password(
        &self,
        password: &Secret<String>,
        names: [&str; 3],
    ) -> Result<(), Error> {
        spine::org::edit::check_new_password(password, &names)?;
        let Some(list) = self.app.guards.breached.clone() else { return Ok(()) };
        let password = password.clone();
        let found = tokio::task::spawn_blocking(move || list.holds(&password)).await;
        if found.map_err(Error::failure)?.map_err(Error::failure)? {
            return Err(Error::refused_field("password-breached", "password"));
        }
        Ok(())
    }
    /// The session was opened with a password somebody else has set: it must be changed first.
    pub fn must_change_password(&self) -> bool {
        self.session.as_ref().is_some_and(|s| s.must_change_password)
    }
    /// The hours of this node are over: only how the line is may be looked at.
    pub fn is_after_hours(&self) -> bool {
        self.app.services.bus.is_after_hours(self.ctx.now)
    }
    /// A role of the person requires a second factor, and he has none yet: he must set one up first.
    pub fn must_enrol(&self) -> bool {
        let user = self.session.as_ref().map(|s| s.user_id);
        user.is_some_and(|user| self.app.services.directory.get().must_enrol(user))
    }
    /// What kind of browser asks, without versions; empty when it says nothing.
    pub fn device(&self) -> String {
        crate::format::device(&self.agent)
    }
    /// Who asks.
    pub fn principal(&self) -> &Principal {
        &self.ctx.principal
    }
    /// The instant of the request.
    pub fn now(&self) -> Timestamp {
        self.ctx.now
    }
    /// A new id for a form that will be sent later.
    pub fn form_id(&self) -> String {
        self.ctx.command_id().to_string()
    }
}

impl FromRequestParts<Arc<App>> for Cx {
    type Rejection = Failure;
    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Failure> {
        parts
            .extensions
            .get::<Cx>()
            .cloned()
            .ok_or_else(|| Failure::from(Error::failure("request without context")))
    }
}

/// Finds out who asks, runs the request, and turns its failure, if any, into a page in his language.
pub(super) async fn with_context(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned();
    let only_reads = request.method().is_safe();
    let address = address::of(&request, &app.proxies);
    let asked = path.clone();
    let headers = request.headers().clone();
    let (mut request, sent, broken) = match resend::keep(request).await {
        Ok((request, sent)) => (request, sent, None),
        Err(error) => (Request::default(), None, Some(Failure(error))),
    };
    let cx = match make(app, headers, (path, address)).await {
        // a page that writes must see what it wrote
        Ok(cx) if only_reads => Cx { db: cx.db.remembering(), ..cx },
        Ok(cx) => cx,
        Err(error) => {
            tracing::error!(%error, "the request's context could not be made");
            return errors::bare_failure(&asked, sent.as_ref());
        }
    };
    let operation = cx.ctx.operation_id;
    tracing::Span::current().record("tessera.operation_id", tracing::field::display(operation));
    let cx = match with_menu(cx).await {
        Ok(cx) => cx,
        Err(error) => {
            tracing::error!(%error, "the menu could not be made");
            return errors::bare_failure(&asked, sent.as_ref());
        }
    };
    request.extensions_mut().insert(cx.clone());
    let mut response = match broken {
        Some(failure) => failure.into_response(),
        None => next.run(request).await,
    };
    if response.status().is_success()
        && let Err(error) = reads::written(&cx).await
    {
        response = Failure::from(error).into_response();
    }
    if let Some(there) = moved::elsewhere(&cx, only_reads, sent.as_ref(), response.status()).await {
        return there;
    }
    let mut response = errors::render(&cx, only_reads, sent.as_ref(), response).into_response();
    seen::tell(&cx, &mut response);
    if *cx.app.stopping.borrow() {
        // on to another node
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// With the entries of the menu that are data, and the line to the centre.
async fn with_menu(mut cx: Cx) -> Result<Cx, Error> {
    if cx.session.is_some() && !cx.is_fragment {
        cx.line = line::of(&cx).await?;
    }
    match cx.app.more_nav.filter(|_| cx.session.is_some() && !cx.is_fragment) {
        Some(more) => {
            let more_nav = more(&cx).await?.into();
            Ok(Cx { more_nav, ..cx })
        }
        None => Ok(cx),
    }
}

async fn make(
    app: Arc<App>,
    headers: HeaderMap,
    (path, address): (String, String),
) -> Result<Cx, Error> {
    let headers = &headers;
    let mut db = app.services.reader.clone();
    let now = app.services.clock.now();
    let mut session = None;
    let mut principal = None;
    let mut has_token = false;
    let (token, sid) = (bearer(headers), cookies::get(&app, headers, SID));
    if token.or(sid).is_some() {
        // who has lost a right on another node has lost it here
        app.services.look_if_old().await?;
    }
    if let Some(token) = token {
        if let Some(row) = queries::live_token(&mut db, &hash_token(token), now).await? {
            principal =
                app.services.directory.role_principal(row.role_id, row.user_id, row.limit.as_ref());
            has_token = principal.is_some();
            touch_token(&app, &row, &address, now).await;
        }
    } else if let Some(token) = sid {
        session = queries::live_session(&mut db, &hash_token(token), now).await?;
        principal = session.as_ref().and_then(|s| app.services.directory.principal(s.user_id));
    }
    if principal.is_none() {
        session = None;
    }
    let lang = match (&principal, cookies::get(&app, headers, "lang").and_then(Lang::from_code)) {
        (Some(p), _) if session.is_some() => p.lang,
        (_, Some(lang)) => lang,
        _ => accepted(headers),
    };
    let principal = principal.unwrap_or_else(|| Arc::new(Principal::nobody()));
    let zone = zone_of(&app, &principal);
    let channel = if has_token { "api" } else { "web" };
    let ctx = app.services.ctx(principal, channel);
    // what a page fetches by itself while nobody looks at it is no activity
    if !seen::is_by_itself(headers) {
        touch(&app, session.as_ref(), now).await;
    }
    Ok(Cx {
        l: L::new(lang, Arc::clone(&app.texts), zone, ctx.now),
        db,
        session,
        has_token,
        is_fragment: headers.contains_key("x-requested-with"),
        seen: Seen::of(&app, headers, is_api(path.split('?').next().unwrap_or_default())),
        path,
        flash: cookies::get(&app, headers, "flash").map(str::to_owned),
        nav_folded: cookies::get(&app, headers, "nav").is_some_and(|v| v == "folded"),
        more_nav: Arc::from([]),
        line: None,
        agent: text_header(headers, "user-agent"),
        address,
        readings: Reads::default(),
        ctx,
        app,
    })
}

fn zone_of(app: &App, principal: &Principal) -> jiff::tz::TimeZone {
    let directory = app.services.directory.get();
    principal
        .branch_id
        .and_then(|b| directory.branches.get(&b))
        .and_then(|b| jiff::tz::TimeZone::get(&b.zone).ok())
        .unwrap_or_else(|| app.zone.clone())
}

/// How often it is noted that a session or a token is in use.
const EVERY_SECONDS: i64 = 600;
/// How long a request waits for that note at most.
const TOUCH_MAX: std::time::Duration = std::time::Duration::from_secs(1);

/// Notes at most once in ten minutes that the token is in use; at once when this node has not seen it used
/// from that address.
async fn touch_token(app: &App, token: &TokenRow, address: &str, now: Timestamp) {
    let is_young = token.used_at.is_some_and(|at| now.seconds_since(at) <= EVERY_SECONDS);
    if is_young && !app.gate.is_new_pair(token.id, address) {
        return;
    }
    let ctx = app.services.system("web");
    let command =
        spine::org::commands::TouchToken { token_id: token.id, address: address.to_owned() };
    let touch = app.services.bus.execute(&ctx, ctx.command_id(), &command);
    note_use(app, Box::pin(touch)).await;
}

/// Writes down that a session or a token is in use. Nobody waits long for it: reading goes on while writing is
/// slow or impossible, and after a failure it is not tried for a while.
async fn note_use(app: &App, touch: impl Future<Output = Result<(), Error>>) {
    if !app.gate.may_touch() {
        return;
    }
    let problem = match tokio::time::timeout(TOUCH_MAX, touch).await {
        Ok(Ok(())) => return,
        Ok(Err(error)) => error.to_string(),
        Err(_) => "not in time".to_owned(),
    };
    app.gate.touch_failed();
    tracing::warn!(problem, "that a session or a token is in use could not be noted");
}

/// Notes at most once in ten minutes that the session is in use.
async fn touch(app: &App, session: Option<&SessionRow>, now: Timestamp) {
    let Some(session) = session.filter(|s| now.seconds_since(s.seen_at) > EVERY_SECONDS) else {
        return;
    };
    let ctx = app.services.system("web");
    let command = spine::org::commands::TouchSession { session_id: session.id };
    let touch = app.services.bus.execute(&ctx, ctx.command_id(), &command);
    note_use(app, Box::pin(touch)).await;
}

/// The cookie of a session.
pub(super) const SID: &str = "sid";

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")
}

fn text_header(headers: &HeaderMap, name: &str) -> String {
    let value = headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or("");
    value.chars().take(200).collect()
}

fn accepted(headers: &HeaderMap) -> Lang {
    let value = headers.get(ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or("ru");
    value
        .split(',')
        .filter_map(|part| part.trim().get(..2))
        .find_map(Lang::from_code)
        .unwrap_or_default()
}
