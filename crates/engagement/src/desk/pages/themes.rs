//! What people come for, as head office sets it.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use kernel::{DeskThemeId, Refusal, Refusals, limits};
use maud::html;
use spine::Error;
use web::ui::{
    self, Button, Cell, Column, Field, Form, Input, Opt, PageHeader, Row, Table, Tone, form_row,
};
use web::{Answer, Cx, FormData};

use crate::desk::commands::SaveTheme;
use crate::desk::queries::{self, ThemeRow};
use crate::interaction::model::TOPICS;
use crate::parts;

const HOME: &str = "/admin/themes";

pub(super) async fn list(mut cx: Cx) -> Answer {
    let themes = queries::themes(&mut cx.db).await?;
    let l = &cx.l;
    let add = || Button::primary(l.t("theme-new")).icon("plus").dialog("/admin/themes/new");
    let rows = themes.iter().map(|t| {
        let under = if t.parent_id.is_some() { "— " } else { "" };
        let topic = match t.topic.as_str() {
            "" => String::new(),
            topic => l.t(&format!("interaction-topic-{topic}")),
        };
        let state = match t.archived {
            true => ui::badge(Tone::Neutral, &l.t("theme-archived")),
            false => ui::dot(Tone::Good, &l.t("theme-offered")),
        };
        Row::new(t.id)
            .href(format!("{HOME}/{}", t.id))
            .cell(Cell::text(format!("{under}{}", t.shown_name(l.lang))))
            .cell(Cell::text(&t.letter))
            .cell(Cell::quiet(topic))
            .cell(Cell::number(l, t.minutes))
            .cell(Cell::markup(state))
    });
    let table = Table::new("themes", l.t("nav-desk-themes"))
        .column(Column::text(l.t("theme-name")).wide())
        .column(Column::text(l.t("theme-letter")))
        .column(Column::text(l.t("interaction-topic")))
        .column(Column::number(l.t("theme-minutes")))
        .column(Column::text(l.t("theme-state")))
        .rows(rows)
        .live("kind:desk_theme", HOME)
        .empty(ui::empty("list-checks", &l.t("theme-none"), &l.t("theme-none-words"), Some(add())));
    let header = PageHeader::new(l.t("nav-desk-themes")).lead(html! { (l.t("theme-lead")) });
    let content = html! { (header.primary(add()).render(l)) (table.render(l)) };
    Ok(cx.page(&l.t("nav-desk-themes"), &content))
}

pub(super) async fn new(mut cx: Cx) -> Answer {
    let themes = queries::themes(&mut cx.db).await?;
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let start = FormData::from_pairs([pair("minutes", "10"), pair("place", "100")]);
    Ok(show(&cx, StatusCode::OK, (None, &themes), &start, &Refusals::default()))
}

pub(super) async fn edit(mut cx: Cx, Path(id): Path<String>) -> Answer {
    let id: DeskThemeId = parts::id(&id)?;
    let themes = queries::themes(&mut cx.db).await?;
    let theme = themes.iter().find(|t| t.id == id).ok_or(Error::NotFound)?;
    let pair = |key: &str, value: String| (key.to_owned(), value);
    let mut pairs = vec![
        pair("name", theme.name.clone()),
        pair("name_en", theme.name_en.clone()),
        pair("topic", theme.topic.clone()),
        pair("letter", theme.letter.clone()),
        pair("minutes", theme.minutes.to_string()),
        pair("place", theme.place.to_string()),
        pair("version", theme.version.to_string()),
        pair("parent_id", theme.parent_id.map(|id| id.to_string()).unwrap_or_default()),
    ];
    if theme.archived {
        pairs.push(pair("archived", "on".to_owned()));
    }
    let start = FormData::from_pairs(pairs);
    Ok(show(&cx, StatusCode::OK, (Some(id), &themes), &start, &Refusals::default()))
}

pub(super) async fn save(cx: Cx, sent: FormData) -> Answer {
    saved(cx, None, sent).await
}

