//! The versions of the rules, and beginning a draft.

use axum::http::StatusCode;
use kernel::Refusals;
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::commands::DraftPolicy;
use spine::secrecy::queries::{self, State, Version};
use web::ui::{self, Button, Cell, Column, Field, Form, Opt, PageHeader, Panel, Row, Table, Tone};
use web::{Answer, Cx, FormData};

use super::HOME;
use crate::pages::summary;

/// Versions listed.
const LISTED: i64 = 100;

pub(super) async fn list(cx: Cx) -> Answer {
    show(&cx, &FormData::default(), &Refusals::default()).await
}

async fn show(cx: &Cx, sent: &FormData, refusals: &Refusals) -> Answer {
    let l = &cx.l;
    let versions = queries::versions(&mut cx.db.clone(), LISTED).await?;
    let explain = Button::secondary(l.t("admin-secrecy-explain"))
        .icon("search")
        .href(format!("{HOME}/explain"));
    let mut parts = vec![table(cx, &versions)];
    if cx.principal().has("secrecy.change") {
        parts.push(draft_form(cx, &versions, sent, refusals));
    }
    let title = l.t("admin-secrecy");
    let body = html! {
        (PageHeader::new(title.clone()).lead(html! { (l.t("admin-secrecy-lead")) })
            .other(explain.render()).render(l))
        (ui::stack(&parts))
    };
    let status =
        if refusals.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(cx.page_with_status(status, &title, &body))
}

pub(super) fn state_mark(cx: &Cx, state: State) -> Markup {
    let tone = match state {
        State::Draft => Tone::Info,
        State::Tested => Tone::Attention,
        State::Released => Tone::Good,
        State::Past => Tone::Neutral,
    };
    ui::badge(tone, &cx.l.t(&format!("admin-secrecy-state-{}", state.key())))
}

/// What a version is called.
pub(super) fn name(cx: &Cx, version: &Version) -> String {
    let title = match (version.number, version.title.is_empty()) {
        (Some(1), true) => cx.l.t("admin-secrecy-built-in"),
        _ => version.title.clone(),
    };
    match version.number {
        Some(number) => format!("{number} · {title}"),
        None => title,
    }
}

fn table(cx: &Cx, versions: &[Version]) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let who = |id: Option<kernel::UserId>| {
        id.map_or_else(|| l.t("admin-system"), |id| directory.staff_name(id, l.lang).to_owned())
    };
    let mut table = Table::new("secrecy-versions", l.t("admin-secrecy"))
        .column(Column::text(l.t("admin-secrecy-version")).wide())
        .column(Column::text(l.t("admin-secrecy-state")))
        .column(Column::text(l.t("admin-secrecy-made-by")))
        .column(Column::text(l.t("admin-secrecy-released-at")))
        .column(Column::text(l.t("admin-secrecy-released-by")));
    for version in versions {
        let released = version.released_at;
        table = table.row(
            Row::new(version.id)
                .href(format!("{HOME}/{}", version.id))
                .cell(Cell::text(name(cx, version)))
                .cell(Cell::markup(state_mark(cx, version.state)))
                .cell(Cell::quiet(who(version.made_by)))
                .cell(released.map_or_else(|| Cell::none(l), |at| Cell::text(l.datetime(at))))
                .cell(
                    released
                        .map_or_else(|| Cell::none(l), |_| Cell::quiet(who(version.released_by))),
                ),
        );
    }
    Panel::new("").flush().render(&table.render(l))
}

fn draft_form(cx: &Cx, versions: &[Version], sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let bases = versions
        .iter()
        .filter(|version| version.number.is_some())
        .map(|version| Opt::new(version.id.to_string(), name(cx, version)))
        .collect();
    let body = html! {
        (summary(cx, refusals))
        (Field::text("title", l.t("admin-secrecy-title")).value(sent.raw("title")).required()
            .error(cx.field_error(refusals, "title")).render(l))
        (Field::select("base", l.t("admin-secrecy-base"), bases).value(sent.raw("base"))
            .error(cx.field_error(refusals, "base")).render(l))
    };
    let form = Form::post(HOME).hidden("_id", cx.form_id()).submit(l.t("admin-secrecy-draft"));
    Panel::new(l.t("admin-secrecy-draft")).icon("plus").render(&form.render(l, &body))
}

pub(super) async fn draft(cx: Cx, sent: FormData) -> Answer {
    let base_id = sent.text("base").parse().map_err(|_| Error::NotFound)?;
    let command = DraftPolicy { base_id, title: sent.text("title") };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(id) => Ok(cx.done(&format!("{HOME}/{id}"), "flash-secrecy-drafted")),
        Err(Error::Refused(refusals)) => show(&cx, &sent, &refusals).await,
        Err(error) => Err(error.into()),
    }
}
