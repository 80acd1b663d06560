//! Signing in through the bank's own provider (OpenID Connect: authorization code, PKCE, state and nonce).
//!
//! The provider says who somebody is; whether he works here, and what he may do, is said here. The secrets
//! of a round travel in a sealed ticket, so that only the browser that began it can end it.

mod provider;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use spine::Error;
use spine::org::commands::NoteDismissedSignIn;
use spine::org::queries;
use spine::org::vouched::{LinkProvider, login_of};

pub use provider::{Provider, ProviderError, ProviderSetting};

use super::access::{Access, Routes, form_encode};
use super::app::App;
use super::cx::Cx;
use super::errors::Answer;
use super::form_data::FormData;
use super::second_step;
use super::sign_in::{bare, new_token, open};
use super::ticket::{self, Kind};
use crate::ui::Button;
use provider::{Round, Vouched};

const ROUND: Kind = Kind { name: "oidc", minutes: 10 };

pub(super) fn routes(routes: Routes) -> Routes {
    routes.get("/sign-in/oidc/{key}", Access::Public, start).get(
        "/sign-in/oidc/{key}/back",
        Access::Public,
        back,
    )
}

/// The buttons of the sign-in page. Links, for a form must not lead away from this site.
pub(super) fn buttons(cx: &Cx, next: &str) -> Markup {
    html! {
        @if !cx.app.oidc.is_empty() {
            div.sign-in-ways {
                @for provider in &cx.app.oidc {
                    @let setting = &provider.setting;
                    @let words = cx.l.ta("web-oidc-button", &[("name", setting.name.as_str().into())]);
                    (Button::secondary(words).icon("log-in")
                        .href(format!("/sign-in/oidc/{}?next={}", setting.key, form_encode(next))).render())
                }
            }
        }
    }
}

fn of<'a>(app: &'a App, key: &str) -> Result<&'a Provider, Error> {
    app.oidc.iter().find(|p| p.setting.key == key).ok_or(Error::NotFound)
}

fn asked(cx: &Cx) -> FormData {
    FormData::parse(cx.path.split_once('?').map_or("", |(_, query)| query))
}

async fn start(
    State(app): State<Arc<App>>,
    cx: Cx,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let provider = of(&app, &key)?;
    if is_sent_by_others(&headers) {
        // nobody is signed in because another site wants it: one presses the button oneself
        return Ok(Redirect::to("/sign-in").into_response());
    }
    let chance = || new_token(cx.ctx.entropy.as_ref());
    let next = asked(&cx).text("next");
    let round = Round { key, state: chance(), nonce: chance(), verifier: chance(), next };
    match provider.start(&round).await {
        Ok(there) => Ok(ticket::give(&cx, Redirect::to(&there).into_response(), &ROUND, round)?),
        Err(error) => Ok(failed(&cx, &error)),
    }
}

async fn back(
    State(app): State<Arc<App>>,
    mut cx: Cx,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let provider = of(&app, &key)?;
    let said = asked(&cx);
    let round = ticket::read::<Round>(&app, &headers, &ROUND, cx.now());
    let is_ours = |round: &Round| round.key == key && round.state == said.raw("state");
    let Some(round) = round.filter(is_ours) else {
        cx.alarm("sign-in-round-lost");
        return Ok(told(&cx, StatusCode::BAD_REQUEST, "web-oidc-lost"));
    };
    let mut response = match said.opt("code") {
        None => told(&cx, StatusCode::FORBIDDEN, "web-oidc-denied"),
        Some(code) => match provider.finish(&round, code, cx.now()).await {
            Ok(who) => known(&app, &mut cx, provider, &who, &round.next).await?,
            Err(error) => failed(&cx, &error),
        },
    };
    // a round ends here, well or not
    ticket::take(&app, &mut response, &ROUND);
    Ok(response)
}

/// Whether the browser says that another site has led here.
fn is_sent_by_others(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}

/// Opens a session for whom the provider vouches, if he works here. The provider's own second factor counts
/// when the bank has said how it must have asked; otherwise ours is asked for.
async fn known(app: &App, cx: &mut Cx, provider: &Provider, who: &Vouched, next: &str) -> Answer {
    let issuer = &provider.setting.issuer;
    let linked = login_of(&mut cx.db, issuer, &who.subject).await?;
    let login = linked.as_ref().unwrap_or(&who.login);
    let row = queries::sign_in_row(&mut cx.db, login).await?;
    if let Some(gone) = row.as_ref().filter(|row| !row.active) {
        let (address, device) = (cx.address.clone(), cx.device());
        let noted = NoteDismissedSignIn { user_id: gone.user_id, address, device };
        let system = app.services.system("web");
        app.services.bus.execute(&system, system.command_id(), &noted).await?;
    }
    let row = row.filter(|row| row.active);
    if let (Some(row), None) = (&row, &linked) {
        let (issuer, subject) = (issuer.clone(), who.subject.clone());
        let link = LinkProvider { staff_id: row.user_id, issuer, subject };
        let system = app.services.system("web");
        match app.services.bus.execute(&system, system.command_id(), &link).await {
            Ok(()) => {}
            Err(Error::Refused(_)) => {
                cx.alarm("sign-in-other-account");
                return Ok(told(cx, StatusCode::FORBIDDEN, "web-oidc-other"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    match row {
        None => {
            cx.alarm("sign-in-stranger");
            Ok(told(cx, StatusCode::FORBIDDEN, "web-oidc-stranger"))
        }
        Some(row) if row.has_factor && provider.setting.require_acr.is_none() => {
            second_step::begin(cx, &row, login, next)
        }
        Some(row) => open(app, cx, (row.user_id, false), next).await,
    }
}

fn failed(cx: &Cx, error: &ProviderError) -> Response {
    let operation = cx.ctx.operation_id.to_string();
    tracing::error!(%error, %operation, "sign-in through the provider failed");
    let l = &cx.l;
    let words = html! {
        p { (l.t("web-oidc-failed")) }
        p.quiet { (l.t("web-oidc-operation")) " " code { (operation) } }
    };
    page(cx, StatusCode::BAD_GATEWAY, &words)
}

fn told(cx: &Cx, status: StatusCode, key: &str) -> Response {
    page(cx, status, &html! { p { (cx.l.t(key)) } })
}

fn page(cx: &Cx, status: StatusCode, words: &Markup) -> Response {
    let l = &cx.l;
    let content = html! {
        div.sign-in {
            h1 { (l.t("web-oidc-not")) }
            div.summary.danger role="alert" { div { (words) } }
            (Button::primary(l.t("web-oidc-back")).href("/sign-in").render())
        }
    };
    bare(cx, status, &content)
}
