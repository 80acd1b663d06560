//! A pair side by side: what agrees, what differs, and what a person decides.

use std::collections::BTreeSet;

use axum::extract::Path;
use axum::http::StatusCode;
use kernel::{ClientId, Refusals};
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::{Group, group_of_field};
use web::i18n::L;
use web::icons::icon;
use web::ui::{
    self, Button, Cell, Column, Field, Form, Input, PageHeader, Panel, Row, Table, Tone,
};
use web::{Answer, Cx, FormData};

use super::pair_href;
use super::words::{chance, masked, reason_field, reason_level};
use crate::client::client_title;
use crate::client::queries::{self as clients, ClientHead, FieldTexts};
use crate::contacts;
use crate::contacts::frame::{card, id, summary};
use crate::contacts::model::{ContactKind, masked as hidden_number};
use crate::identity::commands::{MarkNotSame, ReopenPair};
use crate::identity::pair::PairState;
use crate::identity::queries::{self, PairRow, Side};

/// Fields shown side by side, as far as either has them.
const SHOWN: [&str; 10] = [
    "last_name",
    "first_name",
    "patronymic",
    "former_name",
    "full_name",
    "short_name",
    "birth_date",
    "birth_place",
    "registered_on",
    "employer",
];

pub(super) async fn page(cx: Cx, Path((a, b)): Path<(String, String)>) -> Answer {
    let pair = asked(&cx, &a, &b).await?;
    show(&cx, &pair, &FormData::default(), &Refusals::default()).await
}

pub(super) async fn not_same(
    cx: Cx,
    Path((a, b)): Path<(String, String)>,
    sent: FormData,
) -> Answer {
    let pair = asked(&cx, &a, &b).await?;
    let why = sent.text("why");
    let command = MarkNotSame { one_id: pair.a_id, other_id: pair.b_id, why };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(()) => Ok(cx.done("/duplicates", "flash-duplicates-not-same")),
        Err(Error::Refused(refusals)) => show(&cx, &pair, &sent, &refusals).await,
        Err(other) => Err(other.into()),
    }
}

pub(super) async fn reopen(cx: Cx, Path((a, b)): Path<(String, String)>, sent: FormData) -> Answer {
    let pair = asked(&cx, &a, &b).await?;
    let why = sent.text("why");
    let command = ReopenPair { one_id: pair.a_id, other_id: pair.b_id, why };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(()) => Ok(cx.done(&pair_href(pair.a_id, pair.b_id), "flash-duplicates-reopened")),
        Err(Error::Refused(refusals)) => show(&cx, &pair, &sent, &refusals).await,
        Err(other) => Err(other.into()),
    }
}

async fn asked(cx: &Cx, a: &str, b: &str) -> Result<PairRow, Error> {
    let (a, b): (ClientId, ClientId) = (id(a)?, id(b)?);
    let mut db = cx.db.clone();
    queries::pair(&mut db, cx.principal(), a, b).await
}

async fn show(cx: &Cx, pair: &PairRow, sent: &FormData, refusals: &Refusals) -> Answer {
    let l = &cx.l;
    let title = l.t("duplicate-pair");
    let mut header =
        PageHeader::new(title.clone()).crumb("/duplicates", l.t("duplicates")).marks(html! {
            (chance(l, pair.probability_ppm))
            @if pair.state == PairState::NotSame {
                " " (ui::badge(Tone::Neutral, &l.t("duplicates-state-not-same")))
            }
        });
    let may_merge = pair.state == PairState::Open && reaches(cx, pair, "client.merge");
    if may_merge {
        let href = format!("/clients/{}/merge/{}", pair.a_id, pair.b_id);
        header =
            header.primary(Button::primary(l.t("duplicate-merge")).icon("git-merge").href(href));
    }
    let mut parts = vec![sides(cx, pair).await?];
    if pair.is_whole() {
        parts.push(reasons_panel(cx, pair));
        if reaches(cx, pair, "client.edit") {
            parts.push(decision(cx, pair, sent, refusals));
        }
    }
    let body = html! {
        (header.render(l))
        (decided(cx, pair))
        (ui::stack(&parts))
    };
    let status =
        if refusals.0.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(cx.page_with_status(status, &title, &body))
}

/// Whether a permission reaches both.
fn reaches(cx: &Cx, pair: &PairRow, permission: &str) -> bool {
    pair.sides
        .iter()
        .all(|s| s.head().is_some_and(|h| cx.principal().reaches(permission, h.owner())))
}