pub(super) async fn save_one(cx: Cx, Path(id): Path<String>, sent: FormData) -> Answer {
    let id: DeskThemeId = parts::id(&id)?;
    saved(cx, Some(id), sent).await
}

async fn saved(mut cx: Cx, theme_id: Option<DeskThemeId>, sent: FormData) -> Answer {
    let mut refusals = Refusals::default();
    let mut number = |name: &str| {
        let parsed = sent.text(name).parse::<i64>();
        if parsed.is_err() {
            refusals.push(Refusal::field("not-a-whole-number", name));
        }
        parsed.unwrap_or(0)
    };
    let (minutes, place) = (number("minutes"), number("place"));
    let command = SaveTheme {
        theme_id,
        version: sent.text("version").parse().unwrap_or(0),
        parent_id: sent.id("parent_id", &mut refusals),
        name: sent.required("name", limits::TEXT_CHARS_MAX, &mut refusals),
        name_en: sent.required("name_en", limits::TEXT_CHARS_MAX, &mut refusals),
        topic: sent.text("topic"),
        letter: sent.text("letter"),
        minutes,
        place,
        archived: sent.is_set("archived"),
    };
    let outcome = match refusals.0.is_empty() {
        true => cx.execute(sent.command_id()?, &command).await.map(|_| ()),
        false => Err(Error::Refused(refusals)),
    };
    match outcome {
        Ok(()) => Ok(cx.done(HOME, "flash-theme-saved")),
        Err(Error::Refused(refusals)) => {
            let themes = queries::themes(&mut cx.db).await?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(show(&cx, status, (theme_id, &themes), &sent, &refusals))
        }
        Err(other) => Err(other.into()),
    }
}

fn show(
    cx: &Cx,
    status: StatusCode,
    (id, themes): (Option<DeskThemeId>, &[ThemeRow]),
    sent: &FormData,
    refusals: &Refusals,
) -> Response {
    let l = &cx.l;
    let error = |name: &str| cx.field_error(refusals, name);
    let first = themes.iter().filter(|t| t.parent_id.is_none() && Some(t.id) != id);
    let parents: Vec<Opt> = std::iter::once(Opt::new("", l.t("theme-first")))
        .chain(first.map(|t| Opt::new(t.id.to_string(), t.shown_name(l.lang))))
        .collect();
    let topics =
        parts::word_options(l, "interaction-topic-", &TOPICS, Some("interaction-not-chosen"));
    let text = |name: &'static str, label: &str| {
        Field::text(name, l.t(label)).value(sent.raw(name)).required().error(error(name)).render(l)
    };
    let digits = |name: &'static str, label: &str| {
        Field::new(name, l.t(label), Input::Digits)
            .value(sent.raw(name))
            .required()
            .error(error(name))
            .render(l)
    };
    let body = html! {
        (ui::error_summary(l, &cx.refusal_words(refusals.general())))
        (form_row(&[text("name", "theme-name-ru"), text("name_en", "theme-name-en")]))
        (form_row(&[
            Field::select("parent_id", l.t("theme-parent"), parents).value(sent.text("parent_id"))
                .error(error("parent_id")).render(l),
            Field::select("topic", l.t("interaction-topic"), topics).value(sent.text("topic"))
                .hint(l.t("theme-topic-hint")).error(error("topic")).render(l),
        ]))
        (form_row(&[
            text("letter", "theme-letter"), digits("minutes", "theme-minutes"), digits("place", "theme-place"),
        ]))
        (Field::checkbox("archived", l.t("theme-archive"), sent.is_set("archived")).render(l))
    };
    let action = id.map_or_else(|| "/admin/themes/new".to_owned(), |id| format!("{HOME}/{id}"));
    let form = Form::post(action)
        .hidden("_id", cx.form_id())
        .hidden("version", sent.raw("version"))
        .submit(l.t("theme-save"))
        .cancel(HOME);
    let title = if id.is_some() { l.t("theme-edit") } else { l.t("theme-new") };
    parts::dialog(cx, status, &title, (HOME, &l.t("nav-desk-themes")), &form.render(l, &body))
}
