//! Somebody whose card the clerk may not see, or which is not here, and who is known at every desk all the same: his name, for whom
//! he speaks and how he is to be served. He is offered when his whole number or name was typed.

use axum::extract::Path;
use kernel::{Refusals, VisitId};
use maud::{Markup, html};
use web::ui::{Field, Form};
use web::{Answer, Cx, FormData};

use super::HOME;
use super::desk::Current;
use super::serve::{by_fields, by_words, home, not_him, run};
use crate::card::pages as card_pages;
use crate::desk::commands::RecogniseVisitor;
use crate::desk::model::RECOGNISED_BY;
use crate::desk::queries::{Known, VisitRow};
use crate::parts;

pub(super) async fn recognise(cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let visit_id: VisitId = parts::id(&id)?;
    let person_id = parts::id(&sent.text("person"))?;
    let (by, with) = (sent.text("by"), sent.text("with"));
    let command = RecogniseVisitor { visit_id, person_id, by, with };
    run(cx, (visit_id, sent), Ok(command), (home(visit_id), "flash-visit-recognised")).await
}

/// For whom he speaks, in a line.
fn roles(cx: &Cx, known: &Known) -> Markup {
    let l = &cx.l;
    html! {
        @for (n, regard) in known.regards.iter().enumerate() {
            @if n > 0 { br; }
            (l.t(&format!("links-kind-{}", regard.role.replace('_', "-")))) " · " (regard.company_name)
        }
    }
}

/// The visitor, who was recognised.
pub(super) fn shown(cx: &Cx, current: &Current, sent: &FormData, refusals: &Refusals) -> Markup {
    let Some(known) = &current.known else { return html! {} };
    html! {
        p { strong { (known.name) } " " span.quiet { (by_words(cx, &current.visit)) } }
        p { (roles(cx, known)) }
        @if let Some(card) = &current.card { (card_pages::digest_part(cx, card)) }
        p.quiet { (cx.l.t("visit-known-words")) }
        (not_him(cx, (&current.visit, known.person_id), sent, refusals))
    }
}

/// Somebody who may be the visitor: by what the clerk sees that it is he. Nobody here knows him personally.
pub(super) fn hit_form(
    cx: &Cx,
    visit: &VisitRow,
    known: &Known,
    sent: &FormData,
    refusals: &Refusals,
) -> Markup {
    let l = &cx.l;
    let person = known.person_id.to_string();
    let is_asked = sent.text("person") == person;
    let error = |name: &str| cx.field_error(refusals, name).filter(|_| is_asked);
    let typed = if is_asked { sent.raw("with") } else { "" };
    let with = Field::text("with", l.t("visit-with")).value(typed).required().error(error("with"));
    let form = Form::post(format!("{HOME}/visits/{}/recognise", visit.id))
        .id(format!("recognise-{person}"))
        .hidden("_id", cx.form_id())
        .hidden("person", person)
        .hidden("q", sent.raw("q"))
        .submit(l.t("visit-confirm"))
        .render(l, &by_fields(cx, (&RECOGNISED_BY, sent), with, error("by")));
    html! {
        div.desk-hit {
            p {
                strong { (known.name) } " "
                span.quiet { (l.t(&format!("service-{}", known.service.key()))) }
            }
            p { (roles(cx, known)) }
            (form)
        }
    }
}
