//! The list of scripts, and the form of one.

use axum::extract::Path;
use axum::response::Response;
use kernel::Refusals;
use maud::html;
use spine::Error;
use uuid::Uuid;
use web::ui::{self, Button, Cell, Column, Field, Form, Input, PageHeader, Row, Table, form_row};
use web::{Access, Answer, Cx, FormData, Routes};

use super::commands::{DropScript, SaveScript};
use super::queries::{self, Script};
use crate::EDIT;
use crate::parts::{dialog, post_button, revision, summary};

const MAY: Access = Access::Needs(EDIT);
const HOME: &str = "/admin/scripts";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/admin/scripts", MAY, list)
        .get("/admin/scripts/new", MAY, new)
        .post("/admin/scripts/new", MAY, add)
        .get("/admin/scripts/{id}", MAY, edit)
        .post("/admin/scripts/{id}", MAY, save)
        .post("/admin/scripts/{id}/drop", MAY, drop_script)
}

async fn list(mut cx: Cx) -> Answer {
    let l = cx.l.clone();
    let all = queries::list(&mut cx.db).await.map_err(Error::from)?;
    let add = Button::primary(l.t("strategy-script-new")).icon("plus").dialog("/admin/scripts/new");
    let words = l.t("strategy-scripts-none-words");
    let none = ui::empty("clipboard-list", &l.t("strategy-scripts-none"), &words, None);
    let mut table = Table::new("scripts", l.t("strategy-scripts"))
        .column(Column::text(l.t("strategy-theme")))
        .column(Column::text(l.t("strategy-name")).wide())
        .column(Column::text(l.t("strategy-key")))
        .column(Column::number(l.t("strategy-steps")))
        .live("kind:service_script", HOME)
        .empty(none);
    for script in &all {
        let drop = Button::quiet(l.t("strategy-drop")).icon("trash-2");
        table = table.row(
            Row::new(script.id)
                .href(format!("{HOME}/{}", script.id))
                .cell(Cell::text(&script.theme))
                .cell(Cell::text(script.shown_name(l.lang)))
                .cell(Cell::quiet(&script.key))
                .cell(Cell::number(&l, i64::try_from(script.steps.len()).unwrap_or(0)))
                .actions(post_button(&cx, &format!("{HOME}/{}/drop", script.id), drop)),
        );
    }
    let lead = html! { (l.t("strategy-scripts-lead")) };
    let body = html! {
        (PageHeader::new(l.t("strategy-scripts")).lead(lead).primary(add).render(&l))
        (table.render(&l))
    };
    Ok(cx.page(&l.t("strategy-scripts"), &body))
}

async fn new(cx: Cx) -> Answer {
    Ok(show(&cx, None, &FormData::from_pairs([]), None))
}

async fn add(cx: Cx, sent: FormData) -> Answer {
    send(cx, None, sent).await
}

async fn edit(mut cx: Cx, Path(id): Path<Uuid>) -> Answer {
    let script = queries::one(&mut cx.db, id).await.map_err(Error::from)?;
    let script = script.ok_or(Error::NotFound)?;
    let Script { key, name, name_en, theme, steps, steps_en, revision, .. } = script;
    let pairs = [
        ("key", key),
        ("name", name),
        ("name_en", name_en),
        ("theme", theme),
        ("steps", steps.join("\n")),
        ("steps_en", steps_en.join("\n")),
        ("revision", revision.to_string()),
    ];
    let given = FormData::from_pairs(pairs.map(|(k, v)| (k.to_owned(), v)));
    Ok(show(&cx, Some(id), &given, None))
}

async fn save(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    send(cx, Some(id), sent).await
}

async fn send(cx: Cx, id: Option<Uuid>, sent: FormData) -> Answer {
    let lines = |name: &str| {
        let text = sent.raw(name);
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    let command = SaveScript {
        script_id: id,
        key: sent.text("key"),
        name: sent.text("name"),
        name_en: sent.text("name_en"),
        theme: sent.text("theme"),
        steps: lines("steps"),
        steps_en: lines("steps_en"),
        revision: revision(&sent),
    };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(_) => Ok(cx.done(HOME, "flash-strategy-saved")),
        Err(Error::Refused(refusals)) => Ok(show(&cx, id, &sent, Some(&refusals))),
        Err(other) => Err(other.into()),
    }
}

async fn drop_script(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &DropScript { script_id: id }).await?;
    Ok(cx.done(HOME, "flash-strategy-dropped"))
}

fn show(cx: &Cx, id: Option<Uuid>, given: &FormData, refused: Option<&Refusals>) -> Response {
    let l = &cx.l;
    let none = Refusals::default();
    let refusals = refused.unwrap_or(&none);
    let line = |name: &str, key: &str| {
        let error = cx.field_error(refusals, name);
        Field::text(name, l.t(key)).value(given.text(name)).required().error(error)
    };
    let steps = |name: &str, key: &str| {
        let error = cx.field_error(refusals, name);
        Field::new(name, l.t(key), Input::Textarea { rows: 8 })
            .value(given.raw(name))
            .required()
            .error(error)
    };
    let fields = html! {
        (summary(cx, refusals))
        (form_row(&[
            line("key", "strategy-key").hint(l.t("strategy-key-hint")).render(l),
            line("theme", "strategy-theme").hint(l.t("strategy-theme-hint")).render(l),
        ]))
        (form_row(&[
            line("name", "strategy-name-ru").render(l),
            line("name_en", "strategy-name-en").render(l),
        ]))
        (steps("steps", "strategy-steps-ru").hint(l.t("strategy-steps-hint")).full().render(l))
        (steps("steps_en", "strategy-steps-en").full().render(l))
    };
    let action = id.map_or_else(|| format!("{HOME}/new"), |id| format!("{HOME}/{id}"));
    let body = Form::post(action)
        .hidden("_id", cx.form_id())
        .hidden("revision", given.text("revision"))
        .submit(l.t("strategy-save"))
        .cancel(HOME)
        .render(l, &fields);
    let title = l.t(if id.is_some() { "strategy-script-edit" } else { "strategy-script-new" });
    dialog(cx, &title, &body, refused.is_some())
}
