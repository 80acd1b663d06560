//! The application: services, texts and everything the rooms registered, and the router over them.

use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{from_fn, from_fn_with_state};
use jiff::tz::TimeZone;
use spine::SecretBox;
use spine::Services;
use spine::org::passkey::Party;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use super::access::{RouteInfo, Routes};
use super::breached::Breached;
use super::contact_file::ContactFormat;
use super::gate::Gate;
use super::oidc::Provider;
use super::own::{OwnPages, OwnRecords};
use super::pages::{
    Action, AddedFields, CardPanel, ListColumn, MoreNavOf, Moved, NavItem, Pages, SearchSource,
};
use super::reads::ReadLog;
use super::scanner::Scanner;
use super::{
    alarm, cx, errors, gallery, health, live, me, oidc, passkey, second_step, security, sign_in,
};
use crate::api::{self, Api, Contract, Rate};
use crate::i18n::{Texts, TextsError};

/// The demo bank's sign-in by one click; absent in a real bank.
#[derive(Clone, Debug)]
pub struct DemoMode {
    /// Role key and the login that is opened by its button, in button order.
    pub logins: Vec<(String, String)>,
}

/// What the bank may set against misuse, beside what is built in.
#[derive(Clone, Debug, Default)]
pub struct Guards {
    /// Port of the program that carries cards at the machine of whoever looks at a page; [`READER_PORT`] when nothing is said. Pages
    /// may speak to it, and to nothing else but where they came from.
    pub reader_port: Option<u16>,
    /// Passwords known from thefts, which nobody may choose.
    pub breached: Option<Breached>,
    /// Looks at files that come in.
    pub scanner: Option<Scanner>,
}

/// One running application.
pub struct App {
    /// Reads, writes, organisation, live bell.
    pub services: Services,
    /// All texts.
    pub texts: Arc<Texts>,
    /// Demo mode.
    pub demo: Option<DemoMode>,
    /// Zone of a person without a branch.
    pub zone: TimeZone,
    /// The bank's own currency: what sums over accounts are shown in.
    pub currency: kernel::Currency,
    /// Cookies only over TLS.
    pub secure_cookies: bool,
    /// Reverse proxies whose word on the asking address is believed.
    pub proxies: Vec<std::net::IpAddr>,
    /// Seals what only this bank may read.
    pub secret_box: SecretBox,
    /// Providers one may sign in through, in button order.
    pub oidc: Vec<Provider>,
    /// What the bank sets against misuse.
    pub guards: Guards,
    /// To whom people prove themselves with passkeys; nobody has any where there is none.
    pub party: Option<Party>,
    /// How often passwords may be tried.
    pub gate: Gate,
    /// Work that takes much memory: so much at once, the rest waits.
    pub heavy: tokio::sync::Semaphore,
    /// How many live streams everybody has open.
    pub(super) streams: live::Streams,
    /// Told when the program stops, so that live streams end.
    pub stopping: tokio::sync::watch::Receiver<bool>,
    /// Navigation of all rooms.
    pub nav: Vec<NavItem>,
    /// Panels of the client card, in order.
    pub panels: Vec<Arc<dyn CardPanel>>,
    /// Columns other rooms add to the client list.
    pub columns: Vec<ListColumn>,
    /// Sources of the one search box.
    pub search: Vec<Arc<dyn SearchSource>>,
    /// What "new…" and the palette offer.
    pub actions: Vec<Action>,
    /// How contact cards are written; none when no room can.
    pub contact_format: Option<ContactFormat>,
    /// Says who a client is today.
    pub(super) moved: Option<Moved>,
    /// Tells which fields the bank has added.
    pub(super) added_fields: Option<AddedFields>,
    /// The fields of the bank's own, from the room that owns their definitions.
    pub(super) own_fields: Option<&'static dyn OwnPages>,
    /// The objects of all rooms that may have such fields.
    pub own_records: Vec<OwnRecords>,
    /// Entries of the menu that are data.
    pub(super) more_nav: Option<MoreNavOf>,
    /// Writes readings of secret cards down.
    pub(super) read_log: Option<ReadLog>,
    /// All routes with their access rule.
    pub routes: Vec<RouteInfo>,
    /// All operations of the API.
    pub api: Option<Arc<Contract>>,
    /// How often API tokens may ask.
    pub(crate) api_rate: Rate,
}

/// What [`build_router`] needs besides the rooms.
pub struct Setting {
    /// Reads, writes, organisation, live bell.
    pub services: Services,
    /// Demo mode.
    pub demo: Option<DemoMode>,
    /// Zone of a person without a branch.
    pub zone: TimeZone,
    /// The bank's own currency.
    pub currency: kernel::Currency,
    /// Cookies only over TLS.
    pub secure_cookies: bool,
    /// Reverse proxies on other machines whose word on the asking address is believed.
    pub proxies: Vec<std::net::IpAddr>,
    /// Seals what only this bank may read: secrets of second factors, steps of a sign-in.
    pub secret_box: SecretBox,
    /// Providers one may sign in through, in button order.
    pub oidc: Vec<Provider>,
    /// What the bank sets against misuse.
    pub guards: Guards,
    /// To whom people prove themselves with passkeys; nobody has any where there is none.
    pub party: Option<Party>,
    /// Turns true when the program stops.
    pub stopping: tokio::sync::watch::Receiver<bool>,
}

