//! One's own passkeys: adding, renaming and removing them.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::limits::PASSKEY_NAME_CHARS_MAX;
use kernel::{PasskeyId, Refusals, UserId};
use maud::{Markup, html};
use serde_json::json;
use spine::Error;
use spine::org::factor;
use spine::org::passkey::{self as keys, AddPasskey, Made, Passkey, RemovePasskey, RenamePasskey};

use super::access::{Access, ENROL, ENROL_PASSKEY, Routes};
use super::cx::Cx;
use super::errors::Answer;
use super::form_data::FormData;
use super::passkey::{self, Question};
use super::security::{
    HOME, codes_page, framed, home_with, is_fresh, me, must_be_fresh, new_codes,
};
use crate::ui::{self, Button, Field, Panel, error_summary};

pub(super) fn routes(routes: Routes) -> Routes {
    let own = Access::Needs("app.use");
    routes
        .get(ENROL_PASSKEY, own, page)
        .post(ENROL_PASSKEY, own, add)
        .post("/me/security/passkeys/{id}/name", own, rename)
        .post("/me/security/passkeys/{id}/remove", own, remove)
}

/// What a challenge is sealed for between the page and the passkey that answers it.
fn purpose(user: UserId) -> String {
    format!("passkey-make:{user}")
}

/// The passkeys of a person on his page.
pub(super) fn panel(cx: &Cx, found: &[Passkey]) -> Markup {
    let l = &cx.l;
    let may_add = is_fresh(cx) && cx.app.party.is_some();
    let add = || Button::primary(l.t("web-passkey-add")).icon("key-round").href(ENROL_PASSKEY);
    let words = match cx.app.party {
        Some(_) => l.t("web-passkey-none-words"),
        None => l.t("refusal-passkey-none-here"),
    };
    let body = html! {
        @if found.is_empty() {
            (ui::empty("key-round", &l.t("web-passkey-none"), &words, may_add.then(add)))
        } @else {
            ul.passkeys { @for key in found { li { (line(cx, key)) } } }
            @if may_add { div.form-actions { (add().render()) } }
        }
    };
    Panel::new(l.t("web-passkeys")).icon("key-round").render(&body)
}

fn line(cx: &Cx, key: &Passkey) -> Markup {
    let l = &cx.l;
    let at = |verb: &str| format!("/me/security/passkeys/{}/{verb}", key.id);
    let used = match key.used_at {
        Some(at) => html! { (l.t("web-passkey-used")) " " (l.datetime(at)) },
        None => html! { (l.t("web-passkey-unused")) },
    };
    let field = format!("passkey-{}", key.id);
    html! {
        div { strong { (key.name) } }
        p.quiet { (l.t("web-passkey-added")) " " (l.datetime(key.created_at)) " · " (used) }
        @if is_fresh(cx) {
            div.passkey-acts {
                form method="post" action=(at("name")) {
                    input type="hidden" name="_id" value=(cx.form_id());
                    label.hidden for=(field) { (l.t("web-passkey-name")) }
                    input id=(field) name="name" value=(key.name) maxlength=(PASSKEY_NAME_CHARS_MAX) autocomplete="off";
                    (Button::secondary(l.t("web-passkey-rename")).submit().render())
                }
                form method="post" action=(at("remove")) {
                    input type="hidden" name="_id" value=(cx.form_id());
                    (Button::quiet(l.t("web-passkey-remove")).icon("trash-2").submit().render())
                }
            }
        }
    }
}

async fn page(mut cx: Cx) -> Answer {
    me(&cx)?;
    let may = is_fresh(&cx) || cx.must_enrol();
    if !may || cx.app.party.is_none() {
        let place = if cx.must_enrol() { ENROL } else { HOME };
        return Ok(Redirect::to(place).into_response());
    }
    form(&mut cx, "", None).await
}

