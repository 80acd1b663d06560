//! Records about a client, on his card.

use std::sync::Arc;

use kernel::{ClientId, ObjectId};
use maud::{Markup, html};
use spine::Error;
use web::ui::{Button, Cell, Column, Panel, Row, Table};
use web::{CardClient, CardPanel, Cx, PanelMarkup, PanelSlot};

use super::home;
use crate::fields::definitions;
use crate::fields::model::{ClientLink, Object};
use crate::objects::queries::{self, Record};

/// Records of one kind shown at once.
const SHOWN: usize = 5;

pub(super) struct RecordsPanel;

impl CardPanel for RecordsPanel {
    fn key(&self) -> &'static str {
        "records"
    }
    fn slot(&self) -> PanelSlot {
        PanelSlot::Main
    }
    fn order(&self) -> u32 {
        75
    }
    fn render<'a>(&'a self, cx: &'a Cx, client: CardClient) -> PanelMarkup<'a> {
        Box::pin(render(cx, client))
    }
}

async fn render(
    cx: &Cx,
    CardClient { id: client, owner }: CardClient,
) -> Result<Option<Markup>, Error> {
    if !cx.principal().has("record.read") {
        return Ok(None);
    }
    let definitions = definitions(&cx.app.services, cx.now()).await?;
    let about = definitions.objects_of(cx.principal());
    let kinds: Vec<&Arc<Object>> =
        about.filter(|o| o.spec.client_link != ClientLink::None).collect();
    if kinds.is_empty() {
        return Ok(None);
    }
    let ids: Vec<ObjectId> = kinds.iter().map(|o| o.id).collect();
    let mut db = cx.db.clone();
    let limit = i64::try_from(SHOWN).unwrap_or(5) + 1;
    let mut records = queries::of_client(&mut db, cx.principal(), client, (&ids, limit)).await?;
    let may_add = cx.principal().reaches("record.edit", owner);
    Ok(Some(html! {
        @for object in kinds {
            (one(cx, object, client, &records.remove(&object.id).unwrap_or_default(), may_add))
        }
    }))
}

fn one(cx: &Cx, object: &Object, client: ClientId, records: &[Record], may_add: bool) -> Markup {
    let l = &cx.l;
    let name = object.spec.many(l.lang);
    let mut panel =
        Panel::new(name).id(format!("panel-records-{}", object.key)).icon("database").flush();
    if may_add {
        let add = Button::quiet(l.t("records-add")).icon("plus");
        panel =
            panel.actions(html! { (add.dialog(format!("{}/new?client={client}", home(object)))) });
    }
    let all = format!("{}?client={client}", home(object));
    let body = html! {
        @if records.is_empty() {
            p.quiet.panel-pad { (l.t("records-none-here")) }
        } @else {
            (table(cx, object, records))
            @if records.len() > SHOWN { p.panel-pad { a href=(all) { (l.t("records-all")) } } }
        }
    };
    panel.render(&body)
}

fn table(cx: &Cx, object: &Object, records: &[Record]) -> Markup {
    let l = &cx.l;
    let mut table = Table::new(format!("records-{}", object.key), object.spec.many(l.lang))
        .column(Column::text(object.spec.one(l.lang)).wide())
        .column(Column::text(l.t("records-updated")));
    for record in records.iter().take(SHOWN) {
        table = table.row(
            Row::new(record.id)
                .href(format!("{}/{}", home(object), record.id))
                .cell(Cell::text(record.title.clone()))
                .cell(Cell::ago(l, record.updated_at)),
        );
    }
    table.render(l)
}
