//! The price list, and the form of a price.

use axum::extract::Path;
use kernel::{Currency, Refusal, Refusals};
use maud::{Markup, html};
use spine::Error;
use uuid::Uuid;
use web::i18n::L;
use web::ui::{Cell, Column, Field, Input, Opt, form_row};
use web::{Access, Answer, Cx, FormData, Routes};

use super::commands::{DropPrice, SavePrice};
use super::model::{Price, Unit};
use super::queries::{self, Item};
use crate::EDIT;
use crate::parts::{Shelf, basis_points, line, names, revision, typed};

const MAY: Access = Access::Needs(EDIT);

const SHELF: Shelf = Shelf {
    home: "/admin/prices",
    entity: "price_item",
    icon: "receipt",
    title: "strategy-prices",
    lead: "strategy-prices-lead",
    none: ["strategy-prices-none", "strategy-prices-none-words"],
    form: ["strategy-price-new", "strategy-price-edit"],
};

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
    let all = queries::list(&mut cx.db).await?;
    let l = &cx.l;
    let mut table = SHELF
        .table(&cx)
        .column(Column::text(l.t("strategy-name")).wide())
        .column(Column::text(l.t("strategy-key")))
        .column(Column::number(l.t("strategy-price")))
        .column(Column::text(l.t("strategy-unit")));
    for item in &all {
        let price = match item.price {
            Price::Sum(sum) => Cell::money(l, sum),
            Price::Share(rate) => Cell::text(l.percent(rate)),
        };
        table = table.row(
            SHELF
                .row(&cx, item.id)
                .cell(Cell::text(item.shown_name(l.lang)))
                .cell(Cell::quiet(&item.key))
                .cell(price)
                .cell(Cell::text(unit_words(l, item.unit))),
        );
    }
    Ok(SHELF.page(&cx, &table))
}

async fn new(cx: Cx) -> Answer {
    let given = typed([("currency", cx.app.currency.code().to_owned())]);
    Ok(SHELF.form(&cx, None, (&given, None), fields))
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
    let given = typed([
        ("key", key),
        ("name", name),
        ("name_en", name_en),
        ("sum", sum),
        ("currency", currency),
        ("rate", rate),
        ("unit", unit.key().to_owned()),
        ("revision", revision.to_string()),
    ]);
    Ok(SHELF.form(&cx, Some(id), (&given, None), fields))
}

async fn add(cx: Cx, sent: FormData) -> Answer {
    SHELF.save(&cx, None, (&sent, command(None, &sent)), fields).await
}

async fn save(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    SHELF.save(&cx, Some(id), (&sent, command(Some(id), &sent)), fields).await
}

async fn drop_price(cx: Cx, Path(id): Path<Uuid>, sent: FormData) -> Answer {
    SHELF.drop(&cx, &sent, DropPrice { price_id: id }).await
}

fn command(price_id: Option<Uuid>, sent: &FormData) -> Result<SavePrice, Refusals> {
    let mut refusals = Refusals::default();
    let price = price(sent).map_err(|wrong| refusals.0.extend(wrong.0)).ok();
    let unit = match sent.opt("unit") {
        Some(unit) => Unit::from_key(&unit),
        None => Some(Unit::default()),
    };
    if unit.is_none() {
        refusals.push(Refusal::field("not-a-choice", "unit"));
    }
    let (Some(price), Some(unit)) = (price, unit) else { return Err(refusals) };
    Ok(SavePrice {
        price_id,
        key: sent.text("key"),
        name: sent.text("name"),
        name_en: sent.text("name_en"),
        price,
        unit,
        revision: revision(sent),
    })
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

fn fields(cx: &Cx, given: &FormData, refusals: &Refusals) -> Markup {
    let l = &cx.l;
    let units = Unit::ALL.map(|unit| Opt::new(unit.key(), unit_words(l, unit))).to_vec();
    let unit = Field::new("unit", l.t("strategy-unit"), Input::Select(units));
    let unit = unit.value(given.text("unit")).error(cx.field_error(refusals, "unit"));
    let given = (given, refusals);
    html! {
        (line(cx, given, ("key", "strategy-key")).required().hint(l.t("strategy-key-hint")).render(l))
        (names(cx, given))
        (form_row(&[
            line(cx, given, ("sum", "strategy-price-sum")).hint(l.t("strategy-price-hint")).render(l),
            line(cx, given, ("currency", "strategy-price-currency")).narrow().render(l),
            line(cx, given, ("rate", "strategy-price-rate")).render(l),
        ]))
        (unit.render(l))
    }
}
