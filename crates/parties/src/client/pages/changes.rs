//! What changed since I last looked: the journal's word, without my own changes.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::{ClientId, Timestamp};
use maud::{Markup, html};
use serde_json::Value as Json;
use spine::Error;
use spine::secrecy::{Group, Groups, is_told};
use store::journal::{self, Entry};
use web::ui::Panel;
use web::{CardClient, CardPanel, Cx, PanelMarkup, PanelSlot};

use super::words::{client_title, field_label, shown};
use crate::client::fields::field;
use crate::client::queries;
use crate::fields::model::{Definitions, Field as Added};
use crate::fields::queries::Doc;
use crate::fields::{self, Linked};

/// Entries shown at most.
const SHOWN: i64 = 12;

pub(super) struct ChangesPanel;

impl CardPanel for ChangesPanel {
    fn key(&self) -> &'static str {
        "changes"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Main
    }
    fn order(&self) -> u32 {
        5
    }
    fn render<'a>(&'a self, cx: &'a Cx, client: CardClient) -> PanelMarkup<'a> {
        Box::pin(render(cx, client))
    }
}

async fn render(
    cx: &Cx,
    CardClient { id: client, owner }: CardClient,
) -> Result<Option<Markup>, Error> {
    let Some(me) = cx.principal().user_id else { return Ok(None) };
    let groups = cx.principal().sees(owner);
    if !groups.has(Group::History) {
        return Ok(None);
    }
    let mut db = cx.db.clone();
    let Some(since) = queries::seen_at(&mut db, client, me).await? else { return Ok(None) };
    let end = Timestamp::from_micros(i64::MAX);
    let all = cx.app.services.bus.absorbed(&mut db, client).await?;
    let entries = journal::of_clients(&mut db, &all, since, end, SHOWN).await?;
    let money = cx.principal().reaches("holding.read", owner);
    let others: Vec<&Entry> = entries
        .iter()
        .filter(|e| e.draft.actor_id != Some(me))
        .filter(|e| money || !is_holding(&e.draft.entity))
        .filter(|e| !told_fields(groups, e).is_empty())
        .collect();
    let definitions = fields::definitions(&cx.app.services, cx.now()).await?;
    let records = cx.principal().reaches("record.read", owner);
    let others: Vec<&Entry> = others
        .into_iter()
        .filter(|e| e.draft.entity != "custom_record" || records && is_seen(cx, &definitions, e))
        .collect();
    if others.is_empty() {
        return Ok(None);
    }
    let known = known(cx, &others).await?;
    let l = &cx.l;
    let body = html! {
        ul.changes { @for entry in &others { (line(cx, entry, (&known, groups))) } }
    };
    cx.reads(owner, Group::History);
    let title = l.ta("client-changes-since", &[("when", web::format::relative(l, since).into())]);
    Ok(Some(Panel::new(title).icon("history").id("panel-changes").render(&body)))
}

/// Changes of these are amounts: shown to holders of `holding.read` over the client only.
pub(crate) fn is_holding(entity: &str) -> bool {
    matches!(entity, "account" | "card" | "loan" | "standing_order" | "holdings" | "feed_batch")
}

/// Whether the reader works with the kind of record an entry speaks of.
fn is_seen(cx: &Cx, definitions: &Definitions, entry: &Entry) -> bool {
    let changes: Json = serde_json::from_str(&entry.draft.changes).unwrap_or(Json::Null);
    let key = changes.get("object").and_then(|pair| pair.get(1)).and_then(Json::as_str);
    let object = key.and_then(|key| definitions.object(key));
    object.is_some_and(|object| object.is_seen_by(cx.principal()))
}

/// Fields that hold another client's id.
const CLIENT_FIELDS: [&str; 4] = ["to_id", "from_id", "main_member_id", "other_id"];

/// The other clients the entries speak of, by id, as far as the person may see them.
async fn names(cx: &Cx, entries: &[&Entry]) -> Result<Names, Error> {
    let mut db = cx.db.clone();
    let mut names = Names::new();
    let texts: Vec<String> = entries.iter().flat_map(|entry| other_clients(entry)).collect();
    for text in texts {
        let Ok(id) = text.parse::<ClientId>() else { continue };
        if let Ok(head) = queries::head(&mut db, cx.principal(), id).await {
            names.insert(text, client_title(&cx.l, &head));
        }
    }
    Ok(names)
}

