//! One's own absences, and for whom one stands in.

use axum::extract::Path;
use maud::html;
use spine::Error;
use spine::org::edit::CancelAbsence;
use uuid::Uuid;
use web::ui::{Button, PageHeader, Panel};
use web::{Answer, Cx, FormData};

use super::{OWN, list};
use crate::absences::queries::{self, Absence};

pub(super) async fn own(mut cx: Cx) -> Answer {
    let l = cx.l.clone();
    let me = cx.principal().user_id.ok_or(Error::NotFound)?;
    let all = queries::of_person(&mut cx.db, me, l.today).await?;
    let (mine, others): (Vec<Absence>, Vec<Absence>) =
        all.into_iter().partition(|absence| absence.staff == me);
    let add = Button::primary(l.t("admin-absence-plan")).icon("plus").dialog("/me/absence/new");
    let others = (!others.is_empty()).then(|| list::table(&cx, "deputy-of", &others, OWN, None));
    let body = html! {
        (PageHeader::new(l.t("admin-absence-own")).lead(html! { (l.t("admin-absence-own-lead")) }).primary(add).render(&l))
        (list::table(&cx, "own-absences", &mine, OWN, None))
        @if let Some(others) = &others {
            (Panel::new(l.t("admin-absence-deputy-of")).icon("users").flush().render(others))
        }
    };
    Ok(cx.page(&l.t("admin-absence-own"), &body))
}

pub(super) async fn cancel(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &CancelAbsence { absence_id: id }).await?;
    Ok(cx.done(OWN, "flash-admin-absence-cancelled"))
}
