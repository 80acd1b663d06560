//! How one signs in: one's own passkeys, codes of a device and recovery codes. Changes need a young session, so that a
//! browser left open is no way to plant a second factor, or to take one away.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::limits::SECURITY_FRESH_MINUTES;
use kernel::{Refusal, Refusals, Secret, UserId};
use maud::{Markup, PreEscaped, html};
use qrcode::QrCode;
use qrcode::render::svg;
use spine::Error;
use spine::org::factor::{
    self, EnrolTotp, RemoveTotp, RenewRecoveryCodes, SecondFactor, TotpSecret,
};
use spine::org::passkey::{self as keys, Passkey};

use super::access::{Access, ENROL, ENROL_PASSKEY, Routes};
use super::cx::Cx;
use super::errors::Answer;
use super::form_data::FormData;
use super::{own_passkeys, ticket};
use crate::ui::{
    self, Button, Field, Form, Input, Kv, PageHeader, Panel, copy_button, error_summary,
};

pub(super) const HOME: &str = "/me/security";
/// The bank's name on the person's device.
const ISSUER: &str = "Tessera";

pub(super) fn routes(routes: Routes) -> Routes {
    let own = Access::Needs("app.use");
    own_passkeys::routes(routes)
        .get(HOME, own, home)
        .get(ENROL, own, enrol_page)
        .post(ENROL, own, enrol)
        .post("/me/security/totp/remove", own, remove)
        .post("/me/security/codes", own, renew)
}

/// Who asks, in a browser.
pub(super) fn me(cx: &Cx) -> Result<UserId, Error> {
    cx.principal().user_id.filter(|_| cx.session.is_some()).ok_or(Error::NotFound)
}

pub(super) fn is_fresh(cx: &Cx) -> bool {
    let young = |at| cx.now().seconds_since(at) <= SECURITY_FRESH_MINUTES * 60;
    cx.session.as_ref().is_some_and(|s| young(s.created_at))
}

pub(super) fn must_be_fresh(cx: &Cx) -> Result<(), Error> {
    if is_fresh(cx) { Ok(()) } else { Err(Error::refused("sign-in-stale")) }
}

async fn home(mut cx: Cx) -> Answer {
    home_with(&mut cx, &Refusals::default()).await
}

/// What a person signs in with, beside his password.
struct Factors {
    keys: Vec<Passkey>,
    totp: Option<SecondFactor>,
    codes_left: i64,
}

/// One's own page, with what was wrong.
pub(super) async fn home_with(cx: &mut Cx, refusals: &Refusals) -> Answer {
    let user = me(cx)?;
    let found = Factors {
        keys: keys::passkeys(&mut cx.db, user).await?,
        totp: factor::second_factor(&mut cx.db, user).await?,
        codes_left: factor::codes_left(&mut cx.db, user).await?,
    };
    Ok(home_page(cx, &found, refusals))
}

fn home_page(cx: &Cx, found: &Factors, refusals: &Refusals) -> Response {
    let l = &cx.l;
    let mut panels =
        vec![own_passkeys::panel(cx, &found.keys), factor_panel(cx, found.totp.as_ref())];
    if found.totp.is_some() || !found.keys.is_empty() {
        panels.push(codes_panel(cx, found.codes_left));
    }
    let body = html! {
        (PageHeader::new(l.t("web-security")).lead(html! { (l.t("web-security-lead")) }).render(l))
        (error_summary(l, &cx.refusal_words(refusals.0.iter())))
        @if !is_fresh(cx) {
            div.summary role="note" {
                div {
                    p { (l.ta("web-security-stale", &[("minutes", SECURITY_FRESH_MINUTES.into())])) }
                    p { a href={ "/sign-in?next=" (HOME) } { (l.t("web-security-again")) } }
                }
            }
        }
        (ui::stack(&panels))
    };
    let status =
        if refusals.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    cx.page_with_status(status, &l.t("web-security"), &body)
}

