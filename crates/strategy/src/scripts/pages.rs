//! The list of scripts, and the form of one.

use axum::extract::Path;
use kernel::Refusals;
use maud::{Markup, html};
use spine::Error;
use uuid::Uuid;
use web::ui::{Cell, Column, form_row};
use web::{Access, Answer, Cx, FormData, Routes};

use super::commands::{DropScript, SaveScript};
use super::queries::{self, Script};
use crate::EDIT;
use crate::parts::{Shelf, line, lines, names, revision, typed};

const MAY: Access = Access::Needs(EDIT);

const SHELF: Shelf = Shelf {
    home: "/admin/scripts",
    entity: "service_script",
    icon: "clipboard-list",
    title: "strategy-scripts",
    lead: "strategy-scripts-lead",
    none: ["strategy-scripts-none", "strategy-scripts-none-words"],
    form: ["strategy-script-new", "strategy-script-edit"],
};

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
    let all = queries::list(&mut cx.db).await.map_err(Error::from)?;
    let l = &cx.l;
    let mut table = SHELF
        .table(&cx)
        .column(Column::text(l.t("strategy-theme")))
        .column(Column::text(l.t("strategy-name")).wide())
        .column(Column::text(l.t("strategy-key")))
        .column(Column::number(l.t("strategy-steps")));
    for script in &all {
        table = table.row(
            SHELF
                .row(&cx, script.id)
                .cell(Cell::text(&script.theme))
                .cell(Cell::text(script.shown_name(l.lang)))
                .cell(Cell::quiet(&script.key))
                .cell(Cell::number(l, i64::try_from(script.steps.len()).unwrap_or(0))),
        );
    }
    Ok(SHELF.page(&cx, &table))
}

async fn new(cx: Cx) -> Answer {
    Ok(SHELF.form(&cx, None, (&typed([]), None), fields))
}

async fn edit(mut cx: Cx, Path(id): Path<Uuid>) -> Answer {
    let script = queries::one(&mut cx.db, id).await.map_err(Error::from)?;
    let script = script.ok_or(Error::NotFound)?;
    let Script { key, name, name_en, theme, steps, steps_en, revision, .. } = script;
    let given = typed([
        ("key", key),
        ("name", name),
        ("name_en", name_en),
        ("theme", theme),
        ("steps", steps.join("\n")),
        ("steps_en", steps_en.join("\n")),
        ("revision", revision.to_string()),
    ]);
    Ok(SHELF.form(&cx, Some(id), (&given, None), fields))
}

async fn add(cx: Cx, sent: FormData) -> Answer {
    SHELF.save(&cx, None, (&sent, Ok(command(None, &sent))), fields).await
}

async fn save(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    SHELF.save(&cx, Some(id), (&sent, Ok(command(Some(id), &sent))), fields).await
}

fn command(script_id: Option<Uuid>, sent: &FormData) -> SaveScript {
    let steps = |name: &str| {
        let text = sent.raw(name);
        text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    };
    SaveScript {
        script_id,
        key: sent.text("key"),
        name: sent.text("name"),
        name_en: sent.text("name_en"),
        theme: sent.text("theme"),
        steps: steps("steps"),
        steps_en: steps("steps_en"),
        revision: revision(sent),
    }
}

async fn drop_script(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    SHELF.drop(&cx, &sent, DropScript { script_id: id }).await
}

fn fields(cx: &Cx, given: &FormData, refusals: &Refusals) -> Markup {
    let (l, given) = (&cx.l, (given, refusals));
    let theme = line(cx, given, ("theme", "strategy-theme")).hint(l.t("strategy-theme-hint"));
    let steps = lines(cx, given, ("steps", "strategy-steps-ru"), 8);
    let steps_en = lines(cx, given, ("steps_en", "strategy-steps-en"), 8);
    html! {
        (form_row(&[
            line(cx, given, ("key", "strategy-key")).required().hint(l.t("strategy-key-hint")).render(l),
            theme.required().render(l),
        ]))
        (names(cx, given))
        (steps.required().hint(l.t("strategy-steps-hint")).render(l))
        (steps_en.required().render(l))
    }
}
