//! Reading prices.

use kernel::{Currency, Lang, Money};
use schemars::JsonSchema;
use serde::Serialize;
use spine::Error;
use store::{Read, Row, StoreError, params};
use uuid::Uuid;

use super::model::{Price, Unit};

/// Prices read at most.
const PRICES_MAX: i64 = 20_000;

/// A line of the price list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Item {
    /// Identity.
    pub(crate) id: Uuid,
    /// The product or service, as programs know it.
    pub(crate) key: String,
    /// Russian name.
    pub(crate) name: String,
    /// English name.
    pub(crate) name_en: String,
    /// What it costs.
    pub(crate) price: Price,
    /// For what it is taken once.
    pub(crate) unit: Unit,
    /// Grows with each change.
    pub(crate) revision: i64,
}

impl Item {
    /// Its name for a reader.
    pub(crate) fn shown_name(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ru => &self.name,
            Lang::En => &self.name_en,
        }
    }
}

const COLUMNS: &str = "id, key, name, name_en, amount_minor, currency, unit, rate_bp, revision";

fn item(row: Row) -> Result<Item, Error> {
    let mut c = row.cols();
    let (id, key, name, name_en) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let (minor, currency): (Option<i64>, Option<String>) = (c.take()?, c.take()?);
    let unit = Unit::from_key(&c.take::<String>()?).unwrap_or_default();
    let rate: Option<i64> = c.take()?;
    let currency = currency.and_then(|code| code.parse::<Currency>().ok());
    let sum = minor.zip(currency).map(|(minor, currency)| Price::Sum(Money::new(minor, currency)));
    let price =
        sum.or(rate.map(Price::Share)).ok_or_else(|| Error::failure("a price without one"))?;
    Ok(Item { id, key, name, name_en, price, unit, revision: c.take()? })
}

/// All of them, by key.
pub(crate) async fn list<R: Read>(db: &mut R) -> Result<Vec<Item>, Error> {
    let sql = format!("select {COLUMNS} from price_item order by key limit $1");
    db.query(&sql, params![PRICES_MAX]).await?.into_iter().map(item).collect()
}

/// One.
pub(crate) async fn one<R: Read>(db: &mut R, id: Uuid) -> Result<Option<Item>, Error> {
    let sql = format!("select {COLUMNS} from price_item where id = $1");
    db.first(&sql, params![id]).await?.map(item).transpose()
}

/// Whether another one has this key.
pub(crate) async fn has_key<R: Read>(db: &mut R, key: &str, id: Uuid) -> Result<bool, StoreError> {
    let sql = "select 1 from price_item where key = $1 and id <> $2";
    Ok(db.first(sql, params![key, id]).await?.is_some())
}
