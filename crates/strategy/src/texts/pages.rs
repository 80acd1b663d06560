//! The list of texts, and the form of one.

use axum::extract::Path;
use kernel::{Refusal, Refusals};
use maud::{Markup, html};
use spine::Error;
use uuid::Uuid;
use web::i18n::L;
use web::ui::{Cell, Column, Field, Input, Opt, form_row};
use web::{Access, Answer, Cx, FormData, Routes};

use super::commands::{DropText, SaveText, known_places};
use super::model::Channel;
use super::queries::{self, Text};
use crate::EDIT;
use crate::parts::{Shelf, line, lines, names, revision, typed};

const MAY: Access = Access::Needs(EDIT);
/// Characters of a text that the list shows.
const SHOWN_CHARS: usize = 160;

const SHELF: Shelf = Shelf {
    home: "/admin/texts",
    entity: "message_text",
    icon: "mail",
    title: "strategy-texts",
    lead: "strategy-texts-lead",
    none: ["strategy-texts-none", "strategy-texts-none-words"],
    form: ["strategy-text-new", "strategy-text-edit"],
};

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/admin/texts", MAY, list)
        .get("/admin/texts/new", MAY, new)
        .post("/admin/texts/new", MAY, add)
        .get("/admin/texts/{id}", MAY, edit)
        .post("/admin/texts/{id}", MAY, save)
        .post("/admin/texts/{id}/drop", MAY, drop_text)
}

fn channel_words(l: &L, channel: Channel) -> String {
    match channel {
        Channel::Sms => l.t("strategy-channel-sms"),
        Channel::Email => l.t("strategy-channel-email"),
        Channel::Chat => l.t("strategy-channel-chat"),
    }
}

async fn list(mut cx: Cx) -> Answer {
    let all = queries::list(&mut cx.db).await?;
    let l = &cx.l;
    let mut table = SHELF
        .table(&cx)
        .column(Column::text(l.t("strategy-name")))
        .column(Column::text(l.t("strategy-channel")))
        .column(Column::text(l.t("strategy-body")).wide())
        .column(Column::text(l.t("strategy-key")));
    for text in &all {
        let body: String = text.shown_body(l.lang).chars().take(SHOWN_CHARS).collect();
        table = table.row(
            SHELF
                .row(&cx, text.id)
                .cell(Cell::text(text.shown_name(l.lang)))
                .cell(Cell::text(channel_words(l, text.channel)))
                .cell(Cell::text(body))
                .cell(Cell::quiet(&text.key)),
        );
    }
    Ok(SHELF.page(&cx, &table))
}

async fn new(cx: Cx) -> Answer {
    let given = typed([("channel", Channel::Sms.key().to_owned())]);
    Ok(SHELF.form(&cx, None, (&given, None), fields))
}

async fn edit(mut cx: Cx, Path(id): Path<Uuid>) -> Answer {
    let text = queries::one(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    let Text { key, channel, name, name_en, subject, subject_en, body, body_en, revision, .. } =
        text;
    let given = typed([
        ("key", key),
        ("channel", channel.key().to_owned()),
        ("name", name),
        ("name_en", name_en),
        ("subject", subject),
        ("subject_en", subject_en),
        ("body", body),
        ("body_en", body_en),
        ("revision", revision.to_string()),
    ]);
    Ok(SHELF.form(&cx, Some(id), (&given, None), fields))
}

async fn add(cx: Cx, sent: FormData) -> Answer {
    SHELF.save(&cx, None, (&sent, command(None, &sent)), fields).await
}

async fn save(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    SHELF.save(&cx, Some(id), (&sent, command(Some(id), &sent)), fields).await
}

async fn drop_text(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    SHELF.drop(&cx, &sent, DropText { text_id: id }).await
}

fn command(text_id: Option<Uuid>, sent: &FormData) -> Result<SaveText, Refusals> {
    let channel = Channel::from_key(&sent.text("channel"));
    let channel = channel.ok_or_else(|| Refusal::field("not-a-choice", "channel"))?;
    Ok(SaveText {
        text_id,
        key: sent.text("key"),
        channel,
        name: sent.text("name"),
        name_en: sent.text("name_en"),
        subject: sent.text("subject"),
        subject_en: sent.text("subject_en"),
        body: sent.raw("body").to_owned(),
        body_en: sent.raw("body_en").to_owned(),
        revision: revision(sent),
    })
}

fn fields(cx: &Cx, given: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let channels = Channel::ALL.map(|one| Opt::new(one.key(), channel_words(l, one))).to_vec();
    let channel = Field::new("channel", l.t("strategy-channel"), Input::Select(channels));
    let channel = channel.value(given.text("channel")).error(cx.field_error(refusals, "channel"));
    let places = l.ta("strategy-body-hint", &[("places", known_places().into())]);
    let given = (given, refusals);
    let subject = line(cx, given, ("subject", "strategy-subject-ru"));
    html! {
        (form_row(&[
            line(cx, given, ("key", "strategy-key")).required().hint(l.t("strategy-key-hint")).render(l),
            channel.render(l),
        ]))
        (names(cx, given))
        (form_row(&[
            subject.hint(l.t("strategy-subject-hint")).render(l),
            line(cx, given, ("subject_en", "strategy-subject-en")).render(l),
        ]))
        (lines(cx, given, ("body", "strategy-body-ru"), 6).required().hint(places).render(l))
        (lines(cx, given, ("body_en", "strategy-body-en"), 6).required().render(l))
    }
}
