//! A client pays with his card, or takes what was approved beforehand. The card has written it already when this is told.

use kernel::{DeskOperationId, Money, Refusals, VisitId};
use serde::{Deserialize, Serialize};
use smartcard::record::{Kind, SealedRecord};
use spine::{Change, Command, Error, Offline, Work};
use store::params;
use uuid::Uuid;

use super::read::{NOT_CERTIFIED, proved, tell};
use super::settle::settle;
use super::{keys, opened};
use crate::card::model::{self, CardState, Reading};
use crate::card::queries::{self, CardRow};
use crate::desk::commands::{OperationToWrite, SERVE, check_lengths, served};
use crate::desk::queries::{self as desk, VisitRow};
use crate::queries::client_ref;

/// Longest number of a document (characters).
pub(crate) const REFERENCE_CHARS_MAX: usize = 40;

/// The desk asks the centre whether a card may do an operation that it may not do by itself; what is allowed is this one only.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AllowCardPayment {
    /// In which visit.
    pub visit_id: VisitId,
    /// What was read of the card.
    pub reading: Reading,
    /// The operation, as the card will write it.
    pub operation_id: Uuid,
    /// What: `purchase`, `offer`.
    pub kind: String,
    /// How much (minor units of the card's currency).
    pub amount_minor: i64,
}

impl Command for AllowCardPayment {
    const NAME: &'static str = "engagement.allow_smart_card_payment";
    const PERMISSION: &'static str = SERVE;
    /// Asked of the centre by branches; only where the keys are whole is it done.
    const OFFLINE: Offline = Offline::Free;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let keys = keys(w)?;
        if !keys.are_whole() {
            return Err(Error::refused("only-at-centre"));
        }
        let visit = served(w, self.visit_id).await?;
        let (read, _) = opened(&self.reading, &keys)?;
        proved(&keys, &read)?;
        let number = self.reading.number.as_str();
        let card = queries::held(w, number).await?;
        let card = card.ok_or_else(|| Error::refused("card-unknown"))?;
        tell(w, &keys, &read.log, (number, Some(card.client_id), visit.branch_id)).await?;
        settle(w, &keys, &card).await?;
        // as it is after it was weighed
        let card = queries::held(w, number).await?.ok_or(Error::NotFound)?;
        if card.state != CardState::Active {
            return Err(Error::refused("card-stopped"));
        }
        self.fits(w, &card).await?;
        let sql = "insert into smart_card_allowance (operation_id, number, kind, amount_minor, at) \
                   values ($1, $2, $3, $4, $5) on conflict (operation_id) do nothing";
        let (kind, now) = (self.kind.as_str(), w.ctx.now);
        let row = params![self.operation_id, number, kind, self.amount_minor, now];
        w.execute(sql, row).await?;
        let change = Change::new()
            .set("number", number)
            .set("kind", kind)
            .set("amount_minor", self.amount_minor);
        w.record("smart_card", card.id, Some(card.client_id), change);
        Ok(())
    }
}

impl AllowCardPayment {
    /// A purchase fits the card's limit with all that was allowed within a day; an offer must be there still.
    async fn fits(&self, w: &mut Work<'_>, card: &CardRow) -> Result<(), Error> {
        let refused = |code: &str| Err(Error::refused_field(code, "amount"));
        match self.kind.as_str() {
            "purchase" => {
                let since = w.ctx.now.plus_hours(-24);
                let before = queries::allowed_since(w, &card.number, since).await?;
                let sum = before.saturating_add(self.amount_minor);
                if self.amount_minor <= 0 || sum > card.limit_minor {
                    return refused("card-over-limit");
                }
                Ok(())
            }
            "offer" => match (card.offer_id, card.offer_until) {
                (Some(_), Some(until)) if until <= w.ctx.now => refused("card-offer-expired"),
                (Some(_), _) if self.amount_minor > card.offer_minor => {
                    refused("card-offer-exceeded")
                }
                (Some(_), _) if self.amount_minor > 0 => Ok(()),
                (Some(_), _) => refused("card-amount"),
                (None, _) => refused("card-no-offer"),
            },
            _ => refused("not-a-choice"),
        }
    }
}

/// A card has written a payment or the taking of its offer; this is what it has certified.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PayByCard {
    /// In which visit.
    pub visit_id: VisitId,
    /// What was read of the card before.
    pub reading: Reading,
    /// The operation, as the card has written it.
    pub operation_id: Uuid,
    /// The record with its certificate, as hexadecimal digits.
    pub record: String,
    /// The number of the document, may be empty.
    #[serde(default)]
    pub reference: String,
}

impl PayByCard {
    /// The record, which must be of this very operation and place.
    fn sealed(&self, visit: &VisitRow) -> Result<SealedRecord, Error> {
        let broken = || Error::refused("card-reading-broken");
        let sealed = model::record(&self.record).ok_or_else(broken)?;
        let record = &sealed.record;
        let is_this = record.operation == self.operation_id
            && record.desk == visit.branch_id.uuid()
            && !matches!(record.kind, Kind::Served);
        if is_this { Ok(sealed) } else { Err(broken()) }
    }
}

impl Command for PayByCard {
    const NAME: &'static str = "engagement.pay_by_smart_card";
    const PERMISSION: &'static str = SERVE;
    /// What the card may do without the centre its own limits say, and they were weighed before it wrote.
    const OFFLINE: Offline = Offline::Free;
    type Output = DeskOperationId;

    async fn handle(&self, w: &mut Work<'_>) -> Result<DeskOperationId, Error> {
        let keys = keys(w)?;
        let visit = served(w, self.visit_id).await?;
        let mut refusals = Refusals::default();
        check_lengths(&[(&self.reference, "reference", REFERENCE_CHARS_MAX)], &mut refusals);
        refusals.into_result()?;
        let (read, _) = opened(&self.reading, &keys)?;
        let sealed = self.sealed(&visit)?;
        if let Some(of_card) = keys.of_card(read.number)
            && !sealed.is_certified(&of_card.log)
        {
            return Err(Error::refused(NOT_CERTIFIED));
        }
        let number = self.reading.number.as_str();
        let card = queries::held(w, number).await?;
        let client = card.as_ref().map(|card| card.client_id).or(visit.client_id);
        let log: Vec<SealedRecord> = read.log.iter().copied().chain([sealed]).collect();
        tell(w, &keys, &log, (number, client, visit.branch_id)).await?;
        let record = &sealed.record;
        let (kind, sum) = match record.kind {
            Kind::OfferTaken => ("document", Money::zero(record.amount.currency)),
            Kind::Purchase | Kind::Served => ("payment", record.amount),
        };
        let id = DeskOperationId::from(self.operation_id);
        if desk::operation(w, id).await?.is_some() {
            // it was told before, under another id
            return Ok(id);
        }
        // a branch may not have the client it serves by his card
        let known = match client {
            Some(id) => client_ref::get(w, id).await.ok().map(|client| client.id),
            None => None,
        };
        let note = format!("{number} · {}", record.atc);
        let row = OperationToWrite {
            place: (visit.branch_id, Some(visit.id), known),
            kind,
            sum,
            words: (self.reference.trim(), &note),
            reverses: None,
            id: Some(id),
        };
        row.insert(w).await?;
        if let Some(card) = card.filter(|_| keys.are_whole()) {
            settle(w, &keys, &card).await?;
        }
        Ok(id)
    }
}
