//! A client pays with his card, or takes what was approved beforehand. The card has written it already when this is told.

use kernel::{DeskOperationId, Money, Refusals, VisitId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use smartcard::record::{Kind, SealedRecord};
use spine::{Command, Error, Offline, Work};

use super::read::{NOT_CERTIFIED, tell};
use super::settle::settle;
use super::{keys, opened};
use crate::card::model::{self, CardState, Reading};
use crate::card::queries;
use crate::desk::commands::{OperationToWrite, SERVE, check_lengths, served};
use crate::desk::queries::VisitRow;
use crate::queries::client_ref;

/// Longest number of a document (characters).
const REFERENCE_CHARS_MAX: usize = 40;

/// The desk asks the centre whether a card may pay more than it may by itself.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AllowCardPayment {
    /// In which visit.
    pub visit_id: VisitId,
    /// What was read of the card.
    pub reading: Reading,
    /// How much (minor units of the card's currency).
    pub amount_minor: i64,
}

impl Command for AllowCardPayment {
    const NAME: &'static str = "engagement.allow_smart_card_payment";
    const PERMISSION: &'static str = SERVE;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let keys = keys(w)?;
        let visit = served(w, self.visit_id).await?;
        let (read, profile) = opened(&self.reading, &keys)?;
        let card = queries::held(w, &self.reading.number).await?;
        let card = card.ok_or_else(|| Error::refused("card-unknown"))?;
        if card.state != CardState::Active {
            return Err(Error::refused("card-stopped"));
        }
        let place = (self.reading.number.as_str(), Some(card.client_id), visit.branch_id);
        tell(w, &keys, &read.log, place).await?;
        let settled = settle(w, &keys, &card).await?;
        if settled.is_forked {
            return Err(Error::refused("card-stopped"));
        }
        let counted = settled.counted.total.minor.max(profile.counted.total.minor);
        let since = read.counters.total_minor.saturating_sub(counted);
        if self.amount_minor <= 0 || since.saturating_add(self.amount_minor) > card.limit_minor {
            return Err(Error::refused_field("card-over-limit", "amount"));
        }
        Ok(())
    }
}

/// A card has written a payment or the taking of its offer; this is what it has certified.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PayByCard {
    /// In which visit.
    pub visit_id: VisitId,
    /// What was read of the card before.
    pub reading: Reading,
    /// The record with its certificate, as hexadecimal digits.
    pub record: String,
    /// The number of the document, may be empty.
    #[serde(default)]
    pub reference: String,
}

impl PayByCard {
    /// The record, which must be of this very operation and place.
    fn sealed(&self, w: &Work<'_>, visit: &VisitRow) -> Result<SealedRecord, Error> {
        let broken = || Error::refused("card-reading-broken");
        let sealed = model::record(&self.record).ok_or_else(broken)?;
        let record = &sealed.record;
        let is_this = record.operation == w.command_id().uuid()
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
        let sealed = self.sealed(w, &visit)?;
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
        };
        let id = row.insert(w).await?;
        if let Some(card) = card.filter(|_| keys.are_whole()) {
            settle(w, &keys, &card).await?;
            if record.kind == Kind::OfferTaken {
                tell_manager(w, &card, record.amount).await?;
            }
        }
        Ok(id)
    }
}

/// Tells who looks after the client that he has taken his offer.
async fn tell_manager(w: &mut Work<'_>, card: &queries::CardRow, sum: Money) -> Result<(), Error> {
    let client = client_ref::get(w, card.client_id).await?;
    let Some(manager) = client.manager_id.filter(|m| Some(*m) != w.actor()) else { return Ok(()) };
    let payload = json!({
        "kind": "card-offer-taken",
        "args": { "who": client.name, "sum": sum.plain(), "currency": sum.currency.code() },
        "href": format!("/clients/{}", client.id),
    });
    w.send("notice", &manager.to_string(), &payload).await?;
    Ok(())
}
