//! Dismissing a member of staff with a successor, and taking him back.

use axum::extract::Path;
use kernel::{Refusals, UserId};
use maud::{Markup, html};
use spine::Error;
use spine::org::edit::{DismissStaff, ReinstateStaff};
use web::ui::{Field, Form, Opt};
use web::{Answer, Cx, FormData};

use super::person_href;
use crate::pages::{active_staff, dialog, dialog_refused, summary};

pub(super) async fn form(cx: Cx, Path(id): Path<UserId>) -> Answer {
    let (title, body) = markup(&cx, id, "", &Refusals::default())?;
    Ok(dialog(&cx, &title, &body))
}

pub(super) async fn dismiss(cx: Cx, Path(id): Path<UserId>, sent: FormData) -> Answer {
    let mut refusals = Refusals::default();
    let successor: Option<UserId> = sent.id("successor", &mut refusals);
    let outcome = match (successor, refusals.into_result()) {
        (_, Err(refusals)) => Err(Error::Refused(refusals)),
        (None, Ok(())) => Err(Error::refused_field("required", "successor")),
        (Some(successor_id), Ok(())) => {
            let command = DismissStaff { staff_id: id, successor_id };
            cx.execute(sent.command_id()?, &command).await
        }
    };
    match outcome {
        Ok(()) => Ok(cx.done(&person_href(id), "flash-admin-dismissed")),
        Err(Error::Refused(refusals)) => {
            let (title, body) = markup(&cx, id, &sent.text("successor"), &refusals)?;
            Ok(dialog_refused(&cx, &title, &body))
        }
        Err(other) => Err(other.into()),
    }
}

fn markup(
    cx: &Cx,
    id: UserId,
    successor: &str,
    refusals: &Refusals,
) -> Result<(String, Markup), Error> {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let member = directory.staff.get(&id).ok_or(Error::NotFound)?;
    let name = member.shown_name(l.lang);
    let mut people = vec![Opt::new("", l.t("admin-choose"))];
    people.extend(active_staff(cx, Some(id)));
    let fields = html! {
        (summary(cx, refusals))
        p { (l.ta("admin-dismiss-words", &[("name", name.into())])) }
        (Field::select("successor", l.t("admin-dismiss-successor"), people).value(successor).required()
            .hint(l.t("admin-dismiss-hint")).error(cx.field_error(refusals, "successor")).render(l))
    };
    let form = Form::post(format!("{}/dismiss", person_href(id)))
        .hidden("_id", cx.form_id())
        .submit(l.t("admin-dismiss"))
        .destructive()
        .cancel(person_href(id));
    Ok((l.ta("admin-dismiss-title", &[("name", name.into())]), form.render(l, &fields)))
}

pub(super) async fn reinstate(cx: Cx, Path(id): Path<UserId>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &ReinstateStaff { staff_id: id }).await?;
    Ok(cx.done(&person_href(id), "flash-admin-reinstated"))
}