/// Puts the rooms' pages together.
///
/// # Errors
/// Texts that do not parse or stand twice.
pub fn build_router(setting: Setting, rooms: Vec<Pages>) -> Result<(Router, Arc<App>), TextsError> {
    let mut sources = crate::i18n::SOURCES.to_vec();
    let mut routes = gallery::routes(live::routes(me::routes(sign_in::routes(Routes::default()))));
    routes = health::routes(security::routes(second_step::routes(passkey::routes(oidc::routes(
        routes,
    )))));
    let mut app = App {
        services: setting.services,
        texts: Arc::new(Texts::new(&[])?),
        demo: setting.demo,
        zone: setting.zone,
        currency: setting.currency,
        secure_cookies: setting.secure_cookies,
        proxies: setting.proxies,
        secret_box: setting.secret_box,
        oidc: setting.oidc,
        guards: setting.guards,
        party: setting.party,
        gate: Gate::default(),
        heavy: tokio::sync::Semaphore::new(kernel::limits::SPREADSHEETS_AT_ONCE),
        streams: live::Streams::default(),
        stopping: setting.stopping,
        nav: Vec::new(),
        panels: Vec::new(),
        columns: Vec::new(),
        search: Vec::new(),
        actions: Vec::new(),
        contact_format: None,
        moved: None,
        added_fields: None,
        own_fields: None,
        own_records: Vec::new(),
        more_nav: None,
        read_log: None,
        routes: Vec::new(),
        api: None,
        api_rate: Rate::default(),
    };
    let mut operations = Api::default();
    for room in rooms {
        sources.extend_from_slice(room.texts);
        app.take_own(&room);
        routes = (room.routes)(routes);
        operations = (room.api)(operations);
        app.nav.extend_from_slice(room.nav);
        app.panels.extend(room.panels);
        app.columns.extend_from_slice(room.columns);
        app.search.extend(room.search);
        app.contact_format = app.contact_format.or(room.contact_format);
        app.moved = app.moved.or(room.moved);
        app.added_fields = app.added_fields.or(room.added_fields);
        app.more_nav = app.more_nav.or(room.more_nav);
        app.read_log = app.read_log.or(room.read_log);
        app.actions.extend_from_slice(room.actions);
    }
    app.nav.sort_by_key(|n| n.order);
    app.panels.sort_by_key(|p| p.order());
    let (routes, contract) = api::routes(routes, operations);
    app.api = Some(contract);
    app.routes = routes.list.clone();
    app.routes.sort();
    app.texts = Arc::new(Texts::new(&sources)?);
    let app = Arc::new(app);
    let router = layered(routes.router, &app);
    Ok((router.with_state(Arc::clone(&app)), app))
}

/// The routes behind what every request goes through, the last line first.
fn layered(routes: Router<Arc<App>>, app: &Arc<App>) -> Router<Arc<App>> {
    let router = routes
        .fallback(errors::no_such_page)
        .layer(from_fn_with_state(Arc::clone(app), cx::with_context))
        .merge(crate::assets::routes())
        .layer(CsrfLayer::new())
        .layer(from_fn(alarm::foreign_forms))
        .layer(axum::extract::DefaultBodyLimit::max(kernel::limits::FORM_BYTES_MAX))
        .layer(CatchPanicLayer::new())
        // pages are made for one reader each: time counts for more than the last few per cent of size
        .layer(from_fn(health::measured))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest));
    security_headers(router, app)
}

/// The port of the program that carries cards, where nothing else is said.
pub const READER_PORT: u16 = 7431;

/// What a page may load and speak to.
fn policy(app: &App) -> HeaderValue {
    let policy = format!(
        "default-src 'none'; object-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self' {}; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        app.reader()
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

impl App {
    /// The address of the program that carries cards at the machine of whoever looks at a page.
    pub fn reader(&self) -> String {
        format!("http://127.0.0.1:{}", self.guards.reader_port.unwrap_or(READER_PORT))
    }
    /// What a room has to do with fields of the bank's own.
    fn take_own(&mut self, room: &Pages) {
        self.own_fields = self.own_fields.or(room.own_fields);
        self.own_records.extend_from_slice(room.own_records);
    }
}

fn security_headers(router: Router<Arc<App>>, app: &App) -> Router<Arc<App>> {
    const HEADERS: [(&str, &str); 7] = [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
        // a page is for who asked, now: neither a proxy nor a browser on a shared machine keeps it
        ("cache-control", "no-store"),
    ];
    // told by who is only reached over TLS; browsers do not listen to it otherwise
    const TLS_ONLY: (&str, &str) =
        ("strict-transport-security", "max-age=63072000; includeSubDomains");
    let all = HEADERS.iter().chain(app.secure_cookies.then_some(&TLS_ONLY));
    let policy = SetResponseHeaderLayer::if_not_present(CONTENT_SECURITY_POLICY, policy(app));
    all.fold(router.layer(policy), |router, (name, value)| {
        router.layer(SetResponseHeaderLayer::if_not_present(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        ))
    })
}
