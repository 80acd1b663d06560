//! The second step of a sign-in: a passkey, a code by the clock or a recovery code, after the password.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect};
use kernel::{Refusal, Refusals};
use maud::{Markup, html};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use spine::Error;
use spine::org::factor::{self, PassTotp, TotpSecret, UseRecoveryCode};
use spine::org::passkey as keys;
use spine::org::queries::{self, SignInRow};

use super::access::{Access, Routes};
use super::app::App;
use super::cx::Cx;
use super::errors::Answer;
use super::form_data::FormData;
use super::passkey::{self, Ask};
use super::sign_in::{bare, locked_refusal, note_failure, open, shut_until};
use super::ticket::{self, Kind};
use crate::ui::{Field, Form, Input, error_summary};

const PATH: &str = "/sign-in/code";
const BY_PASSKEY: &str = "/sign-in/code/passkey";
const HALF: Kind = Kind { name: "half", minutes: 5 };

/// Half a sign-in: whose password was right. It dies with that password.
#[derive(Serialize, Deserialize)]
struct Half {
    login: String,
    proof: Vec<u8>,
    next: String,
}

pub(super) fn routes(routes: Routes) -> Routes {
    routes.get(PATH, Access::Public, page).post(PATH, Access::Public, check).post(
        BY_PASSKEY,
        Access::Public,
        check_passkey,
    )
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

/// The half of a sign-in that the browser brings, as long as it is good.
async fn half_of(cx: &mut Cx, headers: &HeaderMap) -> Result<Option<(Half, SignInRow)>, Error> {
    let Some(half) = ticket::read::<Half>(&cx.app, headers, &HALF, cx.now()) else {
        return Ok(None);
    };
    let row = queries::sign_in_row(&mut cx.db, &half.login).await?;
    let is_same = |r: &SignInRow| r.active && proof_of(r.password_hash.as_deref()) == half.proof;
    Ok(row.filter(|r| is_same(r) && r.has_factor).map(|row| (half, row)))
}

fn from_the_start() -> Answer {
    Ok(Redirect::to("/sign-in").into_response())
}

async fn page(mut cx: Cx, headers: HeaderMap) -> Answer {
    match half_of(&mut cx, &headers).await? {
        Some((_, row)) => shown(&mut cx, &row, StatusCode::OK, &Refusals::default()).await,
        None => from_the_start(),
    }
}

async fn check(
    State(app): State<Arc<App>>,
    mut cx: Cx,
    headers: HeaderMap,
    sent: FormData,
) -> Answer {
    let Some(Half { login, .. }) = ticket::read(&app, &headers, &HALF, cx.now()) else {
        return from_the_start();
    };
    let _turn = app.gate.turn(&login).await?;
    let Some((half, row)) = half_of(&mut cx, &headers).await? else { return from_the_start() };
    if let Some(until) = shut_until(&app, &cx, &half.login, Some(&row)) {
        let locked = locked_refusal(&cx, until).into();
        return refused(&mut cx, &row, &locked).await;
    }
    app.gate.looks_at_code();
    match spend(&app, &mut cx, &row, sent.raw("code")).await {
        Ok(()) => whole(&app, &cx, &half, &row).await,
        Err(Error::Refused(_)) => {
            note_failure(&app, &cx, &half.login, Some(row.user_id)).await?;
            refused(&mut cx, &row, &Refusal::field("code-wrong", "code").into()).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn check_passkey(
    State(app): State<Arc<App>>,
    mut cx: Cx,
    headers: HeaderMap,
    sent: FormData,
) -> Answer {
    let Some((half, row)) = half_of(&mut cx, &headers).await? else { return from_the_start() };
    if let Some(until) = shut_until(&app, &cx, &half.login, Some(&row)) {
        let locked = locked_refusal(&cx, until).into();
        return refused(&mut cx, &row, &locked).await;
    }
    match passkey::prove(&app, &mut cx, &sent, (&purpose(&row), Some(&row))).await {
        Ok(_) => whole(&app, &cx, &half, &row).await,
        Err(Error::Refused(refusals)) => refused(&mut cx, &row, &refusals).await,
        Err(other) => Err(other.into()),
    }
}

/// What the challenge of a person's second step is sealed for.
fn purpose(row: &SignInRow) -> String {
    format!("passkey-second:{}", row.user_id)
}

/// Opens the session once both halves are there.
async fn whole(app: &App, cx: &Cx, half: &Half, row: &SignInRow) -> Answer {
    let mut done = open(app, cx, (row.user_id, row.is_temporary), &half.next).await?;
    ticket::take(app, &mut done, &HALF);
    Ok(done)
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

async fn refused(cx: &mut Cx, row: &SignInRow, refusals: &Refusals) -> Answer {
    shown(cx, row, StatusCode::UNPROCESSABLE_ENTITY, refusals).await
}

async fn shown(cx: &mut Cx, row: &SignInRow, status: StatusCode, refusals: &Refusals) -> Answer {
    let known = keys::passkeys(&mut cx.db, row.user_id).await?;
    let known: Vec<Vec<u8>> = known.into_iter().map(|key| key.credential_id).collect();
    Ok(bare(cx, status, &form(cx, row, &known, refusals)?))
}

fn form(cx: &Cx, row: &SignInRow, known: &[Vec<u8>], refusals: &Refusals) -> Result<Markup, Error> {
    let l = &cx.l;
    let by_passkey = match known {
        [] => html! {},
        _ => {
            let (purpose, label) = (&*purpose(row), "web-passkey-use");
            let ask = Ask { action: BY_PASSKEY, page: PATH, purpose, label, known, next: "" };
            passkey::form(cx, ask)?
        }
    };
    let fields = html! {
        (error_summary(l, &cx.refusal_words(refusals.general())))
        (Field::new("code", l.t("web-code"), Input::Text).required()
            .attribute("autocomplete", "one-time-code").attribute("autocapitalize", "none")
            .attribute("spellcheck", "false").attribute("autofocus", "")
            .hint(l.t("web-code-hint")).error(cx.field_error(refusals, "code")).render(l))
    };
    Ok(html! {
        div.sign-in {
            h1 { (l.t("web-second-step")) }
            (by_passkey)
            (Form::post(PATH).submit(l.t("web-sign-in-button")).unguarded().render(l, &fields))
            p.quiet { (l.t("web-second-step-lost")) }
            p { a href="/sign-in" { (l.t("web-second-step-back")) } }
        }
    })
}
