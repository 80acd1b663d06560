//! One's own PIN as a supervisor, and taking somebody's away.

use axum::extract::Path;
use axum::response::Response;
use kernel::{Refusal, Refusals, Secret, UserId};
use maud::html;
use spine::Error;
use spine::authority::{SUPERVISE, check_new_pin, queries};
use spine::org::edit::{ResetPin, SetPin};
use web::ui::{Field, Form, Input, MenuItem};
use web::{Answer, Cx, FormData};

use super::password::{hash, prove};
use super::person_href;
use crate::pages::{dialog, dialog_refused, summary};

/// A PIN is set at the centre, from where it travels to its owner's branch.
fn at_centre(cx: &Cx) -> Result<(), Error> {
    if cx.app.services.bus.is_at_branch() { Err(Error::NotFound) } else { Ok(()) }
}

pub(super) async fn form(cx: Cx) -> Answer {
    at_centre(&cx)?;
    page(cx, None).await
}

pub(super) async fn set(mut cx: Cx, sent: FormData) -> Answer {
    at_centre(&cx)?;
    let outcome = match check(&mut cx, &sent).await {
        Ok(pin) => {
            let command = SetPin { pin_hash: hash(pin).await? };
            cx.execute(sent.command_id()?, &command).await
        }
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => Ok(cx.done("/me/sessions", "flash-admin-pin-set")),
        Err(Error::Refused(refusals)) => page(cx, Some(&refusals)).await,
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn reset(cx: Cx, Path(id): Path<UserId>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &ResetPin { staff_id: id }).await?;
    Ok(cx.done(&person_href(id), "flash-admin-pin-reset"))
}

/// Taking a PIN away, of somebody who may sign with one.
pub(super) fn menu_item(cx: &Cx, id: UserId) -> Option<MenuItem> {
    let principal = cx.app.services.directory.principal(id)?;
    principal.has(SUPERVISE).then(|| MenuItem::Post {
        action: format!("{}/pin/reset", person_href(id)),
        values: vec![("_id".to_owned(), cx.form_id())],
        icon: "key-round",
        label: cx.l.t("admin-pin-reset"),
    })
}

/// The new PIN, when its owner has proved himself.
async fn check(cx: &mut Cx, sent: &FormData) -> Result<Secret<String>, Error> {
    let (pin, old) = (Secret::new(sent.text("pin")), Secret::new(sent.raw("password").to_owned()));
    let mut refusals = Refusals::default();
    if let Err(refusal) = check_new_pin(&pin) {
        refusals.push(refusal);
    }
    if sent.text("again") != *pin.reveal() {
        refusals.push(Refusal::field("pin-differs", "again"));
    }
    refusals.into_result()?;
    prove(cx, &old, "password").await?;
    Ok(pin)
}

async fn page(mut cx: Cx, refused: Option<&Refusals>) -> Result<Response, web::Failure> {
    let me = cx.principal().user_id.ok_or(Error::NotFound)?;
    let since = queries::pin_since(&mut cx.db, me).await.map_err(Error::from)?;
    let l = &cx.l;
    let none = Refusals::default();
    let refusals = refused.unwrap_or(&none);
    let field = |name: &str, key: &str, complete: &str| {
        Field::new(name, l.t(key), Input::Password)
            .required()
            .error(cx.field_error(refusals, name))
            .attribute("autocomplete", complete)
    };
    let fields = html! {
        (summary(&cx, refusals))
        p { (l.t("admin-pin-words")) }
        @if let Some(since) = since {
            p.quiet { (l.ta("admin-pin-since", &[("when", l.datetime(since).into())])) }
        }
        (field("pin", "admin-pin-new", "off").attribute("inputmode", "numeric").render(l))
        (field("again", "admin-pin-again", "off").attribute("inputmode", "numeric").render(l))
        (field("password", "admin-password-old", "current-password").render(l))
    };
    let form = Form::post("/me/pin")
        .hidden("_id", cx.form_id())
        .submit(l.t("admin-pin-set"))
        .cancel("/me/sessions")
        .unguarded();
    let body = form.render(l, &fields);
    let title = l.t("admin-pin-own");
    Ok(match refused {
        Some(_) => dialog_refused(&cx, &title, &body),
        None => dialog(&cx, &title, &body),
    })
}
