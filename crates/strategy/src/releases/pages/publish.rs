//! Publishing: first what has changed since the last version, then when and to whom.

use axum::http::StatusCode;
use axum::response::Response;
use kernel::Refusals;
use maud::{Markup, html};
use spine::Error;
use spine::authority::ANY;
use spine::bundle::commands::PublishBundle;
use spine::bundle::queries::{self, Changed, Draft};
use web::ui::{self, Cell, Column, Form, PageHeader, Panel, Row, Table, stack};
use web::{Answer, Cx, FormData};

use super::{HOME, at_centre, part_words, release_fields, stage_of, time_of};
use crate::parts::summary;

/// Changed rows shown; the rest is counted.
const CHANGES: usize = 200;

pub(super) async fn form(mut cx: Cx) -> Answer {
    at_centre(&cx)?;
    let given = FormData::from_pairs([("percent".to_owned(), "5".to_owned())]);
    show(&mut cx, &given, None).await
}

pub(super) async fn send(mut cx: Cx, sent: FormData) -> Answer {
    at_centre(&cx)?;
    let outcome = match command(&cx, &sent) {
        Ok(command) => cx.execute(sent.command_id()?, &command).await,
        Err(refusals) => Err(Error::Refused(refusals)),
    };
    match outcome {
        Ok(version) => Ok(cx.done(&format!("{HOME}/{version}"), "flash-strategy-published")),
        Err(Error::Refused(refusals)) => show(&mut cx, &sent, Some(&refusals)).await,
        Err(other) => Err(other.into()),
    }
}

fn command(cx: &Cx, sent: &FormData) -> Result<PublishBundle, Refusals> {
    Ok(PublishBundle {
        version: sent.text("version").parse().unwrap_or(0),
        print: sent.text("print"),
        note: sent.text("note"),
        in_force_at: time_of(cx, sent)?,
        stage: stage_of(sent)?,
    })
}

async fn show(cx: &mut Cx, given: &FormData, refused: Option<&Refusals>) -> Answer {
    let draft = queries::draft(&mut cx.db, &cx.app.services).await?;
    Ok(drawn(cx, &draft, given, refused))
}

fn drawn(cx: &Cx, draft: &Draft, given: &FormData, refused: Option<&Refusals>) -> Response {
    let l = &cx.l;
    let none = Refusals::default();
    let refusals = refused.unwrap_or(&none);
    let title = match draft.is_new {
        true => l.ta("strategy-publish-n", &[("n", draft.version.into())]),
        false => l.t("strategy-publish"),
    };
    let header = PageHeader::new(&title).crumb(HOME, l.t("strategy-bundle"));
    let status = refused.map_or(StatusCode::OK, |_| StatusCode::UNPROCESSABLE_ENTITY);
    if !draft.is_new {
        let words = l.t("strategy-changes-none-words");
        let none = ui::empty("send", &l.t("strategy-changes-none"), &words, None);
        let body = html! { (header.render(l)) (summary(cx, refusals)) (none) };
        return cx.page_with_status(status, &title, &body);
    }
    let fields = html! {
        (summary(cx, refusals))
        (release_fields(cx, given, refusals, false))
    };
    // what is shown now is what is published
    let form = Form::post(format!("{HOME}/publish"))
        .hidden("_id", cx.form_id())
        .hidden("version", draft.version.to_string())
        .hidden("print", &draft.print)
        .submit(l.t("strategy-publish"))
        .cancel(HOME)
        .render(l, &fields);
    let how = Panel::new(l.t("strategy-release-how")).icon("send").render(&form);
    let body = html! { (header.render(l)) (stack(&[changes(cx, draft), how])) };
    cx.page_with_status(status, &title, &body)
}

/// A row by its key; of a limit, whose words are its key, what has a name is called by it.
fn key_words(cx: &Cx, change: &Changed) -> String {
    if change.part != "limits" {
        return change.key.clone();
    }
    let directory = cx.app.services.directory.get();
    let words = |word: &str| {
        let role = directory.roles.values().find(|role| role.key == word);
        match role {
            Some(role) => role.shown_name(cx.l.lang).to_owned(),
            None if word == ANY => cx.l.t("strategy-change-any"),
            None => cx.command_words(word),
        }
    };
    change.key.split(" · ").map(words).collect::<Vec<_>>().join(" · ")
}

/// What has changed since the newest version.
fn changes(cx: &Cx, draft: &Draft) -> Markup {
    let l = &cx.l;
    if draft.changes.is_empty() && draft.facts.is_empty() {
        return html! { p.quiet { (l.t("strategy-changes-stopped")) } };
    }
    let how = |how: &str| match how {
        "new" => l.t("strategy-change-new"),
        "gone" => l.t("strategy-change-gone"),
        _ => l.t("strategy-change-edited"),
    };
    let mut table = Table::new("strategy-changes", l.t("strategy-changes"))
        .column(Column::text(l.t("strategy-part")))
        .column(Column::text(l.t("strategy-change")))
        .column(Column::text(l.t("strategy-key")).wide());
    for (n, change) in draft.changes.iter().take(CHANGES).enumerate() {
        table = table.row(
            Row::new(n)
                .cell(Cell::text(part_words(l, &change.part)))
                .cell(Cell::text(how(change.how)))
                .cell(Cell::text(key_words(cx, change))),
        );
    }
    for (name, value) in &draft.facts {
        table = table.row(
            Row::new(name)
                .cell(Cell::text(part_words(l, name)))
                .cell(Cell::text(l.t("strategy-change-edited")))
                .cell(Cell::text(value)),
        );
    }
    let more = i64::try_from(draft.changes.len().saturating_sub(CHANGES)).unwrap_or(0);
    html! {
        (table.render(l))
        @if more > 0 { p.quiet { (l.ta("strategy-changes-more", &[("n", more.into())])) } }
    }
}
