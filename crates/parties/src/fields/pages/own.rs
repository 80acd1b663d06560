//! Own fields of objects of other rooms: in their forms, on their cards, in their lists.

use std::sync::Arc;

use kernel::Refusals;
use maud::{Markup, html};
use spine::{FieldEdit, OwnAsked, OwnConditions, OwnOrder, OwnValues};
use store::Value;
use uuid::Uuid;
use web::i18n::L;
use web::icons::icon;
use web::ui::{FilterField, Kv};
use web::{Cx, Drawing, FormData, OwnColumn, OwnObject, OwnPages};

use crate::fields::commands::OwnDoor;
use crate::fields::conflict::WAS;
use crate::fields::model::Field;
use crate::fields::queries::Doc;
use crate::fields::{control, definitions, linked, markup, shown, typed};
use crate::list::{AddedTests, filter_fields};

impl OwnPages for OwnDoor {
    fn of<'a>(&'a self, cx: &'a Cx, object: &'a str) -> Drawing<'a, Arc<dyn OwnObject>> {
        Box::pin(async move {
            let definitions = definitions(&cx.app.services, cx.now()).await?;
            let fields = definitions.seen(object, cx.principal()).map(Arc::clone).collect();
            let own: Arc<dyn OwnObject> = Arc::new(Own { object: object.to_owned(), fields });
            Ok(own)
        })
    }
}

/// The fields of an object a person may know of.
struct Own {
    object: String,
    fields: Vec<Arc<Field>>,
}

impl Own {
    fn field(&self, key: &str) -> Option<&Arc<Field>> {
        self.fields.iter().find(|field| field.key == key)
    }
}

