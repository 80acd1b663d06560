//! A client gets a card; what it allows is changed.

use kernel::{ClientId, Currency, Money, Refusal, Refusals, Timestamp};
use serde::{Deserialize, Serialize};
use smartcard::hex;
use smartcard::profile::Counted;
use spine::{Change, Command, Error, Work};
use store::params;
use uuid::Uuid;

use super::{ISSUE, held, keys, profile};
use crate::card::model::{CardState, Terms};
use crate::card::queries;
use crate::queries::client_ref;

/// How long a card may be used (days).
const VALID_DAYS: i64 = 3 * 365;
/// Cards a client has at most that are not stopped.
const CARDS_MAX: usize = 5;
/// Cards of a client looked at.
const CARDS_SEEN: i64 = 100;

/// Makes a card for a client: number, first profile, signed. It counts when it was written ([`ActivateCard`]).
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct IssueCard {
    /// For whom.
    pub client_id: ClientId,
    /// Its currency.
    pub currency: Currency,
    /// What it allows.
    pub terms: Terms,
}

/// A card that is to be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MadeCard {
    /// Identity.
    pub card_id: Uuid,
    /// Its number.
    pub number: String,
    /// The counter of its first profile.
    pub profile: u32,
    /// That profile, signed, as hexadecimal digits.
    pub signed: String,
}

impl Command for IssueCard {
    const NAME: &'static str = "engagement.issue_smart_card";
    const PERMISSION: &'static str = ISSUE;
    type Output = MadeCard;

    async fn handle(&self, w: &mut Work<'_>) -> Result<MadeCard, Error> {
        let keys = keys(w)?;
        let client = client_ref::get(w, self.client_id).await?;
        w.ctx.principal.require_over(ISSUE, client.owner())?;
        let mut refusals = Refusals::default();
        self.terms.check(w.ctx.now, &mut refusals);
        if !matches!(client.kind.as_str(), "person" | "sole_trader") {
            refusals.push(Refusal::new("card-not-for-company"));
        }
        let others = queries::of_client(w, client.id, CARDS_SEEN).await?;
        if others.iter().filter(|card| card.state == CardState::Active).count() >= CARDS_MAX {
            refusals.push(Refusal::new("card-too-many").arg("max", CARDS_MAX));
        }
        refusals.into_result()?;
        self.terms.at_stake(w, self.currency);
        let (id, now): (Uuid, Timestamp) = (w.new_id(), w.ctx.now);
        // the last bytes of an id are chance
        let number = hex::text(id.as_bytes().last_chunk::<8>().map_or(&[], |chance| chance));
        let valid = now.plus_days(VALID_DAYS);
        let sql = "insert into smart_card (id, number, client_id, state, currency, limit_minor, valid_until, profile, \
                   profile_at, issued_at, author_id) values ($1, $2, $3, 'made', $4, $5, $6, 0, $7, $7, $8)";
        let (limit, actor) = (self.terms.limit_minor, w.actor());
        let number_of = number.as_str();
        w.execute(sql, params![id, number_of, client.id, self.currency, limit, valid, now, actor])
            .await?;
        put_offer(w, id, &self.terms).await?;
        let card = queries::by_id(w, id).await?.ok_or(Error::NotFound)?;
        let nothing = Counted::nothing(self.currency);
        let (profile, signed) = profile::sign(w, &keys, (&card, &client), nothing).await?;
        let change = terms_change(&self.terms, Change::new().set("number", number_of));
        w.record("smart_card", id, Some(client.id), change);
        Ok(MadeCard { card_id: id, number, profile, signed: hex::text(&signed) })
    }
}

/// A card in hand gets a new PIN. Noted before it is written.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SetCardPin {
    /// Which.
    pub card_id: Uuid,
}

impl Command for SetCardPin {
    const NAME: &'static str = "engagement.set_smart_card_pin";
    const PERMISSION: &'static str = ISSUE;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let (card, client) = held(w, self.card_id, ISSUE).await?;
        if card.state != CardState::Active {
            return Err(Error::refused("card-stopped"));
        }
        w.record("smart_card", card.id, Some(client.id), Change::new().set("pin", "new"));
        Ok(())
    }
}

