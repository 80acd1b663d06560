//! One version: what is in it, how far it is released, and what can be done about it.

use axum::extract::Path;
use maud::{Markup, html};
use spine::Error;
use spine::bundle::queries::{self, Release};
use web::ui::{Button, Cell, Column, Kv, PageHeader, Panel, Row, Table, split};
use web::{Answer, Cx};

use super::{HOME, at_centre, part_words, release_mark, stage_words};
use crate::parts::post_button;

pub(super) async fn show(mut cx: Cx, Path(version): Path<i64>) -> Answer {
    at_centre(&cx)?;
    let release = queries::release(&mut cx.db, version).await?.ok_or(Error::NotFound)?;
    let newest = queries::newest(&mut cx.db).await?.map_or(0, |newest| newest.version);
    let l = cx.l.clone();
    let title = l.ta("strategy-version-n", &[("n", version.into())]);
    let at = format!("{HOME}/{version}");
    let mut header = PageHeader::new(&title)
        .crumb(HOME, l.t("strategy-bundle"))
        .marks(release_mark(&l, &release, cx.now()));
    if release.stage.percent < 100 || release.halted_at.is_some() {
        let further = Button::primary(l.t("strategy-further")).icon("arrow-up-right");
        header = header.primary(further.dialog(format!("{at}/stage")));
    }
    if release.halted_at.is_none() {
        let halt = Button::danger(l.t("strategy-halt")).icon("ban");
        header = header.other(post_button(&cx, &format!("{at}/halt"), halt));
    }
    if version < newest {
        let back = Button::secondary(l.t("strategy-roll-back")).icon("undo-2");
        header = header.other(back.dialog(format!("{at}/roll-back")).render());
    }
    let facts = Panel::new(l.t("strategy-release-facts")).icon("info");
    let body = html! {
        (header.render(&l))
        (split(&parts(&cx, &release), &facts.render(&about(&cx, &release))))
    };
    Ok(cx.page(&title, &body))
}

fn parts(cx: &Cx, release: &Release) -> Markup {
    let l = &cx.l;
    let mut table = Table::new("strategy-parts", l.t("strategy-parts"))
        .column(Column::text(l.t("strategy-part")).wide())
        .column(Column::number(l.t("strategy-part-rows")))
        .column(Column::text(l.t("strategy-part-print")));
    for part in &release.manifest.parts {
        let print: String = part.digest.chars().take(16).collect();
        table = table.row(
            Row::new(&part.name)
                .cell(Cell::text(part_words(l, &part.name)))
                .cell(Cell::number(l, part.rows))
                .cell(Cell::markup(html! { code { (print) "…" } })),
        );
    }
    for (name, value) in &release.manifest.facts {
        table = table.row(
            Row::new(name)
                .cell(Cell::text(part_words(l, name)))
                .cell(Cell::none(l))
                .cell(Cell::text(value)),
        );
    }
    table.render(l)
}

fn about(cx: &Cx, release: &Release) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let mut kv = Kv::new("strategy-release")
        .text(l.t("strategy-stage"), &stage_words(cx, release))
        .text(l.t("strategy-in-force-at"), &l.datetime(release.manifest.in_force_at))
        .text(l.t("strategy-made-at"), &l.datetime(release.made_at));
    if let Some(who) = release.made_by {
        kv = kv.text(l.t("strategy-made-by"), directory.staff_name(who, l.lang));
    }
    if let Some(back) = release.brings_back {
        let words = l.ta("strategy-version-n", &[("n", back.into())]);
        kv = kv.text(l.t("strategy-brings-back"), &words);
    }
    if let Some(at) = release.halted_at {
        kv = kv.text(l.t("strategy-halted-at"), &l.datetime(at));
    }
    if !release.note.is_empty() {
        kv = kv.text(l.t("strategy-note"), &release.note);
    }
    kv.render(l)
}
