//! Signing in and out: by password, and in demo mode by one click as any role.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Entropy, Refusal, Refusals, Secret, Timestamp, UserId};
use maud::{Markup, html};
use sha2::{Digest, Sha256};
use spine::Error;
use spine::org::commands::{EndSession, NoteSignInFailure, OpenSession};
use spine::org::queries;
use spine::org::queries::SignInRow;

use super::access::{Access, Routes};
use super::address::inside;
use super::app::App;
use super::cookies;
use super::cx::{Cx, SID};
use super::errors::Answer;
use super::form_data::FormData;
use super::gate::is_shut;
use super::{oidc, passkey, second_step};
use crate::ui::{Button, Field, Form, Input};

/// A hash no password fits, checked when the login is unknown, so that both cases take the same time.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$dGVzc2VyYS1ub2JvZHk$\
     ZGVjb3ktaGFzaC1vZi1uby1wYXNzd29yZC1hdC1hbGw";

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .get("/sign-in", Access::Public, page)
        .post("/sign-in", Access::Public, sign_in)
        .post("/sign-out", Access::Needs("app.use"), sign_out)
        .post("/demo/sign-in", Access::Demo, demo_sign_in)
}

/// SHA-256 of a token: what the database keeps.
pub fn hash_token(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A new random token of 256 bits, as hex.
pub fn new_token(entropy: &dyn Entropy) -> String {
    use std::fmt::Write;
    let mut bytes = [0_u8; 32];
    entropy.fill(&mut bytes);
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        // writing to a String cannot fail
        let _ = write!(text, "{byte:02x}");
        text
    })
}

async fn page(cx: Cx) -> Answer {
    let query = cx.path.split_once('?').map_or("", |(_, q)| q);
    let next = FormData::parse(query).text("next");
    Ok(bare(&cx, StatusCode::OK, &form(&cx, "", &next, &Refusals::default())?))
}

pub(super) fn bare(cx: &Cx, status: StatusCode, content: &Markup) -> Response {
    let page = crate::ui::bare_page(&cx.l, &cx.l.t("web-sign-in"), crate::ui::Theme::Auto, content);
    (status, axum::response::Html(page.into_string())).into_response()
}

fn form(cx: &Cx, login: &str, next: &str, refusals: &Refusals) -> Result<Markup, Error> {
    let l = &cx.l;
    let general = cx.refusal_words(refusals.general());
    let fields = html! {
        @if !general.is_empty() { (crate::ui::error_summary(l, &general)) }
        (Field::text("login", l.t("web-login")).value(login).required()
            .attribute("autocomplete", "username").attribute("autocapitalize", "none")
            .error(cx.field_error(refusals, "login")).render(l))
        (Field::new("password", l.t("web-password"), Input::Password).required()
            .attribute("autocomplete", "current-password")
            .error(cx.field_error(refusals, "password")).render(l))
    };
    Ok(html! {
        div.sign-in {
            h1 { (l.t("web-sign-in")) }
            (Form::post("/sign-in").hidden("next", next).submit(l.t("web-sign-in-button"))
                .unguarded().render(l, &fields))
            (passkey::enter_form(cx, next)?)
            (oidc::buttons(cx, next))
            @if let Some(demo) = &cx.app.demo { (demo_buttons(cx, demo, next)) }
        }
    })
}

fn demo_buttons(cx: &Cx, demo: &super::app::DemoMode, next: &str) -> Markup {
    let directory = cx.app.services.directory.get();
    let title = |key: &str| {
        let role = directory.roles.values().find(|r| r.key == key);
        role.map_or(key, |r| r.shown_name(cx.l.lang)).to_owned()
    };
    html! {
        section.demo-roles aria-labelledby="demo-roles" {
            h2 #demo-roles { (cx.l.t("web-demo-title")) }
            p.quiet { (cx.l.t("web-demo-words")) }
            form method="post" action="/demo/sign-in" {
                input type="hidden" name="next" value=(next);
                div.demo-role-grid {
                    @for (role, login) in &demo.logins {
                        (Button::secondary(title(role)).submit().sends("role", role.as_str())
                            .attribute("data-login", login.as_str()).render())
                    }
                }
            }
        }
    }
}

async fn sign_in(State(app): State<Arc<App>>, mut cx: Cx, sent: FormData) -> Answer {
    let login = sent.text("login").to_lowercase();
    let next = sent.text("next");
    let password = Secret::new(sent.raw("password").to_owned());
    let _turn = app.gate.turn(&login).await?;
    let row = queries::sign_in_row(&mut cx.db, &login).await?;
    if let Some(until) = shut_until(&app, &cx, &login, row.as_ref()) {
        return refused(&cx, &login, &next, &locked_refusal(&cx, until).into());
    }
    let stored = row.as_ref().filter(|r| r.active).and_then(|r| r.password_hash.clone());
    let hash = stored.clone().unwrap_or_else(|| NOBODY.to_owned());
    let fits = app.gate.fits(password, hash).await?;
    // tries with other logins went on meanwhile: what comes after the last one allowed is wrong, right or not
    let fits = fits && app.gate.address_shut(&cx.address, cx.now()).is_none();
    match row {
        Some(row) if fits && stored.is_some() && row.has_factor => {
            second_step::begin(&cx, &row, &login, &next)
        }
        Some(row) if fits && stored.is_some() => {
            open(&app, &cx, (row.user_id, row.is_temporary), &next).await
        }
        row => {
            note_failure(&app, &cx, &login, row.map(|r| r.user_id)).await?;
            refused(&cx, &login, &next, &Refusal::new("sign-in-wrong").into())
        }
    }
}

