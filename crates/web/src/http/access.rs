//! Routes carry their access rule. There is no way to add one without.

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, delete, get, patch, post, put};
use spine::Error;

use super::app::App;
use super::cx::Cx;
use super::errors::Failure;
use crate::api::{is_api, unknown_caller};

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody: sign-in, assets, health.
    Public,
    /// Anybody, in demo mode only.
    Demo,
    /// Holders of a permission; which rows they see is the query's matter.
    Needs(&'static str),
}

/// A route, for lists and the golden file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteInfo {
    /// Path pattern.
    pub path: &'static str,
    /// `GET`, `POST`, and for the API `PUT`, `PATCH` and `DELETE`.
    pub method: &'static str,
    /// Permission, `public` or `demo`.
    pub access: &'static str,
}

/// Collects routes.
#[derive(Default)]
pub struct Routes {
    pub(super) router: Router<Arc<App>>,
    pub(super) list: Vec<RouteInfo>,
}

impl Routes {
    /// A page or fragment.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.add(path, "GET", access, get(handler))
    }
    /// A page or fragment that only reads and may show the bank as it was a moment ago: it may be answered
    /// from a replica, though never without what the person himself has just done.
    #[must_use]
    pub fn get_lagging<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.add_as(path, "GET", access, (true, get(handler)))
    }
    /// A form's target.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.add(path, "POST", access, post(handler))
    }
    /// A form's target that takes files up to [`kernel::limits::UPLOAD_BYTES_MAX`].
    #[must_use]
    pub fn post_files<H, T>(self, path: &'static str, access: Access, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        self.post_up_to(path, access, kernel::limits::UPLOAD_BYTES_MAX, handler)
    }
    /// A target that takes so many bytes.
    #[must_use]
    pub fn post_up_to<H, T>(
        self,
        path: &'static str,
        access: Access,
        most: usize,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        let limit = axum::extract::DefaultBodyLimit::max(most);
        self.add(path, "POST", access, post(handler).layer(limit))
    }
    /// An operation of the API, under the permission its entry names.
    pub(crate) fn api<H, T>(self, route: RouteInfo, handler: H) -> Self
    where
        H: Handler<T, Arc<App>>,
        T: 'static,
    {
        let handler = match route.method {
            "POST" => post(handler),
            "PUT" => put(handler),
            "PATCH" => patch(handler),
            "DELETE" => delete(handler),
            _ => get(handler),
        };
        // a caller that tells what it has seen tolerates lag, see `Seen`
        let lags = route.method == "GET";
        let access = Access::Needs(route.access);
        self.add_as(route.path, route.method, access, (lags, handler))
    }
    /// All routes so far.
    pub fn list(&self) -> &[RouteInfo] {
        &self.list
    }

    fn add(
        self,
        path: &'static str,
        method: &'static str,
        access: Access,
        handler: MethodRouter<Arc<App>>,
    ) -> Self {
        self.add_as(path, method, access, (false, handler))
    }

    fn add_as(
        mut self,
        path: &'static str,
        method: &'static str,
        access: Access,
        (lags, handler): (bool, MethodRouter<Arc<App>>),
    ) -> Self {
        let word = match access {
            Access::Public => "public",
            Access::Demo => "demo",
            Access::Needs(permission) => permission,
        };
        self.list.push(RouteInfo { path, method, access: word });
        let guarded =
            handler.layer(from_fn(move |request, next| guard(access, lags, request, next)));
        self.router = self.router.route(path, guarded);
        self
    }
}

async fn guard(access: Access, lags: bool, mut request: Request, next: Next) -> Response {
    let Some(cx) = request.extensions().get::<Cx>() else {
        return Failure::from(Error::failure("request without context")).into_response();
    };
    match access {
        Access::Public => {}
        Access::Demo if cx.app.demo.is_some() => {}
        Access::Demo => return Failure::from(Error::NotFound).into_response(),
        // the API knows tokens only: what a browser sends by itself is no proof of a wish
        Access::Needs(_) if is_api(request.uri().path()) && !cx.has_token => {
            return unknown_caller(cx);
        }
        Access::Needs(_) if cx.ctx.principal.user_id.is_none() && !cx.has_token => {
            return unknown_person(cx, &request);
        }
        Access::Needs(_)
            if cx.must_change_password() && !WITH_A_DUTY.contains(&request.uri().path()) =>
        {
            return to_duty(cx, DUTY);
        }
        Access::Needs(_) if cx.must_enrol() && !WITHOUT_FACTOR.contains(&request.uri().path()) => {
            return to_duty(cx, ENROL);
        }
        Access::Needs(_) if cx.is_after_hours() && !is_for_the_line(request.uri().path()) => {
            return after_hours(cx, request.method());
        }
        Access::Needs(permission) => {
            if let Err(error) = cx.ctx.principal.require(permission) {
                return Failure::from(error).into_response();
            }
        }
    }
    if lags {
        let db = cx.seen.reader(&cx.db).await;
        let cx = Cx { db, ..cx.clone() };
        request.extensions_mut().insert(cx);
    }
    next.run(request).await
}

/// The page on which one changes one's password, and the way out: all that is open before it is changed.
const WITH_A_DUTY: [&str; 2] = [DUTY, "/sign-out"];
const DUTY: &str = "/me/password";
/// The page on which one sets up a second factor: all that is open, beside the way out and a password that
/// must be changed, to somebody who must have one and has none.
pub(super) const ENROL: &str = "/me/security/totp";
/// The page on which one adds a passkey, which is a second factor too.
pub(super) const ENROL_PASSKEY: &str = "/me/security/passkey";
const WITHOUT_FACTOR: [&str; 4] = [ENROL, ENROL_PASSKEY, DUTY, "/sign-out"];

/// What is open at a node whose hours are over: how the line is, files to carry, how the person signs in, and the way out.
/// Notices are not: they name clients.
fn is_for_the_line(path: &str) -> bool {
    const OWN: [&str; 3] = ["/me/password", "/me/security", "/me/sessions"];
    let is_own = |own: &&str| {
        path.strip_prefix(*own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    matches!(path, LINE | "/pending/file" | "/pending/file/in" | "/live" | "/sign-out")
        || OWN.iter().any(is_own)
}
/// Why nothing is done after the hours of a node.
pub(super) const AFTER_HOURS: &str = "branch-lease-over";
/// The page on which one sees how the line is.
const LINE: &str = "/pending";

fn after_hours(cx: &Cx, method: &Method) -> Response {
    if method == Method::GET && !cx.has_token {
        // what is on the screen goes, too
        return to_duty(cx, LINE);
    }
    Failure::from(Error::refused(AFTER_HOURS)).into_response()
}

fn to_duty(cx: &Cx, page: &'static str) -> Response {
    if cx.is_fragment {
        let mut response = axum::http::StatusCode::FORBIDDEN.into_response();
        let place = axum::http::HeaderValue::from_static(page);
        response.headers_mut().insert("hx-redirect", place);
        return response;
    }
    Redirect::to(page).into_response()
}

fn unknown_person(cx: &Cx, request: &Request) -> Response {
    if cx.is_fragment {
        return axum::http::StatusCode::UNAUTHORIZED.into_response();
    }
    let next = request.uri().path_and_query().map_or("/", |p| p.as_str());
    let encoded: String = form_encode(next);
    Redirect::to(&format!("/sign-in?next={encoded}")).into_response()
}

/// Percent-encodes a query value.
pub(super) fn form_encode(text: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            // writing to a String cannot fail
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}