/// Who said that they are not the same, and why.
fn decided(cx: &Cx, pair: &PairRow) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    html! {
        @if let (PairState::NotSame, Some(at)) = (pair.state, pair.decided_at) {
            div.summary.info {
                (icon("circle-check"))
                div {
                    strong { (l.t("duplicate-decided")) }
                    p {
                        @if let Some(who) = pair.decided_by { (directory.staff_name(who, l.lang)) " · " }
                        (l.ago(at))
                    }
                    // the words may speak of both clients
                    @if pair.is_whole() { p { (pair.decided_why) } }
                }
            }
        }
    }
}

/// What is known of one client, by line: key of the line and its values.
struct Known {
    head: ClientHead,
    fields: FieldTexts,
    /// Kind and shown value; whole where the reader may change the client, else masked.
    numbers: Vec<(String, String)>,
    contacts: Vec<(String, String)>,
}

async fn known(cx: &Cx, head: &ClientHead) -> Result<Known, Error> {
    let mut db = cx.db.clone();
    let compared = [Group::Identity, Group::Contacts, Group::Documents];
    cx.note_read(head.owner(), compared.into_iter().collect());
    let mut fields = clients::fields(&mut db, head.id, cx.app.currency).await?;
    fields.retain(|key, _| group_of_field(key).is_none_or(|group| head.sees(group)));
    let may_edit = cx.principal().reaches("client.edit", head.owner());
    let numbers = contacts::queries::identifiers(&mut db, head.id)
        .await?
        .into_iter()
        .map(|one| {
            let value = if may_edit { one.value } else { hidden_number(&one.value) };
            (one.kind, value)
        })
        .collect();
    let contacts = contacts::queries::contacts(&mut db, head.id)
        .await?
        .into_iter()
        .filter(|one| matches!(one.kind, ContactKind::Phone | ContactKind::Email))
        .map(|one| {
            let value = match one.kind {
                ContactKind::Phone => web::format::phone(&one.value),
                _ => one.value,
            };
            (one.kind.key().to_owned(), value)
        })
        .collect();
    Ok(Known { head: head.clone(), fields, numbers, contacts })
}

/// Both clients side by side; lines that differ are marked.
async fn sides(cx: &Cx, pair: &PairRow) -> Result<Markup, Error> {
    let l = &cx.l;
    let mut both: Vec<Option<Known>> = Vec::with_capacity(2);
    for side in &pair.sides {
        both.push(match side.head() {
            Some(head) => Some(known(cx, head).await?),
            None => None,
        });
    }
    let mut table =
        Table::new("pair", l.t("duplicate-pair")).column(Column::text(l.t("duplicate-what")));
    for (place, side) in pair.sides.iter().enumerate() {
        let words = if place == 0 { "duplicates-one" } else { "duplicates-other" };
        table = table.column(
            Column::text(side.head().map_or_else(|| l.t(words), |h| client_title(l, h))).wide(),
        );
    }
    let mut card_row = Row::new("card").cell(Cell::quiet(l.t("duplicate-card")));
    for side in &pair.sides {
        card_row = card_row.cell(Cell::markup(card_cell(cx, side)));
    }
    table = table.row(card_row);
    for (label, values, is_telling) in lines(cx, &both) {
        let [one, other] = &values;
        let differs = is_telling && !one.is_empty() && !other.is_empty() && one != other;
        let cell = |text: &str| match (text.is_empty(), differs) {
            (true, _) => Cell::none(l),
            (false, true) => Cell::markup(html! { mark { (text) } }),
            (false, false) => Cell::text(text),
        };
        let mut row =
            Row::new(&label).cell(Cell::quiet(label.clone())).cell(cell(one)).cell(cell(other));
        if differs {
            row = row.tone(Tone::Attention);
        }
        table = table.row(row);
    }
    Ok(Panel::new(l.t("duplicate-side-by-side")).icon("columns-3").flush().render(&table.render(l)))
}

fn card_cell(cx: &Cx, side: &Side) -> Markup {
    match side.head() {
        Some(head) => html! { a href=(card(head.id)) { (head.number) } },
        None => {
            html! { (icon("eye-off")) " " span.quiet { (masked(cx, side).unwrap_or_default()) } }
        }
    }
}

/// A line of the table: its label, the texts of both, and whether a difference speaks against one client.
type Line = (String, [String; 2], bool);

