//! Passwords: somebody else's by the administrator, one's own by its holder.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Refusal, Refusals, Secret, UserId};
use maud::{Markup, html};
use spine::Error;
use spine::org::commands::NoteSignInFailure;
use spine::org::edit::{ChangePassword, SetPassword};
use spine::org::{hash_password, queries};
use web::ui::{Button, Field, Form, Input, copy_button};
use web::{Answer, Cx, FormData};

use super::person_href;
use crate::pages::{dialog, dialog_refused, summary};
use crate::staff::model::first_password;

/// Hashes a password off the threads that answer requests.
pub(super) async fn hash(password: Secret<String>) -> Result<String, Error> {
    tokio::task::spawn_blocking(move || hash_password(&password))
        .await
        .map_err(Error::failure)?
        .map_err(Error::failure)
}

pub(super) async fn form(cx: Cx, Path(id): Path<UserId>) -> Answer {
    let proposed = first_password(cx.ctx.entropy.as_ref());
    let (title, body) = markup(&cx, id, &proposed, &Refusals::default())?;
    Ok(dialog(&cx, &title, &body))
}

pub(super) async fn set(cx: Cx, Path(id): Path<UserId>, sent: FormData) -> Answer {
    let directory = cx.app.services.directory.get();
    let member = directory.staff.get(&id).ok_or(Error::NotFound)?;
    let password = Secret::new(sent.text("password"));
    let names = [member.login.as_str(), member.name.as_str(), member.name_en.as_str()];
    let outcome = match cx.check_new_password(&password, names).await {
        Ok(()) => {
            let command = SetPassword { staff_id: id, password_hash: hash(password).await? };
            cx.execute(sent.command_id()?, &command).await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => Ok(cx.done(&person_href(id), "flash-admin-password-set")),
        Err(Error::Refused(refusals)) => {
            let (title, body) = markup(&cx, id, &sent.text("password"), &refusals)?;
            Ok(dialog_refused(&cx, &title, &body))
        }
        Err(other) => Err(other.into()),
    }
}

fn markup(
    cx: &Cx,
    id: UserId,
    password: &str,
    refusals: &Refusals,
) -> Result<(String, Markup), Error> {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let member = directory.staff.get(&id).ok_or(Error::NotFound)?;
    let name = member.shown_name(l.lang);
    let fields = html! {
        (summary(cx, refusals))
        p { (l.ta("admin-password-set-words", &[("name", name.into())])) }
        (Field::text("password", l.t("admin-password-new")).value(password).required()
            .hint(l.t("admin-password-set-hint")).error(cx.field_error(refusals, "password"))
            .attribute("autocomplete", "off").attribute("spellcheck", "false").render(l))
        p { (l.t("admin-password-copy")) " " (copy_button(l, password)) }
    };
    let form = Form::post(format!("{}/password", person_href(id)))
        .hidden("_id", cx.form_id())
        .submit(l.t("admin-password-set"))
        .cancel(person_href(id))
        .unguarded();
    Ok((l.t("admin-password-set"), form.render(l, &fields)))
}

pub(super) async fn own_form(cx: Cx) -> Answer {
    Ok(own_page(&cx, None))
}

pub(super) async fn change_own(mut cx: Cx, sent: FormData) -> Answer {
    let (old, new) = (Secret::new(sent.raw("old").to_owned()), sent.raw("password").to_owned());
    let outcome = match check_own(&mut cx, &sent, &old).await {
        Ok(proven_hash) => {
            let command = ChangePassword {
                proven_hash,
                password_hash: hash(Secret::new(new)).await?,
                keep_session: cx.session.as_ref().map(|s| s.id),
            };
            cx.execute(sent.command_id()?, &command).await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => {
            let next = if cx.must_change_password() { "/" } else { "/me/sessions" };
            Ok(cx.done(next, "flash-admin-password-changed"))
        }
        Err(Error::Refused(refusals)) => Ok(own_page(&cx, Some(&refusals))),
        Err(other) => Err(other.into()),
    }
}

/// Checks the new password against the rules and the old one against the stored hash, which it answers.
/// A wrong old password counts like a wrong one at the sign-in: a stolen session is no way to guess it.
async fn check_own(cx: &mut Cx, sent: &FormData, old: &Secret<String>) -> Result<String, Error> {
    let me = cx.principal().user_id.ok_or(Error::NotFound)?;
    let directory = cx.app.services.directory.get();
    let member = directory.staff.get(&me).ok_or(Error::NotFound)?;
    let login = member.login.clone();
    let names = [login.as_str(), member.name.as_str(), member.name_en.as_str()];
    let new = Secret::new(sent.raw("password").to_owned());
    let mut refusals = Refusals::default();
    if old.reveal().is_empty() {
        refusals.push(Refusal::field("required", "old"));
    }
    match cx.check_new_password(&new, names).await {
        Err(Error::Refused(why)) => refusals.0.extend(why.0),
        Err(other) => return Err(other),
        Ok(()) if new.reveal() == old.reveal() => {
            refusals.push(Refusal::field("password-same", "password"));
        }
        Ok(()) => {}
    }
    if sent.raw("again") != sent.raw("password") {
        refusals.push(Refusal::field("password-differs", "again"));
    }
    refusals.into_result()?;
    prove(cx, old, "old").await
}

/// Whether it is one's password; answers the stored hash. Refused at the field it was typed in.
pub(super) async fn prove(cx: &mut Cx, old: &Secret<String>, field: &str) -> Result<String, Error> {
    let me = cx.principal().user_id.ok_or(Error::NotFound)?;
    let directory = cx.app.services.directory.get();
    let login = directory.staff.get(&me).ok_or(Error::NotFound)?.login.clone();
    let app = std::sync::Arc::clone(&cx.app);
    let _turn = app.gate.turn(&login).await?;
    let row = queries::sign_in_row(&mut cx.db, &login).await?.ok_or(Error::NotFound)?;
    if row.locked_until.is_some_and(|until| until > cx.now()) {
        return Err(Error::refused_field("password-tries", field));
    }
    let stored = row.password_hash.ok_or_else(|| Error::refused("password-none"))?;
    if app.gate.fits(old.clone(), stored.clone()).await? {
        return Ok(stored);
    }
    let system = cx.app.services.system("web");
    let failed = NoteSignInFailure { user_id: me, address: cx.address.clone() };
    cx.app.services.bus.execute(&system, system.command_id(), &failed).await?;
    Err(Error::refused_field("password-wrong", field))
}

/// A dialog; or, before a temporary password is changed, the only page there is.
fn own_page(cx: &Cx, refused: Option<&Refusals>) -> Response {
    let l = &cx.l;
    let none = Refusals::default();
    let body = own_markup(cx, refused.unwrap_or(&none));
    if !cx.must_change_password() {
        let title = l.t("admin-password-own");
        return match refused {
            Some(_) => dialog_refused(cx, &title, &body),
            None => dialog(cx, &title, &body),
        };
    }
    let title = l.t("admin-password-first-change");
    let content = html! {
        div.sign-in {
            h1 { (title) }
            p.quiet { (l.t("admin-password-first-change-words")) }
            (body)
            form method="post" action="/sign-out" {
                (Button::quiet(l.t("ui-sign-out")).icon("log-out").submit().render())
            }
        }
    };
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    cx.page_with_status(status, &title, &content)
}

fn own_markup(cx: &Cx, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let field = |name: &str, key: &str, complete: &str| {
        Field::new(name, l.t(key), Input::Password)
            .required()
            .error(cx.field_error(refusals, name))
            .attribute("autocomplete", complete)
    };
    let fields = html! {
        (summary(cx, refusals))
        (field("old", "admin-password-old", "current-password").render(l))
        (field("password", "admin-password-new", "new-password")
            .hint(l.ta("admin-password-rules", &[("min", kernel::limits::PASSWORD_CHARS_MIN.into())])).render(l))
        (field("again", "admin-password-again", "new-password").render(l))
        @if !cx.must_change_password() { p.quiet { (l.t("admin-password-own-words")) } }
    };
    let form = Form::post("/me/password")
        .hidden("_id", cx.form_id())
        .submit(l.t("admin-password-change"))
        .unguarded();
    let form = if cx.must_change_password() { form } else { form.cancel("/me/sessions") };
    form.render(l, &fields)
}