fn factor_panel(cx: &Cx, found: Option<&SecondFactor>) -> Markup {
    let l = &cx.l;
    let set_up = Button::primary(l.t("web-totp-set-up")).icon("shield-check").href(ENROL);
    let body = match found {
        None => html! {
            (ui::empty("shield-check", &l.t("web-totp-none"), &l.t("web-totp-none-words"),
                is_fresh(cx).then_some(set_up)))
        },
        Some(found) => html! {
            (Kv::new("factor")
                .text(l.t("web-totp-state"), &l.t("web-totp-on"))
                .line(l.t("web-totp-since"), html! { (l.datetime(found.created_at)) })
                .render(l))
            @if is_fresh(cx) {
                div.form-actions {
                    (post_button(cx, "/me/security/totp/remove",
                        Button::quiet(l.t("web-totp-remove")).icon("trash-2")))
                }
            }
        },
    };
    Panel::new(l.t("web-totp")).icon("shield-check").render(&body)
}

fn post_button(cx: &Cx, action: &str, label: Button) -> Markup {
    html! {
        form method="post" action=(action) {
            input type="hidden" name="_id" value=(cx.form_id());
            (label.submit().render())
        }
    }
}

fn codes_panel(cx: &Cx, left: i64) -> Markup {
    let l = &cx.l;
    let renew = Button::secondary(l.t("web-codes-renew")).icon("refresh-cw");
    let body = html! {
        (Kv::new("codes").line(l.t("web-codes-left"), html! { (l.int(left)) }).render(l))
        @if is_fresh(cx) {
            div.form-actions { (post_button(cx, "/me/security/codes", renew)) }
        }
    };
    Panel::new(l.t("web-codes")).icon("list-checks").render(&body)
}

async fn enrol_page(cx: Cx) -> Answer {
    let user = me(&cx)?;
    if !is_fresh(&cx) && !cx.must_enrol() {
        return Ok(Redirect::to(HOME).into_response());
    }
    enrol_form(&cx, user, &TotpSecret::random(cx.ctx.entropy.as_ref()), None)
}

/// What a secret is sealed for between the page that shows it and the code that proves it.
fn draft(user: UserId) -> String {
    format!("totp-draft:{user}")
}

fn enrol_form(cx: &Cx, user: UserId, secret: &TotpSecret, refused: Option<&Refusals>) -> Answer {
    let l = &cx.l;
    let none = Refusals::default();
    let refusals = refused.unwrap_or(&none);
    let sealed = ticket::seal(cx, secret.bytes().reveal(), &draft(user))?;
    let words = secret.words();
    let fields = html! {
        (error_summary(l, &cx.refusal_words(refusals.general())))
        p { (l.t("web-totp-scan")) }
        div.qr role="img" aria-label=(l.t("web-totp-picture")) { (picture(cx, user, secret)?) }
        p { (l.t("web-totp-type")) " " code { (words.reveal()) } " " (copy_button(l, words.reveal())) }
        (Field::new("code", l.t("web-totp-code"), Input::Text).required()
            .attribute("inputmode", "numeric").attribute("autocomplete", "one-time-code")
            .hint(l.t("web-totp-code-hint")).error(cx.field_error(refusals, "code")).render(l))
    };
    let form = Form::post(ENROL)
        .hidden("_id", cx.form_id())
        .hidden("secret", sealed)
        .submit(l.t("web-totp-confirm"))
        .unguarded();
    let form = if cx.must_enrol() { form } else { form.cancel(HOME) };
    let title = l.t("web-totp-set-up");
    let instead = cx.must_enrol() && cx.app.party.is_some();
    let body = html! {
        (form.render(l, &fields))
        @if instead { p { a href=(ENROL_PASSKEY) { (l.t("web-passkey-instead")) } } }
    };
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(framed(cx, status, &title, &body))
}