/// The lines of the table: what it is called, and the texts of both; lines that neither has are left out.
fn lines(cx: &Cx, both: &[Option<Known>]) -> Vec<Line> {
    let l = &cx.l;
    let pick = |of: &dyn Fn(&Known) -> String| -> [String; 2] {
        let text =
            |place: usize| both.get(place).and_then(Option::as_ref).map(of).unwrap_or_default();
        [text(0), text(1)]
    };
    let mut out: Vec<Line> = Vec::new();
    for key in SHOWN {
        let values = pick(&|known| {
            let text = known.fields.get(key).cloned().unwrap_or_default();
            text.parse().map_or(text, |day: kernel::Date| l.date(day))
        });
        let is_name = key != "employer";
        out.push((l.t(&format!("field-{}", key.replace('_', "-"))), values, is_name));
    }
    let kinds = |of: &dyn Fn(&Known) -> &[(String, String)]| -> BTreeSet<String> {
        both.iter().flatten().flat_map(|k| of(k).iter().map(|(kind, _)| kind.clone())).collect()
    };
    let joined = |all: &[(String, String)], kind: &str| {
        let mut values: Vec<&str> =
            all.iter().filter(|(k, _)| k == kind).map(|(_, value)| value.as_str()).collect();
        values.sort_unstable();
        values.join(", ")
    };
    for kind in kinds(&|k| &k.numbers) {
        let key = format!("id-kind-{kind}");
        let label = if l.texts.has(l.lang, &key) { l.t(&key) } else { kind.clone() };
        out.push((label, pick(&|known| joined(&known.numbers, &kind)), true));
    }
    for kind in kinds(&|k| &k.contacts) {
        let label = l.t(&format!("duplicate-field-{kind}"));
        out.push((label, pick(&|known| joined(&known.contacts, &kind)), true));
    }
    let directory = cx.app.services.directory.get();
    let branch = |known: &Known| {
        known
            .head
            .branch_id
            .map_or_else(String::new, |b| directory.branch_name(b, l.lang).to_owned())
    };
    out.push((l.t("field-branch-id"), pick(&branch), false));
    let manager = |known: &Known| {
        known
            .head
            .manager_id
            .map_or_else(String::new, |m| directory.staff_name(m, l.lang).to_owned())
    };
    out.push((l.t("field-manager-id"), pick(&manager), false));
    out.retain(|(_, values, _)| values.iter().any(|text| !text.is_empty()));
    out
}

fn reasons_panel(cx: &Cx, pair: &PairRow) -> Markup {
    let l = &cx.l;
    let mut table = Table::new("pair-reasons", l.t("duplicates-reasons"))
        .column(Column::text(l.t("duplicate-what")))
        .column(Column::text(l.t("duplicate-how")).wide())
        .column(Column::number(l.t("duplicate-weight")));
    for reason in &pair.reasons {
        let field = reason_field(l, reason);
        table = table.row(
            Row::new(&field)
                .cell(Cell::text(field.clone()))
                .cell(Cell::markup(reason_level(l, reason)))
                .cell(Cell::text(weight(l, reason.bits_hundredths))),
        );
    }
    let words = if pair.is_certain { "duplicate-certain" } else { "duplicate-review" };
    Panel::new(l.t("duplicates-reasons"))
        .icon("scale")
        .flush()
        .footer(html! { p.quiet { (l.t(words)) " " (l.t("duplicate-weight-words")) } })
        .render(&table.render(l))
}

/// Whole bits with a sign.
fn weight(l: &L, hundredths: i64) -> String {
    let bits = (hundredths.abs() + 50) / 100;
    let sign = if hundredths < 0 { "−" } else { "+" };
    format!("{sign}{}", l.int(bits))
}

fn decision(cx: &Cx, pair: &PairRow, sent: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let (what, verb) = match pair.state {
        PairState::Open => ("not-same", "duplicate-not-same"),
        PairState::NotSame => ("reopen", "duplicate-reopen"),
    };
    let action = format!("{}/{what}", pair_href(pair.a_id, pair.b_id));
    let body = html! {
        (summary(cx, refusals, &["why"]))
        (Field::new("why", l.t("duplicate-why"), Input::Text).value(sent.raw("why"))
            .hint(l.t(&format!("{verb}-hint"))).required().full()
            .error(cx.field_error(refusals, "why")).render(l))
    };
    let form = Form::post(action).hidden("_id", cx.form_id()).submit(l.t(verb));
    Panel::new(l.t(verb)).icon("user-x").render(&form.render(l, &body))
}