async fn form(cx: &mut Cx, name: &str, refused: Option<&Refusals>) -> Answer {
    let user = me(cx)?;
    let found = keys::passkeys(&mut cx.db, user).await?;
    let known: Vec<Vec<u8>> = found.into_iter().map(|key| key.credential_id).collect();
    let directory = cx.app.services.directory.get();
    let member = directory.staff.get(&user).ok_or(Error::NotFound)?;
    let shown = json!({
        "id": URL_SAFE_NO_PAD.encode(user.uuid().as_bytes()),
        "name": member.login,
        "displayName": member.shown_name(cx.l.lang),
    });
    let question = Question::new(cx, &purpose(user))?;
    let party = passkey::party(&cx.app)?;
    let options = question.to_make(party, &shown, &known);
    let (l, none) = (&cx.l, Refusals::default());
    let refusals = refused.unwrap_or(&none);
    let body = html! {
        (error_summary(l, &cx.refusal_words(refusals.general())))
        p { (l.t("web-passkey-words")) }
        div.summary.danger role="note" data-passkey-none { div { p { (l.t("web-passkey-unsupported")) } } }
        form.form method="post" action=(ENROL_PASSKEY) hidden data-passkey="create"
            data-options=(options.to_string()) data-page=(ENROL_PASSKEY) data-origin=(party.origin) {
            input type="hidden" name="_id" value=(cx.form_id());
            div.form-body {
                (Field::text("name", l.t("web-passkey-name")).value(name).required()
                    .attribute("maxlength", PASSKEY_NAME_CHARS_MAX.to_string())
                    .attribute("autocomplete", "off").hint(l.t("web-passkey-name-hint"))
                    .error(cx.field_error(refusals, "name")).render(l))
                (passkey::fields(cx, &question))
            }
            div.form-actions { (Button::primary(l.t("web-passkey-make")).icon("key-round").submit().render()) }
        }
        @if cx.must_enrol() { p { a href=(ENROL) { (l.t("web-totp-instead")) } } }
    };
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(framed(cx, status, &l.t("web-passkey-add"), &body))
}

async fn add(mut cx: Cx, sent: FormData) -> Answer {
    let user = me(&cx)?;
    if !cx.must_enrol() {
        must_be_fresh(&cx)?;
    }
    match added(&mut cx, user, &sent).await {
        Ok(codes) if codes.is_empty() => Ok(cx.done(HOME, "flash-passkey-added")),
        Ok(codes) => Ok(codes_page(&cx, &codes)),
        Err(Error::Refused(refusals)) => form(&mut cx, &sent.text("name"), Some(&refusals)).await,
        Err(other) => Err(other.into()),
    }
}

/// Adds what the browser made; answers the recovery codes of somebody who has had none.
async fn added(
    cx: &mut Cx,
    user: UserId,
    sent: &FormData,
) -> Result<Vec<kernel::Secret<String>>, Error> {
    let spent = passkey::question(cx, sent, &purpose(user))?;
    let client_data = passkey::bytes(sent, "client_data")?;
    let authenticator_data = passkey::bytes(sent, "authenticator_data")?;
    let made = Made { client_data: &client_data, authenticator_data: &authenticator_data };
    let key = keys::made(passkey::party(&cx.app)?, &spent.challenge, made)
        .map_err(|problem| Error::refused(problem.code()))?;
    let (codes, code_hashes) = match factor::codes_left(&mut cx.db, user).await? {
        0 => new_codes(cx, user),
        _ => (Vec::new(), Vec::new()),
    };
    let command = AddPasskey {
        credential_id: key.credential_id,
        public_key: key.public_key,
        counter: key.counter,
        name: sent.text("name"),
        spent,
        code_hashes,
    };
    cx.execute(sent.command_id()?, &command).await?;
    Ok(codes)
}

async fn rename(mut cx: Cx, Path(passkey_id): Path<PasskeyId>, sent: FormData) -> Answer {
    must_be_fresh(&cx)?;
    let command = RenamePasskey { passkey_id, name: sent.text("name") };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(()) => Ok(cx.done(HOME, "flash-passkey-renamed")),
        Err(Error::Refused(refusals)) => home_with(&mut cx, &refusals).await,
        Err(other) => Err(other.into()),
    }
}

async fn remove(mut cx: Cx, Path(passkey_id): Path<PasskeyId>, sent: FormData) -> Answer {
    must_be_fresh(&cx)?;
    match cx.execute(sent.command_id()?, &RemovePasskey { passkey_id }).await {
        Ok(()) => Ok(cx.done(HOME, "flash-passkey-removed")),
        Err(Error::Refused(refusals)) => home_with(&mut cx, &refusals).await,
        Err(other) => Err(other.into()),
    }
}