/// A page within the frame; or, as long as nothing else is open, the only page there is.
pub(super) fn framed(cx: &Cx, status: StatusCode, title: &str, body: &Markup) -> Response {
    let l = &cx.l;
    let content = if cx.must_enrol() {
        html! {
            div.sign-in {
                h1 { (title) }
                p.quiet { (l.t("web-totp-required")) }
                (body)
                form method="post" action="/sign-out" {
                    (Button::quiet(l.t("ui-sign-out")).icon("log-out").submit().render())
                }
            }
        }
    } else {
        html! {
            (PageHeader::new(title).crumb(HOME, l.t("web-security")).render(l))
            (Panel::new("").render(body))
        }
    };
    never_kept(cx.page_with_status(status, title, &content))
}

/// What is shown once stays in no cache.
fn never_kept(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn picture(cx: &Cx, user: UserId, secret: &TotpSecret) -> Result<Markup, Error> {
    let directory = cx.app.services.directory.get();
    let login = directory.staff.get(&user).ok_or(Error::NotFound)?.login.clone();
    let code = QrCode::new(secret.address(ISSUER, &login).reveal()).map_err(Error::failure)?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    // as a part of a page it needs no line about its own kind
    let drawn = drawn.split_once("?>").map_or(drawn.as_str(), |(_, rest)| rest);
    Ok(PreEscaped(drawn.to_owned()))
}

async fn enrol(cx: Cx, sent: FormData) -> Answer {
    let user = me(&cx)?;
    if !cx.must_enrol() {
        must_be_fresh(&cx)?;
    }
    let Some(bytes) = ticket::open(&cx.app, sent.raw("secret"), &draft(user)) else {
        return Err(Error::refused("form-without-id").into());
    };
    let secret = TotpSecret::from_bytes(bytes);
    let Some(step) = secret.step_of(sent.raw("code"), cx.now()) else {
        let wrong = Refusal::field("code-wrong", "code").into();
        return enrol_form(&cx, user, &secret, Some(&wrong));
    };
    let sealed = cx.app.secret_box.seal(
        cx.ctx.entropy.as_ref(),
        secret.bytes().reveal(),
        &factor::purpose(user),
    );
    let sealed = sealed.map_err(Error::failure)?;
    let (codes, code_hashes) = new_codes(&cx, user);
    cx.execute(sent.command_id()?, &EnrolTotp { sealed, step, code_hashes }).await?;
    Ok(codes_page(&cx, &codes))
}

pub(super) fn new_codes(cx: &Cx, user: UserId) -> (Vec<Secret<String>>, Vec<Vec<u8>>) {
    let codes = factor::recovery_codes(cx.ctx.entropy.as_ref());
    let hashes = codes.iter().map(|code| factor::recovery_code_hash(user, code)).collect();
    (codes, hashes)
}

/// The recovery codes, shown this once.
pub(super) fn codes_page(cx: &Cx, codes: &[Secret<String>]) -> Response {
    let l = &cx.l;
    let all: Vec<&str> = codes.iter().map(|code| code.reveal().as_str()).collect();
    let body = html! {
        p { (l.t("web-codes-words")) }
        ol.codes { @for code in &all { li { code { (code) } } } }
        p { (l.t("web-codes-copy")) " " (copy_button(l, &all.join("\n"))) }
        div.form-actions { (Button::primary(l.t("web-codes-kept")).href(HOME)) }
    };
    framed(cx, StatusCode::OK, &l.t("web-codes"), &body)
}

async fn renew(cx: Cx, sent: FormData) -> Answer {
    let user = me(&cx)?;
    must_be_fresh(&cx)?;
    let (codes, code_hashes) = new_codes(&cx, user);
    cx.execute(sent.command_id()?, &RenewRecoveryCodes { code_hashes }).await?;
    Ok(codes_page(&cx, &codes))
}

async fn remove(mut cx: Cx, sent: FormData) -> Answer {
    me(&cx)?;
    must_be_fresh(&cx)?;
    match cx.execute(sent.command_id()?, &RemoveTotp {}).await {
        Ok(()) => Ok(cx.done(HOME, "flash-totp-removed")),
        Err(Error::Refused(refusals)) => home_with(&mut cx, &refusals).await,
        Err(other) => Err(other.into()),
    }
}
