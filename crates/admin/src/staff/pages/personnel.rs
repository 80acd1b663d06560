//! The bank's personnel number of a member of staff: which accounts are one person.

use axum::extract::Path;
use axum::response::Response;
use kernel::{Refusals, UserId};
use maud::html;
use spine::Error;
use spine::approval::commands::SetPersonnelNumber;
use web::ui::{Field, Form};
use web::{Answer, Cx, FormData};

use super::person_href;
use crate::pages::{dialog, dialog_refused, summary};

pub(super) async fn form(cx: Cx, Path(id): Path<UserId>) -> Answer {
    let directory = cx.app.services.directory.get();
    directory.staff.get(&id).ok_or(Error::NotFound)?;
    let number = directory.personnel_number(id).to_owned();
    Ok(show(&cx, id, &FormData::from_pairs([("number".to_owned(), number)]), None))
}

pub(super) async fn save(cx: Cx, Path(id): Path<UserId>, sent: FormData) -> Answer {
    let command = SetPersonnelNumber { staff_id: id, number: sent.text("number") };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(()) => Ok(cx.done(&person_href(id), "flash-admin-personnel-set")),
        Err(Error::Refused(refusals)) => Ok(show(&cx, id, &sent, Some(&refusals))),
        Err(other) => Err(other.into()),
    }
}

fn show(cx: &Cx, id: UserId, given: &FormData, refused: Option<&Refusals>) -> Response {
    let l = &cx.l;
    let none = Refusals::default();
    let refusals = refused.unwrap_or(&none);
    let fields = html! {
        (summary(cx, refusals))
        (Field::text("number", l.t("admin-staff-personnel-number")).value(given.text("number"))
            .hint(l.t("admin-personnel-words")).error(cx.field_error(refusals, "number")).render(l))
    };
    let body = Form::post(format!("{}/personnel", person_href(id)))
        .hidden("_id", cx.form_id())
        .submit(l.t("admin-save"))
        .cancel(person_href(id))
        .render(l, &fields);
    let title = l.t("admin-personnel-set");
    match refused {
        Some(_) => dialog_refused(cx, &title, &body),
        None => dialog(cx, &title, &body),
    }
}
