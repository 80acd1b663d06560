//! Saving a price and taking one away.

use kernel::{Refusal, Refusals};
use serde::{Deserialize, Serialize};
use spine::{Change, Command, Error, Work};
use store::params;
use uuid::Uuid;

use super::model::{Price, Unit};
use super::queries;
use crate::EDIT;
use crate::scripts::commands::{NAME_CHARS_MAX, check_key, check_text};

/// Hundredths of a percent at most.
const RATE_MAX: i64 = 100 * 100;

/// Saves a price.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SavePrice {
    /// Which; none for a new one.
    #[serde(default)]
    pub price_id: Option<Uuid>,
    /// The product or service, as programs know it, such as `transfer.urgent`.
    pub key: String,
    /// Russian name.
    pub name: String,
    /// English name.
    pub name_en: String,
    /// What it costs.
    pub price: Price,
    /// For what it is taken once.
    #[serde(default)]
    pub unit: Unit,
    /// The revision that was read; saving over a later one is refused.
    #[serde(default)]
    pub revision: Option<i64>,
}

impl SavePrice {
    fn check(&self) -> Result<(), Refusals> {
        let mut refusals = Refusals::default();
        check_key(&self.key, &mut refusals);
        for (field, text) in [("name", &self.name), ("name_en", &self.name_en)] {
            check_text(field, text, NAME_CHARS_MAX, &mut refusals);
        }
        match self.price {
            Price::Sum(sum) if sum.minor < 0 => {
                refusals.push(Refusal::field("strategy-price-below-zero", "sum"));
            }
            Price::Share(rate) if !(0..=RATE_MAX).contains(&rate) => {
                refusals.push(Refusal::field("strategy-not-a-percent", "rate"));
            }
            Price::Sum(_) | Price::Share(_) => {}
        }
        refusals.into_result()
    }
}

/// A price in one word, for the journal.
fn told(price: Price) -> String {
    match price {
        Price::Sum(sum) => format!("{} {}", sum.plain(), sum.currency.code()),
        Price::Share(rate) => format!("{}.{:02} %", rate / 100, rate % 100),
    }
}

impl Command for SavePrice {
    const NAME: &'static str = "strategy.save_price";
    const PERMISSION: &'static str = EDIT;
    type Output = Uuid;

    async fn handle(&self, w: &mut Work<'_>) -> Result<Uuid, Error> {
        self.check()?;
        let before = match self.price_id {
            Some(id) => Some(queries::one(w, id).await?.ok_or(Error::NotFound)?),
            None => None,
        };
        let revision = before.as_ref().map_or(0, |b| b.revision);
        if before.is_some() && self.revision.is_some_and(|read| read != revision) {
            return Err(Error::refused("strategy-changed-meanwhile"));
        }
        let id = self.price_id.unwrap_or_else(|| w.new_id());
        if queries::has_key(w, &self.key, id).await? {
            return Err(Error::refused_field("strategy-key-taken", "key"));
        }
        let sql = "insert into price_item (id, key, name, name_en, amount_minor, currency, unit, rate_bp, revision) \
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do update set key = excluded.key, \
                   name = excluded.name, name_en = excluded.name_en, amount_minor = excluded.amount_minor, \
                   currency = excluded.currency, unit = excluded.unit, rate_bp = excluded.rate_bp, \
                   revision = excluded.revision";
        let (sum, rate) = match self.price {
            Price::Sum(sum) => (Some(sum), None),
            Price::Share(rate) => (None, Some(rate)),
        };
        let (minor, currency) = (sum.map(|s| s.minor), sum.map(|s| s.currency.code().to_owned()));
        let (key, name, name_en) = (self.key.as_str(), self.name.trim(), self.name_en.trim());
        let unit = self.unit.key();
        let row = params![id, key, name, name_en, minor, currency, unit, rate, revision + 1];
        w.execute(sql, row).await?;
        let old = |of: fn(&queries::Item) -> String| {
            before.as_ref().map_or(serde_json::Value::Null, |b| of(b).into())
        };
        let change = Change::new()
            .field("key", old(|b| b.key.clone()), key)
            .field("name", old(|b| b.name.clone()), name)
            .field("name_en", old(|b| b.name_en.clone()), name_en)
            .field("price", old(|b| told(b.price)), told(self.price))
            .field("unit", old(|b| b.unit.key().to_owned()), unit);
        w.record("price_item", id, None, change);
        Ok(id)
    }
}

/// Takes a price away; versions that were published keep it.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DropPrice {
    /// Which.
    pub price_id: Uuid,
}

impl Command for DropPrice {
    const NAME: &'static str = "strategy.drop_price";
    const PERMISSION: &'static str = EDIT;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let before = queries::one(w, self.price_id).await?.ok_or(Error::NotFound)?;
        w.execute("delete from price_item where id = $1", params![self.price_id]).await?;
        let change = Change::new().field("key", before.key, serde_json::Value::Null);
        w.record("price_item", self.price_id, None, change);
        Ok(())
    }
}
