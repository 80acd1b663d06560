//! The dialog that ends a link.

use axum::extract::Path;
use axum::response::Response;
use kernel::{Date, LinkId, Refusal, Refusals};
use maud::html;
use spine::Error;
use spine::secrecy::Group;
use web::ui::{Field, Form, Input};
use web::{Answer, Cx, FormData};

use super::words::relation_words;
use crate::client::queries::{self as clients, ClientHead};
use crate::contacts::frame::{self, card, date_input, dialog, name_of, status};
use crate::links::commands::EndLink;
use crate::links::model::{Known, Relation};
use crate::links::queries;

async fn stored(cx: &Cx, head: &ClientHead, item: &str) -> Result<(Known, ClientHead), Error> {
    let item: LinkId = frame::id(item)?;
    let mut db = cx.db.clone();
    let link = queries::one(&mut db, item).await?.ok_or(Error::NotFound)?;
    let other = if link.from == head.id { link.to } else { link.from };
    if other != link.to && link.to != head.id {
        return Err(Error::NotFound);
    }
    let other = clients::head(&mut db, cx.principal(), other).await?;
    if !other.sees(Group::Links) {
        return Err(Error::NotFound);
    }
    Ok((link, other))
}

pub(super) async fn end_form(cx: Cx, Path((client, item)): Path<(String, String)>) -> Answer {
    let head = frame::editable(&cx, frame::id(&client)?, Group::Links).await?.head;
    let (link, other) = stored(&cx, &head, &item).await?;
    Ok(end_dialog(&cx, &head, &link, &other, "", &Refusals::default()))
}

fn end_dialog(
    cx: &Cx,
    head: &ClientHead,
    link: &Known,
    other: &ClientHead,
    until: &str,
    refusals: &Refusals,
) -> Response {
    let l = &cx.l;
    let other_holds = link.from == other.id || link.kind.is_mutual();
    let relation = relation_words(l, Relation { kind: link.kind, other_holds });
    let today = date_input(Some(l.today));
    let until = if until.is_empty() { today } else { until.to_owned() };
    let body = html! {
        p { (relation) ": " strong { (name_of(l, other)) } }
        (Field::new("until", l.t("links-until"), Input::Date).value(until).required()
            .error(cx.field_error(refusals, "until")).render(l))
        (Field::checkbox("by_mistake", l.t("links-by-mistake"), false).hint(l.t("links-by-mistake-hint")).render(l))
    };
    let form = Form::post(format!("{}/links/{}/end", card(head.id), link.id))
        .hidden("_id", cx.form_id())
        .submit(l.t("links-end"))
        .cancel(card(head.id))
        .render(l, &body);
    dialog(cx, status(refusals), head, &l.t("links-end"), &form)
}

pub(super) async fn end(
    cx: Cx,
    Path((client, item)): Path<(String, String)>,
    sent: FormData,
) -> Answer {
    let head = frame::editable(&cx, frame::id(&client)?, Group::Links).await?.head;
    let (link, other) = stored(&cx, &head, &item).await?;
    let mut refusals = Refusals::default();
    let until: Option<Date> = sent.date("until", cx.l.today, &mut refusals);
    if until.is_none() && refusals.0.is_empty() {
        refusals.push(Refusal::field("required", "until"));
    }
    let by_mistake = sent.is_set("by_mistake");
    let outcome = match (until, refusals.into_result()) {
        (Some(until), Ok(())) => {
            let command = EndLink { link_id: link.id, until, by_mistake };
            cx.execute(sent.command_id()?, &command).await
        }
        (_, refused) => Err(Error::Refused(refused.err().unwrap_or_default())),
    };
    match outcome {
        Ok(()) => Ok(cx.done(&card(head.id), "flash-link-ended")),
        Err(Error::Refused(refusals)) => {
            Ok(end_dialog(&cx, &head, &link, &other, &sent.text("until"), &refusals))
        }
        Err(error) => Err(error.into()),
    }
}
