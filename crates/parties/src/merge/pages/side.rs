//! Both clients side by side: for each field whose value stays, what moves, and why.

use std::collections::BTreeMap;

use axum::extract::Path;
use axum::http::StatusCode;
use kernel::{ClientId, Refusals};
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::Groups;
use web::icons::icon;
use web::ui::{Button, Field, Form, PageHeader};
use web::{Answer, Cx, FormData};

use crate::client::queries::{ClientHead, Origin};
use crate::client::{ClientField, field_name, shown_any};
use crate::contacts::frame::{self, card, name_of, source_words, summary};
use crate::fields::queries::Doc;
use crate::fields::{self, Linked};
use crate::merge::commands::MergeClients;
use crate::merge::model::Side;
use crate::merge::queries::{self, Choice};

/// How the names of the radio buttons begin.
const PICK: &str = "pick_";

/// Everything the page is made of.
struct Both {
    survivor: ClientHead,
    loser: ClientHead,
    choices: Vec<Choice>,
    linked: Linked,
    counts: BTreeMap<&'static str, i64>,
    needs_second: bool,
}

async fn load(cx: &Cx, id: ClientId, other: ClientId) -> Result<Both, Error> {
    let mut db = cx.db.clone();
    let (survivor, is_gone) = queries::mergeable(&mut db, cx.principal(), id).await?;
    let (loser, was_merged) = queries::mergeable(&mut db, cx.principal(), other).await?;
    for head in [&survivor, &loser] {
        cx.note_read(head.owner(), Groups::all());
    }
    if is_gone || was_merged || id == other {
        return Err(Error::NotFound);
    }
    let definitions = fields::definitions(&cx.app.services, cx.now()).await?;
    let about = (cx.app.currency, definitions.as_ref());
    let mut choices = queries::choices(&mut db, survivor.kind, (id, other), about).await?;
    let may_know = |def: &ClientField| match def {
        ClientField::Own(_) => true,
        ClientField::Added(field) => field.is_seen_by(cx.principal()),
    };
    choices.retain(|choice| may_know(&choice.def));
    let linked = linked_of(cx, &choices).await?;
    let bound = cx.app.services.bus.client_bound();
    let mut counts = queries::counts(&mut db, bound, other).await?;
    counts.remove("client_seen"); // who looked at him is nothing to tell
    let needs_second = queries::merge_needs_second_person(&mut db, id, other).await?;
    Ok(Both { survivor, loser, choices, linked, counts, needs_second })
}

/// The clients the values of both speak of.
async fn linked_of(cx: &Cx, choices: &[Choice]) -> Result<Linked, Error> {
    let added: Vec<_> = choices
        .iter()
        .filter_map(|choice| match &choice.def {
            ClientField::Added(field) => Some(std::sync::Arc::clone(field)),
            ClientField::Own(_) => None,
        })
        .collect();
    let docs: Vec<Doc> = choices
        .iter()
        .flat_map(|choice| {
            let key = choice.def.key();
            let both = [&choice.survivor.0, &choice.loser.0].into_iter().flatten();
            both.map(move |text| Doc::from([(key.to_owned(), text.clone())]))
        })
        .collect();
    fields::linked(cx, &added, docs.iter()).await
}

pub(super) async fn page(cx: Cx, Path((id, other)): Path<(String, String)>) -> Answer {
    let (id, other) = (frame::id(&id)?, frame::id(&other)?);
    let both = load(&cx, id, other).await?;
    let content = markup(&cx, &both, &BTreeMap::new(), "", &Refusals::default());
    Ok(cx.page(&cx.l.t("merge-title"), &content))
}

pub(super) async fn send(
    cx: Cx,
    Path((id, other)): Path<(String, String)>,
    sent: FormData,
) -> Answer {
    let (id, other) = (frame::id(&id)?, frame::id(&other)?);
    let picks: BTreeMap<String, Side> = sent
        .pairs()
        .filter_map(|(name, side)| {
            Some((name.strip_prefix(PICK)?.to_owned(), Side::from_key(side)?))
        })
        .collect();
    let reason = sent.text("reason");
    let command = MergeClients { survivor_id: id, loser_id: other, picks, reason };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(_) => Ok(cx.done(&card(id), "flash-clients-merged")),
        Err(Error::Refused(refusals)) => {
            let both = load(&cx, id, other).await?;
            let content = markup(&cx, &both, &command.picks, &command.reason, &refusals);
            let title = cx.l.t("merge-title");
            Ok(cx.page_with_status(StatusCode::UNPROCESSABLE_ENTITY, &title, &content))
        }
        Err(error) => Err(error.into()),
    }
}

