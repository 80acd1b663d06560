//! Cards and the profiles that were signed for them.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{ClientId, Currency, Money, Timestamp};
use smartcard::cose::Verifier;
use smartcard::profile::Profile;
use smartcard::{CardNumber, reconcile};
use store::{Cols, Read, StoreError, params};
use uuid::Uuid;

use crate::card::model::{self, CardState};

/// Profiles and allowances of one card.
const PROFILES_MAX: i64 = 10_000;

/// A card.
#[derive(Clone, Debug, serde::Serialize, schemars::JsonSchema)]
pub struct CardRow {
    /// Identity.
    pub id: Uuid,
    /// What stands on it.
    pub number: String,
    /// Whose it is.
    pub client_id: ClientId,
    /// Where it stands.
    pub state: CardState,
    /// Its currency.
    pub currency: Currency,
    /// Up to how much may be spent before the centre counts (minor units).
    pub limit_minor: i64,
    /// Until when it may be used at all.
    pub valid_until: Timestamp,
    /// What is approved beforehand, if anything is.
    pub offer_id: Option<Uuid>,
    /// Up to how much (minor units).
    pub offer_minor: i64,
    /// At which yearly rate (hundredths of a percent).
    pub offer_rate_bp: i64,
    /// Until when.
    pub offer_until: Option<Timestamp>,
    /// The counter of the newest profile.
    pub profile: i64,
    /// When it was signed.
    pub profile_at: Timestamp,
    /// The record up to which it has counted.
    pub counted_atc: i64,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it was stopped.
    pub stopped_at: Option<Timestamp>,
    /// Why; a word, or empty.
    pub stop_reason: String,
    /// Grows with each change of what it allows.
    pub revision: i64,
}

const COLUMNS: &str = "k.id, k.number, k.client_id, k.state, k.currency, k.limit_minor, k.valid_until, k.offer_id, \
     k.offer_minor, k.offer_rate_bp, k.offer_until, k.profile, k.profile_at, k.counted_atc, k.issued_at, \
     k.stopped_at, k.stop_reason, k.revision";

impl CardRow {
    /// Its number as the card has it.
    pub fn card_number(&self) -> Option<CardNumber> {
        model::number(&self.number)
    }
    /// The limit.
    pub const fn limit(&self) -> Money {
        Money::new(self.limit_minor, self.currency)
    }
    fn from_cols(c: &mut Cols) -> Result<Self, StoreError> {
        Ok(Self {
            id: c.take()?,
            number: c.take()?,
            client_id: c.take()?,
            state: {
                let key: String = c.take()?;
                CardState::from_key(&key).ok_or(StoreError::Column { index: 3, problem: key })?
            },
            currency: c.take()?,
            limit_minor: c.take()?,
            valid_until: c.take()?,
            offer_id: c.take()?,
            offer_minor: c.take()?,
            offer_rate_bp: c.take()?,
            offer_until: c.take()?,
            profile: c.take()?,
            profile_at: c.take()?,
            counted_atc: c.take()?,
            issued_at: c.take()?,
            stopped_at: c.take()?,
            stop_reason: c.take()?,
            revision: c.take()?,
        })
    }
}

async fn one<R: Read>(
    db: &mut R,
    condition: &str,
    key: store::Value,
) -> Result<Option<CardRow>, StoreError> {
    let sql = format!("select {COLUMNS} from smart_card k where {condition}");
    let row = db.first(&sql, &[key]).await?;
    row.map(|r| CardRow::from_cols(&mut r.cols())).transpose()
}

/// A card.
///
/// # Errors
/// The database's.
pub async fn by_id<R: Read>(db: &mut R, id: Uuid) -> Result<Option<CardRow>, StoreError> {
    one(db, "k.id = $1", id.into()).await
}

/// The card with a number.
///
/// # Errors
/// The database's.
pub async fn by_number<R: Read>(db: &mut R, number: &str) -> Result<Option<CardRow>, StoreError> {
    one(db, "k.number = $1", number.into()).await
}

/// The same, its row held until the end of the transaction.
///
/// # Errors
/// The database's.
pub async fn held<R: Read>(db: &mut R, number: &str) -> Result<Option<CardRow>, StoreError> {
    let lock = db.dialect().for_update();
    one(db, &format!("k.number = $1{lock}"), number.into()).await
}

/// Cards of a client, the newest first.
///
/// # Errors
/// The database's.
pub async fn of_client<R: Read>(
    db: &mut R,
    client: ClientId,
    limit: i64,
) -> Result<Vec<CardRow>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from smart_card k where k.client_id = $1 order by k.issued_at desc, k.id limit $2"
    );
    let rows = db.query(&sql, params![client, limit]).await?;
    rows.into_iter().map(|r| CardRow::from_cols(&mut r.cols())).collect()
}

/// Whether a card is taken no more.
///
/// # Errors
/// The database's.
pub async fn is_stopped<R: Read>(db: &mut R, number: &str) -> Result<bool, StoreError> {
    let sql = "select 1 from smart_card_stop where number = $1";
    Ok(db.first(sql, params![number]).await?.is_some())
}

/// What the centre has allowed a card since an instant (minor units).
///
/// # Errors
/// The database's.
pub async fn allowed_since<R: Read>(
    db: &mut R,
    number: &str,
    since: Timestamp,
) -> Result<i64, StoreError> {
    let sql = "select cast(coalesce(sum(amount_minor), 0) as bigint) from smart_card_allowance \
               where number = $1 and at >= $2 and kind = 'purchase'";
    let row = db.first(sql, params![number, since]).await?;
    row.map_or(Ok(0), store::Row::one)
}

/// What the centre has allowed a card beyond its own limits: the operations, their kinds and sums (minor units).
///
/// # Errors
/// The database's.
pub async fn allowances<R: Read>(
    db: &mut R,
    number: &str,
) -> Result<BTreeSet<(Uuid, String, i64)>, StoreError> {
    let sql = "select operation_id, kind, amount_minor from smart_card_allowance where number = $1 \
               order by at desc limit $2";
    let rows = db.query(sql, params![number, PROFILES_MAX]).await?.into_iter().map(|row| {
        let mut c = row.cols();
        Ok((c.take()?, c.take()?, c.take()?))
    });
    rows.collect()
}

/// What was allowed with a card, by the counters of its profiles.
///
/// # Errors
/// The database's.
pub async fn profiles<R: Read>(
    db: &mut R,
    card: Uuid,
    issuers: &dyn Verifier,
) -> Result<BTreeMap<u32, reconcile::Terms>, StoreError> {
    let sql =
        "select signed from smart_card_profile where card_id = $1 order by counter desc limit $2";
    let rows = db.query(sql, params![card, PROFILES_MAX]).await?;
    let signed = rows.into_iter().map(store::Row::one::<Vec<u8>>);
    let opened = signed.collect::<Result<Vec<_>, _>>()?;
    let profiles = opened.iter().filter_map(|signed| Profile::open(signed, issuers).ok());
    Ok(profiles.map(|profile| (profile.counter, reconcile::Terms::from(&profile))).collect())
}
