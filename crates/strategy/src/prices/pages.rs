//! The price list, and the form of a price.

use axum::extract::Path;
use axum::response::Response;
use kernel::{Currency, Refusal, Refusals};
use maud::html;
use spine::Error;
use uuid::Uuid;
use web::i18n::L;
use web::ui::{
    self, Button, Cell, Column, Field, Form, Input, Opt, PageHeader, Row, Table, form_row,
};
use web::{Access, Answer, Cx, FormData, Routes};

use super::commands::{DropPrice, SavePrice};
use super::model::{Price, Unit};
use super::queries::{self, Item};
use crate::EDIT;
use crate::parts::{basis_points, dialog, post_button, revision, summary};

const MAY: Access = Access::Needs(EDIT);
const HOME: &str = "/admin/prices";

pub(crate) fn routes(routes: Routes) -> Routes {
    routes
        .get("/admin/prices", MAY, list)
        .get("/admin/prices/new", MAY, new)
        .post("/admin/prices/new", MAY, add)
        .get("/admin/prices/{id}", MAY, edit)
        .post("/admin/prices/{id}", MAY, save)
        .post("/admin/prices/{id}/drop", MAY, drop_price)
}

fn unit_words(l: &L, unit: Unit) -> String {
    match unit {
        Unit::Operation => l.t("strategy-unit-operation"),
        Unit::Piece => l.t("strategy-unit-piece"),
        Unit::Month => l.t("strategy-unit-month"),
        Unit::Year => l.t("strategy-unit-year"),
    }
}

async fn list(mut cx: Cx) -> Answer {
    let l = cx.l.clone();
    let all = queries::list(&mut cx.db).await?;
    let add = Button::primary(l.t("strategy-price-new")).icon("plus").dialog("/admin/prices/new");
    let words = l.t("strategy-prices-none-words");
    let none = ui::empty("receipt", &l.t("strategy-prices-none"), &words, None);
    let mut table = Table::new("prices", l.t("strategy-prices"))
        .column(Column::text(l.t("strategy-name")).wide())
        .column(Column::text(l.t("strategy-key")))
        .column(Column::number(l.t("strategy-price")))
        .column(Column::text(l.t("strategy-unit")))
        .live("kind:price_item", HOME)
        .empty(none);
    for item in &all {
        let drop = Button::quiet(l.t("strategy-drop")).icon("trash-2");
        let price = match item.price {
            Price::Sum(sum) => Cell::money(&l, sum),
            Price::Share(rate) => Cell::text(l.percent(rate)),
        };
        table = table.row(
            Row::new(item.id)
                .href(format!("{HOME}/{}", item.id))
                .cell(Cell::text(item.shown_name(l.lang)))
                .cell(Cell::quiet(&item.key))
                .cell(price)
                .cell(Cell::text(unit_words(&l, item.unit)))
                .actions(post_button(&cx, &format!("{HOME}/{}/drop", item.id), drop)),
        );
    }
    let lead = html! { (l.t("strategy-prices-lead")) };
    let body = html! {
        (PageHeader::new(l.t("strategy-prices")).lead(lead).primary(add).render(&l))
        (table.render(&l))
    };
    Ok(cx.page(&l.t("strategy-prices"), &body))
}

async fn new(cx: Cx) -> Answer {
    let currency = cx.app.currency.code().to_owned();
    let given = FormData::from_pairs([("currency".to_owned(), currency)]);
    Ok(show(&cx, None, &given, None))
}

async fn add(cx: Cx, sent: FormData) -> Answer {
    send(cx, None, sent).await
}

async fn edit(mut cx: Cx, Path(id): Path<Uuid>) -> Answer {
    let item = queries::one(&mut cx.db, id).await?.ok_or(Error::NotFound)?;
    let Item { key, name, name_en, price, unit, revision, .. } = item;
    let (sum, currency, rate) = match price {
        Price::Sum(sum) => (sum.plain(), sum.currency.code().to_owned(), String::new()),
        Price::Share(rate) => {
            let rate = format!("{}.{:02}", rate / 100, rate % 100);
            (String::new(), cx.app.currency.code().to_owned(), rate)
        }
    };
    let pairs = [
        ("key", key),
        ("name", name),
        ("name_en", name_en),
        ("sum", sum),
        ("currency", currency),
        ("rate", rate),
        ("unit", unit.key().to_owned()),
        ("revision", revision.to_string()),
    ];
    let given = FormData::from_pairs(pairs.map(|(k, v)| (k.to_owned(), v)));
    Ok(show(&cx, Some(id), &given, None))
}