impl OwnObject for Own {
    fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
    fn cut(&self, values: &mut OwnValues) {
        values.0.retain(|key, _| self.field(key).is_some());
    }
    fn edits(&self, sent: &FormData) -> Vec<FieldEdit> {
        // a field that was added after the form was drawn is not in it
        let is_sent = |name: &str| sent.pairs().any(|(one, _)| one == name);
        let drawn = self.fields.iter().filter(|field| is_sent(&format!("{WAS}{}", field.key)));
        let one = |field: &Arc<Field>| FieldEdit {
            field: field.key.clone(),
            original: sent.raw(&format!("{WAS}{}", field.key)).to_owned(),
            value: typed(sent, &field.key),
        };
        drawn.map(one).collect()
    }
    fn start(&self, values: &OwnValues) -> Vec<(String, String)> {
        let of = |field: &Arc<Field>| values.0.get(&field.key).cloned().unwrap_or_default();
        let pairs = |field: &Arc<Field>| {
            let value = of(field);
            [(format!("{WAS}{}", field.key), value.clone()), (field.key.clone(), value)]
        };
        self.fields.iter().flat_map(pairs).collect()
    }
    fn controls<'a>(
        &'a self,
        cx: &'a Cx,
        sent: &'a FormData,
        refusals: &'a Refusals,
    ) -> Drawing<'a, Markup> {
        Box::pin(async move {
            let value = |field: &Arc<Field>| (field.key.clone(), typed(sent, &field.key));
            let doc: Doc = self.fields.iter().map(value).collect();
            let linked = linked(cx, &self.fields, [&doc].into_iter()).await?;
            Ok(html! {
                @if !self.fields.is_empty() {
                    fieldset.own-fields {
                        legend { (cx.l.t("group-added")) }
                        div.form-grid {
                            @for field in &self.fields {
                                @let was = format!("{WAS}{}", field.key);
                                input type="hidden" name=(was) value=(sent.raw(&was));
                                (control(cx, field, doc.get(&field.key).map_or("", String::as_str), &linked, refusals))
                            }
                        }
                    }
                }
            })
        })
    }
    fn card<'a>(
        &'a self,
        cx: &'a Cx,
        record: Uuid,
        values: &'a OwnValues,
        may_edit: bool,
    ) -> Drawing<'a, Markup> {
        Box::pin(async move {
            if self.fields.is_empty() {
                return Ok(html! {});
            }
            let l = &cx.l;
            let linked = linked(cx, &self.fields, [&values.0].into_iter()).await?;
            let mut kv = Kv::new("own-facts");
            for field in &self.fields {
                let label = field.spec.shown_label(l.lang).to_owned();
                kv = match values.0.get(&field.key) {
                    Some(text) => kv.line(label, markup(cx, field, text, &linked)),
                    None => kv.missing(label),
                };
            }
            let src = format!("/own-fields/{}/{record}", self.object);
            let change = l.t("own-change");
            Ok(html! {
                section.own-fields aria-label=(l.t("group-added")) {
                    h3 {
                        (l.t("group-added"))
                        @if may_edit {
                            " " a.kv-edit href=(src) data-dialog-src=(src) aria-label=(change) title=(change) { (icon("pencil")) }
                        }
                    }
                    (kv.render(l))
                }
            })
        })
    }
    fn words<'a>(
        &'a self,
        cx: &'a Cx,
        rows: Vec<&'a OwnValues>,
    ) -> Drawing<'a, Vec<Vec<(String, String)>>> {
        Box::pin(async move {
            let docs = rows.iter().map(|values| &values.0);
            let linked = linked(cx, &self.fields, docs).await?;
            let label = |field: &Field| field.spec.shown_label(cx.l.lang).to_owned();
            let one = |values: &OwnValues| {
                let filled = self.fields.iter().filter_map(|field| {
                    let text = values.0.get(&field.key)?;
                    Some((label(field), shown(cx, field, text, &linked)))
                });
                filled.collect()
            };
            Ok(rows.iter().map(|values| one(values)).collect())
        })
    }
    fn columns(&self, l: &L) -> Vec<OwnColumn> {
        let one = |field: &Arc<Field>| OwnColumn {
            key: field.key.clone(),
            label: field.spec.shown_label(l.lang).to_owned(),
            is_standard: field.spec.listed,
            is_sortable: field.is_sortable(),
        };
        self.fields.iter().map(one).collect()
    }
    fn cells<'a>(
        &'a self,
        cx: &'a Cx,
        keys: Vec<&'a str>,
        rows: Vec<&'a OwnValues>,
    ) -> Drawing<'a, Vec<Vec<Option<String>>>> {
        Box::pin(async move {
            let columns: Vec<Arc<Field>> =
                keys.iter().filter_map(|key| self.field(key)).map(Arc::clone).collect();
            let linked = linked(cx, &columns, rows.iter().map(|values| &values.0)).await?;
            let cell = |values: &OwnValues, field: &Field| {
                values.0.get(&field.key).map(|text| shown(cx, field, text, &linked))
            };
            let row = |values: &&OwnValues| columns.iter().map(|f| cell(values, f)).collect();
            Ok(rows.iter().map(row).collect())
        })
    }
    fn filters(&self, cx: &Cx) -> Vec<FilterField> {
        filter_fields(cx, &self.fields)
    }
    fn asked(&self, cx: &Cx, pairs: &[(String, String)]) -> Result<OwnAsked, Refusals> {
        let tests = AddedTests::read(cx, &self.fields, pairs)?;
        let sort = pairs.iter().find(|(name, _)| name == "sort").map_or("", |(_, word)| word);
        let (key, is_descending) = match sort.strip_prefix('-') {
            Some(key) => (key, true),
            None => (sort, false),
        };
        let field = self.field(key).filter(|field| field.is_sortable());
        let order = field.map(|field| OwnOrder {
            field_id: field.id.uuid(),
            key: field.key.clone(),
            is_descending,
        });
        let conditions: Option<Box<dyn OwnConditions>> =
            if tests.is_empty() { None } else { Some(Box::new(tests)) };
        Ok(OwnAsked { conditions, order })
    }
}

impl OwnConditions for AddedTests {
    fn sql(&self, record: &str, values: &mut Vec<Value>) -> Vec<String> {
        let (parts, all) = self.conditions(record, std::mem::take(values));
        *values = all;
        parts
    }
}
