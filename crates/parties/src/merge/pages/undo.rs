//! The dialog that takes a merge back.

use axum::extract::Path;
use axum::response::Response;
use kernel::{ClientId, MergeId, Refusals};
use maud::html;
use spine::Error;
use web::ui::{Field, Form};
use web::{Answer, Cx, FormData};

use super::name_or_number;
use crate::client::queries::{self as clients, ClientHead};
use crate::contacts::frame::{self, card, dialog, status, summary};
use crate::merge::commands::UnmergeClients;
use crate::merge::queries::{self, Standing};

async fn load(cx: &Cx, id: ClientId, merge: MergeId) -> Result<(ClientHead, Standing), Error> {
    let mut db = cx.db.clone();
    let head = clients::head(&mut db, cx.principal(), id).await?;
    cx.principal().require_over("client.merge", head.owner())?;
    let standing = queries::standing(&mut db, id).await?;
    let one = standing.into_iter().find(|one| one.id == merge).ok_or(Error::NotFound)?;
    Ok((head, one))
}

pub(super) async fn page(cx: Cx, Path((id, merge)): Path<(String, String)>) -> Answer {
    let (id, merge) = (frame::id(&id)?, frame::id(&merge)?);
    let (head, one) = load(&cx, id, merge).await?;
    Ok(form(&cx, &head, &one, "", &Refusals::default()))
}

fn form(cx: &Cx, head: &ClientHead, one: &Standing, reason: &str, refusals: &Refusals) -> Response {
    let l = &cx.l;
    let body = html! {
        (summary(cx, refusals, &["reason"]))
        p { (l.ta("unmerge-lead", &[("name", name_or_number(one).into())])) }
        p.quiet { (l.ta("unmerge-was", &[("reason", (&one.reason).into())])) }
        (Field::text("reason", l.t("unmerge-reason")).value(reason).full().required()
            .error(cx.field_error(refusals, "reason")).render(l))
    };
    let form = Form::post(format!("{}/unmerge/{}", card(head.id), one.id))
        .hidden("_id", cx.form_id())
        .submit(l.t("unmerge-submit"))
        .cancel(card(head.id))
        .render(l, &body);
    dialog(cx, status(refusals), head, &l.t("unmerge-title"), &form)
}

pub(super) async fn send(
    cx: Cx,
    Path((id, merge)): Path<(String, String)>,
    sent: FormData,
) -> Answer {
    let (id, merge) = (frame::id(&id)?, frame::id(&merge)?);
    let (head, one) = load(&cx, id, merge).await?;
    let command = UnmergeClients { merge_id: merge, reason: sent.text("reason") };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(done) if done.kept_fields.is_empty() => {
            Ok(cx.done(&card(done.loser_id), "flash-clients-unmerged"))
        }
        Ok(done) => Ok(cx.done(&card(done.loser_id), "flash-clients-unmerged-kept")),
        Err(Error::Refused(refusals)) => Ok(form(&cx, &head, &one, &command.reason, &refusals)),
        Err(error) => Err(error.into()),
    }
}
