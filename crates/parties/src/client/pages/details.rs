//! All fields of a client with where each came from, who wrote it and how old it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::Path;
use kernel::ClientId;
use maud::{Markup, html};
use spine::Error;
use spine::secrecy::Group;
use web::icons::icon;
use web::ui::{Kv, Panel, Source};
use web::{Answer, Cx};

use super::card::header;
use super::edit::{ADDED, added_of};
use super::words::{card_href, client_title, field_label, shown, source_word};
use crate::client::fields::{FieldDef, fields_of};
use crate::client::queries::{self, ClientHead, FieldTexts, Origin};
use crate::fields;
use crate::fields::model::Field;

/// A value older than this is worth asking about again (days).
const STALE_DAYS: i64 = 365;

pub(super) async fn page(mut cx: Cx, Path(id): Path<ClientId>) -> Answer {
    let principal = Arc::clone(&cx.ctx.principal);
    let head = queries::head(&mut cx.db, &principal, id).await?;
    let fields = queries::fields(&mut cx.db, id, cx.app.currency).await?;
    let origins = queries::origins(&mut cx.db, id).await?;
    let fields = queries::seen_fields(fields, &head);
    let top = header(&cx, &head, "details").await?;
    cx.reads(head.owner(), Group::History);
    let may_edit = cx.principal().reaches("client.edit", head.owner());
    let mut groups: Vec<(&str, Vec<&FieldDef>)> = Vec::new();
    for def in fields_of(head.kind) {
        match groups.iter_mut().find(|(group, _)| *group == def.group) {
            Some((_, defs)) => defs.push(def),
            None => groups.push((def.group, vec![def])),
        }
    }
    let added = added_of(&cx, head.kind, true).await?;
    let added_panel = added_panel(&cx, id, &added, (&fields, &origins), may_edit).await?;
    let content = html! {
        (top)
        div.details-grid {
            @for (group, defs) in &groups {
                (group_panel(&cx, &head, group, defs, (&fields, &origins), may_edit))
            }
            @if !added.is_empty() { (added_panel) }
        }
    };
    Ok(cx.page(&client_title(&cx.l, &head), &content))
}

fn group_panel(
    cx: &Cx,
    head: &ClientHead,
    group: &str,
    defs: &[&FieldDef],
    (fields, origins): (&FieldTexts, &BTreeMap<String, Origin>),
    may_edit: bool,
) -> Markup {
    let l = &cx.l;
    let mut kv = Kv::new(format!("kv-{group}")).two_columns();
    for def in defs {
        let label = field_label(l, def.key);
        if !queries::sees_field(head, def.key) {
            kv = kv.line(
                label,
                html! { span.quiet { (icon("eye-off")) " " (l.t("secrecy-hidden-cell")) } },
            );
            continue;
        }
        kv = match fields.get(def.key) {
            Some(text) => kv.text(label, &shown(l, def, text, cx.app.currency)),
            None => kv.missing(label),
        };
        if let Some(origin) = origins.get(def.key).filter(|_| fields.contains_key(def.key)) {
            kv = kv.from_source(source(cx, origin));
        }
        if may_edit {
            kv = kv.edit(format!("{}/edit?group={group}#f-{}", card_href(head.id), def.key));
        }
    }
    let is_hidden = defs.iter().any(|def| !queries::sees_field(head, def.key));
    let mut panel = Panel::new(l.t(&format!("group-{group}")));
    if is_hidden {
        panel = panel.footer(web::ui::why_hidden(l, head.id).render());
    }
    panel.render(&kv.render(l))
}

/// The fields the bank has added.
async fn added_panel(
    cx: &Cx,
    id: ClientId,
    added: &[Arc<Field>],
    (texts, origins): (&FieldTexts, &BTreeMap<String, Origin>),
    may_edit: bool,
) -> Result<Markup, Error> {
    let l = &cx.l;
    let linked = fields::linked(cx, added, [texts].into_iter()).await?;
    let mut kv = Kv::new("kv-added").two_columns();
    for field in added {
        let label = field.spec.shown_label(l.lang).to_owned();
        kv = match texts.get(&field.key) {
            Some(text) => kv.line(label, fields::markup(cx, field, text, &linked)),
            None => kv.missing(label),
        };
        if let Some(origin) = origins.get(&field.key).filter(|_| texts.contains_key(&field.key)) {
            kv = kv.from_source(source(cx, origin));
        }
        if may_edit {
            kv = kv.edit(format!("{}/edit?group={ADDED}#f-{}", card_href(id), field.key));
        }
    }
    Ok(Panel::new(l.t("group-added")).render(&kv.render(l)))
}

fn source(cx: &Cx, origin: &Origin) -> Source {
    let directory = cx.app.services.directory.get();
    Source {
        origin: source_word(&cx.l, &origin.source),
        author: origin.author_id.map(|a| directory.staff_name(a, cx.l.lang).to_owned()),
        at: origin.at,
        is_stale: cx.now().seconds_since(origin.at) > STALE_DAYS * 86_400,
    }
}
