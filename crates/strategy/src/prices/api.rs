//! Prices in the API.

use serde_json::json;
use spine::Error;
use uuid::Uuid;
use web::api::{Api, Call, ListQuery, Listing, Method, NoQuery, Operation, Problem};

use super::commands::{DropPrice, SavePrice};
use super::queries::{self, Item};
use crate::EDIT;

pub(crate) fn api(api: Api) -> Api {
    api.with(Operation::list("/prices", "list_prices", EDIT, list).about("The price list, by key"))
        .with(Operation::one("/prices/{price_id}", "get_price", EDIT, get).about("A price"))
        .with(
            Operation::create::<SavePrice>("/prices", "save_price", Some("/prices/{id}"))
                .about("Saves a price; with `price_id` one that is there")
                .example(json!({
                    "key": "card.reissue", "name": "Перевыпуск карты", "name_en": "Card reissue",
                    "price": { "sum": { "minor": 50_000, "currency": "RUB" } }, "unit": "piece",
                })),
        )
        .with(
            Operation::command::<DropPrice>(Method::Delete, "/prices/{price_id}", "drop_price")
                .about("Takes a price away"),
        )
}

async fn list(mut call: Call, query: ListQuery) -> Result<Listing<Item>, Problem> {
    let after = query.place::<String>()?;
    let all = queries::list(&mut call.cx.db).await?;
    let rest = all.into_iter().filter(|item| after.as_ref().is_none_or(|after| item.key > *after));
    let rows = rest.take(query.limit() + 1).collect();
    Ok(Listing::cut(rows, query.limit(), |item: &Item| item.key.clone())?)
}

async fn get(mut call: Call, _: NoQuery) -> Result<Item, Problem> {
    let id: Uuid = call.id("price_id")?;
    Ok(queries::one(&mut call.cx.db, id).await?.ok_or(Error::NotFound)?)
}