fn other_clients(entry: &Entry) -> Vec<String> {
    let changes: Json = serde_json::from_str(&entry.draft.changes).unwrap_or(Json::Null);
    let pairs = CLIENT_FIELDS.iter().filter_map(|key| changes.get(key)?.as_array());
    pairs.flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

type Names = BTreeMap<String, String>;

/// What putting changes into words needs.
struct Known {
    names: Names,
    definitions: Arc<Definitions>,
    linked: Linked,
}

async fn known(cx: &Cx, entries: &[&Entry]) -> Result<Known, Error> {
    let names = names(cx, entries).await?;
    let definitions = fields::definitions(&cx.app.services, cx.now()).await?;
    let added: Vec<Arc<Added>> = definitions.all().map(Arc::clone).collect();
    let sides: Vec<Doc> = entries.iter().flat_map(|entry| sides_of(entry)).collect();
    let linked = fields::linked(cx, &added, sides.iter()).await?;
    Ok(Known { names, definitions, linked })
}

/// The texts of an entry before and after, by field.
fn sides_of(entry: &Entry) -> [Doc; 2] {
    let changes: Json = serde_json::from_str(&entry.draft.changes).unwrap_or(Json::Null);
    [0, 1].map(|n| {
        let fields = changes.as_object().into_iter().flatten();
        let texts = fields.filter_map(|(key, pair)| Some((key, pair.get(n)?.as_str()?)));
        texts.map(|(key, text)| (key.clone(), text.to_owned())).collect()
    })
}

impl Known {
    /// A field the bank has added to the object a change is of.
    fn added(&self, object: &str, key: &str) -> Option<&Arc<Added>> {
        self.definitions.find(object, key)
    }
    /// Whether the reader may know of a field.
    fn may_know(&self, cx: &Cx, object: &str, key: &str) -> bool {
        self.added(object, key).is_none_or(|field| field.is_seen_by(cx.principal()))
    }
    fn label(&self, cx: &Cx, object: &str, key: &str) -> String {
        match self.added(object, key) {
            Some(field) => field.spec.shown_label(cx.l.lang).to_owned(),
            None => field_label(&cx.l, key),
        }
    }
}

/// The changed fields of an entry that are told to who sees these groups.
fn told_fields(groups: Groups, entry: &Entry) -> serde_json::Map<String, Json> {
    let changes: Json = serde_json::from_str(&entry.draft.changes).unwrap_or(Json::Null);
    let mut fields = changes.as_object().cloned().unwrap_or_default();
    fields.retain(|field, _| is_told(groups, &entry.draft.entity, field));
    fields
}

fn line(cx: &Cx, entry: &Entry, (known, groups): (&Known, Groups)) -> Markup {
    let l = &cx.l;
    let directory = cx.app.services.directory.get();
    let who = match entry.draft.actor_id {
        Some(id) => directory.staff_name(id, l.lang).to_owned(),
        None => l.t("client-changes-system"),
    };
    let mut fields = told_fields(groups, entry);
    let changes: Json = serde_json::from_str(&entry.draft.changes).unwrap_or(Json::Null);
    let object = object_of(entry, &changes);
    fields.retain(|key, _| known.may_know(cx, &object, key));
    html! {
        li.change {
            span.change-who { (who) } " " (l.ago(entry.draft.at))
            span.change-what { (l.t(&format!("entity-{}", entry.draft.entity.replace('_', "-")))) }
            @for (key, pair) in fields.iter().take(4) {
                (field_change(cx, key, pair, (entry.draft.entity == "identifier", &object), known))
            }
            @if fields.len() > 4 {
                span.quiet { (l.ta("client-changes-more", &[("n", (fields.len() - 4).into())])) }
            }
        }
    }
}

/// Numbers of documents are masked here for everybody: the documents panel knows who may see them whole.
fn field_change(
    cx: &Cx,
    key: &str,
    pair: &Json,
    (mask, object): (bool, &str),
    known: &Known,
) -> Markup {
    let side = |n: usize| match pair.get(n) {
        Some(Json::String(text)) if mask => Some(crate::contacts::model::masked(text)),
        Some(Json::String(text)) => Some(
            known.names.get(text).cloned().unwrap_or_else(|| words(cx, known, (object, key), text)),
        ),
        Some(Json::Number(number)) => Some(number.to_string()),
        Some(Json::Bool(yes)) => Some(cx.l.t(if *yes { "client-yes" } else { "client-no" })),
        _ => None,
    };
    let (before, after) = (side(0), side(1));
    html! {
        span.change-field {
            span.quiet { (known.label(cx, object, key)) ": " }
            @if let Some(before) = &before { del { (before) } " → " }
            ins { (after.as_deref().unwrap_or("—")) }
        }
    }
}

/// The object an entry is of.
fn object_of(entry: &Entry, changes: &Json) -> String {
    let named = changes.get("object").and_then(|pair| pair.get(1)).and_then(Json::as_str);
    let named = named.filter(|_| entry.draft.entity == "custom_record");
    named.unwrap_or(fields::CLIENT).to_owned()
}

fn words(cx: &Cx, known: &Known, (object, key): (&str, &str), text: &str) -> String {
    if let Some(field) = known.added(object, key) {
        return fields::shown(cx, field, text, &known.linked);
    }
    let directory = cx.app.services.directory.get();
    match (key, field(key)) {
        (_, Some(def)) => shown(&cx.l, def, text, cx.app.currency),
        ("manager_id", None) => text
            .parse()
            .map_or_else(|_| text.to_owned(), |id| directory.staff_name(id, cx.l.lang).to_owned()),
        ("branch_id", None) => text
            .parse()
            .map_or_else(|_| text.to_owned(), |id| directory.branch_name(id, cx.l.lang).to_owned()),
        _ if CLIENT_FIELDS.contains(&key) => cx.l.t("client-changes-hidden"),
        _ => text.to_owned(),
    }
}
