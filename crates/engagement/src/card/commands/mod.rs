//! Changes of cards.

mod alarm;
mod issue;
mod pay;
mod profile;
mod read;
pub(crate) mod settle;
mod stop;

pub use alarm::{DecideCardAlarm, ReportCard};
pub use issue::{ActivateCard, IssueCard, MadeCard, SetCardPin, SetCardTerms};
pub(crate) use pay::REFERENCE_CHARS_MAX;
pub use pay::{AllowCardPayment, PayByCard};
pub use read::{CardRead, ReadCard};
pub use stop::StopCard;

use std::sync::Arc;

use kernel::Refusal;
use smartcard::profile::Profile;
use spine::{Error, Work};
use uuid::Uuid;

use super::keys::CardKeys;
use super::model::{Reading, Understood};
use super::queries::{self, CardRow};
use crate::queries::client_ref::{self, ClientRef};

/// Who issues cards and says what they allow.
pub(crate) const ISSUE: &str = "card.issue";
/// Who stops cards.
pub(crate) const STOP: &str = "card.stop";
/// Who looks at what is wrong with cards.
pub(crate) const WATCH: &str = "card.watch";

/// The keys of this node; they were opened before anybody could ask.
fn keys(w: &Work<'_>) -> Result<Arc<CardKeys>, Error> {
    w.known::<CardKeys>().ok_or_else(|| Error::refused("card-keys-none"))
}

/// A card of a client over whom the person has a permission.
async fn held(
    w: &mut Work<'_>,
    card: Uuid,
    permission: &str,
) -> Result<(CardRow, ClientRef), Error> {
    let card = queries::by_id(w, card).await?.ok_or(Error::NotFound)?;
    let client = client_ref::get(w, card.client_id).await?;
    w.ctx.principal.require_over(permission, client.owner())?;
    Ok((card, client))
}

/// What was read, and the profile in it, which the bank must have signed for this very card.
fn opened(reading: &Reading, keys: &CardKeys) -> Result<(Understood, Profile), Error> {
    let understood = reading.understood()?;
    let not_signed = || Refusal::new("card-profile-not-signed");
    let profile = Profile::open(&understood.stored.signed, keys.issuers());
    let profile = profile.map_err(|_| not_signed())?;
    if profile.counter != understood.stored.counter || profile.card != Some(understood.number) {
        return Err(not_signed().into());
    }
    Ok((understood, profile))
}
