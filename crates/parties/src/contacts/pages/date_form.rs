//! The dialog of an important date.

use axum::extract::Path;
use axum::response::Response;
use kernel::{DateId, Refusals};
use maud::html;
use spine::Error;
use spine::secrecy::Group;
use web::ui::{Field, Form, Input, Opt, form_row};
use web::{Answer, Cx, FormData};

use super::frame::{self, Seen, archive_button, card, date_input, dialog, id, iso_date};
use crate::client::queries::ClientHead;
use crate::contacts::commands::{AddDate, ArchiveDate, DateFields, EditDate};
use crate::contacts::model::DateKind;
use crate::contacts::queries::{self, ImportantDate};

struct Shown<'a> {
    head: &'a ClientHead,
    kind: DateKind,
    stored: Option<&'a ImportantDate>,
    typed: DateFields,
    original: DateFields,
    refusals: Refusals,
}

const fn empty(yearly: bool) -> DateFields {
    DateFields { title: String::new(), on_date: String::new(), yearly }
}

fn form(cx: &Cx, shown: &Shown<'_>) -> Response {
    let l = &cx.l;
    let client = shown.head.id;
    let error = |field: &str| cx.field_error(&shown.refusals, field);
    let kinds = DateKind::ALL
        .iter()
        .map(|k| Opt::new(k.key(), l.t(&format!("contacts-date-{}", k.key()))))
        .collect();
    let title = match shown.stored {
        Some(date) => l.t(&format!("contacts-date-{}", date.kind.key())),
        None => l.t("contacts-dates-add"),
    };
    let body = html! {
        (frame::summary(cx, &shown.refusals, &["kind", "title", "on_date"]))
        (form_row(&[
            html! {
                @if shown.stored.is_none() {
                    (Field::select("kind", l.t("contacts-date-kind"), kinds).value(shown.kind.key()).render(l))
                }
            },
            Field::new("on_date", l.t("contacts-date-day"), Input::Date)
                .value(&shown.typed.on_date).required().error(error("on_date")).render(l),
        ]))
        (Field::text("title", l.t("contacts-date-title")).value(&shown.typed.title)
            .hint(l.t("contacts-date-title-hint")).error(error("title")).full().render(l))
        (Field::checkbox("yearly", l.t("contacts-date-yearly"), shown.typed.yearly).render(l))
    };
    let action = match shown.stored {
        Some(date) => format!("{}/dates/{}", card(client), date.id),
        None => format!("{}/dates", card(client)),
    };
    let mut form = Form::post(&action)
        .hidden("_id", cx.form_id())
        .submit(l.t("contacts-save"))
        .cancel(card(client));
    if shown.stored.is_some() {
        form = form
            .hidden("o_title", &shown.original.title)
            .hidden("o_on_date", &shown.original.on_date)
            .hidden("o_yearly", if shown.original.yearly { "on" } else { "" })
            .extra(archive_button(cx, &action));
    }
    dialog(cx, frame::status(&shown.refusals), shown.head, &title, &form.render(l, &body))
}

pub(super) async fn new_form(cx: Cx, Path(client): Path<String>) -> Answer {
    let seen = frame::editable(&cx, id(&client)?, Group::History).await?;
    let shown = Shown {
        head: &seen.head,
        kind: if seen.head.kind.is_natural() { DateKind::Wedding } else { DateKind::Anniversary },
        stored: None,
        typed: empty(true),
        original: empty(true),
        refusals: Refusals::default(),
    };
    Ok(form(&cx, &shown))
}

fn sent_fields(cx: &Cx, sent: &FormData) -> (DateFields, DateFields) {
    let typed = DateFields {
        title: sent.text("title"),
        on_date: sent.text("on_date"),
        yearly: sent.is_set("yearly"),
    };
    let wanted = DateFields { on_date: iso_date(cx, sent, "on_date"), ..typed.clone() };
    (typed, wanted)
}

pub(super) async fn add(cx: Cx, Path(client): Path<String>, sent: FormData) -> Answer {
    let seen = frame::editable(&cx, id(&client)?, Group::History).await?;
    let client_id = seen.head.id;
    let kind = DateKind::from_key(&sent.text("kind"))
        .ok_or_else(|| Error::refused_field("not-a-choice", "kind"))?;
    let (typed, fields) = sent_fields(&cx, &sent);
    let command = AddDate { client_id, kind, fields };
    let outcome = cx.execute(sent.command_id()?, &command).await;
    frame::finish(&cx, outcome, &card(client_id), "flash-date-saved", |answer| {
        form(
            &cx,
            &Shown {
                head: &seen.head,
                kind,
                stored: None,
                typed,
                original: empty(false),
                refusals: answer.unwrap_or_default(),
            },
        )
    })
}

async fn stored(cx: &Cx, client: &str, item: &str) -> Result<(Seen, ImportantDate), Error> {
    let mut seen = frame::editable(cx, id(client)?, Group::History).await?;
    let item: DateId = id(item)?;
    let date = queries::date(&mut seen.db, item).await?.ok_or(Error::NotFound)?;
    if date.client_id != seen.head.id {
        return Err(Error::NotFound);
    }
    Ok((seen, date))
}

pub(super) async fn edit_form(cx: Cx, Path((client, item)): Path<(String, String)>) -> Answer {
    let (seen, date) = stored(&cx, &client, &item).await?;
    let original = DateFields {
        title: date.title.clone(),
        on_date: date.on_date.to_string(),
        yearly: date.yearly,
    };
    let shown = Shown {
        head: &seen.head,
        kind: date.kind,
        stored: Some(&date),
        typed: DateFields { on_date: date_input(Some(date.on_date)), ..original.clone() },
        original,
        refusals: Refusals::default(),
    };
    Ok(form(&cx, &shown))
}

pub(super) async fn edit(
    cx: Cx,
    Path((client, item)): Path<(String, String)>,
    sent: FormData,
) -> Answer {
    let (seen, date) = stored(&cx, &client, &item).await?;
    let (typed, fields) = sent_fields(&cx, &sent);
    let original = DateFields {
        title: sent.text("o_title"),
        on_date: sent.text("o_on_date"),
        yearly: sent.is_set("o_yearly"),
    };
    let command = EditDate { date_id: date.id, original: original.clone(), fields };
    let outcome = cx.execute(sent.command_id()?, &command).await;
    let back = card(seen.head.id);
    frame::finish(&cx, outcome, &back, "flash-date-saved", |answer| match answer {
        Ok(refusals) => form(
            &cx,
            &Shown {
                head: &seen.head,
                kind: date.kind,
                stored: Some(&date),
                typed,
                original,
                refusals,
            },
        ),
        Err(conflict) => {
            let title = cx.l.t(&format!("contacts-date-{}", date.kind.key()));
            let action = format!("{back}/dates/{}", date.id);
            frame::conflict(&cx, &seen.head, &title, &action, &sent, &conflict)
        }
    })
}

pub(super) async fn archive(
    cx: Cx,
    Path((client, item)): Path<(String, String)>,
    sent: FormData,
) -> Answer {
    let (seen, date) = stored(&cx, &client, &item).await?;
    cx.execute(sent.command_id()?, &ArchiveDate { date_id: date.id }).await?;
    Ok(cx.done(&card(seen.head.id), "flash-date-archived"))
}