impl Terms {
    /// What may go out by a card that allows this.
    fn at_stake(&self, w: &mut Work<'_>, currency: Currency) {
        let offer = self.offer.as_ref().map_or(0, |offer| offer.sum_minor);
        w.at_stake(Money::new(self.limit_minor.max(offer), currency));
    }
}

/// Writes the offer of a card.
async fn put_offer(w: &mut Work<'_>, card: Uuid, terms: &Terms) -> Result<(), Error> {
    let id: Option<Uuid> = terms.offer.as_ref().map(|_| w.new_id());
    let (sum, rate) =
        terms.offer.as_ref().map_or((0, 0), |offer| (offer.sum_minor, i64::from(offer.rate_bp)));
    let until = terms.offer.as_ref().map(|offer| offer.until);
    let sql = "update smart_card set offer_id = $2, offer_minor = $3, offer_rate_bp = $4, offer_until = $5 where id = $1";
    w.execute(sql, params![card, id, sum, rate, until]).await?;
    Ok(())
}

fn terms_change(terms: &Terms, change: Change) -> Change {
    let change = change.set("limit_minor", terms.limit_minor);
    match &terms.offer {
        Some(offer) => change
            .set("offer_minor", offer.sum_minor)
            .set("offer_rate_bp", offer.rate_bp)
            .set("offer_until", offer.until.to_string()),
        None => change,
    }
}

/// A card was written and handed over.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ActivateCard {
    /// Which.
    pub card_id: Uuid,
}

impl Command for ActivateCard {
    const NAME: &'static str = "engagement.activate_smart_card";
    const PERMISSION: &'static str = ISSUE;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let (card, client) = held(w, self.card_id, ISSUE).await?;
        match card.state {
            CardState::Active => return Ok(()),
            CardState::Stopped => return Err(Error::refused("card-stopped")),
            CardState::Made => {}
        }
        w.execute("update smart_card set state = 'active' where id = $1", params![card.id]).await?;
        let change = Change::new().field("state", card.state.key(), CardState::Active.key());
        w.record("smart_card", card.id, Some(client.id), change);
        Ok(())
    }
}

/// Changes what a card allows. It takes hold when the card is read with a line.
#[derive(Clone, Debug, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SetCardTerms {
    /// Which.
    pub card_id: Uuid,
    /// What it allows from now on.
    pub terms: Terms,
    /// The revision that was read; saving over a later one is refused.
    #[serde(default)]
    pub revision: Option<i64>,
}

impl Command for SetCardTerms {
    const NAME: &'static str = "engagement.set_smart_card_terms";
    const PERMISSION: &'static str = ISSUE;
    type Output = ();

    async fn handle(&self, w: &mut Work<'_>) -> Result<(), Error> {
        let (card, client) = held(w, self.card_id, ISSUE).await?;
        let mut refusals = Refusals::default();
        self.terms.check(w.ctx.now, &mut refusals);
        if card.state == CardState::Stopped {
            refusals.push(Refusal::new("card-stopped"));
        }
        if self.revision.is_some_and(|read| read != card.revision) {
            refusals.push(Refusal::new("card-changed-meanwhile"));
        }
        refusals.into_result()?;
        self.terms.at_stake(w, card.currency);
        // a profile that was signed in 1970 is renewed the next time the card is read
        let sql = "update smart_card set limit_minor = $2, profile_at = 0, revision = revision + 1 where id = $1";
        w.execute(sql, params![card.id, self.terms.limit_minor]).await?;
        put_offer(w, card.id, &self.terms).await?;
        let change = Change::new().field("limit_minor", card.limit_minor, self.terms.limit_minor);
        let change = match &self.terms.offer {
            Some(offer) => change.field("offer_minor", card.offer_minor, offer.sum_minor),
            None => change.field("offer_minor", card.offer_minor, 0),
        };
        w.record("smart_card", card.id, Some(client.id), change);
        Ok(())
    }
}
