//! After how long the silence of a branch's nodes is told.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{Refusal, Refusals};
use maud::html;
use spine::Error;
use spine::replica::mode::{SetSilence, silence};
use spine::replica::nodes::BranchNode;
use uuid::Uuid;
use web::ui::{Field, Form, Input};
use web::{Answer, Cx, FormData};

use super::HOME;
use super::one::node;
use crate::parts::{dialog, summary};

pub(super) async fn form(mut cx: Cx, Path(id): Path<Uuid>) -> Answer {
    let node = node(&mut cx, id).await?;
    let minutes = silence(&mut cx.db, node.branch_id).await?;
    let given = minutes.map(|minutes| ("minutes".to_owned(), minutes.to_string()));
    Ok(show(&cx, &node, &FormData::from_pairs(given), &Refusals::default()))
}

pub(super) async fn send(mut cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    let node = node(&mut cx, id).await?;
    let outcome = match sent.opt("minutes").map(|text| text.parse::<i64>()).transpose() {
        Ok(minutes) => {
            let command = SetSilence { branch_id: node.branch_id, minutes };
            cx.execute(sent.command_id()?, &command).await
        }
        Err(_) => Err(Refusal::field("not-a-whole-number", "minutes").into()),
    };
    match outcome {
        Ok(()) => Ok(cx.done(&format!("{HOME}/{id}"), "flash-branch-silence-set")),
        Err(Error::Refused(refusals)) => Ok(show(&cx, &node, &sent, &refusals)),
        Err(other) => Err(other.into()),
    }
}

fn show(cx: &Cx, node: &BranchNode, given: &FormData, refused: &Refusals) -> Response {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let branch = directory.branch_name(node.branch_id, l.lang).to_owned();
    let body = html! {
        (summary(cx, refused))
        p { (l.ta("branch-silence-words", &[("branch", branch.into())])) }
        (Field::new("minutes", l.t("branch-silence"), Input::Digits)
            .value(given.text("minutes")).hint(l.t("branch-silence-hint"))
            .error(cx.field_error(refused, "minutes")).render(l))
    };
    let form = Form::post(format!("{HOME}/{}/silence", node.id))
        .hidden("_id", cx.form_id())
        .submit(l.t("branch-silence-set"))
        .cancel(format!("{HOME}/{}", node.id))
        .render(l, &body);
    let status =
        if refused.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    dialog(cx, status, &l.t("branch-silence-change"), &form)
}