async fn save(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    send(cx, Some(id), sent).await
}

/// The price that was typed: a sum or a share, and not both.
fn price(sent: &FormData) -> Result<Price, Refusals> {
    let mut refusals = Refusals::default();
    match (sent.opt("sum"), sent.opt("rate")) {
        (Some(_), None) => {
            let currency: Result<Currency, _> = sent.text("currency").parse();
            match currency {
                Ok(currency) => {
                    let sum = sent.money("sum", currency, &mut refusals);
                    sum.map(Price::Sum).ok_or(refusals)
                }
                Err(_) => Err(Refusal::field("not-a-choice", "currency").into()),
            }
        }
        (None, Some(rate)) => Ok(Price::Share(basis_points(&rate)?)),
        (None, None) | (Some(_), Some(_)) => {
            Err(Refusal::field("strategy-price-one-of", "sum").into())
        }
    }
}

async fn send(cx: Cx, id: Option<Uuid>, sent: FormData) -> Answer {
    let price = match price(&sent) {
        Ok(price) => price,
        Err(refusals) => return Ok(show(&cx, id, &sent, Some(&refusals))),
    };
    let command = SavePrice {
        price_id: id,
        key: sent.text("key"),
        name: sent.text("name"),
        name_en: sent.text("name_en"),
        price,
        unit: Unit::from_key(&sent.text("unit")).unwrap_or_default(),
        revision: revision(&sent),
    };
    match cx.execute(sent.command_id()?, &command).await {
        Ok(_) => Ok(cx.done(HOME, "flash-strategy-saved")),
        Err(Error::Refused(refusals)) => Ok(show(&cx, id, &sent, Some(&refusals))),
        Err(other) => Err(other.into()),
    }
}

async fn drop_price(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    cx.execute(sent.command_id()?, &DropPrice { price_id: id }).await?;
    Ok(cx.done(HOME, "flash-strategy-dropped"))
}

fn show(cx: &Cx, id: Option<Uuid>, given: &FormData, refused: Option<&Refusals>) -> Response {
    let l = &cx.l;
    let none = Refusals::default();
    let refusals = refused.unwrap_or(&none);
    let line = |name: &str, key: &str| {
        Field::text(name, l.t(key)).value(given.text(name)).error(cx.field_error(refusals, name))
    };
    let units = Unit::ALL.map(|unit| Opt::new(unit.key(), unit_words(l, unit))).to_vec();
    let fields = html! {
        (summary(cx, refusals))
        (line("key", "strategy-key").required().hint(l.t("strategy-key-hint")).render(l))
        (form_row(&[
            line("name", "strategy-name-ru").required().render(l),
            line("name_en", "strategy-name-en").required().render(l),
        ]))
        (form_row(&[
            line("sum", "strategy-price-sum").hint(l.t("strategy-price-hint")).render(l),
            line("currency", "strategy-price-currency").narrow().render(l),
            line("rate", "strategy-price-rate").render(l),
        ]))
        (Field::new("unit", l.t("strategy-unit"), Input::Select(units)).value(given.text("unit")).render(l))
    };
    let action = id.map_or_else(|| format!("{HOME}/new"), |id| format!("{HOME}/{id}"));
    let body = Form::post(action)
        .hidden("_id", cx.form_id())
        .hidden("revision", given.text("revision"))
        .submit(l.t("strategy-save"))
        .cancel(HOME)
        .render(l, &fields);
    let title = l.t(if id.is_some() { "strategy-price-edit" } else { "strategy-price-new" });
    dialog(cx, &title, &body, refused.is_some())
}
