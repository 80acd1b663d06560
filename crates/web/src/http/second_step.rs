//! The second step of a sign-in: a code by the clock or a recovery code, after the password.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Refusal, Refusals};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use spine::Error;
use spine::org::factor::{self, PassTotp, TotpSecret, UseRecoveryCode};
use spine::org::queries::{self, SignInRow};

use super::access::{Access, Routes};
use super::app::App;
use super::cx::Cx;
use super::errors::Answer;
use super::form_data::FormData;
use super::sign_in::{bare, locked_refusal, note_failure, open, shut_until};
use super::ticket::{self, Kind};
use crate::ui::{Field, Form, Input, error_summary};

const PATH: &str = "/sign-in/code";
const HALF: Kind = Kind { name: "half", minutes: 5 };

/// Half a sign-in: whose password was right. It dies with that password.
#[derive(Serialize, Deserialize)]
struct Half {
    login: String,
    proof: Vec<u8>,
    next: String,
}

pub(super) fn routes(routes: Routes) -> Routes {
    routes.get(PATH, Access::Public, page).post(PATH, Access::Public, check)
}

/// Of a password hash, so much as tells another one.
fn proof_of(hash: Option<&str>) -> Vec<u8> {
    Sha256::digest(hash.unwrap_or_default().as_bytes()).to_vec()
}

/// Sends somebody whose password was right on to the second step.
pub(super) fn begin(cx: &Cx, row: &SignInRow, login: &str, next: &str) -> Answer {
    let half = Half {
        login: login.to_owned(),
        proof: proof_of(row.password_hash.as_deref()),
        next: next.to_owned(),
    };
    Ok(ticket::give(cx, Redirect::to(PATH).into_response(), &HALF, half)?)
}

async fn page(cx: Cx, headers: HeaderMap) -> Response {
    match ticket::read::<Half>(&cx.app, &headers, &HALF, cx.now()) {
        Some(_) => bare(&cx, StatusCode::OK, &form(&cx, &Refusals::default())),
        None => Redirect::to("/sign-in").into_response(),
    }
}

async fn check(
    State(app): State<Arc<App>>,
    mut cx: Cx,
    headers: HeaderMap,
    sent: FormData,
) -> Answer {
    let start = || Ok(Redirect::to("/sign-in").into_response());
    let Some(half) = ticket::read::<Half>(&app, &headers, &HALF, cx.now()) else {
        return start();
    };
    let _turn = app.gate.turn(&half.login).await?;
    let row = queries::sign_in_row(&mut cx.db, &half.login).await?;
    let is_same = |r: &SignInRow| r.active && proof_of(r.password_hash.as_deref()) == half.proof;
    let Some(row) = row.filter(|r| is_same(r) && r.has_factor) else {
        return start();
    };
    if let Some(until) = shut_until(&app, &cx, &half.login, Some(&row)) {
        cx.alarm("sign-in-shut");
        return Ok(refused(&cx, locked_refusal(&cx, until)));
    }
    match spend(&app, &mut cx, &row, sent.raw("code")).await {
        Ok(()) => {
            let mut done = open(&app, &cx, (row.user_id, row.is_temporary), &half.next).await?;
            ticket::take(&app, &mut done, &HALF);
            Ok(done)
        }
        Err(Error::Refused(_)) => {
            note_failure(&app, &cx, &half.login, Some(row.user_id)).await?;
            Ok(refused(&cx, Refusal::field("code-wrong", "code")))
        }
        Err(other) => Err(other.into()),
    }
}

/// Spends what was typed: a code of the clock, or a recovery code, which cannot be taken for one.
async fn spend(app: &App, cx: &mut Cx, row: &SignInRow, typed: &str) -> Result<(), Error> {
    let wrong = || Error::refused("code-wrong");
    let (user_id, system) = (row.user_id, app.services.system("web"));
    if let Some(code) = factor::normal_recovery_code(typed) {
        let code_hash = factor::recovery_code_hash(user_id, &code);
        let (address, device) = (cx.address.clone(), cx.device());
        let command = UseRecoveryCode { user_id, code_hash, address, device };
        return app.services.bus.execute(&system, system.command_id(), &command).await.map(|_| ());
    }
    let stored = factor::second_factor(&mut cx.db, user_id).await?.ok_or_else(wrong)?;
    let opened = app.secret_box.open(&stored.sealed, &factor::purpose(user_id));
    let secret = TotpSecret::from_bytes(opened.map_err(Error::failure)?);
    let step = secret.step_of(typed, cx.now()).ok_or_else(wrong)?;
    let command = PassTotp { user_id, step };
    app.services.bus.execute(&system, system.command_id(), &command).await
}

fn refused(cx: &Cx, refusal: Refusal) -> Response {
    bare(cx, StatusCode::UNPROCESSABLE_ENTITY, &form(cx, &refusal.into()))
}

fn form(cx: &Cx, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let fields = html! {
        (error_summary(l, &cx.refusal_words(refusals.general())))
        (Field::new("code", l.t("web-code"), Input::Text).required()
            .attribute("autocomplete", "one-time-code").attribute("autocapitalize", "none")
            .attribute("spellcheck", "false").attribute("autofocus", "")
            .hint(l.t("web-code-hint")).error(cx.field_error(refusals, "code")).render(l))
    };
    html! {
        div.sign-in {
            h1 { (l.t("web-second-step")) }
            (Form::post(PATH).submit(l.t("web-sign-in-button")).unguarded().render(l, &fields))
            p.quiet { (l.t("web-second-step-lost")) }
            p { a href="/sign-in" { (l.t("web-second-step-back")) } }
        }
    }
}