fn markup(
    cx: &Cx,
    both: &Both,
    picks: &BTreeMap<String, Side>,
    reason: &str,
    refusals: &Refusals,
) -> Markup {
    let l = &cx.l;
    let (id, other) = (both.survivor.id, both.loser.id);
    let body = html! {
        (summary(cx, refusals, &["reason"]))
        @if both.needs_second {
            div.summary role="note" { (icon("shield-alert")) (l.t("merge-credit-open")) }
        }
        (table(cx, both, picks))
        (moving(cx, both))
        (Field::text("reason", l.t("merge-reason")).value(reason).hint(l.t("merge-reason-hint")).full()
            .required().error(cx.field_error(refusals, "reason")).render(l))
    };
    let form = Form::post(format!("{}/merge/{other}", card(id)))
        .hidden("_id", cx.form_id())
        .submit(l.t("merge-submit"))
        .cancel(card(id))
        .render(l, &body);
    let header = PageHeader::new(l.t("merge-title")).crumb(card(id), name_of(l, &both.survivor));
    html! {
        (header.render(l))
        p.merge-lead { (l.t("merge-lead")) }
        div.merge-lead {
            (Button::secondary(l.t("merge-swap")).href(format!("{}/merge/{id}", card(other))).render())
        }
        (form)
    }
}

/// The fields of both. Where they differ one is chosen; where they agree it is said once.
fn table(cx: &Cx, both: &Both, picks: &BTreeMap<String, Side>) -> Markup {
    let l = &cx.l;
    let head = |side: &str, client: &ClientHead| {
        html! {
            th scope="col" {
                span.hint { (l.t(side)) } br;
                a href=(card(client.id)) { (name_of(l, client)) } " "
                span.quiet.num { (client.number) }
            }
        }
    };
    let filled = both.choices.iter().filter(|c| c.survivor.0.is_some() || c.loser.0.is_some());
    html! {
        div.merge-scroll tabindex="0" role="region" aria-label=(l.t("merge-fields")) {
            table.merge-table {
                caption.hidden { (l.t("merge-fields")) }
                thead { tr {
                    th scope="col" { (l.t("merge-field")) }
                    (head("merge-stays", &both.survivor))
                    (head("merge-goes", &both.loser))
                } }
                tbody {
                    @for choice in filled {
                        tr.differs[choice.differs()] {
                            th scope="row" { (field_name(l, &choice.def)) }
                            @let chosen = picks.get(choice.def.key()).copied().unwrap_or(choice.default);
                            (cell(cx, (choice, &both.linked), Side::Survivor, chosen))
                            (cell(cx, (choice, &both.linked), Side::Loser, chosen))
                        }
                    }
                }
            }
        }
    }
}

fn cell(cx: &Cx, (choice, linked): (&Choice, &Linked), side: Side, chosen: Side) -> Markup {
    let l = &cx.l;
    let (value, origin) = match side {
        Side::Survivor => &choice.survivor,
        Side::Loser => &choice.loser,
    };
    let words = match value {
        Some(text) => shown_any(cx, &choice.def, text, linked),
        None => l.t("merge-empty"),
    };
    html! {
        td {
            @if choice.differs() {
                label.check-line {
                    input type="radio" name={ (PICK) (choice.def.key()) } value=(side.key())
                        checked[side == chosen];
                    span {
                        span.quiet[value.is_none()] { (words) }
                        @if let Some(origin) = origin.as_ref().filter(|_| value.is_some()) {
                            span.hint { (origin_words(cx, origin)) }
                        }
                    }
                }
            } @else {
                span { (words) }
            }
        }
    }
}

fn origin_words(cx: &Cx, origin: &Origin) -> String {
    let day = cx.l.date(origin.at.date_in(&cx.l.zone));
    format!("{} · {day}", source_words(&cx.l, &origin.source))
}

/// What becomes the survivor's, by kind.
fn moving(cx: &Cx, both: &Both) -> Markup {
    let l = &cx.l;
    html! {
        div.field {
            p.label { (l.ta("merge-moves", &[("name", name_of(l, &both.loser).into())])) }
            @if both.counts.is_empty() {
                p.quiet { (l.t("merge-moves-none")) }
            } @else {
                ul.merge-moves {
                    @for (table, count) in &both.counts {
                        li { (l.t(&format!("merge-moves-{}", table.replace('_', "-")))) ": " span.num { (l.int(*count)) } }
                    }
                }
            }
        }
    }
}