/// How long one has to wait.
pub(super) fn locked_refusal(cx: &Cx, until: Timestamp) -> Refusal {
    let minutes = until.seconds_since(cx.now()) / 60 + 1;
    Refusal::new("sign-in-locked").arg("minutes", minutes)
}

/// Until when this login or this address may not try: the same for a login that nobody has.
pub(super) fn shut_until(
    app: &App,
    cx: &Cx,
    login: &str,
    row: Option<&SignInRow>,
) -> Option<Timestamp> {
    let now = cx.now();
    let of_login = match row {
        Some(row) => row.locked_until.filter(|until| is_shut(*until, now)),
        None => app.gate.stranger_shut(login, now),
    };
    let until = of_login.max(app.gate.address_shut(&cx.address, now));
    if until.is_some() {
        cx.alarm("sign-in-shut");
    }
    until
}

/// Counts a failure. A login that nobody has goes the same way through the database, to no effect, so
/// that neither the answer nor the time it takes tells whether there is such a login.
pub(super) async fn note_failure(
    app: &App,
    cx: &Cx,
    login: &str,
    user: Option<UserId>,
) -> Result<(), Error> {
    cx.alarm("sign-in-failed");
    app.gate.address_failed(&cx.address, cx.now());
    if user.is_none() {
        app.gate.stranger_failed(login, cx.now());
    }
    let user_id = user.unwrap_or_else(|| UserId::from_uuid(uuid::Uuid::nil()));
    let failed = NoteSignInFailure { user_id, address: cx.address.clone() };
    let system = app.services.system("web");
    match app.services.bus.execute(&system, system.command_id(), &failed).await {
        Err(Error::NotFound) if user.is_none() => Ok(()),
        other => other.map(|_| ()),
    }
}

/// The sign-in page again, with what was wrong.
pub(super) fn refused(cx: &Cx, login: &str, next: &str, refusals: &Refusals) -> Answer {
    Ok(bare(cx, StatusCode::UNPROCESSABLE_ENTITY, &form(cx, login, next, refusals)?))
}

async fn demo_sign_in(State(app): State<Arc<App>>, mut cx: Cx, sent: FormData) -> Answer {
    let role = sent.text("role");
    let logins = app.demo.as_ref().map(|d| d.logins.as_slice()).unwrap_or_default();
    let login = logins.iter().find(|(key, _)| *key == role).map(|(_, login)| login.as_str());
    let login = login.ok_or_else(|| Error::refused_field("role-unknown", "role"))?;
    let row = queries::sign_in_row(&mut cx.db, login).await?.ok_or(Error::NotFound)?;
    open(&app, &cx, (row.user_id, false), &sent.text("next")).await
}

/// Opens a session with a token of its own, whatever cookie the browser came with.
pub(super) async fn open(
    app: &App,
    cx: &Cx,
    (user_id, must_change_password): (UserId, bool),
    next: &str,
) -> Answer {
    let token = new_token(cx.ctx.entropy.as_ref());
    let command = OpenSession {
        user_id,
        token_hash: hash_token(&token),
        address: cx.address.clone(),
        agent: cx.agent.clone(),
        device: cx.device(),
        must_change_password,
    };
    let system = app.services.system("web");
    if let Some(session) = &cx.session {
        // who signs in over an open session leaves it
        let ended = EndSession { session_id: session.id };
        app.services.bus.execute(&system, system.command_id(), &ended).await?;
    }
    app.services.bus.execute(&system, system.command_id(), &command).await?;
    let mut response = Redirect::to(inside(next)).into_response();
    cookies::put(app, &mut response, (SID, &token), None);
    Ok(response)
}

async fn sign_out(State(app): State<Arc<App>>, cx: Cx) -> Answer {
    if let Some(session) = &cx.session {
        cx.execute(cx.ctx.command_id(), &EndSession { session_id: session.id }).await?;
    }
    let mut response = Redirect::to("/sign-in").into_response();
    cookies::take(&app, &mut response, SID);
    // what this browser keeps of the bank goes with the session, also where no script of ours runs
    let all = HeaderValue::from_static("\"storage\"");
    response.headers_mut().insert("clear-site-data", all);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use spine::org::check_password;

    use super::*;

    #[test]
    fn nobodys_hash_costs_what_a_real_one_costs() {
        let real = spine::org::hash_password(&Secret::new("correct horse".to_owned())).unwrap();
        let cost = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(cost(NOBODY), cost(&real), "the same algorithm with the same parameters");
        let lengths = |hash: &str| hash.split('$').skip(5).map(str::len).collect::<Vec<_>>();
        assert_eq!(lengths(NOBODY), lengths(&real), "a digest that can be compared");
        assert!(!check_password(&Secret::new(String::new()), NOBODY));
    }
}
