//! The dialog that makes a link: what the other one is, who it is, since when.

use axum::extract::{Path, Query};
use axum::response::Response;
use kernel::{ClientId, Refusal, Refusals};
use maud::{Markup, html};
use serde::Deserialize;
use spine::secrecy::Group;
use spine::{Error, OwnValues};
use web::ui::{Button, Field, Form, Input, Opt, form_row};
use web::{Answer, Cx, FormData};

use super::pick;
use super::words::relation_words;
use crate::client::queries::{self as clients, ClientHead};
use crate::contacts::frame::{self, card, dialog, name_of, status};
use crate::links::commands::{AddLink, LINK};
use crate::links::model::{Relation, parse_share};

const FIELDS: &[&str] = &["party", "relation", "share", "since", "note"];

/// What a form without scripts keeps while it searches.
#[derive(Default, Deserialize)]
pub(super) struct Kept {
    #[serde(default)]
    q: String,
    #[serde(default)]
    relation: String,
    #[serde(default)]
    party: String,
    #[serde(default)]
    share: String,
    #[serde(default)]
    since: String,
    #[serde(default)]
    note: String,
}

pub(super) async fn new_form(
    cx: Cx,
    Path(client): Path<String>,
    Query(kept): Query<Kept>,
) -> Answer {
    let head = frame::editable(&cx, frame::id(&client)?, Group::Links).await?.head;
    let own = FormData::from_pairs(cx.own(LINK.key).await?.start(&OwnValues::default()));
    Ok(form(&cx, &head, (&kept, &own), &Refusals::default()).await?)
}

async fn form(
    cx: &Cx,
    head: &ClientHead,
    (kept, own): (&Kept, &FormData),
    refusals: &Refusals,
) -> Result<Response, Error> {
    let l = &cx.l;
    let fields = cx.own(LINK.key).await?;
    let error = |field: &str| cx.field_error(refusals, field);
    let relations: Vec<Opt> = Relation::of(head.kind)
        .into_iter()
        .map(|relation| Opt::new(relation.key(), relation_words(l, relation)))
        .collect();
    let body = html! {
        (frame::summary(cx, refusals, FIELDS))
        (Field::select("relation", l.ta("links-new-relation", &[("name", name_of(l, head).into())]), relations)
            .value(&kept.relation).required().error(error("relation")).render(l))
        (picker(cx, head, kept, error("party")).await?)
        (form_row(&[
            Field::text("share", l.t("links-share")).value(&kept.share).hint(l.t("links-share-hint"))
                .attribute("inputmode", "decimal").narrow().error(error("share")).render(l),
            Field::new("since", l.t("links-from"), Input::Date).value(&kept.since).error(error("since")).render(l),
        ]))
        (Field::text("note", l.t("links-note")).value(&kept.note).full().error(error("note")).render(l))
        (fields.controls(cx, own, refusals).await?)
    };
    let form = Form::post(format!("{}/links", card(head.id)))
        .hidden("_id", cx.form_id())
        .submit(l.t("links-add-submit"))
        .cancel(card(head.id))
        .render(l, &body);
    Ok(dialog(cx, status(refusals), head, &l.t("links-add"), &form))
}

/// The search line and what it found. Scripts search while one types; without them the button does.
async fn picker(
    cx: &Cx,
    head: &ClientHead,
    kept: &Kept,
    error: Option<String>,
) -> Result<Markup, Error> {
    let l = &cx.l;
    let query = Field::text("q", l.t("links-party"))
        .value(&kept.q)
        .hint(l.t("links-party-hint"))
        .required()
        .error(error)
        .attribute("autocomplete", "off")
        .attribute("autofocus", "")
        .attribute("hx-get", format!("/clients/pick?not={}", head.id))
        .attribute("hx-trigger", "input changed delay:200ms")
        .attribute("hx-target", "#link-party-choices")
        .attribute("hx-swap", "innerHTML");
    let chosen = match kept.party.parse::<ClientId>() {
        Ok(party) if kept.q.trim().is_empty() => {
            let mut db = cx.db.clone();
            clients::head(&mut db, cx.principal(), party).await.ok()
        }
        Ok(_) | Err(_) => None,
    };
    let found = pick::choices(cx, &kept.q, &kept.party, &head.id.to_string()).await?;
    Ok(html! {
        (query.render(l))
        noscript {
            (Button::secondary(l.t("links-find")).icon("search").submit()
                .attribute("formmethod", "get")
                .attribute("formaction", format!("{}/links/new", card(head.id))))
        }
        div.field.radios id="link-party-choices" aria-live="polite" {
            @if let Some(party) = &chosen { (pick::choice(cx, party, None, &kept.party)) }
            (found)
        }
    })
}

pub(super) async fn add(cx: Cx, Path(client): Path<String>, sent: FormData) -> Answer {
    let head = frame::editable(&cx, frame::id(&client)?, Group::Links).await?.head;
    let mut refusals = Refusals::default();
    let relation = Relation::from_key(&sent.text("relation"));
    if relation.is_none() {
        refusals.push(Refusal::field("not-a-choice", "relation"));
    }
    let party: Option<ClientId> = sent.id("party", &mut refusals);
    if party.is_none() && refusals.of("party").is_none() {
        refusals.push(Refusal::field("link-nobody-chosen", "party"));
    }
    let share_bp = parse_share(&sent.text("share"), &mut refusals);
    let since = sent.date("since", cx.l.today, &mut refusals);
    let form_id = sent.command_id()?;
    let edits = cx.own(LINK.key).await?.edits(&sent);
    let outcome = match (relation, party, refusals.into_result()) {
        (Some(relation), Some(party), Ok(())) => {
            let (from, to) = if relation.other_holds { (party, head.id) } else { (head.id, party) };
            let command = AddLink {
                from,
                to,
                kind: relation.kind,
                share_bp,
                since,
                until: None,
                note: sent.text("note"),
                custom: edits.into_iter().map(|edit| (edit.field, edit.value)).collect(),
            };
            cx.execute(form_id, &command).await
        }
        (_, _, refused) => Err(Error::Refused(refused.err().unwrap_or_default())),
    };
    match outcome {
        Ok(_) => Ok(cx.done(&card(head.id), "flash-link-added")),
        Err(Error::Refused(refusals)) => {
            let text = |name: &str| sent.text(name);
            let kept = Kept {
                q: text("q"),
                relation: text("relation"),
                party: text("party"),
                share: text("share"),
                since: text("since"),
                note: text("note"),
            };
            Ok(form(&cx, &head, (&kept, &sent), &refusals).await?)
        }
        Err(error) => Err(error.into()),
    }
}
