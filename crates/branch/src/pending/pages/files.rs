//! Carrying the exchange in files, for a branch without a line.

use std::sync::Arc;

use axum::extract::Multipart;
use kernel::Refusals;
use maud::{Markup, html};
use spine::Error;
use web::ui::{Form, Panel};
use web::{Answer, Cx, FormData};

use super::{HOME, here, listed, whose};
use crate::carry::Post;
use crate::parts::{carried, file_form, file_of};
use crate::refusals::queries::PERMISSION;

/// What says and hears for this branch.
async fn post(cx: &mut Cx) -> Result<Arc<Post>, Error> {
    let state = here(cx).await?;
    if whose(cx, &state).actor.is_some() {
        return Err(Error::Forbidden(PERMISSION.to_owned()));
    }
    cx.app.services.memory.get::<Post>().ok_or(Error::NotFound)
}

/// A file for the centre.
pub(super) async fn out(mut cx: Cx, _: FormData) -> Answer {
    let out = post(&mut cx).await?.file_out().await?;
    Ok(carried(&out.name, out.content)?)
}

/// The file that came back from the centre.
pub(super) async fn take(mut cx: Cx, sent: Multipart) -> Answer {
    let post = post(&mut cx).await?;
    let taken = match file_of(sent).await {
        Ok(file) => post.file_in(&file).await,
        Err(error) => Err(error),
    };
    match taken {
        Ok(_) => Ok(cx.done(HOME, "flash-branch-file-taken")),
        Err(Error::Refused(refusals)) => Ok(listed(&mut cx, &refusals).await?),
        Err(error) => Err(error.into()),
    }
}

/// Both ways.
pub(super) fn panel(cx: &Cx, refused: &Refusals) -> Markup {
    let l = &cx.l;
    let out = Form::post(format!("{HOME}/file"))
        .hidden("_id", cx.form_id())
        .unguarded()
        .submit(l.t("branch-file-out"))
        .render(l, &html! { p { (l.t("branch-file-out-words")) } });
    let back = file_form(cx, format!("{HOME}/file/in"), "branch-file-in", refused);
    let body = html! { (out) p { (l.t("branch-file-in-words")) } (back) };
    Panel::new(l.t("branch-file-panel")).icon("arrow-up-down").id("files").render(&body)
}
